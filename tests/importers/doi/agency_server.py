"""A stand-in for Crossref, DataCite and doi.org on a real socket, as badly behaved as a test asks.

It answers from the bodies it is given. `troubles` says, by the start of a path, what comes before
the true answer (each trouble once); `always` what comes every time. Every request is noted with its
time by the clock that the client uses too, and a window that holds more than `limit` is answered 429.
"""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from commonplace.importers.doi.addresses import Addresses
from commonplace.importers.doi.clock import Clock


class PassingTime:
    """A clock that stands still but for those who sleep."""

    def __init__(self) -> None:
        self.seconds = 1_000.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.seconds += seconds

    def now(self) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=self.seconds)

    def clock(self) -> Clock:
        return Clock(monotonic=lambda: self.seconds, sleep=self.sleep, now=self.now)


@dataclass(frozen=True)
class Trouble:
    """An answer instead of the true one. `cut` promises more bytes than come; `seconds` is how long it takes."""

    status: int = 200
    body: bytes = b""
    fields: Mapping[str, str] = field(default_factory=dict)
    cut: bool = False
    seconds: float = 0.0


TOO_MANY = Trouble(429, b"slow down", {"Retry-After": "7"})
UNAVAILABLE = Trouble(503, b"<html>maintenance</html>", {"Content-Type": "text/html"})
PAGE = Trouble(200, b"<!doctype html><title>Oops</title>", {"Content-Type": "text/html; charset=utf-8"})
HALF = Trouble(200, b'{"message": {"items": [{"DOI": "10.1', {"Content-Type": "application/json"})
SLOW = Trouble(200, b"{}", {"Content-Type": "application/json"}, seconds=1_000)
CUT = Trouble(200, b'{"message": {', {"Content-Type": "application/json"}, cut=True)


@dataclass
class Agencies:
    """What the stand-in knows, how it misbehaves, and what it was asked."""

    time: PassingTime
    crossref: dict[str, Any] = field(default_factory=dict)
    datacite: dict[str, Any] = field(default_factory=dict)
    other: dict[str, Any] = field(default_factory=dict)
    troubles: dict[str, list[Trouble]] = field(default_factory=dict)
    always: dict[str, Trouble] = field(default_factory=dict)
    limit: int | None = None
    window: float = 1.0
    validators: bool = True
    requests: list[tuple[float, str, dict[str, str]]] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    url: str = ""

    @property
    def addresses(self) -> Addresses:
        return Addresses(crossref=f"{self.url}/crossref", datacite=f"{self.url}/datacite", doi=f"{self.url}/doi")

    @property
    def paths(self) -> list[str]:
        return [path for _, path, _ in self.requests]

    def most_in_a_window(self) -> int:
        """The most requests that any window of that length holds."""
        times = [at for at, _, _ in self.requests]
        return max((sum(start <= at < start + self.window for at in times) for start in times), default=0)

    def answer(self, path: str, fields: dict[str, str]) -> Trouble:
        """What a request gets."""
        self.requests.append((self.time.seconds, path, fields))
        made = self._trouble(path) or self._true(path)
        if self.limit:
            named = {"x-rate-limit-limit": str(self.limit), "x-rate-limit-interval": f"{self.window:g}s"}
            made = replace(made, fields={**made.fields, **named})
            if self.most_in_a_window() > self.limit:
                made = Trouble(429, b"over the limit", named)
        if self.validators and made.status == 200 and not made.cut:
            tag = f'"{hashlib.sha256(made.body).hexdigest()[:16]}"'
            made = replace(made, fields={**made.fields, "ETag": tag})
            if fields.get("if-none-match") == tag:
                made = Trouble(304, b"", {"ETag": tag})
        self.statuses.append(made.status)
        return made

    def _trouble(self, path: str) -> Trouble | None:
        for start, listed in self.troubles.items():
            if path.startswith(start) and listed:
                return listed.pop(0)
        return next((made for start, made in self.always.items() if start in unquote(path)), None)

    def _true(self, path: str) -> Trouble:
        parts = urlsplit(path)
        query = parse_qs(parts.query)
        service, _, rest = parts.path.lstrip("/").partition("/")
        rest = rest if rest.startswith("ra/") else unquote(rest)
        match service:
            case "crossref":
                return _json(self._crossref(rest, query))
            case "datacite":
                return _json(self._datacite(rest, query))
            case _ if rest.startswith("ra/"):
                return _json([self._agency(unquote(doi)) for doi in rest.removeprefix("ra/").split(",")])
            case _:
                return _json(self.other.get(rest.lower()))

    def _crossref(self, rest: str, query: dict[str, list[str]]) -> Any:
        if rest == "works":
            asked = re.findall(r"doi:([^,]+)", query["filter"][0])
            items = [self.crossref[doi.lower()] for doi in asked if doi.lower() in self.crossref]
            return {"status": "ok", "message-type": "work-list", "message": {"items": items[: int(query["rows"][0])]}}
        found = self.crossref.get(rest.removeprefix("works/").lower())
        return {"status": "ok", "message-type": "work", "message": found} if found else None

    def _datacite(self, rest: str, query: dict[str, list[str]]) -> Any:
        if rest == "dois":
            asked = [doi.lower() for doi in re.findall(r'"((?:[^"\\]|\\.)+)"', query["query"][0])]
            return {"data": [self.datacite[doi] for doi in asked if doi in self.datacite]}
        found = self.datacite.get(rest.removeprefix("dois/").lower())
        return {"data": found} if found else None

    def _agency(self, doi: str) -> dict[str, str]:
        known = {"Crossref": self.crossref, "DataCite": self.datacite, "mEDRA": self.other}
        for name, bodies in known.items():
            if doi.lower() in bodies:
                return {"DOI": doi, "RA": name}
        return {"DOI": doi, "status": "DOI does not exist"}


def _json(value: Any) -> Trouble:
    if value is None:
        return Trouble(404, b"Resource not found.", {"Content-Type": "text/plain"})
    return Trouble(200, json.dumps(value).encode(), {"Content-Type": "application/json"})


@contextmanager
def serving_agencies(agencies: Agencies) -> Iterator[Agencies]:
    """Serve them on a free port until the end of the block."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            made = agencies.answer(self.path, {name.lower(): value for name, value in self.headers.items()})
            self.send_response(made.status)
            for name, value in made.fields.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(made.body) + (100 if made.cut else 0)))
            self.end_headers()
            agencies.time.seconds += made.seconds
            self.wfile.write(made.body)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    agencies.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield agencies
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
