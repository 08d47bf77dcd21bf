"""Route a browser to the page of an address whose other forms are for programs.

A page has the same path as what it shows. Its router is included before that of the API; a page that is not asked for
does not match, and the request goes on to the API.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request, Response
from starlette.datastructures import Headers
from starlette.responses import RedirectResponse
from starlette.routing import Match
from starlette.types import Scope

from commonplace.web.api.alternative_keys import MovedRoute
from commonplace.web.http.negotiation import DATASETS, JSON, RECORDS, prefers_page
from commonplace.web.http.parameters import only_known_parameters
from commonplace.web.sparql.forms import TABLES

SUFFIXES = tuple({form.suffix for form in (JSON, *RECORDS, *DATASETS, *TABLES)} | {".atom"})
"""Ends of addresses that name a form: a link to one leads to that, in a browser too."""


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
            given = request.query_params.multi_items()
            filled = [(name, value) for name, value in given if value]
            if request.method == "GET" and len(filled) < len(given):
                address = request.url.path + (f"?{urlencode(filled)}" if filled else "")
                return RedirectResponse(address, status_code=303)
            return await answer(request)

        return answer_to_filled


class PageRouter(APIRouter):
    """The pages of a family of addresses. They are not in the OpenAPI description, which says that an address has one.

    A page answers with HTML, refuses parameters that it does not have, and may be `costly`.
    """

    def __init__(self, *, checks_parameters: bool = True) -> None:
        """Refuse parameters that a page does not have, unless what it shows `checks_parameters` itself."""
        checks = [Depends(only_known_parameters)] if checks_parameters else []
        super().__init__(route_class=PageRoute, dependencies=checks, include_in_schema=False)

    def page(self, *paths: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Return a decorator that serves a function at those paths."""

        def serve(endpoint: Callable[..., Any]) -> Callable[..., Any]:
            for path in paths:
                self.add_api_route(path, endpoint, response_model=None)
            return endpoint

        return serve


def paths_of(routers: Sequence[APIRouter]) -> frozenset[str]:
    """Return the paths at which there is a page."""
    return frozenset(route.path_format for router in routers for route in router.routes if isinstance(route, PageRoute))
