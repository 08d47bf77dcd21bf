"""Show what wants a curator and what changed of late, and take back the last change."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Query, Request, Response

from commonplace.derived.graph.snapshot import Snapshot
from commonplace.errors import NotFound
from commonplace.exchange.decisions import Asked, chosen
from commonplace.library.changes import brief
from commonplace.library.history_schemas import Change
from commonplace.model.change import Version
from commonplace.web.context import Context, ContextDep
from commonplace.web.desk.forms import form_of
from commonplace.web.desk.pages import AtDesk, Curating, desk_page, desk_router, own_address, see_other
from commonplace.web.http.threads import in_writer

router = desk_router()

SHOWN = 12
"""Number of changes at the beginning of the desk, which links to all."""

Done = Annotated[int | None, Query(ge=1, description="a version that was just made")]


@router.get("/desk")
def desk(request: Request, context: ContextDep, token: AtDesk, done: Done = None) -> Response:
    """Show the queues with their counts, and the changes of late."""
    log, minter = context.library.log, context.minter
    similar = context.similar.of(context.library.graph_at())

    def read(snapshot: Snapshot) -> dict[str, Any]:
        return {
            "version": snapshot.version,
            "queues": [(queue, queue.count(snapshot, minter)) for queue in context.queues.all],
            "duplicates": len(chosen(snapshot, similar.value, Asked(), minter)),
        }

    shown = context.library.read(read)
    head = context.library.newest()
    changes = [brief(log, Version(number)) for number in range(head, max(0, head - SHOWN), -1)]
    return desk_page(request, "desk.html", changes=changes, done=done_change(context, done), **shown)


@router.post("/desk/undo")
async def undo(request: Request, context: ContextDep, token: Curating) -> Response:
    """Take a version back, and say what had to stay."""
    form = await form_of(request)
    version, back = form.number("version"), own_address(form.text("back"))
    if not version:
        raise NotFound("there is no version 0: the first is 1")
    undone = await in_writer(context, lambda: context.committer.undo(Version(version), token.name))
    made = undone.entry.version if undone.entry else None
    if undone.kept or made is None:
        return desk_page(request, "undone.html", version=version, made=made, kept=undone.kept, back=back)
    return see_other(back, done=made)


def done_change(context: Context, version: int | None) -> Change | None:
    """Return what a version did that was just made; None where there is none of that number."""
    if version is None or version > context.library.newest():
        return None
    return brief(context.library.log, Version(version))
