"""A stand-in for Zotero's API on a real socket, that of the program and of its server, as badly behaved as a test asks.

`troubles` says, by the start of a path below the library, what comes before the true answer, each once.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from commonplace.model.zotero_terms import ITEM_TYPES
from tests.importers.doi.agency_server import PassingTime, Trouble

PLACE = "/api/users/0"


@dataclass
class Zotero:
    """What the stand-in holds, how it misbehaves, and what it was asked."""

    items: list[dict[str, Any]] = field(default_factory=list)
    collections: list[dict[str, Any]] = field(default_factory=list)
    troubles: dict[str, list[Trouble]] = field(default_factory=dict)
    total: int | None = None
    """What it says that there are of anything, where that is not the truth."""
    next_page: str | None = None
    """Where it says that the next page is, where that is not the truth."""
    key: str | None = None
    """The key that may write; None lets nobody write, as Zotero's own program does."""
    refused: Mapping[str, str] = field(default_factory=dict)
    """Titles of items that it refuses, with the reason."""
    tokens: set[str] = field(default_factory=set)
    loses_answers: int = 0
    """Number of writes that it makes and then answers 500."""
    library_version: int = 7
    requests: list[tuple[str, str, Mapping[str, str]]] = field(default_factory=list)
    time: PassingTime = field(default_factory=PassingTime)
    ending: threading.Event = field(default_factory=threading.Event)
    url: str = ""

    @property
    def address(self) -> str:
        """Address of its library."""
        return f"{self.url}{PLACE}"

    def trouble(self, path: str) -> Trouble | None:
        """Take the next trouble of a path."""
        for start, waiting in self.troubles.items():
            if path.startswith(start) and waiting:
                return waiting.pop(0)
        return None

    def listed(self, path: str) -> list[dict[str, Any]] | None:
        """Return the whole list at a path below the library; None where there is none."""
        if path == "/items":
            return self.items
        if path == "/collections":
            return self.collections
        if found := re.fullmatch(r"/items/(\w+)/children", path):
            return [one for one in self.items if one["data"].get("parentItem") == found[1]]
        if found := re.fullmatch(r"/collections/(\w+)/items", path):
            tops = [one for one in self.items if found[1] in one["data"].get("collections", ())]
            keys = {one["key"] for one in tops}
            return tops + [one for one in self.items if one["data"].get("parentItem") in keys]
        return None

    def write(self, sent: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
        """Write items as Zotero's server does, each for itself, and return what it answers."""
        told: dict[str, dict[str, Any]] = {"successful": {}, "success": {}, "unchanged": {}, "failed": {}}
        known = {one["key"]: one for one in self.items}
        self.library_version += 1
        for place, data in enumerate(sent):
            key, version = data["key"], data.pop("version")
            type = ITEM_TYPES[data["itemType"]]
            unknown = set(data) - {*type.bases, "key", "itemType", "creators", "tags", "collections", "relations"}
            held = known.get(key)
            if unknown or data.get("title") in self.refused:
                why = self.refused.get(data.get("title", ""), f"Invalid property {unknown}")
                told["failed"][str(place)] = {"key": key, "code": 400, "message": why}
            elif version != (held["version"] if held else 0):
                told["failed"][str(place)] = {"key": key, "code": 412, "message": "Item exists"}
            elif held and held["data"] | data == held["data"]:
                told["unchanged"][str(place)] = key
            else:  # what is not sent stays as it is
                kept = {name: value for name, value in held["data"].items() if name != "version"} if held else {}
                made = item(**kept | data) | {"version": self.library_version}
                self.items[:] = [one for one in self.items if one["key"] != key] + [made]
                told["successful"][str(place)], told["success"][str(place)] = made, key
        return told


def item(key: str, **data: Any) -> dict[str, Any]:
    """An object as Zotero's API answers it."""
    return {"key": key, "version": 7, "library": {"type": "user", "id": 0}, "data": {"key": key, "version": 7, **data}}


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    zotero: Zotero


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    @property
    def zotero(self) -> Zotero:
        """The stand-in that this answers for."""
        assert isinstance(self.server, _Server)
        return self.server.zotero

    def do_GET(self) -> None:
        asked = urlsplit(self.path)
        path = asked.path.removeprefix(PLACE)
        self.zotero.requests.append(("GET", path, dict(self.headers)))
        if (trouble := self.zotero.trouble(path)) is not None:
            self._misbehave(trouble)
            return
        listed = self.zotero.listed(path)
        if listed is None or not asked.path.startswith(PLACE):
            self._send(404, b"Not found")
            return
        query = {name: values[0] for name, values in parse_qs(asked.query).items()}
        if query.get("format") == "versions":
            asked_for = query["itemKey"].split(",")
            assert len(asked_for) <= 50
            found = {one["key"]: one["version"] for one in listed if one["key"] in asked_for}
            self._send(200, json.dumps(found).encode())
            return
        start, limit = int(query.get("start", 0)), int(query.get("limit", 25))
        fields = {"Total-Results": str(len(listed) if self.zotero.total is None else self.zotero.total)}
        if start + limit < len(listed) or self.zotero.next_page:
            page = f"{self.zotero.address}{path}?limit={limit}&start={start + limit}&format=json"
            fields["Link"] = f'<{self.zotero.next_page or page}>; rel="next"'
        self._send(200, json.dumps(listed[start : start + limit]).encode(), fields)

    def do_POST(self) -> None:
        path = urlsplit(self.path).path.removeprefix(PLACE)
        self.zotero.requests.append(("POST", path, dict(self.headers)))
        sent = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if (trouble := self.zotero.trouble(f"POST {path}")) is not None:
            self._misbehave(trouble)
        elif self.zotero.key is None:
            self._send(501, b"Method not implemented")
        elif self.headers["Zotero-API-Key"] != self.zotero.key:
            self._send(403, b"Write access denied")
        elif len(sent) > 50:
            self._send(413, b"Cannot write more than 50 items at a time")
        elif (token := self.headers["Zotero-Write-Token"]) in self.zotero.tokens:
            self._send(412, b"Write token already used")
        else:
            self.zotero.tokens.add(token)
            told = json.dumps(self.zotero.write(sent)).encode()
            self.zotero.loses_answers -= 1
            self._send(500 if self.zotero.loses_answers >= 0 else 200, told)

    def _misbehave(self, trouble: Trouble) -> None:
        if trouble.seconds:
            self.zotero.ending.wait(20)
            self.close_connection = True
            return
        fields = {**trouble.fields, "Content-Length": str(len(trouble.body) + (100 if trouble.cut else 0))}
        self._send(trouble.status, trouble.body, fields)
        self.close_connection = trouble.cut

    def _send(self, status: int, body: bytes, fields: Mapping[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {
            "Content-Type": "application/json",
            "Content-Length": str(len(body)),
            **(fields or {}),
        }.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        pass


@contextmanager
def zotero_server(**given: Any) -> Iterator[Zotero]:
    """Serve a stand-in until the block ends."""
    zotero = Zotero(**given)

    server = _Server(("127.0.0.1", 0), _Handler)
    server.zotero = zotero
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    zotero.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield zotero
    finally:
        zotero.ending.set()
        server.shutdown()
        server.server_close()
        thread.join(10)
