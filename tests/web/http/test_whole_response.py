"""What goes out in one write is what a client would get in two messages."""

from __future__ import annotations

import re
import socket
import tomllib
from collections.abc import Iterator
from http.client import HTTPResponse
from importlib import metadata

import httpx
import pytest

from commonplace.web.http.whole_response import EXTENSION, sent_whole
from tests.conftest import ROOT

ASK = "/sparql?query=ASK%7B%7D"


@pytest.fixture
def connection(client: httpx.Client) -> Iterator[socket.socket]:
    """A connection to a server on which nothing was said yet."""
    with socket.create_connection((client.base_url.host, client.base_url.port or 80), 30) as made:
        yield made


def asked(*methods: str, last: str = "") -> bytes:
    """Requests one after the other, the last with a header more."""
    lines = [f"{method} {ASK} HTTP/1.1\r\nHost: here\r\n" for method in methods]
    return ("\r\n".join(lines) + last + "\r\n").encode()


def answers(connection: socket.socket, *methods: str) -> list[tuple[int, dict[str, str], bytes]]:
    """As many answers as there were requests."""
    found = []
    for method in methods:
        response = HTTPResponse(connection, method=method)
        response.begin()
        found.append((response.status, {name.lower(): value for name, value in response.getheaders()}, response.read()))
    return found


def test_a_connection_is_kept_and_answers_again(connection: socket.socket) -> None:
    connection.sendall(asked("GET"))
    [first] = answers(connection, "GET")
    assert first[0] == 200
    assert b"true" in first[2]
    assert int(first[1]["content-length"]) == len(first[2])
    assert {"date", "server", "etag", "commonplace-version", "access-control-allow-origin"} <= first[1].keys()
    connection.sendall(asked("GET"))
    [again] = answers(connection, "GET")
    assert again[0] == 200
    assert again[1] | {"date": ""} == first[1] | {"date": ""}
    assert again[2] == first[2]


def test_a_connection_to_be_closed_is_answered_and_closed(connection: socket.socket) -> None:
    connection.sendall(asked("GET", last="Connection: close\r\n"))
    [(status, headers, body)] = answers(connection, "GET")
    assert (status, headers["connection"]) == (200, "close")
    assert int(headers["content-length"]) == len(body)
    assert connection.recv(1) == b""


def test_the_head_of_an_answer_is_sent_without_its_body(connection: socket.socket) -> None:
    connection.sendall(asked("HEAD"))
    [(status, headers, _)] = answers(connection, "HEAD")
    assert status == 200
    connection.sendall(asked("GET"))
    [(_, full, body)] = answers(connection, "GET")
    assert headers["content-length"] == full["content-length"] == str(len(body))


def test_another_server_is_left_to_send_two_messages() -> None:
    assert not sent_whole({"method": "GET"}, b"", b"")
    assert not sent_whole({"method": "GET", "extensions": {}}, b"", b"")
    assert not sent_whole({"method": "HEAD", "extensions": {EXTENSION: {}}}, b"", b"")


def test_uvicorn_is_held_to_the_minor_version_whose_inner_parts_are_used() -> None:
    """Of another version nobody knows that it keeps its connections so: try it, then raise both bounds together."""
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text())
    [wanted] = [line for line in pyproject["project"]["dependencies"] if line.startswith("uvicorn")]
    bounds = re.fullmatch(r"uvicorn>=0\.(\d+),<0\.(\d+)", wanted)
    assert bounds, f"{wanted}: give uvicorn a lower and an upper bound"
    lowest, beyond = map(int, bounds.groups())
    assert beyond == lowest + 1
    assert metadata.version("uvicorn").startswith(f"0.{lowest}.")
