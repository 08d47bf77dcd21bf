"""Define every error of the client, in one tree.

LibraryError                      the root; its text is for people
├── Unreachable                   no library answers at the address
├── Incomplete                    the answer was cut, and the caller did not ask for a part
└── Problem                       the library answered a problem (RFC 9457); the kinds below go by its status
    ├── Forbidden                 401, 403: the write needs a token, or another one
    ├── NotFound                  404
    │   └── Gone                  410: it was deleted; an earlier version has it
    ├── Conflict                  409, 412: the library has moved on, or something stands against it
    ├── RulesBroken               422: the write would break the rules of the data
    └── Unavailable               429, 503, 504, 507: not now, or not at once
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


class LibraryError(Exception):
    """The root of the client's errors."""


class Unreachable(LibraryError):
    """No library answers at the address, or the connection broke."""


class Incomplete(LibraryError):
    """The answer was cut. `complete` says how: `truncated`, `timeout` or `unknown`."""

    def __init__(self, address: str, complete: str) -> None:
        super().__init__(
            f"{address}: this answer is {complete}, not complete: ask for less, or with partial=True for what there is"
        )
        self.address = address
        self.complete = complete


class Problem(LibraryError):
    """A problem that the library answered, with its fields (RFC 9457).

    `errors` has pairs of a place and what is wrong there. `members` has the whole document: a conflict's `current`
    and `differs` stand there. `method` is that of the request. `retry_after` is in seconds, where the library says it.
    """

    def __init__(
        self, status: int, members: Mapping[str, Any], method: str = "GET", retry_after: float | None = None
    ) -> None:
        self.status = status
        self.method = method
        self.members = members
        self.type = str(members.get("type", "about:blank"))
        self.title = str(members.get("title", ""))
        self.detail = str(members.get("detail", ""))
        self.instance = str(members.get("instance", ""))
        self.errors: Sequence[tuple[str, str]] = [
            (str(one.get("where", "")), str(one.get("why", ""))) for one in members.get("errors", ())
        ]
        self.retry_after = retry_after
        places = "".join(f"\n  {where}: {why}" for where, why in self.errors)
        super().__init__(f"{status} {self.title}: {self.detail}".rstrip(": ") + places)

    @property
    def kind(self) -> str:
        """Return the last part of `type`: `bad-request`, `not-found` …"""
        return self.type.rpartition("/")[2]


class Forbidden(Problem):
    """The write needs a token, or the role of this one does not allow it."""


class NotFound(Problem):
    """There is no such thing, version or address."""


class Gone(NotFound):
    """The thing was deleted; `errors` has the address of the last version that had it."""


class Conflict(Problem):
    """The library has moved on since what was read, or something else stands against the write."""


class RulesBroken(Problem):
    """The write would break the rules of the data; nothing was written."""


class Unavailable(Problem):
    """The library does not answer this now, or took too long for it."""


_BY_STATUS: Mapping[int, type[Problem]] = {
    401: Forbidden,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    410: Gone,
    412: Conflict,
    422: RulesBroken,
    429: Unavailable,
    503: Unavailable,
    504: Unavailable,
    507: Unavailable,
}


def problem(status: int, members: Mapping[str, Any], method: str, retry_after: float | None) -> Problem:
    """Return the error for a problem of that status, answered to a request of that method."""
    return _BY_STATUS.get(status, Problem)(status, members, method, retry_after)
