"""Tell the memory that processes hold (proc(5): Linux)."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path


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
