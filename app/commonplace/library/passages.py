"""Find the works that hold a passage in the text that the library has of them, and where it stands there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pyoxigraph import Literal, NamedNode

from commonplace.derived.graph.snapshot import PROLOGUE, Snapshot
from commonplace.derived.search.index import SearchIndex
from commonplace.library.curation_schemas import FoundPassage, TextQuoteSelector
from commonplace.library.evidence import label_of
from commonplace.library.schemas import Link
from commonplace.library.selection import count_of
from commonplace.model.minter import Minter
from commonplace.model.namespaces import DCTERMS, PRISM
from commonplace.model.quote_places import places_of_quote

PARTS: tuple[tuple[str, NamedNode], ...] = (
    ("title", DCTERMS["title"]),
    ("abstract", DCTERMS["abstract"]),
    ("keywords", PRISM["keyword"]),
)
"""The texts that are held of a work, by the name that a locator has for them."""


WHOLE_WORDS = 3
"""Maximum number of words of a quote that are all taken for whole words."""


def works_to_look_in(index: SearchIndex, quote: str) -> list[NamedNode]:
    """Return the works that hold the words of a quote, as the search index tells.

    The first and the last word of more than three may be cut in two, so they are not asked for.
    """
    words = quote.replace('"', " ").split()
    whole = words[1:-1] if len(words) > WHOLE_WORDS else words
    return [NamedNode(iri) for iri in index.matching_iris(" ".join(whole), "work")]


def all_works(snapshot: Snapshot) -> list[NamedNode]:
    """Return every work, by IRI."""
    rows = snapshot.select(f"{PROLOGUE}SELECT ?work WHERE {{ ?work a fabio:Expression }} ORDER BY STR(?work)")
    return [node for row in rows if isinstance(node := row["work"], NamedNode)]


def found_passages(
    snapshot: Snapshot, works: Iterable[NamedNode], quote: str, minter: Minter
) -> Iterator[FoundPassage]:
    """Yield each place of a quote in the texts of those works."""
    for work in works:
        for part, predicate in PARTS:
            texts = sorted(t.object.value for t in snapshot.triples(work, predicate) if isinstance(t.object, Literal))
            for text in texts:
                for place in places_of_quote(quote, text):
                    prefix, suffix = place.context(text)
                    yield FoundPassage(
                        work=Link(iri=work.value, key=minter.key(work.value), label=label_of(snapshot, work)),
                        locator=part,
                        quote_check=place.check,
                        start=place.start,
                        end=place.end,
                        selector=TextQuoteSelector(exact=text[place.start : place.end], prefix=prefix, suffix=suffix),
                    )


def text_coverage(snapshot: Snapshot) -> dict[str, int]:
    """Return of how many works the library holds an abstract: a passage of another cannot be found."""
    works = count_of(snapshot, f"{PROLOGUE}SELECT (COUNT(DISTINCT ?w) AS ?n) WHERE {{ ?w a fabio:Expression }}")
    held = f"{PROLOGUE}SELECT (COUNT(DISTINCT ?w) AS ?n) WHERE {{ ?w a fabio:Expression ; dcterms:abstract ?a }}"
    abstracts = count_of(snapshot, held)
    return {"works": works, "with_abstract": abstracts, "without_abstract": works - abstracts}
