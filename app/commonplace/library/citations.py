"""Read what a work cites, and what cites it: all ends of its citations in two reads, and the works of one page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from sys import intern
from typing import overload

from pyoxigraph import Literal, NamedNode

from commonplace.derived.graph.records import is_work
from commonplace.derived.graph.snapshot import PROLOGUE, Snapshot
from commonplace.derived.graph.sparql_tsv import rows, text_and_language, tsv
from commonplace.errors import Message, NotFound
from commonplace.library.citation_schemas import Citation, ReferenceText
from commonplace.library.works import read_works_ahead, work_of
from commonplace.model.minter import Minter
from commonplace.model.relations import read_reference_json

CONFIRMED = "confirmed"


@dataclass(frozen=True, slots=True)
class CitationEnd:
    """The work at the other end of a citation, how sure that is, and the number of the reference."""

    work: NamedNode
    key: str
    confirmation: str = CONFIRMED
    number: int | None = None
    note: str | None = None


class CitationEnds(Sequence[CitationEnd]):
    """The ends of the citations of a work, in order; of those that are nothing but certain only the IRI is held."""

    def __init__(self, iris: Sequence[str], said: Mapping[str, CitationEnd], minter: Minter) -> None:
        self.iris = iris
        self.said = said
        self._minter = minter

    def __len__(self) -> int:
        return len(self.iris)

    @overload
    def __getitem__(self, place: int) -> CitationEnd: ...

    @overload
    def __getitem__(self, place: slice) -> Sequence[CitationEnd]: ...

    def __getitem__(self, place: int | slice) -> CitationEnd | Sequence[CitationEnd]:
        if isinstance(place, slice):
            return [self._end(iri) for iri in self.iris[place]]
        return self._end(self.iris[place])

    def _end(self, iri: str) -> CitationEnd:
        return self.said.get(iri) or CitationEnd(NamedNode(iri), self._minter.key(iri))


def citation_ends(snapshot: Snapshot, work: NamedNode, minter: Minter, *, outgoing: bool) -> CitationEnds:
    """Return the ends of the citations that a work makes (`outgoing`) or receives, by reference number and then by key.

    An ambiguous citation counts for each of its candidates and is marked; a candidate that is cited for certain as
    well stands as that. Raises `NotFound`.
    """
    if not is_work(snapshot, work):
        raise NotFound(Message("there is no work %(key)r", key=minter.key(work.value)))
    said = _said(snapshot, work, minter, outgoing)
    step = f"{work} ?cites ?end" if outgoing else f"?end ?cites {work}"
    query = f"""{PROLOGUE}SELECT ?end WHERE {{
    VALUES ?cites {{ cito:cites cp:mayCite }} {step} . ?end a fabio:Expression }}"""  # a path takes four times as long
    ends = dict.fromkeys(end for (end,) in rows(tsv(snapshot.query(query))) if end.startswith("<"))
    iris = [intern(end[1:-1]) for end in ends]
    numbers = {iri: one.number for iri, one in said.items() if one.number is not None}
    keys = {iri: minter.key(iri) for iri in iris}
    iris.sort(key=lambda iri: (iri not in numbers, numbers.get(iri, 0), keys[iri]))
    return CitationEnds(iris, {iri: said[iri] for iri in iris if iri in said}, minter)


def _said(snapshot: Snapshot, work: NamedNode, minter: Minter, outgoing: bool) -> dict[str, CitationEnd]:
    """Return what the citations of a work say, by the work at their other end.

    Of two citations of one work, the one that is certain of it counts.
    """
    ends = ("cito:hasCitingEntity", "?as") if outgoing else ("?as", "cito:hasCitingEntity")
    query = f"""{PROLOGUE}SELECT ?as ?node ?other ?number ?sure ?note WHERE {{
    VALUES ?as {{ cp:candidate cito:hasCitedEntity }}
    ?node {ends[0]} {work} ; {ends[1]} ?other .
    OPTIONAL {{ ?node cp:referenceNumber ?number }}
    OPTIONAL {{ ?node cp:confirmation ?sure }}
    OPTIONAL {{ ?node rdfs:comment ?note }}
    FILTER(isIRI(?node) && isIRI(?other)) }}"""
    candidate = str(minter.term("candidate"))
    found: dict[str, CitationEnd] = {}
    certain_first = sorted(rows(tsv(snapshot.query(query))), key=lambda row: (row[0] == candidate, row))
    for _, _, other, *more in certain_first:
        iri = other[1:-1]
        if iri not in found:
            number, sure, note = (said and said[0] for said in map(text_and_language, more))
            found[iri] = CitationEnd(
                NamedNode(iri),
                minter.key(iri),
                minter.local(sure) if sure else CONFIRMED,
                int(number) if number else None,
                note,
            )
    return found


def citations_at(
    snapshot: Snapshot, ends: Iterable[CitationEnd], minter: Minter, *, evidence: bool = True
) -> list[Citation]:
    """Return citations with the works at their ends; without `evidence` what these say is left out."""
    ends = list(ends)
    read_works_ahead(snapshot, [end.work for end in ends])
    return [
        Citation(
            work=work_of(snapshot, end.work, minter, evidence=evidence),
            confirmation=end.confirmation,
            reference_number=end.number,
            note=end.note,
        )
        for end in ends
    ]


def references_as_text(snapshot: Snapshot, work: NamedNode, minter: Minter) -> list[ReferenceText]:
    """Return the references of a work to works that the library does not hold, by number."""
    found: list[ReferenceText] = []
    for triple in snapshot.triples(work, minter.term("referenceText")):
        try:
            kept = read_reference_json(triple.object.value if isinstance(triple.object, Literal) else "")
        except (ValueError, KeyError, TypeError):
            continue  # written by somebody else, in another form than the model's
        found += [ReferenceText(number=one.number, text=one.text, doi=one.doi) for one in kept]
    return sorted(found, key=lambda reference: reference.number)
