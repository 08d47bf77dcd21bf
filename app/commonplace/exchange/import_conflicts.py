"""Find what entries of imported files said otherwise than the library, which kept its own value.

It is read from the receipts. A conflict is settled when the field has the value of the entry, when that value is among
those set aside (`set_aside` of the work), when the work is gone, or when the import was taken back.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from threading import Lock
from typing import NamedTuple

from pyoxigraph import Literal, NamedNode

from commonplace.derived.graph.merged import survivor_of
from commonplace.derived.graph.records import is_work, neighbourhood
from commonplace.derived.graph.snapshot import Snapshot
from commonplace.library import Library
from commonplace.library.curation_schemas import Solution
from commonplace.library.evidence import label_of
from commonplace.library.field_origins import predicates_of_works
from commonplace.library.queues.queue import Row, patch
from commonplace.model.change import Version
from commonplace.model.minter import Minter
from commonplace.model.record import HELD_VALUE_STAYS
from commonplace.model.roles import BY_CSL
from commonplace.model.set_aside import TERM as SET_ASIDE
from commonplace.model.set_aside import by_field, set_aside_text
from commonplace.model.work_reading import read_contributions

_BEFORE, _, _AFTER = HELD_VALUE_STAYS.partition("%(held)r")
_STAYS = re.compile(f"{re.escape(_BEFORE)}.*{re.escape(_AFTER)}", re.DOTALL)

_PEOPLE = {"author": "authors", "editor": "editors"}
"""Members of a work that hold the people of a role; those in any other role are its contributors."""


class ImportConflict(NamedTuple):
    """A value of an entry that the library did not take: of which work, of which field, and why."""

    work: str
    field: str
    value: str
    why: str


class ImportConflicts:
    """The conflicts of one library. The receipt of a version is read once. Safe to share between threads."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._known: dict[Version, tuple[Version | None, tuple[ImportConflict, ...]]] = {}
        """Of each version that was read, the one that it takes back, and the conflicts of its receipt."""
        self._reading = Lock()

    def open(self, snapshot: Snapshot, minter: Minter) -> Iterator[Row]:
        """Yield the conflicts that wait at the version of a snapshot."""
        taken_back: set[Version] = set()
        for number in range(snapshot.version, 0, -1):
            version = Version(number)
            undoes, conflicts = self._of_version(version)
            if version in taken_back:
                continue
            if undoes is not None:
                taken_back.add(undoes)
            for one in conflicts:
                if row := _open(snapshot, one, minter):
                    yield row

    def _of_version(self, version: Version) -> tuple[Version | None, tuple[ImportConflict, ...]]:
        with self._reading:
            if version not in self._known:
                note = self._library.log.header(version).note
                receipt = note.attachments.get("receipt")
                conflicts = tuple(self._read(version, receipt)) if receipt else ()
                self._known[version] = (note.undoes, conflicts)
            return self._known[version]

    def _read(self, version: Version, digest: str) -> Iterator[ImportConflict]:
        text = self._library.log.attachment(digest)
        if _BEFORE.encode() not in text:
            return
        receipt = json.loads(text)
        for item in receipt["items"]:
            for loss in item.get("losses", ()) if item.get("work") else ():
                if _STAYS.fullmatch(loss["why"]):
                    place = f"{receipt['file']}, line {item['line']} (import {version})"
                    yield ImportConflict(item["work"], loss["field"], loss["raw"], f"{place}: {loss['why']}")


def _open(snapshot: Snapshot, one: ImportConflict, minter: Minter) -> Row | None:
    """Return the row of a conflict; None where it is settled."""
    work = survivor_of(snapshot, NamedNode(one.work), minter)
    if not is_work(snapshot, work):
        return None
    aside = Literal(set_aside_text(one.field, one.value))
    if any(snapshot.triples(work, minter.term(SET_ASIDE), aside)) or one.value in _values(snapshot, work, one, minter):
        return None
    return Row(work, field=one.field, detail=one.value, why=one.why)


def _values(snapshot: Snapshot, work: NamedNode, one: ImportConflict, minter: Minter) -> Iterator[str]:
    """Yield what a work has of the field of a conflict, as texts like those of receipts."""
    if one.field in BY_CSL:
        people = read_contributions(neighbourhood(snapshot, work), work, minter)
        yield "; ".join(c.contributor.name.inverted for c in people if c.contributor.role == one.field)
    for name, predicate in predicates_of_works(minter):
        if name == one.field:
            for triple in snapshot.triples(work, predicate):
                if isinstance(triple.object, NamedNode):
                    yield label_of(snapshot, triple.object) or ""
                elif isinstance(triple.object, Literal):
                    yield triple.object.value


def calls_of_conflict(snapshot: Snapshot, row: Row, minter: Minter) -> list[Solution]:
    """Return the calls that settle a conflict: set the value of the entry aside, or take it."""
    field, value = row.field or "", row.detail or ""
    texts = (
        t.object.value for t in snapshot.triples(row.thing, minter.term(SET_ASIDE)) if isinstance(t.object, Literal)
    )
    there = by_field(texts).get(field, [])
    bodies: list[dict[str, object]] = [{"set_aside": {field: [*there, value]}}]
    if field in BY_CSL:
        bodies.append({_PEOPLE.get(field, "contributors"): ["…"]})
    elif any(name == field for name, _ in predicates_of_works(minter)):
        bodies.append({field: value})
    return [patch(f"/works/{minter.key(row.thing.value)}", *bodies)]
