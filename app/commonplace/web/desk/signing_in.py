"""Sign in at the desk with a token, once for a browser, and sign out."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Request, Response

from commonplace.web.context import ContextDep
from commonplace.web.desk.forms import form_of
from commonplace.web.desk.pages import SIGN_IN, desk_page, desk_router, own_address, see_other
from commonplace.web.http.authorization import known_token
from commonplace.web.http.session_cookie import (
    forget_session,
    keep_session,
    refuse_foreign,
    session_of,
    signed_in,
)
from commonplace.web.http.threads import in_writer

router = desk_router()

Next = Annotated[str, Query(alias="next", max_length=4_000, description="where to go on")]


@router.get(SIGN_IN)
def sign_in_page(request: Request, onward: Next = "/desk") -> Response:
    """Ask for a token."""
    return desk_page(request, "sign-in.html", next=own_address(onward), known=signed_in(request))


@router.post(SIGN_IN)
async def sign_in(request: Request, context: ContextDep) -> Response:
    """Begin a session with the token that was entered, and go on."""
    refuse_foreign(request)  # or a page of another site could sign a browser in as somebody else
    form = await form_of(request)
    secret, address = form.text("token"), own_address(form.text("next"))
    token = await in_writer(context, lambda: known_token(request, secret)) if secret else None
    if token is None:
        why = "This token is not known here, or was revoked." if secret else "Enter a token."
        return desk_page(request, "sign-in.html", status=401, next=address, known=None, why=why)
    old = session_of(request)

    def begin() -> str:
        if old:
            context.sessions.end(old)
        return context.sessions.begin(token)

    response = see_other(address)
    keep_session(request, response, await in_writer(context, begin))
    return response


@router.post("/desk/sign-out")
async def sign_out(request: Request, context: ContextDep) -> Response:
    """End the session of the browser."""
    refuse_foreign(request)
    if secret := session_of(request):
        await in_writer(context, lambda: context.sessions.end(secret))
    response = see_other(SIGN_IN)
    forget_session(request, response)
    return response
