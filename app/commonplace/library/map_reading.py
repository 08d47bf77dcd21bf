"""Read the works and concepts that are linked, and the links between them, in a few coarse reads."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from pyoxigraph import NamedNode

from commonplace.derived.graph.snapshot import PROLOGUE, Snapshot, values_clause
from commonplace.derived.graph.sparql_tsv import rows, text_and_language, tsv
from commonplace.errors import BadRequest, NotFound
from commonplace.library.map_schemas import RELATIONS, Relation
from commonplace.model.minter import Minter
from commonplace.model.names import short_name

MOST_NODES = 3_000
"""Maximum number of things on a map: more are not told apart, and take long to place."""

_READ_AT_ONCE = 2_000
"""Maximum number of things that one query names."""

_ENDS: Mapping[Relation, Sequence[tuple[str, str]]] = {
    "cites": (
        ("?source cito:cites ?target . ?source a fabio:Expression . ?target a fabio:Expression", "confirmed"),
        ("?source cp:mayCite ?target . ?source a fabio:Expression . ?target a fabio:Expression", "ambiguous"),
    ),
    "discusses": (
        (
            "?said cp:standing cp:accepted ; cp:state cp:discusses ; cp:work ?source ; cp:about ?target . "
            "?target a skos:Concept . ?source a fabio:Expression OPTIONAL { ?said cp:certainty ?sure }",
            "",
        ),
    ),
    "narrower": (("?source skos:narrower ?target . ?source a skos:Concept . ?target a skos:Concept", ""),),
}
"""The ends of each relation, and how sure it is where no statement says that."""

_UNSURE = """SELECT ?source ?target ?sure WHERE { ?citation cp:confirmation ?sure ;
cito:hasCitingEntity ?source ; cito:hasCitedEntity ?target FILTER(?sure != cp:confirmed) }"""

_WORKS = """SELECT ?work ?key ?year ?title ?name ?family ?particle ?status WHERE { %s ?work cp:citationKey ?key .
OPTIONAL { ?work fabio:hasPublicationYear ?year } OPTIONAL { ?work dcterms:title ?title }
OPTIONAL { ?work cp:status ?status }
OPTIONAL { ?work pro:isDocumentContextFor ?role . ?role pro:withRole ?kind ; cp:position 1 ; pro:isHeldBy ?first
  FILTER(?kind IN (pro:author, pro:editor))
  ?first foaf:name ?name
  OPTIONAL { ?first foaf:familyName ?family OPTIONAL { ?first cp:particle ?particle } } } }"""

_LABELS = "SELECT ?concept ?label WHERE { %s ?concept skos:prefLabel ?label }"
_YEARS = "SELECT ?work ?year WHERE { ?work fabio:hasPublicationYear ?year }"


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


@dataclass(frozen=True, slots=True)
class MapFilters:
    """Choices of what is on a map: kinds of relation, a span of years, and a thing with its neighbourhood."""

    relations: tuple[Relation, ...] = RELATIONS
    years: str | None = None
    focus: str | None = None


def linked_things(snapshot: Snapshot, minter: Minter, filters: MapFilters, limit: int) -> Linked:
    """Return what is linked, cut to the `limit` things with most links.

    The focus is always among them. Raises `BadRequest` for a span of years that is none, and `NotFound` for a focus
    that is not there.
    """
    span = span_of_years(filters.years) if filters.years else None
    focus = _focused(snapshot, minter, filters.focus) if filters.focus else None
    links = _links(snapshot, minter, filters.relations, focus)
    if span is not None:
        links = _within(snapshot, links, span)
    counts = Counter(end for link in links for end in (link.source, link.target))
    if focus is not None:
        counts[focus] += 0
    first = sorted(counts, key=lambda iri: (iri != focus, -counts[iri], minter.key(iri), iri))[:limit]
    things = _described(snapshot, minter, first, counts)
    shown = set(first)
    return Linked(things, [one for one in links if one.source in shown and one.target in shown], len(counts))


def span_of_years(given: str) -> tuple[int, int]:
    """Return the first and last year of `2010`, `2010..2020`, `..2020` or `2010..`. Raises `BadRequest`."""
    match = re.fullmatch(r"(\d{1,4})?(\.\.)?(\d{1,4})?", given, re.ASCII)
    if not match or not (match[1] or match[3]) or (match[1] and match[3] and not match[2]):
        raise BadRequest(f"{given!r} is not a span of years", [("years", "use 2010, 2010..2020, ..2020 or 2010..")])
    first = int(match[1] or 0)
    last = int(match[3] or 9999) if match[2] else first
    if first > last:
        raise BadRequest(f"{given!r} ends before it begins", [("years", f"use {last}..{first}")])
    return first, last


def _focused(snapshot: Snapshot, minter: Minter, given: str) -> str:
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
    raise NotFound(f"there is no work or concept {given!r}: name one as work/KEY or concept/KEY")


def _links(snapshot: Snapshot, minter: Minter, relations: Collection[Relation], focus: str | None) -> list[LinkBetween]:
    """Return the links of some relations; with a focus those among it and what it is linked to."""
    near: set[str] | None = None
    if focus is not None:
        at_it = [link for end in ("source", "target") for link in _read(snapshot, relations, [focus], end)]
        near = {focus, *(link.source for link in at_it), *(link.target for link in at_it)}
    found = {(one.source, one.target, one.relation): one for one in _read(snapshot, relations, near, "source")}
    if near is not None:
        found = {ends: one for ends, one in found.items() if one.target in near}
    if "cites" in relations:
        for source, target, sure in rows(tsv(snapshot.query(PROLOGUE + _UNSURE))):
            ends = (source[1:-1], target[1:-1], "cites")
            if ends in found:
                found[ends] = replace(found[ends], confirmation=minter.local(sure[1:-1]))
    local = {one.confirmation for one in found.values() if one.confirmation}
    names = {sure: minter.local(sure) if sure.startswith("http") else sure for sure in local}
    return [replace(one, confirmation=names.get(one.confirmation or "")) for _, one in sorted(found.items())]


def _read(
    snapshot: Snapshot, relations: Collection[Relation], only: Collection[str] | None, end: str
) -> Iterator[LinkBetween]:
    """Yield the links of some relations, or those with `only` some things at one end; the certain ones last."""
    for relation in RELATIONS:
        if relation not in relations:
            continue
        for pattern, sure in reversed(_ENDS[relation]):
            for values in _values(end, only) if only is not None else [""]:
                query = f"{PROLOGUE}SELECT ?source ?target ?sure WHERE {{ {values} {pattern} }}"
                for source, target, said in rows(tsv(snapshot.query(query))):
                    if source != target and source.startswith("<") and target.startswith("<"):
                        yield LinkBetween(source[1:-1], target[1:-1], relation, said[1:-1] or sure or None)


def _values(variable: str, iris: Iterable[str]) -> Iterator[str]:
    ordered = sorted(iris)
    for start in range(0, len(ordered), _READ_AT_ONCE):
        yield values_clause(variable, map(NamedNode, ordered[start : start + _READ_AT_ONCE]))


def _within(snapshot: Snapshot, links: Sequence[LinkBetween], span: tuple[int, int]) -> list[LinkBetween]:
    """Return the links whose works are of those years; concepts are left by what discusses them."""
    years = {work[1:-1]: int(year) for work, year in _texts(snapshot, _YEARS) if year.lstrip("-").isdecimal()}
    inside = {work for work, year in years.items() if span[0] <= year <= span[1]}
    kept = [
        one
        for one in links
        if one.relation == "narrower"
        or (one.source in inside and (one.relation == "discusses" or one.target in inside))
    ]
    discussed = {one.target for one in kept if one.relation == "discusses"}
    return [one for one in kept if one.relation != "narrower" or (one.source in discussed and one.target in discussed)]


def _texts(snapshot: Snapshot, query: str) -> Iterator[list[str]]:
    """Yield rows of a query: the first column as it is written, the others as their text."""
    for first, *more in rows(tsv(snapshot.query(PROLOGUE + query))):
        yield [first, *((said and said[0]) or "" for said in map(text_and_language, more))]


def _described(snapshot: Snapshot, minter: Minter, iris: Sequence[str], counts: Mapping[str, int]) -> list[LinkedThing]:
    """Return things by IRI with what is said of each."""
    found: dict[str, LinkedThing] = {}
    for values in _values("work", iris):
        for work, key, year, title, name, family, particle, status in _texts(snapshot, _WORKS % values):
            iri = work[1:-1]
            number = int(year) if year.lstrip("-").isdecimal() else None
            short = short_name(family, particle) if family else name
            label = " ".join(part for part in (short, year) if part) or title or key
            state = minter.local(status) if status else None
            kept = found.get(iri)
            if kept is None or label < kept.label:  # two first authors, or two titles: always the same one
                found[iri] = LinkedThing(iri, "work", key, counts[iri], label, title or None, number, state)
    labels: dict[str, dict[str, str]] = {}
    for values in _values("concept", iris):
        for concept, label in rows(tsv(snapshot.query(PROLOGUE + _LABELS % values))):
            said = text_and_language(label)
            if said:
                labels.setdefault(concept[1:-1], {})[said[1]] = said[0]
    for iri, said_in in labels.items():
        key = minter.key(iri)
        name = said_in.get("en") or min(said_in.values())
        found.setdefault(iri, LinkedThing(iri, "concept", key, counts[iri], name))
    return [found.get(iri) or LinkedThing(iri, _kind(minter, iri), minter.key(iri), counts[iri]) for iri in iris]


def _kind(minter: Minter, iri: str) -> Literal["work", "concept"]:
    return "work" if minter.thing("work", minter.key(iri)).value == iri else "concept"
