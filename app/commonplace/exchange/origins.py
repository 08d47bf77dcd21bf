"""Rank values by where they come from, and read from the log what happened to a thing after a version."""

from __future__ import annotations

from collections.abc import Iterable

from pyoxigraph import NamedNode, Triple

from commonplace.curation.merging.preference import Rank
from commonplace.curation.merging.values import Value
from commonplace.derived.thing_versions import ThingVersions
from commonplace.model.change import Version
from commonplace.patchlog.log import PatchLog

_RANKS = {"import": 0, "create": 1}
"""Rank of a value by the kind of version that it entered with. One that was mended by hand comes first, as one of the
reference set does, then one that a registration agency gave, one of a thing made by hand, and one from a file."""
_OF_AGENCY, _BY_HAND = 2, 3


def rank_in(things: ThingVersions, thing: NamedNode) -> Rank:
    """Return the function that ranks values of a thing by the versions that they entered with, read once for all."""
    entered: dict[Triple, int] = {}
    read: list[bool] = []

    def rank(value: Value) -> int:
        if not read:
            read.append(True)
            for version, change in things.changes(thing.value):
                of_version = _rank_of(things.log, version)
                entered.update({quad.triple: of_version for quad in change.added})
        return max((entered.get(statement, 0) for statement in value.statements), default=0)

    return rank


def _rank_of(log: PatchLog, version: Version) -> int:
    note = log.header(version).note
    if note.kind == "import" and "answers" in note.attachments:
        return _OF_AGENCY
    return _RANKS.get(note.kind, _BY_HAND)


class SinceVersion:
    """What the log says happened to things after a version: `commonplace.curation.merging.unmerge.Since`."""

    def __init__(self, things: ThingVersions, version: Version, head: Version) -> None:
        self._things = things
        self._version = version
        self._head = head
        self._later: dict[str, tuple[set[Triple], set[Triple]]] = {}

    def statements_then(self, thing: NamedNode, now: Iterable[Triple]) -> set[Triple]:
        """Return what was said of a thing and its nodes right after the version."""
        then = set(now)
        changes = [change for version, change in self._things.changes(thing.value) if self._is_after(version)]
        for change in reversed(changes):
            then -= {quad.triple for quad in change.added}
            then |= {quad.triple for quad in change.removed}
        return then

    def is_later(self, triple: Triple) -> bool:
        """Answer whether a statement was added after the version."""
        return triple in self._since(triple)[0]

    def is_gone(self, triple: Triple) -> bool:
        """Answer whether a statement was removed after the version."""
        return triple in self._since(triple)[1]

    def _since(self, triple: Triple) -> tuple[set[Triple], set[Triple]]:
        """Return what was added and removed after the version about the thing that a statement is about."""
        if not isinstance(triple.subject, NamedNode):
            return set(), set()
        thing = triple.subject.value.partition("#")[0]
        if thing not in self._later:
            self._later[thing] = set(), set()
            if any(map(self._is_after, self._things.history(thing))):
                for version, change in self._things.changes(thing):
                    if self._is_after(version):
                        self._later[thing][0].update(quad.triple for quad in change.added)
                        self._later[thing][1].update(quad.triple for quad in change.removed)
        return self._later[thing]

    def _is_after(self, version: Version) -> bool:
        return self._version < version <= self._head
