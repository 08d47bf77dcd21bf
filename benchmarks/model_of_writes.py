"""Simulate writers, servers, and the log they share, event by event, with the constants of `benchmarks.measured`.

A server writes while it holds the log's turn, which the database gives in the order in which it was asked for. Before
that the server takes in, and applies, what others wrote meanwhile. Each server computes on one core at a time.
"""

from __future__ import annotations

import random
import statistics
from collections.abc import Generator
from dataclasses import dataclass, field

import simpy

from benchmarks.measured import (
    ANSWER,
    APPLY,
    CLIENT,
    COMMIT,
    DATABASE,
    DATABASE_EACH,
    ROUND,
    STORED,
    TAKE_IN,
    Graph,
)

Steps = Generator[simpy.Event, object, None]

SPREAD = 0.2
"""Share by which each piece of work takes longer or shorter than its mean, by chance."""


@dataclass(frozen=True, slots=True)
class Setting:
    """Servers, those that write through them, and the machines: one for all, or one each and one for the database."""

    servers: int
    writers: int
    graph: Graph = "memory"
    cores: int = 2
    """Cores of each machine."""
    on_one_machine: bool = False
    every: float = 0.0
    """Milliseconds between the edits of all writers together; 0 where each writes again as soon as it may."""
    asked: float = 0.0
    """Share of its one core that answering takes of each server."""


@dataclass(slots=True)
class Found:
    """The edits that were answered, how long each took, and how long until another server had it, in milliseconds."""

    edits: int = 0
    milliseconds: float = 0.0
    waits: list[float] = field(default_factory=list)
    lags: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Edits a second."""
        return 1000 * self.edits / self.milliseconds

    @property
    def wait(self) -> float:
        """Median time of an edit."""
        return statistics.median(self.waits) if self.waits else float("inf")

    @property
    def lag(self) -> float:
        """Median time until another server answers with the edit."""
        return statistics.median(self.lags) if self.lags else 0.0


class Server:
    """A server: its machine, its one thread of computing, its writers' queue, and the versions that it has applied."""

    def __init__(self, env: simpy.Environment, machine: simpy.Resource) -> None:
        self.machine = machine
        self.computing = simpy.Resource(env)
        self.writing = simpy.Resource(env)
        self.following = simpy.Resource(env)
        self.applied = 0


class Simulation:
    """One run of a setting."""

    def __init__(self, setting: Setting, seed: int) -> None:
        self.setting = setting
        self.env = simpy.Environment()
        self.chance = random.Random(seed)
        self.found = Found()
        self.head = 0
        machine = simpy.Resource(self.env, setting.cores)
        self.database = machine if setting.on_one_machine else simpy.Resource(self.env, setting.cores)
        self.turn = simpy.Resource(self.env)
        self.servers = [
            Server(self.env, machine if setting.on_one_machine else simpy.Resource(self.env, setting.cores))
            for _ in range(setting.servers)
        ]
        self.clients = machine if setting.on_one_machine else None
        self.round = 0.0 if setting.on_one_machine else ROUND.value

    def run(self, milliseconds: float) -> Found:
        """Run for so long."""
        for number in range(self.setting.writers):
            self.env.process(self.writer(self.servers[number % len(self.servers)]))
        self.env.run(until=milliseconds)
        self.found.milliseconds = milliseconds
        return self.found

    def writer(self, server: Server) -> Steps:
        """Write, and wait for the answer, again and again."""
        while True:
            if self.setting.every:
                yield self.env.timeout(self.chance.expovariate(1 / (self.setting.every * self.setting.writers)))
            begun = self.env.now
            if self.clients is not None:
                yield from self.compute(self.clients, CLIENT.value)
            yield from self.edit(server)
            self.found.edits += 1
            self.found.waits.append(self.env.now - begun)

    def edit(self, server: Server) -> Steps:
        """Take the server's turn and the log's, catch up, write, and answer."""
        with server.writing.request() as first:
            yield first
            with self.turn.request() as turn:
                yield turn
                yield self.env.timeout(self.round)
                yield from self.catch_up(server, self.head)
                yield from self.compute_at(server, COMMIT[self.setting.graph].value)
                yield from self.compute(self.database, DATABASE.value)
                yield self.env.timeout(self.near(STORED.value) - DATABASE.value + self.round)
                self.head += 1
                server.applied = self.head  # nobody else follows while it has the turn
                for other in self.servers:
                    if other is not server:
                        self.env.process(self.follow(other, self.head))
        yield from self.compute_at(server, ANSWER.value)

    def follow(self, server: Server, version: int) -> Steps:
        """Let another server take in a version that it was told of, and answer with it."""
        told = self.env.now
        yield from self.compute(self.database, DATABASE_EACH.value)
        yield self.env.timeout(self.round)
        yield from self.catch_up(server, version)
        self.found.lags.append(self.env.now - told)

    def catch_up(self, server: Server, version: int) -> Steps:
        """Take in and apply what a server lacks of the log up to a version."""
        with server.following.request() as one:
            yield one
            while server.applied < version:
                yield from self.compute_at(server, TAKE_IN.value + APPLY[self.setting.graph].value)
                server.applied += 1

    def compute_at(self, server: Server, milliseconds: float) -> Steps:
        """Compute in a server's one thread; what it answers meanwhile makes that longer."""
        with server.computing.request() as one:
            yield one
            yield from self.compute(server.machine, milliseconds / (1 - self.setting.asked))

    def compute(self, machine: simpy.Resource, milliseconds: float) -> Steps:
        """Compute on one core of a machine."""
        with machine.request() as core:
            yield core
            yield self.env.timeout(self.near(milliseconds))

    def near(self, milliseconds: float) -> float:
        return milliseconds * self.chance.uniform(1 - SPREAD, 1 + SPREAD)


def simulated(setting: Setting, milliseconds: float = 20_000, seed: int = 15) -> Found:
    """Return what a run of a setting finds; the same for one seed."""
    return Simulation(setting, seed).run(milliseconds)
