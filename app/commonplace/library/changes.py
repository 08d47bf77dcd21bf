"""Read the log as a list of versions, newest first."""

from __future__ import annotations

from commonplace.derived.graph.composing import composed
from commonplace.derived.thing_versions import ThingVersions
from commonplace.errors import Message, NotFound
from commonplace.library.history_schemas import Change
from commonplace.model.change import ChangeSet, Version
from commonplace.patchlog.log import PatchLog, versions
from commonplace.patchlog.rdf_patch import Header

_LINE_BYTES, _HEADER_BYTES = 60, 400
"""Minimum sizes of a quad and of a header in the log, in nearly all entries: they bound the quads of entries without
reading them."""

DECISIONS = "decisions"
"""The name by which a version that a review tool's decisions made has their receipt."""


def change_of(log: PatchLog, version: Version) -> Change:
    """Return one version, with the counts of its statements. Raises `NotFound`."""
    entry = log.entry(version)
    shape = _shape(log.header(version))
    return shape.model_copy(update={"added": len(entry.change.added), "removed": len(entry.change.removed)})


def changes(log: PatchLog) -> list[Version]:
    """Return the versions, newest first."""
    return [Version(number) for number in range(log.head(), 0, -1)]


def changes_of_thing(things: ThingVersions, iri: str) -> list[Version]:
    """Return the versions that touched the thing of that IRI, newest first.

    Raises `NotFound` for a thing of which nothing was ever said.
    """
    found = things.history(iri)
    if not found:
        raise NotFound(Message("nothing was ever recorded of %(thing)s", thing=iri))
    return found[::-1]


def versions_of_piece(log: PatchLog, piece: str) -> tuple[Version, ...]:
    """Return the versions that belong to a piece of work, oldest first. Raises `NotFound` where none does."""
    found = tuple(version for version in versions(log) if log.header(version).note.piece == piece)
    if not found:
        raise NotFound(Message("no version belongs to a piece of work called %(piece)r", piece=piece))
    return found


def changes_between(log: PatchLog, after: Version, until: Version, most: int) -> list[ChangeSet] | None:
    """Return net changes that lead from one version to another, later or earlier; None when they have more than `most`
    quads."""
    first, last = min(after, until), max(after, until)
    if log.size(first, last) - (last - first) * _HEADER_BYTES > most * _LINE_BYTES:
        return None
    change = composed(log, first, last).net()
    if len(change.added) + len(change.removed) > most:
        return None
    return [change if after <= until else change.inverse()]


def brief(log: PatchLog, version: Version) -> Change:
    """Return one version from its header alone, without counts."""
    return _shape(log.header(version))


def _shape(header: Header) -> Change:
    kept = header.note.attachments
    place = "imports" if "receipt" in kept else "decisions" if DECISIONS in kept else None
    return Change(
        version=header.version,
        id=header.id,
        at=header.at.isoformat(),
        agent=header.note.agent,
        kind=header.note.kind,
        message=header.note.message,
        undoes=header.note.undoes,
        piece=header.note.piece,
        receipt=f"/{place}/{header.version}" if place else None,
    )
