"""Make SPARQL updates: one request, one version."""

from __future__ import annotations

from fastapi import Request, Response

from commonplace.derived.graph.snapshot import Update
from commonplace.library.changes import brief
from commonplace.model.change import Entry
from commonplace.web.context import Context
from commonplace.web.http.authorization import curator_of
from commonplace.web.http.negotiation import JSON, etag, expected_version
from commonplace.web.sparql.protocol import UpdateOperation


def answer_update(context: Context, request: Request, operation: UpdateOperation) -> Response:
    """Make the update, and answer 200 with the version it made, as `GET /changes/{version}` does.

    The answer is 204 when nothing changed. Raises `HttpProblem`, `QueryRefused`, `BadRequest`, `Conflict`,
    `GraphProtected` and `ShapeViolation`; nothing is written then.
    """
    token = curator_of(request)
    expected = expected_version(request, context.library.follow())
    update = Update(operation.text, operation.using_graphs, operation.using_named_graphs)
    entry = context.updates.update(update, token.name, operation.message, expected)
    if entry is None:
        return stamped(context, Response(status_code=204), entry)
    counts = {"added": len(entry.change.added), "removed": len(entry.change.removed)}
    made = brief(context.library.log, entry.version).model_copy(update=counts)
    response = Response(made.json_bytes(), media_type=JSON.media_type)
    response.headers["Location"] = f"/changes/{entry.version}"
    return stamped(context, response, entry)


def stamped(context: Context, response: Response, entry: Entry | None) -> Response:
    """Add the version after a write to its response, and return it."""
    version = entry.version if entry else context.library.newest()
    response.headers["ETag"] = etag(version, JSON.name)
    response.headers["Commonplace-Version"] = str(version)
    return response
