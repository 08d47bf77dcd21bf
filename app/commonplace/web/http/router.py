"""Look through the routes of a module only where one of them may match."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from typing import Any

from fastapi import APIRouter
from fastapi.routing import iter_route_contexts
from starlette.datastructures import URLPath
from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send

from commonplace.web.http.late_route import LateRoute
from commonplace.web.http.operation_names import operation_id

_NAMED = re.compile(r"\(\?P<\w+>")
_EVERYTHING = re.compile("")
_FOUND = "commonplace.route"
"""Where the scope of a request has the route that is to handle it."""


class Router(APIRouter):
    """A router that tells by one pattern whether a request may be for one of its routes.

    FastAPI asks every route of every router, which was half of all that Python did for the JSON of a work. Where it is
    included, that must be without a prefix, which it would not know of.
    """

    of_other_methods = Match.PARTIAL
    """How a path of its own matches that is asked for by a method which none of its routes takes."""

    def __init__(self, **settings: Any) -> None:
        """Take what FastAPI's router takes."""
        super().__init__(generate_unique_id_function=operation_id, **{"route_class": LateRoute, **settings})
        self._known = -1
        self._paths = _EVERYTHING
        self._by_method: dict[str, re.Pattern[str]] = {}

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Return how well a request matches its routes (see `BaseRoute.matches`)."""
        match = self.known_match(scope)
        return super().matches(scope) if match is None else (match, {})

    def known_match(self, scope: Scope) -> Match | None:
        """Return how well a request matches, as far as the patterns tell; None where a route must be asked."""
        if scope["type"] != "http":
            return None
        if self._known != len(self.routes):
            self._know_paths()
        path = scope["path"]
        if not self._paths.match(path):
            return Match.NONE
        of_method = self._by_method.get(scope["method"])
        return None if of_method is not None and of_method.match(path) else self.of_other_methods

    def _know_paths(self) -> None:
        """Make the patterns of its routes, again after one was added."""
        found = list(_methods_and_patterns(self.routes))
        methods = {method for methods, _ in found for method in methods}
        self._paths = _any_of(pattern for _, pattern in found)
        self._by_method = {
            method: _any_of(pattern for methods, pattern in found if method in methods) for method in methods
        }
        self._known = len(self.routes)


class Routes(BaseRoute):
    """The routes of a router as one; FastAPI would make each of them anew where the router is included."""

    def __init__(self, router: Router) -> None:
        self.router = router

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Return how well a request matches the routes, and with that which of them is to handle it."""
        match = self.router.known_match(scope)
        return self._found(scope) if match is None else (match, {_FOUND: None})

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the route answer that matched."""
        if scope[_FOUND] is None:  # the path is known, but not by this method
            scope.update(self._found(scope)[1])
        await scope[_FOUND].handle(scope, receive, send)

    def url_path_for(self, name: str, /, **parameters: Any) -> URLPath:
        """Return the path of the route of that name. Raises `NoMatchFound`."""
        return self.router.url_path_for(name, **parameters)

    def _found(self, scope: Scope) -> tuple[Match, Scope]:
        """Return the match of the first route that matches fully, or else of the first that matches in part."""
        best: tuple[Match, Scope] = Match.NONE, {}
        for route in self.router.routes:
            match, child = route.matches(scope)
            if match.value > best[0].value:
                best = match, {"route": route, **child, _FOUND: route}
                if match is Match.FULL:
                    break
        return best


def each_route(routes: Iterable[BaseRoute]) -> list[BaseRoute]:
    """Return the routes, those that are put together as one by themselves."""
    found: list[BaseRoute] = []
    for route in routes:
        found += each_route(route.router.routes) if isinstance(route, Routes) else [route]
    return found


def _methods_and_patterns(routes: Iterable[BaseRoute]) -> Iterator[tuple[Collection[str], str]]:
    """Yield the methods that each route takes, and the regular expression of its path."""
    for context in iter_route_contexts(each_route(routes)):
        yield context.methods or (), context.path_regex.pattern


def _any_of(patterns: Iterable[str]) -> re.Pattern[str]:
    """Return the pattern of what any of the patterns matches. Their groups have no names, which may come again."""
    return re.compile("|".join(dict.fromkeys(_NAMED.sub("(?:", pattern) for pattern in patterns)) or "(?!)")
