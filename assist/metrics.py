"""Prometheus metrics. Counters are read from the service's state when scraped; only latencies are noted as they happen."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final

from prometheus_client import CollectorRegistry, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily, Metric

if TYPE_CHECKING:
    from assist.service import Service

STAGES: Final = ("decode", "wait", "encode", "search", "advise", "total")
BUCKETS_S: Final = (
    50e-6, 100e-6, 200e-6, 300e-6, 500e-6, 750e-6, 1e-3, 1.5e-3, 2.5e-3, 5e-3, 10e-3, 25e-3, 50e-3, 100e-3, 500e-3,
)  # fmt: skip


class Metrics:
    """The metrics of one service."""

    def __init__(self, service: "Service") -> None:
        self._service = service
        self._totals: Counter[tuple[str, str]] = Counter()
        self.registry = CollectorRegistry()
        histogram = Histogram(
            "assist_latency_seconds",
            "Time from frame to cards, by stage.",
            ["stage"],
            buckets=BUCKETS_S,
            registry=self.registry,
        )
        self._stages = {stage: histogram.labels(stage) for stage in STAGES}
        self.registry.register(self)

    def observe(self, timing_us: Mapping[str, int]) -> None:
        """Note one answer's times."""
        for stage, histogram in self._stages.items():
            histogram.observe(timing_us[stage] / 1e6)

    def page(self) -> bytes:
        """The text of /metrics."""
        return generate_latest(self.registry)

    def collect(self) -> Iterable[Metric]:
        """What prometheus-client asks for at each scrape."""
        service = self._service
        yield _gauge("assist_connections", "Open connections.", len(service.connections))
        yield _gauge(
            "assist_queue_depth", "Queries that wait for the engine.", len(service.desk.waiting) if service.desk else 0
        )
        board = service.switchboard
        yield _gauge("assist_calls", "Calls in progress.", len(board.calls) if board else 0)
        yield _gauge("assist_sessions", "Sessions, the detached ones included.", len(board.sessions) if board else 0)
        yield InfoMetricFamily(
            "assist_artifact", "The artifact in use.", value={"version": board.version if board else "none"}
        )
        yield _counter("assist_artifacts_loaded", "Artifacts put to use.", {"": service.keeper.loaded}, "")
        yield _counter("assist_artifacts_refused", "Artifacts refused.", {"": service.keeper.refused}, "")
        yield _counter("assist_problems", "Problems told to peers, by code.", service.problems, "code")
        if service.desk:
            yield _counter(
                "assist_partials_dropped", "Partials not computed, by reason.", service.desk.waiting.dropped, "reason"
            )
        if board:
            yield from self._counted(board.counts)

    def _counted(self, counts: Mapping[tuple[str, str], int]) -> Iterable[Metric]:
        fragments = CounterMetricFamily("assist_fragments", "Fragments taken in.", labels=["kind"])
        suggestions = CounterMetricFamily("assist_suggestions", "Cards sent, by kind and state.", labels=["kind", "state"])
        feedback = CounterMetricFamily("assist_feedback", "What agents did with cards.", labels=["action"])
        for (what, which), count in counts.items():
            if what.startswith("suggestions_"):
                suggestions.add_metric([what.removeprefix("suggestions_"), which], count)
            elif what in ("fragments", "feedback"):
                (fragments if what == "fragments" else feedback).add_metric([which], count)
        return [fragments, suggestions, feedback]


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(name, text, value=value)


def _counter(name: str, text: str, values: Mapping[str, int], label: str) -> Metric:
    family = CounterMetricFamily(name, text, labels=[label] if label else [])
    for key, value in values.items():
        family.add_metric([key] if label else [], value)
    return family
