"""Find the columns of an answer that say on a page what another column says already."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


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
