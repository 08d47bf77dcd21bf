"""A graph in an engine at an address: who writes to it, who reads it, and what an engine that fails leaves behind."""

from __future__ import annotations

import http.server
import os
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Variable

from commonplace.derived.graph.graph import Graph
from commonplace.derived.graph.opening import graph_elsewhere, new_graph, open_graph
from commonplace.derived.graph.remote.engine import SparqlEngine
from commonplace.derived.graph.remote.graph import RemoteGraph
from commonplace.derived.graph.remote.keeper import Keeper
from commonplace.derived.graph.remote.skolem import Skolem
from commonplace.derived.graph.remote.state import RemoteState, state_in
from commonplace.derived.graph.snapshot import Snapshot, Update
from commonplace.derived.sealed import LogPosition
from commonplace.errors import GraphUnreachable, HomeUnusable, TooLarge
from commonplace.model.change import ChangeSet, Version
from tests.derived.graphs import BASE, P, contents, emptied, origin_of, quad


class Failing:
    """A server between us and an engine, which breaks an update off: before the engine has it, or after."""

    def __init__(self, addresses: str) -> None:
        self.addresses = addresses
        self.updates = 0
        self.fails_at: int | None = None
        self.is_done_first = False

    def fails(self) -> bool:
        self.updates += 1
        return self.updates - 1 == self.fails_at


@contextmanager
def between(addresses: str) -> Iterator[Failing]:
    """Serve what passes requests on to an engine."""
    query, update = addresses.split()
    failing = Failing("")

    class Passing(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            is_update = self.path == "/update"
            broken = is_update and failing.fails()
            if broken and not failing.is_done_first:
                return
            headers = {name: self.headers[name] for name in ("Accept", "Content-Type")}
            try:
                with urllib.request.urlopen(
                    urllib.request.Request(update if is_update else query, body, headers)
                ) as answer:
                    status, kind, text = answer.status, answer.headers.get("Content-Type", ""), answer.read()
            except urllib.error.HTTPError as fault:
                status, kind, text = fault.code, "text/plain", fault.read()
            if broken:
                return
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Passing)
    at = f"http://127.0.0.1:{server.server_address[1]}"
    failing.addresses = f"{at}/query {at}/update"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield failing
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def graph(oxigraph: str, tmp_path: Path) -> Graph:
    """An empty graph that this process keeps."""
    return emptied(oxigraph, tmp_path)


def test_another_process_reads_what_the_keeper_writes(graph: Graph, oxigraph: str) -> None:
    reader = graph_elsewhere(BASE, oxigraph)
    assert reader.version == 0

    graph.apply(Version(1), ChangeSet(added=(quad("a"), Quad(BlankNode("b"), P, Literal("x"), P))))

    assert contents(reader) == contents(graph)
    assert (reader.version, reader.address) == (1, oxigraph)
    with pytest.raises(TypeError):
        reader.clear()


def test_a_reader_that_follows_the_log_waits_for_the_keeper(graph: Graph, oxigraph: str) -> None:
    reader = graph_elsewhere(BASE, oxigraph)
    change = ChangeSet(added=(quad("a"),))
    following = threading.Thread(target=reader.apply, args=(Version(1), change))
    following.start()

    graph.apply(Version(1), change)
    following.join()

    assert contents(reader) == {quad("a")}


def short_requests(monkeypatch: pytest.MonkeyPatch) -> int:
    """Let requests take few statements, so that a small change has many; return how many they take."""
    monkeypatch.setattr("commonplace.derived.graph.remote.graph.REQUEST_STATEMENTS", 10)
    return 10


def breaks_off(graph: Graph, change: ChangeSet) -> bool:
    """Apply a change as version 2, and return whether the engine failed."""
    try:
        graph.apply(Version(2), change)
    except GraphUnreachable:
        return True
    return False


@pytest.mark.parametrize("is_done_first", [False, True])
def test_a_change_that_breaks_off_anywhere_is_made_whole_later(
    oxigraph: str, tmp_path: Path, is_done_first: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = short_requests(monkeypatch) + 1
    old = tuple(quad(f"old{n}", graph="g" if n % 2 else None) for n in range(many))
    new = tuple(quad(f"new{n}", graph="h" if n < 3 else None) for n in range(many))
    first, change = ChangeSet(added=old), ChangeSet(added=new, removed=old)
    breaks = 0
    while True:
        emptied(oxigraph, tmp_path / "emptied")
        with between(oxigraph) as failing:
            graph = open_graph(failing.addresses, BASE, tmp_path / f"kept{breaks}", origin_of)
            graph.apply(Version(1), first)
            failing.updates, failing.fails_at, failing.is_done_first = 0, breaks, is_done_first
            if not breaks_off(graph, change):
                break
            assert graph.version == 1
            if state_in(SparqlEngine(oxigraph), Skolem(BASE)).next:  # else the first was not done, or the last was
                with pytest.raises(GraphUnreachable, match="version 2 is still being written"):
                    contents(graph)
            graph.apply(Version(2), change)
            assert contents(graph) == set(new)
            del graph
        reader = graph_elsewhere(BASE, oxigraph)
        assert (reader.version, contents(reader)) == (2, set(new))
        assert reader.read(lambda snapshot: [row["g"] for row in snapshot.select("SELECT ?g { GRAPH ?g {} }")]) == [
            NamedNode("http://example.org/h")
        ]
        breaks += 1
    assert breaks >= 6


def test_a_keeper_that_begins_again_goes_on_with_the_version_that_broke_off(
    oxigraph: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    emptied(oxigraph, tmp_path / "emptied")
    change = ChangeSet(added=tuple(quad(f"a{n}") for n in range(short_requests(monkeypatch) + 1)))
    with between(oxigraph) as failing:
        graph = open_graph(failing.addresses, BASE, tmp_path / "first", origin_of)
        failing.updates, failing.fails_at = 0, 2
        with pytest.raises(GraphUnreachable):
            graph.apply(Version(1), change)
        del graph  # and its right with it, as when a process ends
        (tmp_path / "second.keeper").write_bytes((tmp_path / "first.keeper").read_bytes())
        again = open_graph(failing.addresses, BASE, tmp_path / "second", origin_of)
        assert again.version == 0
        again.apply(Version(1), change)
        assert contents(again) == set(change.added)


def test_a_second_process_of_a_home_reads_and_leaves_the_writing(graph: Graph, oxigraph: str, tmp_path: Path) -> None:
    second = open_graph(oxigraph, BASE, tmp_path / "graph", origin_of)  # the folder whose right `graph` has
    graph.apply(Version(1), ChangeSet(added=(quad("a"),)))

    assert contents(second) == {quad("a")}
    with pytest.raises(TypeError, match="another process"):
        second.clear()


def test_a_right_ends_with_its_process_though_that_has_forked_others(tmp_path: Path) -> None:
    keeper = Keeper(tmp_path / "graph.keeper")
    assert keeper.begins()
    (its_end, told), (held, its_wait) = os.pipe(), os.pipe()
    child = os.fork()
    if child == 0:  # as the zygote goes on for a moment when the server was killed
        os.close(its_wait)
        os.write(told, b"!")
        os.read(held, 1)
        os._exit(0)
    try:
        os.read(its_end, 1)
        keeper.end()
        other = Keeper(tmp_path / "graph.keeper")
        assert other.begins()
    finally:
        for descriptor in (its_wait, told, its_end, held):
            os.close(descriptor)
        os.waitpid(child, 0)


def test_a_home_that_did_not_write_what_an_engine_holds_makes_it_anew(
    graph: Graph, oxigraph: str, tmp_path: Path
) -> None:
    graph.apply(Version(1), ChangeSet(added=(quad("a"), quad("b", graph="g"))))
    other = open_graph(oxigraph, BASE, tmp_path / "other", origin_of)

    assert (other.version, contents(other)) == (0, set())
    other.apply(Version(1), ChangeSet(added=(quad("a"),)))
    with pytest.raises(GraphUnreachable, match="dataset of its own"):
        graph.apply(Version(2), ChangeSet(added=(quad("b"),)))
    assert contents(other) == {quad("a")}


def test_an_engine_that_has_lost_everything_is_not_taken_for_an_empty_library(graph: Graph, oxigraph: str) -> None:
    change = ChangeSet(added=(quad("a"),))
    reader = graph_elsewhere(BASE, oxigraph)
    graph.apply(Version(1), change)
    assert contents(reader) == contents(graph) == {quad("a")}
    SparqlEngine(oxigraph).update("DROP ALL")

    for one in (graph, reader):
        with pytest.raises(GraphUnreachable, match="holds version 0"):
            contents(one)
    assert graph.version == 0  # so that whoever follows the log writes it anew
    graph.apply(Version(1), change)
    assert contents(reader) == contents(graph) == {quad("a")}


class Held(SparqlEngine):
    """An engine whose answer to one thread is held back on its way."""

    def __init__(self, addresses: str) -> None:
        super().__init__(addresses)
        self.late: threading.Thread | None = None
        self.answered, self.may_arrive = threading.Event(), threading.Event()

    def ask(self, *given: Any, **named: Any) -> bytes:
        answer = super().ask(*given, **named)
        if threading.current_thread() is self.late:
            self.answered.set()
            assert self.may_arrive.wait(60)
        return answer


def test_an_answer_that_arrives_late_says_nothing_of_what_was_written_since(oxigraph: str, tmp_path: Path) -> None:
    emptied(oxigraph, tmp_path / "emptied")
    engine, keeper = Held(oxigraph), Keeper(tmp_path / "graph.keeper")
    assert keeper.begins()
    graph = RemoteGraph(BASE, engine, origin_of, keeper)
    graph.apply(Version(1), ChangeSet(added=(quad("a"),)))
    engine.late = threading.Thread(target=graph.look)
    engine.late.start()
    assert engine.answered.wait(60)

    graph.apply(Version(2), ChangeSet(added=(quad("b"),)))
    engine.may_arrive.set()
    engine.late.join()

    assert graph.version == 2
    graph.apply(Version(3), ChangeSet(added=(quad("c"),)))
    assert contents(graph) == {quad("a"), quad("b"), quad("c")}


@pytest.mark.parametrize("is_done_first", [False, True])
def test_a_graph_that_is_emptied_by_half_is_nobodys_answer(oxigraph: str, tmp_path: Path, is_done_first: bool) -> None:
    old, new = {quad("a"), quad("b", graph="g"), quad("c", graph="h")}, {quad("d"), quad("e", graph="g")}
    breaks = 0
    while True:
        emptied(oxigraph, tmp_path / "emptied")
        with between(oxigraph) as failing:
            graph = open_graph(failing.addresses, BASE, tmp_path / f"kept{breaks}", origin_of)
            graph.apply(Version(1), ChangeSet(added=tuple(old)))
            failing.updates, failing.fails_at, failing.is_done_first = 0, breaks, is_done_first
            try:
                graph.clear()
            except GraphUnreachable:
                assert _is_whole_or_refused(graph_elsewhere(BASE, oxigraph), old)
            else:
                break
            if state_in(SparqlEngine(oxigraph), Skolem(BASE)).version == 0:
                with suppress(GraphUnreachable):  # the graph looks, and may be emptied by half yet
                    contents(graph)
                graph.apply(Version(1), ChangeSet(added=tuple(new)))
                assert contents(graph_elsewhere(BASE, oxigraph)) == new
        breaks += 1
    assert breaks == 5


def _is_whole_or_refused(graph: Graph, whole: set[Quad]) -> bool:
    """Return whether a reader has all of version 1, or nothing at version 0, or is told that a version is written."""
    assert isinstance(graph, RemoteGraph)
    if graph.look().next is not None:
        return True
    return (graph.version, contents(graph)) in ((1, whole), (0, set()))


def test_an_old_mark_beside_a_new_one_is_no_whole_state(graph: Graph, oxigraph: str) -> None:
    graph.apply(Version(1), ChangeSet(added=(quad("a"),)))
    skolem, engine = Skolem(BASE), SparqlEngine(oxigraph)
    said = " ".join(RemoteState(Version(2), "the-log", "somebody").statements(skolem))

    engine.update(f"INSERT DATA {{ GRAPH {skolem.mark} {{ {said} }} }}")

    seen = state_in(engine, skolem)
    assert (seen.version, seen.next) == (1, 2)


def test_a_query_that_the_engine_cannot_evaluate_is_no_engine_that_is_away(oxigraph: str) -> None:
    with pytest.raises(RuntimeError, match="answered 400"):
        SparqlEngine(oxigraph).ask("SELECT nothing", [], [])


def test_an_engine_with_another_library_is_left_as_it_is(graph: Graph, oxigraph: str, tmp_path: Path) -> None:
    graph.apply(Version(1), ChangeSet(added=(quad("a"),)))

    with pytest.raises(HomeUnusable, match="version 1 of another library"):
        open_graph(oxigraph, BASE, tmp_path / "other", lambda version: LogPosition(version, "another"))
    assert contents(graph) == {quad("a")}


def test_a_password_is_not_shown(tmp_path: Path) -> None:
    with pytest.raises(GraphUnreachable) as raised:
        open_graph("http://name:secret@127.0.0.1:9/query", BASE, tmp_path / "graph", origin_of)
    assert "http://127.0.0.1:9/query" in raised.value.detail
    assert "secret" not in f"{raised.value.detail} {raised.value.errors}"


ODD = Literal('a "}" {', language="en")
QUERIES = [
    "SELECT ?s ?v { ?s ?p ?v }",
    "SELECT * { ?s ?p ?v }",
    "SELECT ?v (COUNT(?s) AS ?n) { ?s ?p ?v } GROUP BY ?v",
    "SELECT ?v ?s { { ?s ?p ?v } UNION { ?v ?p ?s } }",
    "SELECT ?v ?s { ?s ?p ?v . { ?s ?q ?v } }",
    "SELECT ?s ?o ?v { ?s ?p ?o OPTIONAL { ?s ?q ?v FILTER(?v = ?o) } }",
    "SELECT ?s ?v { ?s ?p ?v FILTER NOT EXISTS { ?t ?q ?v FILTER(?t != ?s) } }",
    "SELECT ?s ?v { ?s ?p ?v MINUS { ?t ?q ?v FILTER(?t = <http://example.org/b>) } }",
    "SELECT ?s ?v { { SELECT ?s ?v { ?s ?p ?v } } }",
    "SELECT ?s ?v { VALUES ?p { <http://example.org/p> } ?s ?p ?v # {\n }",
    "SELECT ?s ?v { GRAPH ?g { ?s ?p ?v } }",
    'SELECT ?s ?v { ?s ?p "}" . ?s ?p ?v }',
]


@pytest.mark.parametrize("text", QUERIES)
@pytest.mark.parametrize("value", [Literal("one"), Literal("none"), ODD, quad("a").subject])
def test_values_of_variables_mean_what_they_mean_to_the_embedded_engine(
    graph: Graph, text: str, value: Literal | NamedNode
) -> None:
    statements = (
        quad("a", "one"),
        quad("b", "two"),
        quad("a", "}"),
        Quad(quad("c").subject, P, ODD),
        Quad(quad("c").subject, P, quad("a").subject),
        quad("d", "one", graph="g"),
    )
    embedded = new_graph(BASE)
    for one in (embedded, graph):
        one.apply(Version(1), ChangeSet(added=statements))

    def ask(snapshot: Snapshot) -> list[str]:
        return sorted(str(row) for row in snapshot.select(text, {Variable("v"): value}))

    assert graph.read(ask) == embedded.read(ask)


def test_an_update_that_would_copy_a_large_graph_is_refused(graph: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("commonplace.derived.graph.remote.snapshot.COPIED_STATEMENTS", 1)
    graph.apply(Version(1), ChangeSet(added=(quad("a"), quad("b"))))
    text = "INSERT DATA { <urn:x> <urn:y> 1 } ; DELETE { ?s ?p 1 } WHERE { ?s ?p 1 }"

    with pytest.raises(TooLarge, match="one by one"):
        graph.read(lambda snapshot: snapshot.changes_of(Update(text)))
