"""Ask Zotero by its API, that of the program itself or of its server; read a library whole or not at all.

Zotero answers page by page. An answer that is cut, that does not come, or that has fewer items than Zotero says ends
the reading: nobody is told of half a library as if it were one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

import httpx

from commonplace import __version__
from commonplace.errors import BadRequest
from commonplace.importers.doi.clock import Clock

PAGE = 100
"""Number of objects that are asked for at a time, as many as Zotero gives."""

_PAUSED = frozenset({429, 503})
_RETRIED = frozenset({500, 502, 504})
_SHOWN = 200

_KEY = re.compile(r"[!-~]+")
_NO_KEY = "it has a space, a line break or a letter that no key has; copy it again from zotero.org/settings/keys"

_WHAT_TO_DO = {
    401: "it wants a key: set COMMONPLACE_ZOTERO_KEY",
    403: "it does not let others read: allow other applications to communicate with Zotero (Settings, Advanced), "
    "or set COMMONPLACE_ZOTERO_KEY to a key that may",
    404: "there is no such library or collection: look at COMMONPLACE_ZOTERO_URL, which ends in /users/NUMBER",
}


class ZoteroFault(BadRequest):
    """Zotero did not answer as it should."""


@dataclass(frozen=True, slots=True)
class ZoteroPatience:
    """Say how long to go on. Times are in seconds."""

    attempts: int = 4
    first_wait: float = 0.5
    longest_pause: float = 120.0
    """A pause beyond this, that Zotero asks for, is not waited for."""
    timeout: float = 30.0
    pages: int = 100_000
    """Maximum number of pages of a list: beyond, one leads back to another."""


@dataclass(slots=True)
class ZoteroApi:
    """One library of Zotero's, by its address: `http://localhost:23119/api/users/0`. Use it in `with`."""

    address: str
    key: str | None = None
    """The key of its server; Zotero itself needs none to be read."""
    patience: ZoteroPatience = field(default_factory=ZoteroPatience)
    clock: Clock = field(default_factory=Clock)
    _http: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        headers = {"Zotero-API-Version": "3", "User-Agent": f"Commonplace/{__version__}", "Accept": "application/json"}
        if self.key:
            if not _KEY.fullmatch(self.key):  # the HTTP client would repeat the key in its error
                raise ZoteroFault(f"COMMONPLACE_ZOTERO_KEY is no key: {_NO_KEY}", [("COMMONPLACE_ZOTERO_KEY", _NO_KEY)])
            headers["Zotero-API-Key"] = self.key
        self._http = httpx.Client(headers=headers, timeout=self.patience.timeout, trust_env=False)

    def __enter__(self) -> ZoteroApi:
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        self._http.close()

    def collections(self) -> list[dict[str, Any]]:
        """Return every collection. Raises `ZoteroFault`."""
        return self._whole("/collections", lambda _: None)

    def items(self, collection: str | None, progress: Callable[[int, int], None]) -> list[dict[str, Any]]:
        """Return every item, or those of a collection by its key, with what hangs on them. Raises `ZoteroFault`.

        `progress` is called with the number of items so far, and of all.
        """
        if collection is None:
            return self._whole("/items", lambda so_far: progress(*so_far))
        items = self._whole(f"/collections/{collection}/items", lambda so_far: progress(*so_far))
        known = {item["key"]: item for item in items}
        waiting = list(known)
        while waiting:  # which of the things below its items a collection lists is not the same in all of Zotero
            key = waiting.pop()
            if not _may_have_children(known[key]):
                continue
            for child in self._whole(f"/items/{key}/children", lambda _: None):
                if child["key"] not in known:
                    known[child["key"]] = child
                    waiting.append(child["key"])
        return list(known.values())

    def ask(self, method: str, path: str, **sent: Any) -> httpx.Response:
        """Return the answer to a request, asked again as long as Zotero wants others to wait. Raises `ZoteroFault`."""
        wait = self.patience.first_wait
        for attempt in range(1, self.patience.attempts + 1):
            try:
                answer = self._http.request(method, path if "://" in path else f"{self.address}{path}", **sent)
            except httpx.HTTPError as fault:
                raise self.fault(path, _told(fault, self.patience.timeout)) from fault
            pause = _pause_of(answer.headers)
            if pause > self.patience.longest_pause:
                raise self.fault(path, f"it asks to be left alone for {pause:.0f} s: try again after that")
            if answer.status_code not in _PAUSED | _RETRIED:
                if pause:
                    self.clock.sleep(pause)  # Backoff beside an answer: the next request is to wait
                return answer
            if attempt < self.patience.attempts:
                self.clock.sleep(pause or wait)
                wait *= 2
        why = (
            f"it answered {answer.status_code} {self.patience.attempts} times: look whether it runs well, and try again"
        )
        raise self.fault(path, why)

    def _whole(self, path: str, so_far: Callable[[tuple[int, int]], None]) -> list[dict[str, Any]]:
        """Return a list that Zotero gives page by page."""
        found: dict[str, dict[str, Any]] = {}
        total = 0
        for page, total in self._pages(path):
            for one in page:
                if (
                    not isinstance(one, dict)
                    or not isinstance(one.get("key"), str)
                    or not isinstance(one.get("data"), dict)
                ):
                    raise self.fault(path, f"it answered something that is no item: {json.dumps(one)[:_SHOWN]}")
                found[one["key"]] = one
            so_far((len(found), total))
        if len(found) < total:
            why = f"it says that there are {total}, and gave {len(found)}: it may have changed meanwhile; try again"
            raise self.fault(path, why)
        return list(found.values())

    def _pages(self, path: str) -> Iterator[tuple[list[Any], int]]:
        following: str | None = f"{path}?format=json&limit={PAGE}"
        seen: set[str] = set()
        while following:
            if following in seen or len(seen) > self.patience.pages:
                raise self.fault(path, "one of its pages leads back to itself: try again, or ask a newer Zotero")
            seen.add(following)
            answer = self.ask("GET", following)
            page = self._list_of(path, answer)
            total = answer.headers.get("total-results", "")
            yield page, int(total) if total.isdecimal() else len(page)
            link = answer.links.get("next", {}).get("url")
            following = self._own(path, link) if link else None

    def _own(self, path: str, link: str) -> str:
        """Return the address of a page, which must be of the same server: a key is sent with the request."""
        ours, theirs = urlsplit(self.address), urlsplit(link)
        if (ours.scheme, ours.netloc) != (theirs.scheme, theirs.netloc):
            raise self.fault(path, f"its next page is at another place, {link[:_SHOWN]}: it is not asked")
        return link

    def _list_of(self, path: str, answer: httpx.Response) -> list[Any]:
        status = answer.status_code
        if status != 200:
            why = _WHAT_TO_DO.get(status) or f"it said: {answer.text[:_SHOWN].strip() or 'nothing'}"
            raise self.fault(path, f"it answered {status}: {why}")
        try:
            value = answer.json()
        except (ValueError, RecursionError) as fault:
            raise self.fault(path, f"its answer is no JSON, or was cut ({fault}): try again") from fault
        if not isinstance(value, list):
            raise self.fault(path, "its answer is no list of items: is this the address of a library of Zotero?")
        return value

    def fault(self, path: str, why: str) -> ZoteroFault:
        """Return the error for what is wrong with an answer."""
        where = path if "://" in path else f"{self.address}{path}"
        return ZoteroFault(f"Zotero at {where}: {why}", [(where, why)])


def _may_have_children(item: Mapping[str, Any]) -> bool:
    kind = item["data"].get("itemType")
    return kind not in ("note", "annotation") and item.get("meta", {}).get("numChildren", 1) != 0


def _pause_of(headers: Mapping[str, str]) -> float:
    """Return the seconds that Zotero wants to be left alone for, by `Backoff` or `Retry-After`."""
    told = [headers.get(name, "").strip() for name in ("backoff", "retry-after")]
    return max((float(text) for text in told if text.isascii() and text.isdecimal() and len(text) < 10), default=0.0)


def _told(fault: httpx.HTTPError, timeout: float) -> str:
    if isinstance(fault, httpx.ConnectError):
        return "nobody answers there: start Zotero, and let other applications communicate with it (Settings, Advanced)"
    if isinstance(fault, httpx.TimeoutException):
        return f"it did not answer within {timeout:.0f} s: try again when it is less busy"
    return f"its answer broke off ({str(fault) or type(fault).__name__}): try again"
