"""Keep answers to be cited: make pins, list them, ask their questions again, and say what has changed since."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, model_validator
from starlette.concurrency import run_in_threadpool

from commonplace.errors import NotFound
from commonplace.exchange.pins import Pinner
from commonplace.library.pin_schemas import Pin, PinDifference, PinnedAnswer
from commonplace.library.pins import NEWEST_FIRST, select_pins
from commonplace.library.schemas import Page
from commonplace.model.canonical_answer import CanonicalAnswer, Difference, differences
from commonplace.model.change import Version
from commonplace.model.pinned_address import LONGEST, PinnedAddress, of_query, pinned_address
from commonplace.web import answers
from commonplace.web.api.curating.edits import read_body
from commonplace.web.context import Context, ContextDep
from commonplace.web.http.authorization import WriterDep
from commonplace.web.http.negotiation import JSON, choose, choose_of_list, etag
from commonplace.web.http.parameters import At, Cursor, Limit, Paging, only_known_parameters
from commonplace.web.http.router import Router
from commonplace.web.pinned_questions import NotAnswered, asked_at, asked_now, asked_to_keep

router = Router(tags=["pins"], dependencies=[Depends(only_known_parameters)])


class NewPin(BaseModel):
    """A pin to be made: the answer at an address of the library, or to a query in SPARQL."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"address": "/works?discusses=professional-role", "note": "for chapter 2"}]},
    )

    address: str | None = Field(
        default=None,
        min_length=1,
        max_length=LONGEST,
        description="an address that is read, with at= or not: a list, a search, a named query, a thing, SPARQL",
    )
    query: str | None = Field(default=None, min_length=1, max_length=LONGEST, description="a query in SPARQL")
    title: str | None = Field(default=None, min_length=1, max_length=1_000, description="the question in words")
    note: str | None = Field(default=None, min_length=1, max_length=10_000, description="why it is kept")

    @model_validator(mode="after")
    def _one_of_both(self) -> NewPin:
        if (self.address is None) == (self.query is None):
            raise ValueError("give an address or a query, one of the two")
        return self


_POSTED: dict[int | str, dict[str, Any]] = {
    201: {"model": Pin, "description": "The pin, at `Location`"},
    401: {"description": "No token, or one that is not known"},
}
_BODY = {"requestBody": {"required": True, "content": {JSON.media_type: {"schema": NewPin.model_json_schema()}}}}


@router.post(
    "/pins", status_code=201, response_model=Pin, responses=_POSTED, openapi_extra=_BODY, summary="Keep an answer"
)
async def keep(request: Request, context: ContextDep, token: WriterDep) -> Response:
    """Ask a question and keep it with its version, its answer and the hash of that: one version, which can be undone.

    Any token may: a pin says what the library answered, and changes no answer. A list is kept whole, and a page where
    the address has a `limit`.
    """
    pin, version = await kept(request, context, await read_body(request, NewPin, "a question"), token.name)
    response = Response(pin.json_bytes(), 201, media_type=JSON.media_type)
    response.headers["Location"] = f"/pins/{pin.key}"
    response.headers["ETag"] = etag(version, JSON.name)
    response.headers["Commonplace-Version"] = str(version)
    return response


async def kept(request: Request, context: Context, asked: NewPin, agent: str) -> tuple[Pin, Version]:
    """Ask a question and keep its answer; return the pin, and the version that it made.

    Raises `BadRequest` for an address that is not answered, and what `PinnedAnswers.keep` raises.
    """
    bases = (context.minter.base, str(request.base_url))
    address = pinned_address(asked.address, bases) if asked.address is not None else of_query(asked.query or "")
    newest = await run_in_threadpool(context.library.follow)
    try:
        found = await asked_to_keep(request, address, newest)
    except NotAnswered as fault:
        fault.raise_if_busy()
        raise fault.refused() from fault
    pinner = Pinner(agent=agent, title=asked.title, note=asked.note)
    pin, entry = await run_in_threadpool(context.pins.keep, found, pinner)
    return pin, entry.version


@router.get("/pins", response_model=Page[Pin], summary="Answers that are kept")
@router.get("/pins.json", include_in_schema=False)
def listed(request: Request, context: ContextDep, asked: Annotated[Paging, Query()]) -> Response:
    """List pins, newest first."""
    listing = answers.Listing(
        name="pins",
        select=lambda snapshot, ranked: select_pins(),
        read=context.pins.read,
        order=NEWEST_FIRST,
        kinds=("pin",),
    )
    return answers.page(request, listing, asked)


@router.get("/pins/{key}", response_model=Pin, summary="One pin")
def single(request: Request, context: ContextDep, key: str, at: At = None) -> Response:
    """Answer with a pin, as JSON or RDF: what was asked, of which version, and how to cite it."""
    return answers.thing(request, "pin", key, at, context.pins.read)


_LONG: dict[int | str, dict[str, Any]] = {413: {"description": "The answer of now is too long"}}


@router.get("/pins/{key}/answer", response_model=PinnedAnswer, responses=_LONG, summary="A kept answer, asked again")
@router.get("/pins/{key}/answer.json", include_in_schema=False)
async def answer(request: Request, context: ContextDep, key: str) -> Response:
    """Answer with what was kept, and whether the library still answers that when it is asked at that version."""
    form = choose(request, [JSON])
    pin = await run_in_threadpool(_pin, context, key)
    kept = await run_in_threadpool(context.pins.answer, pin)
    version = await run_in_threadpool(context.library.follow)
    found, why = await _again(request, pin, version)
    shown = PinnedAnswer(
        pin=pin.iri,
        address=pin.address,
        asked_version=pin.asked_version,
        answer_hash=pin.answer_hash,
        holds=None if found is None else found == pin.answer_hash,
        found_hash=found,
        why=why,
        kept=kept.content,
        version=version,
    )
    return answers.answered(request, shown.json_bytes(), form, version)


async def _again(request: Request, pin: Pin, newest: Version) -> tuple[str | None, str | None]:
    """Return the hash of the answer of that version, asked again; None and the reason where it cannot be asked."""
    address, version = PinnedAddress(pin.asks), Version(pin.asked_version)
    try:
        return (await asked_at(request, address, version)).answer.sha256, None
    except NotAnswered as fault:
        fault.raise_if_busy()
        if not fault.names_at or version != newest:
            return None, fault.why
    return (await asked_now(request, address)).answer.sha256, None


@router.get(
    "/pins/{key}/difference",
    response_model=Page[PinDifference],
    responses=_LONG,
    summary="What has changed since an answer was kept",
)
@router.get("/pins/{key}/difference.json", include_in_schema=False)
async def difference(
    request: Request, context: ContextDep, key: str, limit: Limit = 50, cursor: Cursor = None, at: At = None
) -> Response:
    """List what was removed, changed and added between the answer that was kept and that of now, or of `at`."""
    form = choose_of_list(request, [JSON])
    pin = await run_in_threadpool(_pin, context, key)
    kept = await run_in_threadpool(context.pins.answer, pin)
    address = PinnedAddress(pin.asks)
    version = Version(at) if at is not None else await run_in_threadpool(context.library.follow)
    try:
        asked = await (asked_now(request, address) if at is None else asked_at(request, address, version))
        now, version = asked.answer, asked.version
    except NotAnswered as fault:
        fault.raise_if_busy()
        now = CanonicalAnswer({"problem": fault.why})  # it has no answer any more, which is a difference
    found = differences(kept, now)
    shown = answers.part(request, found, lambda one: f"{one.change} {one.name}", limit, cursor)
    page = Page[PinDifference](
        items=[_shape(one) for one in shown.items],
        total=len(found),
        complete="complete",
        version=version,
        next=shown.next,
    )
    response = answers.answered(request, page.json_bytes(), form, version, past=at is not None)
    shown.link(response)
    return response


def _shape(one: Difference) -> PinDifference:
    return PinDifference(
        change=one.change, name=one.name, members=list(one.members) or None, then=one.then, now=one.now
    )


def _pin(context: Context, key: str) -> Pin:
    """Return a pin of the newest version. Raises `NotFound`, and `Gone` when it was taken back."""
    node = context.minter.thing("pin", key)
    try:
        return context.library.read(lambda snapshot: context.pins.read(snapshot, node))
    except NotFound as fault:
        raise answers.missing(context.library, node, None) from fault
