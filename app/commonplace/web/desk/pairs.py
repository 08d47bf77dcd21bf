"""Put the values of two things side by side: equal ones once, and of others the words in which they differ marked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from commonplace.library.merge_reports import MergedValue

_WORDS = re.compile(r"\w+|\s+|[^\w\s]")

Pieces = tuple[tuple[str, bool], ...]
"""A text in pieces; those that the other side has not are marked."""

COMPARED = 20_000
"""Maximum number of characters that are compared word by word: longer ones take seconds."""


@dataclass(frozen=True, slots=True)
class ValuePair:
    """One value of two things: `is_same` where both have it, `may_choose` where each has another and one stays."""

    value: MergedValue
    left: Pieces
    right: Pieces
    is_same: bool
    may_choose: bool


def paired(values: Sequence[MergedValue]) -> list[ValuePair]:
    """Return the values of a merge as rows, in the order in which people read a reference."""
    rows = [_row(value) for value in values]
    return sorted(rows, key=lambda row: (_place(row.value.field), row.value.field, row.value.name))


_ORDER = (
    "type", "title", "authors", "editors", "issued", "container", "volume", "issue", "number", "page", "edition",
    "publisher", "publisher_place", "doi", "identifiers", "url", "abstract", "keywords",
)  # fmt: skip


def _place(field: str) -> int:
    return _ORDER.index(field) if field in _ORDER else len(_ORDER)


def _row(value: MergedValue) -> ValuePair:
    left, right = value.left or "", value.right or ""
    same = left == right
    two = bool(left and right) and not same
    pieces = marked(left, right) if two else (((left, False),), ((right, False),))
    return ValuePair(
        value, *pieces, is_same=same, may_choose=two and value.field == value.name and value.taken != "combined"
    )


def marked(left: str, right: str) -> tuple[Pieces, Pieces]:
    """Return two texts in pieces, the words marked that the other has not, or has in another place."""
    if len(left) + len(right) > COMPARED:
        return ((left, True),), ((right, True),)
    ones, others = _WORDS.findall(left), _WORDS.findall(right)
    found = SequenceMatcher(None, ones, others, autojunk=False).get_opcodes()
    return (
        tuple(_joined(("".join(ones[a:b]), tag != "equal") for tag, a, b, _, _ in found)),
        tuple(_joined(("".join(others[a:b]), tag != "equal") for tag, _, _, a, b in found)),
    )


def _joined(pieces: Iterator[tuple[str, bool]]) -> Iterator[tuple[str, bool]]:
    """Yield pieces that are not empty; a space between two marked words is marked with them."""
    held: list[tuple[str, bool]] = []
    for text, is_marked in pieces:
        if not text:
            continue
        if len(held) > 1 and held[-1][0].isspace() and held[-2][1] and is_marked:
            space = held.pop()[0]
            held[-1] = (held[-1][0] + space + text, True)
        elif held and held[-1][1] == is_marked:
            held[-1] = (held[-1][0] + text, is_marked)
        else:
            held.append((text, is_marked))
    yield from held
