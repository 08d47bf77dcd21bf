"""How the C library takes memory from the system where much is filled (mallopt(3) of glibc; elsewhere nothing is done).

By itself it takes little at a time, for a thread a page: a call to the system for every four kilobytes of a graph of a
gigabyte; and it gives much back that is wanted again at once.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager

_TRIM_THRESHOLD, _TOP_PAD, _MMAP_THRESHOLD = -1, -2, -3
_MEBIBYTE = 1024 * 1024
_LARGE = ((_TOP_PAD, 64 * _MEBIBYTE), (_MMAP_THRESHOLD, 32 * _MEBIBYTE), (_TRIM_THRESHOLD, 128 * _MEBIBYTE))
"""The first is what a thread's memory is made of: it takes each of these whole. Setting one of them ends their being
found by use, so the others are set to the most that they would come to."""
_USUAL = ((_TOP_PAD, _MEBIBYTE // 8), (_TRIM_THRESHOLD, 64 * _MEBIBYTE))


def take_large_pieces() -> None:
    """From here on, take memory in large pieces."""
    _set(_LARGE)


@contextmanager
def in_large_pieces() -> Iterator[None]:
    """Take memory in large pieces, and in small ones again after that; but blocks of up to 32 MB no longer each from
    the system by itself."""
    _set(_LARGE)
    try:
        yield
    finally:
        _set(_USUAL)


def _set(options: tuple[tuple[int, int], ...]) -> None:
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        for option, value in options:
            mallopt(option, value)
