"""Answer the query `works-discussing` page by page: the pieces of evidence that have its rows are kept in its order.

Evidence of all concepts stands in one list (`commonplace.library.lists`), which is moved along with each version. A
page is picked from it, and the SPARQL of the query is evaluated for the evidence of that page alone.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import compress
from typing import Any, NamedTuple

from pyoxigraph import BlankNode, NamedNode, Quad, QueryResultsFormat, QuerySolutions, Variable

from commonplace.derived.graph.snapshot import Snapshot, values_clause
from commonplace.library.lists import Select
from commonplace.library.selection import Order, Selection
from commonplace.library.sorted_list import RankedList, SortedList
from commonplace.model.minter import Minter
from commonplace.model.namespaces import RDF, SKOS

EVIDENCE_THAT_DISCUSSES = "evidence that discusses"
"""Name of the list, in memory and in the file of what is prepared."""

_BETWEEN = "\x01"
"""What stands between the parts of a sort value; it comes before all that a key may have."""

_MORE = " more"
"""What stands behind a concept where a piece of evidence has several rows; no IRI has a space."""

_ANY = " any"
"""What stands behind a concept where a piece of evidence is about several: the list knows one of them."""

_NOTE = 'FILTER(LANG(?{0}) IN ("", "en"))'


class TablePart(NamedTuple):
    """Some rows of an answer, as SPARQL 1.1 Query Results JSON, and the number of all."""

    table: dict[str, Any]
    total: int


@dataclass(frozen=True, slots=True)
class _EvidenceOfWork:
    """The reach of a change of a work, whose year and key are sorted by: equal for equal ones, as a method would not
    be."""

    minter: Minter

    def __call__(self, snapshot: Snapshot, node: NamedNode | BlankNode) -> Iterator[NamedNode]:
        """Yield the evidence of a work."""
        for triple in snapshot.triples(None, self.minter.term("work"), node):
            if isinstance(triple.subject, NamedNode):
                yield triple.subject


def evidence_that_discusses(minter: Minter) -> tuple[str, Select, Order]:
    """Return the list as `Lists` takes it: its name, what it selects, and its order."""
    return EVIDENCE_THAT_DISCUSSES, lambda _: select_evidence(), _order_of_query(minter)


def select_evidence() -> Selection:
    """Select the accepted evidence that a work of the library discusses something."""
    selection = Selection(named_by=frozenset())
    selection.where("?thing a cp:Evidence ; cp:state cp:discusses ; cp:standing cp:accepted ; cp:work ?of .")
    selection.where("?of cp:citationKey ?called .")
    return selection


def _order_of_query(minter: Minter) -> Order:
    """Return the order of the query: by directness, year, key and concept; equal ones by IRI.

    Equal arguments make equal orders. 500,000 is added to a year, so that years before the first sort rightly as text.
    """
    parts = ('COALESCE(STR(?direct), "")', 'COALESCE(STR(500000 + xsd:integer(STR(?year))), "")', "?key", "STR(?about)")
    joined = f', "{_BETWEEN}", '.join(parts)
    pattern = f"""?thing cp:about ?about ; cp:work ?work . ?work cp:citationKey ?key
    OPTIONAL {{ ?thing cp:directness ?direct }} OPTIONAL {{ ?work fabio:hasPublicationYear ?year }}
    OPTIONAL {{ ?thing rdfs:comment ?one , ?other {_NOTE.format("one")} {_NOTE.format("other")}
      FILTER(!sameTerm(?one, ?other)) BIND("{_MORE}" AS ?more) }}
    OPTIONAL {{ ?thing cp:about ?too FILTER(!sameTerm(?about, ?too)) BIND("{_ANY}" AS ?any) }}
    BIND(CONCAT({joined}, COALESCE(?any, ?more, "")) AS ?value)"""
    return Order(pattern, reach=_EvidenceOfWork(minter))


def rows_discussing(
    snapshot: Snapshot,
    text: str,
    concept: NamedNode,
    below: Collection[str],
    things: SortedList | RankedList,
    places: slice,
) -> TablePart | None:
    """Return the rows of an answer that stand at those places.

    `text` is the SPARQL of the query, which names the evidence of a row; `below` are the concept asked about and all
    narrower ones, `things` the list at that snapshot. Returns None where a piece of evidence has several rows, or is
    about something that has no IRI: nobody but the engine knows their places then.
    """
    assert isinstance(things, SortedList)  # as every list that is not by rank
    picked: list[str] = []
    if snapshot.contains(Quad(concept, RDF["type"], SKOS["Concept"])):
        about = [value.rpartition(_BETWEEN)[2] for value in things.values]
        if any(_is_open(one, below) for one in set(about)):
            return None
        picked = list(compress(things.things, map(set(below).__contains__, about)))
    shown = picked[places]
    found = snapshot.query(_of_evidence(text, shown), {Variable("concept"): concept})
    assert isinstance(found, QuerySolutions)  # as the file of the query says
    table = json.loads(found.serialize(format=QueryResultsFormat.JSON) or b"")
    return TablePart(table, len(picked)) if len(table["results"]["bindings"]) == len(shown) else None


def _is_open(about: str, below: Collection[str]) -> bool:
    """Return whether evidence that stands in the list with that concept may have rows that the list does not tell; it
    stands with none where its values make no text."""
    return not about or about.endswith(_ANY) or (about.endswith(_MORE) and about.removesuffix(_MORE) in below)


def _of_evidence(text: str, evidence: Iterable[str]) -> str:
    """Return a query that finds no other rows than those of that evidence."""
    return text.replace("WHERE {", f"WHERE {{ {values_clause('evidence', map(NamedNode, evidence))}", 1)
