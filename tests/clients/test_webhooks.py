"""Receive webhooks as another program does: signatures checked by hand, answers bad, slow and huge, and a restart."""

from __future__ import annotations

import hmac
import json
import logging
import threading
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import Queue
from typing import Any, NamedTuple

import httpx
import pytest

from commonplace.home.opening import Home, open_home
from commonplace.home.tokens import Role
from commonplace.model.change import Version
from tests.conftest import serving, settings_for

WAITED = 60
"""Maximum seconds to wait for what must come; nothing is slept."""


class Message(NamedTuple):
    """A request that came to the receiver."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def data(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)["data"]
        return found


Answer = Callable[[BaseHTTPRequestHandler], None]


def status(number: int, **headers: str) -> Answer:
    """Return what answers with a status and no body."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(number)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()

    return answer


class Receiver:
    """A server on a socket that notes what it is told, and answers as the next of `answers` says, else 204."""

    def __init__(self) -> None:
        self.messages: Queue[Message] = Queue()
        self.answers: list[Answer] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                answer = receiver.answers.pop(0) if receiver.answers else status(204)
                receiver.messages.put(Message(self.path, headers, body))
                answer(self)

            do_GET = do_POST

            def log_message(self, *_: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            def handle_error(self, *_: object) -> None:  # who sends has gone: that is what some answers are for
                pass

        self._server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/told"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def next(self) -> Message:
        """Return the next message, as soon as it comes."""
        return self.messages.get(timeout=WAITED)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.close()


@contextmanager
def curating(home: Home, **settings: Any) -> Iterator[httpx.Client]:
    """Serve a home whose webhooks may be near, and are tried again at once, to a curator."""
    terms = {"webhook_private": True, "webhook_waits": "0,0", "webhook_seconds": 30.0} | settings
    with serving(home, **terms) as client:
        name = f"Ada {len(home.tokens.all())}"
        client.headers["Authorization"] = f"Bearer {home.tokens.add(name, Role.CURATOR)}"
        yield client


def register(client: httpx.Client, url: str) -> dict[str, Any]:
    made = client.post("/webhooks", json={"url": url, "description": "the wiki"})
    assert made.status_code == 201, made.text
    found: dict[str, Any] = made.json()
    return found


def add(client: httpx.Client, key: str) -> int:
    """Import a work, and return the version that did."""
    entry = f"@book{{{key}, title={{Told of {key}}}, author={{Author, Ann}}, year={{2001}}}}"
    sent = client.post("/imports", content=entry, headers={"Content-Type": "application/x-bibtex"})
    return int(sent.json()["version"])


def settled(client: httpx.Client, id: str, count: int) -> list[dict[str, Any]]:
    """Return the messages to a webhook, oldest first, once there are so many and none of them waits."""
    for _ in range(100_000):
        listed: list[dict[str, Any]] = client.get(f"/webhooks/{id}/deliveries").json()["items"]
        if len(listed) >= count and all(one["state"] != "waiting" for one in listed):
            return listed[::-1]
    raise AssertionError(f"still waiting: {listed}")


def is_signed(message: Message, secret: str) -> bool:
    """Return whether a message is signed with a secret, as Standard Webhooks has it."""
    signed = b".".join((message.id.encode(), message.headers["webhook-timestamp"].encode(), message.body))
    made = b64encode(hmac.new(b64decode(secret.removeprefix("whsec_")), signed, sha256).digest()).decode()
    return message.headers["webhook-signature"] == f"v1,{made}"


def test_each_version_is_told_signed_and_listed(
    opened: Home, receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with curating(opened) as client:
        hook = register(client, receiver.url)
        versions = [add(client, f"told{number}") for number in range(3)]
        messages = [receiver.next() for _ in versions]
        assert [one.data["version"] for one in messages] == versions
        assert all(is_signed(one, hook["secret"]) for one in messages)
        assert not is_signed(messages[0]._replace(body=b"{}"), hook["secret"])
        assert len({one.id for one in messages}) == 3
        told = messages[0].data
        assert told["agent"].startswith("Ada")
        assert told["kind"] == "import"
        assert "1 work" in told["summary"]
        assert "1 person" in told["summary"]
        assert f"{opened.library.minter.base}id/work/told0" in {one["iri"] for one in told["things"]}
        assert told["links"]["change"].endswith(f"/changes/{versions[0]}")
        listed = settled(client, hook["id"], 3)
        assert [(one["version"], one["state"], one["attempts"], one["status"]) for one in listed] == [
            (version, "delivered", 1, 204) for version in versions
        ]
        assert [one["id"] for one in listed] == [one.id for one in messages]

        shown = [client.get("/webhooks"), client.get(f"/webhooks/{hook['id']}"), client.get("/webhooks.json")]
        assert all("secret" not in one.text and hook["secret"] not in one.text for one in shown)
        assert shown[1].json()["state"] == "active"
        assert client.get(f"/webhooks/{hook['id']}/deliveries?limit=2").json()["next"]
        assert hook["secret"] not in caplog.text
        files = list(opened.webhooks.folder.glob("*.json"))
        assert len(files) == 2
        assert all(file.stat().st_mode & 0o077 == 0 for file in files)

        tried = client.post(f"/webhooks/{hook['id']}/test").json()
        assert (tried["state"], tried["event"], tried["status"]) == ("delivered", "test", 204)
        test = receiver.next()
        assert json.loads(test.body)["type"] == "webhook.test"
        assert is_signed(test, hook["secret"])

        assert client.delete(f"/webhooks/{hook['id']}").status_code == 204
        add(client, "untold")
        assert client.get(f"/webhooks/{hook['id']}").status_code == 404
        assert client.get("/webhooks").json()["items"] == []
    assert receiver.messages.empty()


def test_a_bad_receiver_is_tried_again_and_given_up_and_harms_nobody(opened: Home, receiver: Receiver) -> None:
    stop = threading.Event()

    def huge(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        while not stop.is_set():
            handler.wfile.write(b"x" * 1_000_000)  # raises once nobody reads

    def slow(handler: BaseHTTPRequestHandler) -> None:
        for byte in b"HTTP/1.1 200 OK\r\nx-slow: ":
            handler.wfile.write(bytes([byte]))
        while not stop.wait(0.05):
            handler.wfile.write(b"y")

    other = Receiver()
    with curating(opened, webhook_seconds=1.0) as client:
        bad, good = register(client, receiver.url), register(client, other.url)
        receiver.answers = [status(500), status(302, Location=other.url), status(503)]
        first = add(client, "bad1")
        tries = [receiver.next() for _ in range(3)]
        assert {one.id for one in tries} == {tries[0].id}, "an attempt is of the message it is of"
        assert other.next().path == "/told"
        (given_up,) = settled(client, bad["id"], 1)
        assert (given_up["state"], given_up["attempts"], given_up["version"]) == ("given-up", 3, first)
        assert "503" in given_up["said"]
        assert client.get(f"/webhooks/{bad['id']}").json()["given_up"] == 1

        receiver.answers = [slow, huge]
        add(client, "bad2")
        slow_one, huge_one = receiver.next(), receiver.next()
        assert slow_one.id == huge_one.id
        told = settled(client, bad["id"], 2)[-1]
        assert (told["state"], told["attempts"]) == ("delivered", 2), "a status is enough, whatever follows"

        again = client.post(f"/webhooks/{bad['id']}/deliveries/{given_up['id']}")
        assert again.json()["state"] == "waiting"
        assert receiver.next().id == given_up["id"]
        assert settled(client, bad["id"], 2)[0]["state"] == "delivered"
        assert client.post(f"/webhooks/{bad['id']}/deliveries/msg_nothing").status_code == 404

        receiver.answers = [status(410)]
        add(client, "bad3")
        assert settled(client, bad["id"], 3)[-1]["state"] == "given-up"
        receiver.next()
        while (shown := client.get(f"/webhooks/{bad['id']}").json())["state"] == "active":
            pass
        assert "410" in shown["why"]
        assert [one["state"] for one in settled(client, good["id"], 3)] == ["delivered"] * 3
    stop.set()
    other.close()


def test_a_restart_loses_nothing_and_tells_again_under_the_same_id(home: Path, receiver: Receiver) -> None:
    receiver.answers = [status(500)]
    opened = open_home(settings_for(home))
    with curating(opened, webhook_waits="3600") as client:
        hook = register(client, receiver.url)
        first = add(client, "before")
        failed = receiver.next()
        while client.get(f"/webhooks/{hook['id']}/deliveries").json()["items"][0]["attempts"] == 0:
            pass  # until what came of it is kept
        second = add(client, "meanwhile")
        assert receiver.next().data["version"] == second, "one that fails holds up no other"
        settled_one = next(
            one for one in iter(lambda: client.get(f"/webhooks/{hook['id']}/deliveries").json()["items"], None)
            if one[0]["state"] == "delivered"
        )  # fmt: skip
        assert settled_one[1]["state"] == "waiting"
    make_due(home, hook["id"])
    reopened = open_home(settings_for(home))
    third = reopened.committer.undo(Version(second), "Bea").entry
    assert third is not None
    with curating(reopened) as client:
        again, new = receiver.next(), receiver.next()
        assert (again.id, again.data["version"]) == (failed.id, first)
        assert (new.data["version"], new.data["agent"]) == (third.version, "Bea")
        assert all(is_signed(one, hook["secret"]) for one in (again, new))
        assert {one["state"] for one in settled(client, hook["id"], 3)} == {"delivered"}
    assert receiver.messages.empty(), "what was delivered is not told again"


def make_due(home: Path, id: str) -> None:
    """Let what waits be due now, as it would be an hour later."""
    path = home / "webhooks" / f"{id}.json"
    held = json.loads(path.read_text())
    for one in held["deliveries"]:
        one["next_attempt"] = None
    path.write_text(json.dumps(held))


def test_addresses_within_are_refused_and_only_curators_may(opened: Home, receiver: Receiver) -> None:
    with serving(opened) as client:
        curator = {"Authorization": f"Bearer {opened.tokens.add('Ada', Role.CURATOR)}"}
        helper = {"Authorization": f"Bearer {opened.tokens.add('Bea', Role.CONTRIBUTOR)}"}
        for url in (
            receiver.url,
            receiver.url.replace("127.0.0.1", "localhost"),
            "http://[::1]:9/",
            "http://[::ffff:127.0.0.1]/",
            "http://169.254.169.254/latest/meta-data",
            "http://10.0.0.1/",
            "http://2130706433/",
            "ftp://example.org/",
            "file:///etc/passwd",
            "http://user:secret@example.org/",
            "http://example.org:99999/",
            "http:///nowhere",
            "https://exa mple.org/",
            "https://exa%20mple.org/",
            "https://a..example/",
            "https://-.example/",
            "https://*.example/",
            f"https://{'a' * 64}.example/",
            "https://a\\b.example/",
            "https://a;b.example/",
            "nonsense",
        ):
            refused = client.post("/webhooks", json={"url": url}, headers=curator)
            assert refused.status_code == 400, f"{url}: {refused.text}"
            assert refused.headers["content-type"] == "application/problem+json"
        for method, path in (
            ("POST", "/webhooks"),
            ("GET", "/webhooks"),
            ("GET", "/webhooks/0123456789abcdef"),
            ("DELETE", "/webhooks/0123456789abcdef"),
            ("POST", "/webhooks/0123456789abcdef/test"),
            ("GET", "/webhooks/0123456789abcdef/deliveries"),
            ("POST", "/webhooks/0123456789abcdef/deliveries/msg_x"),
        ):
            assert client.request(method, path).status_code == 401, path
            assert client.request(method, path, headers=helper).status_code == 403, path
            if path != "/webhooks":
                assert client.request(method, path, headers=curator).status_code == 404, path
        assert client.get("/webhooks/..%2F..%2Ftokens/deliveries", headers=curator).status_code == 404
    assert receiver.messages.empty()


def test_a_name_that_leads_within_later_is_not_asked(
    opened: Home, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    from commonplace.home.webhooks import sending

    monkeypatch.setattr(sending, "resolved", lambda host: ["8.8.8.8"])
    with curating(opened, webhook_private=False, webhook_waits="0") as client:
        hook = register(client, receiver.url.replace("127.0.0.1", "hooks.example"))
        monkeypatch.setattr(sending, "resolved", lambda host: ["127.0.0.1"])
        add(client, "within")
        (refused,) = settled(client, hook["id"], 1)
        assert refused["state"] == "given-up"
        assert "not public" in refused["said"]
    assert receiver.messages.empty()
