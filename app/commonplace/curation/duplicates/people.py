"""People of works as they are compared: by the words of all names, for names come swapped, cut and run together."""

from __future__ import annotations

import re
from collections.abc import Iterable, Set
from functools import lru_cache
from typing import Literal, NamedTuple

from rapidfuzz.distance import OSA

from commonplace.model.minter import slug

Agreement = Literal["same", "some", "none", "unknown"]

SAME, SOME = 0.75, 0.3
"""Minimum share of the names of the shorter list that the other has: of the same people, and of some."""

TELLING_INITIALS = 4
"""Minimum number of initials, of all names together, that tell of some people in common where the words differ."""

SLIP_LETTERS = 5
"""Minimum letters of a name in which one may be a slip."""

_INITIALS = re.compile(r"(?:[^\W\d_]\.?[-\s]?){1,4}$")
_ONLY_INITIALS = re.compile(r"[A-Z]\.?[A-Z]\.?(?:[A-Z]\.?){0,2}")
"""A name of which the initials alone are left: `REZ`."""

_PARTICLES = frozenset(
    "van von der den de del della di da dos das du la le el al ter ten af zu jr sr ii iii mc mac st".split()
)
NAMELESS = frozenset("na anon anonymous author authors unknown none et others and no listed".split())
"""Words that stand where a name would."""


class People(NamedTuple):
    """The names of a work: all `words` of them but initials and particles, those of the `first`, and all `initials`."""

    words: frozenset[str]
    first: frozenset[str]
    initials: str


NOBODY = People(frozenset(), frozenset(), "")


def people_of(names: Iterable[str]) -> People:
    """Return the people of names in any form: `Zuna, R E`, `R.E. Zuna`, `Zuna RE; Wang SS`."""
    words: set[str] = set()
    first: frozenset[str] = frozenset()
    initials: list[str] = []
    names = tuple(names)
    if names and all(map(_ONLY_INITIALS.fullmatch, names)):
        return People(frozenset(), frozenset(), "".join(sorted("".join(names).lower().replace(".", ""))))
    for name in names:
        found, letters = _parts(name)
        if found or letters:
            first = first if first or words else frozenset(found)
            words.update(found)
            initials.append(letters)
    return People(frozenset(words), first, "".join(sorted("".join(initials)))) if words or initials else NOBODY


def shared_names(words: Set[str], *sides: Iterable[str]) -> tuple[str, ...]:
    """Return the names of the side that says more with some words, as they are written there.

    A name all of whose words are among them is whole and in reading order, `Elinor Ostrom`; of another they stand
    alone, `Ostrom`.
    """
    found = (tuple(dict.fromkeys(filter(None, (_shared(name, words) for name in side)))) for side in sides)
    return max(found, key=lambda names: (len(names), sum(map(len, names)), names))


def _shared(name: str, words: Set[str]) -> str:
    """Return a name in reading order where all its words are among some, else those of its words that are."""
    family, comma, given = name.partition(", ")
    written = f"{given} {family}" if comma and "," not in given else name
    written = written.replace(";", ",")  # a semicolon stands between reasons
    if (mine := _parts(name)[0]) and words >= {*mine}:
        return written
    return " ".join(token.strip(",") for token in written.split() if words & {*_parts(token)[0]})


@lru_cache(maxsize=65536)
def _parts(name: str) -> tuple[tuple[str, ...], str]:
    """Return the words of a name, and its initials, those of the words included."""
    words: list[str] = []
    initials: list[str] = []
    capitals = name.isupper()
    for token in re.split(r"[\s,;/&|]+|(?<=[a-z])\.", name):
        if not any(map(str.isalpha, token)):
            continue
        bare = token.strip(".'’()\"")
        letters = [letter for letter in bare if letter.isalpha()]
        if bare.isupper() and _INITIALS.fullmatch(bare) and (not capitals or len(letters) < 3):
            initials += [slug(letter)[0] for letter in letters]
            continue
        for word in slug(bare).split("-"):
            if word in NAMELESS or word in _PARTICLES:
                continue
            if len(word) > 1:
                words.append(word)
            initials.append(word[0])
    return tuple(words), "".join(initials)


def compare_people(one: People, other: People) -> Agreement:
    """Return how far two works have the same people."""
    if not one.words or not other.words:
        if not (one.initials and other.initials):
            return "unknown"
        if one.words or other.words:
            return "same" if one.initials == other.initials and len(one.initials) >= TELLING_INITIALS else "unknown"
        return "same" if one.initials == other.initials else "none"
    fewer, more = (one, other) if len(one.words) <= len(other.words) else (other, one)
    shared = len(fewer.words & more.words)
    if shared < len(fewer.words):
        rest = [name for name in more.words - fewer.words if len(name) >= SLIP_LETTERS]
        left = [name for name in fewer.words - more.words if len(name) >= SLIP_LETTERS]
        shared += sum(any(_one_name(name, there) for there in rest) for name in left)
    share = shared / len(fewer.words)
    if share >= SAME:
        return "same"
    if share >= SOME or (shared and _first_agrees(one, other)):
        return "some"
    return "some" if one.initials == other.initials and len(one.initials) >= TELLING_INITIALS else "none"


def _first_agrees(one: People, other: People) -> bool:
    return bool(one.first & other.words) and bool(other.first & one.words)


def _one_name(name: str, other: str) -> bool:
    """Return whether two names, none of them short, differ in a slip, or one is two of the other's run together."""
    if -1 <= len(name) - len(other) <= 1 and OSA.distance(name, other, score_cutoff=1) <= 1:
        return True
    return name.endswith(other) or other.endswith(name)
