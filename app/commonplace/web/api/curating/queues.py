"""Show what wants a curator: the queues with their counts, and the items of each."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from fastapi import Depends, Path, Request, Response

from commonplace.derived.graph.snapshot import Snapshot
from commonplace.errors import Message, NotFound
from commonplace.library.curation_schemas import QueueItem, QueueSummary
from commonplace.library.queues.queue import Queue
from commonplace.library.schemas import Page
from commonplace.web import answers
from commonplace.web.context import Context, ContextDep
from commonplace.web.http.negotiation import JSON, choose_of_list
from commonplace.web.http.parameters import At, Cursor, Limit, only_known_parameters
from commonplace.web.http.router import Router
from commonplace.web.in_workers import EXPORT_TIMES, Cost, WorkerRoute, costly, in_large_library, in_worker
from commonplace.web.kept_counts import HEADER, KeptCount

router = Router(tags=["curation"], dependencies=[Depends(only_known_parameters)], route_class=WorkerRoute)

QueueName = Annotated[str, Path(description="a name in `/queues`")]


@router.get("/queues", response_model=Page[QueueSummary], summary="What wants a curator")
@router.get("/queues.json", include_in_schema=False)
@costly(Cost(when=in_large_library, times=EXPORT_TIMES, counts=True))
def queues(request: Request, context: ContextDep, limit: Limit = 50, cursor: Cursor = None, at: At = None) -> Response:
    """Answer with the queues, in the order in which a curator would take them, and the number of items in each.

    In a large library counting takes a while. There the counts are those that were counted last (`counted_at`), absent
    before; `is_behind` says that there are later versions, and that the queue is being counted again. To count
    duplicates and suggestions all works are compared: they are counted when the queue itself is asked for.
    """
    form = choose_of_list(request, [JSON])
    page = answers.part(request, context.queues.all, lambda queue: queue.name, limit, cursor)
    is_large = in_large_library(context, request) or (in_worker(request) and at is None)
    is_kept = is_large and at is None and not in_worker(request)
    if not is_large and at is None:
        _prepare(page.items)
    told: list[str] = []
    items: list[QueueSummary] = []

    def make(snapshot: Snapshot) -> bytes:
        counts = {
            queue.name: context.kept_counts.of(queue.name) if is_kept else _count(context, queue, snapshot, is_large)
            for queue in page.items
        }
        items[:] = [_summary(queue, counts[queue.name], snapshot) for queue in page.items]
        if at is None and in_worker(request):
            counted = [(queue.name, counts[queue.name]) for queue in page.items if not queue.is_compared]
            told[:] = [context.kept_counts.keep(name, *count) for name, count in counted if count is not None]
        return Page[QueueSummary](
            items=items,
            total=len(context.queues.all),
            complete="complete",
            version=snapshot.version,
            next=page.next,
        ).json_bytes()

    def finish(response: Response) -> None:
        page.link(response)
        for count in told:
            response.headers.append(HEADER, count)
        if is_kept and any(one.count is None or one.is_behind for one in items):
            del response.headers["ETag"], response.headers["Commonplace-Version"]  # the version alone has other counts
            response.headers["Cache-Control"] = "no-store"

    return answers.versioned(request, form, at, make, finish=finish)


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
        raise no_queue(context, name)
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


def no_queue(context: Context, name: str) -> NotFound:
    """Return the refusal of a queue that there is not, which names those that there are."""
    return NotFound(
        Message(
            "there is no queue %(name)r; there are: %(queues)s", name=name, queues=", ".join(context.queues.by_name)
        )
    )
