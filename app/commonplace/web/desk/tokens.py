"""Show who may write, make a token, and revoke one."""

from __future__ import annotations

from fastapi import Request, Response

from commonplace.errors import BadRequest, Message
from commonplace.home.tokens import Role
from commonplace.web.context import Context, ContextDep
from commonplace.web.desk.forms import form_of
from commonplace.web.desk.pages import Curating, desk_page, desk_router, see_other
from commonplace.web.http.threads import in_writer

router = desk_router()

TOKENS = "/desk/tokens"


def _page(request: Request, context: Context, *, status: int = 200, **shown: object) -> Response:
    return desk_page(request, "tokens.html", status=status, tokens=context.tokens.all(), roles=list(Role), **shown)


@router.get(TOKENS)
def tokens(request: Request, context: ContextDep, token: Curating) -> Response:
    """List the tokens by name, role and date."""
    return _page(request, context)


@router.post(TOKENS)
async def add(request: Request, context: ContextDep, token: Curating) -> Response:
    """Make a token and show its text, this once: it is kept nowhere."""
    form = await form_of(request)
    name, role = form.text("name"), form.text("role")
    try:
        if role not in list(Role):
            raise BadRequest(
                Message("%(role)r is no role", role=role),
                [("role", Message("use one of %(role)s", role=", ".join(Role)))],
            )
        made = await in_writer(context, lambda: context.tokens.add(name, Role(role)))
    except BadRequest as fault:
        return _page(request, context, status=400, why=fault.detail, name=name, role=role)
    response = _page(request, context, made=made, made_for=name)
    response.headers["Cache-Control"] = "no-store"
    return response


@router.post(f"{TOKENS}/revoke")
async def revoke(request: Request, context: ContextDep, token: Curating) -> Response:
    """Revoke a token, and with it the sessions that were begun with it."""
    form = await form_of(request)
    name = form.text("name")
    await in_writer(context, lambda: context.tokens.revoke(name))
    return see_other(TOKENS)
