"""Show the versions of the library, and take one back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Query, Request, Response
from pydantic import BaseModel, ConfigDict

from commonplace.commit import Undone
from commonplace.errors import BadRequest, Message, NotFound
from commonplace.library import Library
from commonplace.library.changes import brief, change_of, changes, changes_of_thing, versions_of_piece
from commonplace.library.cursors import read_position, write_position
from commonplace.library.history_schemas import Change
from commonplace.library.schemas import Page
from commonplace.model.change import Version
from commonplace.model.piece_of_work import PIECE_CHARACTERS
from commonplace.patchlog.log import PatchLog
from commonplace.web import answers
from commonplace.web.api.reading.provenance import provenance_of
from commonplace.web.context import Context, ContextDep
from commonplace.web.http.asked_address import asked_url
from commonplace.web.http.authorization import CuratorDep
from commonplace.web.http.negotiation import JSON, RDF, Representation, choose, choose_of_list, expected_version
from commonplace.web.http.parameters import Cursor, Limit, only_known_parameters
from commonplace.web.http.router import Router
from commonplace.web.http.threads import writing
from commonplace.web.in_workers import EXPORT_TIMES, Cost, WorkerRoute, costly

router = Router(tags=["history"], dependencies=[Depends(only_known_parameters)], route_class=WorkerRoute)


class KeptThing(BaseModel):
    """A thing that an undo left: why, and the later versions that are the reason."""

    thing: str
    why: str
    versions: list[int]


class UndoResult(BaseModel):
    """The outcome of an undo: the version taken back, the version that did so, and the things it had to leave."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "undone": 2,
                    "version": 4,
                    "kept": [
                        {
                            "thing": "http://127.0.0.1:8000/id/work/ostrom1996",
                            "why": "later versions speak of it or point to it",
                            "versions": [3],
                        }
                    ],
                }
            ]
        }
    )

    undone: int
    version: int | None = None
    kept: list[KeptThing]


class UndoOfPiece(BaseModel):
    """The outcome of an undo of a piece of work: the versions taken back, the version that did so, and what it left."""

    piece: str
    undone: list[int]
    version: int | None = None
    kept: list[KeptThing]


LONG_BYTES = 1_000_000
"""Minimum size of an entry that is not gone through in passing."""

_UNDOING: dict[int | str, dict[str, Any]] = {
    201: {"description": "Undone; `Location` is the version that did it"},
    401: {"description": "No token, or one that is not known"},
    403: {"description": "Not a curator's token"},
    412: {"description": "`If-Match` names another version than the newest"},
}

PATCH = Representation("patch", "application/rdf-patch", ".rdfp")


@dataclass(frozen=True, slots=True)
class ShownVersions(answers.Slice[Version]):
    """A page of versions: how many there are on all pages, the newest of the library, and what narrowed the list."""

    total: int
    head: Version
    narrowed_to: Sequence[str]


def shown_versions(
    request: Request,
    context: ContextDep,
    thing: Annotated[str | None, Query(description="an IRI: only versions that touched it")] = None,
    piece: Annotated[str | None, Query(description="name of a piece of work: only versions that belong to it")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> ShownVersions:
    """Return the page of versions that is asked for, newest first.

    Raises `BadRequest` for a thing or a piece of work that never was.
    """
    library = context.library
    head = library.newest()
    found = [version for version in _touching(library, thing, head) if version <= head]
    if piece is not None:
        belonging = set(_of_piece(library.log, piece))
        found = [version for version in found if version in belonging]
    before = read_position(cursor) if cursor else head + 1
    rest = [version for version in found if version < before]
    shown, more = rest[:limit], len(rest) > limit
    following = str(asked_url(request).include_query_params(cursor=write_position(shown[-1]))) if more else None
    return ShownVersions(shown, following, len(found), head, [one for one in (thing, piece) if one])


ShownVersionsDep = Annotated[ShownVersions, Depends(shown_versions)]


def _touching(library: Library, thing: str | None, head: Version) -> list[Version]:
    """Return the versions that touched a thing, all without one. Raises `BadRequest` for one that never was."""
    if thing is None:
        return changes(library.log) if head else []
    try:
        return changes_of_thing(library.things, thing)
    except NotFound as fault:
        raise BadRequest(fault.detail, [("thing", "no version has touched a thing of this IRI")]) from fault


def _of_piece(log: PatchLog, piece: str) -> Sequence[Version]:
    """Return the versions of a piece of work. Raises `BadRequest` for one that never was."""
    try:
        return versions_of_piece(log, piece)
    except NotFound as fault:
        raise BadRequest(fault.detail, [("piece", "no version belongs to a piece of work of this name")]) from fault


@router.get("/changes", response_model=Page[Change], summary="The versions, newest first")
@router.get("/changes.json", include_in_schema=False)
def listed(request: Request, context: ContextDep, shown: ShownVersionsDep) -> Response:
    """Answer with every write there ever was: who, when, what kind, and why."""
    form = choose_of_list(request, [JSON])
    page = Page[Change](
        items=[brief(context.library.log, version) for version in shown.items],
        total=shown.total,
        complete="complete",
        version=shown.head,
        next=shown.next,
    )
    response = answers.answered(request, page.json_bytes(), form, shown.head)
    shown.link(response)
    return response


def _is_long(context: Context, request: Request) -> bool:
    """Return whether the entry of the version asked for is long. Raises `NotFound` for a version there is not."""
    number = request.path_params["version"]
    return number.isdecimal() and context.library.log.header(positive(int(number[:20]))).body_length > LONG_BYTES


@router.get("/changes/{version}", response_model=Change, summary="One version")
@costly(Cost(when=_is_long, times=EXPORT_TIMES))
def single(request: Request, context: ContextDep, version: int) -> Response:
    """Answer with a version as JSON, as the RDF Patch itself (`Accept: application/rdf-patch`), or as PROV-O."""
    number = positive(version)
    form = choose(request, [JSON, PATCH, *RDF])
    log = context.library.log
    if form is PATCH:
        body = log.text(number)
    elif form.rdf is not None:
        body = answers.rdf_text(provenance_of(log.header(number), context.minter), form.rdf, context.minter)
    else:
        body = change_of(log, number).json_bytes()
    return answers.answered(request, body, form, number, past=True)


@router.post(
    "/changes/{version}/undo",
    status_code=201,
    response_model=UndoResult,
    responses={
        **_UNDOING,
        200: {"model": UndoResult, "description": "There was nothing left to undo: no version was made"},
    },
    tags=["writing"],
    summary="Take a version back, as a new version",
)
@writing
def undo(
    request: Request,
    context: ContextDep,
    token: CuratorDep,
    version: int,
    message: Annotated[str, Query(max_length=10_000, description="why; recorded in the history")] = "",
) -> Response:
    """Take a version back. Things that later versions build on stay: `kept` names them, with why and which versions."""
    expected = expected_version(request, context.library.follow())
    undone = context.committer.undo(positive(version), token.name, message, expected)
    body = UndoResult(undone=version, version=_made(undone), kept=_kept(undone))
    return _of_undo(body, _made(undone))


@router.post(
    "/undo",
    status_code=201,
    response_model=UndoOfPiece,
    responses={
        **_UNDOING,
        200: {"model": UndoOfPiece, "description": "There was nothing left to undo: no version was made"},
        404: {"description": "No version belongs to a piece of work of that name"},
    },
    tags=["writing"],
    summary="Take a whole piece of work back, as one new version",
)
@writing
def undo_of_piece(
    request: Request,
    context: ContextDep,
    token: CuratorDep,
    piece: Annotated[str, Query(max_length=PIECE_CHARACTERS, description="its name, as in `Commonplace-Piece`")],
    message: Annotated[str, Query(max_length=10_000, description="why; recorded in the history")] = "",
) -> Response:
    """Take back every version that belongs to a piece of work, whatever came between; `kept` names what stays."""
    expected = expected_version(request, context.library.follow())
    undone = context.committer.undo_piece(piece, token.name, message, expected)
    body = UndoOfPiece(piece=piece, undone=list(undone.versions), version=_made(undone), kept=_kept(undone))
    return _of_undo(body, _made(undone))


def _made(undone: Undone) -> Version | None:
    return undone.entry.version if undone.entry else None


def _kept(undone: Undone) -> list[KeptThing]:
    return [KeptThing(thing=kept.thing, why=kept.why, versions=list(kept.versions)) for kept in undone.kept]


def _of_undo(body: BaseModel, made: Version | None) -> Response:
    response = Response(body.model_dump_json(exclude_none=True), 201 if made else 200, media_type=JSON.media_type)
    if made:
        response.headers["Location"] = f"/changes/{made}"
        response.headers["Commonplace-Version"] = str(made)
    return response


def positive(version: int) -> Version:
    """Return a number as a version. Raises `NotFound` for one that no version can have."""
    if version < 1:
        raise NotFound(Message("there is no version %(version)s: the first is 1", version=version))
    return Version(version)
