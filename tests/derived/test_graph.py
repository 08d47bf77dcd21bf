"""Every graph keeps the contract of `Graph`, whatever engine it has and wherever it is kept."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from pyoxigraph import (
    BlankNode,
    DefaultGraph,
    Literal,
    NamedNode,
    Quad,
    QueryBoolean,
    QueryTriples,
    RdfFormat,
    Triple,
    Variable,
)

from commonplace.derived.graph.graph import Graph
from commonplace.derived.graph.opening import open_graph
from commonplace.derived.graph.snapshot import Ahead, Snapshot, Term, Update
from commonplace.derived.graph.sparql_tsv import tsv
from commonplace.errors import QueryRefused
from commonplace.model.change import ChangeSet, Version
from tests.derived.graphs import BASE, P, contents, emptied, origin_of, quad, reader_of_disk, text_of

XSD = "http://www.w3.org/2001/XMLSchema#"
MARKER = NamedNode("http://example.org/marker")
VOID = NamedNode(f"{BASE}graph/void")
NAMES = "SELECT DISTINCT ?g { GRAPH ?g { } }"


@pytest.fixture
def names(request: pytest.FixtureRequest) -> str:
    """A query for the names of graphs; engines of others answer an empty pattern each in their way."""
    is_embedded = any(kind in request.node.name for kind in ("memory", "disk"))
    return NAMES if is_embedded else NAMES.replace("{ }", "{ ?s ?p ?o }")


ENGINES = ["oxigraph", pytest.param("virtuoso", marks=pytest.mark.slow)]


@pytest.fixture(params=["memory", "disk", "copy of a disk", *ENGINES])
def graph(request: pytest.FixtureRequest, tmp_path: Path) -> Graph:
    if request.param in ("memory", "disk"):
        return open_graph(request.param, BASE, tmp_path / "graph", origin_of)
    if request.param == "copy of a disk":
        return reader_of_disk(tmp_path)
    return emptied(request.getfixturevalue(request.param), tmp_path)


@pytest.fixture(params=["memory", "disk", "copy of a disk"])
def embedded(request: pytest.FixtureRequest, tmp_path: Path) -> Graph:
    """A graph in which the library can describe itself: in an engine that all processes read it does not."""
    if request.param == "copy of a disk":
        return reader_of_disk(tmp_path)
    return open_graph(request.param, BASE, tmp_path / "graph", origin_of)


def test_an_empty_graph_is_at_version_0(graph: Graph) -> None:
    assert graph.version == 0
    assert graph.read(lambda snapshot: (snapshot.version, snapshot.size)) == (0, 0)


def test_changes_are_applied_one_after_another(graph: Graph) -> None:
    graph.apply(Version(1), ChangeSet(added=(quad("a"), quad("b", graph="g"))))
    graph.apply(Version(2), ChangeSet(added=(quad("c"),), removed=(quad("a"),)))
    graph.apply(Version(3), ChangeSet())

    assert graph.version == 3
    assert contents(graph) == {quad("b", graph="g"), quad("c")}


def test_what_was_read_ahead_is_what_is_read(graph: Graph) -> None:
    """Of one thing, of what it leads to and is led to by, and of what is left out or in no graph that is read."""
    thing, other, third, left_out = (NamedNode(f"{BASE}id/work/{key}") for key in ("a", "b", "c", "d"))
    link, cites = NamedNode("http://example.org/link"), NamedNode("http://example.org/cites")
    said = (
        Quad(thing, link, other),
        Quad(thing, cites, left_out),
        Quad(third, link, thing),
        Quad(left_out, cites, thing),
        Quad(other, link, third),
        Quad(thing, P, BlankNode("x")),
        Quad(thing, P, Literal("é", language="fr")),
        Quad(thing, P, Literal("hidden"), NamedNode(f"{BASE}graph/own")),
        Quad(BlankNode("x"), link, thing),
    )
    graph.apply(Version(1), ChangeSet(added=said))
    patterns = [
        *((subject, None, None) for subject in (thing, other, third, left_out)),
        *((None, predicate, thing) for predicate in (link, cites, P)),
        (None, None, thing),
        (thing, link, None),
        (thing, cites, left_out),
        (None, link, None),
    ]

    def read(snapshot: Snapshot) -> list[set[str]]:
        return [{str(triple) for triple in snapshot.triples(*pattern)} for pattern in patterns]

    def read_ahead(snapshot: Snapshot) -> list[set[str]]:
        ahead = Ahead(but=frozenset((cites,)), further=frozenset((link,)))
        for things in ([thing], [thing, other], []):
            snapshot.read_ahead(things, ahead)
        snapshot.read_ahead([third], Ahead(but=frozenset(), further=frozenset()))  # leaves out other properties
        return read(snapshot)

    assert graph.read(read_ahead) == graph.read(read)
    assert len(graph.read(read)[4]) == 2


def test_a_property_of_several_things_is_that_of_each(graph: Graph) -> None:
    a, b, c, nobody = (NamedNode(f"{BASE}id/work/{key}") for key in ("a", "b", "c", "nobody"))
    said = (Quad(a, P, b), Quad(a, P, Literal("x")), Quad(b, P, c), Quad(c, MARKER, a))
    graph.apply(Version(1), ChangeSet(added=said))

    def read(snapshot: Snapshot) -> set[Triple]:
        assert list(snapshot.triples(b)) == [said[2].triple]  # which is known from here on
        return set(snapshot.of_each([a, b, b, c, nobody], P))

    assert graph.read(read) == {quad.triple for quad in said[:3]}
    assert list(graph.read(lambda snapshot: list(snapshot.of_each([], P)))) == []


@pytest.mark.parametrize("version", [0, 1, 3])
def test_only_the_next_version_can_be_applied(graph: Graph, version: int) -> None:
    graph.apply(Version(1), ChangeSet(added=(quad("a"),)))

    with pytest.raises(ValueError, match="version 1"):
        graph.apply(Version(version), ChangeSet(added=(quad("b"),)))
    assert contents(graph) == {quad("a")}


def test_a_snapshot_can_be_asked_in_every_way(graph: Graph) -> None:
    graph.apply(Version(1), ChangeSet(added=(quad("a"), quad("b", graph="g"))))

    def ask(snapshot: Snapshot) -> None:
        assert snapshot.size == 2
        assert snapshot.contains(quad("a"))
        assert not snapshot.contains(quad("a", graph="g"))
        assert list(snapshot.triples()) == [quad("a").triple]
        assert list(snapshot.triples(NamedNode("http://example.org/b"))) == []
        assert [row["o"] for row in snapshot.select("SELECT ?o { GRAPH ?g { ?s ?p ?o } }")] == [Literal("value")]
        answer = snapshot.query("ASK { <id/a> ?p ?o }")
        assert isinstance(answer, QueryBoolean)
        assert not answer
        assert snapshot.dump(RdfFormat.N_QUADS).count(b"\n") == 2
        assert snapshot.dump(RdfFormat.TURTLE).count(b"value") == 1

    graph.read(ask)


def test_typed_values_come_back_as_they_are_kept(graph: Graph) -> None:
    kinds = {"boolean": "true", "integer": "7", "decimal": "1.5", "gYear": "1996", "date": "2020-02-29"}
    values = [Literal(value, datatype=NamedNode(f"{XSD}{kind}")) for kind, value in kinds.items()]
    change = ChangeSet(added=tuple(Quad(quad("a").subject, P, value) for value in values))
    graph.apply(Version(1), change)

    assert contents(graph) == set(change.added)
    assert graph.read(lambda snapshot: all(snapshot.contains(one) for one in change.added))

    def constructed(snapshot: Snapshot) -> set[str]:
        triples = snapshot.query("CONSTRUCT WHERE { ?s ?p ?o }")
        assert isinstance(triples, QueryTriples)
        return {str(triple) for triple in triples}

    assert graph.read(constructed) == {str(one.triple) for one in change.added}


def test_relative_iris_in_a_query_are_those_of_the_base(graph: Graph) -> None:
    graph.apply(Version(1), ChangeSet(added=(Quad(NamedNode(f"{BASE}id/a"), P, Literal("x")),)))

    assert graph.read(lambda snapshot: len(snapshot.select("SELECT ?o { <id/a> ?p ?o }"))) == 1


def test_select_is_for_select_queries(graph: Graph) -> None:
    with pytest.raises(TypeError):
        graph.read(lambda snapshot: snapshot.select("ASK {}"))


def test_blank_nodes_keep_their_labels(graph: Graph) -> None:
    node, named = BlankNode("kept"), BlankNode("c0ffee")
    change = ChangeSet(added=(Quad(node, P, named), Quad(node, P, Literal("x"), NamedNode("http://example.org/g"))))
    graph.apply(Version(1), change)

    assert contents(graph) == set(change.added)
    graph.apply(Version(2), ChangeSet(removed=(Quad(node, P, named),)))
    assert contents(graph) == {change.added[1]}


def _adding(version: int) -> ChangeSet:
    return ChangeSet(added=tuple(Quad(NamedNode(f"urn:{version}:{n}"), MARKER, Literal("x")) for n in range(20)))


def _adding_text(version: int) -> ChangeSet:
    return ChangeSet(added=text_of(*_adding(version).added))


def _moving(version: int) -> ChangeSet:
    """Each version holds its own twenty markers and no others."""
    removed = _adding(version - 1).added if version > 1 else ()
    return ChangeSet(added=_adding(version).added, removed=removed)


def _twenty_each(snapshot: Snapshot) -> bool:
    found = {quad.subject.value for quad in snapshot.quads() if isinstance(quad.subject, NamedNode)}
    counted = snapshot.select("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")[0]["n"]
    return found == {f"urn:{v}:{n}" for v in range(1, snapshot.version + 1) for n in range(20)} and counted == Literal(
        20 * snapshot.version
    )


def _own_twenty(snapshot: Snapshot) -> bool:
    rows = snapshot.select("SELECT ?s { ?s ?p ?o }")
    found = {row["s"].value for row in rows if isinstance(row["s"], NamedNode)}
    again = {quad.subject.value for quad in snapshot.quads() if isinstance(quad.subject, NamedNode)}
    return found == again == {f"urn:{snapshot.version}:{n}" for n in range(20 if snapshot.version else 0)}


@pytest.mark.parametrize(
    ("change", "is_whole"), [(_adding, _twenty_each), (_adding_text, _twenty_each), (_moving, _own_twenty)]
)
def test_a_reader_beside_a_writer_sees_whole_versions(
    graph: Graph, change: Callable[[int], ChangeSet], is_whole: Callable[[Snapshot], bool]
) -> None:
    last = 40
    seen: list[list[tuple[Version, bool]]] = [[], []]
    ended = threading.Event()

    def watch(found: list[tuple[Version, bool]]) -> None:
        while not ended.is_set() and (not found or found[-1][0] < last):
            found.append(graph.read(lambda snapshot: (snapshot.version, is_whole(snapshot))))

    readers = [threading.Thread(target=watch, args=(found,)) for found in seen]
    for reader in readers:
        reader.start()
    try:
        for number in range(1, last + 1):
            graph.apply(Version(number), change(number))
    except BaseException:
        ended.set()  # or they would read on beside the next test
        raise
    finally:
        for reader in readers:
            reader.join()

    for found in seen:
        assert found[-1][0] == last
        assert all(whole for _, whole in found)
        assert [version for version, _ in found] == sorted(version for version, _ in found)


@pytest.mark.parametrize("removing", [False, True])
def test_a_write_in_the_middle_of_a_read_makes_it_read_again(graph: Graph, removing: bool) -> None:
    graph.apply(Version(1), ChangeSet(added=(quad("a"),)))
    runs: list[Version] = []

    def read(snapshot: Snapshot) -> tuple[Version, set[Quad], set[Quad]]:
        before = set(snapshot.quads())
        runs.append(snapshot.version)
        if len(runs) == 1:
            change = ChangeSet(added=(quad("b"),), removed=(quad("a"),) if removing else ())
            writer = threading.Thread(target=graph.apply, args=(Version(2), change))
            writer.start()
            writer.join()
        return snapshot.version, before, set(snapshot.quads())

    version, before, after = graph.read(read)

    assert runs == [1, 2]
    assert version == 2
    assert before == after == ({quad("b")} if removing else {quad("a"), quad("b")})


def test_a_change_held_as_text_is_applied_like_any_other(graph: Graph) -> None:
    graph.apply(Version(1), ChangeSet(added=text_of(quad("a"), quad("b", graph="g"), quad("c", 'a "line"\n'))))
    graph.apply(Version(2), ChangeSet(added=text_of(quad("d")), removed=text_of(quad("a"))))

    assert graph.version == 2
    assert contents(graph) == {quad("b", graph="g"), quad("c", 'a "line"\n'), quad("d")}


def test_blank_nodes_in_text_keep_their_labels(graph: Graph) -> None:
    statement = Quad(BlankNode("kept"), P, BlankNode("c0ffee"))
    graph.apply(Version(1), ChangeSet(added=text_of(statement)))

    assert contents(graph) == {statement}


@pytest.fixture(params=["text", "text with blank nodes", "quads", "text, with removals"])
def change(request: pytest.FixtureRequest) -> ChangeSet:
    """A change against a graph that holds `old`."""
    removed = (quad("old"),) if request.param == "text, with removals" else ()
    added = [quad("a"), quad("b")] + ([Quad(BlankNode("kept"), P, Literal("x"))] if "blank" in request.param else [])
    return ChangeSet(added=tuple(added) if request.param == "quads" else text_of(*added), removed=removed)


def test_a_change_is_taken_in_while_a_block_runs(graph: Graph, change: ChangeSet) -> None:
    graph.apply(Version(1), ChangeSet(added=(quad("old"),)))

    with graph.applying(Version(2), change):
        assert graph.read(lambda snapshot: (snapshot.version, set(snapshot.quads()))) == (1, {quad("old")})

    assert graph.version == 2
    assert contents(graph) == ({quad("old")} - set(change.removed)) | set(change.added)


def test_a_change_whose_block_fails_is_not_there(graph: Graph, change: ChangeSet) -> None:
    graph.apply(Version(1), ChangeSet(added=(quad("old"),)))

    with pytest.raises(OSError, match="no room"), graph.applying(Version(2), change):
        raise OSError("no room")

    assert (graph.version, contents(graph)) == (1, {quad("old")})
    graph.apply(Version(2), change)  # and it can be tried again
    assert graph.version == 2


def test_values_of_a_query_stand_for_its_variables(graph: Graph) -> None:
    graph.apply(Version(1), ChangeSet(added=(quad("a", "one"), quad("b", "two"))))

    rows = graph.read(lambda snapshot: snapshot.select("SELECT ?s ?o { ?s ?p ?o }", {Variable("o"): Literal("two")}))

    assert [row["s"] for row in rows] == [quad("b").subject]


def test_a_query_sees_the_dataset_that_it_is_asked_of(graph: Graph) -> None:
    graph.apply(Version(1), ChangeSet(added=(quad("a"), quad("b", graph="g"), quad("c", graph="h"))))
    g, h = NamedNode("http://example.org/g"), NamedNode("http://example.org/h")

    def ask(snapshot: Snapshot) -> list[bytes]:
        text = "SELECT ?s { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } } ORDER BY ?s"
        answers = (
            snapshot.query(text),
            snapshot.query(text, default_graph=[g], named_graphs=[h]),
            snapshot.query(text, default_graph=[DefaultGraph()], named_graphs=[]),
        )
        return [tsv(answer) for answer in answers]

    everything, chosen, default = graph.read(ask)

    assert [everything.count(name) for name in (b"/a>", b"/b>", b"/c>")] == [1, 1, 1]
    assert [chosen.count(name) for name in (b"/a>", b"/b>", b"/c>")] == [0, 1, 1]
    assert [default.count(name) for name in (b"/a>", b"/b>", b"/c>")] == [1, 0, 0]


def test_one_graph_is_listed_and_dumped_by_itself(graph: Graph) -> None:
    inside = quad("b", graph="g")
    graph.apply(Version(1), ChangeSet(added=(quad("a"), inside)))

    def ask(snapshot: Snapshot) -> tuple[list[Quad], list[Quad], bytes]:
        name = NamedNode("http://example.org/g")
        prefixes = {"ex": "http://example.org/"}
        dumped = snapshot.dump(RdfFormat.TURTLE, prefixes=prefixes, graph=name)
        return list(snapshot.quads(name)), list(snapshot.quads(DefaultGraph())), dumped

    named, default, dumped = graph.read(ask)

    assert (named, default) == ([inside], [quad("a")])
    assert b"ex:b ex:p" in dumped
    assert b"ex:a" not in dumped


def test_a_graph_that_nothing_is_left_of_is_no_longer_listed(graph: Graph, names: str) -> None:
    graph.apply(Version(1), ChangeSet(added=(quad("a", graph="g"), quad("b", graph="h"))))
    graph.apply(Version(2), ChangeSet(removed=(quad("a", graph="g"),)))

    assert graph.read(lambda snapshot: [row["g"].value for row in snapshot.select(names)]) == ["http://example.org/h"]


def test_an_update_is_worked_out_and_not_done(graph: Graph) -> None:
    graph.apply(Version(1), ChangeSet(added=(quad("a", "old"), quad("b"))))
    text = "DELETE { ?s ?p 'old' } INSERT { ?s ?p 'new' } WHERE { ?s ?p 'old' } ; INSERT DATA { <urn:x> <urn:y> 1 }"

    change = graph.read(lambda snapshot: snapshot.changes_of(Update(text)))

    one = Quad(NamedNode("urn:x"), NamedNode("urn:y"), Literal(1))
    assert set(change.added) == {quad("a", "new"), one}
    assert change.removed == (quad("a", "old"),)
    assert contents(graph) == {quad("a", "old"), quad("b")}
    with pytest.raises(QueryRefused, match="LOAD"):
        graph.read(lambda snapshot: snapshot.changes_of(Update("LOAD <http://127.0.0.1/>")))


def test_a_live_snapshot_moves_along_with_the_graph(graph: Graph) -> None:
    live = graph.live_snapshot()
    assert (live.version, live.size) == (0, 0)

    graph.apply(Version(1), ChangeSet(added=(quad("a"),)))

    assert live.contains(quad("a"))
    assert live.version != graph.version  # so whoever holds it sees that it has moved


def test_patterns_are_of_the_default_graph_before_and_while_there_are_others(graph: Graph) -> None:
    def said(snapshot: Snapshot) -> tuple[list[Term], list[tuple[NamedNode, Term]], list[Term]]:
        one = NamedNode("urn:a")
        of_each = [triple.object for triple in snapshot.of_each([one], P)]
        return [triple.object for triple in snapshot.triples(one)], list(snapshot.said_of(one)), of_each

    live = graph.live_snapshot()
    own, there = Literal("own"), Literal("there")
    of_default = ([own], [(P, own)], [own])
    graph.apply(Version(1), ChangeSet(added=(Quad(NamedNode("urn:a"), P, own),)))
    assert graph.read(said) == of_default

    graph.apply(Version(2), ChangeSet(added=(Quad(NamedNode("urn:a"), P, there, NamedNode("urn:g")),)))
    assert graph.read(said) == said(live) == said(graph.live_snapshot()) == of_default

    graph.apply(Version(3), ChangeSet(removed=(Quad(NamedNode("urn:a"), P, there, NamedNode("urn:g")),)))
    assert graph.read(said) == of_default


def test_a_checkpoint_takes_the_place_of_whatever_there_was(graph: Graph, tmp_path: Path) -> None:
    graph.apply(Version(1), ChangeSet(added=(quad("before"),)))
    checkpoint = tmp_path / "checkpoint.nq"
    node = Quad(BlankNode("kept"), P, Literal("x"))
    checkpoint.write_text(f"{quad('a')} .\n{quad('b', graph='g')} .\n{node} .\n")

    graph.load_checkpoint(checkpoint, Version(7))

    assert graph.version == 7
    assert contents(graph) == {quad("a"), quad("b", graph="g"), node}
    graph.apply(Version(8), ChangeSet(removed=(quad("a"),)))
    assert graph.version == 8


def test_a_cleared_graph_begins_again(graph: Graph, names: str) -> None:
    graph.apply(Version(1), ChangeSet(added=(quad("a"), quad("b", graph="g"))))

    graph.clear()

    assert (graph.version, contents(graph)) == (0, set())
    assert graph.read(lambda snapshot: snapshot.select(names)) == []
    graph.apply(Version(1), ChangeSet(added=(quad("c"),)))
    assert contents(graph) == {quad("c")}


def describing(graph: Graph) -> tuple[Version, list[Quad]]:
    """Describe a graph by its version."""
    version = graph.version
    return version, [Quad(NamedNode("urn:library"), P, Literal(int(version)), VOID)]


def described_versions(snapshot: Snapshot) -> list[int]:
    """Return the versions that a query finds descriptions of."""
    return [int(row["v"].value) for row in snapshot.select(f"SELECT ?v {{ GRAPH {VOID} {{ ?s ?p ?v }} }}")]


def test_the_description_is_found_by_queries_and_is_part_of_nothing_else(embedded: Graph) -> None:
    embedded.apply(Version(1), ChangeSet(added=(quad("a"), quad("b", graph="g"))))

    def ask(snapshot: Snapshot) -> tuple[list[int], int, list[Quad], bytes]:
        quads = sorted(snapshot.quads(), key=str)
        return described_versions(snapshot), snapshot.size, quads, snapshot.dump(RdfFormat.N_QUADS)

    found, size, quads, dumped = embedded.read_described(describing, ask)

    assert found == [1]
    assert (size, quads) == (2, [quad("a"), quad("b", graph="g")])
    assert b"urn:library" not in dumped


def test_a_description_is_that_of_the_version_read(embedded: Graph) -> None:
    for number in (1, 2, 3):
        embedded.apply(Version(number), ChangeSet(added=(quad(str(number)),)))
        found = embedded.read_described(describing, lambda snapshot: (snapshot.version, described_versions(snapshot)))
        assert found == (number, [number])


def test_what_a_writer_reads_has_no_description(embedded: Graph) -> None:
    embedded.apply(Version(1), ChangeSet(added=(quad("a"),)))
    assert embedded.read_described(describing, described_versions) == [1]

    assert embedded.read_undescribed(described_versions) == []
    assert embedded.read_undescribed(lambda snapshot: snapshot.select(NAMES)) == []


def test_a_change_while_a_description_is_made_makes_it_anew(embedded: Graph) -> None:
    embedded.apply(Version(1), ChangeSet(added=(quad("a"),)))
    made: list[Version] = []

    def describe(of: Graph) -> tuple[Version, list[Quad]]:
        described = describing(of)
        made.append(described[0])
        if len(made) == 1:
            writer = threading.Thread(target=of.apply, args=(Version(2), ChangeSet(added=(quad("b"),))))
            writer.start()
            writer.join()
        return described

    found = embedded.read_described(describe, lambda snapshot: (snapshot.version, described_versions(snapshot)))

    assert found == (2, [2])
    assert made == [1, 2]
