"""Serve the history of each thing, what differs between versions, and the way back to an earlier state of a thing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import Depends, Query, Request, Response
from pyoxigraph import NamedNode

from commonplace.derived.graph.records import is_work
from commonplace.derived.graph.snapshot import Snapshot
from commonplace.exchange.restoring import Restorer
from commonplace.library.histories import diff_of_library, diff_of_thing, diffs, thing_changes, touches_of
from commonplace.library.history_schemas import Restored, ThingChange, ThingDiff
from commonplace.library.schemas import Page
from commonplace.model.change import Version
from commonplace.model.minter import Kind, one_of
from commonplace.web import answers
from commonplace.web.api.curating.edits import EDITED, VersionMessage
from commonplace.web.api.reading.alternative_keys import MOVED, MovedRoute
from commonplace.web.api.reading.works import work
from commonplace.web.context import Context, ContextDep
from commonplace.web.http.authorization import CuratorDep
from commonplace.web.http.negotiation import JSON, choose, choose_of_list, etag, expected_version
from commonplace.web.http.parameters import At, Cursor, Limit, only_known_parameters
from commonplace.web.http.router import Router
from commonplace.web.http.threads import writing
from commonplace.web.in_workers import Cost, WorkerRoute, costly

things = Router(tags=["history"], route_class=WorkerRoute, dependencies=[Depends(only_known_parameters)])
works = Router(tags=["history"], route_class=MovedRoute, dependencies=[Depends(only_known_parameters)])
router = Router()

WithQuads = Annotated[bool, Query(description="show the statements that each version changed, too")]
From = Annotated[
    int, Query(alias="from", ge=1, description="the version to compare from", json_schema_extra={"example": 1})
]
ToVersion = Annotated[int | None, Query(ge=1, description="the version to compare with; default the newest")]
RestoreTo = Annotated[int, Query(ge=1, description="the version whose state the thing is given")]

LONG_BYTES = 1_000_000
"""Minimum bytes of the log between two versions of the library that are not compared in passing."""

_RESTORING: dict[int | str, dict[str, Any]] = {
    200: {"description": "Restored, as the version in `Location`; without `version` nothing had to change"},
    401: {"description": "No token, or one that is not known"},
    403: {"description": "Not a curator's token"},
    404: {"description": "There was no such thing at that version"},
    412: {"description": "`If-Match` names another version than the newest"},
    422: {"description": "The rules would be broken: `errors` says where and how; nothing was written"},
}


def _node(context: Context, kind: Kind, key: str) -> NamedNode:
    """Return the node of a key: of a venue that is a work, that of the work."""
    node = context.minter.thing(kind, key)
    if kind == "venue" and not context.library.things.history(node.value):
        return context.minter.thing("work", key)
    return node


def _of_whole_key(context: Context, kind: Kind, key: str, word: str, at: int | None) -> bool:
    """Return whether `key/word` is the key of a work, and `key` is not: a citation key may end so."""
    if kind != "work":
        return False

    def meant(snapshot: Snapshot) -> bool:
        whole, part = (context.minter.thing("work", one) for one in (f"{key}/{word}", key))
        return is_work(snapshot, whole) and not is_work(snapshot, part)

    return context.library.read(meant, Version(at) if at is not None else None)


def _history(kind: Kind) -> Callable[..., Response]:
    def history(
        request: Request,
        context: ContextDep,
        key: str,
        quads: WithQuads = False,
        limit: Limit = 50,
        cursor: Cursor = None,
        at: At = None,
    ) -> Response:
        word = request.url.path.rpartition("/")[2]
        if _of_whole_key(context, kind, key, word, at) or request.scope.get("raw_path", b"").lower().endswith(
            f"%2f{word}".encode()
        ):
            return work(request, context, f"{key}/{word}", at=at)
        form = choose_of_list(request, [JSON])
        node, index = _node(context, kind, key), context.library.things

        def make(snapshot: Snapshot) -> bytes:
            touching = touches_of(index, node.value, snapshot.version)[::-1]
            part = answers.part(request, touching, lambda one: str(one.version), limit, cursor)
            shown[:] = [part]
            return Page[ThingChange](
                items=thing_changes(part.items, index, snapshot, node, context.minter, quads=quads),
                total=len(touching),
                complete="complete",
                version=snapshot.version,
                next=part.next,
            ).json_bytes()

        shown: list[answers.Slice[Any]] = []
        return answers.versioned(request, form, at, make, finish=lambda response: shown[0].link(response))

    return history


def _diff(kind: Kind) -> Callable[..., Response]:
    def diff(request: Request, context: ContextDep, key: str, start: From, to: ToVersion = None) -> Response:
        if _of_whole_key(context, kind, key, "diff", None):
            return work(request, context, f"{key}/diff")
        form = choose(request, [JSON])
        node, index = _node(context, kind, key), context.library.things
        _must_be_there(context, start, to)

        def make(snapshot: Snapshot) -> bytes:
            end = Version(to) if to is not None else snapshot.version
            return diff_of_thing(index, snapshot, node, context.minter, Version(start), end).json_bytes()

        return answers.versioned(request, form, None, make)

    return diff


def _restore(kind: Kind) -> Callable[..., Awaitable[Response]]:
    @writing
    def restore(
        request: Request, context: ContextDep, token: CuratorDep, key: str, to: RestoreTo, message: VersionMessage = ""
    ) -> Response:
        expected = expected_version(request, context.library.follow(), lenient=True)
        done = context.restoring.restore(kind, key, Version(to), Restorer(token.name, message), expected)
        response = Response(done.json_bytes(), media_type=JSON.media_type)
        version = done.version or int(context.library.newest())
        response.headers["ETag"] = etag(Version(version), JSON.name)
        response.headers["Commonplace-Version"] = str(version)
        if done.version:
            response.headers["Location"] = f"/changes/{done.version}"
        return response

    return restore


def _must_be_there(context: Context, *versions: int | None) -> None:
    """Raise `NotFound` for a version there is not."""
    for version in versions:
        if version is not None:
            context.library.log.header(Version(version))


def _is_long(context: Context, request: Request) -> bool:
    """Return whether much of the log lies between the versions that are to be compared."""
    start, end = (request.query_params.get(name, "") for name in ("from", "to"))
    log = context.library.log
    numbers = [int(text[:20]) if text.isdecimal() else log.head() for text in (start, end)]
    return log.size(Version(min(numbers)), Version(max(numbers))) > LONG_BYTES


@things.get(
    "/changes/diff",
    response_model=Page[ThingDiff],
    responses={404: {"description": "There is no such version"}},
    summary="What differs between two versions",
)
@things.get("/changes/diff.json", include_in_schema=False)
@costly(Cost(when=_is_long))
def compared(
    request: Request,
    context: ContextDep,
    start: From,
    to: ToVersion = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response:
    """List the things that differ between two versions of the library, by IRI, each with its fields before and after.

    `from` may be the later of the two: then it is what going back would change.
    """
    form = choose_of_list(request, [JSON])
    log, index = context.library.log, context.library.things
    _must_be_there(context, start, to)

    def make(snapshot: Snapshot) -> bytes:
        versions = Version(start), Version(to) if to is not None else snapshot.version
        names, changes = diff_of_library(log, versions)
        part = answers.part(request, names, str, limit, cursor)
        shown[:] = [part]
        return Page[ThingDiff](
            items=diffs(part.items, changes, index, snapshot, context.minter, versions),
            total=len(names),
            complete="complete",
            version=snapshot.version,
            next=part.next,
        ).json_bytes()

    shown: list[answers.Slice[str]] = []
    return answers.versioned(request, form, None, make, finish=lambda response: shown[0].link(response))


def _offer(plural: str, kind: Kind) -> None:
    own = works if kind == "work" else things
    place = "/works/{key:path}" if kind == "work" else f"/{plural}/{{key}}"
    own.add_api_route(
        f"{place}/history",
        _history(kind),
        name=f"history_of_{kind}",
        response_model=Page[ThingChange],
        responses=MOVED if kind == "work" else {},
        summary=f"The history of {one_of(kind)}",
        description="The versions that touched it, newest first: who, when, by what kind of write, and what each "
        "changed of it, in words and field by field. With `at`, those up to that version.",
    )
    own.add_api_route(f"{place}/history.json", _history(kind), include_in_schema=False)
    own.add_api_route(
        f"{place}/diff",
        _diff(kind),
        name=f"diff_of_{kind}",
        response_model=ThingDiff,
        responses=MOVED if kind == "work" else {},
        summary=f"What differs of {one_of(kind)} between two versions",
    )
    things.add_api_route(
        f"{place}/restore",
        _restore(kind),
        methods=["POST"],
        name=f"restore_{kind}",
        response_model=Restored,
        responses=_RESTORING,
        tags=["editing"],
        summary=f"Give {one_of(kind)} the state again that it had at a version",
        description="It, and the nodes that belong to it, are as they were then; other things stay as they are. "
        "`If-Match` is honoured.",
    )


for _plural, _kind, _ in EDITED:
    _offer(_plural, _kind)
router.routes += [*things.routes, *works.routes]
