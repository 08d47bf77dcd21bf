"""Show what wants a curator, one queue at a time, each item with the page where it is mended."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from fastapi import Request, Response

from commonplace.derived.graph.snapshot import Snapshot
from commonplace.errors import NotFound
from commonplace.library.curation_schemas import QueueItem
from commonplace.library.queues.queue import Queue
from commonplace.web import answers
from commonplace.web.context import Context, ContextDep
from commonplace.web.desk.pages import AtDesk, desk_page, desk_router
from commonplace.web.desk.start import Done, done_change
from commonplace.web.desk.things import PLURALS, desk_address
from commonplace.web.http.parameters import Cursor, Limit

router = desk_router()


def queue_named(context: Context, name: str) -> Queue:
    """Return a queue. Raises `NotFound`, naming those that there are."""
    there = context.queues.by_name
    if name not in there:
        raise NotFound(f"there is no queue {name!r}; there are: {', '.join(there)}")
    return there[name]


@router.get("/desk/queues/{name}")
def queue(
    request: Request,
    context: ContextDep,
    token: AtDesk,
    name: str,
    limit: Limit = 50,
    cursor: Cursor = None,
    done: Done = None,
) -> Response:
    """List the items of a queue, each with a link to where it is solved."""
    asked = queue_named(context, name)

    def read(snapshot: Snapshot) -> dict[str, Any]:
        rows = asked.rows(snapshot, context.minter)
        part = answers.part(request, rows, lambda row: " ".join(row.order), limit, cursor)
        items = asked.items(snapshot, part.items, context.minter)
        return {
            "items": [(item, mended_at(asked, item)) for item in items],
            "total": len(rows),
            "further": part.next and "?" + part.next.partition("?")[2],
        }

    shown = context.library.read(read)
    return desk_page(request, "queue.html", queue=asked, done=done_change(context, done), **shown)


def mended_at(asked: Queue, item: QueueItem) -> str:
    """Return the address of the page of the desk where an item of a queue is solved."""
    key = quote(item.thing.key, safe="/")
    if item.kind == "evidence":
        return f"/desk/review/{key}?queue={asked.name}"
    if item.solve.address == "/evidence":
        return f"/desk/new/evidence?work={quote(item.thing.key)}"
    if item.about and item.solve.address == f"/works/{item.about.key}":
        return f"/desk/works/{quote(item.about.key, safe='/')}"
    kind = item.kind
    return desk_address(kind, item.thing.key) if kind in PLURALS else item.thing.iri
