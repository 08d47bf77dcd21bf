"""Change many works in one way: preview what would change, then make it one version."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from commonplace.errors import BadRequest
from commonplace.exchange.edits import Editor
from commonplace.home.tokens import Role
from commonplace.library.curation_schemas import BulkResult
from commonplace.web.api.curating.edits import VersionMessage, document_of
from commonplace.web.context import ContextDep
from commonplace.web.http.authorization import WriterDep
from commonplace.web.http.negotiation import JSON, etag, expected_version
from commonplace.web.http.parameters import only_known_parameters
from commonplace.web.http.router import Router
from commonplace.web.http.threads import in_writer

router = Router(tags=["editing"], dependencies=[Depends(only_known_parameters)])

DryRun = Annotated[bool, Query(description="answer what would change, and write nothing")]


class Bulk(BaseModel):
    """A change of many works: which, and what is done to each."""

    model_config = ConfigDict(extra="forbid")

    select: dict[str, Any] = Field(
        description="`keys`, or filters of `/works`; `except` has keys that are left out",
        examples=[{"type": "chapter", "except": ["ostrom1996"]}],
    )
    change: dict[str, Any] | list[dict[str, Any]] = Field(
        description="one operation, or several in order: `set`, `clear`, `replace`, `move`, `add`, `remove`, `split`, "
        "`join`, `add_concept`, `remove_concept`",
        examples=[{"replace": {"field": "title", "pattern": "\\.$", "with": ""}}],
    )


@router.post(
    "/bulk",
    response_model=BulkResult,
    summary="Change many works in one way",
    responses={
        401: {"description": "No token"},
        403: {"description": "Not a curator's token, and other changes than `add_concept`"},
    },
    openapi_extra={
        "requestBody": {"required": True, "content": {JSON.media_type: {"schema": Bulk.model_json_schema()}}}
    },
)
async def bulk(
    request: Request, context: ContextDep, token: WriterDep, dry_run: DryRun = False, message: VersionMessage = ""
) -> Response:
    """Answer with every work that changes, its members before and after; with `dry_run` nothing is written.

    All is one version, which `undo` takes back. While one work would break a rule, nothing is written (422), and
    `errors` names it: leave it out with `except`, or correct it first. `If-Match` is honoured. What a contributor adds
    with `add_concept` is proposed; all else needs a curator's token.
    """
    document = await document_of(request)
    if wrong := sorted(document.keys() ^ {"select", "change"}):
        raise BadRequest("a bulk change has select and change", [(name, "missing or unknown") for name in wrong])
    if not isinstance(document["select"], dict):
        raise BadRequest("select is an object", [("select", 'such as {"type": "chapter"} or {"keys": ["ostrom1996"]}')])
    editor = Editor(token.name, decides=token.role is Role.CURATOR, message=message)

    def change() -> BulkResult:
        if dry_run:
            return context.bulk.look(document["select"], document["change"], editor)
        expected = expected_version(request, context.library.follow(), lenient=True)
        return context.bulk.apply(document["select"], document["change"], editor, expected)

    done = await in_writer(context, change)
    response = Response(done.json_bytes(), media_type=JSON.media_type)
    if done.version is not None:
        response.headers["Location"] = f"/changes/{done.version}"
        response.headers["ETag"] = etag(done.version, JSON.name)  # type: ignore[arg-type]
        response.headers["Commonplace-Version"] = str(done.version)
    return response
