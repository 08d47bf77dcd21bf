"""Edit single things: PATCH (JSON Merge Patch, RFC 7396) and POST on every collection of things."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Query, Request, Response
from pydantic import BaseModel, ValidationError

from commonplace.errors import BadRequest, Message, listed
from commonplace.exchange.edits import Edited, Editor
from commonplace.home.tokens import Role, Token
from commonplace.library.schemas import ApiModel, Case, Claim, Concept, Evidence, Person, Screening, Venue, Work
from commonplace.model.json_text import read_sent_json
from commonplace.model.minter import Kind, one_of
from commonplace.model.validation_words import told
from commonplace.web.api.reading.work_addresses import WRITTEN_WORK
from commonplace.web.context import Context, ContextDep
from commonplace.web.discovery.addresses import address_of
from commonplace.web.http.authorization import WriterDep, forbidden
from commonplace.web.http.negotiation import JSON, etag, expected_version
from commonplace.web.http.parameters import only_known_parameters
from commonplace.web.http.problems import HttpProblem
from commonplace.web.http.router import Router
from commonplace.web.http.threads import in_writer

Model = TypeVar("Model", bound=BaseModel)

router = Router(tags=["editing"], dependencies=[Depends(only_known_parameters)])

EDIT_BYTES = 1_000_000
"""Maximum bytes of an edit: one thing is small, an abstract and a note included."""

MERGE_PATCH = "application/merge-patch+json"

EDITED: tuple[tuple[str, Kind, type[ApiModel]], ...] = (
    ("works", "work", Work),
    ("people", "person", Person),
    ("organizations", "organization", Person),
    ("venues", "venue", Venue),
    ("concepts", "concept", Concept),
    ("claims", "claim", Claim),
    ("cases", "case", Case),
    ("evidence", "evidence", Evidence),
    ("screenings", "screening", Screening),
)
"""Each collection whose things can be edited: its address, the kind of thing, and the shape of its JSON."""

VersionMessage = Annotated[str, Query(description="why; recorded in the history", max_length=10_000)]


async def document_of(request: Request, what: str = "an edit") -> dict[str, Any]:
    """Return the JSON object that a request brings. Raises 415, 413 and `BadRequest`; they name `what` it should be."""
    content = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content not in (MERGE_PATCH, JSON.media_type):
        raise HttpProblem(
            415,
            Message(
                "%(what)s comes as %(merge_patch)s or %(media_type)s, not as %(content)s",
                what=Message(what),
                merge_patch=MERGE_PATCH,
                media_type=JSON.media_type,
                content=content or Message("nothing"),
            ),
        )
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > EDIT_BYTES:
            raise HttpProblem(
                413,
                Message("%(what)s has at most %(edit_bytes)s bytes", what=Message(what), edit_bytes=f"{EDIT_BYTES:,}"),
            )
    try:
        document = read_sent_json(body.decode())
    except ValueError as fault:
        raise BadRequest(
            Message("the body is not JSON: %(fault)s", fault=fault), [("body", "send one JSON object")]
        ) from fault
    if not isinstance(document, dict):
        raise BadRequest("the body is not a JSON object", [("body", "send the members to change in braces")])
    return document


def body_of(model: type[Model]) -> Callable[[Request], Awaitable[Model]]:
    """Return a dependency that reads a body of that model, within a bound, after those that come before it.

    It raises what `document_of` raises, and `BadRequest` naming the members at fault.
    """

    async def read(request: Request) -> Model:
        return await read_body(request, model)

    return read


async def read_body(request: Request, model: type[Model], what: str = "a body") -> Model:
    """Return the body of a request as that model. Raises what `document_of` raises, and `BadRequest` by member."""
    return validated(await document_of(request, what), model, what)


def validated(given: object, model: type[Model], what: str) -> Model:
    """Return what was given as that model. Raises `BadRequest` by member."""
    try:
        return model.model_validate(given)
    except ValidationError as fault:
        places = [(".".join(map(str, one["loc"])) or "body", told(one)) for one in fault.errors()]
        raise BadRequest(
            Message("%(what)s is not as it should be: %(told)s", what=Message(what), told=listed(places)), places
        ) from fault


def body_schema(model: type[BaseModel]) -> dict[str, Any]:
    """Return what OpenAPI says of a route that reads a body of that model."""
    return {"requestBody": {"required": True, "content": {JSON.media_type: {"schema": model.model_json_schema()}}}}


def editor_of(token: Token, kind: Kind, message: str, *, proposes: tuple[Kind, ...] = ("evidence",)) -> Editor:
    """Return who edits. A contributor may propose of the kinds of things named, and nothing else. Raises 403."""
    if token.role is not Role.CURATOR and kind not in proposes:
        raise forbidden(
            token,
            Message(
                "editing %(kind)s needs a curator's token; a contributor may propose evidence",
                kind=Message(one_of(kind)),
            ),
        )
    return Editor(token.name, decides=token.role is Role.CURATOR, message=message)


def _answer(context: Context, edited: Edited, status: int, place: str | None = None) -> Response:
    body = json.dumps(edited.shape, ensure_ascii=False).encode()
    response = Response(body, status, media_type=JSON.media_type)
    version = edited.entry.version if edited.entry else context.library.newest()
    response.headers["ETag"] = etag(version, JSON.name)
    response.headers["Commonplace-Version"] = str(version)
    if place:
        response.headers["Location"] = place
    return response


def _patching(kind: Kind) -> Callable[..., Awaitable[Response]]:
    async def patch(
        request: Request, context: ContextDep, token: WriterDep, key: str, message: VersionMessage = ""
    ) -> Response:
        editor = editor_of(token, kind, message, proposes=("evidence", "work"))
        wanted = await document_of(request)

        def edit() -> Edited:
            expected = expected_version(request, context.library.follow(), lenient=True)
            return context.edits.patch(kind, key, wanted, editor, expected)

        return _answer(context, await in_writer(context, edit), 200)

    return patch


def _posting(kind: Kind) -> Callable[..., Awaitable[Response]]:
    async def post(request: Request, context: ContextDep, token: WriterDep, message: VersionMessage = "") -> Response:
        editor = editor_of(token, kind, message)
        values = await document_of(request)

        def create() -> Edited:
            expected = expected_version(request, context.library.follow(), lenient=True)
            return context.edits.create(kind, values, editor, expected)

        made = await in_writer(context, create)
        return _answer(context, made, 201, address_of("/", kind, context.minter.key(made.node.value)))

    return post


def _offer(plural: str, kind: Kind, model: type[ApiModel]) -> None:
    body = {"required": True, "content": {MERGE_PATCH: {"schema": {"type": "object"}}}}
    router.add_api_route(
        WRITTEN_WORK if kind == "work" else f"/{plural}/{{key}}",
        _patching(kind),
        methods=["PATCH"],
        name=f"edit_{kind}",
        response_model=model,
        summary=f"Edit {one_of(kind)}",
        description="Members that are given replace those there are; null clears one (RFC 7396). With `If-Match` the "
        "edit is refused (412) when the library has moved, with the present state and the members that differ. A "
        "contributor may change evidence of their own that is proposed, and propose a correction of a work by adding "
        "to its `doubts`.",
        openapi_extra={"requestBody": body},
    )
    router.add_api_route(
        f"/{plural}",
        _posting(kind),
        methods=["POST"],
        status_code=201,
        name=f"new_{kind}",
        response_model=model,
        summary=f"Make {one_of(kind)}",
        description="Send the members that GET answers, without those that follow from others. `key` is made from "
        "the name where none is given.",
        openapi_extra={"requestBody": {"required": True, "content": {JSON.media_type: {"schema": {"type": "object"}}}}},
    )


for _plural, _kind, _model in EDITED:
    _offer(_plural, _kind, _model)
