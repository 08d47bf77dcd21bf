"""Take in the citations that the OpenCitations Index knows of works here."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import Depends, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from commonplace.exchange.foreign_citations import TakenIn, WorkCitations
from commonplace.library.schemas import ApiModel
from commonplace.model.change import Version
from commonplace.web.api.curating.edits import VersionMessage, body_of, body_schema, editor_of
from commonplace.web.context import ContextDep
from commonplace.web.http.authorization import WriterDep
from commonplace.web.http.negotiation import JSON, etag, expected_version
from commonplace.web.http.parameters import only_known_parameters
from commonplace.web.http.router import Router
from commonplace.web.http.threads import in_asker

router = Router(tags=["works"], dependencies=[Depends(only_known_parameters)])

MOST_WORKS = 50
"""Maximum number of works at once: each is two requests to the index, which limits them."""


class CitationsQuestion(BaseModel):
    """The works whose citations are asked for."""

    model_config = ConfigDict(extra="forbid")

    works: list[str] = Field(min_length=1, max_length=MOST_WORKS, description="keys of works with a DOI")


class CitationsOfWork(ApiModel):
    """What the index knows of one work, and what of it is new: works by key, others by DOI."""

    work: str
    fate: Literal["new", "matched", "failed"]
    references: int = Field(description="references with a DOI that the index knows")
    citations: int = Field(description="citing works with a DOI that the index knows")
    without_doi: int = Field(description="what it knows by other identifiers alone, which is left out")
    cites: list[str]
    cited_by: list[str]
    references_kept: list[str] = Field(description="DOIs that are references now; `dangling-references` lists them")
    citing_kept: list[str] = Field(description="DOIs of works that cite it and are not held")
    only_here: list[str] = Field(description="works that it cites here, and not in the index")
    why: str | None = None


class CitationsTakenIn(ApiModel):
    """What was taken in; `version` and `undo` are absent where nothing was written."""

    version: int | None = None
    items: list[CitationsOfWork]
    undo: str | None = None


_POSTED: dict[int | str, dict[str, Any]] = {
    200: {"model": CitationsTakenIn, "description": "A dry run, or nothing was new: nothing was written"},
    201: {"model": CitationsTakenIn, "description": "What was taken in; `Location` is the change"},
}


@router.post(
    "/citations",
    status_code=201,
    response_model=CitationsTakenIn,
    responses=_POSTED,
    openapi_extra=body_schema(CitationsQuestion),
    summary="Take in citations from the OpenCitations Index",
)
async def post(
    request: Request,
    context: ContextDep,
    token: WriterDep,
    asked: Annotated[CitationsQuestion, Depends(body_of(CitationsQuestion))],
    dry_run: Annotated[bool, Query(description="say what is new, and write nothing")] = False,
    message: VersionMessage = "",
) -> Response:
    """Ask the index by DOI what works cite and what cites them, and add what is new, as one version.

    A citation between two works of the library has the index as its source; of other works the DOI is kept. Nothing
    is taken away. A work of which the index gives no answer fails alone.
    """
    editor = editor_of(token, "work", message)

    def take_in() -> TakenIn:
        expected = expected_version(request, context.library.follow(), lenient=True)
        return context.foreign_citations.take_in(asked.works, editor, expected, dry_run=dry_run)

    taken = await in_asker(context, take_in)
    version = taken.entry.version if taken.entry else None
    undo = f"/changes/{version}/undo" if version else None
    body = CitationsTakenIn(version=version, items=[_shown(one) for one in taken.items], undo=undo)
    response = Response(body.json_bytes(), 201 if version else 200, media_type=JSON.media_type)
    if version:
        response.headers["Location"] = f"/changes/{version}"
        response.headers["ETag"] = etag(Version(version), JSON.name)
        response.headers["Commonplace-Version"] = str(version)
    return response


def _shown(one: WorkCitations) -> CitationsOfWork:
    return CitationsOfWork(**{name: getattr(one, name) for name in CitationsOfWork.model_fields})
