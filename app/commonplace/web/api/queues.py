"""Show what wants a curator: the queues with their counts, and the items of each."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, Response

from commonplace.derived.graph.snapshot import Snapshot
from commonplace.errors import NotFound
from commonplace.library.curation_schemas import QueueItem, QueueSummary
from commonplace.library.queues.queue import Queue
from commonplace.library.schemas import Page
from commonplace.web import answers
from commonplace.web.context import ContextDep
from commonplace.web.http.negotiation import JSON, choose_of_list
from commonplace.web.http.parameters import At, Cursor, Limit, only_known_parameters
from commonplace.web.in_workers import Cost, WorkerRoute, costly, in_large_library

router = APIRouter(tags=["curation"], dependencies=[Depends(only_known_parameters)], route_class=WorkerRoute)

QueueName = Annotated[str, Path(description="a name in `/queues`")]


@router.get("/queues", response_model=Page[QueueSummary], summary="What wants a curator")
@router.get("/queues.json", include_in_schema=False)
@costly(Cost(when=in_large_library))
def queues(request: Request, context: ContextDep, limit: Limit = 50, cursor: Cursor = None, at: At = None) -> Response:
    """Answer with the queues, in the order in which a curator would take them, and the number of items in each."""
    form = choose_of_list(request, [JSON])
    page = answers.part(request, context.queues.all, lambda queue: queue.name, limit, cursor)

    def make(snapshot: Snapshot) -> bytes:
        return Page[QueueSummary](
            items=[_summary(queue, queue.count(snapshot, context.minter)) for queue in page.items],
            total=len(context.queues.all),
            complete="complete",
            version=snapshot.version,
            next=page.next,
        ).json_bytes()

    return answers.versioned(request, form, at, make, finish=page.link)


@router.get("/queues/{name}", response_model=Page[QueueItem], summary="One queue")
@router.get("/queues/{name}.json", include_in_schema=False)
@costly(Cost(when=in_large_library))
def queue(
    request: Request,
    context: ContextDep,
    name: QueueName,
    limit: Limit = 50,
    cursor: Cursor = None,
    at: At = None,
) -> Response:
    """Answer with the items of a queue: the thing, what it is about, a detail, and the call that solves it.

    What was solved stands in the queue no more.
    """
    form = choose_of_list(request, [JSON])
    asked = context.queues.by_name.get(name)
    if asked is None:
        raise NotFound(f"there is no queue {name!r}; there are: {', '.join(context.queues.by_name)}")
    pages: list[answers.Slice[QueueItem]] = []

    def make(snapshot: Snapshot) -> bytes:
        rows = asked.rows(snapshot, context.minter)
        part = answers.part(request, rows, lambda row: " ".join(row.order), limit, cursor)
        pages[:] = [answers.Slice([], part.next)]
        return Page[QueueItem](
            items=asked.items(snapshot, part.items, context.minter),
            total=len(rows),
            complete="complete",
            version=snapshot.version,
            next=part.next,
        ).json_bytes()

    return answers.versioned(request, form, at, make, finish=lambda response: pages[0].link(response))


def _summary(queue: Queue, count: int) -> QueueSummary:
    return QueueSummary(
        name=queue.name, label=queue.label, what=queue.what, count=count, address=f"/queues/{queue.name}"
    )
