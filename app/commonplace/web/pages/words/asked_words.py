"""Say in words what an answer was asked for: the heading of the page, and what its address asks beside it."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qsl, unquote, urlsplit

from pyoxigraph import Literal, NamedNode

from commonplace.derived.graph.snapshot import Snapshot
from commonplace.library.parameters import KINDS_OF_TYPE
from commonplace.model.minter import Kind
from commonplace.web.context import Context
from commonplace.web.discovery.addresses import KIND_OF
from commonplace.web.pages.words.address_words import HEADINGS
from commonplace.web.pages.words.called import called_in
from commonplace.web.pages.words.codes import field_words
from commonplace.web.pages.words.languages import translations

OF_THINGS: dict[str, Kind] = {
    "discusses": "concept",
    "concept": "concept",
    "claim": "claim",
    "case": "case",
    "author": "person",
    "person": "person",
    "venue": "venue",
    "work": "work",
    "cites": "work",
    "cited_by": "work",
}
"""Parameters that name a thing by its key, and its kind."""


def asked_words(context: Context, address: str, language: str) -> str:
    """Return in words what an address asks: `Works: discusses role of professionals, year ..1996`.

    An address of a page that has no heading of its own stands as it is.
    """
    return context.library.read(lambda snapshot: words_of_address(context, snapshot, address, language))


def words_of_address(context: Context, snapshot: Snapshot, address: str, language: str) -> str:
    """Return in words what an address asks, with the names that things have in a state of the library."""
    parts = urlsplit(address)
    first, _, rest = unquote(parts.path).strip("/").partition("/")
    heading = _heading(context, snapshot, first, rest, language)
    given = ", ".join(_values(context, snapshot, parts.query, rest if first == "queries" else "", language))
    joined = " · " if heading and heading.endswith("?") else ": "
    return f"{heading}{joined}{given}" if heading and given else heading or address


def pinned_address(context: Context, iri: str) -> str | None:
    """Return the address that a pinned answer was asked at, None for any other thing."""
    asks, node = context.minter.term("asks"), NamedNode(iri)
    found = context.library.read(lambda snapshot: [triple.object for triple in snapshot.triples(node, asks)])
    return next((one.value for one in found if isinstance(one, Literal)), None)


def _heading(context: Context, snapshot: Snapshot, first: str, rest: str, language: str) -> str | None:
    """Return the question of a named query, the name of a thing, or the heading of a list; None where none is known."""
    if first == "queries" and rest in context.queries:
        return context.queries[rest].in_language(language).question
    if first in KIND_OF and rest:
        return called_in(snapshot, context.minter.thing(KIND_OF[first], rest), context.minter, language)
    return translations(language).gettext(HEADINGS[first]) if first in HEADINGS and not rest else None


def _values(context: Context, snapshot: Snapshot, query: str, name: str, language: str) -> Iterator[str]:
    """Yield what an address asks beside its path: of a search the words, of anything else also the parameter."""
    asked = context.queries[name].in_language(language) if name in context.queries else None
    kinds = {p.name: KINDS_OF_TYPE[p.type][0] for p in asked.parameters if p.type in KINDS_OF_TYPE} if asked else {}
    for parameter, value in parse_qsl(query):
        kind = kinds.get(parameter) or OF_THINGS.get(parameter)
        node = context.minter.thing(kind, value) if kind and "/" not in value else None
        words = called_in(snapshot, node, context.minter, language) if node else None
        if parameter in ("q", "quote"):
            yield f"\N{LEFT DOUBLE QUOTATION MARK}{value}\N{RIGHT DOUBLE QUOTATION MARK}"
        else:
            label = (asked.labels.get(parameter) if asked else None) or field_words(parameter, language)
            yield f"{label} {words or value}"
