"""Route a browser to the page of an address whose other forms are for programs.

A page has the same path as what it shows. Its router is included before that of the API; a page that is not asked for
does not match, and the request goes on to the API.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Hashable, Sequence
from typing import Any
from urllib.parse import unquote, urlencode, urlsplit

from fastapi import Depends, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.responses import RedirectResponse
from starlette.routing import Match
from starlette.types import Scope

from commonplace.web.api.reading.alternative_keys import DESK, MovedRoute, merged_into, moved
from commonplace.web.http.negotiation import DATASETS, JSON, RECORDS, SVG, prefers_page
from commonplace.web.http.packed_answer import takes_gzip
from commonplace.web.http.parameters import only_known_parameters
from commonplace.web.http.router import Router
from commonplace.web.kept_route import KeptRoute
from commonplace.web.pages.words.languages import language_of
from commonplace.web.sparql.forms import TABLES

SUFFIXES = tuple({form.suffix for form in (JSON, SVG, *RECORDS, *DATASETS, *TABLES)} | {".atom"})
"""Ends of addresses that name a form: a link to one leads to that, in a browser too."""


MERGED = "merged"
"""Parameter that holds, after a redirection, the key of the thing that was merged into the one of the page."""


class PageRoute(MovedRoute):
    """A route that only a request matches which would rather have a page."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Return how well a request matches: not at all where a program asks, or a form is named by its suffix."""
        found, child = super().matches(scope)
        asked = found is Match.FULL and prefers_page(Headers(scope=scope).get("accept", ""))
        if not asked or scope["path"].endswith(SUFFIXES):
            return Match.NONE, {}
        return found, child

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler of the route, which leads a form with empty fields to the address without them."""
        answer = super().get_route_handler()

        async def answer_to_filled(request: Request) -> Response:
            request = await run_in_threadpool(said_to_be_merged, request)
            given = request.query_params.multi_items()
            filled = [(name, value) for name, value in given if value]
            if request.method == "GET" and len(filled) < len(given):
                address = request.url.path + (f"?{urlencode(filled)}" if filled else "")
                return RedirectResponse(address, status_code=303)
            return await answer(request)

        return answer_to_filled

    def lead(self, request: Request, address: str) -> Response:
        """Return the redirection to what a thing is now; the page there says so where it was merged into that."""
        return led(request, address)


class KeptPageRoute(KeptRoute, PageRoute):
    """A page that the server keeps until the library changes: one that takes long to make, alike for all readers."""

    def form_asked(self, request: Request) -> Hashable:
        """Return what the page follows from beside address and version: language and packing."""
        return "page", language_of(request), takes_gzip(request.headers)


def led(request: Request, address: str) -> Response:
    """Return the redirection to what a thing is now, with its old key where it was merged into that."""
    old, parts = request.path_params.get("key"), urlsplit(address).path.removeprefix(DESK).split("/")
    if old is None or len(parts) < 3 or not merged_into(request, old, unquote(parts[2])):
        return moved(address)
    return moved(f"{address}{'&' if '?' in address else '?'}{urlencode({MERGED: old})}")


def said_to_be_merged(request: Request) -> Request:
    """Return a request without the key of what was merged into the thing it asks for, which the page is to tell."""
    given = request.query_params.multi_items()
    old, new = request.query_params.get(MERGED), request.path_params.get("key")
    if not old or new is None or not merged_into(request, old, new):
        return request
    rest = urlencode([(name, value) for name, value in given if name != MERGED])
    state = {**request.scope.get("state", {}), MERGED: old}
    return Request({**request.scope, "query_string": rest.encode(), "state": state}, request.receive)


class PageRouter(Router):
    """The pages of a family of addresses. They are not in the OpenAPI description, which says that an address has one.

    A page answers with HTML, refuses parameters that it does not have, and may be `costly`.
    """

    of_other_methods = Match.NONE  # what programs ask for decides on methods

    def __init__(self, *, checks_parameters: bool = True, route: type[PageRoute] = PageRoute) -> None:
        """Refuse parameters that a page does not have, unless what it shows `checks_parameters` itself."""
        checks = [Depends(only_known_parameters)] if checks_parameters else []
        super().__init__(route_class=route, dependencies=checks, include_in_schema=False)

    def page(self, *paths: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Return a decorator that serves a function at those paths."""

        def serve(endpoint: Callable[..., Any]) -> Callable[..., Any]:
            for path in paths:
                self.add_api_route(path, endpoint, response_model=None)
            return endpoint

        return serve


def paths_of(routers: Sequence[Router]) -> frozenset[str]:
    """Return the paths at which there is a page."""
    return frozenset(route.path_format for router in routers for route in router.routes if isinstance(route, PageRoute))
