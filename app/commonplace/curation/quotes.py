"""Compare quotes with the text that the library holds, so that a reader need not rely on the writer's word."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode, Triple

from commonplace.curation.shacl.after import Statements
from commonplace.derived.graph.snapshot import Term
from commonplace.model.annotation_reading import page_of
from commonplace.model.minter import Minter
from commonplace.model.namespaces import DCTERMS, FRBR, PRISM, PROV, RDF
from commonplace.model.quote_check import HeldTexts
from commonplace.model.quote_finding import Finding, compare
from commonplace.model.searchable_pages import SearchablePages, Texts
from commonplace.model.work_reading import Neighbourhood

QUOTING = ("Evidence", "Characteristic")
"""The classes whose things have a quote."""


@dataclass(frozen=True, slots=True)
class CheckedQuote:
    """A thing that may have a quote, and what comes of comparing that with the text held."""

    node: NamedNode
    finding: Finding

    def values(self, minter: Minter) -> dict[NamedNode, list[Term]]:
        """Return the values of the properties that say so: `cp:quoteCheck`, `cp:quotePage`."""
        page = self.finding.page
        return {
            minter.term("quoteCheck"): [minter.term(self.finding.check)],
            minter.term("quotePage"): [Literal(page)] if page else [],
        }

    def triples(self, minter: Minter) -> Iterator[Triple]:
        """Yield the statements that say so."""
        for predicate, values in self.values(minter).items():
            yield from (Triple(self.node, predicate, value) for value in values)


def quoting_things(state: Statements, minter: Minter) -> list[NamedNode]:
    """Return everything in the graph that may have a quote."""
    subjects = (t.subject for name in QUOTING for t in state.triples(None, RDF["type"], minter.term(name)))
    return [node for node in subjects if isinstance(node, NamedNode)]


def quote_checks(state: Statements, minter: Minter, nodes: Iterable[NamedNode], texts: Texts) -> Iterator[CheckedQuote]:
    """Yield for each thing that may have a quote what comes of comparing it with the text held.

    The words are looked for in the work that was read, or in the one that `prov:wasQuotedFrom` names. Where pages that
    they may stand on are kept, and are not there to be read, what is stated already stays.
    """
    for node in nodes:
        about = Neighbourhood(state.triples(node))
        read = about.node(node, minter.term("work"))
        source = about.node(node, PROV["wasQuotedFrom"]) or read
        held = held_text(state, source) if source else {}
        sha256 = pages_of(state, source, minter) if source else None
        pages = texts(sha256) if sha256 else None
        if sha256 and pages is None and about.node(node, minter.term("quoteCheck")):
            continue
        # The locator is of the work that was read; of another work, whatever is held is looked through.
        locator = about.text(node, minter.term("locator")) if source == read else "title and abstract"
        yield CheckedQuote(node, _finding(about.text(node, minter.term("quote")), locator, held, pages))


def _finding(quote: str | None, locator: str | None, held: HeldTexts, pages: SearchablePages | None) -> Finding:
    page = page_of(locator)
    return compare(quote, locator, held, pages, int(page) if page else None)


def pages_of(state: Statements, work: NamedNode, minter: Minter) -> str | None:
    """Return the SHA-256 of the pages of the text that is kept of a work; None where none is."""
    for kept in state.triples(work, FRBR["embodiment"]):
        if isinstance(kept.object, NamedNode):
            for said in state.triples(kept.object, minter.term("pagesHash")):
                return getattr(said.object, "value", None)
    return None


def held_text(state: Statements, work: NamedNode) -> HeldTexts:
    """Return the text that the graph holds of a work: its title, abstract and keywords."""
    about = Neighbourhood(state.triples(work))
    parts = {
        "title": about.texts(work, DCTERMS["title"]),
        "abstract": about.texts(work, DCTERMS["abstract"]),
        "keywords": about.texts(work, PRISM["keyword"]),
    }
    return {part: texts for part, texts in parts.items() if texts}
