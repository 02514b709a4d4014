"""Prometheus metrics. Counters are read from the service's state when scraped; only latencies are noted as they happen."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from itertools import accumulate
from typing import TYPE_CHECKING, Final

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
    Metric,
)

if TYPE_CHECKING:
    from assist.service import Service

STAGES: Final = ("decode", "wait", "encode", "search", "advise", "total")
BUCKETS_US: Final = (50, 100, 200, 300, 500, 750, 1_000, 1_500, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 500_000)


class Stage:
    """A histogram of one stage's times. prometheus-client's own takes 4 us to note one; the hot path has six of them."""

    def __init__(self) -> None:
        self.counts = [0] * (len(BUCKETS_US) + 1)
        self.sum_us = 0

    def note(self, microseconds: int) -> None:
        """Count a time."""
        self.counts[bisect_left(BUCKETS_US, microseconds)] += 1
        self.sum_us += microseconds

    def buckets(self) -> list[tuple[str, float]]:
        """Upper bounds in seconds, each with the number of times at or below it."""
        bounds = [*(repr(bound / 1e6) for bound in BUCKETS_US), "+Inf"]
        return list(zip(bounds, map(float, accumulate(self.counts)), strict=True))


class Metrics:
    """The metrics of one service."""

    def __init__(self, service: "Service") -> None:
        self._service = service
        self._stages = {stage: Stage() for stage in STAGES}
        self.registry = CollectorRegistry()
        self.registry.register(self)

    def observe(self, timing_us: Mapping[str, int]) -> None:
        """Note one answer's times."""
        for name, stage in self._stages.items():
            stage.note(timing_us[name])

    def page(self) -> bytes:
        """The text of /metrics."""
        return generate_latest(self.registry)

    def collect(self) -> Iterable[Metric]:
        """What prometheus-client asks for at each scrape."""
        service = self._service
        yield self._latencies()
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
        yield _counter(
            "assist_slow_readers", "Connections cut off because they did not read.", {"": service.slow_readers}, ""
        )
        if board:
            yield _counter(
                "assist_messages_dropped", "Provisional messages that slow readers never got.", {"": board.shed}, ""
            )
            yield from self._counted(board.counts)

    def _latencies(self) -> Metric:
        family = HistogramMetricFamily("assist_latency_seconds", "Time from frame to cards, by stage.", labels=["stage"])
        for name, stage in self._stages.items():
            family.add_metric([name], buckets=stage.buckets(), sum_value=stage.sum_us / 1e6)
        return family

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
