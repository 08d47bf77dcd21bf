"""Merge two things into one, and take them apart again: POST at the address of the one that stays or comes back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Literal, TypeVar, cast

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from commonplace.errors import BadRequest
from commonplace.exchange.merges import PLURALS, Merger
from commonplace.library.merge_reports import MergeReport, UnmergeReport
from commonplace.model.change import Entry, Version
from commonplace.model.minter import Kind
from commonplace.web import answers
from commonplace.web.api.edits import Message, document_of
from commonplace.web.context import Context, ContextDep
from commonplace.web.http.authorization import CuratorDep
from commonplace.web.http.negotiation import JSON, choose, etag, expected_version
from commonplace.web.http.parameters import only_known_parameters
from commonplace.web.http.threads import in_writer

router = APIRouter(tags=["editing"], dependencies=[Depends(only_known_parameters)])

DryRun = Annotated[bool, Query(description="answer what it would do, and write nothing")]

VersionInPath = Annotated[int, Path(ge=1, description="the version that merged them")]

Model = TypeVar("Model", bound=BaseModel)


class MergeRequest(BaseModel):
    """The thing to merge into the one of the address, and the fields whose value is chosen."""

    model_config = ConfigDict(extra="forbid")

    source: str = Field(alias="from", description="key or IRI of the thing that is merged into the other", min_length=1)
    fields: dict[str, Literal["left", "right"]] = Field(
        default={},
        description="by field, the side whose value stays: `left` is the thing of the address. Fields that are not "
        "named are decided by which value says more, and by where it comes from",
    )


class Assignment(BaseModel):
    """Where something goes that was written on the survivor after the merge."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(description="as `edits` of the preview name it")
    to: Literal["left", "right", "both"] = Field(description="`left` is the survivor, `right` what comes back")


class UnmergeRequest(BaseModel):
    """Where later edits go whose side nobody can tell; all others stay with the survivor."""

    model_config = ConfigDict(extra="forbid")

    assign: list[Assignment] = Field(default=[])


_ANSWERS: dict[int | str, dict[str, Any]] = {
    400: {"description": "The body names no such thing, field or edit; `errors` says which"},
    401: {"description": "No token, or one that is not known"},
    403: {"description": "Not a curator's token"},
    404: {"description": "There is no such thing"},
    409: {"description": "They cannot be merged, or taken apart, so; nothing was written"},
    412: {"description": "`If-Match` names another version than the newest"},
}


async def _body(request: Request, model: type[Model], *, may_be_empty: bool) -> Model:
    """Return the body as a model. Raises `BadRequest` naming the members at fault."""
    if may_be_empty and not await request.body():
        return model()
    given = await document_of(request)
    try:
        return model.model_validate(given)
    except ValidationError as fault:
        places = [(".".join(map(str, one["loc"])) or "body", one["msg"]) for one in fault.errors()]
        raise BadRequest("the body is not as it should be", places) from fault


def _answer(context: Context, report: MergeReport | UnmergeReport, entry: Entry | None) -> Response:
    response = Response(report.json_bytes(), media_type=JSON.media_type)
    version = entry.version if entry else context.library.newest()
    response.headers["ETag"] = etag(version, JSON.name)
    response.headers["Commonplace-Version"] = str(version)
    if report.version:
        response.headers["Location"] = f"/changes/{report.version}"
    return response


def _merging(kind: Kind) -> Callable[..., Awaitable[Response]]:
    async def merge(
        request: Request,
        context: ContextDep,
        token: CuratorDep,
        key: str,
        dry_run: DryRun = False,
        message: Message = "",
    ) -> Response:
        asked = await _body(request, MergeRequest, may_be_empty=False)

        def run() -> Response:
            expected = expected_version(request, context.library.follow(), lenient=True)
            if dry_run:
                return _answer(context, context.merges.look(kind, key, asked.source, asked.fields), None)
            merger = Merger(token.name, message)
            return _answer(context, *context.merges.merge(kind, key, asked.source, asked.fields, merger, expected))

        return await in_writer(context, run)

    return merge


def _unmerging(kind: Kind) -> Callable[..., Awaitable[Response]]:
    async def unmerge(
        request: Request,
        context: ContextDep,
        token: CuratorDep,
        key: str,
        dry_run: DryRun = False,
        message: Message = "",
    ) -> Response:
        asked = await _body(request, UnmergeRequest, may_be_empty=True)
        assigned = {one.name: one.to for one in asked.assign}

        def run() -> Response:
            expected = expected_version(request, context.library.follow(), lenient=True)
            if dry_run:
                return _answer(context, context.merges.look_apart(kind, key, assigned), None)
            merger = Merger(token.name, message)
            return _answer(context, *context.merges.unmerge(kind, key, assigned, merger, expected))

        return await in_writer(context, run)

    return unmerge


def _body_of(model: type[BaseModel], *, required: bool) -> dict[str, Any]:
    schema = model.model_json_schema(by_alias=True, ref_template="#/components/schemas/{model}")
    for inner in schema.pop("$defs", {}).values():
        schema["properties"]["assign"]["items"] = inner
    return {"requestBody": {"required": required, "content": {JSON.media_type: {"schema": schema}}}}


def _offer(plural: str, kind: Kind) -> None:
    place = f"/{plural}/{{key:path}}" if kind == "work" else f"/{plural}/{{key}}"
    router.add_api_route(
        f"{place}/merge",
        _merging(kind),
        methods=["POST"],
        name=f"merge_{kind}",
        response_model=MergeReport,
        responses=_ANSWERS | {200: {"description": "Merged, now or before; `Location` is the version that did it"}},
        summary=f"Merge another {kind} into one",
        description="Value by value, by choice or by which says more and comes from the better source; what loses is "
        "kept. What points to the other follows. Its addresses redirect (301) from then on. `dry_run` previews.",
        openapi_extra=_body_of(MergeRequest, required=True),
    )
    router.add_api_route(
        f"{place}/unmerge",
        _unmerging(kind),
        methods=["POST"],
        name=f"unmerge_{kind}",
        response_model=UnmergeReport,
        responses=_ANSWERS
        | {200: {"description": "Taken apart, now or before; `Location` is the version that did it"}},
        summary=f"Take a merged {kind} out again",
        description="The key is that of what was merged, or of its survivor where nothing else was merged into that. "
        "Later edits go to the side whose value they changed; `dry_run` lists those whose side nobody can tell.",
        openapi_extra=_body_of(UnmergeRequest, required=False),
    )


class NewMerge(MergeRequest):
    """Two things to merge: the one to `keep`, and the one that goes into it."""

    kind: Literal["work", "person", "organization", "venue", "concept"] = "work"
    keep: str = Field(min_length=1, description="key or IRI of the thing that stays, whose values are `left`")


@router.post(
    "/merges",
    status_code=201,
    response_model=MergeReport,
    responses=_ANSWERS | {200: {"description": "They were merged before, or it is a preview"}},
    summary="Merge two things",
    openapi_extra=_body_of(NewMerge, required=True),
)
async def merge_two(
    request: Request, context: ContextDep, token: CuratorDep, dry_run: DryRun = False, message: Message = ""
) -> Response:
    """Do what `/works/{key}/merge` does, with both things in the body. The record of the merge is at `Location`."""
    asked = await _body(request, NewMerge, may_be_empty=False)

    def run() -> Response:
        expected = expected_version(request, context.library.follow(), lenient=True)
        keep = context.minter.key(asked.keep) if asked.keep.startswith(context.minter.base) else asked.keep
        if dry_run:
            return _answer(context, context.merges.look(asked.kind, keep, asked.source, asked.fields), None)
        merger = Merger(token.name, message)
        report, entry = context.merges.merge(asked.kind, keep, asked.source, asked.fields, merger, expected)
        response = _answer(context, report, entry)
        response.status_code = 201 if entry else 200
        response.headers["Location"] = f"/merges/{report.version}"
        return response

    return await in_writer(context, run)


@router.get("/merges/{version}", response_model=MergeReport, summary="The record of a merge")
def merge_record(request: Request, context: ContextDep, version: VersionInPath) -> Response:
    """Answer with what a merge did, for ever; `version` is the one that made it."""
    form = choose(request, [JSON])
    return answers.unversioned(request, context.merges.merge_of_version(Version(version)).json_bytes(), form)


@router.post(
    "/merges/{version}/undo",
    response_model=UnmergeReport,
    responses=_ANSWERS | {200: {"description": "Taken apart, now or before"}},
    summary="Take apart what a merge joined",
    openapi_extra=_body_of(UnmergeRequest, required=False),
)
async def unmerge_record(
    request: Request,
    context: ContextDep,
    token: CuratorDep,
    version: VersionInPath,
    dry_run: DryRun = False,
    message: Message = "",
) -> Response:
    """Do what `/works/{key}/unmerge` does, also after later edits."""
    asked = await _body(request, UnmergeRequest, may_be_empty=True)
    assigned = {one.name: one.to for one in asked.assign}

    def run() -> Response:
        expected = expected_version(request, context.library.follow(), lenient=True)
        record = context.merges.merge_of_version(Version(version))
        kind = cast(Kind, record.kind)
        if dry_run:
            return _answer(context, context.merges.look_apart(kind, record.right.key, assigned), None)
        merger = Merger(token.name, message)
        return _answer(context, *context.merges.unmerge(kind, record.right.key, assigned, merger, expected))

    return await in_writer(context, run)


for _kind, _plural in PLURALS.items():
    _offer(_plural, _kind)
