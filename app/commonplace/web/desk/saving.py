"""Save edits that were begun at an earlier version: those of others stand in the way only where they overlap."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from commonplace.curation.editing.edits import changed_members
from commonplace.errors import Conflict, Message, NotFound
from commonplace.exchange.edits import Edited, Editor
from commonplace.model.change import Version
from commonplace.model.minter import Kind
from commonplace.web.context import Context

TRIES = 5
"""Maximum number of times that an edit is tried while others write at the same moment."""


def save(context: Context, kind: Kind, key: str, patch: Mapping[str, Any], editor: Editor, seen: int | None) -> Edited:
    """Merge a patch into a thing that was seen at a version; None saves it whatever has changed.

    Raises what `Edits.patch` raises; `Conflict` only where a member of the patch has changed since it was seen, or
    where the library has no such version.
    """
    check_seen(context, seen)
    for _ in range(TRIES - 1):
        head = context.library.follow()
        if seen is not None and seen < head and _overlaps(context, kind, key, patch, Version(seen), head):
            return context.edits.patch(kind, key, patch, editor, Version(seen))  # raises, saying what differs
        try:
            return context.edits.patch(kind, key, patch, editor, head)
        except Conflict:
            continue  # somebody wrote meanwhile: look again whether it overlaps
    return context.edits.patch(kind, key, patch, editor, Version(seen) if seen is not None else None)


def check_seen(context: Context, seen: int | None) -> None:
    """Raise `Conflict` for a version that the library does not have: it was made anew since a form was opened."""
    if seen is not None and not 0 < seen <= (head := context.library.follow()):
        raise Conflict(
            Message(
                "this was opened at version %(seen)s, which the library does not have: its newest is version %(head)s. "
                "Look at what is there now, and save again",
                seen=seen,
                head=head,
            )
        )


def _overlaps(context: Context, kind: Kind, key: str, patch: Mapping[str, Any], seen: Version, head: Version) -> bool:
    """Return whether a member of a patch has changed between two versions."""
    node = context.minter.thing(kind, key)
    try:
        then, now = (context.edits.members_at(kind, node, at) for at in (seen, head))
    except NotFound:  # it was not there, or is no more: the edit says so
        return True
    return not set(changed_members(then, now)).isdisjoint(patch)
