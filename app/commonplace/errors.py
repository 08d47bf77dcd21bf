"""Everything that can go wrong, in one tree.

CommonplaceError                  what all of these are; its text is for people
├── NotFound                      no such thing, version, query or receipt
├── BadRequest                    the input cannot be understood; `errors` says where and why
│   ├── QueryRefused              SPARQL that reaches outside (SERVICE, LOAD) or does not parse
│   └── TooLarge                  more bytes than COMMONPLACE_IMPORT_BYTES, packed or unpacked
├── QueryEnded                    a query was ended before it had an answer, and the process it ran in with it
│   ├── OutOfTime                 at COMMONPLACE_QUERY_SECONDS
│   ├── OutOfMemory               at COMMONPLACE_QUERY_MEMORY
│   └── Broken                    by the engine, which has a stack of a certain depth
├── TooManyQueries                as many queries wait as may; says when to come again
├── Conflict                      the head has moved since the version the writer saw
├── NoRoom                        a disk is full; nothing was written
├── ReadOnly                      the home is in a place that cannot be written to; nothing was written
├── Interrupted                   a process was killed from outside; nothing was written
├── Stopped                       the server was told to stop before it had an answer
├── Cancelled                     stopped by who asked for it, before anything was written
├── GraphProtected                a write to a named graph that only the program writes
├── ShapeViolation                the change would break the shapes; `errors` says where and why
├── LogDamaged                    the log's bytes are not what was written; says file and offset
└── HomeUnusable                  a home that cannot be opened (another base IRI, not readable)
    └── NoLibrary                 there is no library in that folder, and this does not make one
"""

from __future__ import annotations

import errno
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager


class CommonplaceError(Exception):
    """The root. `errors` holds (where, why) pairs for faults that have a place."""

    def __init__(self, detail: str, errors: Sequence[tuple[str, str]] = ()) -> None:
        super().__init__(detail)
        self.detail = detail
        self.errors = tuple(errors)

    @classmethod
    def kinds(cls) -> Iterator[type[CommonplaceError]]:
        """Return this class and every class below it, wherever it is defined."""
        yield cls
        for kind in cls.__subclasses__():
            yield from kind.kinds()


class NotFound(CommonplaceError):
    """No such thing, version, query or receipt."""


class BadRequest(CommonplaceError):
    """The input cannot be understood."""


class QueryRefused(BadRequest):
    """SPARQL that does not parse, or that would reach outside this library."""


class TooLarge(BadRequest):
    """More bytes than an import takes, as they came or unpacked."""


class QueryEnded(CommonplaceError):
    """A query was ended before it had an answer: it took down the process it ran in."""


class OutOfTime(QueryEnded):
    """A query, or another answer, took longer than it may."""

    @classmethod
    def after(cls, seconds: float) -> OutOfTime:
        """Return the error of what was ended after that time."""
        return cls(
            f"this was ended after {seconds:g} s: ask for less, of a query with a LIMIT or fewer open patterns, "
            "or ask a library of your own that has a higher COMMONPLACE_QUERY_SECONDS"
        )


class OutOfMemory(QueryEnded):
    """A query, or another answer, took more memory than it may."""

    @classmethod
    def beyond(cls, memory: int) -> OutOfMemory:
        """Return the error of what was ended when it needed more than that many bytes."""
        return cls(
            f"this was ended when it needed more than {memory:,} bytes of memory: ask for less, of a query without "
            "sorting or grouping very many rows, or ask a library of your own that has a higher "
            "COMMONPLACE_QUERY_MEMORY"
        )


class Broken(QueryEnded):
    """The process that read something was ended by a fault of its own."""

    @classmethod
    def by(cls, signal: str) -> Broken:
        """Return the error of what was ended by the signal of that name."""
        return cls(f"the process that was to answer this broke down ({signal}): is it nested too deeply?")


class TooManyQueries(CommonplaceError):
    """As many queries wait as may, of this client (`own`) or of all. `retry_after` is in seconds."""

    def __init__(self, detail: str, *, own: bool, retry_after: int) -> None:
        super().__init__(detail)
        self.own = own
        self.retry_after = retry_after


class NoRoom(CommonplaceError):
    """A disk is full, or a file may not grow; nothing was written. `errors` names the folder."""


class ReadOnly(CommonplaceError):
    """The home is in a place that cannot be written to; nothing was written. `errors` names the folder."""


class Interrupted(CommonplaceError):
    """A process that did a part of the work was killed from outside; nothing was written."""


class Stopped(CommonplaceError):
    """The server was told to stop before it had an answer."""


class Cancelled(CommonplaceError):
    """Stopped by who asked for it, before anything was written."""


class Conflict(CommonplaceError):
    """The head has moved since the version the writer saw.

    `members` are further members of the problem: the present state of what was to be edited, and what differs.
    """

    members: Mapping[str, object] = {}

    @classmethod
    def moved(cls, head: object, seen: object) -> Conflict:
        """The library is at version `head`; the writer saw `seen`."""
        return cls(f"the library is at version {head}, not {seen}: read it again and retry")


class GraphProtected(CommonplaceError):
    """A write to a named graph that describes the library (`BASE_IRI` + `graph/…`): only the program writes those."""


class ShapeViolation(CommonplaceError):
    """The change would break the shapes of `ontology/shapes.ttl`."""


class LogDamaged(CommonplaceError):
    """The log's bytes are not what was written."""


class HomeUnusable(CommonplaceError):
    """A home that cannot be opened."""


class NoLibrary(HomeUnusable):
    """There is no library in a folder, and what was asked for does not make one."""

    @classmethod
    def at(cls, folder: object) -> NoLibrary:
        """Return the error for that folder."""
        return cls(
            f"no library at {folder}: name its folder with --home or COMMONPLACE_HOME; "
            "commonplace serve, import and doi make a new one"
        )


_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_FORBIDDEN = frozenset({errno.EROFS, errno.EACCES, errno.EPERM})


@contextmanager
def storing(what: str, where: object) -> Iterator[None]:
    """Turn what keeps a file in the folder `where` from being written into an error that says so.

    Raises `NoRoom` when the disk or a quota is full, and `ReadOnly` when the folder cannot be written to.
    """
    try:
        yield
    except OSError as fault:
        if fault.errno not in _FULL | _FORBIDDEN:
            raise
        kind = NoRoom if fault.errno in _FULL else ReadOnly
        why = fault.strerror or str(fault)
        raise kind(
            f"{what} could not be written, and nothing was changed: {where}: {why}", [(str(where), why)]
        ) from fault
