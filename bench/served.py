"""The real service in a process of its own, as a benchmark sees it: address, metrics, CPU and memory."""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import psutil
from prometheus_client.parser import text_string_to_metric_families

from bench.machine import ROOT, rss_mb

STOP_S: Final = 20
NO_PROXY: Final = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class NotServed(Exception):
    """The service did not start; `str()` holds the end of its log."""


@dataclass(frozen=True, slots=True)
class Served:
    """A running service."""

    address: str  # ws://HOST:PORT
    pid: int

    def cpu_s(self) -> float:
        """CPU seconds used so far."""
        times = psutil.Process(self.pid).cpu_times()
        return float(times.user + times.system)

    def rss_mb(self) -> float:
        """Resident memory."""
        return rss_mb(self.pid)

    def page(self, path: str) -> str:
        """What a plain HTTP request gets. Raises OSError when it is refused."""
        with NO_PROXY.open(self.address.replace("ws", "http", 1) + path, timeout=5) as response:
            return str(response.read().decode())

    def counters(self) -> dict[str, float]:
        """Sums and labelled values of /metrics: "assist_partials_dropped_total" and "…{superseded}"."""
        told: dict[str, float] = {}
        for family in text_string_to_metric_families(self.page("/metrics")):
            for sample in family.samples:
                label = ",".join(sample.labels.values())
                told[f"{sample.name}{{{label}}}" if label else sample.name] = sample.value
        return told


def command(artifact: Path, settings: Mapping[str, Any]) -> list[str]:
    """The command line that serves an artifact on a free port."""
    flags = [f"--{name.replace('_', '-')}={value}" for name, value in settings.items()]
    return [sys.executable, "-m", "assist", "serve", "--listen=ws://127.0.0.1:0", f"--artifact={artifact}", *flags]


@contextlib.contextmanager
def served(artifact: Path, **settings: Any) -> Iterator[Served]:
    """Start the service, wait until it listens, stop it afterwards. Raises NotServed."""
    with tempfile.TemporaryFile("w+") as log:
        process = subprocess.Popen(
            command(artifact, settings), cwd=ROOT, stdout=subprocess.PIPE, stderr=log, text=True, env=_environment()
        )
        try:
            yield Served(_address(process, log), process.pid)
        finally:
            _stop(process)


def _environment() -> dict[str, str]:
    return {key: value for key, value in os.environ.items() if not key.startswith("ASSIST_")}


def _address(process: "subprocess.Popen[str]", log: Any) -> str:
    assert process.stdout is not None
    line = process.stdout.readline()  # "listening on ws://127.0.0.1:PORT/v1, panel at …"
    if "ws://" not in line:
        process.wait(STOP_S)
        log.seek(0)
        raise NotServed(f"The service did not start: {line.strip()} {log.read()[-2000:]}")
    return "ws://" + line.split("ws://", 1)[1].split("/", 1)[0]


def _stop(process: "subprocess.Popen[str]") -> None:
    if process.stdout:
        process.stdout.close()
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(STOP_S)
    if process.poll() is None:
        process.kill()
    process.wait()


def ready_ms(artifact: Path, **settings: Any) -> tuple[float, float]:
    """Milliseconds from process start to `/readyz` 200, and resident MB then, of one fresh start."""
    started = time.perf_counter()
    with served(artifact, **settings) as service:
        service.page("/readyz")  # an HTTP error would be raised
        return 1000 * (time.perf_counter() - started), service.rss_mb()
