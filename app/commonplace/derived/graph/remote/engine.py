"""Speak the SPARQL 1.1 Protocol with an engine at an address."""

from __future__ import annotations

import os
import weakref
from collections.abc import Iterable
from urllib.parse import urlsplit, urlunsplit

import httpx

from commonplace.errors import GraphUnreachable

CONNECT_SECONDS = 5.0
"""Maximum time to reach the engine."""

ANSWER_SECONDS = 120.0
"""Maximum time between two pieces of an answer. What a reader asks is ended sooner, with the process that asks it."""

TABLES, TRIPLES = "application/sparql-results+json", "application/n-triples"
"""The two forms that answers are taken in: every engine writes them, and they can be read in one way only."""

_SHOWN = 300
"""Maximum number of characters that an error shows of what the engine says."""

_BUSY = (429, 502, 503, 504)


class SparqlEngine:
    """An engine by the addresses of its queries and its updates. Safe to share between threads, and across a fork."""

    def __init__(self, addresses: str) -> None:
        """Take the address of the queries, and after a space that of the updates where it is another one.

        A name and a password may stand in them, as `http://name:password@host/`; they are shown to nobody.
        """
        self.addresses = addresses
        query, _, update = addresses.partition(" ")
        self._query, self._update = query, update.strip() or query
        self.name = _without_secret(query)
        """The address of its queries, as it may be shown."""
        self._client: tuple[int, httpx.Client] | None = None

    def ask(self, text: str, defaults: Iterable[str], named: Iterable[str], form: str = TABLES) -> bytes:
        """Return the answer of a query in a form: `TABLES` for SELECT and ASK, `TRIPLES` for the others.

        The dataset is what `defaults` and `named` say, and what the text says where both are empty. Raises
        `GraphUnreachable`, and RuntimeError when the engine does not evaluate the query.
        """
        given: dict[str, str | list[str]] = {
            "query": text,
            "default-graph-uri": [*defaults],
            "named-graph-uri": [*named],
        }
        answer = self._post(self._query, given, form)
        if answer.is_success:
            return answer.content
        raise RuntimeError(f"the engine at {self.name} answered {_said(answer)}")

    def update(self, text: str) -> None:
        """Let the engine do an update. Raises `GraphUnreachable`; it is not known then whether it was done."""
        answer = self._post(self._update, {"update": text}, "*/*")
        if not answer.is_success:
            raise GraphUnreachable.named(self.name, f"it answered an update with {_said(answer)}")

    def _post(self, address: str, form: dict[str, str | list[str]], accept: str) -> httpx.Response:
        try:
            answer = self._here().post(address, data=form, headers={"Accept": accept})
        except httpx.HTTPError as fault:
            raise GraphUnreachable.named(self.name, f"{fault}" or type(fault).__name__) from fault
        if answer.status_code in _BUSY:
            raise GraphUnreachable.named(self.name, f"it answered {_said(answer)}")
        return answer

    def _here(self) -> httpx.Client:
        """Return the connections of this process: a process that was forked must not write to those of its parent."""
        if self._client is None or self._client[0] != os.getpid():
            timeout = httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS)
            client = httpx.Client(timeout=timeout, trust_env=False)
            weakref.finalize(self, client.close)
            self._client = os.getpid(), client
        return self._client[1]


def _said(answer: httpx.Response) -> str:
    return f"{answer.status_code}: {' '.join(answer.text.split())[:_SHOWN]}"


def _without_secret(address: str) -> str:
    parts = urlsplit(address)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
