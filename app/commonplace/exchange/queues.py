"""Gather the queues of a library, in the order in which a curator would take them.

Most are patterns on the graph or found in it (`commonplace.library.queues`); import conflicts are read from the
receipts, and what is imperfect by the shapes.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pyoxigraph import NamedNode

from commonplace.curation.shacl.validation import read_shapes
from commonplace.curation.shacl.warnings import warnings
from commonplace.derived.graph.snapshot import Snapshot
from commonplace.exchange.import_conflicts import ImportConflicts, calls_of_conflict
from commonplace.library import Library
from commonplace.library.curation_schemas import Solution
from commonplace.library.queues.advisories import CLASHES_WITH_NOTE, QUOTE_WITHOUT_TERM
from commonplace.library.queues.dangling import DANGLING_REFERENCES
from commonplace.library.queues.followed import UNREAD_ON_FOLLOWED
from commonplace.library.queues.patterns import (
    NEVER_READ,
    OF_EVIDENCE,
    OF_RECORDS,
    OF_RETRACTED,
    PROPOSED,
    PROPOSED_DECISIONS,
)
from commonplace.library.queues.queue import Queue, Row, of_function, patch
from commonplace.model.minter import Minter
from commonplace.model.namespaces import DCTERMS, PRISM, SKOS

_MEMBERS: dict[NamedNode, tuple[str, object]] = {
    DCTERMS["title"]: ("title", "…"),
    PRISM["isbn"]: ("isbn", ["…"]),
    PRISM["issn"]: ("issn", ["…"]),
    SKOS["prefLabel"]: ("labels", {"en": "…", "fr": "…"}),
    SKOS["definition"]: ("definitions", {"en": "…", "fr": "…"}),
}
"""Members of things that the properties of the shapes are edited by, and what each may be given."""

_PLURALS = {
    "work": "works",
    "venue": "venues",
    "concept": "concepts",
    "person": "people",
    "organization": "organizations",
}


class Queues:
    """The queues of one library. Safe to share between threads."""

    def __init__(self, library: Library, shapes: Path, *compared: Queue) -> None:
        """Gather the queues, with those that are found by comparing all works (`compared_queues`)."""
        self._shapes = shapes
        conflicts = ImportConflicts(library)
        self.all: tuple[Queue, ...] = (
            PROPOSED,
            PROPOSED_DECISIONS,
            of_function(
                "import-conflicts",
                "Import conflicts",
                "Values of imported entries that the library did not take, because it holds another: set the value "
                "aside, or take it.",
                conflicts.open,
                calls_of_conflict,
            ),
            *OF_EVIDENCE,
            CLASHES_WITH_NOTE,
            QUOTE_WITHOUT_TERM,
            *OF_RETRACTED,
            *OF_RECORDS,
            DANGLING_REFERENCES,
            of_function(
                "shape-violations",
                "What the shapes find wanting",
                "Things that lack something or have it in a form that is not right, in the words of the shapes. (What "
                "would corrupt the library is refused when it is written, and found by `commonplace check`.)",
                self._imperfect,
                _complete,
            ),
            *compared,
            UNREAD_ON_FOLLOWED,
            NEVER_READ,
        )
        self.by_name = {queue.name: queue for queue in self.all}

    def _imperfect(self, snapshot: Snapshot, minter: Minter) -> Iterator[Row]:
        for found in warnings(snapshot, read_shapes(self._shapes, minter.base)):
            field = _MEMBERS[NamedNode(found.path)][0] if found.path else None
            yield Row(NamedNode(found.node), field=field, detail=found.value, why=found.message)


def _complete(snapshot: Snapshot, row: Row, minter: Minter) -> list[Solution]:
    """Return the call that gives a thing what it lacks."""
    kind, key = minter.kind_and_key(row.thing.value) or ("work", "")
    value = next(value for member, value in _MEMBERS.values() if member == row.field)
    return [patch(f"/{_PLURALS[kind]}/{key}", {row.field or "": value})]
