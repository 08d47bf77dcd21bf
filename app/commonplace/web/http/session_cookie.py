"""Keep the session of a browser in a cookie, and refuse writes that a page of another site sends with it.

The cookie is `HttpOnly`, so no script reads it, and `SameSite=Strict`, so no request that another site causes carries
it. `SameSite` lets pages of other hosts of one domain through; so a write is also asked where it comes from, by
`Sec-Fetch-Site`, which browsers set themselves where the connection can be trusted, else by `Origin`.
"""

from __future__ import annotations

from fastapi import Request, Response

from commonplace.errors import Message
from commonplace.home.sessions import LASTS
from commonplace.home.tokens import Token
from commonplace.web.context import context_of
from commonplace.web.http.asked_address import root_of
from commonplace.web.http.problems import HttpProblem

NAME = "commonplace"

SAFE_NAME = f"__Host-{NAME}"
"""Name over https: a browser takes it from this host alone, and only `Secure` and for every path (RFC 6265bis)."""

SAFE_NAME_BELOW = f"__Secure-{NAME}"
"""Name over https where the base IRI has a path: other programs have the paths beside it, and get no cookie of ours."""


def session_of(request: Request) -> str | None:
    """Return the text of the session that a request carries, if it carries one."""
    return request.cookies.get(_name(request)) or None


def signed_in(request: Request) -> Token | None:
    """Return the token that the browser of a request was signed in with; None where it was not, or no more.

    A session that is over is no wrong token: a browser sends its cookie along with each request until it is signed in
    again, and no number of tries finds one.
    """
    secret = session_of(request)
    return context_of(request).sessions.holder(secret) if secret else None


def keep_session(request: Request, response: Response, secret: str) -> None:
    """Let the browser keep a session."""
    response.set_cookie(
        _name(request),
        secret,
        max_age=int(LASTS.total_seconds()),
        path=_path(request),
        secure=_is_safe(request),
        httponly=True,
        samesite="strict",
    )


def forget_session(request: Request, response: Response) -> None:
    """Let the browser forget its session."""
    response.delete_cookie(
        _name(request), path=_path(request), secure=_is_safe(request), httponly=True, samesite="strict"
    )


def refuse_foreign(request: Request) -> None:
    """Raise 403 for a write that no page of this server sent."""
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    own = f"{request.url.scheme}://{request.url.netloc}"
    if site == "same-origin" or (site is None and origin is not None and origin.lower() == own.lower()):
        return
    said = f"Sec-Fetch-Site: {site}" if site is not None else f"Origin: {origin}" if origin else Message("no Origin")
    why = Message(
        "a browser that is signed in writes from pages of %(own)s only, and this request has %(said)s",
        own=own,
        said=said,
    )
    raise HttpProblem(
        403, why, [("Origin", Message("must be %(own)s; or write with Authorization: Bearer TOKEN", own=own))]
    )


def _is_safe(request: Request) -> bool:
    return request.url.scheme == "https"


def _name(request: Request) -> str:
    if not _is_safe(request):
        return NAME
    return SAFE_NAME_BELOW if root_of(request) else SAFE_NAME


def _path(request: Request) -> str:
    return f"{root_of(request)}/"
