"""Read the works and concepts that are linked, and the links between them, in a few coarse reads."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import nlargest
from itertools import chain
from sys import intern
from typing import Literal

from pyoxigraph import NamedNode

from commonplace.derived.graph.snapshot import PROLOGUE, Snapshot, values_clause
from commonplace.derived.graph.sparql_tsv import rows, text_and_language, tsv
from commonplace.errors import BadRequest, Message, NotFound
from commonplace.library.first_names import first_names, read_first_names_ahead
from commonplace.library.link_kinds import CERTAINTIES, KINDS, Ends
from commonplace.library.map_part import confirmations, links_near, links_of_works, works_of_years
from commonplace.library.map_schemas import RELATIONS, Relation
from commonplace.model.minter import Minter
from commonplace.model.year_range import with_dots

MOST_NODES = 3_000
"""Maximum number of things on a map: more are not told apart, and take long to place."""

_READ_AT_ONCE = 2_000
"""Maximum number of things that one query names."""

_ASKED_FOR = 500
"""Maximum number of works whose citations are looked at one by one for how sure they are; beyond, all are read."""

_PATTERNS: Mapping[Relation, Sequence[tuple[str, str]]] = {
    "cites": (("?source cp:mayCite ?target", "ambiguous"), ("?source cito:cites ?target", "confirmed")),
    "discusses": (
        (
            "?said cp:standing cp:accepted ; cp:state cp:discusses ; cp:work ?source ; cp:about ?target "
            "OPTIONAL { ?said cp:certainty ?sure }",
            "",
        ),
    ),
    "narrower": (("?source skos:narrower ?target", ""),),
}
"""The ends of each relation, and how sure it is where no statement says that; the surer one comes last.

The classes of the ends are no part of it: to look each up among those read once takes a tenth of the time that the
engine takes to join them.
"""

_UNSURE = """SELECT ?source ?target ?sure WHERE { ?citation cp:confirmation ?sure ;
cito:hasCitingEntity ?source ; cito:hasCitedEntity ?target FILTER(?sure != cp:confirmed) }"""

_WORKS = """SELECT ?work ?key ?year ?title ?status WHERE { %s ?work cp:citationKey ?key .
OPTIONAL { ?work fabio:hasPublicationYear ?year } OPTIONAL { ?work dcterms:title ?title }
OPTIONAL { ?work cp:status ?status } }"""

_LABELS = "SELECT ?concept ?label WHERE { %s ?concept skos:prefLabel ?label }"


@dataclass(frozen=True, slots=True)
class LinkedThing:
    """A work or concept with the number of its links."""

    iri: str
    kind: Literal["work", "concept"]
    key: str
    links: int
    label: str = ""
    title: str | None = None
    year: int | None = None
    status: str | None = None

    @property
    def id(self) -> str:
        """Return its name on the map."""
        return f"{self.kind}/{self.key}"


@dataclass(frozen=True, slots=True)
class LinkBetween:
    """A link between two things, by their IRIs, and how sure it is where that is known."""

    source: str
    target: str
    relation: Relation
    confirmation: str | None


@dataclass(frozen=True, slots=True)
class Linked:
    """Things by number of links, most first, the links among them, and how many things there are in all."""

    things: Sequence[LinkedThing]
    links: Sequence[LinkBetween]
    total: int


Counts = Mapping[str, int]
"""Number of links of each thing that has any, by its IRI."""


@dataclass(frozen=True, slots=True)
class MapFilters:
    """Choices of what is on a map: kinds of relation, a span of years, and a thing with its neighbourhood."""

    relations: tuple[Relation, ...] = RELATIONS
    years: str | None = None
    focus: str | None = None


def linked_things(snapshot: Snapshot, minter: Minter, filters: MapFilters, limit: int) -> tuple[Linked, Counts]:
    """Return what is linked, cut to the `limit` things with most links, and the number of links of all.

    The focus is always among them. Raises `BadRequest` for a span of years that is none, and `NotFound` for a focus
    that is not there.
    """
    span = span_of_years(filters.years) if filters.years else None
    focus = focused(snapshot, minter, filters.focus) if filters.focus else None
    links = _links_left(snapshot, minter, filters.relations, focus, span)
    counts = Counter(chain.from_iterable(chain.from_iterable(links.values())))
    if focus is not None:
        counts[focus] += 0
    first = most_linked(counts, minter, focus, limit)
    shown = set(first)
    among = {relation: _where(ends, shown.issuperset) for relation, ends in links.items()}
    if "cites" in among:
        among["cites"] = _confirmed(snapshot, minter, among["cites"])
    return Linked(described(snapshot, minter, first, counts), in_order(minter, among), len(counts)), counts


def most_linked(counts: Mapping[str, int], minter: Minter, focus: str | None, limit: int) -> list[str]:
    """Return the focus, and then the things with most links, equals by key."""
    least = min(nlargest(limit, counts.values()), default=0)  # a key is read only of what comes into question
    some = [iri for iri, count in counts.items() if count >= least or iri == focus]
    return sorted(some, key=lambda iri: (iri != focus, -counts[iri], minter.key(iri), iri))[:limit]


def span_of_years(given: str) -> tuple[int, int]:
    """Return the first and last year of `2010`, `2010..2020`, `..2020` or `2010..`. Raises `BadRequest`."""
    match = re.fullmatch(r"(\d{1,4})?(\.\.)?(\d{1,4})?", with_dots(given), re.ASCII)
    if not match or not (match[1] or match[3]) or (match[1] and match[3] and not match[2]):
        raise BadRequest(
            Message("%(given)r is not a span of years", given=given),
            [("years", "use 2010, 2010..2020, ..2020 or 2010..")],
        )
    first = int(match[1] or 0)
    last = int(match[3] or 9999) if match[2] else first
    if first > last:
        raise BadRequest(
            Message("%(given)r ends before it begins", given=given),
            [("years", Message("use %(last)s..%(first)s", last=last, first=first))],
        )
    return first, last


def focused(snapshot: Snapshot, minter: Minter, given: str) -> str:
    """Return the IRI of the work or concept that a focus names, as `work/ostrom1996` or by its key alone."""
    kind, _, key = given.partition("/")
    if kind == "work" and key:
        candidates = [minter.thing("work", key)]
    elif kind == "concept" and key:
        candidates = [minter.thing("concept", key)]
    else:
        candidates = [minter.thing("work", given), minter.thing("concept", given)]
    for node in candidates:
        if any(snapshot.triples(node)):
            return node.value
    raise NotFound(Message("there is no work or concept %(given)r: name one as work/KEY or concept/KEY", given=given))


def _links_left(
    snapshot: Snapshot,
    minter: Minter,
    relations: Collection[Relation],
    focus: str | None,
    span: tuple[int, int] | None,
) -> Mapping[Relation, Ends]:
    """Return the links that a focus and a span of years leave: what is read of a part is that part, unless it is most
    of the library or the graph is in an engine at an address."""
    inside = None if span is None else works_of_years(snapshot, span)
    if focus is not None:
        near = links_near(snapshot, minter, relations, focus)
        links = _near(_links(snapshot, minter, relations), focus) if near is None else near
        return links if inside is None else _within(links, inside)
    part = None if inside is None else links_of_works(snapshot, minter, relations, inside)
    if part is not None:
        return part
    links = _links(snapshot, minter, relations)
    return links if inside is None else _within(links, inside)


def _links(snapshot: Snapshot, minter: Minter, relations: Collection[Relation]) -> dict[Relation, Ends]:
    """Return all links of some relations between different things that the library has."""
    classes = {kind: _of_class(snapshot, kind) for kind in {kind for one in relations for kind in KINDS[one]}}
    certainty = {f"<{minter.term(name).value}>": place for place, name in enumerate(CERTAINTIES, start=1)}
    found: dict[Relation, Ends] = {}
    for relation in relations:
        sources, targets = (classes[kind] for kind in KINDS[relation])
        ends: dict[tuple[str, str], str] = {}
        for pattern, sure in _PATTERNS[relation]:
            table = _rows(snapshot, f"SELECT ?source ?target ?sure WHERE {{ {pattern} }}")
            ordered = sorted(table, key=lambda row: (certainty.get(row[2], 0), row[2])) if "?sure" in pattern else table
            for source, target, said in ordered:
                if source in sources and target in targets and source != target:
                    ends[sources[source], targets[target]] = said[1:-1] or sure
        found[relation] = ends
    return found


def _of_class(snapshot: Snapshot, kind: str) -> dict[str, str]:
    """Return the IRIs of the things of a class, each by the term that a table has for it."""
    found = _rows(snapshot, f"SELECT ?thing WHERE {{ ?thing a {kind} }}")
    return {thing: intern(thing[1:-1]) for (thing,) in found if thing.startswith("<")}


def _where(ends: Ends, holds: Callable[[tuple[str, str]], bool]) -> Ends:
    return {pair: sure for pair, sure in ends.items() if holds(pair)}


def _near(links: Mapping[Relation, Ends], focus: str) -> dict[Relation, Ends]:
    """Return the links among a thing and what it is linked to."""
    near = {end for ends in links.values() for pair in ends if focus in pair for end in pair}
    return {relation: _where(ends, near.issuperset) for relation, ends in links.items()}


def _confirmed(snapshot: Snapshot, minter: Minter, ends: Ends) -> Ends:
    """Return citations with how sure those are that a person or program has looked at."""
    citing = {source for source, _ in ends}
    if len(citing) <= _ASKED_FOR and snapshot.is_near:
        said = confirmations(snapshot, minter, citing)
    else:
        said = {(source[1:-1], target[1:-1]): sure[1:-1] for source, target, sure in sorted(_rows(snapshot, _UNSURE))}
    return {pair: said.get(pair, sure) for pair, sure in ends.items()}


def in_order(minter: Minter, links: Mapping[Relation, Ends]) -> list[LinkBetween]:
    """Return links by source, target and relation."""
    names = {sure for ends in links.values() for sure in ends.values()}
    local = {sure: minter.local(sure) if sure.startswith("http") else sure or None for sure in names}
    found = [
        LinkBetween(source, target, relation, local[sure])
        for relation, ends in links.items()
        for (source, target), sure in ends.items()
    ]
    return sorted(found, key=lambda one: (one.source, one.target, one.relation))


def _values(variable: str, iris: Iterable[str]) -> Iterator[str]:
    ordered = sorted(iris)
    for start in range(0, len(ordered), _READ_AT_ONCE):
        yield values_clause(variable, map(NamedNode, ordered[start : start + _READ_AT_ONCE]))


def _within(links: Mapping[Relation, Ends], inside: set[str]) -> dict[Relation, Ends]:
    """Return the links whose works are of those; concepts are left by what discusses them."""
    discusses = _where(links.get("discusses", {}), lambda pair: pair[0] in inside)
    discussed = {concept for _, concept in discusses}
    kept: dict[Relation, Ends] = {
        "cites": _where(links.get("cites", {}), inside.issuperset),
        "discusses": discusses,
        "narrower": _where(links.get("narrower", {}), discussed.issuperset),
    }
    return {relation: kept[relation] for relation in links}


def _rows(snapshot: Snapshot, query: str) -> Iterator[list[str]]:
    """Yield rows of a query, each term as it is written."""
    return rows(tsv(snapshot.query(PROLOGUE + query)))


def _texts(snapshot: Snapshot, query: str) -> Iterator[list[str]]:
    """Yield rows of a query: the first column as it is written, the others as their text."""
    for first, *more in _rows(snapshot, query):
        yield [first, *((said and said[0]) or "" for said in map(text_and_language, more))]


def described(snapshot: Snapshot, minter: Minter, iris: Sequence[str], counts: Mapping[str, int]) -> list[LinkedThing]:
    """Return things by IRI with what is said of each."""
    found: dict[str, LinkedThing] = {}
    read_first_names_ahead(snapshot, (NamedNode(iri) for iri in iris if _kind(minter, iri) == "work"))
    for values in _values("work", iris):
        for work, key, year, title, status in _texts(snapshot, _WORKS % values):
            iri = work[1:-1]
            number = int(year) if year.lstrip("-").isdecimal() else None
            state = minter.local(status) if status else None
            for name in sorted(first_names(snapshot, minter, NamedNode(iri))) or [""]:
                label = " ".join(part for part in (name, year) if part) or title or key
                one = LinkedThing(iri, "work", key, counts[iri], label, title or None, number, state)
                kept = found.get(iri)
                if kept is None or _rank(one) < _rank(kept):  # two first authors, or two titles: always the same one
                    found[iri] = one
    labels: dict[str, dict[str, str]] = {}
    for values in _values("concept", iris):
        for concept, label in _rows(snapshot, _LABELS % values):
            said = text_and_language(label)
            if said:
                labels.setdefault(concept[1:-1], {})[said[1]] = said[0]
    for iri, said_in in labels.items():
        key = minter.key(iri)
        name = said_in.get("en") or min(said_in.values())
        found.setdefault(iri, LinkedThing(iri, "concept", key, counts[iri], name))
    return [found.get(iri) or LinkedThing(iri, _kind(minter, iri), minter.key(iri), counts[iri]) for iri in iris]


def _rank(thing: LinkedThing) -> tuple[str, str, str, int, str]:
    return thing.label, thing.key, thing.title or "", thing.year or 0, thing.status or ""


def _kind(minter: Minter, iri: str) -> Literal["work", "concept"]:
    return "work" if minter.thing("work", minter.key(iri)).value == iri else "concept"
