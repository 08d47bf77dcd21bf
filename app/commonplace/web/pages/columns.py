"""Choose the columns of a table on a page: which name the rows, which have room, which repeat another."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

ROOM = 168
"""Maximum width of the columns of a table together, in letters of its type: that of a page of 1,280 points."""

BETWEEN = 2
"""Width between two columns, in letters."""

_TELLING = ("work", "case", "person", "organization", "venue")
"""Kinds of things that a row is about rather than what it says of them."""

_WHO = "agent"
"""The column that says who judged, which tells no row."""

_NARROW, _WIDE, _LONG = 14, 26, 40
"""Widths in letters: of values that are not broken; of longer ones, which are; the length from which those are prose,
which takes `_WIDE` and half as much again."""


@dataclass(frozen=True, slots=True)
class TableColumns:
    """The columns of a table: the one that says which row it is, those beside it, and those that are folded away."""

    heading: str
    shown: Sequence[str]
    folded: Sequence[str]


def laid_out(
    rows: Sequence[Mapping[str, Any]],
    columns: Sequence[str],
    called: Mapping[str, str | None],
    label: Callable[[str], str],
) -> TableColumns:
    """Return the columns of a table as a page has room for them, in their order.

    A row is told by its first work, case, person, body or venue, else by its first thing or value; whoever judged
    tells none. What has no room is folded away, beginning with the last. `called` has names of things by IRI, `label`
    returns the words over a column.
    """
    heading = _heading(rows, columns, called)
    beside = [name for name in columns if name != heading]
    left = ROOM - _width(rows, heading, called, label)
    shown: list[str] = []
    for name in beside:
        left -= _width(rows, name, called, label)
        if left < 0:
            break
        shown.append(name)
    folded = beside[len(shown) :]
    return TableColumns(heading, shown, folded)


def _heading(rows: Sequence[Mapping[str, Any]], columns: Sequence[str], called: Mapping[str, str | None]) -> str:
    """Return the column that says which row it is."""
    things = {name: str(iri) for name in columns for row in rows if (iri := row.get(name)) in called}
    about = [name for name in columns if name in things and name != _WHO]
    told = (name for name in about if any(f"/id/{kind}/" in things[name] for kind in _TELLING))
    return next(told, next(iter(about), columns[0]))


def _width(
    rows: Sequence[Mapping[str, Any]], name: str, called: Mapping[str, str | None], label: Callable[[str], str]
) -> int:
    """Return how many letters wide a column is."""
    words = [str(called.get(value) or value) for row in rows if (value := row.get(name)) not in (None, "")]
    longest = max(map(len, words), default=0)
    wide = longest if longest <= _NARROW else min(longest, _WIDE) if longest <= _LONG else _WIDE + _WIDE // 2
    return max(wide, *map(len, label(name).split())) + BETWEEN


def repeated_columns(
    answer: Mapping[str, Any], *called: Mapping[str, str | None], asked: Mapping[str, str]
) -> frozenset[str]:
    """Return the columns that a page leaves out; the files of the answer have them all.

    One repeats a thing of the library where it holds in every row the key or a name of it, which stands as the words of
    the link; one has what was `asked` where it holds that in every row. `called` has names of things by their IRIs.
    """
    rows = answer.get("items") or ()
    columns = [name for name in answer.get("columns", ()) if any(row.get(name) for row in rows)]
    things = [name for name in columns if all(row.get(name) in called[0] for row in rows if row.get(name))]

    def repeats(name: str, thing: str) -> bool:
        return all(row[name] in _words(row.get(thing), *called) for row in rows if row.get(name))

    of_others = {name for name in columns if any(repeats(name, thing) for thing in things if thing != name)}
    given = {name for name, iri in asked.items() if name in columns and all(row.get(name) == iri for row in rows)}
    return frozenset((of_others - set(things)) | (given if len(given) < len(columns) else set()))


def _words(iri: str | None, *called: Mapping[str, str | None]) -> set[str | None]:
    """Return the words that a link to a thing may have: its names and its key."""
    return {iri.rpartition("/")[2], *(names.get(iri) for names in called)} if iri else set()
