"""Name the things of which versions speak by their keys: what they are called now stands in their lines on pages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from commonplace.derived.graph.snapshot import Snapshot
from commonplace.library.history_schemas import Change
from commonplace.library.statement_labels import name_of
from commonplace.model.minter import Kind, Minter
from commonplace.web.context import Context
from commonplace.web.pages.change_lines import things_named


def named_changes(context: Context, changes: Sequence[Change], language: str) -> list[dict[str, Any]]:
    """Return versions with the names that the things of their lines have now; things that are gone keep their keys."""
    minter = context.minter
    return context.library.read(lambda snapshot: [named_change(snapshot, one, minter, language) for one in changes])


def named_change(snapshot: Snapshot, change: Change, minter: Minter, language: str) -> dict[str, Any]:
    """Return a version with the names that the things of its line have in a state of the library."""
    names = _names(snapshot, things_named(change), minter, language)
    return {**change.model_dump(exclude_none=True), "names": names}


def names_of_things(context: Context, changes: Iterable[object], language: str) -> dict[str, str]:
    """Return by key what the things are called now that the lines of versions name."""
    named = {pair for change in changes for pair in things_named(change)}
    return context.library.read(lambda snapshot: _names(snapshot, named, context.minter, language)) if named else {}


def _names(snapshot: Snapshot, named: Iterable[tuple[Kind, str]], minter: Minter, language: str) -> dict[str, str]:
    found = {key: name_of(snapshot, minter.thing(kind, key), minter, language) for kind, key in named}
    return {key: name for key, name in found.items() if name}
