"""Routes are made whole when a request comes for them, and answer then as FastAPI's own."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Annotated, Any

import pytest
from fastapi import FastAPI, Query
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from pydantic import BaseModel

from commonplace.web.app import completed_routes, shared_routes
from commonplace.web.http.late_route import LateRoute
from commonplace.web.http.router import Router, Routes, each_route

LOADED = """
import commonplace.main
from commonplace.web.app import first_words, shared_routes
from commonplace.web.http.late_route import LateRoute
from commonplace.web.http.router import each_route
routes = [route for route in each_route(shared_routes()) if isinstance(route, LateRoute)]
first_words()
print(len(routes), [route.path for route in routes if route.is_whole])
"""


class Answer(BaseModel):
    """What the routes here answer."""

    key: str
    twice: int


def answer(key: str, count: Annotated[int, Query(ge=1, description="how many")] = 1) -> Answer:
    """Return what a route answers that has a part of the path, a parameter with a bound and a model."""
    return Answer(key=key, twice=2 * count)


async def no_answer(key: str) -> None:
    """Return nothing."""


def application(route_class: type[APIRoute]) -> tuple[FastAPI, list[APIRoute]]:
    """Return an application with routes of that class, and these."""
    router = Router(route_class=route_class, tags=["things"], responses={404: {"model": Answer}})
    router.get("/things/{key:path}", summary="A thing")(answer)
    router.put("/things/{key}", status_code=204)(no_answer)
    router.get("/hidden/{key}", include_in_schema=False, name="unseen")(answer)
    app = FastAPI()
    app.router.routes.append(Routes(router))
    return app, [route for route in router.routes if isinstance(route, APIRoute)]


def told(app: FastAPI) -> list[Any]:
    """Return what clients are told, whole and refused."""
    asked = [
        *(("GET", path) for path in ("/things/a/b", "/things/a?count=3", "/things/a?count=0", "/hidden/c", "/nowhere")),
        *((method, "/things/a") for method in ("PUT", "DELETE", "HEAD")),
    ]
    with TestClient(app) as client:
        found = [client.request(method, path) for method, path in asked]
    return [(one.status_code, one.content, one.headers.get("allow")) for one in found]


def test_a_late_route_answers_as_fastapis_own() -> None:
    late, routes = application(LateRoute)
    plain, others = application(APIRoute)
    assert not any(isinstance(route, LateRoute) and route.is_whole for route in routes)
    assert told(late) == told(plain)
    assert {status for status, _, _ in told(late)} == {200, 204, 404, 405, 422}
    assert [vars(one).keys() - {"_later"} for one in routes] == [vars(one).keys() for one in others]
    assert late.url_path_for("unseen", key="k") == plain.url_path_for("unseen", key="k")


def test_only_the_route_that_a_request_is_for_is_made_whole() -> None:
    app, routes = application(LateRoute)
    with TestClient(app) as client:
        assert client.put("/things/a").status_code == 204
        assert client.get("/nowhere").status_code == 404
    assert [isinstance(route, LateRoute) and route.is_whole for route in routes] == [False, True, False]


def test_the_description_of_the_api_is_that_of_fastapis_own_routes() -> None:
    _, routes = application(LateRoute)
    _, others = application(APIRoute)
    late, plain = FastAPI(routes=[*routes]), FastAPI(routes=[*others])
    assert late.openapi() == plain.openapi()
    assert {"/things/{key}"} == late.openapi()["paths"].keys(), "and none that is left out of it"


def test_threads_may_ask_for_one_route_at_a_time() -> None:
    for _ in range(20):
        _, (route, *_) = application(LateRoute)
        together = Barrier(4)

        def ask(route: APIRoute = route, together: Barrier = together) -> tuple[Any, str]:
            together.wait()
            return route.response_model, route.unique_id

        with ThreadPoolExecutor(4) as threads:
            assert {asked.result() for asked in [threads.submit(ask) for _ in range(4)]} == {(Answer, "get_things")}


def test_what_no_route_has_is_missing() -> None:
    _, (route, *_) = application(LateRoute)
    with pytest.raises(AttributeError, match="colour"):
        route.colour  # type: ignore[attr-defined]  # noqa: B018
    assert not hasattr(route, "__deepcopy__")


def test_no_route_is_made_whole_while_the_program_is_loaded() -> None:
    loaded = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True).stdout
    number, _, whole = loaded.strip().partition(" ")
    assert int(number) > 300
    assert whole == "[]"


def test_all_can_be_completed_before_a_request_comes() -> None:
    for _ in completed_routes():
        pass
    assert all(route.is_whole for route in each_route(shared_routes()) if isinstance(route, LateRoute))
    assert not list(completed_routes())
