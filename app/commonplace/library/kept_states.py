"""Read which works say what of each concept and claim, and move that along with each version.

All accepted evidence is read once; a version then moves only what its statements touch. What is kept equals what is
read anew, so it may be dropped at any time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import partial
from sys import intern

from pyoxigraph import BlankNode, DefaultGraph, NamedNode, Quad, Triple

from commonplace.derived.graph.records import is_work
from commonplace.derived.graph.snapshot import PROLOGUE, Snapshot
from commonplace.derived.graph.sparql_tsv import rows, tsv
from commonplace.library.incremental import Incremental
from commonplace.library.selection import count_of
from commonplace.library.states import DIRECT, STATES, SURE, States, Works, WorksByState
from commonplace.model.change import ChangeSet
from commonplace.model.minter import Minter
from commonplace.model.namespaces import DCTERMS, FABIO, RDF, SKOS
from commonplace.patchlog.log import PatchLog

MOVED_WORKS = 2_000
"""Maximum number of works whose evidence is read again for a change; beyond, to read all evidence takes less time."""

MOVED_ASKED = 50
"""Maximum number of works that are looked up again in the joined sets of concepts that were asked for; beyond, to join
these again takes less time."""

_DEFAULT = DefaultGraph()
_NOBODY: frozenset[str] = frozenset()


def incremental_states(log: PatchLog, minter: Minter) -> Incremental[States]:
    """Return what keeps the states at a version."""
    return Incremental(log, partial(read_states, minter=minter), partial(move_states, minter=minter), both_ways=True)


def read_states(snapshot: Snapshot, minter: Minter) -> States:
    """Read all accepted evidence of a snapshot, the tree of concepts, and the number of works."""
    said: dict[str, dict[str, set[str]]] = {}
    for about, state, work in _iris(
        snapshot,
        """SELECT ?about ?state ?work WHERE {
        ?evidence cp:standing cp:accepted ; cp:state ?state ; cp:about ?about ; cp:work ?work .
        ?work a fabio:Expression }""",
    ):
        name = minter.local(state)
        if name in STATES:
            said.setdefault(about, {}).setdefault(name, set()).add(work)
    for about, state, work in _iris(
        snapshot,
        """SELECT ?about ?state ?work WHERE {
        ?evidence cp:directness cp:direct ; cp:standing cp:accepted .
        ?evidence cp:state ?state ; cp:about ?about ; cp:work ?work . ?work a fabio:Expression }""",
    ):
        if minter.local(state) in STATES - {"silent"}:
            said[about].setdefault(DIRECT, set()).add(work)
    for about, certainty, work in _iris(
        snapshot,
        """SELECT ?about ?certainty ?work WHERE {
        ?evidence cp:state cp:discusses ; cp:standing cp:accepted .
        ?evidence cp:certainty ?certainty ; cp:about ?about ; cp:work ?work . ?work a fabio:Expression }""",
    ):
        if (sure := minter.local(certainty)) in SURE:
            said[about].setdefault(sure, set()).add(work)
    broader: dict[str, set[str]] = {}
    narrower: dict[str, set[str]] = {}
    for low, high in _iris(snapshot, "SELECT ?low ?high WHERE { ?low skos:broader ?high }"):
        broader.setdefault(low, set()).add(high)
        narrower.setdefault(high, set()).add(low)
    works = count_of(snapshot, f"{PROLOGUE}SELECT (COUNT(*) AS ?n) WHERE {{ ?w a fabio:Expression FILTER(isIRI(?w)) }}")
    held = _iris(snapshot, "SELECT DISTINCT ?work WHERE { ?work dcterms:abstract ?held ; a fabio:Expression }")
    return States(works, said, broader, narrower, frozenset(work for (work,) in held))


def _iris(snapshot: Snapshot, query: str) -> Iterable[list[str]]:
    """Return the rows of a query in which every term is an IRI."""
    for row in rows(tsv(snapshot.query(PROLOGUE + query))):
        if all(term.startswith("<") and term[1] != "<" for term in row):
            yield [intern(term[1:-1]) for term in row]


def move_states(states: States, snapshot: Snapshot, changes: Sequence[ChangeSet], minter: Minter) -> States:
    """Return the states at another snapshot, given the net changes that lead there."""
    more_works = 0
    edges: list[tuple[int, str, str]] = []
    touched: list[Triple] = []
    described: dict[NamedNode, None] = {}
    of_evidence = {minter.term(name) for name in ("work", "about", "state", "standing", "directness", "certainty")}
    for sign, quad in _signed(changes):
        subject, predicate, object = quad.triple
        if predicate in of_evidence:
            touched.append(quad.triple)
        elif predicate == SKOS["broader"] and isinstance(subject, NamedNode) and isinstance(object, NamedNode):
            edges.append((sign, subject.value, object.value))
        elif predicate == RDF["type"] and object == FABIO["Expression"] and isinstance(subject, NamedNode):
            more_works += sign
            described[subject] = None
            touched += snapshot.triples(None, minter.term("work"), subject)
        elif predicate == DCTERMS["abstract"] and isinstance(subject, NamedNode):
            described[subject] = None
    pairs = _pairs(snapshot, touched, minter)
    if len(pairs) > MOVED_WORKS or len(described) > MOVED_WORKS:
        return read_states(snapshot, minter)
    moved = States(
        states.works + more_works,
        _said_again(states.said, snapshot, pairs, minter),
        _with_edges(states.broader, edges),
        _with_edges(states.narrower, [(sign, high, low) for sign, low, high in edges]),
        _held_again(states.with_abstract, snapshot, described),
    )
    if not edges:
        moved.know_tree(states)
    if not edges and len(pairs) <= MOVED_ASKED:
        works = [work.value for work in pairs]
        for concept, read in states.asked():
            moved.expect(concept, _read_again(read, moved, concept, works))
    return moved


def _read_again(read: WorksByState, states: States, concept: str, works: Sequence[str]) -> WorksByState:
    """Return the works read on a concept, with those looked at again of which something else may be said now."""
    said = {work: states.of_work(work, concept) for work in works}
    looked_at = said.keys()
    moved = {
        name: _replaced(before, looked_at, {intern(work) for work in works if said[work] == name})
        for name, before in read.read.items()
    }
    direct = {intern(work) for work in works if said[work] == "discusses" and states.is_direct(work, concept)}
    again = WorksByState(
        read.names, moved, _replaced(read.direct, looked_at, direct), states.works, states.with_abstract
    )
    if _are_same(again, read):
        return read  # with what was worked out of it
    again.counted.update(read.counted)
    again.follow_extent(read, works)
    return again


def _are_same(one: WorksByState, other: WorksByState) -> bool:
    """Return whether the very sets of one are those of the other: to compare what is in them takes time."""
    kept = all(works is other.read[name] for name, works in one.read.items()) and one.direct is other.direct
    return kept and one.total == other.total and one.with_abstract is other.with_abstract


def _held_again(held: Works, snapshot: Snapshot, works: Iterable[NamedNode]) -> Works:
    """Return the works with an abstract, with those works looked at again."""
    looked_at = {intern(work.value): work for work in works}
    come = {iri for iri, work in looked_at.items() if is_work(snapshot, work) and _has_abstract(snapshot, work)}
    return _replaced(held, looked_at.keys(), come)


def _has_abstract(snapshot: Snapshot, work: NamedNode) -> bool:
    return any(True for _ in snapshot.triples(work, DCTERMS["abstract"]))


def _signed(changes: Iterable[ChangeSet]) -> Iterator[tuple[int, Quad]]:
    """Yield the statements of the default graph that go, each with -1, and those that come, each with 1."""
    for change in changes:
        for sign, quads in ((-1, change.removed), (1, change.added)):
            yield from ((sign, quad) for quad in quads if quad.graph_name == _DEFAULT)


def _pairs(snapshot: Snapshot, touched: Iterable[Triple], minter: Minter) -> dict[NamedNode, set[NamedNode]]:
    """Return the works of the evidence that statements speak of, each with the concepts and claims that it is about.

    The statements themselves count as well as what the snapshot says: they may be gone.
    """
    ends: dict[NamedNode | BlankNode, dict[NamedNode, set[NamedNode]]] = {}
    predicates = (minter.term("work"), minter.term("about"))
    for node, predicate, object in touched:
        assert isinstance(node, NamedNode | BlankNode)  # no statement is about a statement
        if node not in ends:
            ends[node] = {one: _objects(snapshot, node, one) for one in predicates}
        if predicate in predicates and isinstance(object, NamedNode):
            ends[node][predicate].add(object)
    pairs: dict[NamedNode, set[NamedNode]] = {}
    for works, about in (found.values() for found in ends.values()):
        for work in works:
            pairs.setdefault(work, set()).update(about)
    return pairs


def _objects(snapshot: Snapshot, node: NamedNode | BlankNode, predicate: NamedNode) -> set[NamedNode]:
    objects = (triple.object for triple in snapshot.triples(node, predicate))
    return {one for one in objects if isinstance(one, NamedNode)}


def _said_again(
    said: Mapping[str, Mapping[str, Works]],
    snapshot: Snapshot,
    pairs: Mapping[NamedNode, AbstractSet[NamedNode]],
    minter: Minter,
) -> Mapping[str, Mapping[str, Works]]:
    """Return what is said with what each work says of those concepts and claims read again."""
    come: dict[tuple[str, str], set[str]] = {}
    looked_at: dict[str, set[str]] = {}
    for work, subjects in pairs.items():
        for about in subjects:
            looked_at.setdefault(about.value, set()).add(work.value)
        for one, state in _said_of(snapshot, work, minter):
            come.setdefault((one, state), set()).add(intern(work.value))
    moved = dict(said)
    for iri, works in looked_at.items():
        before = said.get(iri, {})
        after = {
            name: _replaced(before.get(name, _NOBODY), works, come.get((iri, name), _NOBODY) & works)
            for name in (*STATES, DIRECT, *SURE)
        }
        moved[intern(iri)] = {name: found for name, found in after.items() if found}
        if not moved[iri]:
            del moved[iri]
    return moved


def _replaced(works: Works, gone: Works, come: Works) -> Works:
    """Return works without some and with others, as they are where that makes no difference: a copy takes time."""
    gone = frozenset(gone)  # to compare a set with the keys of a mapping goes through all of it
    if works & gone == come:
        return works
    replaced = set(works)  # one copy: a difference and a union take three times as long
    replaced -= gone
    replaced |= come
    return replaced


def _said_of(snapshot: Snapshot, work: NamedNode, minter: Minter) -> Iterator[tuple[str, str]]:
    """Yield each concept or claim that accepted evidence of a work is about, with what it says, `DIRECT` and `SURE`."""
    if not is_work(snapshot, work):
        return
    accepted = minter.term("accepted")
    for triple in snapshot.triples(None, minter.term("work"), work):
        node = triple.subject
        if isinstance(node, NamedNode | BlankNode) and accepted in _objects(snapshot, node, minter.term("standing")):
            states = {minter.local(one.value) for one in _objects(snapshot, node, minter.term("state"))} & STATES
            if states - {"silent"} and minter.term("direct") in _objects(snapshot, node, minter.term("directness")):
                states |= {DIRECT}
            if "discusses" in states:
                certain = {minter.local(one.value) for one in _objects(snapshot, node, minter.term("certainty"))}
                states |= certain & set(SURE)
            for about in _objects(snapshot, node, minter.term("about")):
                yield from ((about.value, state) for state in states)


def _with_edges(steps: Mapping[str, Works], edges: Iterable[tuple[int, str, str]]) -> Mapping[str, Works]:
    """Return steps with those that came (1) and without those that went (-1)."""
    moved = dict(steps)
    for sign, start, end in edges:
        ends = moved.get(start, _NOBODY)
        moved[intern(start)] = ends | {intern(end)} if sign > 0 else ends - {end}
        if not moved[start]:
            del moved[start]
    return moved
