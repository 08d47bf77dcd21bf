"""Tell the history of one thing, and what differs between two versions of it or of the library.

All of it is read from the lines of the log about the thing (`commonplace.derived.thing_versions`), and costs what was
changed of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pyoxigraph import NamedNode, Quad, RdfFormat, serialize

from commonplace.derived.graph.composing import composed
from commonplace.derived.graph.snapshot import Snapshot
from commonplace.derived.thing_versions import ThingVersions, change_in
from commonplace.errors import BadRequest, Message, NotFound
from commonplace.library.changes import brief
from commonplace.library.evidence import label_of
from commonplace.library.field_changes import field_changes, in_words
from commonplace.library.field_origins import Origins
from commonplace.library.history_schemas import ChangedQuads, ThingChange, ThingDiff
from commonplace.model.change import EMPTY, ChangeSet, Version
from commonplace.model.minter import Minter
from commonplace.patchlog.log import PatchLog
from commonplace.patchlog.rdf_patch import ADDITION, REMOVAL

COMPARED_BYTES = 64 * 1024 * 1024
"""Maximum bytes of the log between two versions of the library that are compared."""


@dataclass(frozen=True, slots=True)
class Touched:
    """A version that touched a thing: its lines of the log, and how much was said of the thing before and after it."""

    version: Version
    lines: bytes
    before: int
    after: int


def touches_of(things: ThingVersions, iri: str, until: Version) -> list[Touched]:
    """Return the versions up to that one that touched a thing, oldest first.

    Raises `NotFound` for a thing of which nothing was ever said.
    """
    found: list[Touched] = []
    count = 0
    for version, lines in things.lines(iri):
        if version <= until:
            added = _count(lines, ADDITION) - _count(lines, REMOVAL)
            found.append(Touched(version, lines, count, count + added))
            count += added
    if not found:
        raise NotFound(
            Message("nothing was ever recorded of %(thing)s up to version %(until)s", thing=iri, until=until)
            if until
            else Message("nothing was ever recorded of %(thing)s", thing=iri)
        )
    return found


def _count(lines: bytes, operation: bytes) -> int:
    return lines.startswith(operation) + lines.count(b"\n" + operation)


def thing_changes(
    touches: Iterable[Touched],
    things: ThingVersions,
    snapshot: Snapshot,
    node: NamedNode,
    minter: Minter,
    *,
    quads: bool,
) -> list[ThingChange]:
    """Return versions that touched a thing, each with what it changed of it. Names are those in `snapshot`."""
    origins, labels = Origins(things.log, node), _Labels(snapshot)
    found = []
    for one in touches:
        change = change_in(one.lines)
        fields = field_changes(change, node.value, minter, labels.of)
        created, deleted = not one.before and one.after > 0, not one.after and one.before > 0
        row = brief(things.log, one.version)
        found.append(
            ThingChange(
                **dict(row),
                fields=fields,
                words=in_words(fields, created=created, deleted=deleted),
                sources=origins.of(one.version).sources if row.receipt else None,
                quads=_quads(change) if quads else None,
            )
        )
    return found


def statements_at(things: ThingVersions, iri: str, version: Version) -> dict[Quad, None]:
    """Return what was said of a thing and its fragments at a version, in the order in which it came to be said."""
    found: dict[Quad, None] = {}
    for number, change in things.changes(iri):
        if number > version:
            break
        for quad in change.removed:
            found.pop(quad, None)
        found.update(dict.fromkeys(change.added))
    return found


def change_between(things: ThingVersions, iri: str, start: Version, end: Version) -> ChangeSet:
    """Return what leads from what was said of a thing at one version to what was said of it at another."""
    then, now = statements_at(things, iri, start), statements_at(things, iri, end)
    return ChangeSet(
        added=tuple(quad for quad in now if quad not in then),
        removed=tuple(quad for quad in then if quad not in now),
    )


def diff_of_thing(
    things: ThingVersions, snapshot: Snapshot, node: NamedNode, minter: Minter, start: Version, end: Version
) -> ThingDiff:
    """Return what differs of a thing between two versions. Raises `NotFound` for one of which nothing was ever said."""
    if not things.history(node.value):
        raise NotFound(Message("nothing was ever recorded of %(thing)s", thing=node.value))
    change = change_between(things, node.value, start, end)
    then = bool(statements_at(things, node.value, start))
    now = bool(statements_at(things, node.value, end))
    return _diff(node.value, change, _Labels(snapshot), minter, created=now and not then, deleted=then and not now)


def diff_of_library(log: PatchLog, versions: tuple[Version, Version]) -> tuple[Sequence[str], Mapping[str, ChangeSet]]:
    """Return the things that differ between two versions of the library, by IRI, and what leads from the one to the
    other. Raises `BadRequest` where too much lies between."""
    first, last = min(versions), max(versions)
    if (size := log.size(first, last)) > COMPARED_BYTES:
        raise BadRequest(
            Message(
                "%(size)s MB of the log lie between version %(first)s and version %(last)s: "
                "at most %(most)s MB are compared at once",
                size=size // 10**6,
                first=first,
                last=last,
                most=COMPARED_BYTES // 10**6,
            ),
            [("from", "choose versions nearer to each other, or compare one thing: /works/{key}/diff")],
        )
    change = composed(log, first, last).net()
    if versions != (first, last):
        change = change.inverse()
    added, removed = _by_thing(change.added), _by_thing(change.removed)
    names = sorted({*added, *removed})
    return names, {name: ChangeSet(tuple(added.get(name, ())), tuple(removed.get(name, ()))) for name in names}


def diffs(
    names: Iterable[str],
    changes: Mapping[str, ChangeSet],
    things: ThingVersions,
    snapshot: Snapshot,
    minter: Minter,
    versions: tuple[Version, Version],
) -> list[ThingDiff]:
    """Return what differs of each of some things between two versions of the library."""
    labels = _Labels(snapshot)
    found = []
    for name in names:
        then, now = (False, False) if name.startswith("_:") else _was_there(things, name, versions)
        found.append(_diff(name, changes[name], labels, minter, created=now and not then, deleted=then and not now))
    return found


def _was_there(things: ThingVersions, iri: str, versions: tuple[Version, Version]) -> tuple[bool, bool]:
    """Return whether anything was said of a thing at two versions."""
    counts = [(EMPTY, 0), *((one.version, one.after) for one in touches_of(things, iri, things.log.head()))]
    start, end = ([after for number, after in counts if number <= version][-1] for version in versions)
    return start > 0, end > 0


def _by_thing(quads: Iterable[Quad]) -> dict[str, list[Quad]]:
    found: dict[str, list[Quad]] = {}
    for quad in quads:
        subject = quad.subject
        name = subject.value.partition("#")[0] if isinstance(subject, NamedNode) else str(subject)
        found.setdefault(name, []).append(quad)
    return found


def _diff(iri: str, change: ChangeSet, labels: _Labels, minter: Minter, *, created: bool, deleted: bool) -> ThingDiff:
    named = minter.kind_and_key(iri)
    fields = field_changes(change, iri, minter, labels.of)
    return ThingDiff(
        iri=iri,
        kind=named[0] if named else None,
        key=minter.key(iri),
        label=None if iri.startswith("_:") else labels.of(NamedNode(iri)),
        fields=fields,
        words=in_words(fields, created=created, deleted=deleted) or "nothing differs",
        quads=_quads(change),
    )


def _quads(change: ChangeSet) -> ChangedQuads:
    return ChangedQuads(removed=_lines(change.removed), added=_lines(change.added))


def _lines(quads: Sequence[Quad]) -> list[str]:
    return (serialize(quads, format=RdfFormat.N_QUADS) or b"").decode().split("\n")[:-1]


class _Labels:
    """What things are called in a snapshot; each is looked up once."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._known: dict[NamedNode, str | None] = {}

    def of(self, node: NamedNode) -> str | None:
        """Return the label of a thing."""
        if node not in self._known:
            self._known[node] = label_of(self._snapshot, node)
        return self._known[node]
