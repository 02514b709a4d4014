"""How the search grows with the knowledge: time, memory, build time, recall against exact search.

Vectors clustered like ours: those of the artifact, each copied with noise until there are enough; the noise is such that
two copies of one are as alike as a variant and its nearest other variant are. Queries are further copies. Each size runs
in a fresh process; search takes one thread, as in the service.
"""

import argparse
import json
import subprocess
import sys
from dataclasses import dataclass
from time import perf_counter, perf_counter_ns, process_time
from typing import Any, Final

import faiss
import numpy as np
from numpy.typing import NDArray

from assist import artifact
from assist.artifact import QUESTIONS
from assist.engine import SEARCH_EF
from bench import machine, material
from bench.results import Writer
from index.collections import collection

HELP = "1k to 1M vectors: search time, memory, build time, recall against exact"
Vectors = NDArray[np.float32]
NEIGHBOURS: Final = 10
EXACT_AT_A_TIME: Final = 200


def add_options(parser: argparse.ArgumentParser) -> None:
    """The benchmark's own flags."""
    parser.add_argument("--sizes", type=int, nargs="*", default=[1_000, 10_000, 100_000])
    parser.add_argument("--max", action="store_true", help="1,000,000 instead: many minutes, 4 GB; kept as growth_max")
    parser.add_argument("--queries", type=int, default=2_000)
    parser.add_argument("--breadths", type=int, nargs="*", default=[32, 64, 96, 128, 192, 256], help="HNSW's efSearch")
    parser.add_argument("--seed", type=int, default=7)


def result_name(args: argparse.Namespace) -> str:
    """The million is kept apart: nobody wants to wait for it each time."""
    return "growth_max" if args.max else "growth"


def run(args: argparse.Namespace, writer: Writer) -> None:
    """Measure each size in a process of its own."""
    base = args.work / "vectors.npy"
    folder = material.pinned(args.artifact, args.work)
    stored = faiss.read_index(str(folder / artifact.current(folder) / f"{QUESTIONS}.faiss"))
    np.save(base, stored.reconstruct_n(0, stored.ntotal))
    for size in [1_000_000] if args.max else args.sizes:
        job = {"base": str(base), "size": size, "queries": args.queries, "breadths": args.breadths, "seed": args.seed}
        for told in measured(job):
            times = told.pop("us")
            kept = writer.series("search", times, unit="us", size=size, breadth=told["breadth"])
            writer.figures("growth", told, size=size)
            print(f"{size}: ef {told['breadth']}, p50 {kept.percentile(50):.0f}, p99 {kept.percentile(99):.0f} us, "
                  f"recall@{NEIGHBOURS} {told['recall']:.4f}", flush=True)  # fmt: skip


def measured(job: dict[str, Any]) -> list[dict[str, Any]]:
    """Run one size in a fresh process."""
    command = [sys.executable, "-m", "bench.growth", json.dumps(job)]
    done = subprocess.run(command, cwd=machine.ROOT, check=True, stdout=subprocess.PIPE, text=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


@dataclass(frozen=True, slots=True)
class Crowd:
    """Noisy copies of vectors."""

    base: Vectors
    noise: float  # length of the noise beside a vector of length 1

    def draw(self, count: int, chance: np.random.Generator) -> Vectors:
        """`count` unit vectors."""
        dims = self.base.shape[1]
        picked = self.base[chance.integers(len(self.base), size=count)]
        noisy = picked + chance.standard_normal((count, dims), dtype=np.float32) * (self.noise / dims**0.5)
        lengths = np.linalg.norm(noisy, axis=1, keepdims=True)
        return np.asarray(noisy / lengths, dtype=np.float32)


def crowd(base: Vectors) -> Crowd:
    """Copies as alike as nearest neighbours in `base`: their cosine is 1 / (1 + noise^2)."""
    alike = base @ base.T
    np.fill_diagonal(alike, -1)
    nearest = float(np.median(alike.max(axis=1)))
    return Crowd(base, (1 / max(nearest, 0.05) - 1) ** 0.5 if nearest < 1 else 0.1)


def size(job: dict[str, Any]) -> None:
    """Build, search, compare; one line of JSON for each breadth of search (for exact search: one)."""
    chance = np.random.default_rng(job["seed"])
    source = crowd(np.load(job["base"]))
    vectors, queries = source.draw(job["size"], chance), source.draw(job["queries"], chance)
    before, started, worked = machine.rss_mb(), perf_counter(), process_time()
    index = collection(vectors)
    built = {"build_s": perf_counter() - started, "build_cpu_s": process_time() - worked}
    built |= {"memory_mb": machine.rss_mb() - before, "noise": source.noise}
    truth = exact(vectors, queries)
    faiss.omp_set_num_threads(1)
    graph = getattr(index, "hnsw", None)
    for breadth in job["breadths"] if graph else [0]:
        if graph:
            graph.efSearch = breadth
        times, found = search(index, queries)
        told = {**built, "kind": "hnsw" if graph else "flat", "breadth": breadth, "recall": recall(found, truth)}
        print(json.dumps({**told, "ours": breadth in (0, SEARCH_EF), "us": times}), flush=True)


def exact(vectors: Vectors, queries: Vectors) -> NDArray[np.int64]:
    """The true nearest rows (n, NEIGHBOURS)."""
    found = []
    for start in range(0, len(queries), EXACT_AT_A_TIME):
        part = queries[start : start + EXACT_AT_A_TIME] @ vectors.T
        found.append(np.argpartition(-part, min(NEIGHBOURS, part.shape[1] - 1), axis=1)[:, :NEIGHBOURS])
    return np.concatenate(found)


def search(index: Any, queries: Vectors) -> tuple[list[float], NDArray[np.int64]]:
    """Microseconds of each query, and what it found."""
    times, found, warm = [], [], min(len(queries), 50)
    for query in [*queries[:warm], *queries]:
        started = perf_counter_ns()
        rows = index.search(query[np.newaxis, :], NEIGHBOURS)[1]
        times.append((perf_counter_ns() - started) / 1000)
        found.append(rows[0])
    return [round(us, 1) for us in times[warm:]], np.array(found[warm:])


def recall(found: NDArray[np.int64], truth: NDArray[np.int64]) -> float:
    """Mean share of the true neighbours that were found."""
    return float(np.mean([len(set(a) & set(b)) / len(b) for a, b in zip(found.tolist(), truth.tolist(), strict=True)]))


if __name__ == "__main__":
    size(json.loads(sys.argv[1]))
