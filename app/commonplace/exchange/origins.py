"""Rank values by where they come from, and read from the log what happened to a thing after a version."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from pyoxigraph import NamedNode, Quad, RdfFormat, Triple, parse

from commonplace.curation.merging.preference import Rank
from commonplace.curation.merging.values import Value, is_own
from commonplace.model.change import Version
from commonplace.model.quad_text import QuadText
from commonplace.patchlog.log import PatchLog

_RANKS = {"import": 0, "create": 1}
"""Rank of a value by the kind of version that it entered with. One that was mended by hand comes first, as one of the
reference set does, then one that a registration agency gave, one of a thing made by hand, and one from a file."""
_OF_AGENCY, _BY_HAND = 2, 3


def rank_in(log: PatchLog, thing: NamedNode) -> Rank:
    """Return the function that ranks values of a thing by the versions that they entered with, read once for all."""
    entered: dict[Triple, int] = {}
    read: list[bool] = []

    def rank(value: Value) -> int:
        if not read:
            read.append(True)
            for version in log.history(thing.value):
                of_version = _rank_of(log, version)
                entered.update({q.triple: of_version for q in quads_of(log.entry(version).change.added, thing)})
        return max((entered.get(statement, 0) for statement in value.statements), default=0)

    return rank


def _rank_of(log: PatchLog, version: Version) -> int:
    note = log.header(version).note
    if note.kind == "import" and "answers" in note.attachments:
        return _OF_AGENCY
    return _RANKS.get(note.kind, _BY_HAND)


def quads_of(quads: Sequence[Quad], thing: NamedNode) -> Iterable[Quad]:
    """Return the quads about a thing and its nodes; of quads held as text only these are parsed."""
    if not isinstance(quads, QuadText):
        return [quad for quad in quads if is_own(quad.subject, thing)]
    return _parsed(quads, rb"^<" + re.escape(thing.value.encode()) + rb"[#>][^\n]*\n", thing)


def quads_to(quads: Sequence[Quad], thing: NamedNode) -> Iterable[Quad]:
    """Return the quads that point to a thing; of quads held as text only these are parsed."""
    if not isinstance(quads, QuadText):
        return [quad for quad in quads if quad.object == thing]
    found = _parsed(quads, rb"^[^\n]* <" + re.escape(thing.value.encode()) + rb"> \.\n", thing)
    return [quad for quad in found if quad.object == thing]


def _parsed(quads: QuadText, pattern: bytes, thing: NamedNode) -> list[Quad]:
    lines = re.compile(pattern, re.MULTILINE)
    named = thing.value.encode()
    text = b"".join(line for chunk in quads.chunks() if named in chunk for line in lines.findall(chunk))
    return list(parse(text, format=RdfFormat.N_QUADS, lenient=True))


class SinceVersion:
    """What the log says happened to a thing after a version: `commonplace.curation.merging.unmerge.Since`."""

    def __init__(self, log: PatchLog, thing: NamedNode, version: Version, head: Version) -> None:
        self._log = log
        self._thing = thing
        self._version = version
        self._head = head
        self._links: tuple[set[Triple], set[Triple]] | None = None

    def statements_then(self, thing: NamedNode, now: Iterable[Triple]) -> set[Triple]:
        """Return what was said of a thing and its nodes right after the version."""
        then = set(now)
        for version in self._after(reversed(self._log.history(thing.value))):
            change = self._log.entry(version).change
            then -= {quad.triple for quad in quads_of(change.added, thing)}
            then |= {quad.triple for quad in quads_of(change.removed, thing)}
        return then

    def is_later(self, triple: Triple) -> bool:
        """Answer whether a statement that points to the thing was added after the version."""
        return triple in self._read_links()[0]

    def is_gone(self, triple: Triple) -> bool:
        """Answer whether a statement that pointed to the thing was removed after the version."""
        return triple in self._read_links()[1]

    def _read_links(self) -> tuple[set[Triple], set[Triple]]:
        if self._links is None:
            self._links = set(), set()
            for version in self._after(map(Version, range(self._version + 1, self._head + 1))):
                change = self._log.entry(version).change
                self._links[0].update(quad.triple for quad in quads_to(change.added, self._thing))
                self._links[1].update(quad.triple for quad in quads_to(change.removed, self._thing))
        return self._links

    def _after(self, versions: Iterable[Version]) -> Iterator[Version]:
        return (version for version in versions if self._version < version <= self._head)
