"""Say what a write did, exactly, as a change set; and number the versions that writes make.

A `ChangeSet` is applied removals first, then additions. It is *net* against a snapshot when it
adds nothing that is there and removes nothing that is not. An `Entry` is a net change set
with its place in the log.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from typing import NewType

from pyoxigraph import Quad

from commonplace.model.quad_text import things_of

Version = NewType("Version", int)
"""A state of a home. 0 is the empty home; each entry of the log makes the next; a number never changes meaning."""

EMPTY = Version(0)


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """Quads to remove, then quads to add; many are held as text (`commonplace.model.quad_text`)."""

    added: Sequence[Quad] = ()
    removed: Sequence[Quad] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.removed)

    def net(self, contains: Callable[[Quad], bool]) -> ChangeSet:
        """Return the change with the same effect on the snapshot that `contains` describes, without what has none."""
        wanted = dict.fromkeys(self.added)
        return ChangeSet(
            added=tuple(q for q in wanted if not contains(q)),
            removed=tuple(q for q in dict.fromkeys(self.removed) if q not in wanted and contains(q)),
        )

    def inverse(self) -> ChangeSet:
        """Return the change that takes a net change back."""
        return ChangeSet(added=self.removed, removed=self.added)

    def quads(self) -> Iterator[Quad]:
        """Return every quad, removed and added."""
        yield from self.removed
        yield from self.added

    def touched(self) -> set[str]:
        """Return the IRIs of the things it speaks of: its subjects, fragments dropped, blank nodes left out."""
        return {*things_of(self.removed), *things_of(self.added)}

    def touches_more_than(self, things: int) -> bool:
        """Return whether the change speaks of more than that many things; counting stops there."""
        seen: set[str] = set()
        for thing in chain(things_of(self.removed), things_of(self.added)):
            seen.add(thing)
            if len(seen) > things:
                return True
        return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What is said of a change: by whom, what kind of write, and why.

    `kind` is one word (`reference-set`, `import`, `undo`, `update` …). `attachments` are files kept with
    the log, role to SHA-256 in hexadecimal. `undoes` is the version an undo takes back. `piece` is the name of the
    piece of work that the change belongs to, where it was given.
    """

    agent: str
    kind: str
    message: str = ""
    undoes: Version | None = None
    piece: str | None = None
    attachments: Mapping[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry of the log: a net change set, the version it made, and what is said of it.

    `id` is an IRI (`urn:uuid:…`), `at` an aware time in UTC; `previous` the id of the entry before.
    """

    version: Version
    id: str
    previous: str | None
    at: datetime
    note: Note
    change: ChangeSet
