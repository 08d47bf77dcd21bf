"""Show which items of a queue were solved, each with the version that did it, and how to take it back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fastapi import Depends, Request, Response
from pyoxigraph import NamedNode

from commonplace.derived.graph.snapshot import Snapshot
from commonplace.errors import Message, NotFound
from commonplace.library.curation_schemas import SolvedItem
from commonplace.library.evidence import label_of
from commonplace.library.queues.done import SIGNS, Solved
from commonplace.library.schemas import Link, Page
from commonplace.model.table_text import table_row
from commonplace.web import answers
from commonplace.web.api.curating.queues import QueueName, no_queue
from commonplace.web.context import Context, ContextDep
from commonplace.web.http.negotiation import CSV, JSON, choose_of_list
from commonplace.web.http.parameters import At, Cursor, Limit, only_known_parameters
from commonplace.web.http.router import Router
from commonplace.web.in_workers import WorkerRoute

router = Router(tags=["curation"], dependencies=[Depends(only_known_parameters)], route_class=WorkerRoute)

COLUMNS = ("version", "at", "agent", "message", "thing", "label", "about", "change", "undo", "undone_by")
"""Names of the columns of the table."""

_SHOWN: dict[int | str, dict[str, Any]] = {
    200: {"content": {CSV.media_type: {"schema": {"type": "string"}, "example": ",".join(COLUMNS) + "\r\n"}}}
}


@router.get(
    "/queues/{name}/done", response_model=Page[SolvedItem], responses=_SHOWN, summary="What was solved in a queue"
)
@router.get("/queues/{name}/done.csv", include_in_schema=False)
@router.get("/queues/{name}/done.json", include_in_schema=False)
def solved(
    request: Request, context: ContextDep, name: QueueName, limit: Limit = 50, cursor: Cursor = None, at: At = None
) -> Response:
    """Answer with the items that somebody solved, the latest first, read from the log: each with the version that did.

    One that was taken back since says so (`undone_by`). Imports are not among them. The log does not tell it of every
    queue: of quotes that say enough now, or of what the shapes found wanting.
    """
    form = choose_of_list(request, [JSON, CSV])
    if name not in context.queues.by_name:
        raise no_queue(context, name)
    if name not in SIGNS:
        raise NotFound(
            Message(
                "what was solved in %(name)r is not told by the log; it is of: %(signs)s",
                name=name,
                signs=", ".join(SIGNS),
            )
        )
    parts: list[answers.Slice[Solved]] = []

    def make(snapshot: Snapshot) -> bytes:
        found = context.solved.of(name, snapshot.version)
        part = answers.part(request, found, _position, limit, cursor)
        parts[:] = [part]
        items = [_item(context, snapshot, one) for one in part.items]
        if form is CSV:
            return _table(items).encode(errors="replace")
        return Page[SolvedItem](
            items=items, total=len(found), complete="complete", version=snapshot.version, next=part.next
        ).json_bytes()

    return answers.versioned(request, form, at, make, finish=lambda response: parts[0].link(response))


def _position(one: Solved) -> str:
    """Return what tells an item from others, in the order in which they are listed."""
    return f"{one.version} {one.thing} {one.about or ''}"


def _item(context: Context, snapshot: Snapshot, one: Solved) -> SolvedItem:
    note = (header := context.library.log.header(one.version)).note
    return SolvedItem(
        version=one.version,
        at=header.at.isoformat(),
        agent=note.agent,
        message=note.message,
        thing=_link(context, snapshot, one.thing),
        about=_link(context, snapshot, one.about) if one.about else None,
        change=f"/changes/{one.version}",
        undo=f"/changes/{one.version}/undo",
        undone_by=context.solved.undone_by(one.version, snapshot.version),
    )


def _link(context: Context, snapshot: Snapshot, iri: str) -> Link:
    return Link(iri=iri, key=context.minter.key(iri), label=label_of(snapshot, NamedNode(iri)))


def _table(items: Sequence[SolvedItem]) -> str:
    """Return items as CSV (RFC 4180) that is safe to open in a spreadsheet."""
    return "".join(map(table_row, (COLUMNS, *map(_cells, items))))


def _cells(one: SolvedItem) -> tuple[object, ...]:
    about = one.about.key if one.about else None
    row = (one.version, one.at, one.agent, one.message, one.thing.iri, one.thing.label, about)
    return (*row, one.change, one.undo, one.undone_by)
