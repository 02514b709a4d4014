"""One contender in one fresh process: loads, learns the knowledge, answers the questions; tells figures as a line of JSON.

Run by `peers` in the contender's own venv: `python -m bench.contend NAME MATERIAL SECONDS THREADS...`; without SECONDS, by
`duel`, it waits to be told on its standard input when to be measured, and how. Times count from the first import. Imports
nothing of assist or index (ours does so itself), so that a peer is charged for its own imports only.
"""

import importlib
import itertools
import json
import os
import random
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

BATCHES: Final = (1, 8, 32, 128)
WARM: Final = 20
FOUND: Final = 3


class Contender(Protocol):
    """What answers questions: rows of the knowledge, best first."""

    def learn(self, texts: Sequence[str]) -> None:
        """Take in the knowledge."""
        ...

    def ask(self, questions: Sequence[str]) -> list[list[int]]:
        """For each question the FOUND best rows."""
        ...


@dataclass(frozen=True, slots=True)
class Material:
    """What the contenders are given."""

    folder: Path

    @property
    def texts(self) -> list[str]:
        """The knowledge."""
        return list(self._json("texts.json"))

    @property
    def questions(self) -> list[str]:
        """The questions."""
        return list(self._json("questions.json"))

    @property
    def owners(self) -> list[str]:
        """For each text the entry it belongs to."""
        return list(self._json("owners.json"))

    @property
    def model(self) -> str:
        """The folder of the sentence-transformers model."""
        return str(self.folder / "model")

    def _json(self, name: str) -> Any:
        return json.loads((self.folder / name).read_text(encoding="utf-8"))


def contend(name: str, material: Material, *, seconds: float, threads: Sequence[int]) -> dict[str, Any]:
    """All figures of one contender."""
    started = time.perf_counter()
    contender: Contender = importlib.import_module(f"bench.contenders.{name}").load(material)
    loaded = time.perf_counter()
    contender.learn(material.texts)
    learned = time.perf_counter()
    questions = material.questions
    for question in questions[:WARM]:
        contender.ask([question])
    us, firsts = one_by_one(contender.ask, questions, seconds=seconds)
    weight = _rss_mb()  # batches of long texts take more
    rates = {f"{b}x{t}": throughput(contender.ask, questions, b, t, seconds=seconds / 8) for b in BATCHES for t in threads}
    best = max(rates, key=lambda key: rates[key])
    return {
        "load_s": loaded - started, "learn_s": learned - loaded, "us": us, "firsts": firsts, "rates": rates,
        "per_s": rates[best], "best_at": best, "rss_mb": weight, "rss_batched_mb": _rss_mb(),
    }  # fmt: skip


Ask = Callable[[Sequence[str]], list[list[int]]]


def on_call(name: str, material: Material) -> Iterator[float]:
    """Questions a second, of each line (batch, threads, seconds) that standard input tells."""
    contender: Contender = importlib.import_module(f"bench.contenders.{name}").load(material)
    contender.learn(material.texts)
    questions = material.questions
    for line in sys.stdin:
        batch, threads, seconds = line.split()
        random.shuffle(questions)  # whoever is slower must not always get the first ones alone
        yield throughput(contender.ask, questions, int(batch), int(threads), seconds=float(seconds))


def one_by_one(ask: Ask, questions: Sequence[str], *, seconds: float) -> tuple[list[float], list[int]]:
    """Microseconds and first answer of each question, until all are asked or the time is over."""
    us, firsts, until = [], [], time.perf_counter() + seconds
    for question in questions:
        started = time.perf_counter_ns()
        found = ask([question])[0]
        us.append(round((time.perf_counter_ns() - started) / 1000, 1))
        firsts.append(int(found[0]) if found else -1)
        if time.perf_counter() > until:
            break
    return us, firsts


def throughput(ask: Ask, questions: Sequence[str], batch: int, threads: int, *, seconds: float) -> float:
    """Questions a second, asked in batches by so many threads at once, cycling until the time is over."""
    until = time.perf_counter() + seconds
    started = time.perf_counter()
    with ThreadPoolExecutor(threads) as pool:
        done = sum(pool.map(lambda i: _keep_asking(ask, _batches(questions, batch, i, threads), until), range(threads)))
    return round(done / (time.perf_counter() - started), 1)


def _batches(questions: Sequence[str], batch: int, first: int, step: int) -> Iterator[Sequence[str]]:
    """Each thread's batches, without end; the last question is followed by the first."""
    for start in itertools.count(first * batch, step * batch):
        yield [questions[i % len(questions)] for i in range(start, start + batch)]


def _keep_asking(ask: Ask, batches: Iterator[Sequence[str]], until: float) -> int:
    done = 0
    for batch in batches:
        ask(batch)
        done += len(batch)
        if time.perf_counter() > until:
            return done
    return done


def _rss_mb() -> float:
    import psutil

    return round(float(psutil.Process(os.getpid()).memory_info().rss) / 1e6, 1)


if __name__ == "__main__":
    name_, folder_, *seconds_ = sys.argv[1:]
    if seconds_:
        known = [int(t) for t in seconds_[1:]]
        told = contend(name_, Material(Path(folder_)), seconds=float(seconds_[0]), threads=known)
        print("\n" + json.dumps(told))
    else:
        for rate in on_call(name_, Material(Path(folder_))):
            print(json.dumps({"rate": rate}), flush=True)
