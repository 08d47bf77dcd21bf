"""What works say of concepts and claims: the states that moved along are those that the statements give."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import product
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad

from commonplace.derived.graph.snapshot import Snapshot
from commonplace.derived.rewinding import MovableGraph
from commonplace.library import kept_states
from commonplace.library.incremental import Incremental
from commonplace.library.kept_states import incremental_states, move_states, read_states
from commonplace.library.states import States, WorksByState
from commonplace.model.change import Version
from commonplace.model.namespaces import DCTERMS, FABIO, RDF, SKOS
from tests.library.test_lists import MINTER, History

WORKS = [MINTER.thing("work", key) for key in "abc"]
CONCEPTS = [MINTER.thing("concept", key) for key in ("top", "middle", "low", "other")]
CLAIM = MINTER.thing("claim", "claim")
EVIDENCE = [MINTER.thing("evidence", key) for key in "12345"]
SAID = ("discusses", "silent", "supports", "contradicts")


def statements() -> Iterator[Quad]:
    """Everything that the changes are made of: works, the tree, and every part of the evidence."""

    def those(
        subjects: Sequence[NamedNode], predicate: NamedNode, objects: Sequence[NamedNode], times: int = 1
    ) -> Iterator[Quad]:
        for quad in (Quad(subject, predicate, object) for subject, object in product(subjects, objects)):
            yield from [quad] * times

    yield from those(WORKS, RDF["type"], [FABIO["Expression"]], 3)
    yield from (Quad(work, DCTERMS["abstract"], Literal(text)) for work in WORKS for text in ("one", "two"))
    yield from those(CONCEPTS, SKOS["broader"], CONCEPTS)
    yield from those(EVIDENCE, MINTER.term("work"), WORKS, 2)
    yield from those(EVIDENCE, MINTER.term("about"), [*CONCEPTS, CLAIM], 2)
    yield from those(EVIDENCE, MINTER.term("state"), [MINTER.term(name) for name in SAID], 2)
    yield from those(EVIDENCE, MINTER.term("standing"), [MINTER.term("accepted")], 6)
    yield from those(EVIDENCE, MINTER.term("standing"), [MINTER.term("rejected")])
    yield from those(EVIDENCE, MINTER.term("directness"), [MINTER.term("direct"), MINTER.term("indirect")], 2)
    yield from those(EVIDENCE, MINTER.term("certainty"), [MINTER.term(name) for name in ("high", "moderate", "low")])


STATEMENTS = list(statements())
ELSEWHERE = [Quad(quad.subject, quad.predicate, quad.object, MINTER.graph("mine")) for quad in STATEMENTS[::7]]
"""The same in a named graph, where nobody says anything."""

CHANGES = st.lists(
    st.lists(st.sampled_from([*STATEMENTS, *ELSEWHERE]), min_size=1, max_size=30, unique=True), min_size=1, max_size=8
)
"""What each version turns round: what is there goes, what is not comes."""


class Statements:
    """The statements of the default graph, looked at one by one."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._all = [quad for quad in snapshot.quads() if quad.graph_name == DefaultGraph()]

    def objects(self, subject: Any, predicate: NamedNode) -> set[Any]:
        return {quad.object for quad in self._all if quad.subject == subject and quad.predicate == predicate}

    def works(self) -> set[NamedNode]:
        return {work for work in WORKS if FABIO["Expression"] in self.objects(work, RDF["type"])}

    def wider(self, concept: NamedNode) -> set[NamedNode]:
        """The concept and all broader ones."""
        found: set[NamedNode] = set()
        ahead = {concept}
        while ahead:
            found |= ahead
            ahead = {high for low in ahead for high in self.objects(low, SKOS["broader"])} - found
        return found

    def says(self, work: NamedNode, about: NamedNode) -> set[str]:
        """What accepted evidence of a work says of a concept or claim."""
        return {
            MINTER.local(state.value)
            for node in EVIDENCE
            if work in self.objects(node, MINTER.term("work"))
            and about in self.objects(node, MINTER.term("about"))
            and MINTER.term("accepted") in self.objects(node, MINTER.term("standing"))
            for state in self.objects(node, MINTER.term("state"))
        }

    def says_directly(self, work: NamedNode, about: NamedNode) -> bool:
        """Whether one piece of accepted evidence that is not of silence alone is direct."""
        return any(
            {MINTER.term(name) for name in SAID if name != "silent"} & self.objects(node, MINTER.term("state"))
            for node in EVIDENCE
            if work in self.objects(node, MINTER.term("work"))
            and about in self.objects(node, MINTER.term("about"))
            and MINTER.term("accepted") in self.objects(node, MINTER.term("standing"))
            and MINTER.term("direct") in self.objects(node, MINTER.term("directness"))
        )

    def on_concept(self, work: NamedNode, concept: NamedNode) -> str:
        if any("discusses" in self.says(work, low) for low in CONCEPTS if concept in self.wider(low)):
            return "discusses"
        return "silent" if any("silent" in self.says(work, high) for high in self.wider(concept)) else "unread"

    def on_claim(self, work: NamedNode) -> str:
        said = self.says(work, CLAIM)
        if {"supports", "contradicts"} <= said:
            return "mixed"
        return next((name for name in ("supports", "contradicts", "silent") if name in said), "unread")


def told(found: WorksByState, works: set[NamedNode]) -> dict[NamedNode, str]:
    """The state of each work, once it was seen that all that is told of them agrees."""
    by_work = {work: found.of(work.value) for work in works}
    counts = found.coverage()
    assert sum(counts.values()) == len(works) == found.total
    for name in found.names:
        of_state = {work.value for work, said in by_work.items() if said == name}
        assert counts.get(name, 0) == len(of_state)
        pick = found.pick([name])
        assert pick.total == len(of_state)
        every = [work.value for work in works]
        assert {iri for iri, is_in in zip(every, pick.chosen(every), strict=True) if is_in} == of_state
    unread = {work.value for work, said in by_work.items() if said == "unread"}
    held = len(unread & found.with_abstract)
    assert found.extent() == {
        "read": len(works) - len(unread),
        "unread_with_abstract": held,
        "unread_without_abstract": len(unread) - held,
    }
    return by_work


def check(found: States, snapshot: Snapshot) -> None:
    """See that states are what the statements give."""
    given = Statements(snapshot)
    works = given.works()
    assert found.with_abstract == {work.value for work in works if given.objects(work, DCTERMS["abstract"])}
    for concept in CONCEPTS:
        assert told(found.on_concept(concept.value), works) == {
            work: given.on_concept(work, concept) for work in works
        }, concept
        below = [low for low in CONCEPTS if concept in given.wider(low)]
        assert set(found.below(concept.value)) == set(below)
        assert found.on_concept(concept.value).direct == {
            work.value
            for work in works
            if given.on_concept(work, concept) == "discusses" and any(given.says_directly(work, low) for low in below)
        }
        every = [*CONCEPTS, CLAIM]
        said = {low: {work for work in works if "discusses" in given.says(work, low)} for low in every}
        discussing = {work for work in works if given.on_concept(work, concept) == "discusses"}
        beside = {low.value: len(discussing & said[low]) for low in every if low not in below}
        assert dict(found.beside(concept.value, 10)) == {iri: number for iri, number in beside.items() if number}
    assert found.on_claim(CLAIM.value).direct == {
        work.value
        for work in works
        if given.on_claim(work) not in ("silent", "unread") and given.says_directly(work, CLAIM)
    }
    assert told(found.on_claim(CLAIM.value), works) == {work: given.on_claim(work) for work in works}
    read = {one.value: sum(bool(given.says(work, one)) for work in works) for one in (*CONCEPTS, CLAIM)}
    assert list(found.most_read()) == sorted(filter(read.get, read), key=lambda iri: (-read[iri], iri))


@settings(max_examples=150)
@given(CHANGES, st.data())
def test_kept_states_are_those_that_the_statements_give(changes: list[list[Quad]], data: st.DataObject) -> None:
    history = History()
    kept = incremental_states(history.log, MINTER)
    for change in changes:
        history.turn_round(change)
        if data.draw(st.booleans(), label="asked at this version"):
            found = kept.of(history.graph).value
            assert found == history.graph.read(lambda snapshot: read_states(snapshot, MINTER))
            history.graph.read(partial(check, found))


@settings(max_examples=100)
@given(CHANGES)
def test_every_small_change_moves_the_states(changes: list[list[Quad]]) -> None:
    """So that the test above is one of moving: here they are never made anew."""
    history = History()
    history.turn_round(dict.fromkeys(STATEMENTS[::2]))
    now = history.graph.read(lambda snapshot: read_states(snapshot, MINTER))
    for change in changes:
        net = history.turn_round(change)
        now = history.graph.read(partial(move_states, now, changes=[net], minter=MINTER))
        assert now == history.graph.read(lambda snapshot: read_states(snapshot, MINTER))


@settings(max_examples=30)
@given(CHANGES, st.data())
def test_kept_states_are_moved_back_to_earlier_versions(changes: list[list[Quad]], data: st.DataObject) -> None:
    history = History()
    for change in changes:
        history.turn_round(change)
    newest, kept = MovableGraph(history.graph, history.log), incremental_states(history.log, MINTER)
    kept.of(newest)
    for version in data.draw(st.lists(st.integers(1, history.log.head()), min_size=1, max_size=4), label="versions"):
        graph = newest if version == history.log.head() else newest.past(Version(version))
        assert kept.of(graph).value == graph.read(lambda snapshot: read_states(snapshot, MINTER)), version


def test_what_was_given_out_stays_as_it_was_while_later_versions_move() -> None:
    history = History()
    evidence = Quad(EVIDENCE[0], MINTER.term("about"), CONCEPTS[0])
    rest = [
        Quad(WORKS[0], RDF["type"], FABIO["Expression"]),
        Quad(EVIDENCE[0], MINTER.term("work"), WORKS[0]),
        Quad(EVIDENCE[0], MINTER.term("state"), MINTER.term("discusses")),
        Quad(EVIDENCE[0], MINTER.term("standing"), MINTER.term("accepted")),
    ]
    history.turn_round([evidence, *rest])
    kept = incremental_states(history.log, MINTER)
    before = kept.of(history.graph).value
    history.turn_round([evidence])
    after = kept.of(history.graph).value

    assert before.on_concept(CONCEPTS[0].value).coverage() == {"discusses": 1, "silent": 0, "unread": 0}
    assert after.on_concept(CONCEPTS[0].value).coverage() == {"discusses": 0, "silent": 0, "unread": 1}


def test_a_change_of_many_works_reads_all_evidence_anew(monkeypatch: Any) -> None:
    monkeypatch.setattr(kept_states, "MOVED_WORKS", 1)
    history = History()
    history.turn_round(dict.fromkeys(STATEMENTS))
    read: list[int] = []

    def make(snapshot: Snapshot) -> States:
        read.append(snapshot.version)
        return read_states(snapshot, MINTER)

    monkeypatch.setattr(kept_states, "read_states", lambda snapshot, _: make(snapshot))
    kept = Incremental(history.log, make, lambda was, snapshot, changes: move_states(was, snapshot, changes, MINTER))
    kept.of(history.graph)
    history.turn_round([Quad(EVIDENCE[0], MINTER.term("standing"), MINTER.term("accepted"))])  # of all three works
    history.graph.read(lambda snapshot: check(kept.of(history.graph).value, snapshot))
    assert read == [1, 2]
