"""The log as answers: its versions, newest first."""

from __future__ import annotations

from commonplace.errors import NotFound
from commonplace.library.schemas import Change
from commonplace.model.change import ChangeSet, Version
from commonplace.patchlog.log import PatchLog
from commonplace.patchlog.rdf_patch import Header

_LINE_BYTES = 60
"""What a quad of a change takes in the log; rarely less."""


def change_of(log: PatchLog, version: Version) -> Change:
    """One version with its counts. Raises `NotFound`."""
    entry = log.entry(version)
    shape = _shape(log.header(version))
    return shape.model_copy(update={"added": len(entry.change.added), "removed": len(entry.change.removed)})


def changes(log: PatchLog, thing: str | None = None) -> list[Version]:
    """The versions, newest first; only those that touched that thing's IRI when one is given.

    Raises `NotFound` when nothing was ever said of it.
    """
    if thing is None:
        return [Version(number) for number in range(log.head(), 0, -1)]
    found = log.history(thing)
    if not found:
        raise NotFound(f"nothing was ever recorded of {thing}")
    return found[::-1]


def changes_between(log: PatchLog, after: Version, until: Version, most: int) -> list[ChangeSet] | None:
    """The changes that lead from one version to a later one; None when it is not later, or they have more quads."""
    if until < after:
        return None
    found: list[ChangeSet] = []
    quads = 0
    for number in range(after + 1, until + 1):
        if quads + log.header(Version(number)).body_length // _LINE_BYTES > most:
            return None
        change = log.entry(Version(number)).change
        quads += len(change.added) + len(change.removed)
        found.append(change)
    return found


def brief(log: PatchLog, version: Version) -> Change:
    """One version from its header alone."""
    return _shape(log.header(version))


def _shape(header: Header) -> Change:
    receipt = header.note.attachments.get("receipt")
    return Change(
        version=header.version,
        id=header.id,
        at=header.at.isoformat(),
        agent=header.note.agent,
        kind=header.note.kind,
        message=header.note.message,
        undoes=header.note.undoes,
        receipt=f"/imports/{header.version}" if receipt else None,
    )
