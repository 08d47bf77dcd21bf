"""Say the sentences of the program in the language of a page, those that were kept in English as well.

A sentence with values in it is made from a template (`Message`, `Because`), and the catalogue has the template in other
languages. In receipts, queues and the log the English sentence is kept. A page finds the template that it was made
from, and with it the values.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from commonplace.curation.duplicates.because import Lacking
from commonplace.errors import Message
from commonplace.web.pages.words.codes import code_words, language_words
from commonplace.web.pages.words.languages import catalogue, translations

_BETWEEN = "; "
_OF = ": "
_PLACED = "%(where)s: %(why)s"
_LACKING = frozenset(Lacking)
_VALUE = re.compile(r"%\((\w+)\)([rsd])")
_LETTER = re.compile(r"[^\W\d_]")
_NUMBER = r"[\d.,\u202f…]+"
_QUOTED = r"(?:'.*'|\".*\"|…|[\d.,-]+|\[.*\])"
_NUMBERS = frozenset(("count", "line", "n"))
"""Names of values that are numbers, in digits or, where reasons are counted, left out."""

_SENTENCES = frozenset(
    ("against", "begun", "broken", "detail", "fault", "first", "kept", "kind", "named", "next", "of", "reason", "said")
) | frozenset(("same", "told", "what", "why"))
"""Names of values that may be sentences, or parts of sentences, of the program."""

_MAY_LACK = frozenset(("other", "others", "place", "venue", "words", "year"))
"""Names of values that a comparison says it does not have (`Lacking`)."""

_LETTERS = 7
"""Minimum number of letters of a template itself: a shorter one is like too many texts that were not made from it."""

_LONGEST, _MOST_OF = 600, 8
"""Maximum number of characters, and of colons, of a sentence that is compared with templates. Most of a longer one is
values, which come from anybody's file; the time that a comparison takes grows with the third power of the length."""

_KEPT = 8192
"""Maximum number of sentences whose words are kept in memory."""


@dataclass(frozen=True, slots=True)
class _Template:
    """A template in English, its longest piece between values, and its words in another language."""

    english: str
    piece: str
    said: str


def translated(text: str, language: str) -> str:
    """Return words of the program in a language: a message by its template, an English sentence by what it is like."""
    if isinstance(text, Message):
        values = {name: _value(name, value, language) for name, value in text.values.items()}
        return translations(language).gettext(text.template) % values
    return _sentence(text, language) or text


def reasons_words(reasons: str | Sequence[str], language: str) -> str:
    """Return reasons, given one by one or with semicolons between them, as one sentence in a language."""
    given = reasons.split(_BETWEEN) if isinstance(reasons, str) else reasons
    return translations(language).gettext(_BETWEEN).join(translated(one, language) for one in given)


@lru_cache(maxsize=_KEPT)
def _sentence(text: str, language: str) -> str | None:
    """Return an English sentence in a language, as a whole or by its parts; None where it is not known."""
    said = translations(language).gettext(text)
    if said != text:
        return said
    if len(text) > _LONGEST or text.count(_OF) > _MOST_OF:
        return None
    parts = text.split(_BETWEEN)
    if len(parts) > 1 and all(found := [_sentence(part, language) for part in parts]):
        return translations(language).gettext(_BETWEEN).join(filter(None, found))
    where, found_colon, why = text.partition(_OF)
    placed = translations(language).gettext(_PLACED)
    if found_colon and (said_why := translations(language).gettext(why)) != why:
        return placed % {"where": where, "why": said_why}
    for template in _templates(language):
        if template.piece in text and (match := _form(template.english).fullmatch(text)):
            values = {name: _value(name, value, language) for name, value in match.groupdict().items()}
            return template.said % values
    if found_colon and (said_of := _sentence(why, language)):
        return placed % {"where": where, "why": said_of}
    return None


@cache
def _templates(language: str) -> tuple[_Template, ...]:
    """Return the templates with values of a language's catalogue, those with the most words of their own first."""
    found: list[tuple[int, str, str]] = []
    for message in catalogue(language):
        for english, said in zip(_several(message.id), _several(message.string), strict=False):
            own = len(_LETTER.findall(_VALUE.sub("", english)))
            if said and _VALUE.search(english) and own >= _LETTERS:
                found.append((own, english, said))
    found.sort(key=lambda one: (-one[0], one[1]))
    return tuple(_template(english, said) for _, english, said in found)


def _several(texts: str | Sequence[str] | None) -> Sequence[str]:
    return [texts] if isinstance(texts, str) else texts or ()


def _template(english: str, said: str) -> _Template:
    pieces = [piece.replace("%%", "%") for piece in _VALUE.split(english)[::3]]
    return _Template(english, max(pieces, key=len), _VALUE.sub(r"%(\1)s", said))


@cache
def _form(english: str) -> re.Pattern[str]:
    """Return the form of the sentences that a template makes."""
    first, *pieces = (re.escape(piece.replace("%%", "%")) for piece in _VALUE.split(english)[::3])
    form, names = first, set()
    for (name, how), piece in zip(_VALUE.findall(english), pieces, strict=True):
        value = _NUMBER if name in _NUMBERS else _QUOTED if how == "r" else ".+"
        form += (f"(?P={name})" if name in names else f"(?P<{name}>{value})") + piece
        names.add(name)
    return re.compile(form, re.DOTALL)


def _value(name: str, value: object, language: str) -> object:
    """Return a value as a sentence in a language has it."""
    if isinstance(value, Message):
        return translated(value, language)
    if not isinstance(value, str):
        return value
    if name in ("type", "type2"):
        return _type(value, language)
    if name in ("language", "language2"):
        return language_words(value, language)
    is_said = name in _SENTENCES or (name in _MAY_LACK and value in _LACKING)
    return translated(value, language) if is_said else value


def _type(value: str, language: str) -> str:
    """Return the type of a work, with its article in English (`a journal article`) or as a code, in a language."""
    bare = value.removeprefix("an ").removeprefix("a ")
    return code_words(bare, language) if bare == value or language != "en" else value
