"""Show the webhooks, register one, try it, send its messages anew, and delete it."""

from __future__ import annotations

from fastapi import Request, Response

from commonplace.errors import BadRequest, Message, NotFound
from commonplace.home.webhooks.kept import Webhook
from commonplace.web.context import Context, ContextDep
from commonplace.web.desk.forms import form_of
from commonplace.web.desk.pages import Curating, desk_page, desk_router, see_other
from commonplace.web.http.threads import in_asker, in_writer

router = desk_router()

WEBHOOKS = "/desk/webhooks"

SHOWN = 50
"""Maximum number of messages that the page of a webhook shows, the newest; `/webhooks/{id}/deliveries` has all."""


def _page(request: Request, context: Context, *, status: int = 200, **shown: object) -> Response:
    hooks = [(one, _counts(context, one)) for one in context.webhooks.kept.all()]
    return desk_page(request, "webhooks.html", status=status, webhooks=hooks, **shown)


def _counts(context: Context, webhook: Webhook) -> dict[str, int]:
    """Return the number of messages to a webhook in each state."""
    states = [one.state for one in context.webhooks.kept.deliveries(webhook.id)]
    return {state: states.count(state) for state in ("delivered", "waiting", "given-up")}


@router.get(WEBHOOKS)
def webhooks(request: Request, context: ContextDep, token: Curating) -> Response:
    """List the webhooks, with what became of their messages."""
    return _page(request, context)


@router.post(WEBHOOKS)
async def add(request: Request, context: ContextDep, token: Curating) -> Response:
    """Register an address, and show its secret, this once."""
    form = await form_of(request)
    url, description = form.text("url"), form.text("description")
    try:
        made = await in_writer(context, lambda: context.webhooks.add(url, description or None, token.name))
    except BadRequest as fault:
        return _page(request, context, status=400, why=fault.detail, typed={"url": url, "description": description})
    response = _page(request, context, made=made.secret, made_for=made.url)
    response.headers["Cache-Control"] = "no-store"
    return response


@router.post(f"{WEBHOOKS}/remove")
async def remove(request: Request, context: ContextDep, token: Curating) -> Response:
    """Forget a webhook, its secret and its messages."""
    form = await form_of(request)
    await in_writer(context, lambda: context.webhooks.kept.remove(form.text("id")))
    return see_other(WEBHOOKS)


@router.get(f"{WEBHOOKS}/{{id}}")
def deliveries(request: Request, context: ContextDep, token: Curating, id: str) -> Response:
    """Show the last messages to a webhook, and what became of each."""
    webhook = context.webhooks.kept.get(id)
    messages = context.webhooks.kept.deliveries(id)
    return desk_page(
        request, "webhook.html", webhook=webhook, messages=list(reversed(messages))[:SHOWN], total=len(messages)
    )


@router.post(f"{WEBHOOKS}/{{id}}/test")
async def test(request: Request, context: ContextDep, token: Curating, id: str) -> Response:
    """Send a message of no version, once; the page says what came of it."""
    await in_asker(context, lambda: context.webhooks.test(id))
    return see_other(f"{WEBHOOKS}/{id}")


@router.post(f"{WEBHOOKS}/{{id}}/again")
async def again(request: Request, context: ContextDep, token: Curating, id: str) -> Response:
    """Let a message be sent again, one that was given up, too."""
    form = await form_of(request)
    message = form.text("message")
    if await in_writer(context, lambda: context.webhooks.again(id, message)) is None:
        raise NotFound(Message("there is no message %(message)r that could be sent again", message=message))
    return see_other(f"{WEBHOOKS}/{id}")
