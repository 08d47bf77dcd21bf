"""Find the works that hold a passage in the text that the library has of them, and where it stands there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from pyoxigraph import Literal, NamedNode

from commonplace.derived.graph.snapshot import PROLOGUE, Snapshot
from commonplace.derived.search.index import SearchIndex
from commonplace.library.curation_schemas import FoundPassage, TextQuoteSelector
from commonplace.library.evidence import label_of
from commonplace.library.schemas import Link
from commonplace.library.selection import count_of
from commonplace.model.minter import Minter
from commonplace.model.namespaces import DCTERMS, PRISM
from commonplace.model.quote_places import QuotePlace, count_of_quote, places_of_quote
from commonplace.model.whole_words import WHOLE_WORDS

PARTS: tuple[tuple[str, NamedNode], ...] = (
    ("title", DCTERMS["title"]),
    ("abstract", DCTERMS["abstract"]),
    ("keywords", PRISM["keyword"]),
)
"""The texts that are held of a work, by the name that a locator has for them."""


class PassagePlace(NamedTuple):
    """Where a quote stands: in which text of which part of a work, and at which of its places there."""

    work: NamedNode
    part: str
    text: int
    nth: int


def words_to_look_for(quote: str) -> str:
    """Return the words of a quote that the search index is asked for.

    The first and the last word of more than three may be cut in two, so they are not among them.
    """
    words = quote.replace('"', " ").split()
    return " ".join(words[1:-1] if len(words) > WHOLE_WORDS else words)


def works_to_look_in(index: SearchIndex, quote: str) -> list[NamedNode]:
    """Return the works that hold the words of a quote, as the search index tells."""
    return [NamedNode(iri) for iri in index.matching_iris(words_to_look_for(quote), "work")]


def all_works(snapshot: Snapshot) -> list[NamedNode]:
    """Return every work, by IRI."""
    rows = snapshot.select(f"{PROLOGUE}SELECT ?work WHERE {{ ?work a fabio:Expression }} ORDER BY STR(?work)")
    return [node for row in rows if isinstance(node := row["work"], NamedNode)]


def places_in_works(snapshot: Snapshot, works: Iterable[NamedNode], quote: str) -> Iterator[PassagePlace]:
    """Yield each place of a quote in the texts of those works. They are counted only: most of many are never shown."""
    for work in works:
        for part, predicate in PARTS:
            for number, text in enumerate(_texts(snapshot, work, predicate)):
                for nth in range(count_of_quote(quote, text)):
                    yield PassagePlace(work, part, number, nth)


def passage_at(snapshot: Snapshot, found: PassagePlace, quote: str, minter: Minter) -> FoundPassage:
    """Return the passage at a place of a quote, with what stands around it."""
    work = found.work
    text = _texts(snapshot, work, dict(PARTS)[found.part])[found.text]
    place = _places(quote, text)[found.nth]
    prefix, suffix = place.context(text)
    return FoundPassage(
        work=Link(iri=work.value, key=minter.key(work.value), label=label_of(snapshot, work)),
        locator=found.part,
        quote_check=place.check,
        start=place.start,
        end=place.end,
        selector=TextQuoteSelector(exact=text[place.start : place.end], prefix=prefix, suffix=suffix),
    )


@lru_cache(maxsize=8)
def _places(quote: str, text: str) -> tuple[QuotePlace, ...]:
    """Return the places of a quote in a text: many of one text may be shown, one after the other."""
    return tuple(places_of_quote(quote, text))


def _texts(snapshot: Snapshot, work: NamedNode, predicate: NamedNode) -> list[str]:
    return sorted(t.object.value for t in snapshot.triples(work, predicate) if isinstance(t.object, Literal))


def text_coverage(snapshot: Snapshot) -> dict[str, int]:
    """Return how many works there are, and of how many the library holds an abstract."""
    works = count_of(snapshot, f"{PROLOGUE}SELECT (COUNT(DISTINCT ?w) AS ?n) WHERE {{ ?w a fabio:Expression }}")
    held = f"{PROLOGUE}SELECT (COUNT(DISTINCT ?w) AS ?n) WHERE {{ ?w a fabio:Expression ; dcterms:abstract ?a }}"
    abstracts = count_of(snapshot, held)
    return {"works": works, "with_abstract": abstracts, "without_abstract": works - abstracts}
