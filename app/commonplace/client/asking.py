"""Ask a library over HTTP: try again when it says so, and raise what it answers instead."""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import httpx
from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt

from commonplace.client.answering import Answer, Ask, Listing
from commonplace.client.errors import Incomplete, NotFound, Problem, Unavailable, Unreachable, problem

JSON = "application/json"

TRIES = 4
"""Maximum number of times that one thing is asked for, where the library says to come again."""

LONGEST_WAIT = 120.0
"""Maximum seconds that are waited before a try: a library that wants more is reported instead."""

READS = ("GET", "HEAD")
UNSURE = "stopping"
"""The kind of problem that leaves open whether a write was made, so that it must not be sent again unseen."""

Given = str | int | bool | None


class Asking:
    """A connection to a library at one address, and what every question has in common."""

    def __init__(
        self,
        base_url: str = "http://127.0.0.1:8000",
        *,
        token: str | None = None,
        timeout: float = 60.0,
        tries: int = TRIES,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        """Connect to the library at that address; `token` lets it be written to. `tries` is how often it is asked."""
        headers = {"User-Agent": "commonplace-client", "Accept": JSON}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        self._http = httpx.Client(
            base_url=base_url, headers=headers, timeout=timeout, transport=transport, follow_redirects=True
        )
        self._retrying = Retrying(
            stop=stop_after_attempt(tries), wait=_wanted, retry=retry_if_exception(_comes_again), reraise=True
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    def request(self, method: str, address: str, **given: Any) -> httpx.Response:
        """Return what the library answers to a request, of whatever address; `given` goes to `httpx`.

        Raises `Problem`, `Unreachable`.
        """
        return self._retrying(self._request_once, method, address, **given)

    def _request_once(self, method: str, address: str, **given: Any) -> httpx.Response:
        try:
            response = self._http.request(method, address, **given)
        except httpx.TransportError as fault:
            why = str(fault) or type(fault).__name__
            raise Unreachable(f"{self._http.base_url}: no answer to {method} {address}: {why}") from fault
        if response.is_error:
            raise _problem_of(response, method)
        return response

    def _get(self, address: str, parameters: Mapping[str, Given], accept: str = JSON) -> httpx.Response:
        return self.request("GET", address, params=_sent(parameters), headers={"Accept": accept})

    def _one(self, address: str, **parameters: Given) -> Answer[Any]:
        """Return the JSON at an address."""
        response = self._get(address, parameters)
        return Answer.of(response, _said(response))

    def _asking(self, partial: bool) -> Ask:
        """Return what asks for pages; it raises `Incomplete` where one is cut, unless a part will do."""

        def ask(address: str, parameters: Mapping[str, str]) -> httpx.Response:
            response = self._get(address, parameters)
            return self._whole(response, _said(response).get("complete", ""), partial)

        return ask

    def _list(self, address: str, partial: bool = False, **parameters: Given) -> Listing[Any]:
        return Listing(self._asking(partial), address, _sent(parameters))

    def _whole(self, response: httpx.Response, told: str, partial: bool) -> httpx.Response:
        complete = told or response.headers.get("commonplace-complete", "complete")
        if complete != "complete" and not partial:
            raise Incomplete(str(response.url), complete)
        return response

    def _send(
        self, method: str, address: str, document: object = None, if_match: str | int | None = None, **parameters: Given
    ) -> Answer[Any]:
        """Send a document, and return what the library answers."""
        media_type = "application/merge-patch+json" if method == "PATCH" else JSON
        content = b"" if document is None else json.dumps(document).encode()
        return self._send_bytes(address, content, media_type if content else "", if_match, parameters, method)

    def _send_bytes(
        self,
        address: str,
        content: bytes,
        media_type: str,
        if_match: str | int | None,
        parameters: Mapping[str, Given],
        method: str = "POST",
    ) -> Answer[Any]:
        """Send bytes of a media type, and return what the library answers: None where it says nothing."""
        headers = _condition(if_match) | ({"Content-Type": media_type} if media_type else {})
        response = self.request(method, address, params=_sent(parameters), headers=headers, content=content or None)
        return Answer.of(response, _said(response) if response.content else None)


def in_path(key: str | int) -> str:
    """Return a key as one part of an address, whatever characters it has. Raises `NotFound` for what is no key."""
    part = quote(str(key), safe=":")
    if part in ("", ".", ".."):  # an address would be that of something else
        raise NotFound(404, {"title": "There is no such thing", "detail": f"nothing has the key {key!r}"})
    return part


def _condition(if_match: str | int | None) -> dict[str, str]:
    """Return the header that lets a write be refused when the library has moved on from an entity tag or version."""
    if if_match is None:
        return {}
    return {"If-Match": f'"{if_match}"' if isinstance(if_match, int) else if_match}


def _sent(parameters: Mapping[str, Given]) -> dict[str, str]:
    """Return the parameters that were given, as text; `from_` and the like without the underscore."""
    return {
        name.rstrip("_"): str(value).lower() if isinstance(value, bool) else str(value)
        for name, value in parameters.items()
        if value is not None
    }


def _said(response: httpx.Response) -> Any:
    """Return the JSON of an answer. Raises `Unreachable` for another one, as of an address that is no library's."""
    try:
        return response.json()
    except ValueError as fault:
        kind = response.headers.get("content-type", "of no known kind")
        raise Unreachable(f"{response.url}: no library answers here: the answer is {kind}, and no JSON") from fault


def _problem_of(response: httpx.Response, method: str) -> Problem:
    try:
        members = response.json()
    except ValueError:
        members = None
    if not isinstance(members, dict):
        members = {"title": response.reason_phrase, "detail": response.text[:500]}
    later = response.headers.get("retry-after", "")
    return problem(response.status_code, members, method, float(later) if later.isdecimal() else None)


def _comes_again(fault: BaseException) -> bool:
    """Return whether a request may be sent again: the library said when, and a write was surely not made."""
    if not isinstance(fault, Unavailable) or fault.retry_after is None or fault.retry_after > LONGEST_WAIT:
        return False
    return fault.method in READS or fault.kind != UNSURE


def _wanted(state: RetryCallState) -> float:
    """Return the seconds that the library said to wait."""
    fault = state.outcome.exception() if state.outcome else None
    return (fault.retry_after or 0.0) if isinstance(fault, Problem) else 0.0
