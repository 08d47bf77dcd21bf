"""The zygote is forked where the server's process has one thread, whatever threads it had before."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

AFTER_CHECKS = """
import sys
from pathlib import Path
from commonplace.derived.sealed import checksums_of
from commonplace.derived.workers.zygote import may_fork
files = sorted(Path(sys.argv[1]).iterdir())
print([may_fork() for _ in range(100) if len(list(checksums_of(files))) == len(files)].count(True))
"""

WITH_ANOTHER = """
from threading import Event, Thread
from commonplace.derived.workers.zygote import may_fork
over = Event()
thread = Thread(target=over.wait)
thread.start()
before = may_fork()
over.set()
thread.join()
print(before, may_fork())
"""


def printed(program: str, *arguments: str) -> str:
    """Return what a program of one thread prints; a run of tests has several."""
    done = subprocess.run([sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_threads_that_checked_files_are_gone(tmp_path: Path) -> None:
    for number in range(8):
        (tmp_path / f"table{number}").write_bytes(bytes(200_000))
    assert printed(AFTER_CHECKS, str(tmp_path)) == "100"


def test_a_thread_that_lives_keeps_the_zygote_from_being_forked() -> None:
    assert printed(WITH_ANOTHER) == "False True"
