"""Read the links of a part of the map one by one: of a thing with its neighbourhood, or of the works of some years.

So a part costs what it holds, whatever else the library holds. What is found is what
`commonplace.library.map_reading` finds among all links.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from collections.abc import Set as AbstractSet
from functools import cache

from pyoxigraph import Literal, NamedNode, Quad

from commonplace.derived.graph.snapshot import PROLOGUE, Snapshot
from commonplace.library.link_changes import LinkReading
from commonplace.library.link_kinds import Ends
from commonplace.library.map_schemas import Relation
from commonplace.model.minter import Minter
from commonplace.model.namespaces import CITO, FABIO, RDF, SKOS

MOST_WORKS = 25_000
"""Maximum number of works whose links are read one by one; beyond, to read all links of the library takes less time."""

_YEARS = f"{PROLOGUE}SELECT DISTINCT ?year WHERE {{ ?work fabio:hasPublicationYear ?year }}"

_HAS_YEAR = FABIO["hasPublicationYear"]


def works_of_years(snapshot: Snapshot, span: tuple[int, int]) -> set[str]:
    """Return the IRIs of what appeared in some years, both included."""
    if not snapshot.is_near:
        said = snapshot.triples(None, _HAS_YEAR)
        return set(_iris(triple.subject for triple in said if _is_within(triple.object, span)))
    found: set[str] = set()
    for row in snapshot.select(_YEARS):
        year = row["year"]
        if isinstance(year, Literal) and _is_within(year, span):
            found.update(_iris(triple.subject for triple in snapshot.triples(None, _HAS_YEAR, year)))
    return found


def _is_within(year: object, span: tuple[int, int]) -> bool:
    """Return whether a year as it is stated is one of some years."""
    text = year.value if isinstance(year, Literal) else ""
    return text.lstrip("-").isdecimal() and span[0] <= int(text) <= span[1]


def links_near(
    snapshot: Snapshot, minter: Minter, relations: Collection[Relation], focus: str
) -> dict[Relation, Ends] | None:
    """Return the links among a thing and what it is linked to; None where that is very much, or each is a question."""
    if not snapshot.is_near:
        return None
    reading, thing = LinkReading(minter), NamedNode(focus)
    near: set[str] = set()
    for link in set(reading.of(snapshot, thing, relations)):
        if reading.holds(snapshot, link):
            near.update((link[1].value, link[2].value))
    if len(near) > MOST_WORKS:
        return None
    part = _LinksOfPart(snapshot, minter, relations)
    works, concepts = part.of_class(near, FABIO["Expression"]), part.of_class(near, SKOS["Concept"])
    return part.links(works, concepts.__contains__, lambda _: concepts)


def links_of_works(
    snapshot: Snapshot, minter: Minter, relations: Collection[Relation], things: Collection[str]
) -> dict[Relation, Ends] | None:
    """Return the links among some works, to what they discuss, and among the concepts that they discuss; None where
    the works are very many, or each is a question."""
    if len(things) > MOST_WORKS or not snapshot.is_near:
        return None
    part = _LinksOfPart(snapshot, minter, relations)
    is_concept = cache(lambda iri: bool(part.of_class((iri,), SKOS["Concept"])))
    return part.links(part.of_class(things, FABIO["Expression"]), is_concept, set)


def confirmations(snapshot: Snapshot, minter: Minter, citing: Iterable[str]) -> dict[tuple[str, str], str]:
    """Return how sure those citations of some works are that a person or program has looked at, by both works."""
    reading = LinkReading(minter)
    return {
        (source, cited): sure
        for source in citing
        for cited, sure in reading.confirmations(snapshot, NamedNode(source)).items()
    }


class _LinksOfPart:
    """The links that begin at some things."""

    def __init__(self, snapshot: Snapshot, minter: Minter, relations: Collection[Relation]) -> None:
        self._snapshot = snapshot
        self._relations = relations
        self._reading = LinkReading(minter)
        self._may_cite = minter.term("mayCite")

    def of_class(self, things: Iterable[str], kind: NamedNode) -> set[str]:
        """Return those things that are of a class."""
        return {iri for iri in things if self._snapshot.contains(Quad(NamedNode(iri), RDF["type"], kind))}

    def links(
        self,
        works: AbstractSet[str],
        is_there: Callable[[str], bool],
        concepts_of: Callable[[Iterable[str]], AbstractSet[str]],
    ) -> dict[Relation, Ends]:
        """Return the links among works and concepts: of works to those concepts that are there, and among the concepts
        that are left of those that the works discuss."""
        found: dict[Relation, Ends] = {}
        if "cites" in self._relations:
            found["cites"] = dict(self._citations(works))
        if "discusses" in self._relations:
            found["discusses"] = self._discussed(works, is_there)
        if "narrower" in self._relations:
            concepts = concepts_of(concept for _, concept in found.get("discusses", ()))
            found["narrower"] = {
                (one, low): ""
                for one in concepts
                for low in _iris(t.object for t in self._snapshot.triples(NamedNode(one), SKOS["narrower"]))
                if low in concepts and low != one
            }
        return {relation: found[relation] for relation in self._relations}

    def _citations(self, works: AbstractSet[str]) -> Iterator[tuple[tuple[str, str], str]]:
        """Yield the citations among works, with how sure they are, those that are surer last."""
        for predicate, sure in ((self._may_cite, "ambiguous"), (CITO["cites"], "confirmed")):
            for work in works:
                for cited in _iris(t.object for t in self._snapshot.triples(NamedNode(work), predicate)):
                    if cited in works and cited != work:
                        yield (work, cited), sure

    def _discussed(self, works: AbstractSet[str], is_there: Callable[[str], bool]) -> Ends:
        reading, snapshot = self._reading, self._snapshot
        found: dict[tuple[str, str], str] = {}
        for work in works:
            for concept, sure in reading.discussed(snapshot, NamedNode(work)).items():
                if is_there(concept) and concept != work:
                    found[work, concept] = sure
        return found


def _iris(nodes: Iterable[object]) -> Iterator[str]:
    return (node.value for node in nodes if isinstance(node, NamedNode))
