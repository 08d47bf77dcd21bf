"""Work out what a SPARQL 1.1 Update request adds and removes, exactly, without doing it.

The engine runs an update without saying what it changed. So each operation is made into quads to
remove and quads to add: data and templates are parsed by the engine into an empty store, variables
standing as placeholder IRIs; WHERE parts are asked as SELECT; the templates are filled here. An
operation sees what those before it did (`commonplace.derived.graph.workspace`).

A graph exists while it has statements: empty graphs are not recorded (SPARQL 1.1 Update, 3.2). CREATE
therefore makes nothing; CLEAR and DROP succeed whatever was there; ADD, COPY and MOVE from a graph
without statements fail, unless SILENT, for a mistyped source would else empty the target.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, QuerySolution, QuerySolutions, Store, Triple

from commonplace.derived.graph.snapshot import GraphName, Term, Update
from commonplace.derived.graph.update_operations import (
    Clear,
    Create,
    DataUpdate,
    GraphRef,
    Pattern,
    PlacedOperation,
    QuadTemplate,
    steps,
)
from commonplace.derived.graph.workspace import Readable, Workspace
from commonplace.errors import BadRequest, Message, QueryRefused, TooLarge
from commonplace.model.change import ChangeSet

MOST_STATEMENTS = 2_000_000
"""Maximum number of statements that the patterns of one request may make: all of them are held until it is written."""

_DEFAULT = DefaultGraph()
_NEVER = "DROP GRAPH <urn:uuid:7a0c9c5e-9d0f-4a52-8f2e-3a1b6f0c2d11>;\n"
"""Makes the engine parse all of a request that it stands before, and then fail at once: that graph is not there."""

_VISIBLE = re.compile(r"[^\r\n]")
_PLACE = re.compile(r"\b(\d+):(\d+)\b")


def changes_of_update(
    store: Readable, base: str, update: Update, is_system_graph: Callable[[GraphName], bool], *, private: bool = False
) -> ChangeSet:
    """Return the net change that a request makes to what is in the store.

    The store is left as it is; one that is `private` (nobody else reads it) may be changed meanwhile,
    which saves a copy where a pattern follows a change. `base` resolves relative IRIs; `is_system_graph` says
    which graphs are the library's own: NAMED and ALL leave them out. Raises `QueryRefused` for what is
    no SPARQL 1.1 Update or would reach outside, `BadRequest` for an operation that fails, `TooLarge`
    beyond `MOST_STATEMENTS`.
    """
    work = Workspace(store, private)
    try:
        return _RunningUpdate(work, base, update, is_system_graph).change()
    finally:
        work.restore()


class _RunningUpdate:
    """One request on a workspace."""

    def __init__(
        self, work: Workspace, base: str, update: Update, is_system_graph: Callable[[GraphName], bool]
    ) -> None:
        self._work = work
        self._base = base
        self._update = update
        self._is_system_graph = is_system_graph
        self._created: set[GraphName] = set()
        self._prologue = ""

    def change(self) -> ChangeSet:
        found = steps(self._update.text)  # judges the text before the engine sees any of it
        for step in found:
            _check_syntax(self._update.text, step, self._base)
        for step in found:
            self._prologue = step.prologue
            self._do(step)
        return self._work.change()

    def _do(self, step: PlacedOperation) -> None:
        operation = step.operation
        if isinstance(operation, DataUpdate):
            quads = _parsed(operation.quads.text, self._prologue, self._base)
            self._work.apply(() if operation.inserts else quads, quads if operation.inserts else ())
        elif isinstance(operation, Pattern):
            self._work.apply(*self._filled(operation))
        elif isinstance(operation, Clear):
            self._work.apply([q for graph in self._cleared(operation) for q in self._work.quads(graph)], ())
        elif isinstance(operation, Create):
            self._create(operation)
        else:
            source = self._graph(operation.source)
            target = self._graph(operation.target)
            if operation.silent or self._exists(source):
                self._transfer(operation.verb, source, target)
            else:
                why = Message(
                    "%(verb)s from %(source)s: there is nothing in that graph", verb=operation.verb, source=source
                )
                raise BadRequest(why, [(str(source), "check its IRI, or write SILENT")])

    def _transfer(self, verb: str, source: GraphName, target: GraphName) -> None:
        if source == target or not self._exists(source):
            return
        moved = self._work.quads(source)
        copies = [Quad(q.subject, q.predicate, q.object, target) for q in moved]
        removed = [] if verb == "ADD" else self._work.quads(target)
        self._work.apply(removed + (moved if verb == "MOVE" else []), copies)

    def _create(self, operation: Create) -> None:
        graph = self._graph(operation.graph)
        if self._exists(graph) and not operation.silent:
            raise BadRequest(
                Message("CREATE: there is a graph %(graph)s already", graph=graph),
                [(str(graph), "leave it out, or write SILENT")],
            )
        self._created.add(graph)

    def _cleared(self, operation: Clear) -> list[GraphName]:
        if isinstance(operation.target, GraphRef):
            return [self._graph(operation.target)]
        named = [graph for graph in self._work.named_graphs() if not self._is_system_graph(graph)]
        return named if operation.target == "NAMED" else [_DEFAULT, *named]

    def _exists(self, graph: GraphName) -> bool:
        return graph == _DEFAULT or graph in self._created or bool(self._work.quads(graph))

    def _graph(self, named: GraphRef) -> GraphName:
        return _DEFAULT if named.iri is None else _iris((named.iri,), self._prologue, self._base)[0]

    def _filled(self, operation: Pattern) -> tuple[list[Quad], list[Quad]]:
        """Return the templates filled in every solution of the WHERE part: quads to remove, quads to add."""
        defaults, named = self._dataset(operation)
        scope = _DEFAULT if operation.scope is None else self._graph(GraphRef(operation.scope))
        deletes, inserts = (
            _FilledTemplate(template, self._prologue, self._base, scope) if template else None
            for template in (operation.delete, operation.insert)
        )
        variables = sorted({name for made in (deletes, inserts) if made for name in made.variables})
        fresh = inserts is not None and inserts.has_blank_nodes
        columns = " ".join(f"?{name}" for name in variables) or f"(1 AS ?{_unused()})"
        text = f"{self._prologue}SELECT {'' if fresh else 'DISTINCT '}{columns} WHERE {operation.where}"
        removed: dict[Quad, None] = {}
        added: dict[Quad, None] = {}
        for row in self._solutions(text, defaults, named):
            values = dict(zip(variables, row, strict=False))
            removed.update(dict.fromkeys(deletes.quads(values) if deletes else ()))
            added.update(dict.fromkeys(inserts.quads(values) if inserts else ()))
            if len(removed) + len(added) > MOST_STATEMENTS:
                raise TooLarge(
                    Message(
                        "an update makes at most %(most_statements)s statements by patterns",
                        most_statements=MOST_STATEMENTS,
                    ),
                    [("update", "do it in parts")],
                )
        return list(removed), list(added)

    def _solutions(
        self, text: str, defaults: list[GraphName] | None, named: list[NamedNode | BlankNode] | None
    ) -> Iterator[QuerySolution]:
        try:
            yield from self._work.select(text, self._base, defaults, named)
        except SyntaxError as fault:
            raise QueryRefused(
                Message("this WHERE part is not SPARQL 1.1: %(fault)s", fault=fault.msg), [("update", fault.msg)]
            ) from fault
        except RuntimeError as fault:
            raise QueryRefused(
                Message("this update cannot be evaluated: %(fault)s", fault=fault), [("update", str(fault))]
            ) from fault

    def _dataset(self, operation: Pattern) -> tuple[list[GraphName] | None, list[NamedNode | BlankNode] | None]:
        """Return what WHERE sees: by the protocol, by USING, by WITH, or everything (SPARQL 1.1 Update, 3.1.3)."""
        using, named = operation.using, operation.using_named
        if self._update.using_graphs or self._update.using_named_graphs:
            if using or named or operation.scope is not None:
                why = "the request names a dataset (using-graph-uri, using-named-graph-uri) and so does the update"
                raise BadRequest(why, [("using-graph-uri", "leave it out, or USING and WITH")])
            return [*map(NamedNode, self._update.using_graphs)], [*map(NamedNode, self._update.using_named_graphs)]
        if using or named:
            return [*_iris(using, self._prologue, self._base)], [*_iris(named, self._prologue, self._base)]
        if operation.scope is not None:
            return [self._graph(GraphRef(operation.scope))], None
        return None, None


@dataclass(frozen=True, slots=True)
class _Fresh:
    """A blank node of a template: another one in each solution."""

    label: str


_Slot = Term | DefaultGraph | str | _Fresh
"""A position of a template: a term, the name of a variable, or a blank node."""


class _FilledTemplate:
    """A quad template, parsed: its variables, and its quads in a solution."""

    def __init__(self, template: QuadTemplate, prologue: str, base: str, scope: GraphName) -> None:
        self.variables = template.variables
        self._scope = scope
        marker = f"urn:uuid:{uuid.uuid4()}:"
        places = {f"{marker}{number}": name for number, name in enumerate(self.variables)}
        marks = {name: f"<{iri}>" for iri, name in places.items()}
        text = "".join(marks[t.text[1:]] if t.kind == "variable" else t.written for t in template.tokens)
        self._slots = [
            tuple(_slot(term, places) for term in (q.subject, q.predicate, q.object, q.graph_name))
            for q in _parsed(text, prologue, base)
        ]
        self.has_blank_nodes = any(isinstance(slot, _Fresh) for slots in self._slots for slot in slots)

    def quads(self, values: Mapping[str, Term | None]) -> Iterator[Quad]:
        """Return its quads for those values, without the ill-formed: an unbound variable, a literal as subject."""
        blanks: dict[str, BlankNode] = {}
        for slots in self._slots:
            subject, predicate, object, graph = (_value(slot, values, blanks) for slot in slots)
            if graph == _DEFAULT:
                graph = self._scope
            if (
                isinstance(subject, NamedNode | BlankNode)
                and isinstance(predicate, NamedNode)
                and isinstance(object, NamedNode | BlankNode | Literal | Triple)
                and isinstance(graph, NamedNode | BlankNode | DefaultGraph)
            ):
                yield Quad(subject, predicate, object, graph)


def _slot(term: Term | DefaultGraph, places: Mapping[str, str]) -> _Slot:
    if isinstance(term, NamedNode):
        return places.get(term.value, term)
    if isinstance(term, BlankNode):
        return _Fresh(term.value)
    if isinstance(term, Triple):
        raise QueryRefused("triple terms are RDF 1.2; RDF 1.1 is kept here", [("update", str(term))])
    return term


def _value(slot: _Slot, values: Mapping[str, Term | None], blanks: dict[str, BlankNode]) -> Term | DefaultGraph | None:
    if isinstance(slot, str):
        return values[slot]
    if isinstance(slot, _Fresh):
        return blanks.setdefault(slot.label, BlankNode())
    return slot


def _parsed(quads: str, prologue: str, base: str) -> list[Quad]:
    """Return quad data as quads, parsed by the engine; blank nodes come out with labels of their own."""
    store = Store()
    try:
        store.update(f"{prologue}INSERT DATA {quads}", base_iri=base)
    except SyntaxError as fault:
        why = Message("a template cannot be read: %(fault)s (a literal cannot be a subject)", fault=fault.msg)
        raise QueryRefused(why, [("update", str(fault.msg))]) from fault
    return list(store)


def _iris(given: tuple[str, ...], prologue: str, base: str) -> list[NamedNode]:
    """Return relative IRIs and prefixed names as IRIs, resolved by the engine."""
    if not given:
        return []
    columns = " ".join(f"({iri} AS ?v{number})" for number, iri in enumerate(given))
    result = Store().query(f"{prologue}SELECT {columns} {{}}", base_iri=base)
    assert isinstance(result, QuerySolutions)
    (row,) = result
    return [iri for iri in row if isinstance(iri, NamedNode)]


def _check_syntax(text: str, step: PlacedOperation, base: str) -> None:
    """Raise `QueryRefused`, with its place, for an operation that is not SPARQL 1.1 Update. Nothing is run."""
    before = _VISIBLE.sub(" ", text[: step.start])  # so that lines and columns stay what they are
    request = f"{_one_line(step.prologue)}{_NEVER}{before}{text[step.start : step.end]}"
    try:
        Store().update(request, base_iri=base)
    except SyntaxError as fault:
        why = _PLACE.sub(lambda place: f"line {int(place[1]) - 1}, column {place[2]}", str(fault.msg), count=1)
        raise QueryRefused(Message("this is not SPARQL 1.1 Update: %(why)s", why=why), [("update", why)]) from fault
    except RuntimeError:
        return  # it was parsed, and the operation before it failed


def _one_line(prologue: str) -> str:
    return prologue.replace("\n", " ")


def _unused() -> str:
    """Return a variable's name that no text has."""
    return f"v{uuid.uuid4().hex}"
