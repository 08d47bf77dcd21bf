"""Merge two things into one, and take them apart again: POST at the address of the one that stays or comes back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal, cast

from fastapi import Depends, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from commonplace.exchange.merges import PLURALS, Merger
from commonplace.home.tokens import Token
from commonplace.library.merge_reports import MergeReport, UnmergeReport
from commonplace.model.change import Entry, Version
from commonplace.model.minter import Kind
from commonplace.web import answers
from commonplace.web.api.curating.edits import VersionMessage, read_body
from commonplace.web.context import Context, ContextDep
from commonplace.web.http.authorization import CuratorDep
from commonplace.web.http.negotiation import JSON, choose, etag, expected_version
from commonplace.web.http.parameters import only_known_parameters
from commonplace.web.http.router import Router
from commonplace.web.http.threads import in_writer

router = Router(tags=["editing"], dependencies=[Depends(only_known_parameters)])

DryRun = Annotated[bool, Query(description="answer what it would do, and write nothing")]

VersionInPath = Annotated[int, Path(ge=1, description="the version that merged them")]


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


async def _unmerge_request(request: Request) -> UnmergeRequest:
    """Return the body, which may be none: then every later edit goes where it goes by itself."""
    return await read_body(request, UnmergeRequest) if await request.body() else UnmergeRequest()


def _answer(
    context: Context, report: MergeReport | UnmergeReport, entry: Entry | None, place: str, made: int
) -> Response:
    response = Response(report.json_bytes(), made if entry else 200, media_type=JSON.media_type)
    version = entry.version if entry else context.library.newest()
    response.headers["ETag"] = etag(version, JSON.name)
    response.headers["Commonplace-Version"] = str(version)
    if report.version:
        response.headers["Location"] = f"/{place}/{report.version}"
    return response


@dataclass(frozen=True, slots=True)
class _Call:
    """A request to merge or to take apart: by whom, why, and whether it only asks what that would do."""

    request: Request
    context: Context
    token: Token
    dry_run: bool
    message: str

    def merge(self, kind: Kind, key: str, asked: MergeRequest) -> tuple[MergeReport, Entry | None]:
        """Merge the other thing into the one of that key; return the report, and the entry where one was made."""
        merges = self.context.merges
        if self.dry_run:
            return merges.look(kind, key, asked.source, asked.fields), None
        return merges.merge(kind, key, asked.source, asked.fields, self._merger(), self._expected())

    def unmerge(self, kind: Kind, key: str, asked: UnmergeRequest) -> tuple[UnmergeReport, Entry | None]:
        """Take the thing of that key out again; return the report, and the entry where one was made."""
        assigned = {one.name: one.to for one in asked.assign}
        if self.dry_run:
            return self.context.merges.look_apart(kind, key, assigned), None
        return self.context.merges.unmerge(kind, key, assigned, self._merger(), self._expected())

    async def answer(
        self,
        make: Callable[[], tuple[MergeReport | UnmergeReport, Entry | None]],
        *,
        place: str = "changes",
        made: int = 200,
    ) -> Response:
        """Answer with the report that `make` makes, where writers run; with the status `made` where a version was."""

        def run() -> Response:
            return _answer(self.context, *make(), place, made)

        return await in_writer(self.context, run)

    def _merger(self) -> Merger:
        return Merger(self.token.name, self.message)

    def _expected(self) -> Version | None:
        return expected_version(self.request, self.context.library.follow(), lenient=True)


def _call(
    request: Request, context: ContextDep, token: CuratorDep, dry_run: DryRun = False, message: VersionMessage = ""
) -> _Call:
    return _Call(request, context, token, dry_run, message)


CallDep = Annotated[_Call, Depends(_call)]


def _merging(kind: Kind) -> Callable[..., Awaitable[Response]]:
    async def merge(call: CallDep, key: str) -> Response:
        asked = await read_body(call.request, MergeRequest)
        return await call.answer(lambda: call.merge(kind, key, asked))

    return merge


def _unmerging(kind: Kind) -> Callable[..., Awaitable[Response]]:
    async def unmerge(call: CallDep, key: str) -> Response:
        asked = await _unmerge_request(call.request)
        return await call.answer(lambda: call.unmerge(kind, key, asked))

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
async def merge_two(call: CallDep) -> Response:
    """Do what `/works/{key}/merge` does, with both things in the body. The record of the merge is at `Location`."""
    asked = await read_body(call.request, NewMerge)
    minter = call.context.minter
    keep = minter.key(asked.keep) if asked.keep.startswith(minter.base) else asked.keep
    return await call.answer(lambda: call.merge(asked.kind, keep, asked), place="merges", made=201)


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
async def unmerge_record(call: CallDep, version: VersionInPath) -> Response:
    """Do what `/works/{key}/unmerge` does, also after later edits."""
    asked = await _unmerge_request(call.request)

    def make() -> tuple[UnmergeReport, Entry | None]:
        record = call.context.merges.merge_of_version(Version(version))
        return call.unmerge(cast(Kind, record.kind), record.right.key, asked)

    return await call.answer(make)


for _kind, _plural in PLURALS.items():
    _offer(_plural, _kind)
