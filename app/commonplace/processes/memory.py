"""Tell the memory that processes hold (proc(5): Linux), and keep threads from holding more than they need."""

from __future__ import annotations

import ctypes
from contextlib import suppress
from pathlib import Path

_M_ARENA_MAX = -8


def share_arenas(most: int) -> None:
    """Let the threads of this process, and of those it forks, take memory from that many arenas (mallopt(3)).

    The C library gives each thread an arena of its own, up to eight for each processor, and keeps what was freed in
    it: forty threads that each once made a big answer hold forty times its memory. Other C libraries have no arenas.
    """
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, most)


def memory_of(process: int) -> int:
    """Return the bytes of memory that a process holds, its share of what it shares (PSS); 0 when it has ended."""
    with suppress(OSError):
        for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return 0


def descendants(process: int) -> list[int]:
    """Return the processes that a process has started, and those that they have started in turn."""
    found: list[int] = []
    with suppress(OSError):
        for task in Path(f"/proc/{process}/task").iterdir():
            with suppress(OSError):
                for child in (task / "children").read_text().split():
                    found += [int(child), *descendants(int(child))]
    return found
