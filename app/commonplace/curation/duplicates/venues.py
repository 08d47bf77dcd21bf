"""Venues as they are compared: journals under abbreviations, with and without society and place, and acronyms."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal, NamedTuple

from commonplace.model.minter import slug

Agreement = Literal["same", "alike", "other", "unknown"]
"""How far two venues agree: `alike` are those of which one has words more, as *Lancet* and *Lancet Oncology*."""

_ASIDE = re.compile(
    r"\.?\s*Conference:.*$|\([^)]*\)?|\[[^\]]*\]?|\s[:=;/]\s.*$|:.*$|\.(?=[A-Z][a-z]+ [a-z]).*$|&mdash;.*$|\s[—–].*$"
)
"""What catalogues put beside the name of a journal: its place, its society, its name in another language."""

_MORE = re.compile(r"[a-z]\s*[:;]|\s[=/—–]\s|&mdash;")
"""What parts the name of a venue from words behind it; `(London)` or `[Electronic Resource]` parts nothing."""

_SMALL = frozenset("of the and for in on a an de la le les et des du der die das und fur di del y e".split())
_KINDS = {
    **dict.fromkeys(
        "journal j jour transactions trans letters lett record annals ann magazine bulletin bull".split(), "journal"
    ),
    **dict.fromkeys("revue zeitschrift archives arch quarterly gazette revista rivista".split(), "journal"),
    **dict.fromkeys(
        "conference conf proceedings proc symposium symp workshop congress colloquium meeting".split(), "conference"
    ),
}
_REGISTRY = re.compile(
    r"clinical\s?trials?(?:\.gov|register|\s+register)|isrctn|anzctr|chictr|eudract|ictrp|\bdrks|\bctri\b|\bumin\b|irct"
    r"|trialsearch|\bNCT\s?0?\d{6,8}",
    re.IGNORECASE,
)
_REGISTERED = re.compile(r"[a-z]{2,7}[-/\s]?\d[\d/-]{5,}", re.IGNORECASE)
"""The number of a registered trial: `NCT01234567`, `ISRCTN12345678`."""

IN_ORDER = 0.75
"""Minimum share of the words of a venue that another of like name has, whole or short, in their order."""

_EMPTY = frozenset("international annual national proceedings proc acm ieee".split())


class VenueName(NamedTuple):
    """A name of a venue: all its words, those of the name proper, and the kind of venue that it says, if any.

    `has_more` says that more words stand behind the name.
    """

    whole: tuple[str, ...]
    words: tuple[str, ...]
    kind: str
    has_more: bool


@lru_cache(maxsize=65536)
def venue_of(name: str) -> VenueName:
    """Return a venue as it is compared."""
    whole = tuple(slug(name).split("-"))
    bare = _ASIDE.sub(" ", name).strip(" .")
    words = tuple(word for word in slug(bare).split("-") if word not in _SMALL) if bare else whole
    if _REGISTRY.search(name):
        return VenueName(whole, words or whole, "registry", has_more=False)
    kinds = {_KINDS[word] for word in (words or whole) if word in _KINDS}
    return VenueName(whole, words or whole, kinds.pop() if len(kinds) == 1 else "", _MORE.search(name) is not None)


@lru_cache(maxsize=65536)
def compare_venues(one: str, other: str) -> Agreement:
    """Return how far two venues agree, given their names."""
    if not one or not other:
        return "unknown"
    ours, theirs = venue_of(one), venue_of(other)
    if "registry" in (ours.kind, theirs.kind):
        return _compare_registries(one, other) if ours.kind == theirs.kind else "other"
    if ours.whole == theirs.whole:
        return "same"
    if _abbreviates(_telling(ours.whole), _telling(theirs.whole)):
        return "same"
    if ours.words == theirs.words or _abbreviates(ours.words, theirs.words):
        # with other words behind a colon in both, they may be two meetings of one series
        return "alike" if ours.has_more and theirs.has_more else "same"
    if _is_acronym(ours, theirs) or "".join(ours.words) == "".join(theirs.words):
        return "same"
    mine, their = ({*words} - _EMPTY for words in (ours.words, theirs.words))
    if mine and mine == their:
        return "same"
    fewer, more = sorted((ours.words, theirs.words), key=len)
    return "alike" if {*fewer} <= {*more} or _share_in_order(fewer, more) >= IN_ORDER else "other"


def may_be_two_venues(agreement: Agreement, one: str, other: str) -> bool:
    """Return whether venues that agree so far may be two: by their names, or a journal and no journal of one name."""
    return agreement == "other" or (agreement == "alike" and venue_of(one).kind != venue_of(other).kind)


def two_meetings(agreement: Agreement, one: str, other: str) -> bool:
    """Return whether venues of like names both go on with other words, which may name a place and a day each."""
    return agreement == "alike" and venue_of(one).has_more and venue_of(other).has_more


def kinds_differ(one: str, other: str) -> bool:
    """Return whether one venue calls itself a journal and the other a conference."""
    kinds = {venue_of(one).kind, venue_of(other).kind}
    return kinds == {"journal", "conference"}


def in_registry(one: str, other: str) -> bool:
    """Return whether one of two venues, and not the other, is a registry of trials, or both are of two trials."""
    if not one or not other:
        return False
    kinds = [venue_of(venue).kind for venue in (one, other)]
    return "registry" in kinds and compare_venues(one, other) == "other"


def _compare_registries(one: str, other: str) -> Agreement:
    """Return whether two registries are one, by the numbers of the trials where both name one."""
    ours, theirs = ({number.lower() for number in _REGISTERED.findall(name)} for name in (one, other))
    return "same" if not ours or not theirs or ours & theirs else "other"


def _telling(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(word for word in words if word not in _SMALL)


def _abbreviates(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Return whether each word of one begins or abbreviates that of the other: `am j clin pathol`."""
    if len(one) != len(other):
        return False
    return all(_short_for(mine, their) for mine, their in zip(one, other, strict=True))


def _share_in_order(fewer: tuple[str, ...], more: tuple[str, ...]) -> float:
    """Return the share of the words of one that are, or are short for, words of the other in the same order."""
    found, place = 0, 0
    for word in fewer:
        at = next((n for n in range(place, len(more)) if _short_for(word, more[n])), None)
        if at is not None:
            found, place = found + 1, at + 1
    return found / len(fewer)


def _short_for(one: str, other: str) -> bool:
    """Return whether a word is short for another: its first letters (`sci`), or those and some in order (`dtsch`)."""
    short, long = sorted((one, other), key=len)
    if long.startswith(short):
        return True
    if len(short) < 3 or short[:2] != long[:2]:
        return False
    rest = iter(long)
    return all(letter in rest for letter in short)


def _is_acronym(one: VenueName, other: VenueName) -> bool:
    """Return whether one is the first letters of the other's words: `BMJ`, `JAMA`, `VLDB`."""
    for short, long in ((one, other), (other, one)):
        letters = "".join(short.words)
        if len(letters) < 3 or len(short.words) > 2 or len(long.whole) < 3 or short.kind not in ("", long.kind):
            continue
        initials = {"".join(word[0] for word in words if word) for words in (long.words, long.whole)}
        if letters in initials or (short.words[0] in initials and len(short.words[0]) > 2):
            return True
    return False
