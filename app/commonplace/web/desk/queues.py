"""Show what wants a curator, one queue at a time, each item with the page where it is mended."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from fastapi import Request, Response

from commonplace.derived.graph.snapshot import Snapshot, Update
from commonplace.errors import Message, NotFound
from commonplace.library.curation_schemas import QueueItem
from commonplace.library.queues.queue import Queue
from commonplace.model.change import Entry
from commonplace.web import answers
from commonplace.web.context import Context, ContextDep
from commonplace.web.desk.forms import form_of
from commonplace.web.desk.pages import AtDesk, Curating, desk_page, desk_router, see_other
from commonplace.web.desk.start import Done, done_change
from commonplace.web.desk.things import PLURALS, desk_address
from commonplace.web.http.parameters import Cursor, Limit
from commonplace.web.http.threads import in_writer
from commonplace.web.pages.words.called import candidates_called
from commonplace.web.pages.words.languages import language_of

router = desk_router()


def queue_named(context: Context, name: str) -> Queue:
    """Return a queue. Raises `NotFound`, naming those that there are."""
    there = context.queues.by_name
    if name not in there:
        raise NotFound(Message("there is no queue %(name)r; there are: %(queues)s", name=name, queues=", ".join(there)))
    return there[name]


@router.get("/desk/queues")
def queues() -> Response:
    """Lead to the desk, which lists the queues."""
    return see_other("/desk")


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
        keys = [item.detail for item in items if item.kind == "citation" and item.detail]
        return {
            "called": candidates_called(snapshot, keys, context.minter, language_of(request)),
            "items": [(item, mended_at(asked, item), is_update(item)) for item in items],
            "total": len(rows),
            "further": part.next and "?" + part.next.partition("?")[2],
        }

    shown = context.library.read(read)
    return desk_page(request, "queue.html", queue=asked, done=done_change(request, context, done), **shown)


@router.post("/desk/queues/{name}")
async def solve(request: Request, context: ContextDep, token: Curating, name: str) -> Response:
    """Solve an item of a queue by the update that the queue has for it, and show the rest."""
    asked = queue_named(context, name)
    form = await form_of(request)
    thing, detail = form.text("thing"), form.text("detail")

    def write() -> Entry | None:
        items = context.library.read(lambda one: asked.items(one, asked.rows(one, context.minter), context.minter))
        chosen = next((item for item in items if item.thing.iri == thing and (item.detail or "") == detail), None)
        if chosen is None or not is_update(chosen):
            raise NotFound("this stands in the queue no more: somebody has solved it")
        assert chosen.solve.bodies
        return context.updates.update(Update(chosen.solve.bodies[0]), token.name, f"{asked.label}: {detail}")

    entry = await in_writer(context, write)
    return see_other(f"/desk/queues/{name}", done=entry.version if entry else None)


def is_update(item: QueueItem) -> bool:
    """Return whether an item is solved by an update that leaves nothing to be filled in."""
    return item.solve.media_type == "application/sparql-update" and bool(item.solve.bodies)


def mended_at(asked: Queue, item: QueueItem) -> str:
    """Return the address of the page of the desk where an item of a queue is solved."""
    key = quote(item.thing.key, safe="/")
    if item.solve.address.startswith("/duplicates/"):
        return f"/desk{item.solve.address}"
    if item.kind == "decision":
        return f"/desk/duplicates/{key}"
    if item.kind == "evidence":
        return f"/desk/review/{key}?queue={asked.name}"
    if item.solve.address == "/evidence":
        return f"/desk/new/evidence?work={quote(item.thing.key)}"
    if item.about and item.solve.address == f"/works/{item.about.key}":
        return f"/desk/works/{quote(item.about.key, safe='/')}" + (f"#f-{item.detail}" if item.kind == "doubt" else "")
    kind = item.kind
    return desk_address(kind, item.thing.key) if kind in PLURALS else item.thing.iri
