"""Show what wants a curator and what changed of late, and take back the last change."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Annotated, Any

from fastapi import Query, Request, Response
from pyoxigraph import NamedNode

from commonplace.derived.graph.snapshot import Snapshot
from commonplace.errors import Message, NotFound
from commonplace.exchange.decisions import DuplicateFilter, chosen
from commonplace.library.changes import brief
from commonplace.library.evidence import label_of
from commonplace.library.queues.queue import Queue
from commonplace.model.change import ChangeSet, Version
from commonplace.web.context import Context, ContextDep
from commonplace.web.desk.forms import form_of
from commonplace.web.desk.pages import AtDesk, Curating, desk_page, desk_router, own_address, see_other
from commonplace.web.http.threads import in_writer
from commonplace.web.in_workers import in_large_library
from commonplace.web.pages.words.languages import language_of
from commonplace.web.pages.words.named_changes import named_changes

router = desk_router()

SHOWN = 12
"""Number of changes at the beginning of the desk, which links to all."""

UndoneVersion = Annotated[int, Query(ge=1, description="the version to take back")]

Done = Annotated[int | None, Query(ge=1, description="a version that was just made")]


@router.get("/desk")
def desk(request: Request, context: ContextDep, token: AtDesk, done: Done = None) -> Response:
    """Show the queues with their counts, and the changes of late."""
    log, head = context.library.log, context.library.newest()
    counts = context.queue_counts.of(
        head,
        lambda: _counted(context),
        lambda: _pairs(context),
        in_background=in_large_library(context, request),
    )
    changes = [brief(log, Version(number)) for number in range(head, max(0, head - SHOWN), -1)]
    return desk_page(
        request,
        "desk.html",
        changes=named_changes(context, changes, language_of(request)),
        done=done_change(request, context, done),
        counts=counts,
        version=head,
        queues=context.queues.all,
    )


def _counted(context: Context) -> Iterator[tuple[Queue, int]]:
    """Yield each queue with the number of its items, each counted at the newest version."""
    for queue in context.queues.all:
        queue.prepare()
        yield queue, context.library.read(partial(_count, queue, context))


def _count(queue: Queue, context: Context, snapshot: Snapshot) -> int:
    count = queue.count(snapshot, context.minter)
    if queue.is_compared:
        context.kept_counts.keep(queue.name, count, snapshot.version)
    return count


def _pairs(context: Context) -> int:
    """Return the number of pairs of works that may be one and wait for a decision."""
    similar = context.similar.of(context.library.graph_at()).value
    return len(context.library.read(lambda snapshot: chosen(snapshot, similar, DuplicateFilter(), context.minter)))


@router.get("/desk/undo")
def ask_undo(request: Request, context: ContextDep, token: Curating, version: UndoneVersion) -> Response:
    """Show what a version did, and ask whether to take it back; pages that anybody reads lead here."""
    if version > context.library.newest():
        raise NotFound(
            Message(
                "there is no version %(version)s: the newest is %(newest)s",
                version=version,
                newest=context.library.newest(),
            )
        )
    did = context.library.log.entry(Version(version)).change
    return desk_page(
        request,
        "undo.html",
        change=done_change(request, context, version),
        gone=len(did.added),
        back=len(did.removed),
        things=len(_things(did, context)),
    )


def _things(change: ChangeSet, context: Context) -> set[str]:
    """Return the IRIs of the things of the library of which a change says something, or no longer does."""
    begin = f"{context.minter.base}id/"
    subjects = (quad.subject for quad in (*change.added, *change.removed))
    named = (subject.value for subject in subjects if isinstance(subject, NamedNode))
    return {iri.partition("#")[0] for iri in named if iri.startswith(begin)}


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
        labels = context.library.read(
            lambda snapshot: {one.thing: label_of(snapshot, NamedNode(one.thing)) for one in undone.kept}
        )
        return desk_page(request, "undone.html", version=version, made=made, kept=undone.kept, labels=labels, back=back)
    return see_other(back, done=made)


def done_change(request: Request, context: Context, version: int | None) -> dict[str, Any] | None:
    """Return what a version did that was just made, with names; None where there is none of that number."""
    if version is None or version > context.library.newest():
        return None
    return named_changes(context, [brief(context.library.log, Version(version))], language_of(request))[0]
