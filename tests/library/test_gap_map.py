"""The gap map, which follows from kept states, is what the statements give when they are looked at one by one."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import pairwise, product
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad

from commonplace.derived.graph.snapshot import Snapshot
from commonplace.library.gap_map import folded_map, gap_map
from commonplace.library.gap_schemas import GapMap
from commonplace.library.kept_states import incremental_states
from commonplace.model.namespaces import FABIO, RDF, SKOS
from tests.library.test_lists import MINTER, History
from tests.library.test_states import Statements

WORKS = [MINTER.thing("work", key) for key in "abc"]
PLACES = [MINTER.thing("concept", key) for key in ("place", "here", "there")]
IDEAS = [MINTER.thing("concept", key) for key in ("top", "low", "lower")]
CASES = [MINTER.thing("case", key) for key in "xyz"]
EVIDENCE = [MINTER.thing("evidence", key) for key in "12345678"]
CERTAINTIES = ("high", "moderate", "low")


def _term(name: str) -> NamedNode:
    return MINTER.term(name)


def fixed() -> Iterator[Quad]:
    """What every version has: things by their kinds, and most of the tree."""
    yield from (Quad(work, RDF["type"], FABIO["Expression"]) for work in WORKS)
    yield from (Quad(concept, RDF["type"], SKOS["Concept"]) for concept in (*PLACES, *IDEAS))
    yield from (Quad(case, RDF["type"], _term("Case")) for case in CASES)
    yield from (Quad(low, SKOS["broader"], PLACES[0]) for low in PLACES[1:])


def statements() -> Iterator[Quad]:
    """What the changes are made of."""
    yield from (Quad(low, SKOS["broader"], high) for low, high in product(IDEAS, IDEAS) if low != high)
    yield from (Quad(node, _term("work"), work) for node, work in product(EVIDENCE, WORKS))
    yield from (Quad(node, _term("about"), about) for node, about in product(EVIDENCE, (*PLACES, *IDEAS)))
    yield from (Quad(node, _term("state"), _term(name)) for node, name in product(EVIDENCE, ("discusses", "silent")))
    yield from (Quad(node, _term("certainty"), _term(name)) for node, name in product(EVIDENCE, CERTAINTIES))
    yield from (Quad(node, _term("standing"), _term("accepted")) for node in EVIDENCE)
    yield from (Quad(case, _term("context"), place) for case, place in product(CASES, PLACES[1:]))
    yield from (Quad(case, _term("describedBy"), work) for case, work in product(CASES, WORKS))
    yield from (Quad(case, _term("sector"), idea) for case, idea in product(CASES, IDEAS))
    yield from (Quad(case, _term("describedTogetherWith"), other) for case, other in product(CASES, CASES))


STATEMENTS = list(statements())
CHANGES = st.lists(st.sets(st.sampled_from(STATEMENTS), min_size=1, max_size=40), min_size=1, max_size=5)


class Counted(Statements):
    """What the statements say of each cell."""

    def __init__(self, snapshot: Snapshot) -> None:
        super().__init__(snapshot)
        self._said: dict[tuple[Any, NamedNode], set[Any]] = {}
        for quad in self._all:
            self._said.setdefault((quad.subject, quad.predicate), set()).add(quad.object)

    def objects(self, subject: Any, predicate: NamedNode) -> set[Any]:
        return self._said.get((subject, predicate), set())

    def evidence(self, work: NamedNode, concept: NamedNode, state: str) -> list[NamedNode]:
        """The accepted pieces that say this of a work and just this concept."""
        wanted = {"work": work, "about": concept, "state": _term(state), "standing": _term("accepted")}
        return [
            node for node in EVIDENCE if all(value in self.objects(node, _term(name)) for name, value in wanted.items())
        ]

    def discussing(self, work: NamedNode, concept: NamedNode) -> list[NamedNode]:
        below = [low for low in (*PLACES, *IDEAS) if concept in self.wider(low)]
        return [node for low in below for node in self.evidence(work, low, "discusses")]

    def contexts(self) -> set[NamedNode]:
        named = {place for case in CASES for place in self.objects(case, _term("context"))}
        return set(PLACES[1:]) if named else set()

    def cases(self, context: NamedNode) -> list[NamedNode]:
        return [case for case in CASES if context in self.objects(case, _term("context"))]

    def told_apart(self, cases: list[NamedNode]) -> int:
        return len({min([case, *self.objects(case, _term("describedTogetherWith"))], key=str) for case in cases})

    def about(self, context: NamedNode) -> list[NamedNode]:
        described = {work for case in self.cases(context) for work in self.objects(case, _term("describedBy"))}
        return [work for work in WORKS if work in described or self.discussing(work, context)]

    def cell(self, concept: NamedNode, context: NamedNode) -> tuple[int, str | None, int, int, int]:
        about = self.about(context)
        said = [work for work in about if self.discussing(work, concept)]
        silent = [
            work
            for work in about
            if work not in said and any(self.evidence(work, high, "silent") for high in self.wider(concept))
        ]
        sure = [self.objects(node, _term("certainty")) for work in said for node in self.discussing(work, concept)]
        found = [name for name in CERTAINTIES if any(_term(name) in one for one in sure)]
        certainty = (found[0] if found else "low") if said else None
        showing = [
            case
            for case in self.cases(context)
            if any(concept in self.wider(value) for value in self.objects(case, _term("sector")))
        ]
        return len(said), certainty, len(silent), len(about) - len(said) - len(silent), self.told_apart(showing)


def check(found: GapMap, snapshot: Snapshot) -> None:
    """See that a map has what the statements give."""
    counted = Counted(snapshot)
    contexts = counted.contexts()
    rows = set(IDEAS) if contexts else {*IDEAS, *PLACES}
    assert {one.iri for one in found.contexts} == {node.value for node in contexts}
    assert {one.iri for one in found.concepts} == {node.value for node in rows}
    for column in found.contexts:
        node = NamedNode(column.iri)
        assert column.works == len(counted.about(node))
        assert column.cases == counted.told_apart(counted.cases(node))
    cells = {
        (cell.concept, cell.context): (cell.works, cell.certainty, cell.silent, cell.unread, cell.cases)
        for cell in found.cells
    }
    assert len(cells) == len(found.cells) == len(rows) * len(contexts)
    for (concept, context), cell in cells.items():
        assert cell == counted.cell(MINTER.thing("concept", concept), MINTER.thing("concept", context))


@settings(max_examples=60)
@given(CHANGES)
def test_the_map_is_what_the_statements_give(changes: list[set[Quad]]) -> None:
    history = History()
    history.turn_round(fixed())
    states = incremental_states(history.log, MINTER)
    for change in changes:
        history.turn_round(change)
        known = states.of(history.graph).value
        history.graph.read(lambda s, k=known: check(gap_map(s, MINTER, k, None, None), s))  # type: ignore[misc]


@settings(max_examples=40)
@given(st.sets(st.sampled_from(STATEMENTS), min_size=30, max_size=120), st.sampled_from([*PLACES, *IDEAS]))
def test_what_is_behind_a_cell_is_as_many_as_it_says(said: set[Quad], concept: NamedNode) -> None:
    history = History()
    history.turn_round(fixed())
    history.turn_round(said)
    known = incremental_states(history.log, MINTER).of(history.graph).value
    found = history.graph.read(lambda s: gap_map(s, MINTER, known, concept, PLACES[1]))
    whole = history.graph.read(lambda s: gap_map(s, MINTER, known, None, None))
    of_whole = {(cell.concept, cell.context): cell for cell in whole.cells}
    for cell in found.cells:
        same = of_whole.get((cell.concept, cell.context))
        behind = (cell.discussing, cell.silent_works, cell.unread_works, cell.showing)
        assert same is None or same == cell.model_copy(
            update=dict.fromkeys(("discussing", "silent_works", "unread_works", "showing"))
        )
        if MINTER.thing("concept", cell.concept) == concept:
            assert [len(links or ()) for links in behind[:3]] == [cell.works, cell.silent, cell.unread]
        else:
            assert behind == (None, None, None, None)


def test_the_deepest_rows_are_folded_and_counted() -> None:
    history = History()
    chain = [MINTER.thing("concept", f"c{number}") for number in range(6)]
    history.turn_round(fixed())
    history.turn_round(
        [
            *(Quad(concept, RDF["type"], SKOS["Concept"]) for concept in chain),
            *(Quad(low, SKOS["broader"], high) for high, low in pairwise(chain)),
            *(Quad(concept, SKOS["prefLabel"], Literal(str(concept), language="en")) for concept in chain),
            Quad(CASES[0], _term("context"), PLACES[1]),
        ]
    )
    known = incremental_states(history.log, MINTER).of(history.graph).value
    folding = partial(folded_map, minter=MINTER, states=known, concept=None, context=None)
    whole = history.graph.read(lambda s: folding(s, most=None))
    assert not whole.folded
    assert len(whole.shown.concepts) == 9
    cut = history.graph.read(lambda s: folding(s, most=12))
    assert cut.folded == {"c2": 3}
    assert [one.key for one in cut.shown.concepts if one.key.startswith("c")] == ["c0", "c1", "c2"]
    assert len(cut.shown.cells) == 12
    kept = {(cell.concept, cell.context) for cell in cut.shown.cells}
    assert cut.shown.cells == [cell for cell in whole.shown.cells if (cell.concept, cell.context) in kept]
    least = history.graph.read(lambda s: folding(s, most=1))
    assert {one.depth for one in least.shown.concepts} == {0}
    assert least.folded == {"c0": 5}
