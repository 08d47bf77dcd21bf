"""Show how far an import is, as JSON and as events, and stop it: `/imports/jobs/{id}`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends, Path, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from commonplace.errors import Message, NotFound
from commonplace.exchange.jobs import Job, JobState
from commonplace.exchange.receipts import Receipt
from commonplace.home.tokens import Role
from commonplace.library.schemas import Completeness
from commonplace.web import answers
from commonplace.web.api.history.receipts import RECEIPT_FORMS, table_bytes
from commonplace.web.api.history.receipts import SHOWN as RECEIPT_SHOWN
from commonplace.web.context import ContextDep
from commonplace.web.http.authorization import WriterDep, forbidden
from commonplace.web.http.negotiation import JSON, Representation, choose, choose_of_list
from commonplace.web.http.parameters import Cursor, Limit, only_known_parameters
from commonplace.web.http.problems import HttpProblem, kind_of
from commonplace.web.http.router import Router

router = Router(tags=["writing"], dependencies=[Depends(only_known_parameters)])

EVENTS = Representation("events", "text/event-stream", ".events")
LOOK_SECONDS = 0.1
"""Time between two looks at a job for its events."""
QUIET_SECONDS = 15.0
"""Maximum time without an event; then a comment is sent, so that no proxy takes the connection for dead."""

JobId = Annotated[str, Path(description="from the Location of a 202", examples=["6f1c2f0e8f3b4c1d9a7b5e2d4c6f8a90"])]


class JobProblem(BaseModel):
    """The problem of a job that ended without a receipt (members of RFC 9457)."""

    title: str
    status: int
    detail: str
    errors: list[dict[str, str]] = []


class JobStatus(BaseModel):
    """The progress of an import. `done` and `total` count entries; `receipt` is an address, once the import is done."""

    id: str
    state: JobState
    file: str
    dry_run: bool
    created: datetime
    done: int
    total: int
    receipt: str | None = None
    problem: JobProblem | None = None


_EXAMPLE = {
    "id": "6f1c2f0e8f3b4c1d9a7b5e2d4c6f8a90",
    "state": "running",
    "file": "anthology.bib",
    "dry_run": False,
    "created": "2026-01-31T12:00:00Z",
    "done": 1200,
    "total": 3644,
}
_SHOWN: dict[int | str, dict[str, Any]] = {200: {"content": {"application/json": {"example": _EXAMPLE}}}}


class JobList(BaseModel):
    """A page of the imports that the server knows of. It has no version: it changes by itself."""

    items: list[JobStatus]
    total: int
    complete: Completeness = "complete"
    next: str | None

    def text(self) -> str:
        """Return the JSON, without absent values; `next` is null on the last page, so that a client need not guess."""
        text = self.model_dump_json(exclude_none=True)
        return text if self.next else text[:-1] + ',"next":null}'


@router.get("/imports/jobs", response_model=JobList, summary="The imports under way, and those done of late")
@router.get("/imports/jobs.json", include_in_schema=False)
def list_jobs(request: Request, context: ContextDep, limit: Limit = 50, cursor: Cursor = None) -> Response:
    """Answer with the imports since the server began, the newest first; a preview is known to whoever began it."""
    choose_of_list(request, [JSON])
    jobs = context.jobs.written()
    page = answers.part(request, jobs, lambda job: job.id, limit, cursor)
    found = JobList(items=list(map(job_status, page.items)), total=len(jobs), next=page.next)
    response = Response(found.text(), media_type=JSON.media_type, headers={"Cache-Control": "no-store"})
    page.link(response)
    return response


@router.get("/imports/jobs/{id}", response_model=JobStatus, responses=_SHOWN, summary="How far an import is")
@router.get("/imports/jobs/{id}.json", include_in_schema=False)
def status(request: Request, context: ContextDep, id: JobId) -> Response:
    """Answer with the status of a job, until the server stops; its receipt is kept for ever (`receipt`)."""
    choose(request, [JSON])
    return status_response(context.jobs.job(id), 200)


@router.get(
    "/imports/jobs/{id}/receipt",
    response_model=Receipt,
    responses=RECEIPT_SHOWN,
    summary="The receipt of an import or a dry run",
)
def receipt(request: Request, context: ContextDep, id: JobId) -> Response:
    """Answer with the receipt of a job, as JSON or as a table; 404 until there is one.

    The receipt of a dry run is here only.
    """
    form = choose(request, RECEIPT_FORMS)
    job = context.jobs.job(id)
    if job.receipt is None or job.state is not JobState.DONE:
        raise NotFound(
            Message("the import job %(id)r has no receipt; it is %(state)s", id=id, state=Message(job.state.value))
        )
    if form is JSON:
        return receipt_response(job.receipt, 200)
    return Response(table_bytes(job.receipt), media_type=form.media_type)


@router.get(
    "/imports/jobs/{id}/events",
    response_class=StreamingResponse,
    responses={200: {"content": {EVENTS.media_type: {"schema": {"type": "string"}}}}},
    summary="How far an import is, as events",
)
def events(request: Request, context: ContextDep, id: JobId) -> Response:
    """Send events named `status`, each with the whole status as JSON; the last says how the import ended.

    When the server is told to stop the stream ends before that, and so does an import that has not begun to commit.
    """
    choose(request, [EVENTS])
    job = context.jobs.job(id)
    told = _events_of(job, request.app.state.stopping)
    return StreamingResponse(told, media_type=EVENTS.media_type, headers={"Cache-Control": "no-store"})


@router.delete(
    "/imports/jobs/{id}",
    status_code=202,
    response_model=JobStatus,
    responses={
        401: {"description": "No token, or one that is not known"},
        403: {"description": "A contributor's token, and another's import"},
        409: {"description": "It is over already"},
    },
    summary="Stop an import before it is written",
)
async def cancel(context: ContextDep, token: WriterDep, id: JobId) -> Response:
    """Stop an import: it leaves nothing, unless it had begun to commit; its state says which."""
    job = context.jobs.job(id)
    if token.role is not Role.CURATOR and token.name != job.agent:
        raise forbidden(token, "only a curator, or whoever began the import, may cancel it")
    if job.over and job.state is not JobState.CANCELLED:
        over = Message("the import job %(id)r is over: %(state)s", id=id, state=Message(job.state.value))
        if job.receipt and job.receipt.undo:
            over = Message("%(over)s; take it back with POST %(address)s", over=over, address=job.receipt.undo)
        raise HttpProblem(409, over)
    job.cancel()
    return status_response(job, 202)


def job_address(job: Job) -> str:
    """Return the address of the status of a job."""
    return f"/imports/jobs/{job.id}"


def receipt_address(job: Job) -> str:
    """Return the address of the receipt of a job that is done."""
    if job.receipt is not None and job.receipt.id is not None:
        return f"/imports/{job.receipt.id}"
    return f"{job_address(job)}/receipt"


def status_response(job: Job, code: int) -> Response:
    """Return the status of a job as a response that no cache keeps, since it changes."""
    headers = {"Cache-Control": "no-store"}
    return Response(status_text(job), status_code=code, media_type=JSON.media_type, headers=headers)


def receipt_response(receipt: Receipt, code: int) -> Response:
    """Return a receipt as a response."""
    return Response(receipt.json_text(), status_code=code, media_type=JSON.media_type)


def status_text(job: Job) -> str:
    """Return the status of a job as JSON, without absent values."""
    return job_status(job).model_dump_json(exclude_none=True)


def job_status(job: Job) -> JobStatus:
    """Return the status of a job."""
    over = job.over  # first: what is read after it is settled
    problem = None
    if over and job.fault is not None:
        kind = kind_of(job.fault)
        errors = [{"where": where, "why": why} for where, why in job.fault.errors]
        problem = JobProblem(title=kind.title, status=kind.status, detail=job.fault.detail, errors=errors)
    return JobStatus(
        id=job.id,
        state=job.state if over or job.state is JobState.QUEUED else JobState.RUNNING,
        file=job.filename,
        dry_run=job.dry_run,
        created=job.created,
        done=job.done,
        total=job.total,
        receipt=receipt_address(job) if over and job.receipt is not None else None,
        problem=problem,
    )


async def _events_of(job: Job, stopping: asyncio.Event) -> AsyncIterator[str]:
    told, quiet = "", 0.0
    while True:
        over, now = job.over, status_text(job)
        if now != told:
            yield f"event: status\ndata: {now}\n\n"
            told, quiet = now, 0.0
        if over:
            return
        if quiet >= QUIET_SECONDS:
            yield ": still here\n\n"
            quiet = 0.0
        if stopping.is_set():
            yield ": the server is stopping\n\n"
            return
        await asyncio.sleep(LOOK_SECONDS)
        quiet += LOOK_SECONDS
