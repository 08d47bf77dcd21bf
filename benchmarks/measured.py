"""Hold the constants of the model of many servers, each with the command or the section that it was measured by.

Processor time is of one core of the machine that all of them were measured on (two cores).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Graph = Literal["memory", "disk", "engine"]

GRAPHS: tuple[Graph, ...] = ("memory", "disk", "engine")

GROWTH = "docs/benchmarks.md#growth"
PLACES = "docs/benchmarks.md#memory-and-start-by-the-place-of-the-graph"
SEVERAL = "python -m benchmarks.several --servers 1 2 4 --seconds 6"
IN_DISK = "python -m benchmarks.several --servers 2 --seconds 5 --graph disk"
IN_ENGINE = "python -m benchmarks.several --servers 2 --seconds 5 --graph engine"
SIZES = (1_000, 10_000, 100_000)
"""Works of the libraries in which answers and memory were measured."""


@dataclass(frozen=True, slots=True)
class Constant:
    """A value that was measured, or assumed, and its source."""

    value: float
    unit: str
    source: str


@dataclass(frozen=True, slots=True)
class Grown:
    """Values in libraries of `SIZES` works, and their source."""

    values: tuple[float, float, float]
    source: str


COMMIT: dict[Graph, Constant] = {
    "memory": Constant(5.6, "ms", f"{SEVERAL}: 1 server, 1 writer: processor of the server, without its answer"),
    "disk": Constant(17.0, "ms", f"{IN_DISK}: 1 writer, without the follower's part and the answer"),
    "engine": Constant(47.0, "ms", f"{IN_ENGINE}: 1 writer, without the follower's part and the answer"),
}
"""Processor time of an edit while no other server may write: request read, change made, checked and applied."""

ANSWER = Constant(0.7, "ms", f"{SEVERAL}: the same; the work is described when others may write again")
STORED = Constant(1.0, "ms", f"{SEVERAL}: 8.0 ms for an edit, less the processor of server and client: disk, database")
CLIENT = Constant(0.75, "ms", f"{SEVERAL}: processor of a writer for an edit")
DATABASE = Constant(0.8, "ms", f"{SEVERAL}: processor of the database for an edit, 1 server")
DATABASE_EACH = Constant(0.21, "ms", f"{SEVERAL}: 1.43 ms with 4 servers less 0.79 with 1, for each that follows")
TAKE_IN = Constant(0.95, "ms", f"{SEVERAL}: processor of a server for an edit by another, nobody asking it")
APPLY: dict[Graph, Constant] = {
    "memory": Constant(0.5, "ms", f"{SEVERAL}: 8.25 ms where both servers write, less 7.65 where one does"),
    "disk": Constant(22.0, "ms", f"{IN_DISK}: 40.3 ms where both servers write, less 18.0 where one does"),
    "engine": Constant(17.0, "ms", f"{IN_ENGINE}: 66.4 ms where both servers write, less 49.4 where one does"),
}
"""Processor time for taking an edit of three statements into graph and index, when the next question comes."""

ROUND = Constant(0.5, "ms", "assumed: a message to another machine of one room and back; none on one machine")

QUESTIONS: dict[str, Grown] = {
    "look-up": Grown((0.44, 0.46, 0.45), GROWTH),
    "work page": Grown((0.53, 0.55, 0.55), GROWTH),
    "two hops": Grown((0.46, 0.50, 0.53), GROWTH),
    "CONSTRUCT": Grown((0.52, 0.53, 0.55), GROWTH),
    "ASK": Grown((0.40, 0.43, 0.43), GROWTH),
    "by author": Grown((0.67, 1.20, 2.74), GROWTH),
    "concept": Grown((0.57, 0.77, 4.76), GROWTH),
    "co-authors": Grown((0.61, 0.77, 1.26), GROWTH),
    "paging": Grown((1.08, 1.25, 1.42), GROWTH),
    "top authors": Grown((1.38, 13.4, 223), GROWTH),
    "CONTAINS": Grown((0.85, 4.47, 76.3), GROWTH),
    "by year": Grown((1.03, 4.95, 70.7), GROWTH),
}
"""Processor milliseconds of a query that was not asked before."""

WORK = Grown((1.21, 1.17, 1.46), GROWTH)
"""Processor milliseconds of `GET /works/{key}`."""

KEPT = Constant(0.088, "ms", "docs/benchmarks.md#while-it-is-edited: 11,299 a second by one process; 3,000 queries")
CARRIED = Constant(0.035, "ms", "the same: 10,124 a second with an edit a second, which 3,000 answers are carried over")
DISTINCT = Constant(3_000, "queries", "benchmarks/mixes.py: those that are asked again and again")

MEMORY: dict[Graph, Grown] = {
    "memory": Grown((298, 476, 2_647), GROWTH),
    "disk": Grown((290, 392, 691), f"python -m benchmarks.growth --graph disk; the last: {PLACES}"),
    "engine": Grown((256, 313, 382), f"python -m benchmarks.several --graph engine; the last: {PLACES}"),
}
"""Megabytes of a server: all its processes, what they share counted once. An engine has its own beside."""

LOG = Constant(4.4, "kB a work", f"{GROWTH}: 440 MB for 100,000 works in one version")
LOAD = Constant(0.12, "ms a work", f"{GROWTH}: 12.2 s from a start to the first answer, of 100,000 works")
