"""Describe a queue: what stands in it, how its rows are found, and which calls solve each of them.

What was solved is not found any more. Most queues are a pattern on the graph (`of_pattern`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, NamedTuple

from pyoxigraph import Literal, NamedNode

from commonplace.derived.graph.snapshot import PROLOGUE, Snapshot
from commonplace.library.curation_schemas import QueueItem, Solution
from commonplace.library.evidence import label_of
from commonplace.library.schemas import Link
from commonplace.library.selection import count_of
from commonplace.model.minter import Minter


class Row(NamedTuple):
    """An item of a queue: a thing, another that it is about, a field of it, a detail (a text or a name), and why."""

    thing: NamedNode
    about: NamedNode | None = None
    field: str | None = None
    detail: str | None = None
    why: str | None = None

    @property
    def order(self) -> tuple[str, str, str, str]:
        """Return what the rows of a queue are sorted by."""
        return self.thing.value, self.about.value if self.about else "", self.field or "", self.detail or ""


Find = Callable[[Snapshot, Minter], Iterable[Row]]
"""Return the rows of a queue, in any order."""

Count = Callable[[Snapshot, Minter], int]
"""Return the number of rows."""

Calls = Callable[[Snapshot, Row, Minter], list[Solution]]
"""Return the calls of which each solves a row, the usual one first."""


@dataclass(frozen=True, slots=True)
class Queue:
    """A queue: its name, what stands in it and what to do, its rows, and the calls that solve one."""

    name: str
    label: str
    what: str
    find: Find
    calls: Calls
    count: Count
    is_compared: bool = False
    """Whether all works are compared to find its rows, so that in a large library its count is kept."""
    prepare: Callable[[], object] = tuple
    """Make what finding the rows of the newest version needs, before they are read."""

    def rows(self, snapshot: Snapshot, minter: Minter) -> list[Row]:
        """Return the rows in order: by thing, by what it is about, by field and detail."""
        return sorted(set(self.find(snapshot, minter)), key=lambda row: row.order)

    def items(self, snapshot: Snapshot, rows: Sequence[Row], minter: Minter) -> list[QueueItem]:
        """Return rows as JSON has them, each with the calls that solve it."""
        return [self._item(snapshot, row, minter) for row in rows]

    def _item(self, snapshot: Snapshot, row: Row, minter: Minter) -> QueueItem:
        solve, *others = self.calls(snapshot, row, minter)
        return QueueItem(
            thing=_link(snapshot, row.thing, minter),
            kind=(minter.kind_and_key(row.thing.value) or ("node",))[0],
            about=_link(snapshot, row.about, minter) if row.about else None,
            field=row.field,
            detail=row.detail,
            why=row.why,
            solve=solve,
            or_else=others or None,
        )


def of_pattern(name: str, label: str, what: str, pattern: str, calls: Calls) -> Queue:
    """Return the queue of what fits a pattern: it binds `?thing`, and `?about` and `?detail` where there are such."""
    items = f"SELECT DISTINCT ?thing ?about ?detail WHERE {{ {pattern} }}"
    return Queue(name, label, what, partial(_matching, items), calls, partial(_count, items))


def of_function(name: str, label: str, what: str, find: Find, calls: Calls) -> Queue:
    """Return the queue of the rows that a function finds."""

    def count(snapshot: Snapshot, minter: Minter) -> int:
        return len(set(find(snapshot, minter)))

    return Queue(name, label, what, find, calls, count)


def compared(name: str, label: str, what: str, find: Find, calls: Calls, *, prepare: Callable[[], object]) -> Queue:
    """Return the queue of the rows that a function finds by comparing all works."""
    found = of_function(name, label, what, find, calls)
    return replace(found, is_compared=True, prepare=prepare)


def calling(method: str, address: str, *bodies: str) -> Calls:
    """Return the one call of each row of a queue.

    In the address and in the bodies that it may be sent, `{key}` and `{about}` are the keys of a row's things, and
    `{detail}` is its detail.
    """

    def calls(snapshot: Snapshot, row: Row, minter: Minter) -> list[Solution]:
        filled = [filled_in(one, row, minter) for one in (address, *bodies)]
        return [Solution(method=method, address=filled[0], bodies=filled[1:] or None)]

    return calls


def filled_in(text: str, row: Row, minter: Minter) -> str:
    """Return a text with the keys and the detail of a row."""
    about = minter.key(row.about.value) if row.about else ""
    return (
        text.replace("{key}", minter.key(row.thing.value))
        .replace("{about}", about)
        .replace("{detail}", json.dumps(row.detail or "", ensure_ascii=False)[1:-1])
    )


def patch(kind_address: str, *bodies: dict[str, Any]) -> Solution:
    """Return the call that edits a thing, with what it may be sent."""
    return Solution(
        method="PATCH", address=kind_address, bodies=[json.dumps(body, ensure_ascii=False) for body in bodies]
    )


def _matching(items: str, snapshot: Snapshot, minter: Minter) -> Iterable[Row]:
    for found in snapshot.select(f"{PROLOGUE}{items}"):
        thing, about, detail = found["thing"], found["about"], found["detail"]
        if isinstance(thing, NamedNode):
            yield Row(
                thing,
                about if isinstance(about, NamedNode) else None,
                detail=detail.value if isinstance(detail, Literal | NamedNode) else None,
            )


def _count(items: str, snapshot: Snapshot, minter: Minter) -> int:
    return count_of(snapshot, f"{PROLOGUE}SELECT (COUNT(*) AS ?n) WHERE {{ {items} }}")


def _link(snapshot: Snapshot, node: NamedNode, minter: Minter) -> Link:
    return Link(iri=node.value, key=minter.key(node.value), label=label_of(snapshot, node))
