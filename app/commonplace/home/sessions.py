"""Keep the sessions of browsers that were signed in with a token, as hashes in one file.

A session is 256 random bits, which the browser holds in a cookie; the file has its SHA-256 alone, and that of the
token. It opens what the token opens, until it is over: when it was ended, when it is old, or when the token was
revoked. A backup has no sessions: whoever restores one signs in again.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from pydantic import BaseModel, ConfigDict

from commonplace.home.private_list import ListPlace, PrivateList
from commonplace.home.tokens import Token, Tokens, digest

LASTS = timedelta(days=30)
"""Maximum time that a session lasts: a month, after which the token is entered again."""

SESSIONS = 1_000
"""Maximum number of sessions that are kept; the oldest is ended first. Each holds 250 bytes of the file."""

_SECRET_BYTES = 32


class Session(BaseModel):
    """One session as it is kept: the SHA-256 of its text and of its token's, in hexadecimal."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sha256: str
    token_sha256: str
    created: datetime


def _now() -> datetime:
    return datetime.now(UTC)


class Sessions:
    """The sessions that are kept in a place. Safe to share between threads; changes by other processes are seen."""

    def __init__(self, place: ListPlace, tokens: Tokens, clock: Callable[[], datetime] = _now) -> None:
        self._list = PrivateList(place, "sessions", Session)
        self._tokens = tokens
        self._clock = clock

    def begin(self, token: Token) -> str:
        """Begin a session and return its text, which is kept nowhere. Raises `HomeUnusable`."""
        secret = secrets.token_urlsafe(_SECRET_BYTES)
        created = self._clock().replace(microsecond=0)
        begun = Session(sha256=digest(secret), token_sha256=token.sha256, created=created)

        def begin(sessions: list[Session]) -> None:
            kept = [one for one in sessions if self._token_of(one) is not None]
            sessions[:] = [*kept, begun][-SESSIONS:]

        self._list.change(begin)
        return secret

    def holder(self, secret: str) -> Token | None:
        """Return the token that the session of that text was begun with; None where it is over, or never was."""
        presented = digest(secret)
        found = None
        for session in self._list.all():  # all of them, whichever it is: the time says nothing
            if hmac.compare_digest(session.sha256, presented):
                found = session
        return self._token_of(found) if found else None

    def end(self, secret: str) -> None:
        """End a session, if it is there."""
        ended = digest(secret)

        def end(sessions: list[Session]) -> None:
            sessions[:] = [one for one in sessions if one.sha256 != ended]

        self._list.change(end)

    def _token_of(self, session: Session) -> Token | None:
        """Return the token of a session; None where it was revoked, or the session is old."""
        if self._clock() - session.created >= LASTS:
            return None
        return next((token for token in self._tokens.all() if token.sha256 == session.token_sha256), None)
