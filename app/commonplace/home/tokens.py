"""Keep the tokens that may write, each with a name and a role, as hashes in one list.

A token is 256 random bits, so its SHA-256 cannot be searched for: a slow password hash would add
nothing. A presented token is compared with every hash in constant time. The file is read again
when it has changed, so a token that is added or revoked counts at once, in a running server too.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from datetime import UTC, datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from commonplace.errors import BadRequest, Message, NotFound
from commonplace.home.private_list import ListPlace, PrivateList

FIRST_NAME = "curator"
"""The name of the token that a new home begins with."""

PREFIX = "cpl_"
"""Beginning of our tokens, so that one which leaks into a file can be found there."""

_NAME = re.compile(r"[^\W_][\w.@+ -]{0,63}")
_SECRET_BYTES = 32


class Role(StrEnum):
    """The rights of a token's holder."""

    CURATOR = "curator"
    """Everything."""
    CONTRIBUTOR = "contributor"
    """Look at what a write would do, and leave it to a curator to make it."""


class Token(BaseModel):
    """One token as it is kept: never its text, only the text's SHA-256 in hexadecimal."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    role: Role
    sha256: str
    created: datetime


class Tokens:
    """The tokens that are kept in a place. Safe to share between threads; changes by other processes are seen."""

    def __init__(self, place: ListPlace) -> None:
        self._list = PrivateList(place, "tokens", Token)

    def all(self) -> tuple[Token, ...]:
        """Return every token, oldest first; none where no file is. Raises `HomeUnusable` when it cannot be read."""
        return self._list.all()

    def holder(self, secret: str) -> Token | None:
        """Return the token with that text, or None."""
        presented = digest(secret)
        found = None
        for token in self.all():  # all of them, whichever it is: the time says nothing
            if hmac.compare_digest(token.sha256, presented):
                found = token
        return found

    def add(self, name: str, role: Role) -> str:
        """Make a token and return its text, which is kept nowhere. Raises `BadRequest` for a name that cannot be."""
        if not _NAME.fullmatch(name):
            raise BadRequest(
                Message(
                    "%(name)r cannot be a token's name: a letter or digit, then at most 63 letters, digits "
                    "or . @ + - _",
                    name=name,
                ),
                [("name", "not a name")],
            )

        def add(tokens: list[Token]) -> str:
            if any(token.name == name for token in tokens):
                raise BadRequest(
                    Message("there is a token %(name)r already: revoke it first", name=name), [("name", "taken")]
                )
            return self._minted(tokens, name, role)

        return self._list.change(add)

    def add_first(self) -> str | None:
        """Make the curator's token of a new home and return its text; None when there is a list already."""

        def add(tokens: list[Token]) -> str | None:
            return None if tokens or self._list.exists else self._minted(tokens, FIRST_NAME, Role.CURATOR)

        return None if self._list.exists else self._list.change(add)

    def revoke(self, name: str) -> None:
        """Forget a token: it opens nothing from now on. Raises `NotFound`."""

        def remove(tokens: list[Token]) -> None:
            kept = [token for token in tokens if token.name != name]
            if len(kept) == len(tokens):
                raise NotFound(Message("there is no token %(name)r", name=name))
            tokens[:] = kept

        self._list.change(remove)

    def _minted(self, tokens: list[Token], name: str, role: Role) -> str:
        secret = PREFIX + secrets.token_urlsafe(_SECRET_BYTES)
        created = datetime.now(UTC).replace(microsecond=0)
        tokens.append(Token(name=name, role=role, sha256=digest(secret), created=created))
        return secret


def digest(secret: str) -> str:
    """Return the SHA-256 of a token's text, in hexadecimal."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
