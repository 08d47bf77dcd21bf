"""Hold the titles of a work beside the one it is cited by: original, translated and transliterated ones.

Each has a language as a tag of BCP 47 in small letters, `und` where none is known, and with the script where that is
said (`ru-latn`). A record has them by kind, in the order of language and text.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol

from pyoxigraph import Literal

from commonplace.model.languages import language_tag, tag_of_code

UNKNOWN = "und"
"""The tag of BCP 47 for a language that is not known."""

TERMS = MappingProxyType(
    {
        "original_titles": "originalTitle",
        "translated_titles": "translatedTitle",
        "transliterated_titles": "transliteratedTitle",
    }
)
"""Fields of a record that hold other titles, and the property of our own ontology of each."""

KINDS = MappingProxyType({field.removesuffix("_titles"): field for field in TERMS})
"""Kind of another title, as formats say it, and the field of a record for it."""

_NOT_LATIN = frozenset(
    "ar be bg bn el fa gu he hi hy ja ka kk km kn ko lo mk ml mn mr my ne pa ps ru si ta te th ug uk ur yi zh".split()
)
"""Languages that are not written in Latin letters."""


class OtherTitle(NamedTuple):
    """A title in a language."""

    language: str
    text: str


Titles = tuple[OtherTitle, ...]


class HasTitles(Protocol):
    """A record, as far as its titles go."""

    @property
    def title(self) -> str | None: ...
    @property
    def original_titles(self) -> Titles: ...
    @property
    def translated_titles(self) -> Titles: ...
    @property
    def transliterated_titles(self) -> Titles: ...


@lru_cache(maxsize=1024)
def tag_of(language: str | None) -> str:
    """Return the tag for a language by its tag, its ISO 639 code or its name; `und` for what names none."""
    tag = tag_of_code(language_tag((language or "").replace("_", "-"))).lower()
    if len(tag.partition("-")[0]) not in (2, 3):
        return UNKNOWN
    try:
        return Literal("", language=tag).language or UNKNOWN
    except ValueError:
        return UNKNOWN


def is_one_language(text: str) -> bool:
    """Return whether a text says one language and nothing else, so that its tag says all of it."""
    return tag_of(text) != UNKNOWN and " and " not in text and not any(mark in text for mark in ",;/")


def own_or_transliterated(language: str | None, text: str) -> tuple[str, str]:
    """Return which kind of title one is that a work has in its own language, and its tag.

    It is transliterated where all its letters are Latin and that language is written in others.
    """
    tag = tag_of(language)
    letters = [char for char in text if char.isalpha()]
    if tag in _NOT_LATIN and letters and all(unicodedata.name(char, "").startswith("LATIN") for char in letters):
        return "transliterated", f"{tag}-latn"
    return "original", tag


def in_order(titles: Iterable[OtherTitle]) -> Titles:
    """Return titles as a record holds them: each once, none empty, in the order of language and text."""
    return tuple(sorted({title for title in titles if title.text}))


def other_titles(*pairs: tuple[str | None, str]) -> Titles:
    """Return titles of one kind, from pairs of a language in any form and a text."""
    return in_order(OtherTitle(tag_of(language), " ".join(text.split())) for language, text in pairs)


def all_titles(record: HasTitles) -> tuple[str, ...]:
    """Return every title of a work, each once, the one it is cited by first: it may be found and matched by any."""
    others = (title.text for field in TERMS for title in getattr(record, field))
    return tuple(dict.fromkeys(text for text in (record.title, *others) if text))


def by_language(titles: Titles) -> dict[str, list[str]] | None:
    """Return titles of one kind by their languages, as JSON has them; None where there is none."""
    found: dict[str, list[str]] = {}
    for language, text in titles:
        found.setdefault(language, []).append(text)
    return found or None


def as_json(record: HasTitles) -> list[dict[str, str]]:
    """Return the other titles of a record as one list, for formats that have no place for all of them."""
    return [
        {"kind": kind, "language": language, "title": text}
        for kind, field in KINDS.items()
        for language, text in getattr(record, field)
    ]


def of_json(value: Any) -> dict[str, Titles] | None:
    """Return the fields for what `as_json` made, from that or its text; None for anything else."""
    try:
        listed = json.loads(value) if isinstance(value, str) else value
        found = list(_read(listed))
    except (TypeError, ValueError, KeyError, AttributeError):
        return None
    return {
        field: in_order(title for said, title in found if said == kind)
        for kind, field in KINDS.items()
        if any(said == kind for said, _ in found)
    }


def _read(listed: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, OtherTitle]]:
    for one in listed:
        kind, language, text = (one[name] for name in ("kind", "language", "title"))
        if kind not in KINDS or not isinstance(language, str) or not isinstance(text, str) or not text:
            raise ValueError("not another title")
        yield kind, OtherTitle(tag_of(language), text)
