"""Answer at the desk: pages for whoever is signed in, redirections after a write, and errors as pages."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from typing import Annotated, Any, TypedDict
from urllib.parse import quote, urlencode

from fastapi import Depends, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.concurrency import run_in_threadpool

from commonplace.errors import BadRequest, CommonplaceError, InUse, NotFound, ShapeViolation
from commonplace.home.tokens import Role, Token
from commonplace.model.validation_words import told
from commonplace.web.api.reading.alternative_keys import address_now
from commonplace.web.context import context_of
from commonplace.web.http.authorization import forbidden
from commonplace.web.http.late_route import LateRoute
from commonplace.web.http.parameters import only_known_parameters
from commonplace.web.http.problems import Gone, HttpProblem, answered, kind_of, told_to
from commonplace.web.http.router import Router
from commonplace.web.http.session_cookie import refuse_foreign, signed_in
from commonplace.web.pages.page_route import led, said_to_be_merged
from commonplace.web.pages.rendering import BUILT, POLICY, render, site
from commonplace.web.pages.words.broken_rules import BrokenRules, places_in_words
from commonplace.web.pages.words.languages import language_of

SIGN_IN = "/desk/sign-in"

SAFE = frozenset(("GET", "HEAD"))
"""Methods that write nothing."""


OPTIONAL = (
    "rules",
    "why",
    "errors",
    "done",
    "typed",
    "differs",
    "made",
    "made_for",
    "name",
    "role",
    "pasted",
    "format",
    "kept",
    "new_key",
)
"""What some pages show at times only: faults, what was typed, and what was just done."""


class NotSignedIn(HttpProblem):
    """The browser is not signed in, or no more."""

    def __init__(self) -> None:
        super().__init__(401, "you are not signed in, or your session is over")


def at_desk(request: Request) -> Token:
    """Return the token of whoever is at the desk. Raises `NotSignedIn`, and 403 for a write from a foreign page."""
    token = signed_in(request)
    if token is None:
        raise NotSignedIn
    if request.method not in SAFE:
        refuse_foreign(request)
    request.state.token = token
    return token


AtDesk = Annotated[Token, Depends(at_desk)]


def curating(token: AtDesk) -> Token:
    """Return the token of whoever is at the desk, who must be a curator. Raises `NotSignedIn`, 403."""
    if token.role is not Role.CURATOR:
        raise forbidden(token, "this needs a curator's token")
    return token


Curating = Annotated[Token, Depends(curating)]


class DeskRoute(LateRoute):
    """A route of the desk: what goes wrong is told on a page, and what was merged leads to what it is now."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return what answers a request."""
        handle = super().get_route_handler()

        async def respond(request: Request) -> Response:
            try:
                request = await run_in_threadpool(said_to_be_merged, request)
                return await handle(request)
            except (NotFound, Gone) as fault:
                address = await run_in_threadpool(address_now, request) if request.method in SAFE else None
                return problem_page(request, fault) if address is None else led(request, address)
            except NotSignedIn as fault:
                if request.method in SAFE:
                    return see_other(SIGN_IN, next=_address(request))
                return problem_page(request, fault)
            except RequestValidationError as fault:
                errors = [(".".join(str(part) for part in e["loc"][1:]), told(e)) for e in fault.errors()]
                return problem_page(request, BadRequest("this address cannot be understood", errors))
            except Exception as fault:
                return problem_page(request, fault)  # one that nobody foresaw goes to the log

        return respond


def desk_router() -> Router:
    """Return a router for pages of the desk, which the description of the API leaves out."""
    return Router(route_class=DeskRoute, include_in_schema=False, dependencies=[Depends(only_known_parameters)])


def desk_page(request: Request, template: str, /, *, status: int = 200, **shown: object) -> Response:
    """Return a page of the desk, made from a template of `desk/`; it is kept by no cache but the browser's."""
    token: Token | None = getattr(request.state, "token", None)
    common = {
        "site": site(request, None),
        "built": BUILT.exists(),
        "token": token,
        "curates": token is not None and token.role is Role.CURATOR,
        "here": request.url.path,
        "posts_to": _path(request),  # without what only says how the page was come to, such as `done`
        **dict.fromkeys(OPTIONAL),
    }
    text = render(request, language_of(request), f"desk/{template}", {**common, **shown})
    headers = {
        "Content-Security-Policy": POLICY,
        "Cache-Control": "private, no-cache",
        "Vary": "Accept-Language, Cookie",
    }
    return HTMLResponse(text, status, headers=headers)


class Refusal(TypedDict):
    """What a page shows of an error that a form met, with its status."""

    status: int
    why: str
    errors: Sequence[tuple[str, str]]


def refusal(fault: CommonplaceError) -> Refusal:
    """Return what the page of a form shows of an error: `desk_page` takes it."""
    return {"status": kind_of(fault).status, "why": fault.detail, "errors": fault.errors}


def problem_page(request: Request, fault: Exception) -> Response:
    """Return a page that says what went wrong, with the status and headers that the API would answer."""
    told = answered(request, fault)
    page = desk_page(
        request,
        "problem.html",
        status=told.status_code,
        kind=kind_of(fault),
        detail=told_to(request, fault)
        if hasattr(fault, "detail")
        else "",  # what kind of fault it is says all there is to say
        errors=getattr(fault, "errors", ()),
        rules=_rules(request, fault),
        sign_in=isinstance(fault, NotSignedIn),
        deleted=isinstance(fault, Gone) and "at" in dict(fault.errors),
    )
    for name in ("Retry-After", "WWW-Authenticate"):
        if name in told.headers:
            page.headers[name] = told.headers[name]
    return page


def _rules(request: Request, fault: Exception) -> BrokenRules | None:
    """Return the rules that a refused change would break, in words; None of any other error."""
    if not isinstance(fault, ShapeViolation | InUse):
        return None
    context, language = context_of(request), language_of(request)
    return context.library.read(lambda s: places_in_words(s, fault.errors, context.minter, language))


def see_other(address: str, **parameters: object) -> Response:
    """Return a redirection to a page after a write (303), with parameters that are not None."""
    given = {name: str(value) for name, value in parameters.items() if value is not None}
    joined = f"{address}{'&' if '?' in address else '?'}{urlencode(given)}" if given else address
    return RedirectResponse(joined, status_code=303)


def own_address(text: str, default: str = "/desk") -> str:
    """Return an address of this server to go on to; the default for any other, which a link may have been given."""
    path = text.partition("?")[0]
    plain = text.isascii() and text.isprintable() and "\\" not in text
    return text if plain and path.startswith("/") and not path.startswith("//") else default


def _address(request: Request) -> str:
    """Return the path and query of a request."""
    path = _path(request)
    return f"{path}?{request.url.query}" if request.url.query else path


def _path(request: Request) -> str:
    """Return the path of a request as it stands in an address."""
    return quote(request.url.path, safe="/:@!$&'()*+,;=~")
