"""Show what wants a curator: the queues with their counts, and the items of each."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, Response

from commonplace.derived.graph.snapshot import Snapshot
from commonplace.errors import NotFound
from commonplace.library.curation_schemas import QueueItem, QueueSummary
from commonplace.library.queues.queue import Queue
from commonplace.library.schemas import Page
from commonplace.web import answers
from commonplace.web.context import Context, ContextDep
from commonplace.web.http.negotiation import JSON, choose_of_list
from commonplace.web.http.parameters import At, Cursor, Limit, only_known_parameters
from commonplace.web.in_workers import EXPORT_TIMES, Cost, WorkerRoute, costly, in_large_library, in_worker
from commonplace.web.kept_counts import HEADER, KeptCount

router = APIRouter(tags=["curation"], dependencies=[Depends(only_known_parameters)], route_class=WorkerRoute)

QueueName = Annotated[str, Path(description="a name in `/queues`")]


@router.get("/queues", response_model=Page[QueueSummary], summary="What wants a curator")
@router.get("/queues.json", include_in_schema=False)
@costly(Cost(when=in_large_library))
def queues(request: Request, context: ContextDep, limit: Limit = 50, cursor: Cursor = None, at: At = None) -> Response:
    """Answer with the queues, in the order in which a curator would take them, and the number of items in each.

    To count duplicates and suggestions all works are compared. In a large library their counts are those of the last
    time that the queue was asked for (`counted_at`), absent before; `is_behind` says that there are later versions.
    """
    form = choose_of_list(request, [JSON])
    page = answers.part(request, context.queues.all, lambda queue: queue.name, limit, cursor)
    is_large = in_large_library(context, request) or (in_worker(request) and at is None)
    if not is_large and at is None:
        _prepare(page.items)

    def make(snapshot: Snapshot) -> bytes:
        return Page[QueueSummary](
            items=[_summary(queue, _count(context, queue, snapshot, is_large), snapshot) for queue in page.items],
            total=len(context.queues.all),
            complete="complete",
            version=snapshot.version,
            next=page.next,
        ).json_bytes()

    return answers.versioned(request, form, at, make, finish=page.link)


@router.get("/queues/{name}", response_model=Page[QueueItem], summary="One queue")
@router.get("/queues/{name}.json", include_in_schema=False)
@costly(Cost(when=in_large_library, times=EXPORT_TIMES))
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
    if at is None:
        asked.prepare()
    told: list[str] = []
    pages: list[answers.Slice[QueueItem]] = []

    def make(snapshot: Snapshot) -> bytes:
        rows = asked.rows(snapshot, context.minter)
        part = answers.part(request, rows, lambda row: " ".join(row.order), limit, cursor)
        pages[:] = [answers.Slice([], part.next)]
        if asked.is_compared:
            told[:] = [context.kept_counts.keep(name, len(rows), snapshot.version)]
        return Page[QueueItem](
            items=asked.items(snapshot, part.items, context.minter),
            total=len(rows),
            complete="complete",
            version=snapshot.version,
            next=part.next,
        ).json_bytes()

    def finish(response: Response) -> None:
        pages[0].link(response)
        if told and in_worker(request):
            response.headers[HEADER] = told[0]

    return answers.versioned(request, form, at, make, finish=finish)


def _prepare(queues: Iterable[Queue]) -> None:
    """Make what counting needs, before the state is read."""
    for queue in queues:
        queue.prepare()


def _count(context: Context, queue: Queue, snapshot: Snapshot, is_large: bool) -> KeptCount | None:
    """Return the number of items of a queue; where all works of a large library are compared for it, that kept."""
    if queue.is_compared and is_large:
        return context.kept_counts.of(queue.name)
    return KeptCount(queue.count(snapshot, context.minter), snapshot.version)


def _summary(queue: Queue, counted: KeptCount | None, snapshot: Snapshot) -> QueueSummary:
    return QueueSummary(
        name=queue.name,
        label=queue.label,
        what=queue.what,
        count=counted and counted.items,
        counted_at=counted and counted.version,
        is_behind=counted is not None and counted.version < snapshot.version,
        address=f"/queues/{queue.name}",
    )
