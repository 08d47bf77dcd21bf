"""Bring text into the forms that the search index compares: folded, and in every spelling of a compound.

A text and a question go through one series of steps, so that accents, case, hyphens and French
elisions never decide whether a thing is found:

- *folded*: Unicode NFKC, case folded, marks removed, ligatures and barred letters spelt out;
- *spaced*: folded, with a hyphen read as a space (`co production`);
- *joined*: folded, with a hyphen left out (`coproduction`), and with a prefix that never
  stands alone (`co`, `non`, `multi` …) joined to the word after it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from functools import lru_cache

_SPELT_OUT = {
    "ø": "o",
    "đ": "d",
    "ð": "d",
    "ł": "l",
    "ħ": "h",
    "ı": "i",
    "æ": "ae",
    "œ": "oe",
    "þ": "th",
    "\u00ad": "",  # soft hyphen
    "\u2010": "-",  # hyphen, and the non-breaking one, which NFKC makes the same
    "\u2018": "'",
    "\u2019": "'",
    "\u02bc": "'",
}


_SHORT = 200
"""Maximum number of characters of a name that may come again."""

_ASCII = frozenset(map(chr, range(128)))
_BOUND_PREFIXES = frozenset(
    "anti co infra inter intra macro meta micro mini multi neo non post pre pseudo re semi socio sub trans"
    " ultra".split()
)
_ELISION = re.compile(r"\b(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|quelqu)'(?=\w)|(?<=\w)'s\b")
_WORD = re.compile(r"\w+")
_APART = bytes(code if code < 128 and _WORD.match(chr(code)) else ord(" ") for code in range(256))
"""What parts words in a text of ASCII: bytes are translated several times as fast as texts."""
_INNER_MARK = re.compile(r"[-'](?<=\w[-'])(?=\w)")  # begins with what is rare: found far sooner
_PREFIX_APART = re.compile(rf"\b({'|'.join(sorted(_BOUND_PREFIXES))})\s+(?=[^\W\d_])")

FUNCTION_WORDS: dict[str, frozenset[str]] = {
    "en": frozenset(
        "a an and are as at be by for from has have in into is it its of on or that the their this to was were which"
        " with".split()
    ),
    "fr": frozenset(
        "au aux ce ces dans de des du elle en est et il la le les leur leurs ou par pour que qui sa se ses son sont sur"
        " un une".split()
    ),
}
"""Function words by language, folded; no word is of both."""

STOP_WORDS = frozenset().union(*FUNCTION_WORDS.values())
"""Words that are asked for only where a question has nothing else."""


def language_of(words: Collection[str]) -> str | None:
    """Return the language that folded words are in by their function words; None where these do not tell."""
    counts = {language: sum(word in known for word in words) for language, known in FUNCTION_WORDS.items()}
    best = max(counts.values())
    likely = [language for language, count in counts.items() if count == best]
    return likely[0] if len(likely) == 1 else None


def fold(text: str) -> str:
    """Return the text without case, accents, ligatures, elided articles (`l'État` is `etat`) and `'s`."""
    folded = without_marks(text)
    return _ELISION.sub("", folded) if "'" in folded else folded


def without_marks(text: str) -> str:
    """Return the text without case, accents and ligatures."""
    if not text.isascii():
        for character in sorted(set(text) - _ASCII):  # few, so far quicker than looking up every one
            text = text.replace(character, _folded(character))
    return text.lower()


@lru_cache(maxsize=4096)
def _folded(character: str) -> str:
    parted = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", character).casefold())
    kept = (_SPELT_OUT.get(c, c) for c in parted if not unicodedata.combining(c))
    folded = "".join(" " if "\ud800" <= c <= "\udfff" else c for c in kept)
    return folded if folded == character else "".join(map(_folded, folded))


def spaced(folded: str) -> str:
    """Return folded text with the parts of a compound as words of their own."""
    return _INNER_MARK.sub(" ", folded) if _has_mark(folded) else folded


def joined(folded: str) -> str:
    """Return folded text with the parts of a compound as one word."""
    whole = attached(folded)
    return _INNER_MARK.sub("", whole) if _has_mark(whole) else whole


def attached(folded: str) -> str:
    """Return folded text with bound prefixes tied to their word by a hyphen: `co production` is `co-production`."""
    if _BOUND_PREFIXES.isdisjoint(folded.split()):  # most texts, and far quicker than the pattern
        return folded
    return _PREFIX_APART.sub(r"\1-", folded)


def spellings(text: str) -> tuple[str, ...]:
    """Return the one or two forms of a text that are indexed: *spaced*, and *joined* if that differs."""
    if " " not in text and text.isascii() and (parts := _parts_of_key(text)):
        return (" ".join(parts), "".join(parts)) if len(parts) > 1 else (parts[0],)
    folded = fold(text)
    whole = attached(folded)
    if not _has_mark(whole):  # most texts
        return (folded,)
    apart, together = spaced(folded), _INNER_MARK.sub("", whole)
    return (apart,) if apart == together else (apart, together)


def spellings_of_name(name: str) -> tuple[str, ...]:
    """Return the spellings of a text that stands in many documents, as names do."""
    return _kept_spellings(name) if " " in name and len(name) <= _SHORT else spellings(name)


_kept_spellings = lru_cache(maxsize=65_536)(spellings)


def _parts_of_key(text: str) -> list[str] | None:
    """Return the parts of a word or key in ASCII with hyphens only: every thing has one, and most differ."""
    parts = text.lower().split("-")
    return parts if all(map(str.isalnum, parts)) else None


def fingerprint(text: str) -> str:
    """Return the words of a text and nothing else, *joined*: equal for two titles that differ in spelling only."""
    return words_of(spellings(text)[-1])


def words_of(form: str) -> str:
    """Return the words of a form and nothing else."""
    if form.isalnum():
        return form
    if form.isascii():
        return " ".join(form.encode().translate(_APART).decode().split())
    return " ".join(_WORD.findall(form))


def _has_mark(folded: str) -> bool:
    return "-" in folded or "'" in folded
