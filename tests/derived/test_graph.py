"""The graph: applying change sets and reading whole states, in memory and on disk."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, QueryBoolean, RdfFormat, serialize

from commonplace.derived.graph.embedded import EmbeddedGraph, StoreSnapshot
from commonplace.model.change import ChangeSet, Version
from commonplace.model.quad_text import QuadText

BASE = "http://127.0.0.1:8000/"
P = NamedNode("http://example.org/p")
MARKER = NamedNode("http://example.org/marker")


def quad(name: str, value: str = "value", graph: str | None = None) -> Quad:
    subject = NamedNode(f"http://example.org/{name}")
    if graph is None:
        return Quad(subject, P, Literal(value))
    return Quad(subject, P, Literal(value), NamedNode(f"http://example.org/{graph}"))


def contents(graph: EmbeddedGraph) -> set[Quad]:
    return graph.read(lambda state: set(state.quads()))


@pytest.fixture(params=["memory", "disk"])
def graph(request: pytest.FixtureRequest, tmp_path: Path) -> EmbeddedGraph:
    return EmbeddedGraph.in_memory(BASE) if request.param == "memory" else EmbeddedGraph.on_disk(BASE, tmp_path / "g")


def test_an_empty_graph_is_at_version_0(graph: EmbeddedGraph) -> None:
    assert graph.version == 0
    assert graph.read(lambda state: (state.version, state.size)) == (0, 0)


def test_changes_are_applied_one_after_another(graph: EmbeddedGraph) -> None:
    graph.apply(Version(1), ChangeSet(added=(quad("a"), quad("b", graph="g"))))
    graph.apply(Version(2), ChangeSet(added=(quad("c"),), removed=(quad("a"),)))
    graph.apply(Version(3), ChangeSet())

    assert graph.version == 3
    assert contents(graph) == {quad("b", graph="g"), quad("c")}


@pytest.mark.parametrize("version", [0, 1, 3])
def test_only_the_next_version_can_be_applied(graph: EmbeddedGraph, version: int) -> None:
    graph.apply(Version(1), ChangeSet(added=(quad("a"),)))

    with pytest.raises(ValueError, match="version 1"):
        graph.apply(Version(version), ChangeSet(added=(quad("b"),)))
    assert contents(graph) == {quad("a")}


def test_a_snapshot_can_be_asked_in_every_way(graph: EmbeddedGraph) -> None:
    graph.apply(Version(1), ChangeSet(added=(quad("a"), quad("b", graph="g"))))

    def ask(state: StoreSnapshot) -> None:
        assert state.size == 2
        assert state.contains(quad("a"))
        assert not state.contains(quad("a", graph="g"))
        assert list(state.triples()) == [quad("a").triple]
        assert list(state.triples(NamedNode("http://example.org/b"))) == []
        assert [row["o"] for row in state.select("SELECT ?o { GRAPH ?g { ?s ?p ?o } }")] == [Literal("value")]
        answer = state.query("ASK { <id/a> ?p ?o }")
        assert isinstance(answer, QueryBoolean)
        assert not answer
        assert state.dump(RdfFormat.N_QUADS).count(b"\n") == 2
        assert state.dump(RdfFormat.TURTLE).count(b"value") == 1

    graph.read(ask)


def test_relative_iris_in_a_query_are_those_of_the_base(graph: EmbeddedGraph) -> None:
    graph.apply(Version(1), ChangeSet(added=(Quad(NamedNode(f"{BASE}id/a"), P, Literal("x")),)))

    assert graph.read(lambda state: len(state.select("SELECT ?o { <id/a> ?p ?o }"))) == 1


def test_select_is_for_select_queries(graph: EmbeddedGraph) -> None:
    with pytest.raises(TypeError):
        graph.read(lambda state: state.select("ASK {}"))


def test_blank_nodes_keep_their_labels(graph: EmbeddedGraph) -> None:
    node, named = BlankNode("kept"), BlankNode("c0ffee")
    change = ChangeSet(added=(Quad(node, P, named), Quad(node, P, Literal("x"), NamedNode("http://example.org/g"))))
    graph.apply(Version(1), change)

    assert contents(graph) == set(change.added)
    graph.apply(Version(2), ChangeSet(removed=(Quad(node, P, named),)))
    assert contents(graph) == {change.added[1]}


def _adding(version: int) -> ChangeSet:
    return ChangeSet(added=tuple(Quad(NamedNode(f"urn:{version}:{n}"), MARKER, Literal("x")) for n in range(20)))


def _adding_text(version: int) -> ChangeSet:
    return ChangeSet(added=_text(*_adding(version).added))


def _moving(version: int) -> ChangeSet:
    """Each version holds its own twenty markers and no others."""
    removed = _adding(version - 1).added if version > 1 else ()
    return ChangeSet(added=_adding(version).added, removed=removed)


def _twenty_each(state: StoreSnapshot) -> bool:
    found = {quad.subject.value for quad in state.quads() if isinstance(quad.subject, NamedNode)}
    counted = state.select("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")[0]["n"]
    return found == {f"urn:{v}:{n}" for v in range(1, state.version + 1) for n in range(20)} and counted == Literal(
        20 * state.version
    )


def _own_twenty(state: StoreSnapshot) -> bool:
    rows = state.select("SELECT ?s { ?s ?p ?o }")
    found = {row["s"].value for row in rows if isinstance(row["s"], NamedNode)}
    again = {quad.subject.value for quad in state.quads() if isinstance(quad.subject, NamedNode)}
    return found == again == {f"urn:{state.version}:{n}" for n in range(20 if state.version else 0)}


@pytest.mark.parametrize(
    ("change", "is_whole"), [(_adding, _twenty_each), (_adding_text, _twenty_each), (_moving, _own_twenty)]
)
def test_a_reader_beside_a_writer_sees_whole_versions(
    graph: EmbeddedGraph, change: Callable[[int], ChangeSet], is_whole: Callable[[StoreSnapshot], bool]
) -> None:
    last = 40
    seen: list[list[tuple[Version, bool]]] = [[], []]

    def watch(found: list[tuple[Version, bool]]) -> None:
        while not found or found[-1][0] < last:
            found.append(graph.read(lambda state: (state.version, is_whole(state))))

    readers = [threading.Thread(target=watch, args=(found,)) for found in seen]
    for reader in readers:
        reader.start()
    for number in range(1, last + 1):
        graph.apply(Version(number), change(number))
    for reader in readers:
        reader.join()

    for found in seen:
        assert all(whole for _, whole in found)
        assert [version for version, _ in found] == sorted(version for version, _ in found)


@pytest.mark.parametrize("removing", [False, True])
def test_a_write_in_the_middle_of_a_read_makes_it_read_again(graph: EmbeddedGraph, removing: bool) -> None:
    graph.apply(Version(1), ChangeSet(added=(quad("a"),)))
    runs: list[Version] = []

    def read(state: StoreSnapshot) -> tuple[Version, set[Quad], set[Quad]]:
        before = set(state.quads())
        runs.append(state.version)
        if len(runs) == 1:
            change = ChangeSet(added=(quad("b"),), removed=(quad("a"),) if removing else ())
            writer = threading.Thread(target=graph.apply, args=(Version(2), change))
            writer.start()
            writer.join()
        return state.version, before, set(state.quads())

    version, before, after = graph.read(read)

    assert runs == [1, 2]
    assert version == 2
    assert before == after == ({quad("b")} if removing else {quad("a"), quad("b")})


def test_a_graph_on_disk_goes_on_at_its_version(tmp_path: Path) -> None:
    directory = tmp_path / "graph"
    graph = EmbeddedGraph.on_disk(BASE, directory)
    node = BlankNode("kept")
    graph.apply(Version(1), ChangeSet(added=(quad("a"), Quad(node, P, Literal("x")))))
    graph.apply(Version(2), ChangeSet(added=(quad("b"),), removed=(quad("a"),)))
    del graph

    reopened = EmbeddedGraph.on_disk(BASE, directory)

    assert reopened.version == 2
    assert contents(reopened) == {quad("b"), Quad(node, P, Literal("x"))}
    reopened.apply(Version(3), ChangeSet(removed=(quad("b"),)))
    assert contents(reopened) == {Quad(node, P, Literal("x"))}


@pytest.mark.parametrize("position", [0, 1, 2, 3])
def test_a_crash_between_data_and_position_is_mended_by_applying_again(tmp_path: Path, position: int) -> None:
    changes = [
        ChangeSet(added=(quad("a"), quad("b"))),
        ChangeSet(added=(quad("c"),), removed=(quad("a"),)),
        ChangeSet(added=(quad("a"),), removed=(quad("b"),)),
        ChangeSet(removed=(quad("c"),)),
    ]
    directory = tmp_path / "graph"
    recorded = directory.with_suffix(".version")
    graph = EmbeddedGraph.on_disk(BASE, directory)
    for number, change in enumerate(changes, 1):
        graph.apply(Version(number), change)
    del graph
    recorded.write_text(str(position))

    reopened = EmbeddedGraph.on_disk(BASE, directory)
    assert reopened.version == position
    for number in range(position, len(changes)):
        reopened.apply(Version(number + 1), changes[number])

    assert reopened.version == 4
    assert contents(reopened) == {quad("a")}
    assert recorded.read_text() == "4"


def test_a_large_change_on_disk_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("commonplace.derived.graph.embedded.BULK_QUADS", 10)
    graph = EmbeddedGraph.on_disk(BASE, tmp_path / "graph")

    graph.apply(Version(1), _adding(1))

    assert contents(graph) == set(_adding(1).added)


def test_a_checkpoint_replaces_what_a_crash_left(tmp_path: Path) -> None:
    checkpoint = tmp_path / "checkpoint.nq"
    checkpoint.write_text('<urn:a> <urn:p> "x" .\n')
    graph = EmbeddedGraph.on_disk(BASE, tmp_path / "graph")
    graph.apply(Version(1), ChangeSet(added=(quad("left"),)))

    graph.load_checkpoint(checkpoint, Version(7))

    assert graph.version == 7
    assert contents(graph) == {Quad(NamedNode("urn:a"), NamedNode("urn:p"), Literal("x"))}


def _text(*quads: Quad) -> QuadText:
    text = serialize(quads, format=RdfFormat.N_QUADS)
    assert text is not None
    return QuadText(lambda: [text])


def test_a_change_held_as_text_is_applied_like_any_other(graph: EmbeddedGraph) -> None:
    graph.apply(Version(1), ChangeSet(added=_text(quad("a"), quad("b", graph="g"), quad("c", 'a "line"\n'))))
    graph.apply(Version(2), ChangeSet(added=_text(quad("d")), removed=_text(quad("a"))))

    assert graph.version == 2
    assert contents(graph) == {quad("b", graph="g"), quad("c", 'a "line"\n'), quad("d")}


def test_blank_nodes_in_text_keep_their_labels(graph: EmbeddedGraph) -> None:
    statement = Quad(BlankNode("kept"), P, BlankNode("c0ffee"))
    graph.apply(Version(1), ChangeSet(added=_text(statement)))

    assert contents(graph) == {statement}


def test_text_that_cannot_be_read_to_its_end_changes_nothing() -> None:
    graph = EmbeddedGraph.in_memory(BASE)
    begun = serialize([quad(str(number)) for number in range(20_000)], format=RdfFormat.N_QUADS)
    assert begun is not None
    times: list[int] = []

    def chunks() -> Iterator[bytes]:
        times.append(1)
        yield begun
        if len(times) == 3:  # the first two look for a statement to know the change by
            raise OSError("the disk is gone")

    with pytest.raises(OSError, match="the disk is gone"):
        graph.apply(Version(1), ChangeSet(added=QuadText(chunks)))
    assert (graph.version, contents(graph)) == (0, set())


def test_text_that_is_no_n_quads_changes_nothing() -> None:
    graph = EmbeddedGraph.in_memory(BASE)
    good = _text(quad("a"))

    with pytest.raises(SyntaxError):
        graph.apply(Version(1), ChangeSet(added=QuadText(lambda: [*good.chunks(), b"no statement\n" * 100_000])))
    assert (graph.version, contents(graph)) == (0, set())


@pytest.fixture(params=["text", "text with blank nodes", "quads", "text, with removals"])
def change(request: pytest.FixtureRequest) -> ChangeSet:
    """A change against a graph that holds `old`."""
    kept = quad("old") if request.param == "text, with removals" else None
    added = [quad("a"), quad("b")] + ([Quad(BlankNode("kept"), P, Literal("x"))] if "blank" in request.param else [])
    return ChangeSet(added=tuple(added) if request.param == "quads" else _text(*added), removed=(kept,) if kept else ())


def test_a_change_is_taken_in_while_a_block_runs(graph: EmbeddedGraph, change: ChangeSet) -> None:
    graph.apply(Version(1), ChangeSet(added=(quad("old"),)))

    with graph.taking(Version(2), change):
        assert graph.read(lambda state: (state.version, set(state.quads()))) == (1, {quad("old")})

    assert graph.version == 2
    assert contents(graph) == ({quad("old")} - set(change.removed)) | set(change.added)


def test_a_change_whose_block_fails_is_not_there(graph: EmbeddedGraph, change: ChangeSet) -> None:
    graph.apply(Version(1), ChangeSet(added=(quad("old"),)))

    with pytest.raises(OSError, match="no room"), graph.taking(Version(2), change):
        raise OSError("no room")

    assert (graph.version, contents(graph)) == (1, {quad("old")})
    graph.apply(Version(2), change)  # and it can be tried again
    assert graph.version == 2


def test_a_change_that_cannot_be_taken_in_fails_though_its_block_ends_well() -> None:
    graph = EmbeddedGraph.in_memory(BASE)
    spoilt = QuadText(lambda: [*_text(quad("a")).chunks(), b"no statement\n" * 100_000])

    with pytest.raises(SyntaxError), graph.taking(Version(1), ChangeSet(added=spoilt)):
        pass

    assert (graph.version, contents(graph)) == (0, set())
