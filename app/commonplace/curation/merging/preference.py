"""Choose between two values of one field, where a thing can have one only, and say why."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Literal as OneOf

from commonplace.curation.merging.values import PEOPLE, Value
from commonplace.model.minter import slug
from commonplace.model.relations import gravest

Side = OneOf["left", "right"]
"""One of two things that are merged: `left` is the one that stays."""

Rank = Callable[[Value], int]
"""Rank of where a value comes from: the higher is believed first. See `commonplace.exchange.origins`."""

_PLAIN_TYPES = frozenset(("document", "article"))
_WHOLE_RANGE = re.compile(r"([A-Za-z]?\d+)\s*[-–]+\s*([A-Za-z]?\d+)")


def preferred(left: Value, right: Value, left_rank: Rank, right_rank: Rank) -> tuple[Side, str]:
    """Return the side whose value is to stay, and the reason in words.

    Of two values that agree the fuller stays; of two that do not, the one from the better source; else the left one.
    """
    if found := fuller(left, right):
        return found, "it says more"
    ours, theirs = left_rank(left), right_rank(right)
    if ours != theirs:
        return ("left" if ours > theirs else "right"), "it comes from the better source"
    return "left", "it is of the one that stays"


def fuller(left: Value, right: Value) -> Side | None:
    """Return the side that says all that the other says, and more; None where neither does."""
    if _says_more(left, right):
        return "left"
    return "right" if _says_more(right, left) else None


def _says_more(one: Value, other: Value) -> bool:
    field = one.field
    if field == "status":
        ours, theirs = _status(one), _status(other)
        return ours is not None and ours != theirs and gravest([ours, theirs]) == ours
    if field in PEOPLE or field == "name":
        return _people_say_more(one.text.split("; "), other.text.split("; "))
    if field == "page":
        return _pages_say_more(one.text, other.text)
    if field == "type":
        return other.text in _PLAIN_TYPES and one.text not in _PLAIN_TYPES
    if field in ("issued", "available", "volume", "issue", "number", "doi", "container", "publisher"):
        return field in ("issued", "available") and one.text.startswith(f"{other.text}-")
    return _text_says_more(one.text, other.text)


def _status(value: Value) -> str | None:
    return value.text.rpartition(":")[2] or None


def _text_says_more(one: str, other: str) -> bool:
    """Return whether the other text is cut, in capitals only, or without its accents."""
    ours, theirs = slug(one), slug(other)
    if ours != theirs:
        return ours.startswith(f"{theirs}-")
    if other.isupper() != one.isupper():
        return other.isupper()
    return _accents(one) > _accents(other)


def _accents(text: str) -> int:
    return sum(1 for letter in text if letter.isalpha() and not letter.isascii())


def _pages_say_more(one: str, other: str) -> bool:
    ours, theirs = _WHOLE_RANGE.fullmatch(one), _WHOLE_RANGE.fullmatch(other)
    if not ours:
        return False
    if not theirs:
        return other == ours[1]
    return ours[1] == theirs[1] and len(ours[2]) > len(theirs[2]) and ours[2].endswith(theirs[2])


def _people_say_more(ours: list[str], theirs: list[str]) -> bool:
    """Return whether one list has the people of the other and either more of them, or their names in full."""
    pairs = [(_name(mine), _name(their)) for mine, their in zip(ours, theirs, strict=False)]
    if len(ours) < len(theirs) or any(slug(mine[0]) != slug(their[0]) for mine, their in pairs):
        return False
    if not all(_given_agree(mine[1], their[1]) for mine, their in pairs):
        return False
    return len(ours) > len(theirs) or sum(len(m[1]) - len(t[1]) for m, t in pairs) > 0


def _name(inverted: str) -> tuple[str, str]:
    family, _, given = inverted.rpartition(", ") if ", " in inverted else (inverted, "", "")
    return family, given


def _given_agree(ours: str, theirs: str) -> bool:
    """Return whether given names may be one: each is the other's, its initial, or missing."""
    mine, other = (slug(given).split("-") if given else [] for given in (ours, theirs))
    return all(a.startswith(b) or b.startswith(a) for a, b in zip(mine, other, strict=False))
