"""Choose the language of a page's own words, and translate them.

The words stand in the templates in English. `translations/LANGUAGE.po` (gettext) has them in another language; what it
does not have stays English. A breach of the rules of the data is told as its shape says it in that language. The texts
of the library are never translated: they are in the languages they are in.
"""

from __future__ import annotations

from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

from babel import negotiate_locale
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from fastapi import Request

from commonplace.curation.shacl.messages import messages_in
from commonplace.settings import SHIPPED_ONTOLOGY

FOLDER = Path(__file__).parent.parent / "translations"

LANGUAGES = {"en": "English", "fr": "Français"}
"""Languages of the pages by tag, each in its own name."""

COOKIE = "language"
"""Cookie that holds the language that a reader chose, before what the browser accepts."""


TAKES_LANGUAGE = frozenset(("/search", "/map"))
"""Paths of the pages whose address may name their language, as their answers to programs take it."""


def language_of(request: Request) -> str:
    """Return the language of the page: the one its address names, else the chosen one, else the best for
    `Accept-Language`, else English."""
    if request.url.path in TAKES_LANGUAGE:
        named = request.query_params.get("language", "").lower().partition("-")[0]
        if named in LANGUAGES:
            return named
    chosen = request.cookies.get(COOKIE)
    if chosen in LANGUAGES:
        return chosen
    wanted = [part.partition(";")[0].strip() for part in request.headers.get("accept-language", "").split(",")]
    return negotiate_locale([tag for tag in wanted if tag], list(LANGUAGES), sep="-") or "en"


@cache
def catalogue(language: str) -> Catalog:
    """Return what the pages say in a language, by their words in English; nothing for English itself."""
    path = FOLDER / f"{language}.po"
    if not path.exists():
        return Catalog()
    with path.open("rb") as file:
        catalog = read_po(file, locale=language)
    for message, said in messages_in(SHIPPED_ONTOLOGY / "shapes.ttl", language):
        catalog.add(message, string=said)
    return catalog


@cache
def translations(language: str) -> NullTranslations:
    """Return the words of the pages in a language."""
    if not (FOLDER / f"{language}.po").exists():
        return NullTranslations()
    compiled = BytesIO()
    write_mo(compiled, catalogue(language))
    compiled.seek(0)
    return GNUTranslations(compiled)
