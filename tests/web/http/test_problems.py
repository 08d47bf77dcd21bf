"""One way of failing on every address there is: RFC 9457, and never a 500."""

from __future__ import annotations

import base64
import json
from typing import Any

import httpx
import pytest

from commonplace.model.zotero_keys import zotero_key

FREE_PARAMETERS = {"/sparql", "/ontology", "/context.jsonld", "/.well-known/void", "/healthz", "/metrics", "/oai"}
"""Addresses that leave unknown parameters alone: the protocol says so, and what takes none has none to misspell."""
ONE_FORM = {"/context.jsonld", "/healthz", "/metrics", "/export", "/changes.atom", "/opensearch.xml", "/robots.txt"}
ONE_FORM |= {"/oai", "/search/completions", "/sitemap.xml", "/sitemap/{name}.xml", "/unapi"}
"""Addresses whose form is not negotiated: fixed, or named by a parameter."""
BY_PARAMETER = "/zotero/"
"""Beginning of the addresses whose form a parameter names, by the API that they follow."""

NONE_YET = ("/merges/", "/decisions/", "/screenings/", "/pins/", "/duplicates/", "/webhooks", "/works/{key}/text")
"""Things that the reference set has none of."""


@pytest.fixture(scope="module")
def paths(client: httpx.Client) -> dict[str, dict[str, Any]]:
    """Path to its operations, from the service's own description."""
    found: dict[str, dict[str, Any]] = client.get("/openapi.json").json()["paths"]
    return found


@pytest.fixture(scope="module")
def routes(paths: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Path to its GET operation; the reference set has no pins, and their own tests ask for them."""
    gets = {path: operations["get"] for path, operations in paths.items() if "get" in operations}
    return {path: operation for path, operation in gets.items() if not path.startswith(NONE_YET)}


def filled(path: str, operation: dict[str, Any], key: str | None = None) -> tuple[str, dict[str, str]]:
    """An address of that route that works (or, with `key`, that names nothing), and its required parameters."""
    known = {
        "/id/{kind}/{key}": "/id/work/ostrom1996",
        "/id/change/{version}": "/id/change/1",
        "/changes/{version}": "/changes/1",
        "/merges/{version}": "/merges/1",
        "/decisions/{version}": "/decisions/1",
        "/queues/{name}": "/queues/no-abstract",
        "/sitemap/{name}": "/sitemap/works-1",
        "/people/{key}": "/people/elinor-ostrom",
        "/organizations/{key}": "/organizations/routledge",
        "/venues/{key}": "/venues/world-development",
        "/concepts/{key}": "/concepts/professional-role",
        "/claims/{key}": "/claims/low-professionalisation-enables",
        "/cases/{key}": "/cases/quebec-drop-in",
        "/graph-store/{path}": "/graph-store/notes",
        "/evidence/{key}": "/evidence/professional-role--ostrom1996",
        "/annotations/{key}": "/annotations/professional-role--ostrom1996",
        "/zotero/users/0/items/{key}": f"/zotero/users/0/items/{zotero_key('work/ostrom1996')}",
        "/zotero/users/0/collections/{key}": f"/zotero/users/0/collections/{zotero_key('concept/professional-role')}",
    }
    if key is None:
        inner = (there + path.removeprefix(one) for one, there in known.items() if path.startswith(one))
        address = next(inner, path).replace("{key}", "ostrom1996").replace("{id}", "1")
    else:
        address = (
            (path.replace("{key}", key).replace("{id}", "404").replace("{version}", "404").replace("{kind}", "work"))
            .replace("{path}", key)
            .replace("{name}", key)
        )
    required = {
        p["name"]: str(p.get("example") or p.get("schema", {}).get("example", "role"))
        for p in operation.get("parameters", ())
        if p["in"] == "query" and p["required"]
    }
    if path == "/graph-store":
        required["default"] = ""  # or graph: one of the two is required, which OpenAPI cannot say
    if path == "/sparql":
        required["query"] = "ASK {}"  # without it the service describes itself, as it is now
    return address, required


def is_problem(client: httpx.Client, response: httpx.Response, status: int) -> dict[str, Any]:
    """Assert the one shape of errors; answers its members."""
    where = f"{response.request.method} {response.request.url}: {response.status_code} {response.text[:200]}"
    assert response.status_code == status, where
    assert response.headers["content-type"].partition(";")[0] == "application/problem+json", where
    body: dict[str, Any] = response.json()
    assert {"type", "title", "status", "detail", "instance"} <= set(body), where
    assert body["status"] == status, where
    assert body["title"], where
    assert body["detail"], where
    assert body["instance"] == response.request.url.raw_path.decode().partition("?")[0], where
    assert all(set(error) == {"where", "why"} for error in body.get("errors", ())), where
    page = client.get(body["type"])
    assert page.status_code == 200, f"{where}: its type {body['type']} is no page"
    return body


def test_every_address_answers(client: httpx.Client, routes: dict[str, dict[str, Any]]) -> None:
    assert len(routes) > 40
    for path, operation in routes.items():
        address, required = filled(path, operation)
        response = client.get(address, params=required)
        if "{id}" in path or "{path}" in path:  # there are none yet
            is_problem(client, response, 404)
        else:
            assert response.status_code in (200, 303), f"{address}: {response.status_code} {response.text[:200]}"


def test_an_unknown_key_is_404_everywhere(client: httpx.Client, routes: dict[str, dict[str, Any]]) -> None:
    walked = [path for path in routes if "{" in path and path != "/id/change/{version}"]
    assert len(walked) > 12
    for path in walked:
        address, required = filled(path, routes[path], "no-such-thing")
        for suffix in ("", ".ttl") if path.endswith("{key}") else ("",):
            body = is_problem(client, client.get(address + suffix, params=required), 404)
            assert "no-such-thing" in body["detail"] or "404" in body["detail"]


def test_an_unknown_parameter_is_400_everywhere(client: httpx.Client, routes: dict[str, dict[str, Any]]) -> None:
    for path in set(routes) - FREE_PARAMETERS:
        address, required = filled(path, routes[path])
        body = is_problem(client, client.get(address, params={**required, "nonsuch": "1"}), 400)
        assert body["errors"][0]["where"] == "nonsuch", path


def test_a_wrong_method_is_405_with_allow(
    client: httpx.Client, paths: dict[str, dict[str, Any]], routes: dict[str, dict[str, Any]]
) -> None:
    for path, operation in routes.items():
        address, required = filled(path, operation)
        for method in {"DELETE", "PUT", "PATCH"} - {name.upper() for name in paths[path]}:
            response = client.request(method, address, params=required)
            is_problem(client, response, 405)
            assert "GET" in response.headers["allow"], path


def test_an_impossible_accept_is_406(client: httpx.Client, routes: dict[str, dict[str, Any]]) -> None:
    for path in set(routes) - ONE_FORM - {"/id/change/{version}", "/sparql"}:
        if "{id}" in path or path.startswith(BY_PARAMETER):
            continue
        address, required = filled(path, routes[path])
        response = client.get(address, params=required, headers={"Accept": "image/png"}, follow_redirects=True)
        assert response.status_code == 406, address
        assert response.headers["content-type"].startswith("application/problem+json")


@pytest.mark.parametrize("accept", ["x", "text/", "a/b;q=x, ;", "*/*/*", "text/turtle;q=0", "é/é"])
def test_an_accept_header_that_makes_no_sense_is_no_server_error(client: httpx.Client, accept: str) -> None:
    response = client.get("/works/ostrom1996", headers={b"accept": accept.encode("latin-1")})
    assert response.status_code in (200, 406)


@pytest.mark.parametrize("name", ["limit", "at"])
@pytest.mark.parametrize("value", ["0", "-1", "x", "1.5", "", "9" * 40])
def test_bad_numbers(client: httpx.Client, routes: dict[str, dict[str, Any]], name: str, value: str) -> None:
    walked = 0
    for path, operation in routes.items():
        if any(p["name"] == name and p["in"] == "query" for p in operation.get("parameters", ())):
            address, required = filled(path, operation)
            status = 404 if name == "at" and len(value) > 20 else 400
            response = client.get(address, params={**required, name: value})
            is_problem(client, response, status)
            walked += 1
    assert walked > 5


def forged(*parts: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "cursor",
    ["", "x", "é", "%00", "[]", forged(), forged(1, 2), forged("x"), forged("x", "y", "z"), forged("\ud800", "\ud800")],
)
def test_a_cursor_that_is_not_ours_is_400(client: httpx.Client, routes: dict[str, dict[str, Any]], cursor: str) -> None:
    walked = 0
    for path, operation in routes.items():
        if any(p["name"] == "cursor" for p in operation.get("parameters", ())):
            if cursor == "" and path != "/works":
                continue
            address, required = filled(path, operation)
            response = client.get(address, params={**required, "cursor": cursor})
            if cursor == "":
                assert response.status_code in (200, 400)
            else:
                is_problem(client, response, 400)
            walked += 1
    assert walked


@pytest.mark.parametrize("address", ["/changes", "/search?q=role"])
@pytest.mark.parametrize("position", ["x", "-1", "1e3", "", "9" * 30])
def test_a_cursor_of_another_list_is_400(client: httpx.Client, address: str, position: str) -> None:
    glue = "&" if "?" in address else "?"
    is_problem(client, client.get(f"{address}{glue}cursor={forged(position, 'y')}"), 400)


@pytest.mark.parametrize(
    "name", ["discusses", "claim", "author", "case", "venue", "cites", "cited_by", "type", "year", "sort"]
)
@pytest.mark.parametrize(
    "value", ["", "no-such", "http://127.0.0.1:8000/id/work/a b", "http://127.0.0.1:8000/", "\x00", "<>"]
)
def test_a_filter_that_means_nothing_is_400_and_says_which(client: httpx.Client, name: str, value: str) -> None:
    body = is_problem(client, client.get("/works", params={name: value}), 400)
    assert body["errors"][0]["where"] == name
    if name != "sort":
        is_problem(client, client.get("/export", params={name: value}), 400)


@pytest.mark.parametrize("q", ['"', "***", "-", "(", "\x00", "\ufdd0", "a" * 5000, "title:x", "😀"])
def test_a_search_for_any_text_is_answered(client: httpx.Client, q: str) -> None:
    for address in ("/search", "/works", "/people", "/concepts"):
        response = client.get(address, params={"q": q})
        assert response.status_code == 200, f"{address} {q!r}: {response.text[:200]}"
        assert response.json()["items"] == []


@pytest.mark.parametrize(
    "address", ["/nope", "/id/", "/id/work", "/id/nope/x", "/queries/nope", "/docs/problems/nope", "/%00"]
)
def test_an_address_of_nothing_is_404(client: httpx.Client, address: str) -> None:
    is_problem(client, client.get(address, follow_redirects=True), 404)


def test_a_problem_names_its_address_as_an_iri(client: httpx.Client) -> None:
    body = is_problem(client, client.get("/works/%C3%A9t%C3%A9%20x"), 404)
    assert body["instance"] == "/works/%C3%A9t%C3%A9%20x"


def test_openapi_documents_every_parameter_and_route(routes: dict[str, dict[str, Any]]) -> None:
    for path, operation in routes.items():
        assert operation["summary"], path
        for parameter in operation.get("parameters", ()):
            if parameter["in"] == "query" and path != "/search":
                assert parameter.get("description"), f"{path} {parameter['name']}"


@pytest.mark.parametrize(
    "address",
    [
        "/works?discusses=facilitator&discusses=co-production",
        "/people?q=a&q=b",
        "/queries/works-discussing?concept=facilitator&concept=co-production",
    ],
)
def test_a_parameter_given_twice_is_refused_not_dropped(client: httpx.Client, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 400
    assert [error["why"] for error in answer.json()["errors"]] == ["given more than once"]
    assert client.get("/search?q=role&kind=work&kind=concept").status_code == 200


@pytest.mark.parametrize(
    ("address", "detail"),
    [
        ("/works/nobody", "There is no work 'nobody'."),
        ("/works?year=nineteen", None),
        ("/works?dicusses=x", None),
        ("/queries/nothing", None),
        ("/nowhere", None),
    ],
)
def test_a_detail_is_a_sentence(client: httpx.Client, address: str, detail: str | None) -> None:
    told = client.get(address).json()["detail"]
    assert detail in (None, told)
    assert not told[0].islower(), told
    assert told[-1] in ".?!…", told
