"""Name the things of which versions speak by their keys: what they are called now stands in their lines on pages.

So does what a pinned answer was asked, in words, in place of its address.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from commonplace.derived.graph.snapshot import Snapshot
from commonplace.library.history_schemas import Change
from commonplace.library.statement_labels import name_of
from commonplace.web.context import Context
from commonplace.web.pages.words.asked_words import words_of_address
from commonplace.web.pages.words.change_lines import address_pinned, things_named


def named_changes(context: Context, changes: Sequence[Change], language: str) -> list[dict[str, Any]]:
    """Return versions with the names that the things of their lines have now; things that are gone keep their keys."""
    return context.library.read(lambda snapshot: [named_change(context, snapshot, one, language) for one in changes])


def named_change(context: Context, snapshot: Snapshot, change: Change, language: str) -> dict[str, Any]:
    """Return a version with the names that the things of its line have in a state of the library."""
    return {**change.model_dump(exclude_none=True), "names": _names(context, snapshot, [change], language)}


def names_of_things(context: Context, changes: Iterable[object], language: str) -> dict[str, str]:
    """Return by key, or by address, what that is called now which the lines of versions name."""
    return context.library.read(lambda snapshot: _names(context, snapshot, list(changes), language))


def _names(context: Context, snapshot: Snapshot, changes: Sequence[object], language: str) -> dict[str, str]:
    minter = context.minter
    named = {pair for change in changes for pair in things_named(change)}
    found = {key: name_of(snapshot, minter.thing(kind, key), minter, language) for kind, key in named}
    asked = {address for change in changes if (address := address_pinned(change))}
    words = {address: words_of_address(context, snapshot, address, language) for address in asked}
    return {key: name for key, name in (found | words).items() if name and name != key}
