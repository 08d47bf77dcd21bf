"""Bound what one query may cost. Each limit ends the work itself, not only the waiting for it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryLimits:
    """Bounds of a query, and the number of queries answered at a time.

    `seconds` on the clock, from when a worker takes it; `rows` (solutions, or triples of a graph) and `bytes`
    of its answer, before compression; `memory`, in bytes of address space beyond what its worker held before. A worker
    that many queries have made grow by `kept` bytes is replaced by a new one, which shares the zygote's memory.
    """

    seconds: float = 30.0
    rows: int = 1_000_000
    bytes: int = 200_000_000
    memory: int = 2_000_000_000
    kept: int = 32_000_000
    workers: int = 2
