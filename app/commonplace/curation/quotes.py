"""Compare quotes with the text that the library holds, so that a reader need not rely on the writer's word."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pyoxigraph import NamedNode, Triple

from commonplace.curation.shacl.after import Statements
from commonplace.model.minter import Minter
from commonplace.model.namespaces import DCTERMS, PRISM, PROV, RDF
from commonplace.model.quote_check import HeldTexts, check_quote
from commonplace.model.work_reading import Neighbourhood

QUOTING = ("Evidence", "Characteristic")
"""The classes whose things have a quote."""


def quoting_things(state: Statements, minter: Minter) -> list[NamedNode]:
    """Return everything in the graph that may have a quote."""
    subjects = (t.subject for name in QUOTING for t in state.triples(None, RDF["type"], minter.term(name)))
    return [node for node in subjects if isinstance(node, NamedNode)]


def quote_checks(state: Statements, minter: Minter, nodes: Iterable[NamedNode]) -> Iterator[Triple]:
    """Yield for each thing that may have a quote what comes of comparing it with the text held: its `cp:quoteCheck`.

    The words are looked for in the work that was read, or in the one that `prov:wasQuotedFrom` names.
    """
    for node in nodes:
        about = Neighbourhood(state.triples(node))
        read = about.node(node, minter.term("work"))
        source = about.node(node, PROV["wasQuotedFrom"]) or read
        held = held_text(state, source) if source else {}
        # The locator is of the work that was read; of another work, whatever is held is looked through.
        locator = about.text(node, minter.term("locator")) if source == read else "title and abstract"
        result = check_quote(about.text(node, minter.term("quote")), locator, held)
        yield Triple(node, minter.term("quoteCheck"), minter.term(result))


def held_text(state: Statements, work: NamedNode) -> HeldTexts:
    """Return the text that the graph holds of a work: its title, abstract and keywords."""
    about = Neighbourhood(state.triples(work))
    parts = {
        "title": about.texts(work, DCTERMS["title"]),
        "abstract": about.texts(work, DCTERMS["abstract"]),
        "keywords": about.texts(work, PRISM["keyword"]),
    }
    return {part: texts for part, texts in parts.items() if texts}
