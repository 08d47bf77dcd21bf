"""Look through the routes of a module only where one of them may match."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

from fastapi import APIRouter
from fastapi.routing import iter_route_contexts
from starlette.routing import BaseRoute, Match
from starlette.types import Scope

_NAMED = re.compile(r"\(\?P<\w+>")
_EVERYTHING = re.compile("")


class Router(APIRouter):
    """A router that tells by one pattern whether a request may be for one of its routes.

    FastAPI asks every route of every router, which was half of all that Python did for the JSON of a work. It must be
    included without a prefix, which it would not know of.
    """

    of_other_methods = Match.PARTIAL
    """How a path of its own matches that is asked for by a method which none of its routes takes."""

    def __init__(self, **settings: Any) -> None:
        """Take what FastAPI's router takes."""
        super().__init__(**settings)
        self._known = -1
        self._paths = _EVERYTHING
        self._by_method: dict[str, re.Pattern[str]] = {}

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Return how well a request matches its routes (see `BaseRoute.matches`)."""
        if scope["type"] != "http":
            return super().matches(scope)
        if self._known != len(self.routes):
            self._know_paths()
        path = scope["path"]
        if not self._paths.match(path):
            return Match.NONE, {}
        of_method = self._by_method.get(scope["method"])
        if of_method is None or not of_method.match(path):
            return self.of_other_methods, {}
        return super().matches(scope)

    def _know_paths(self) -> None:
        """Make the patterns of its routes, again after one was added."""
        found = list(_methods_and_patterns(self.routes))
        methods = {method for methods, _ in found for method in methods}
        self._paths = _any_of(pattern for _, pattern in found)
        self._by_method = {
            method: _any_of(pattern for methods, pattern in found if method in methods) for method in methods
        }
        self._known = len(self.routes)


def _methods_and_patterns(routes: Sequence[BaseRoute]) -> Iterator[tuple[Collection[str], str]]:
    """Yield the methods that each route takes, and the regular expression of its path."""
    for context in iter_route_contexts(routes):
        yield context.methods or (), context.path_regex.pattern


def _any_of(patterns: Iterable[str]) -> re.Pattern[str]:
    """Return the pattern of what any of the patterns matches. Their groups have no names, which may come again."""
    return re.compile("|".join(dict.fromkeys(_NAMED.sub("(?:", pattern) for pattern in patterns)) or "(?!)")
