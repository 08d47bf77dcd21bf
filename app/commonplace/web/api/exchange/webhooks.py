"""Register webhooks, list them with what became of each message, and try them: a curator's business alone."""

from __future__ import annotations

from typing import Any, Literal

from fastapi import Depends, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool

from commonplace.errors import Message, NotFound
from commonplace.home.webhooks.kept import Delivery, Webhook
from commonplace.library.schemas import ApiModel, Page
from commonplace.web import answers
from commonplace.web.api.curating.edits import read_body
from commonplace.web.context import Context, ContextDep
from commonplace.web.http.authorization import CuratorDep
from commonplace.web.http.negotiation import JSON, choose_of_list
from commonplace.web.http.parameters import Cursor, Limit, only_known_parameters
from commonplace.web.http.router import Router
from commonplace.web.http.threads import in_asker

router = Router(tags=["webhooks"], dependencies=[Depends(only_known_parameters)])

PRIVATE = {"Cache-Control": "no-store"}
"""Headers of what only a curator may see, and of what changes by itself."""


class NewWebhook(BaseModel):
    """A webhook to be registered."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"url": "https://example.org/told", "description": "our wiki"}]}
    )

    url: str = Field(max_length=2_000, description="http or https address that messages are posted to")
    description: str | None = Field(default=None, min_length=1, max_length=1_000, description="whose it is, for people")


class ShownWebhook(ApiModel):
    """A webhook, and how it fares."""

    id: str
    url: str
    description: str | None = None
    agent: str = Field(description="name of the token that registered it")
    created: str
    after: int = Field(description="it is told of the versions after this")
    state: Literal["active", "stopped"]
    why: str | None = Field(default=None, description="why it is told no longer")
    waiting: int = Field(description="number of messages that wait to be sent, or to be sent again")
    given_up: int = Field(description="number of messages kept that were given up")
    deliveries: str = Field(description="address of its messages")
    secret: str | None = Field(default=None, description="key of the signatures; shown this once")


class ShownDelivery(ApiModel):
    """A message, and what became of it."""

    id: str = Field(description="`webhook-id` of the message, at every attempt")
    version: int
    event: Literal["change", "test"]
    state: Literal["waiting", "delivered", "given-up"]
    attempts: int
    status: int | None = Field(default=None, description="status of the last answer")
    said: str | None = Field(default=None, description="what came of the last attempt, in words")
    last_attempt: str | None = None
    next_attempt: str | None = None


_MADE: dict[int | str, dict[str, Any]] = {201: {"model": ShownWebhook, "description": "The webhook, at `Location`"}}
_READ: dict[int | str, dict[str, Any]] = {
    401: {"description": "No token, or one that is not known"},
    403: {"description": "No curator's token"},
}
_BODY = {"requestBody": {"required": True, "content": {JSON.media_type: {"schema": NewWebhook.model_json_schema()}}}}


@router.post(
    "/webhooks",
    status_code=201,
    response_model=ShownWebhook,
    responses=_MADE,
    openapi_extra=_BODY,
    summary="Register a webhook",
)
async def register(request: Request, context: ContextDep, token: CuratorDep) -> Response:
    """Register an address that is told of each version from now on. The answer has the secret, this once."""
    asked = await read_body(request, NewWebhook, "a webhook")
    made = await run_in_threadpool(context.webhooks.add, asked.url, asked.description, token.name)
    shown = _shown(context, made).model_copy(update={"secret": made.secret})
    response = Response(shown.json_bytes(), 201, media_type=JSON.media_type, headers=PRIVATE)
    response.headers["Location"] = f"{request.base_url}webhooks/{made.id}"
    return response


@router.get("/webhooks", response_model=Page[ShownWebhook], responses=_READ, summary="Webhooks")
@router.get("/webhooks.json", include_in_schema=False)
def listed(
    request: Request, context: ContextDep, token: CuratorDep, limit: Limit = 50, cursor: Cursor = None
) -> Response:
    """List webhooks, oldest first, without their secrets."""
    choose_of_list(request, [JSON])
    return _page(request, context, [_shown(context, one) for one in context.webhooks.kept.all()], limit, cursor)


@router.get("/webhooks/{id}", response_model=ShownWebhook, responses=_READ, summary="One webhook")
def single(context: ContextDep, token: CuratorDep, id: str) -> Response:
    """Answer with a webhook, without its secret."""
    shown = _shown(context, context.webhooks.kept.get(id))
    return Response(shown.json_bytes(), media_type=JSON.media_type, headers=PRIVATE)


@router.delete("/webhooks/{id}", status_code=204, summary="Delete a webhook")
async def delete(context: ContextDep, token: CuratorDep, id: str) -> Response:
    """Forget a webhook, its secret and its messages."""
    await run_in_threadpool(context.webhooks.kept.remove, id)
    return Response(status_code=204)


@router.post("/webhooks/{id}/test", response_model=ShownDelivery, summary="Try a webhook")
async def test(context: ContextDep, token: CuratorDep, id: str) -> Response:
    """Send a message of no version, once, and answer with what came of it."""
    delivery = await in_asker(context, lambda: context.webhooks.test(id))
    return Response(_message(delivery).json_bytes(), media_type=JSON.media_type, headers=PRIVATE)


@router.get(
    "/webhooks/{id}/deliveries", response_model=Page[ShownDelivery], responses=_READ, summary="Messages to a webhook"
)
@router.get("/webhooks/{id}/deliveries.json", include_in_schema=False)
def deliveries(
    request: Request, context: ContextDep, token: CuratorDep, id: str, limit: Limit = 50, cursor: Cursor = None
) -> Response:
    """List the messages to a webhook, newest first, with what became of each: the last thousand are kept."""
    choose_of_list(request, [JSON])
    context.webhooks.kept.get(id)
    messages = [_message(one) for one in reversed(context.webhooks.kept.deliveries(id))]
    return _page(request, context, messages, limit, cursor)


@router.post("/webhooks/{id}/deliveries/{delivery}", response_model=ShownDelivery, summary="Send a message anew")
async def again(context: ContextDep, token: CuratorDep, id: str, delivery: str) -> Response:
    """Let a message be sent again, one that was given up, too, with the `webhook-id` that it had."""
    context.webhooks.kept.get(id)
    waiting = await run_in_threadpool(context.webhooks.again, id, delivery)
    if waiting is None:
        raise NotFound(Message("there is no message %(delivery)r that could be sent again", delivery=delivery))
    return Response(_message(waiting).json_bytes(), media_type=JSON.media_type, headers=PRIVATE)


def _page(request: Request, context: Context, items: list[Any], limit: int, cursor: str | None) -> Response:
    part = answers.part(request, items, lambda one: str(one.id), limit, cursor)
    page = Page[ApiModel](
        items=list(part.items),
        total=len(items),
        complete="complete",
        version=context.library.newest(),
        next=part.next,
    )
    response = Response(page.json_bytes(), media_type=JSON.media_type, headers=PRIVATE)
    part.link(response)
    return response


def _shown(context: Context, webhook: Webhook) -> ShownWebhook:
    states = [one.state for one in context.webhooks.kept.deliveries(webhook.id)]
    return ShownWebhook(
        id=webhook.id,
        url=webhook.url,
        description=webhook.description,
        agent=webhook.agent,
        created=webhook.created.isoformat(),
        after=webhook.after,
        state="stopped" if webhook.stopped else "active",
        why=webhook.stopped,
        waiting=states.count("waiting"),
        given_up=states.count("given-up"),
        deliveries=f"/webhooks/{webhook.id}/deliveries",
    )


def _message(delivery: Delivery) -> ShownDelivery:
    return ShownDelivery.model_validate(delivery.model_dump(mode="json"))
