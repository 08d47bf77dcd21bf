"""Kept lists and counts: what is moved along with the changes is what would be made anew."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from functools import partial
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode, Quad

from commonplace.derived.graph.graph import Graph
from commonplace.derived.graph.opening import new_graph
from commonplace.derived.graph.snapshot import Snapshot
from commonplace.derived.graph.store_snapshot import StoreSnapshot
from commonplace.derived.rewinding import MovableGraph
from commonplace.errors import BadRequest
from commonplace.library import sorted_list
from commonplace.library.agents import PEOPLE_ORDER, VENUE_ORDER, select_organizations, select_people, select_venues
from commonplace.library.headings import CONCEPT_ORDER, select_concepts
from commonplace.library.incremental import Incremental
from commonplace.library.lists import MOVED_THINGS, Lists, Select, listed, moved
from commonplace.library.partitions import count_partitions, move_partitions
from commonplace.library.selection import BY_IRI, Order, Selection
from commonplace.library.sorted_list import Pick, RankedList, SortedList
from commonplace.library.totals import count_totals, incremental_size, incremental_totals
from commonplace.library.work_lists import ORDERS, WorkFilters, select_works
from commonplace.model.change import ChangeSet, Version
from commonplace.model.minter import Minter
from commonplace.model.namespaces import CITO, DCTERMS, FABIO, FOAF, PRO, RDF, SKOS, XSD
from commonplace.patchlog.memory_log import MemoryLog
from tests.conftest import BASE
from tests.patchlog.entries import entry

MINTER = Minter(BASE)
WORKS = [MINTER.thing("work", key) for key in "abcd"]
PEOPLE = [MINTER.thing("person", key) for key in "pq"]
VENUES = [MINTER.thing("venue", key) for key in "vw"]
CASE, CONCEPT = MINTER.thing("case", "c"), MINTER.thing("concept", "k")
ROLES: list[NamedNode | BlankNode] = [*(MINTER.thing("work", "a", f"author-{n}") for n in (1, 2)), BlankNode("role")]
NAMES = [Literal(name) for name in ("Älter", "older", "Zu\tTab", "")]
YEARS = [Literal(year, datatype=XSD["gYear"]) for year in ("1999", "2010")]


def statements() -> Iterator[Quad]:
    """Everything that the changes are made of: what lists select and sort by, and what leads there."""

    def those(
        subjects: Sequence[NamedNode | BlankNode],
        predicates: Sequence[NamedNode],
        objects: Sequence[NamedNode | BlankNode | Literal],
    ) -> Iterator[Quad]:
        yield from (Quad(s, p, o) for s, p, o in product(subjects, predicates, objects))

    yield from those([*WORKS, *VENUES], [RDF["type"]], [FABIO["Expression"]])
    yield from those(WORKS, [MINTER.term("citationKey")], [Literal("one"), Literal("two")])
    yield from those([*WORKS, *VENUES], [DCTERMS["title"]], NAMES)
    yield from those(
        WORKS, [FABIO["hasPublicationYear"]], [Literal(y, datatype=XSD["gYear"]) for y in ("1999", "2010")]
    )
    yield from those(WORKS, [DCTERMS["type"]], [Literal("book"), Literal("article")])
    yield from those(WORKS, [DCTERMS["isPartOf"]], [*VENUES, WORKS[0]])
    yield from those(WORKS, [DCTERMS["creator"]], PEOPLE)
    yield from those(WORKS, [CITO["cites"], MINTER.term("mayCite")], WORKS)
    yield from those([CASE], [MINTER.term("describedBy")], WORKS)
    yield from those(WORKS, [PRO["isDocumentContextFor"]], ROLES)
    yield from those(ROLES, [PRO["withRole"]], [PRO["author"], PRO["editor"]])
    yield from those(ROLES, [MINTER.term("position")], [Literal(1), Literal(2)])
    yield from those(ROLES, [PRO["isHeldBy"]], PEOPLE)
    yield from those(PEOPLE, [FOAF["name"]], NAMES)
    yield from those(PEOPLE, [FOAF["familyName"]], NAMES)
    yield from those(PEOPLE, [RDF["type"]], [FOAF["Person"], FOAF["Organization"]])
    yield from those([CONCEPT, CASE], [RDF["type"]], [SKOS["Concept"], MINTER.term("Case")])
    yield from those([CONCEPT], [SKOS["prefLabel"]], [Literal("label", language="en"), Literal("nom", language="fr")])


STATEMENTS = list(statements())
ELSEWHERE = [Quad(quad.subject, quad.predicate, quad.object, MINTER.graph("mine")) for quad in STATEMENTS[::7]]
"""The same in a named graph, where it is nobody's business here."""

CHANGES = st.lists(st.sets(st.sampled_from([*STATEMENTS, *ELSEWHERE]), min_size=1, max_size=12), min_size=1, max_size=6)
"""What each version turns round: what is there goes, what is not comes."""

FILTERS = [
    WorkFilters(),
    WorkFilters(author="p"),
    WorkFilters(venue="v", type="book"),
    WorkFilters(year="2000..", case="c"),
    WorkFilters(cites="a"),
    WorkFilters(cited_by="b"),
]


def lists(filters: Sequence[WorkFilters] = FILTERS) -> Iterator[tuple[str, Select, Order | None]]:
    """Every kind of list, in every order it can be asked for in."""

    def works(filters: WorkFilters) -> Select:
        return lambda snapshot: select_works(snapshot, MINTER, filters, None)

    def all_of(selection: Selection) -> Select:
        return lambda _: selection

    for some, (name, order) in product(filters, ORDERS.items()):
        yield f"works {some} by {name}", works(some), order
    yield "people", all_of(select_people(None)), PEOPLE_ORDER
    yield "organizations", all_of(select_organizations(None)), PEOPLE_ORDER
    yield "venues", all_of(select_venues(None)), VENUE_ORDER
    yield "concepts", all_of(select_concepts(None)), CONCEPT_ORDER
    yield "by IRI", all_of(select_people(None)), None


class History:
    """A log and the graph that follows it, without a home around them."""

    def __init__(self) -> None:
        self.log = MemoryLog()
        self.graph = new_graph(BASE)

    def turn_round(self, quads: Iterable[Quad]) -> ChangeSet:
        """Commit a change that takes away those that are there, and adds the others."""
        inside = {quad: self._has(quad) for quad in quads}
        change = ChangeSet(
            added=tuple(quad for quad, there in inside.items() if not there),
            removed=tuple(quad for quad, there in inside.items() if there),
        )
        made = entry(self.graph.version + 1, *change.added, removed=tuple(change.removed))
        self.log.append(made)
        self.graph.apply(made.version, made.change)
        return change

    def _has(self, quad: Quad) -> bool:
        return self.graph.read(lambda snapshot: snapshot.contains(quad))


def asked(kept: Lists, graph: Graph, name: str, select: Select, order: Order | None) -> object:
    """A list as it is kept and as it is made anew, or what there is to say against it."""
    try:
        return kept.of(graph, name, select, order).things
    except BadRequest as fault:
        return str(fault)


def anew(graph: Graph, select: Select, order: Order | None) -> object:
    try:
        return graph.read(lambda snapshot: listed(snapshot, select, order)).things
    except BadRequest as fault:
        return str(fault)


@settings(max_examples=60)
@given(CHANGES, st.data())
def test_kept_lists_and_totals_are_those_made_anew(changes: list[set[Quad]], data: st.DataObject) -> None:
    history = History()
    kept, totals, size = Lists(history.log), incremental_totals(history.log, MINTER), incremental_size(history.log)
    for change in changes:
        history.turn_round(change)
        if not data.draw(st.booleans(), label="asked at this version"):
            continue
        for name, select, order in lists():
            assert asked(kept, history.graph, name, select, order) == anew(history.graph, select, order), name
        assert totals.of(history.graph).value == history.graph.read(lambda snapshot: count_totals(snapshot, MINTER))
        assert size.of(history.graph).value == history.graph.read(lambda snapshot: len(list(snapshot.quads())))


@settings(max_examples=30)
@given(CHANGES, st.data())
def test_kept_lists_and_counts_are_moved_back_to_earlier_versions(
    changes: list[set[Quad]], data: st.DataObject
) -> None:
    history = History()
    for change in changes:
        history.turn_round(change)
    log, newest = history.log, MovableGraph(history.graph, history.log)
    kept, totals, size = Lists(log), incremental_totals(log, MINTER), incremental_size(log)
    partitions = Incremental(log, count_partitions, move_partitions, both_ways=True)
    earlier = st.integers(1, log.head())
    for version in [log.head(), *data.draw(st.lists(earlier, min_size=2, max_size=4), label="versions asked")]:
        graph = newest if version == log.head() else newest.past(Version(version))
        for name, select, order in lists([WorkFilters()]):
            assert asked(kept, graph, name, select, order) == anew(graph, select, order), name
        assert totals.of(graph).value == graph.read(lambda snapshot: count_totals(snapshot, MINTER))
        assert size.of(graph).value == graph.read(lambda snapshot: len(list(snapshot.quads())))
        assert partitions.of(graph).value.counts == graph.read(count_partitions).counts


@settings(max_examples=60)
@given(CHANGES)
def test_a_small_change_moves_each_list(changes: list[set[Quad]]) -> None:
    """So that the test above is one of moving: here a list that is made anew is a failure."""
    history = History()
    history.turn_round(STATEMENTS[::2])
    every = list(lists([WorkFilters()]))
    before = {name: anew(history.graph, select, order) for name, select, order in every}
    for change in changes:
        net = history.turn_round(list(change)[:2])
        for name, select, order in every:
            was, selection = before[name], history.graph.read(select)
            assert isinstance(was, SortedList)
            now = history.graph.read(partial(moved, was, changes=[net], selection=selection, order=order or BY_IRI))
            assert now == anew(history.graph, select, order), name
            before[name] = now


def people(first: int, end: int) -> list[Quad]:
    """That there are so many people."""
    return [Quad(MINTER.thing("person", f"n{n}"), RDF["type"], FOAF["Person"]) for n in range(first, end)]


def everyone(_: Snapshot) -> Selection:
    return select_people(None)


def test_a_change_that_may_move_too_many_makes_the_list_anew() -> None:
    history = History()
    history.turn_round(people(0, 10))
    was = listed(history.graph.read(lambda snapshot: snapshot), everyone, None).things
    assert isinstance(was, SortedList)

    def move(first: int, end: int) -> SortedList | None:
        net = history.turn_round(people(first, end))
        return history.graph.read(lambda snapshot: moved(was, snapshot, [net], select_people(None), BY_IRI))

    assert move(100, 100 + MOVED_THINGS) is None  # and the class, which they all name
    assert len(move(10, 10 + MOVED_THINGS - 1) or ()) == 10 + MOVED_THINGS - 1


def test_lists_are_kept_while_there_is_room_and_asked_for_again_otherwise() -> None:
    history = History()
    history.turn_round(people(0, 10))
    made: list[str] = []
    kept = Lists(history.log, room=25)

    def ask(name: str) -> int:
        def select(_: Snapshot) -> Selection:
            made.append(name)
            return select_people(None)

        return len(kept.of(history.graph, name, select, PEOPLE_ORDER).things)

    assert [ask(name) for name in ("one", "two", "one", "three", "one", "two")] == [10] * 6
    assert made == ["one", "two", "three", "two"]  # the one least recently asked for had to go
    history.turn_round(people(10, 11))
    assert ask("two") == 11
    assert made[4:] == ["two"]
    assert ask("one") == 11


def test_a_list_that_is_to_stay_stays_in_a_library_of_more_things_than_there_is_room_for() -> None:
    history = History()
    history.turn_round(people(0, 30))
    made: list[tuple[str, int]] = []
    kept = Lists(history.log, room=50, most=2)
    staying = ("one", "two", "three")
    for name in staying:
        kept.let_stay(name, PEOPLE_ORDER)

    def ask(name: str) -> int:
        def select(snapshot: Snapshot) -> Selection:
            made.append((name, snapshot.version))
            return select_people(None)

        return len(kept.of(history.graph, name, select, PEOPLE_ORDER).things)

    assert [ask(name) for name in (*staying, "four", *staying, "four", "five", *staying, "four")] == [30] * 13
    assert made == [(name, 1) for name in (*staying, "four", "five", "four")], "the others go as ever"
    history.turn_round(people(30, 31))
    assert [ask(name) for name in staying * 2] == [31] * 6
    assert made[6:] == [(name, 2) for name in staying], "one of each name, that of the newest version"


def test_a_change_of_other_things_is_not_looked_for_in_a_long_list(monkeypatch: pytest.MonkeyPatch) -> None:
    """To look for a thing that is not in a list goes through all of it."""
    history, every = History(), WorkFilters()
    works = [MINTER.thing("work", f"long-{number}") for number in range(50)]
    history.turn_round(Quad(work, RDF["type"], FABIO["Expression"]) for work in works)
    select = partial(select_works, minter=MINTER, filters=every, ranked=None)
    looked_for: list[str] = []
    positions = SortedList.positions

    def noted(things: SortedList, some: AbstractSet[str]) -> list[int]:
        looked_for.extend(some)
        return positions(things, some)

    monkeypatch.setattr(SortedList, "positions", noted)
    kept = Lists(history.log)

    def moved_by(*quads: Quad) -> list[str]:
        looked_for.clear()
        history.turn_round(quads)
        for name, order in ORDERS.items():
            anew = listed(history.graph.live_snapshot(), select, order)
            assert kept.of(history.graph, name, select, order).things == anew.things
        return sorted(set(looked_for))

    moved_by(Quad(works[0], DCTERMS["title"], Literal("a title")))
    evidence = MINTER.thing("evidence", "e")
    said = [
        Quad(evidence, MINTER.term("work"), works[3]),
        Quad(evidence, MINTER.term("about"), CONCEPT),
        Quad(evidence, MINTER.term("state"), MINTER.term("discusses")),
    ]
    assert moved_by(*said) == []
    assert moved_by(Quad(works[5], DCTERMS["creator"], PEOPLE[0]), Quad(works[5], CITO["cites"], works[6])) == []
    assert moved_by(Quad(works[7], RDF["type"], FABIO["Expression"])) == [works[7].value], "it is none any more"
    assert moved_by(Quad(works[8], DCTERMS["title"], Literal("another"))) == [works[8].value]


def test_lists_of_nothing_are_not_kept_without_bound() -> None:
    """Their things take no room, and a client may ask for as many of them as it likes."""
    history = History()
    history.turn_round(people(0, 1))
    made: list[int] = []
    kept = Lists(history.log, most=3)

    def ask(number: int) -> int:
        def select(_: Snapshot) -> Selection:
            made.append(number)
            return select_venues(None)

        return len(kept.of(history.graph, number, select, None).things)

    assert [ask(number) for number in (1, 2, 3, 1, 4, 3, 1, 2)] == [0] * 8
    assert made == [1, 2, 3, 4, 2]


def test_an_earlier_version_has_its_own_list() -> None:
    history = History()
    history.turn_round(people(0, 3))
    past = new_graph(BASE)
    past.apply(history.graph.version, history.log.entry(history.graph.version).change)
    kept = Lists(history.log)
    for n in range(3, 6):
        history.turn_round(people(n, n + 1))
        assert len(kept.of(history.graph, "people", everyone, None).things) == n + 1
        assert len(kept.of(past, "people", everyone, None).things) == 3


@settings(max_examples=100)
@given(
    st.dictionaries(st.text("abc", min_size=1, max_size=3), st.sampled_from(["", "1", "2", "3"])),
    st.sets(st.text("abc", min_size=1, max_size=3)),
    st.booleans(),
    st.booleans(),
    st.integers(1, 4),
)
def test_pages_of_a_pick_are_those_of_the_list_without_the_rest(
    values: dict[str, str], chosen: set[str], outside: bool, descending: bool, limit: int
) -> None:
    """Also where the page before was of a list that has lost its last thing since."""
    values = {f"http://example.org/{thing}": value for thing, value in values.items()}
    pick = Pick({f"http://example.org/{thing}" for thing in chosen}, outside)
    rest = {thing: value for thing, value in values.items() if (thing in pick.things) != outside}
    for whole, picked in (
        (SortedList.of(values), SortedList.of(rest)),
        (RankedList(list(values)), RankedList(list(rest))),
    ):
        cursor = None
        while True:
            shown = whole.page(limit, cursor, descending=descending, pick=pick)
            assert shown == picked.page(limit, cursor, descending=descending)
            assert shown.total == len(rest)
            cursor = shown.cursor
            if cursor is None:
                break


@pytest.mark.parametrize("alike", [1, 2, 3, 4, 7, 30])
@pytest.mark.parametrize("picked", [1, 3])
@pytest.mark.parametrize("limit", [1, 2, 5, 50])
def test_a_falling_list_is_looked_at_in_parts(
    monkeypatch: pytest.MonkeyPatch, alike: int, picked: int, limit: int
) -> None:
    """Whether few things or many have a value, they stand by IRI, and each is on one page."""
    monkeypatch.setattr(sorted_list, "LOOKED_AT", 3)
    years = {f"http://example.org/{n:02}": str(1990 + n // alike) for n in range(23)}
    listed = SortedList.of(years)
    pick = Pick(set(list(years)[::picked]))
    page = listed.page(limit, None, descending=True, pick=pick)
    shown = list(page.things)
    while page.cursor:
        page = listed.page(limit, page.cursor, descending=True, pick=pick)
        shown += page.things
    assert [node.value for node in shown] == sorted(pick.things, key=lambda thing: (-int(years[thing]), thing))


@pytest.mark.parametrize("descending", [False, True], ids=["rising", "falling"])
def test_a_short_page_of_a_long_list_goes_through_no_more_than_it_needs(descending: bool) -> None:
    class Long(list[str]):
        taken = 0

        def __getitem__(self, at: Any) -> Any:
            found = super().__getitem__(at)
            Long.taken += len(found) if isinstance(at, slice) else 1
            return found

    iris = [f"urn:{number:06d}" for number in range(50_000)]
    long = SortedList(Long(iris), Long([""] * len(iris)))
    picked = Pick(frozenset(iris[::100]), total=500)
    page = long.page(5, None, descending=descending, pick=picked)
    assert [thing.value for thing in page.things] == iris[:500:100]
    following = long.page(5, page.cursor, descending=descending, pick=picked)
    assert [thing.value for thing in following.things] == iris[500:1000:100]
    assert Long.taken < 5_000


def test_for_venues_only_what_something_appears_in_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine would go through all statements about each class, state and agent that a change names."""
    history, work, venue = History(), WORKS[0], VENUES[0]
    kept, select = Lists(history.log), lambda _: select_venues(None)
    history.turn_round([Quad(one, RDF["type"], FABIO["Expression"]) for one in WORKS])
    kept.of(history.graph, "venues", select, VENUE_ORDER)
    asked_for: list[str] = []
    query = StoreSnapshot.query

    def counted(snapshot: StoreSnapshot, text: str, *given: Any, **named: Any) -> Any:
        asked_for.append(text)
        return query(snapshot, text, *given, **named)

    monkeypatch.setattr(StoreSnapshot, "query", counted)
    for number in range(5):
        node = MINTER.thing("evidence", f"e{number}")
        history.turn_round([Quad(node, RDF["type"], MINTER.term("Evidence")), Quad(node, MINTER.term("work"), work)])
        kept.of(history.graph, "venues", select, VENUE_ORDER)
    assert len(asked_for) == 5, "the evidence itself each time"
    history.turn_round([Quad(work, DCTERMS["isPartOf"], venue)])
    assert kept.of(history.graph, "venues", select, VENUE_ORDER).things == SortedList([venue.value], [""])
    assert len(asked_for) == 7, "the work, and what it appears in"
