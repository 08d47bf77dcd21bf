"""Say in words what an address of this library asks, from the address alone."""

from __future__ import annotations

from urllib.parse import parse_qsl, unquote, urlsplit

from commonplace.web.pages.words.codes import field_words
from commonplace.web.pages.words.languages import translations

HEADINGS = {
    "works": "Works",
    "people": "People",
    "organizations": "Organizations",
    "venues": "Venues",
    "concepts": "Concepts",
    "claims": "Claims",
    "cases": "Cases",
    "search": "Search",
    "find": "A passage",
    "gaps": "Where the literature has gaps",
    "comparison": "Cases compared",
    "timeline": "Timeline",
    "map": "Map",
    "suggestions": "To read next",
    "changes": "What changed",
    "screenings": "Decisions of the review",
    "prisma": "PRISMA",
    "sparql": "SPARQL",
}
"""Headings of pages by the beginnings of their addresses."""


def address_words(address: str, language: str) -> str:
    """Return what an address asks: `Works: discusses role-of-professionals`; one without a heading as it is.

    Things are called by their keys. `asked_words` calls them by their names, and asks the library for these.
    """
    parts = urlsplit(address)
    first, _, rest = unquote(parts.path).strip("/").partition("/")
    heading = translations(language).gettext(HEADINGS.get(first, "Question" if first == "queries" else ""))
    if first not in HEADINGS and first != "queries":
        return address
    heading = " ".join(filter(None, (heading, rest)))
    asked = parse_qsl(parts.query) if first != "sparql" else []
    given = ", ".join(
        f"“{value}”" if name in ("q", "quote") else f"{field_words(name, language)} {value}" for name, value in asked
    )
    return translations(language).gettext("%(where)s: %(why)s") % {"where": heading, "why": given} if given else heading
