"""Serve what a monitoring system asks for: whether the server is up, and numbers."""

from __future__ import annotations

import anyio
from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from fastapi import Depends, Request, Response
from starlette.responses import PlainTextResponse

from commonplace import __version__
from commonplace.library import Library
from commonplace.web.context import ContextDep
from commonplace.web.http.parameters import only_known_parameters
from commonplace.web.http.router import Router
from commonplace.web.metrics import MEDIA_TYPE, Metrics

router = Router(tags=["about"], dependencies=[Depends(only_known_parameters)])

LOOK_SECONDS = 0.25
"""Maximum time that `/healthz` waits for the library to take in a version: a check that hangs tells nothing."""


@router.get("/healthz", summary="Whether the server is up")
async def healthz(context: ContextDep) -> dict[str, object]:
    """Answer 200 when the server is up.

    `degraded` when something derived from the log could not be made or kept: `problems` says what, why and since when.
    Nothing is lost then; starts and answers may be slower. So it is too when files of kept texts are missing or
    damaged: the other texts are searched then.
    """
    library = context.library
    problems = library.health.problems()
    found: dict[str, object] = {
        "status": "degraded" if problems else "ok",
        "version": await _version_now(library),
        "software": __version__,
    }
    if problems:
        found["problems"] = [
            {"what": one.what, "why": one.why, "since": one.since.isoformat(timespec="seconds")} for one in problems
        ]
    return found


async def _version_now(library: Library) -> int:
    """Return the newest version that can be read; it waits neither for the threads that answer nor for a big change."""
    with anyio.move_on_after(LOOK_SECONDS):
        await run_sync(library.newest, abandon_on_cancel=True, limiter=CapacityLimiter(1))
    return library.graph.version


@router.get(
    "/metrics",
    summary="Numbers for a monitoring system",
    response_class=PlainTextResponse,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
async def metrics(request: Request) -> Response:
    """Answer in the text format of Prometheus: requests, queues, workers, threads, imports, memory, the library."""
    shown: Metrics = request.app.state.metrics
    text = await run_sync(shown.text, limiter=CapacityLimiter(1))
    return Response(text, headers={"Content-Type": MEDIA_TYPE})
