"""A router that passes over requests by their path sends each to the route that FastAPI alone would find."""

from __future__ import annotations

import re

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from fastapi.testclient import TestClient
from starlette.routing import BaseRoute, Match
from starlette.types import Scope

from commonplace.web.app import shared_routes
from commonplace.web.http.router import Router, Routes, each_route

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "TRACE")
HTML, JSON = "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8", "application/json"


def addresses() -> list[str]:
    """An address for each route, with keys that have slashes, dots and line ends, and addresses that nobody has."""
    paths = sorted({str(context.path) for context in iter_route_contexts(each_route(shared_routes())) if context.path})
    filled = [re.sub(r"\{[^}]*\}", key, path) for path in paths for key in ("a.b/history", "7\n")]
    return [*dict.fromkeys(filled), "", "/nowhere", "/works/a/history/b", "/Works", "/works/", "//works", "/static/x"]


def scope_of(path: str, method: str, accept: str) -> Scope:
    return {
        "type": "http",
        "method": method,
        "path": path,
        "headers": [(b"accept", accept.encode())],
        "query_string": b"",
        "path_params": {},
    }


def found(path: str, method: str, accept: str) -> tuple[list[Match], Match]:
    """How well each router matches until one does fully, and the best of these."""
    matches = []
    for route in shared_routes():
        match, _ = route.matches(scope_of(path, method, accept))
        matches.append(match)
        if match is Match.FULL:
            break
    return matches, max(matches, key=lambda match: match.value)


def test_every_address_is_found_as_without_patterns(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = [(path, method, accept) for path in addresses() for method in METHODS for accept in (HTML, JSON)]
    ours = [found(*one) for one in asked]
    monkeypatch.setattr(Router, "known_match", lambda router, scope: None)
    wanted = [found(*one) for one in asked]

    assert ours == wanted
    assert {best for _, best in ours} == set(Match)


def test_routers_of_other_paths_do_not_look_at_their_routes(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at: list[BaseRoute] = []
    alone = APIRoute.matches

    def counted(self: APIRoute, scope: Scope) -> tuple[Match, Scope]:
        looked_at.append(self)
        return alone(self, scope)

    monkeypatch.setattr(APIRoute, "matches", counted)

    found("/works/ostrom1996", "GET", JSON)

    assert 0 < len(looked_at) < len(each_route(shared_routes())) / 5, "those of modules with a page or an answer there"


@pytest.mark.parametrize("included", [True, False], ids=["included", "as one route"])
def test_a_route_that_is_added_later_is_found(included: bool) -> None:
    router = Router()
    assert router.matches(scope_of("/first", "GET", JSON)) == (Match.NONE, {})
    router.add_api_route("/first/{key:path}", lambda key: key)
    app = FastAPI()
    if included:
        app.include_router(router)
    else:
        app.router.routes.append(Routes(router))
    client = TestClient(app)
    assert client.get("/first/a/b").json() == "a/b"
    assert client.get("/second").status_code == 404

    router.add_api_route("/second", lambda: "second", methods=["PUT"])
    inner = Router()
    inner.add_api_route("/third", lambda: "third")
    router.include_router(inner)

    assert client.put("/second").json() == "second"
    refused = client.get("/second")
    assert (refused.status_code, refused.headers["allow"]) == (405, "PUT")
    assert client.get("/third").json() == "third"
