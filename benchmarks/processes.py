"""Start programs for a benchmark, end them with it whatever happens, and measure their processor and memory.

Reads `/proc`: Linux only.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx

_TICKS = os.sysconf("SC_CLK_TCK")
QUIET_SECONDS = 1.0
"""Time over which it is looked whether a process does something."""


@contextlib.contextmanager
def started(
    command: Sequence[str], log: Path, *, environment: Mapping[str, str] | None = None, folder: Path | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program with its own process group; end it with the block, or when this process dies.

    Its output goes to `log`.
    """
    tied = ["setpriv", "--pdeathsig", "KILL"] if shutil.which("setpriv") else []
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*tied, *command],
            stdout=output,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            env={**os.environ, **(environment or {})},
            cwd=folder,
            start_new_session=True,
        )
        try:
            yield process
        finally:
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ask, wait a little, then make sure of the whole group."""
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(10)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def end_when_told() -> None:
    """Let SIGTERM leave every `with` block on its way out, as Ctrl-C does."""

    def leave(number: int, frame: Any) -> None:
        sys.exit(128 + number)

    signal.signal(signal.SIGTERM, leave)


def wait_until(answers: Callable[[], bool], process: subprocess.Popen[bytes], log: Path, limit: float) -> float:
    """Return the seconds until `answers` is true. Raises `RuntimeError` when the process ends, or after `limit`."""
    begin = time.perf_counter()
    while time.perf_counter() - begin < limit:
        with contextlib.suppress(httpx.HTTPError, OSError):
            if answers():
                return time.perf_counter() - begin
        if process.poll() is not None:
            raise RuntimeError(f"{process.args!r} ended: {log.read_text(errors='replace')[-1000:]}")
        time.sleep(0.005)
    raise RuntimeError(f"{process.args!r} does not answer after {limit:.0f} s")


def until_quiet(process: int, limit: float = 300, seconds: float = QUIET_SECONDS) -> None:
    """Wait until a process and its descendants take less than a tenth of a core for some `seconds`.

    Waits for `limit` seconds at most. After a start a server prepares what it will be asked for; what is measured
    meanwhile has that in it.
    """
    end, before, quiet = time.monotonic() + limit, processor_seconds(process), 0.0
    while quiet < seconds and time.monotonic() < end:
        time.sleep(QUIET_SECONDS)
        used, before = processor_seconds(process) - before, processor_seconds(process)
        quiet = quiet + QUIET_SECONDS if used < QUIET_SECONDS / 10 else 0.0


def free_port() -> int:
    """Return a TCP port of the loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def children(process: int) -> list[int]:
    """Return the processes that a process has started, or its threads have."""
    found: list[int] = []
    with contextlib.suppress(OSError):
        for task in Path(f"/proc/{process}/task").iterdir():
            found += [int(child) for child in (task / "children").read_text().split()]
    return found


def family(process: int | None) -> list[int]:
    """Return the process and all that descend from it."""
    found = [] if process is None else [process]
    for each in found:
        found += children(each)
    return found


def processor_seconds(process: int | None) -> float:
    """Return the seconds, user and system, of a process and its descendants, also those that were waited for."""
    total = 0
    for each in family(process):
        with contextlib.suppress(OSError):
            fields = Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()
            total += sum(map(int, fields[11:15]))
    return total / _TICKS


def own_seconds(process: int) -> float:
    """Return the seconds, user and system, of one process alone. Raises OSError when it is not there."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:13])) / _TICKS


class Shares:
    """The seconds that each process of a family takes while a block runs, by what it is.

    It looks every `LOOK_SECONDS`, so that the last moments of a process that ends are not counted.
    """

    LOOK_SECONDS = 0.1

    def __init__(self, process: int, name: Callable[[int, str], str]) -> None:
        """Look at a process and its descendants; `name` says what one is, given its number and its command line."""
        self._process, self._name = process, name
        self._begun = {each: _seconds_or_none(each) or 0.0 for each in family(process)}
        self._used: dict[int, float] = {}
        self._names: dict[int, str] = {}
        self._over = threading.Event()
        self._looking = threading.Thread(target=self._look_on, daemon=True)

    def __enter__(self) -> Shares:
        self._looking.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._looking.join()
        self._look()

    def seconds(self) -> dict[str, float]:
        """Return the seconds by name, most first."""
        found: dict[str, float] = {}
        for process, seconds in self._used.items():
            found[self._names[process]] = found.get(self._names[process], 0.0) + seconds
        return dict(sorted(found.items(), key=lambda one: -one[1]))

    def _look_on(self) -> None:
        while not self._over.wait(self.LOOK_SECONDS):
            self._look()

    def _look(self) -> None:
        for process in family(self._process):
            seconds = _seconds_or_none(process)
            if seconds is not None:
                self._names.setdefault(process, "")
                self._used[process] = seconds - self._begun.get(process, 0.0)
                if command := _command_line(process):  # one that has ended has none
                    self._names[process] = self._name(process, command)


def _seconds_or_none(process: int) -> float | None:
    try:
        return own_seconds(process)
    except OSError:
        return None


def _command_line(process: int) -> str:
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def memory_bytes(process: int) -> int:
    """Return what a process and its descendants hold: pages they share are counted once (PSS)."""
    total = 0
    for each in family(process):
        with contextlib.suppress(OSError):
            rollup = Path(f"/proc/{each}/smaps_rollup").read_text()
            total += next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:"))
    return total * 1024
