"""A graph of the newest state is read at earlier versions, and answers as one that was made for them."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad

from commonplace.derived import past_states
from commonplace.derived.checkpoints import Checkpoints
from commonplace.derived.graph.composing import composed
from commonplace.derived.graph.graph import Graph
from commonplace.derived.graph.opening import new_graph
from commonplace.derived.past_states import PastStates
from commonplace.derived.rewinding import MovableGraph
from commonplace.model.change import ChangeSet, Version
from commonplace.patchlog.log import PatchLog, versions
from commonplace.patchlog.memory_log import MemoryLog
from tests.patchlog.entries import entry, quad

BASE = "http://127.0.0.1:8000/"
EVERYTHING = "SELECT ?s ?p ?o WHERE { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }"


def random_log(entries: int, seed: int) -> PatchLog:
    """Return a log in which quads come, go and come again."""
    chance, log = random.Random(seed), MemoryLog()
    there: list[Quad] = []
    for number in range(1, entries + 1):
        removed = tuple(chance.sample(there, min(len(there), chance.randrange(3))))
        staying = [one for one in there if one not in removed]
        some = [quad(f"s{chance.randrange(4)}", f"{chance.randrange(5)}", chance.choice((None, "g"))) for _ in range(3)]
        added = tuple(dict.fromkeys(one for one in some if one not in there))
        log.append(entry(number, *added, removed=removed))
        there = [*staying, *added]
    return log


def replayed(log: PatchLog, version: Version) -> Graph:
    """Return a graph to which every entry up to a version was applied, one by one."""
    graph = new_graph(BASE)
    for number in versions(log):
        if number <= version:
            graph.apply(number, log.entry(number).change)
    return graph


def walked(graph: Graph) -> list[str]:
    """Return everything in a graph, in the order in which its engine comes to it."""
    return graph.read(lambda snapshot: [str(row) for row in snapshot.select(EVERYTHING)])


@pytest.mark.parametrize("seed", range(4))
def test_every_version_is_as_it_was_whatever_is_asked_before(seed: int) -> None:
    log = random_log(25, seed)
    newest = MovableGraph(replayed(log, log.head()), log)
    order = [*versions(log)] * 2
    random.Random(seed).shuffle(order)

    for version in order:
        past = newest.past(version)
        assert past.version == version
        assert past.read(lambda snapshot: snapshot.version) == version
        assert walked(past) == walked(replayed(log, version)), version
        if version % 3 == 0:
            assert newest.version == log.head()
            assert walked(newest) == walked(replayed(log, log.head()))


def test_a_graph_that_was_rewound_follows_the_log() -> None:
    log = random_log(9, 1)
    newest = MovableGraph(replayed(log, log.head()), log)
    walked(newest.past(Version(2)))
    log.append(entry(10, quad("new")))

    newest.apply(Version(10), log.entry(Version(10)).change)

    assert newest.version == 10
    assert walked(newest) == walked(replayed(log, Version(10)))
    assert walked(newest.past(Version(2))) == walked(replayed(log, Version(2)))


def test_who_reads_a_past_state_may_read_another_meanwhile() -> None:
    log = random_log(12, 2)
    newest = MovableGraph(replayed(log, log.head()), log)
    past = newest.past(Version(3))

    outer, inner = past.read(lambda snapshot: (walked(past), walked(newest)))

    assert outer == walked(replayed(log, Version(3)))
    assert inner == walked(replayed(log, log.head()))
    assert walked(past) == outer


def test_queries_find_the_description_of_the_version_that_they_ask() -> None:
    log = random_log(6, 3)
    newest = MovableGraph(replayed(log, log.head()), log)
    about, void = NamedNode(f"{BASE}id/about"), NamedNode(f"{BASE}graph/void")

    def describe(graph: Graph) -> tuple[Version, list[Quad]]:
        return graph.version, [Quad(about, NamedNode(f"{BASE}version"), Literal(graph.version), void)]

    text = f"SELECT ?v WHERE {{ GRAPH <{void.value}> {{ <{about.value}> ?p ?v }} }}"
    for version in (Version(4), Version(2), Version(6)):
        graph = newest if version == 6 else newest.past(version)
        assert [row["v"].value for row in graph.read_described(describe, lambda snapshot: snapshot.select(text))] == [
            str(version)
        ]
    assert not newest.read_undescribed(lambda snapshot: snapshot.select(text))


@pytest.mark.parametrize("seed", range(3))
def test_entries_composed_do_what_they_do_one_by_one(seed: int) -> None:
    log = random_log(20, seed)
    for start, end in ((0, 20), (3, 11), (7, 8), (5, 5)):
        graph = replayed(log, Version(start))
        together = composed(log, Version(start), Version(end))
        net = together.net()
        before, after = (set(replayed(log, Version(n)).read(lambda s: list(s.quads()))) for n in (start, end))
        assert set(net.added) == after - before
        assert set(net.removed) == before - after
        graph.move(Version(end), together.coming, together.going)
        assert graph.version == end
        assert walked(graph) == walked(replayed(log, Version(end)))


@pytest.mark.parametrize("seed", range(3))
def test_a_state_made_from_the_whole_log_is_walked_as_one_that_every_entry_was_applied_to(
    seed: int, tmp_path: Path
) -> None:
    log = random_log(20, seed)
    for version in (Version(7), Version(20)):
        graph = new_graph(BASE)
        Checkpoints(tmp_path, log).fill(graph, version)
        assert walked(graph) == walked(replayed(log, version))


def test_one_statement_in_two_spellings_is_one() -> None:
    class Respelt(MemoryLog):
        """A log in which another writer has written an escape that ours does not write."""

        def bodies(self, after: Version, until: Version):  # type: ignore[no-untyped-def]  # noqa: ANN202
            yield b'A <http://x/s> <http://x/p> "\\u0061" .\n'
            yield b'D <http://x/s> <http://x/p> "a" .\n'

    assert composed(Respelt(), Version(0), Version(2)).net() == ChangeSet()


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ('"01"^^<http://www.w3.org/2001/XMLSchema#integer>', '"1"^^<http://www.w3.org/2001/XMLSchema#integer>'),
        (
            '"2020-01-01T00:00:00.000Z"^^<http://www.w3.org/2001/XMLSchema#dateTime>',
            '"2020-01-01T00:00:00Z"^^<http://www.w3.org/2001/XMLSchema#dateTime>',
        ),
        ('"1"^^<http://www.w3.org/2001/XMLSchema#boolean>', '"true"^^<http://www.w3.org/2001/XMLSchema#boolean>'),
    ],
)
def test_a_value_that_is_removed_and_written_again_is_there(written: str, kept: str) -> None:
    class Rewritten(MemoryLog):
        """A log whose writer spells a value otherwise than the engine, which a removal spells its own way."""

        def bodies(self, after: Version, until: Version):  # type: ignore[no-untyped-def]  # noqa: ANN202
            yield f"A <http://x/s> <http://x/p> {written} .\n".encode()
            yield f"D <http://x/s> <http://x/p> {kept} .\n".encode()
            yield f"A <http://x/s> <http://x/p> {written} .\n".encode()

    done = composed(Rewritten(), Version(0), Version(3))
    graph = new_graph(BASE)
    graph.move(Version(3), done.coming, done.going)
    assert [str(quad.object) for quad in graph.read(lambda snapshot: list(snapshot.quads()))] == [kept]


@pytest.mark.parametrize("least", [0, 10**9])
def test_past_states_are_alike_whichever_way_they_are_made(
    least: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(past_states, "FORWARD_BYTES", least)
    log = random_log(20, 5)
    newest = MovableGraph(replayed(log, log.head()), log)
    past = PastStates(BASE, Checkpoints(tmp_path, log), newest=newest)

    for version in (18, 1, 12, 19, 3, 12):
        assert walked(past.at(Version(version))) == walked(replayed(log, Version(version)))
