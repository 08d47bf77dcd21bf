"""Bodies with gzip, at every address that takes a body: undone within bounds, and refused where they are broken."""

from __future__ import annotations

import gzip
import re
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path
from random import Random

import httpx
import pytest
from fastapi.routing import APIRoute

from commonplace.home.opening import open_home
from commonplace.web.app import ROUTED
from tests.conftest import serving, settings_for

GZIP = {"Content-Encoding": "gzip"}
MERGE_PATCH = {"Content-Type": "application/merge-patch+json"}
UPDATE = {"Content-Type": "application/sparql-update"}
TURTLE = {"Content-Type": "text/turtle"}
LIMIT = 200_000
BOMB = gzip.compress(b" " * 300_000_000)


@pytest.fixture(scope="module")
def curator(reference_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A client with a curator's token, of a server that takes files of `LIMIT` bytes."""
    folder = tmp_path_factory.mktemp("packed") / "home"
    shutil.copytree(reference_home, folder)
    with serving(open_home(settings_for(folder)), import_bytes=LIMIT) as client:
        client.headers["Authorization"] = f"Bearer {(folder / 'token').read_text().strip()}"
        yield client


def refused(answer: httpx.Response, status: int) -> httpx.Response:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    return answer


def test_every_write_reads_a_packed_body_as_a_plain_one(curator: httpx.Client) -> None:
    walked = set()
    for path, item in curator.get("/openapi.json").json()["paths"].items():
        for method, operation in item.items():
            if "requestBody" not in operation or path == "/imports":
                continue
            address = re.sub(r"\{\w+\}", "nothing", path.replace("{version}", "1")) + (
                "?default" if path == "/graph-store" else ""
            )
            headers = {"Content-Type": next(iter(operation["requestBody"]["content"]))}
            plain = curator.request(method, address, content=b"[1, 2", headers=headers)
            packed = curator.request(method, address, content=gzip.compress(b"[1, 2"), headers=headers | GZIP)
            assert (packed.status_code, packed.text) == (plain.status_code, plain.text), f"{method} {path}"
            refused(curator.request(method, address, content=b"[1, 2", headers=headers | GZIP), 400)
            other = headers | {"Content-Encoding": "br"}
            unknown = refused(curator.request(method, address, content=b"[1, 2", headers=other), 415)
            assert unknown.headers["accept-encoding"] == "gzip, identity", f"{method} {path}"
            walked.add((method, path))
    assert {("post", "/sparql"), ("put", "/graph-store"), ("patch", "/works/{key}"), ("post", "/evidence")} <= walked


def test_an_edit_an_update_a_query_and_a_graph_come_packed(curator: httpx.Client) -> None:
    edit = gzip.compress(b'{"title": "A packed ') + gzip.compress(b'title"}')  # two members are one file
    edited = curator.patch("/works/ostrom1996", content=edit, headers=MERGE_PATCH | GZIP)
    assert edited.json()["title"] == "A packed title"
    update = gzip.compress(b"INSERT DATA { <http://example.org/a> <http://example.org/b> 'packed' }")
    assert curator.post("/sparql", content=update, headers=UPDATE | GZIP).status_code == 200
    ask = gzip.compress(b"ASK { ?s ?p 'packed' }")
    headers = {"Content-Type": "application/sparql-query", "Content-Encoding": "x-gzip"}
    assert curator.post("/sparql", content=ask, headers=headers).json()["boolean"]
    graph = "".join(
        f"<http://example.org/{n}> <http://example.org/b> 'several pieces' .\n" for n in range(2_500)
    ).encode()
    assert len(graph) > 65_536
    put = curator.put("/graph-store?graph=http://example.org/g", content=gzip.compress(graph), headers=TURTLE | GZIP)
    assert put.status_code == 201, put.text
    held = curator.get("/graph-store?graph=http://example.org/g", headers={"Accept": "application/n-triples"})
    assert len(held.text.splitlines()) == 2_500


@pytest.mark.parametrize(
    ("method", "address", "headers"),
    [
        ("PATCH", "/works/ostrom1996", MERGE_PATCH),
        ("POST", "/sparql", UPDATE),
        ("POST", "/sparql", {"Content-Type": "application/sparql-query"}),
        ("PUT", "/graph-store?graph=http://example.org/bomb", TURTLE),
    ],
)
def test_a_body_that_unpacks_to_too_much_is_refused(
    curator: httpx.Client, method: str, address: str, headers: dict[str, str]
) -> None:
    body = BOMB if method != "PUT" else gzip.compress(b" " * (LIMIT + 1))
    refused(curator.request(method, address, content=body, headers=headers | GZIP), 413)


@pytest.mark.parametrize(
    "body",
    [gzip.compress(b'{"title": "x"}')[:-9], b"\x1f\x8b", gzip.compress(b"{}") + b"rest"],
    ids=["cut", "two bytes", "more behind it"],
)
def test_a_broken_body_is_refused_and_nothing_is_written(curator: httpx.Client, body: bytes) -> None:
    before = curator.get("/healthz").json()["version"]
    refused(curator.patch("/works/ostrom1996", content=body, headers=MERGE_PATCH | GZIP), 400)
    assert curator.get("/healthz").json()["version"] == before


def test_a_body_is_not_unpacked_for_one_that_may_not_write(curator: httpx.Client) -> None:
    headers = MERGE_PATCH | GZIP | {"Authorization": "Bearer nobody"}
    refused(curator.patch("/works/ostrom1996", content=b"not gzip at all", headers=headers), 401)


def test_a_packed_body_is_bounded_before_it_is_unpacked(curator: httpx.Client) -> None:
    empty = gzip.compress(b"") * 20_000  # unpacks to nothing, for ever
    refused(curator.patch("/works/ostrom1996", content=empty, headers=MERGE_PATCH | GZIP), 413)


def test_no_route_leaves_it_to_the_framework_to_read_a_body_whole() -> None:
    routes = [route for module in ROUTED for route in module.router.routes if isinstance(route, APIRoute)]
    assert len(routes) > 50
    unbounded = [route.path for route in routes if route.body_field is not None]
    assert unbounded == [], "read it with document_of, which has a bound and asks for the token first"


def test_a_connection_goes_on_after_a_packed_body_that_came_at_once_and_was_too_large(home: Path) -> None:
    """Nothing follows the piece that is refused, so nothing may be waited for."""
    with serving(open_home(settings_for(home)), import_bytes=20_000) as client:
        body = gzip.compress(Random(1).randbytes(30_000))
        with socket.create_connection((client.base_url.host, client.base_url.port or 80), timeout=20) as connection:
            head = f"PATCH /works/ostrom1996 HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n"
            fields = f"Content-Encoding: gzip\r\nContent-Type: {MERGE_PATCH['Content-Type']}\r\n"
            fields += f"Authorization: Bearer {(home / 'token').read_text().strip()}\r\n\r\n"
            connection.sendall((head + fields).encode() + body)
            connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            answers = b"".join(iter(lambda: connection.recv(65_536), b""))
    assert re.findall(rb"HTTP/1.1 (\d+)", answers) == [b"413", b"200"]
