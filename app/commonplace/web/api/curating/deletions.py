"""Delete single things: DELETE at the address of each, which says before what it would break."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import Depends, Query, Request, Response

from commonplace.errors import NotFound
from commonplace.exchange.deletions import Deleter
from commonplace.library.curation_schemas import Deleted
from commonplace.model.minter import Kind, one_of
from commonplace.web.answers import missing
from commonplace.web.api.curating.edits import EDITED, VersionMessage
from commonplace.web.api.reading.work_addresses import WRITTEN_WORK
from commonplace.web.context import ContextDep
from commonplace.web.http.authorization import CuratorDep
from commonplace.web.http.negotiation import JSON, etag, expected_version
from commonplace.web.http.parameters import only_known_parameters
from commonplace.web.http.router import Router
from commonplace.web.http.threads import writing

router = Router(tags=["editing"], dependencies=[Depends(only_known_parameters)])

CALLED = 1_000
"""Maximum number of things that go, and of those that lose a link or hang on another, that are told with what they are
called; the others by their IRIs and keys. A deletion finds out while no other write can be made."""

DryRun = Annotated[bool, Query(description="answer what the deletion would do, and delete nothing")]
WithDependents = Annotated[
    bool,
    Query(
        description="delete with the thing what only speaks of it (evidence, citations, roles), and the links of other "
        "things to it"
    ),
]

_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"description": "Deleted: `Location` is the version that did it, and an undo of that brings it back"},
    401: {"description": "No token, or one that is not known"},
    403: {"description": "Not a curator's token"},
    404: {"description": "There is no such thing"},
    409: {"description": "Other things hang on it; `errors` names them, and nothing was deleted"},
    410: {"description": "It was deleted before"},
    412: {"description": "`If-Match` names another version than the newest"},
}


def _deleting(kind: Kind) -> Callable[..., Awaitable[Response]]:
    @writing
    def delete(
        request: Request,
        context: ContextDep,
        token: CuratorDep,
        key: str,
        dry_run: DryRun = False,
        with_dependents: WithDependents = False,
        message: VersionMessage = "",
    ) -> Response:
        expected = expected_version(request, context.library.follow(), lenient=True)
        deletions = context.deletions
        try:
            if dry_run:
                looked = deletions.look(kind, key, with_dependents=with_dependents, named=CALLED)
                return Response(looked.json_bytes(), media_type=JSON.media_type)
            deleter = Deleter(token.name, message)
            done, entry = deletions.delete(kind, key, deleter, expected, with_dependents=with_dependents, named=CALLED)
        except NotFound as fault:
            raise missing(context.library, context.minter.thing(kind, key), None) from fault
        response = Response(done.json_bytes(), media_type=JSON.media_type)
        response.headers["Location"] = f"/changes/{entry.version}"
        response.headers["ETag"] = etag(entry.version, JSON.name)
        response.headers["Commonplace-Version"] = str(entry.version)
        return response

    return delete


def _offer(plural: str, kind: Kind) -> None:
    router.add_api_route(
        WRITTEN_WORK if kind == "work" else f"/{plural}/{{key}}",
        _deleting(kind),
        methods=["DELETE"],
        name=f"delete_{kind}",
        response_model=Deleted,
        responses=_ANSWERS,
        summary=f"Delete {one_of(kind)}",
        description="The nodes that belong to it go with it. While evidence, citations or other things hang on it, it "
        "is refused (409) with the list of them, unless its dependents are deleted too. The address answers 410 "
        "afterwards, with the version that still has it. `If-Match` is honoured.",
    )


for _plural, _kind, _ in EDITED:
    _offer(_plural, _kind)
