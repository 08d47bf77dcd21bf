"""Keep which works discuss each concept, take a side on each claim, or are silent of it.

All accepted evidence is read once; a version then moves only what its statements touch. What is kept equals what is
read anew, so it may be dropped at any time. Silence on a concept holds for narrower ones, and discussing it for
broader ones: that is worked out when a concept is asked about, from the sets of works of each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import partial
from sys import intern

from pyoxigraph import BlankNode, DefaultGraph, NamedNode, Quad, Triple

from commonplace.derived.graph.records import is_work
from commonplace.derived.graph.snapshot import PROLOGUE, Snapshot
from commonplace.derived.graph.sparql_tsv import rows, tsv
from commonplace.library.evidence import CLAIM_STATES, CONCEPT_STATES, UNREAD
from commonplace.library.incremental import Incremental
from commonplace.library.selection import count_of
from commonplace.library.sorted_list import Pick, SortedList
from commonplace.model.change import ChangeSet
from commonplace.model.minter import Minter
from commonplace.model.namespaces import DCTERMS, FABIO, RDF, SKOS
from commonplace.patchlog.log import PatchLog

MOVED_WORKS = 2_000
"""Maximum number of works whose evidence is read again for a change; beyond, to read all evidence takes less time."""

MOVED_ASKED = 50
"""Maximum number of works that are looked up again in the joined sets of concepts that were asked for; beyond, to join
these again takes less time."""

MOST_ASKED = 8
"""Maximum number of concepts of which the joined sets are kept: those of a top concept take megabytes."""

STATES = frozenset((*CONCEPT_STATES, *CLAIM_STATES)) - {UNREAD, "mixed"}
"""The states that a piece of evidence may say."""

DIRECT = "direct"
"""Name by which works are kept, beside their states, that say what they say directly."""

SURE = ("high", "moderate")
"""Names by which works are kept that discuss something with that certainty; those of neither are of low certainty."""

_DEFAULT = DefaultGraph()
_NOBODY: frozenset[str] = frozenset()

Works = AbstractSet[str]
"""Works by their IRIs."""


@dataclass(frozen=True, slots=True)
class CountedByYear:
    """Works counted by the values that they stand by in a list by year."""

    by_year: SortedList
    works: Works
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class WorksByState:
    """The works that were read on one concept or claim, by what they say; every other one of `total` is unread."""

    names: tuple[str, ...]
    read: Mapping[str, Works]
    """The works of each state but `unread`. No work is in two."""
    direct: Works
    """Those of them that say it directly, on the strength of one piece of evidence at least; none is silent."""
    total: int
    """Number of works of the library."""
    with_abstract: Works
    """The works of the library of which an abstract is held."""
    _extent: dict[str, int] = field(default_factory=dict, init=False, repr=False, compare=False)
    """The extent, once it was asked for: sets of all works are compared for it."""
    counted: dict[str, CountedByYear] = field(default_factory=dict, init=False, repr=False, compare=False)
    """The works of each state, and the direct ones, as they were counted last: here, or at the version before."""

    def extent(self) -> dict[str, int]:
        """Return how far the reading has gone: works that were read, and unread ones with and without an abstract.

        The numbers add up to the number of works.
        """
        if not self._extent:
            self._extent.update(self._counted_extent())
        return dict(self._extent)

    def _counted_extent(self) -> dict[str, int]:
        read, held = (sum(map(len, self.read.values())), len(self.with_abstract))
        read_of_held = sum(len(works & self.with_abstract) for works in self.read.values())
        unread = held - read_of_held
        return {
            "read": read,
            "unread_with_abstract": unread,
            "unread_without_abstract": self.total - read - unread,
        }

    def coverage(self) -> dict[str, int]:
        """Return the number of works by state; the counts add up to the number of works."""
        counts = {name: len(self.read.get(name, ())) for name in self.names}
        counts[UNREAD] = self.total - sum(counts.values())
        return {name: counted for name, counted in counts.items() if counted or name != "mixed"}

    def pick(self, states: Iterable[str]) -> Pick:
        """Return what picks the works of any of those states from a list of works."""
        wanted = set(states)
        others = [name for name in self.names if name not in wanted and name != UNREAD]
        if UNREAD in wanted:
            found = _joined(self.read.get(name, _NOBODY) for name in others)
            return Pick(found, outside=True, total=self.total - len(found))
        found = _joined(self.read.get(name, _NOBODY) for name in self.names if name in wanted)
        return Pick(found, total=len(found))

    def of(self, work: str) -> str:
        """Return the state of the work of that IRI."""
        return next((name for name, works in self.read.items() if work in works), UNREAD)


@dataclass(frozen=True, slots=True)
class States:
    """What accepted evidence says of all concepts and claims at a version. It never changes."""

    works: int
    """Number of works of the library."""
    said: Mapping[str, Mapping[str, Works]]
    """The works that say something of a concept or claim, by its IRI and by state, those that say so directly, by
    `DIRECT`, and those that discuss it with certainty, by `SURE`; none of the sets is empty."""
    broader: Mapping[str, Works]
    """The concepts that are broader than a concept, one step away; none of the sets is empty."""
    narrower: Mapping[str, Works]
    """The concepts that are narrower than a concept, one step away; none of the sets is empty."""
    with_abstract: Works
    """The works of which an abstract is held."""
    _asked: dict[str, WorksByState] = field(default_factory=dict, init=False, repr=False, compare=False)
    """What was read on the concepts that were asked for last: a page asks for one several times."""

    def on_concept(self, concept: str) -> WorksByState:
        """Return the works read on the concept of that IRI.

        A work discusses a concept when it discusses that or a narrower one; it is silent when it does not, and is
        recorded as silent on that or a broader one.
        """
        found = self._asked.get(concept)
        if found is None:
            if len(self._asked) >= MOST_ASKED:
                self._asked.clear()
            found = self._asked[concept] = self._on_concept(concept)
        return found

    def _on_concept(self, concept: str) -> WorksByState:
        discussing = self.discussing(concept)
        silent = _joined(self._saying("silent", _reached(concept, self.broader)))
        read = {"discusses": discussing, "silent": silent - discussing}
        direct = _joined(self._saying(DIRECT, _reached(concept, self.narrower))) & discussing
        return WorksByState(CONCEPT_STATES, read, direct, self.works, self.with_abstract)

    def unread_on(self, concept: str) -> int:
        """Return how many works nobody has read on the concept of that IRI: the count of `on_concept`, and no sets."""
        discussing = self._saying("discusses", _reached(concept, self.narrower))
        silent = self._saying("silent", _reached(concept, self.broader))
        return self.works - len(_joined((*discussing, *silent)))

    def of_work(self, work: str, concept: str) -> str:
        """Return the state of one work on a concept, both by IRI: what `on_concept` says, without the other works."""
        if any(work in works for works in self._saying("discusses", _reached(concept, self.narrower))):
            return "discusses"
        silent = any(work in works for works in self._saying("silent", _reached(concept, self.broader)))
        return "silent" if silent else UNREAD

    def is_direct(self, work: str, concept: str) -> bool:
        """Return whether a work says directly that it discusses a concept or a narrower one, both by IRI."""
        return any(work in works for works in self._saying(DIRECT, _reached(concept, self.narrower)))

    def asked(self) -> list[tuple[str, WorksByState]]:
        """Return the works read on the concepts that were asked for last."""
        return list(self._asked.items())

    def on_claim(self, claim: str) -> WorksByState:
        """Return the works read on the claim of that IRI: `mixed` is both to support and to contradict it."""
        said = self.said.get(claim, {})
        supports, contradicts = said.get("supports", _NOBODY), said.get("contradicts", _NOBODY)
        mixed = supports & contradicts
        read = {
            "supports": supports - mixed,
            "contradicts": contradicts - mixed,
            "mixed": mixed,
            "silent": said.get("silent", _NOBODY) - supports - contradicts,
        }
        direct = said.get(DIRECT, _NOBODY) & (supports | contradicts)
        return WorksByState(CLAIM_STATES, read, direct, self.works, self.with_abstract)

    def discussing(self, concept: str) -> Works:
        """Return the works that discuss the concept of that IRI or a narrower one: of what `on_concept` says, that."""
        return _joined(self._saying("discusses", _reached(concept, self.narrower)))

    def narrower_than(self, concept: str) -> list[str]:
        """Return the concept of that IRI and all narrower ones."""
        return _reached(concept, self.narrower)

    def broader_than(self, concept: str) -> list[str]:
        """Return the concept of that IRI and all broader ones."""
        return _reached(concept, self.broader)

    def most_read(self) -> list[str]:
        """Return the concepts and claims that works were read for, those of most works first, equals by IRI."""
        counts = {about: len(_joined(said.values())) for about, said in self.said.items()}
        return sorted(counts, key=lambda about: (-counts[about], about))

    def below(self, concept: str) -> list[NamedNode]:
        """Return the concept of that IRI and all narrower ones, over any number of steps."""
        return [NamedNode(iri) for iri in self.narrower_than(concept)]

    def beside(self, concept: str, count: int) -> list[tuple[str, int]]:
        """Return the concepts, neither this nor narrower ones, that most of the works discuss which discuss this one.

        At most `count`, each with the number of those works, equals by IRI.
        """
        inside = set(_reached(concept, self.narrower))
        discussing = self.on_concept(concept).read["discusses"]
        shared = {
            about: len(discussing & said["discusses"])
            for about, said in self.said.items()
            if about not in inside and "discusses" in said
        }
        found = [about for about, number in shared.items() if number]
        return [(about, shared[about]) for about in sorted(found, key=lambda about: (-shared[about], about))[:count]]

    def _saying(self, state: str, about: Iterable[str]) -> Iterable[Works]:
        return (self.said[one].get(state, _NOBODY) for one in about if one in self.said)


StatesAt = Callable[[Snapshot], States]
"""Return what works say at a snapshot."""


def _joined(sets: Iterable[Works]) -> Works:
    some = [one for one in sets if one]
    return some[0] if len(some) == 1 else _NOBODY.union(*some)


def _reached(start: str, steps: Mapping[str, Works]) -> list[str]:
    """Return where any number of steps leads to, the start included."""
    found = {start: None}
    queue = [start]
    for one in queue:
        further = [there for there in steps.get(one, ()) if there not in found]
        found.update(dict.fromkeys(further))
        queue += further
    return queue


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
    if not edges and len(pairs) <= MOVED_ASKED:
        works = [work.value for work in pairs]
        moved._asked.update((concept, _read_again(read, moved, concept, works)) for concept, read in states.asked())
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
    return works if works & gone == come else (works - gone) | come


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
