"""Tell which kept texts a request may read, and how long caches may hold what is answered from them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace

from fastapi import Request, Response

from commonplace.derived.graph.snapshot import Snapshot
from commonplace.library.work_texts import TextToSearch, open_texts, texts_to_search
from commonplace.web.context import Context
from commonplace.web.http.authorization import token_of
from commonplace.web.http.negotiation import JSON, WITH_TEXTS, Representation, for_token


class TextReader:
    """Whoever sends a request: with a token they may read every text, without one those that are open.

    A text of an earlier version `at` is open where it was then and is now: a text that was kept under a licence by
    mistake, or was taken away, is open to nobody at any version.
    """

    def __init__(self, request: Request, context: Context, at: int | None = None) -> None:
        """Read the token of a request. Raises what `token_of` raises."""
        self.has_token = token_of(request) is not None
        self._past = at is not None
        self._open_now = context.library.read(open_texts) if self._past and not self.has_token else None

    def may_read(self, pages: str, *, is_open: bool) -> bool:
        """Return whether the text of those pages, by their SHA-256, may be read; `is_open` at the version asked for."""
        return self.has_token or (is_open and (self._open_now is None or pages in self._open_now))

    def texts(self, snapshot: Snapshot) -> tuple[Sequence[TextToSearch], dict[str, int]]:
        """Return the texts that may be searched, and the counts of them and of those that take a token."""
        texts = texts_to_search(snapshot)
        searched = [text for text in texts if self.may_read(text.pages, is_open=text.open)]
        return searched, {"with_text": len(searched), "with_text_for_tokens": len(texts) - len(searched)}

    @property
    def form(self) -> Representation:
        """Return the form of an answer from texts: its tag is another for each set of texts that is read."""
        if self.has_token:
            return WITH_TEXTS
        if not self._open_now:
            return JSON
        name = hashlib.sha256("".join(sorted(self._open_now)).encode()).hexdigest()[:16]
        return replace(JSON, name=f"{JSON.name}-{name}")

    def sent(self, response: Response) -> Response:
        """Return a response that no cache gives to another reader, nor when a text in it may be closed by then."""
        if self.has_token:
            return for_token(response)
        if self._past:
            response.headers["Cache-Control"] = "no-cache"
        return response
