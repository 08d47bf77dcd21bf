"""Tell the memory that processes hold (proc(5): Linux), and keep threads from holding more than they need."""

from __future__ import annotations

import ctypes
import resource
from contextlib import suppress
from pathlib import Path

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8

_KEPT_LARGE = 16
"""How many large pieces may lie free at the end of an arena before the C library gives memory back. By itself it does
so from 128 kB on, and whoever makes a text piece by piece has the same pages taken away and cleared again each time."""


def share_arenas(most: int) -> None:
    """Let the threads of this process, and of those it forks, take memory from that many arenas (mallopt(3)).

    The C library gives each thread an arena of its own, up to eight for each processor, and keeps what was freed in
    it: forty threads that each once made a big answer hold forty times its memory. Other C libraries have no arenas.
    """
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, most)


def keep_apart(large: int) -> None:
    """Let pieces of memory of that many bytes or more lie apart in this process, and in those it forks (mallopt(3)).

    Each goes back to the system as soon as it is freed. The C library raises that size by itself, up to 32 MB, with
    every large piece that is freed; the next ones lie among the small, and what they leave is filled with small pieces
    that stay.
    """
    with suppress(AttributeError, OSError):
        library = ctypes.CDLL(None)
        library.mallopt(_M_MMAP_THRESHOLD, large)
        library.mallopt(_M_TRIM_THRESHOLD, _KEPT_LARGE * large)


def give_back_memory() -> None:
    """Give memory that was freed back to the system (malloc_trim(3)).

    The C library keeps it, also between pieces that are in use, in case it is wanted again: much after a large piece
    of work. Other C libraries have no such function.
    """
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).malloc_trim(0)


def own_memory() -> int:
    """Return the bytes of memory of this process, without what it reads from files; what is shared with the process
    that it was forked from counts whole. 0 where the system does not tell."""
    with suppress(OSError, ValueError, IndexError):
        _, resident, from_files, *_ = Path("/proc/self/statm").read_text().split()
        return (int(resident) - int(from_files)) * resource.getpagesize()
    return 0


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
