"""Processes with the program already imported, since importing it takes most of the time of a short one.

`python -m tests.preloaded N` is a process of one thread that has imported everything. Asked on the socket N, it forks
itself, and the copy becomes what was asked for: it takes that process's folder, environment, limits and open files,
and runs its program as a new interpreter would. `start` asks it, `popen` in the place of `subprocess.Popen`.

Tests of the start itself use real new processes: `tests.command.run_anew`, those that start
`commonplace serve`, and the tests of the wheel.
"""

from __future__ import annotations

import atexit
import fcntl
import gc
import json
import os
import resource
import runpy
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import traceback
import types
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

ROOT = Path(__file__).resolve().parent.parent
LONGEST = 180_000
"""Maximum length of a request, in bytes: the system takes no longer message at once."""

_LIMITS = {name: getattr(resource, name) for name in dir(resource) if name.startswith("RLIMIT_")}


class Preloaded:
    """A process that was forked from the one that has imported everything, with the face of `subprocess.Popen`."""

    stdin = stdout = stderr = None

    def __init__(self, status: socket.socket) -> None:
        told, (self._descriptor,), _, _ = socket.recv_fds(status, 100, 1)
        self.pid = int(told)
        self.returncode: int | None = None
        self._status = status

    def poll(self) -> int | None:
        """Return how it ended, None while it runs."""
        with suppress(subprocess.TimeoutExpired):
            self.wait(0)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Return how it ended. Raises `subprocess.TimeoutExpired`."""
        if self.returncode is None:
            poll = select.poll()  # `select` takes no number above 1023
            poll.register(self._status, select.POLLIN)
            if not poll.poll(None if timeout is None else timeout * 1000):
                raise subprocess.TimeoutExpired(str(self.pid), timeout or 0)
            self.returncode = int(self._status.recv(100))
            self._status.close()
            os.close(self._descriptor)
        return self.returncode

    def kill(self) -> None:
        """Kill it, if it has not ended."""
        if self.returncode is None:
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._descriptor, signal.SIGKILL)


def start(
    arguments: Sequence[str], files: Mapping[int, int], *, env: Mapping[str, str], cwd: str | Path | None = None
) -> Preloaded:
    """Start `python ARGUMENTS`, which are `-c SOURCE …` or `-m MODULE …`; `files` are its open files by number."""
    request = {
        "arguments": list(arguments),
        "env": dict(env),
        "cwd": str(cwd or Path.cwd()),
        "files": list(files),
        "limits": {name: resource.getrlimit(number) for name, number in _LIMITS.items()},
    }
    ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with its:
        socket.send_fds(_parent()[1], [json.dumps(request).encode()], [its.fileno(), *files.values()])
    return Preloaded(ours)


def spawn(source: str, arguments: Sequence[str], environment: Mapping[str, str] | None = None, **options: Any) -> Any:
    """Do what `commonplace.processes.spawn.spawn` does, with a preloaded process. Takes files, no pipes."""
    with Path(os.devnull).open("r+b") as null:
        given = {number: options.get(name) for number, name in enumerate(("stdin", "stdout", "stderr"))}
        files = {n: (n if f is None else null.fileno() if f == subprocess.DEVNULL else f) for n, f in given.items()}
        files |= {descriptor: descriptor for descriptor in options.get("pass_fds", ())}
        return start(["-c", source, *arguments], files, env={**os.environ, **(environment or {})})


@cache
def _parent() -> tuple[subprocess.Popen[bytes], socket.socket]:
    """Return the process that has imported everything, once it has, and its socket."""
    ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 2 * LONGEST)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COMMONPLACE_")}
    with its:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.preloaded", str(its.fileno())],
            cwd=ROOT,
            env={**environment, "PYTHONPATH": str(ROOT / "app"), "NO_COLOR": "1", "COLUMNS": "120"},
            pass_fds=(its.fileno(),),
        )
    ours.recv(1)
    return process, ours


def begin() -> None:
    """Start the process that has imported everything, so that nobody waits for it later."""
    _parent()


def end() -> None:
    """End the process that has imported everything, if one was started."""
    if _parent.cache_info().currsize:
        process, connection = _parent()
        _parent.cache_clear()
        connection.close()
        process.kill()
        process.wait()


def main() -> None:
    """Fork a process for each request, and tell how it ended, until the other side of the socket is closed."""
    import commonplace.cli.commands
    import commonplace.main  # noqa: F401
    from commonplace.web.app import shared_routes

    for route in shared_routes():  # what tells them apart is prepared when they are first asked
        route.matches({"type": "http", "method": "GET", "path": "", "headers": []})
    gc.freeze()  # or the copies would come to own these pages when they look for garbage

    control = socket.socket(fileno=int(sys.argv[1]))
    control.send(b".")
    running: dict[int, socket.socket] = {}
    while True:
        poll = select.poll()
        for descriptor in (control.fileno(), *running):
            poll.register(descriptor, select.POLLIN)
        for descriptor, _ in poll.poll():
            if descriptor in running:
                _tell_end(descriptor, running.pop(descriptor))
                continue
            request, descriptors, _, _ = socket.recv_fds(control, LONGEST, 64)
            if not request:
                return
            status = socket.socket(fileno=descriptors[0])
            process = os.fork()
            if process == 0:
                _end(_become(json.loads(request), descriptors[1:]))
            for given in descriptors[1:]:
                os.close(given)
            opened = os.pidfd_open(process)
            running[opened] = status
            with suppress(BrokenPipeError):
                socket.send_fds(status, [str(process).encode()], [opened])


def _tell_end(descriptor: int, status: socket.socket) -> None:
    ended = os.waitid(os.P_PIDFD, descriptor, os.WEXITED)
    os.close(descriptor)
    assert ended is not None
    code = ended.si_status if ended.si_code == os.CLD_EXITED else -ended.si_status
    with status, suppress(BrokenPipeError):
        status.send(str(code).encode())


def _become(request: dict[str, Any], descriptors: Sequence[int]) -> int:
    """Run a program in this process as a new interpreter would; return its exit status."""
    for name, bounds in request["limits"].items():
        resource.setrlimit(_LIMITS[name], tuple(bounds))
    _place(request["files"], descriptors)
    os.chdir(request["cwd"])
    os.environ.clear()
    os.environ.update(request["env"])
    tempfile.tempdir = None
    sys.stdin, sys.stdout = os.fdopen(0, closefd=False), os.fdopen(1, "w", closefd=False)
    sys.stderr = os.fdopen(2, "w", errors="backslashreplace", closefd=False)
    try:
        _run(*request["arguments"])
    except SystemExit as ending:
        if ending.code is None or isinstance(ending.code, int):
            return ending.code or 0
        sys.stderr.write(f"{ending.code}\n")
        return 1
    except BaseException:
        traceback.print_exc()
        return 1
    return 0


def _run(how: str, program: str, *arguments: str) -> None:
    if how == "-m":
        sys.argv = [program, *arguments]
        runpy.run_module(program, run_name="__main__", alter_sys=True)
    else:
        sys.argv = ["-c", *arguments]
        sys.modules["__main__"] = module = types.ModuleType("__main__")
        exec(program, vars(module))  # noqa: S102  the program that was to be run


def _end(code: int) -> NoReturn:
    """End this process as the interpreter does, without taking every module apart first: that takes half a second."""
    for thread in threading.enumerate():
        if thread is not threading.current_thread() and not thread.daemon:
            thread.join()
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _place(numbers: Sequence[int], descriptors: Sequence[int]) -> None:
    """Let those descriptors be open under those numbers, and no others."""
    free = max(*numbers, *descriptors) + 1
    moved = [fcntl.fcntl(descriptor, fcntl.F_DUPFD, free) for descriptor in descriptors]
    os.closerange(0, free)
    for number, descriptor in zip(numbers, moved, strict=True):
        os.dup2(descriptor, number)
    os.closerange(free, max(moved) + 1)


if __name__ == "__main__":
    main()
