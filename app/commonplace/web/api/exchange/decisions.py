"""Take in what the reviewers of a review tool decided, as evidence on a concept or as screenings."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import Depends, Path, Query, Request, Response

from commonplace.errors import Message
from commonplace.exchange.decision_receipts import DecisionsKept, receipt_of_decisions
from commonplace.exchange.tool_decisions import AskedDecisions, KeptDecisions
from commonplace.importers.decisions.tools import ToolName
from commonplace.library.screenings import Stage
from commonplace.model.change import Version
from commonplace.web.answers import answered
from commonplace.web.api.curating.edits import VersionMessage, editor_of
from commonplace.web.context import Context, ContextDep
from commonplace.web.http.authorization import WriterDep
from commonplace.web.http.negotiation import JSON, choose, etag, expected_version
from commonplace.web.http.parameters import only_known_parameters
from commonplace.web.http.problems import HttpProblem
from commonplace.web.http.router import Router
from commonplace.web.http.threads import in_writer

router = Router(tags=["review"], dependencies=[Depends(only_known_parameters)])

VersionInPath = Annotated[int, Path(ge=1, description="the version that the decisions made")]

MEDIA_TYPES = ("text/csv", "application/x-research-info-systems", JSON.media_type, "text/plain")
ANY = ("", "application/octet-stream", "application/x-www-form-urlencoded")
"""Media types that say nothing of a body; the last is what curl gives any."""


_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "What the tool exported: CSV, RIS, or EPPI-Reviewer's JSON.",
        "content": {name: {"schema": {"type": "string", "format": "binary"}} for name in MEDIA_TYPES},
    }
}
_POSTED: dict[int | str, dict[str, Any]] = {
    200: {"model": DecisionsKept, "description": "A dry run, or nothing was new: nothing was written"},
    201: {"model": DecisionsKept, "description": "What became of each; `Location` is its receipt"},
}


@router.post(
    "/decisions",
    status_code=201,
    response_model=DecisionsKept,
    responses=_POSTED,
    openapi_extra=_BODY,
    summary="Take in the decisions of a review tool",
)
async def post(
    request: Request,
    context: ContextDep,
    token: WriterDep,
    concept: Annotated[
        str | None,
        Query(max_length=2_000, description="key or IRI: what is included discusses it, what is excluded is silent"),
    ] = None,
    stage: Annotated[Stage | None, Query(description="keep screenings of this stage, too, or alone")] = None,
    tool: Annotated[ToolName | None, Query(description="whose file it is; else found in it")] = None,
    verdict: Annotated[
        Literal["include", "exclude"] | None, Query(description="what a list of Covidence decides of its works")
    ] = None,
    filename: Annotated[str, Query(max_length=1000, description="the file's name, kept in the history")] = "upload",
    dry_run: Annotated[bool, Query(description="say what would become of each, and write nothing")] = False,
    message: VersionMessage = "",
) -> Response:
    """Make evidence on a concept, screenings, or both of a review tool's decisions, as one version.

    The tool is the agent. Where reviewers disagree, or the library holds otherwise, both sides are told and nothing is
    written of that work; a record that names no work here fails alone. From a contributor evidence is proposed.
    """
    editor = editor_of(token, "screening" if stage else "evidence", message)
    asked = AskedDecisions(concept=concept, stage=stage, tool=tool, verdict=verdict)
    data = await _file(request, context.import_bytes)

    def keep() -> KeptDecisions:
        expected = expected_version(request, context.library.follow(), lenient=True)
        return context.decisions.keep(data, filename, asked, editor, expected, dry_run=dry_run)

    return _answer(context, await in_writer(context, keep), filename)


async def _file(request: Request, most: int) -> bytes:
    """Return the body of a request. Raises 415 and 413."""
    content = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content not in (*MEDIA_TYPES, *ANY):
        raise HttpProblem(
            415,
            Message(
                "decisions come as %(media_types)s, not %(content)s",
                media_types=", ".join(MEDIA_TYPES),
                content=content,
            ),
        )
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > most:
            raise HttpProblem(413, Message("a file of decisions has at most %(most)s bytes", most=f"{most:,}"))
    return bytes(body)


def _answer(context: Context, kept: KeptDecisions, file: str) -> Response:
    told = DecisionsKept.of(kept.tool.name, file, kept.items, context.minter)
    if kept.entry is None:
        return Response(told.json_bytes(), 200, media_type=JSON.media_type)
    version = kept.entry.version
    response = Response(told.of_version(version).json_bytes(), 201, media_type=JSON.media_type)
    response.headers["Location"] = f"/decisions/{version}"
    response.headers["ETag"] = etag(version, JSON.name)
    response.headers["Commonplace-Version"] = str(version)
    return response


@router.get(
    "/decisions/{version}", response_model=DecisionsKept, summary="The receipt of a review tool's decisions, for ever"
)
def decisions_receipt(request: Request, context: ContextDep, version: VersionInPath) -> Response:
    """Answer what became of each record of the file whose decisions made that version.

    Where reviewers did not agree it has their numbers; their names are in the answer to `POST /decisions` alone.
    """
    form, number = choose(request, [JSON]), Version(version)
    return answered(request, receipt_of_decisions(context.library.log, number).json_bytes(), form, number, past=True)
