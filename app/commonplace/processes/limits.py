"""Limit what this process may use (setrlimit(2)), and how long it lives (prctl(2))."""

from __future__ import annotations

import ctypes
import resource
import signal
from contextlib import suppress

_PR_SET_PDEATHSIG = 1


def end_with_parent() -> None:
    """Have the system end this process when the thread that forked it ends: Linux; elsewhere it goes on."""
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def limit(kind: int, wanted: int) -> None:
    """Lower a soft limit (`resource.RLIMIT_…`) to `wanted`, or to the hard limit where that is lower."""
    _, hard = resource.getrlimit(kind)
    resource.setrlimit(kind, (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard), hard))


def unlimit(kind: int) -> None:
    """Raise a soft limit (`resource.RLIMIT_…`) to the hard one again."""
    _, hard = resource.getrlimit(kind)
    resource.setrlimit(kind, (hard, hard))


def raise_limit(kind: int, wanted: int) -> None:
    """Raise a soft limit (`resource.RLIMIT_…`) to `wanted`, or to the hard limit where that is lower."""
    soft, hard = resource.getrlimit(kind)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(kind, (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard), hard))
