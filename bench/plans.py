"""Who contends in `peers`, and how each is tuned."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from bench import venvs

OFFLINE: Final = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false"}


@dataclass(frozen=True, slots=True)
class Plan:
    """A contender and how it is tuned. `threads`: from how many it is called for throughput."""

    name: str
    tuned: str = ""
    threads: tuple[int, ...] = (1,)
    environment: Mapping[str, str] = field(default_factory=dict, hash=False)
    rounds: bool = False

    def command(self, folder: Path, *arguments: object) -> list[str]:
        """The command line of a fresh process that is given `folder`. Raises Skipped where its venv cannot be had."""
        return [str(venvs.python_of(self.name)), "-m", "bench.contend", self.name, str(folder), *map(str, arguments)]

    @property
    def variables(self) -> dict[str, str]:
        """That process's environment."""
        return {**os.environ, **OFFLINE, **self.environment}


ONE_THREAD: Final = {"BENCH_INTRA_OP": "1", "OMP_NUM_THREADS": "1"}
ALL_THREADS: Final = {"BENCH_INTRA_OP": str(os.cpu_count() or 1)}
PLANS: Final = (
    Plan("ours_lean", "1 thread", threads=(1, 2), environment=ONE_THREAD, rounds=True),
    Plan("ours_lean", "all threads", environment=ALL_THREADS, rounds=True),
    Plan("st_onnx", "1 thread", threads=(1, 2), environment=ONE_THREAD, rounds=True),
    Plan("st_onnx", "all threads", rounds=True),
    Plan("ours_engine", "1 thread", threads=(1, 2), environment=ONE_THREAD, rounds=True),
    Plan("ours_engine", "all threads", environment=ALL_THREADS, rounds=True),
    Plan("ours_default_lean", threads=(1, 2), rounds=True),
    Plan("ours_default", threads=(1, 2), rounds=True),
    Plan("st_torch"),
    Plan("semantic_router"),
    Plan("txtai"),
    Plan("chromadb"),
    Plan("qdrant"),
    Plan("llama_index"),
)
