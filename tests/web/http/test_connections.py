"""What a client may do with a connection: be slow within bounds, and never hold one for ever."""

from __future__ import annotations

import contextlib
import json
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from commonplace.home.opening import Home
from commonplace.web.http import connection
from tests.command import environment
from tests.conftest import serving
from tests.web.sparql.limited_server import wait_until

PATIENCE = 30.0
"""Seconds after which a test fails that waits for a server to close a connection."""


@pytest.fixture
def server(opened: Home, monkeypatch: pytest.MonkeyPatch) -> Iterator[httpx.Client]:
    """A client of a server that has no patience."""
    for name in ("HEAD_SECONDS", "BODY_SECONDS", "TAKING_SECONDS"):
        monkeypatch.setattr(connection, name, 0.2)
    monkeypatch.setattr(connection, "LOOK_SECONDS", 0.02)
    with serving(opened) as client:
        yield client


def connected(client: httpx.Client, receive_bytes: int | None = None) -> socket.socket:
    made = socket.socket()
    if receive_bytes is not None:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
    made.settimeout(PATIENCE)
    made.connect((client.base_url.host, client.base_url.port or 80))
    return made


def everything(made: socket.socket) -> bytes:
    """What comes until the server closes. Raises `TimeoutError` when it does not."""
    found = b""
    with contextlib.suppress(ConnectionResetError):
        while piece := made.recv(65_536):
            found += piece
    return found


def problem_in(answer: bytes, status: int) -> dict[str, object]:
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(f"HTTP/1.1 {status} ".encode()), answer[:300]
    assert b"application/problem+json" in head.lower()
    found: dict[str, object] = json.loads(body)
    assert found["status"] == status
    return found


@pytest.mark.parametrize(
    "sent",
    [b"", b"GET /healthz HT", b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: ", b"\r\n\r\n"],
    ids=["nothing", "half a line", "half a field", "empty lines"],
)
def test_a_client_that_sends_no_whole_head_is_dropped(server: httpx.Client, sent: bytes) -> None:
    with connected(server) as made:
        made.sendall(sent)
        assert "within 0.2 s" in str(problem_in(everything(made), 408)["detail"])
    assert server.get("/healthz").status_code == 200


def test_half_a_second_request_is_dropped_too(server: httpx.Client) -> None:
    with connected(server) as made:
        made.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\nGET /healthz HTTP/1.1\r\nHo")
        answers = everything(made)
    assert answers.startswith(b"HTTP/1.1 200 ")
    assert b"HTTP/1.1 408 " in answers


def test_a_client_that_sends_half_a_body_is_dropped(server: httpx.Client, home: Path) -> None:
    token = (home / "token").read_text().strip()
    head = f"POST /sparql HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nContent-Length: 1000\r\n"
    for path in (b"/imports", b"/sparql", b"/graph-store?default"):
        with connected(server) as made:
            made.sendall(head.encode().replace(b"/sparql", path, 1))
            made.sendall(b"Content-Type: application/x-www-form-urlencoded\r\n\r\nupdate=INSERT")
            answer = everything(made)
            assert answer[:13] in (b"HTTP/1.1 408 ", b"HTTP/1.1 415 "), answer
    assert server.get("/healthz").json()["version"] == 1


def test_a_body_that_drips_is_dropped(server: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each byte comes in time, and the whole never would."""
    monkeypatch.setattr(connection, "BODY_SECONDS", 5.0)
    monkeypatch.setattr(connection, "BODY_RATE", 10_000_000)
    with connected(server) as made:
        monkeypatch.setattr(connection, "BODY_SECONDS", 0.5)
        made.sendall(b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\n")
        made.sendall(b"Content-Length: 1000000\r\n\r\n")
        with contextlib.suppress(ConnectionError):
            for _ in range(1_000_000):
                made.sendall(b"A")
        assert everything(made)[:13] in (b"HTTP/1.1 408 ", b"")


def test_a_client_that_reads_no_answer_is_dropped(server: httpx.Client) -> None:
    """The server's kernel takes in some of an answer; the rest must not wait for ever."""
    with connected(server, receive_bytes=4_096) as made:
        request = b"GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n"
        made.sendall(40 * request)
        wait_until(lambda: not is_established(server.base_url.port or 80, made.getsockname()[1]))
        answers = everything(made)
    assert answers.startswith(b"HTTP/1.1 200 ")
    assert answers.count(b"HTTP/1.1 200 ") < 40


@pytest.mark.parametrize(
    "sent",
    [
        b"GET /" + 100_000 * b"a",
        b"GET / HTTP/1.1\r\nX: " + 100_000 * b"a",
        b"GET / HTTP/1.1\r\n" + b"".join(b"X-%d: 1\r\n" % number for number in range(20_000)),
        b"POST /sparql HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3;" + 400_000 * b"a",
        b"POST /sparql HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n" + 60_000 * b"X: 1\r\n",
    ],
    ids=["line", "field", "fields", "chunk extension", "trailers"],
)
def test_a_head_without_end_is_refused(client: httpx.Client, sent: bytes) -> None:
    with connected(client) as made:
        with contextlib.suppress(ConnectionError):
            made.sendall(sent)
        assert everything(made)[:13] in (b"HTTP/1.1 431 ", b"HTTP/1.1 415 ", b"")  # 415: it was answered before
    assert client.get("/healthz").status_code == 200


def test_bytes_that_are_no_http_get_400(server: httpx.Client) -> None:
    with connected(server) as made:
        made.sendall(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" * 10)
        problem_in(everything(made), 400)


def test_there_is_always_room_for_a_client_that_asks(opened: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Connections on which nobody asks make way, the oldest first."""
    monkeypatch.setattr(connection, "CONNECTIONS", 5)
    with serving(opened) as client, contextlib.ExitStack() as stack:
        idle = [stack.enter_context(connected(client)) for _ in range(12)]
        for _ in range(3):
            assert client.get("/healthz").status_code == 200
        for made in idle[:7]:
            made.settimeout(connection.HEAD_SECONDS / 2)  # at which it would be closed in any case
            assert everything(made) == b""


def test_a_flood_of_connections_costs_no_look_at_all_the_others(opened: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten thousand connections that ask nothing kept a server from answering for twenty seconds and more."""
    looks, is_idle = [0], connection.BoundedConnection._is_idle

    def counted(self: connection.BoundedConnection) -> bool:
        looks[0] += 1
        return is_idle(self)

    monkeypatch.setattr(connection, "CONNECTIONS", 50)
    monkeypatch.setattr(connection.BoundedConnection, "_is_idle", counted)
    with serving(opened) as client, contextlib.ExitStack() as stack:
        flood = [stack.enter_context(connected(client)) for _ in range(200)]
        for made in flood[:150]:
            assert everything(made) == b""
        assert client.get("/healthz").status_code == 200
    assert 150 <= looks[0] <= 400


def test_two_hosts_are_none(server: httpx.Client) -> None:
    with connected(server) as made:
        made.sendall(b"GET /works HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n")
        problem_in(everything(made), 400)


def test_a_server_that_stops_tells_each_client_that_waits(home: Path, tmp_path: Path) -> None:
    """Queries that run away and queries that wait are answered, and the server waits for none of them."""
    with started(home, tmp_path, query_workers="2") as (process, address):
        cross = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
        answers: list[httpx.Response] = []

        def ask(number: int) -> None:
            answers.append(httpx.get(f"{address}/sparql", params={"query": f"{cross} # {number}"}, timeout=60))

        asking = [threading.Thread(target=ask, args=(number,)) for number in range(4)]
        for thread in asking:
            thread.start()
        with httpx.Client() as client:
            for _ in range(200):
                if children_that_compute(process.pid) >= 2:
                    break
                client.get(f"{address}/healthz")
        process.send_signal(signal.SIGTERM)
        for thread in asking:
            thread.join(PATIENCE)
        assert process.wait(PATIENCE) == -signal.SIGTERM
        assert [answer.status_code for answer in answers] == [503] * 4
        for answer in answers:
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.json()["type"].endswith("/docs/problems/stopping")
            assert answer.headers["retry-after"]


@contextlib.contextmanager
def started(home: Path, folder: Path, **settings: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The command `serve` on a free port, and its address."""
    process = subprocess.Popen(
        [sys.executable, "-m", "commonplace", "serve", "--port", "0", "--home", str(home)],
        cwd=folder,
        env=environment(**settings),
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        yield process, process.stdout.readline().rpartition(" ")[2].strip().rstrip("/")
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def is_established(port: int, peer: int) -> bool:
    """Whether the side of a connection at that port holds it open, by the system's table (proc(5), net/tcp)."""
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    ends = (f":{port:04X}", f":{peer:04X}")
    return any(row[1].endswith(ends[0]) and row[2].endswith(ends[1]) and row[3] == "01" for row in rows)


def children_that_compute(process: int) -> int:
    """How many processes of that one's descent are computing now."""
    states = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = path.read_text().rpartition(")")[2].split()
            states.append((int(path.parent.name), int(fields[1]), fields[0]))
    family = {process}
    for _ in range(3):
        family |= {number for number, parent, _ in states if parent in family}
    return sum(number in family - {process} and state == "R" for number, _, state in states)
