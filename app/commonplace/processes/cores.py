"""Count the cores that this process may use."""

from __future__ import annotations

import os


def cores_at_hand() -> int:
    """Return the number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
