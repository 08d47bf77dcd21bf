"""Route a browser to the page of an address whose other forms are for programs.

A page has the same path as what it shows. Its router is included before that of the API; a page that is not asked for
does not match, and the request goes on to the API.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from fastapi import APIRouter, Depends
from starlette.datastructures import Headers
from starlette.routing import Match
from starlette.types import Scope

from commonplace.web.api.alternative_keys import MovedRoute
from commonplace.web.http.negotiation import prefers_page
from commonplace.web.http.parameters import only_known_parameters


class PageRoute(MovedRoute):
    """A route that only a request matches which would rather have a page."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Return how well a request matches: not at all where a program asks."""
        found, child = super().matches(scope)
        if found is not Match.FULL or not prefers_page(Headers(scope=scope).get("accept", "")):
            return Match.NONE, {}
        return found, child


class Pages(APIRouter):
    """The pages of a family of addresses. They are not in the OpenAPI description, which says that an address has one.

    A page answers with HTML, refuses parameters that it does not have, and may be `costly`.
    """

    def __init__(self) -> None:
        super().__init__(route_class=PageRoute, dependencies=[Depends(only_known_parameters)], include_in_schema=False)

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
