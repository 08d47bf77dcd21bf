"""Model reading, writing, lag and memory of up to 64 servers and 100 million works, from what one machine measured.

    python -m benchmarks.model [--cores 4]

The constants are in `benchmarks.measured`, each with its source. Writing is simulated (`benchmarks.model_of_writes`),
the rest is arithmetic. The last table holds the model against measurements that it was not made of.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from benchmarks.measured import (
    APPLY,
    CARRIED,
    COMMIT,
    DATABASE,
    DATABASE_EACH,
    DISTINCT,
    GRAPHS,
    GROWTH,
    IN_DISK,
    IN_ENGINE,
    KEPT,
    LOAD,
    LOG,
    MEMORY,
    QUESTIONS,
    SEVERAL,
    SIZES,
    STORED,
    TAKE_IN,
    WORK,
    Graph,
    Grown,
)
from benchmarks.mixes import SITE
from benchmarks.model_of_writes import Setting, simulated
from benchmarks.sparql import table, two_digits

SERVERS = (1, 2, 4, 8, 16, 32, 64)
WORKS = tuple(10**power for power in range(3, 9))
EDITS = (0, 1, 10, 50, 100)
WRITERS = 128
"""Writers that each write again as soon as they may: more than servers, so that no server is without."""
MACHINES = (16, 64, 256, 1024)
"""Gigabytes of memory of machines that can be had."""


def grown(found: Grown, works: float, *, bound: float = 1.0) -> float:
    """Return a value at that many works: as a power of them between and beyond what was measured.

    Beyond, the power is that between the last two, and at most `bound`: what reads everything reads each work once.
    """
    logs = [math.log10(size) for size in SIZES]
    values = [math.log10(value) for value in found.values]
    at = math.log10(works)
    first = 0 if at <= logs[1] else 1
    power = (values[first + 1] - values[first]) / (logs[first + 1] - logs[first])
    if at > logs[-1]:
        return float(10 ** (values[-1] + min(max(power, 0.0), bound) * (at - logs[-1])))
    return float(10 ** (values[first] + power * (at - logs[first])))


def mix_cost(mix: Mapping[str, float], works: float) -> float:
    """Return the processor milliseconds of a query of a mix that was not asked before."""
    return sum(share * grown(QUESTIONS[kind], works) for kind, share in mix.items()) / sum(mix.values())


def memory(graph: Graph, works: float) -> float:
    """Return the megabytes of a server: a line through the least and the greatest library that was measured."""
    values = MEMORY[graph].values
    each = (values[-1] - values[0]) / (SIZES[-1] - SIZES[0])
    return values[0] + each * (works - SIZES[0])


def works_in(graph: Graph, gigabytes: float) -> float:
    """Return how many works a server of so much memory holds."""
    values = MEMORY[graph].values
    each = (values[-1] - values[0]) / (SIZES[-1] - SIZES[0])
    return SIZES[0] + (1000 * gigabytes - values[0]) / each


def spent_on_edits(graph: Graph, edits: float) -> float:
    """Return the share of one core that a server spends on so many edits a second by others."""
    return edits * (TAKE_IN.value + APPLY[graph].value) / 1000


def fresh(works: float, cores: int, edits: float = 0, graph: Graph = "memory") -> float:
    """Return the queries a second of the mix *site* that one server answers, none of them asked before."""
    return max(0.0, cores - spent_on_edits(graph, edits)) * 1000 / mix_cost(SITE, works)


def single_works(works: float, edits: float = 0, graph: Graph = "memory") -> float:
    """Return how many works a second one server describes, in the one process that does."""
    return max(0.0, 1 - spent_on_edits(graph, edits)) * 1000 / grown(WORK, works)


def kept(edits: float = 0, graph: Graph = "memory") -> float:
    """Return the kept answers a second that one server gives, in one process: each edit makes it look at each again."""
    budget = 1000 * max(0.0, 1 - spent_on_edits(graph, edits))
    looked_at = edits * DISTINCT.value
    rate = (budget - CARRIED.value * looked_at) / KEPT.value
    return rate if rate >= looked_at else budget / (KEPT.value + CARRIED.value)


def database_share(servers: int, edits: float) -> float:
    """Return how many cores the database takes for so many edits a second that so many servers follow."""
    return edits * (DATABASE.value + DATABASE_EACH.value * (servers - 1)) / 1000


@dataclass(frozen=True, slots=True)
class Check:
    """A measurement that no constant was made of, and the model's value of it."""

    name: str
    unit: str
    measured: float
    predicted: float
    source: str

    @property
    def error(self) -> float:
        """Share by which the model says too much."""
        return self.predicted / self.measured - 1


def _from_smaller(found: Grown) -> float:
    """Return the last value as the two before it foretell it, by a power of at most one."""
    power = min(max(math.log10(found.values[1] / found.values[0]), 0.0), 1.0)
    return float(found.values[1] * 10**power)


def checks() -> Iterator[Check]:
    """Hold the model against measurements."""
    measured: tuple[tuple[int, int, Graph, float, str], ...] = (
        (1, 8, "memory", 120, SEVERAL),
        (4, 8, "memory", 106, SEVERAL),
        (2, 8, "disk", 27.4, IN_DISK),
        (2, 8, "engine", 14.4, IN_ENGINE),
    )
    for servers, writers, graph, rate, source in measured:
        found = simulated(Setting(servers, writers, graph, on_one_machine=True))
        name = f"{writers} writers through {servers} {'server' if servers == 1 else 'servers'}, graph: {graph}"
        yield Check(name, "edits/s", rate, found.rate, source)
    idle = simulated(Setting(2, 1, on_one_machine=True, every=100))
    yield Check("lag of a second server, 10 edits a second", "ms", 1.7, idle.lag, SEVERAL)
    first, second, last = MEMORY["memory"].values
    line = second + (second - first) / (SIZES[1] - SIZES[0]) * (SIZES[2] - SIZES[1])
    yield Check("memory at 100,000 works, from 1,000 and 10,000", "MB", last, line, GROWTH)
    for kind in ("work page", "by author", "paging"):
        foretold = _from_smaller(QUESTIONS[kind])
        yield Check(
            f"{kind} at 100,000 works, from 1,000 and 10,000", "ms", QUESTIONS[kind].values[2], foretold, GROWTH
        )


def by_works(cores: int) -> str:
    """Return what one server is and answers, by works."""
    rows = [
        [
            f"{works:,}",
            two_digits(fresh(works, cores)),
            two_digits(single_works(works)),
            two_digits(kept()),
            two_digits(grown(QUESTIONS["top authors"], works) / 1000),
            *(two_digits(memory(graph, works) / 1000) for graph in GRAPHS),
            two_digits(LOG.value * works / 1e6),
            two_digits(LOAD.value * works / 60_000),
        ]
        for works in WORKS
    ]
    memories = (
        f"GB, graph {'in ' if graph == 'memory' else 'on ' if graph == 'disk' else 'in an '}{graph}" for graph in GRAPHS
    )
    head = ["works", "new queries/s", "works/s", "kept answers/s", "a query that reads all, s", *memories]
    return table([*head, "log, GB", "start, min"], rows)


def by_servers(cores: int) -> str:
    """Return what all servers write together, by their number: edits a second, and how long each waits."""
    rows = []
    for servers in SERVERS:
        row = [f"{servers}"]
        for graph in GRAPHS:
            found = simulated(Setting(servers, WRITERS, graph, cores))
            row += [two_digits(found.rate)]
        calm = simulated(Setting(servers, 16, "memory", cores, every=100), 60_000)
        row += [
            two_digits(calm.wait),
            two_digits(database_share(servers, simulated(Setting(servers, WRITERS, "memory", cores)).rate)),
        ]
        rows.append(row)
    graphs = (f"edits/s, {graph}" for graph in GRAPHS)
    return table(["servers", *graphs, "ms an edit at 10/s", "cores of the database"], rows)


def lag(setting: Setting) -> str:
    """Return the median lag of a setting in words: there is none where so much cannot be written, or not followed."""
    edits, left = 1000 / setting.every, 1 - setting.asked
    if edits * (COMMIT[setting.graph].value + STORED.value) / left >= 1000:
        return "too many to write"
    if spent_on_edits(setting.graph, edits) / left >= 1:
        return "falls behind"
    return two_digits(simulated(setting, 60_000).lag)


def lags(cores: int) -> str:
    """Return how long until another server answers with an edit, by edits a second, idle and half busy."""
    rows = []
    for edits in EDITS[1:]:
        row = [f"{edits}"]
        for graph in GRAPHS:
            for asked in (0.0, 0.5):
                row.append(lag(Setting(8, 64, graph, cores, every=1000 / edits, asked=asked)))
        rows.append(row)
    return table(["edits/s", *(f"{graph}, {busy}" for graph in GRAPHS for busy in ("idle", "half busy"))], rows)


def beside_edits(cores: int) -> str:
    """Return what servers answer together at 100,000 works, by edits a second."""
    rows = []
    for edits in EDITS:
        row = [f"{edits}"]
        for servers in (1, 4, 16, 64):
            each = (fresh(100_000, cores, edits), single_works(100_000, edits), kept(edits))
            row.append(" / ".join(f"{servers * rate:,.0f}" for rate in each))
        rows.append(row)
    return table(
        ["edits/s", *(f"{servers} {'server' if servers == 1 else 'servers'}" for servers in (1, 4, 16, 64))], rows
    )


def by_memory() -> str:
    """Return how many works a machine holds."""
    rows = [[f"{size:,} GB", *(f"{works_in(graph, size) / 1e6:,.1f}" for graph in GRAPHS)] for size in MACHINES]
    return table(["memory of each server", *(f"{graph}, million works" for graph in GRAPHS)], rows)


def held_against() -> str:
    """Return the checks as a table."""
    rows = [
        [one.name, one.unit, two_digits(one.measured), two_digits(one.predicted), f"{100 * one.error:+.0f} %"]
        for one in checks()
    ]
    return table(["measured", "unit", "found", "model", "error"], rows)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cores", type=int, default=4, help="of each server's machine, and of the database's")
    given = parser.parse_args()
    print(f"`python -m benchmarks.model --cores {given.cores}`\n")
    print(f"One server of {given.cores} cores, nobody editing:\n\n{by_works(given.cores)}")
    print(f"Works that fit a machine:\n\n{by_memory()}")
    print(f"All servers together, {WRITERS} writers:\n\n{by_servers(given.cores)}")
    print(f"New queries / works / kept answers a second of all servers, 100,000 works:\n\n{beside_edits(given.cores)}")
    print(f"Median milliseconds until another of eight servers has an edit:\n\n{lags(given.cores)}")
    print(f"The model held against measurements:\n\n{held_against()}")


if __name__ == "__main__":
    main()
