"""The machine a benchmark runs on, and whether it is quiet: other programs' work would be measured as ours."""

import os
import platform
import subprocess
import time
from importlib import metadata
from pathlib import Path
from typing import Any, Final

import psutil

ROOT: Final = Path(__file__).parents[1]
SOURCES: Final = ("assist", "index", "knowledge", "bench/*.py")  # what a figure depends on
FOREIGN_MAX: Final = 25.0  # percent of one core
LOOK_S: Final = 1.0
PACKAGES: Final = ("numpy", "onnxruntime", "faiss-cpu", "websockets", "uvloop", "tokenizers", "msgpack", "torch")


class Busy(Exception):
    """Other programs use the machine; `str()` says how much."""


def describe() -> dict[str, Any]:
    """The header of a results file: machine, versions, commit; nothing that names the machine itself."""
    return {
        "cpu": _cpu_model(),
        "cores": psutil.cpu_count(),
        "ram_gib": round(psutil.virtual_memory().total / 2**30, 1),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "versions": {name: _version(name) for name in PACKAGES},
        "commit": _git("rev-parse", "--short=12", "HEAD"),
        "changed_since": bool(_git("status", "--porcelain", "--untracked-files=no", "--", *SOURCES)),
        "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
    }


def _cpu_model() -> str:
    """The model's name, and which vector instructions it has, as they matter more."""
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return platform.processor() or "unknown"
    fields = dict(line.split("\t", 1) for line in text.split("\n\n")[0].splitlines() if "\t" in line)
    told = {name.strip(): value.lstrip("\t: ") for name, value in fields.items()}
    extras = [flag for flag in ("avx512_vnni", "avx_vnni", "amx_int8", "avx2") if flag in told.get("flags", "").split()]
    return f"{told.get('model name', 'unknown')} ({', '.join(extras)})"


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "none"


def _git(*arguments: str) -> str:
    try:
        done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    except OSError:
        return "unknown"
    return done.stdout.strip()


def foreign_cpu(*, look_s: float = LOOK_S) -> float:
    """CPU that others used over the last `look_s`, in percent of one core."""
    others = _others()
    before = {process: _used(process) for process in others}
    time.sleep(look_s)
    return 100 * sum(max(0.0, _used(process) - before[process]) for process in others) / look_s


def _others() -> list[psutil.Process]:
    me = psutil.Process()
    ours = {me.pid, *(p.pid for p in me.children(recursive=True))}
    return [process for process in psutil.process_iter() if process.pid not in ours]


def _used(process: psutil.Process) -> float:
    """CPU seconds of a process, 0 when it has gone."""
    try:
        times = process.cpu_times()
    except psutil.Error:
        return 0.0
    return float(times.user + times.system)


def gate(*, patience_s: float, force: bool) -> float:
    """Wait until others use less than FOREIGN_MAX; return what they use. Raises Busy unless forced."""
    until = time.monotonic() + patience_s
    while (foreign := foreign_cpu()) > FOREIGN_MAX:
        if time.monotonic() >= until:
            if force:
                return foreign
            raise Busy(f"Other programs use {foreign:.0f} % of a core; stop them, or measure all the same with --force.")
    return foreign


def stolen_s() -> float:
    """CPU seconds the hypervisor has taken since boot, where that is told."""
    return float(getattr(psutil.cpu_times(), "steal", 0.0))


def rss_mb(pid: int | None = None) -> float:
    """Resident memory of a process in MB (10^6 bytes)."""
    return float(psutil.Process(pid or os.getpid()).memory_info().rss) / 1e6
