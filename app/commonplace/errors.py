"""Define every error, in one tree.

CommonplaceError                  the root; its text is for people, and says what to do
├── NotFound                      no such thing, version, query or receipt
├── BadRequest                    the input cannot be understood; `errors` says where and why
│   ├── QueryRefused              SPARQL that reaches outside (SERVICE, LOAD) or does not parse
│   └── TooLarge                  more bytes than COMMONPLACE_IMPORT_BYTES, packed or unpacked
├── QueryEnded                    a query was ended before it had an answer, and the process it ran in with it
│   ├── OutOfTime                 at COMMONPLACE_QUERY_SECONDS
│   ├── OutOfMemory               at COMMONPLACE_QUERY_MEMORY
│   └── Broken                    by a fault of the engine, whose stack has a limit
├── TooManyQueries                the queue of queries is full; says when to try again
├── Conflict                      the head has moved since the version the writer saw
│   └── LostRace                  another server wrote the version first; the change is made anew and tried again
├── NotThereYet                   a version that this server has not taken in yet; another wrote it
├── LogUnreachable                the store of a shared log does not answer
├── NoRoom                        a disk is full; nothing was written
├── ReadOnly                      the home is in a place that cannot be written to; nothing was written
├── Inexpressible                 an answer that the form asked for cannot hold; another form can
├── Interrupted                   a process was killed from outside; nothing was written
├── Stopped                       the server was told to stop before it had an answer
├── Cancelled                     stopped on request, before anything was written
├── NotAllowed                    a contributor asked for what a curator decides; nothing was written
├── GraphProtected                a write to a named graph that only the program writes
├── ShapeViolation                the change would break the shapes; `errors` says where and why
├── CannotMerge                   two things cannot be made one, or not taken apart again; says why
├── InUse                         a thing that others hang on was to be deleted; `errors` names them
├── LogDamaged                    the log's bytes are not what was written; says file and offset
└── HomeUnusable                  a home that cannot be opened (another base IRI, not readable)
    └── NoLibrary                 there is no library in that folder, and the command makes none
"""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager


class Message(str):
    """A sentence for people, kept with the template that it was made from, so that it can be said in another language.

    `Message("there is no work %(key)r", key=key)` is that text in English; a value may be a message itself.
    """

    __slots__ = ("template", "values")

    template: str
    values: Mapping[str, object]

    def __new__(cls, template: str, **values: object) -> Message:
        """Return the template with the values in it."""
        kept = {name: _kept(value) for name, value in values.items()}
        made = super().__new__(cls, template % kept)
        made.template, made.values = template, kept
        return made

    def __getnewargs_ex__(self) -> tuple[tuple[str], dict[str, object]]:
        """Return what a copy is made from, in this process or another."""
        return (self.template,), dict(self.values)

    def said(self, translate: Callable[[str], str]) -> str:
        """Return the sentence as a translator says its template."""
        said = {name: one.said(translate) if isinstance(one, Message) else one for name, one in self.values.items()}
        return translate(self.template) % said


def _kept(value: object) -> object:
    """Return a value as a message keeps it: a fault by its sentence, which can go to another process."""
    if isinstance(value, CommonplaceError):
        return value.detail
    return value if value is None or isinstance(value, str | int | float | list | tuple | dict) else str(value)


def listed(errors: Sequence[tuple[str, str]]) -> Message:
    """Return faults, each a place and a reason, as one sentence."""
    said = [Message("%(where)s: %(why)s", where=where, why=why) for where, why in errors]
    whole = said[0] if said else Message("")
    for one in said[1:]:
        whole = Message("%(first)s; %(next)s", first=whole, next=one)
    return whole


class CommonplaceError(Exception):
    """The root. `detail` is one line for people; `errors` are pairs (where, why) for faults that have a place.

    `on_page` is what a page says in place of the detail, where that speaks to whoever writes queries or runs a server.
    """

    on_page: str = ""

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
    """There is no such thing, version, query or receipt."""


class BadRequest(CommonplaceError):
    """The input cannot be understood."""


class QueryRefused(BadRequest):
    """SPARQL that does not parse, or that would reach outside this library."""


class TooLarge(BadRequest):
    """More bytes than an import takes, as they came or unpacked."""


class QueryEnded(CommonplaceError):
    """A query was ended before it had an answer, with the process it ran in."""

    on_page = "this broke down before there was an answer: ask for less, or in simpler words"


class OutOfTime(QueryEnded):
    """A query, or another answer, took longer than it may."""

    on_page = (
        "this took longer than one answer may, and was stopped: ask for less, as one concept, a few years or more "
        "exact words, or try again later, when the library is less busy"
    )

    @classmethod
    def after(cls, seconds: float) -> OutOfTime:
        """Return the error for a query that was ended after that time."""
        return cls(
            Message(
                "this was ended after %(seconds)s s: ask for less, of a query with a LIMIT or fewer "
                "open patterns, or ask a library of your own that has a higher "
                "COMMONPLACE_QUERY_SECONDS",
                seconds=f"{seconds:g}",
            )
        )


class OutOfMemory(QueryEnded):
    """A query, or another answer, took more memory than it may."""

    on_page = (
        "this is more than the library can hold at once, and was stopped: ask for less, as one concept, a few years or "
        "more exact words"
    )

    @classmethod
    def beyond(cls, memory: int) -> OutOfMemory:
        """Return the error for a query that was ended when it needed more than that many bytes."""
        return cls(
            Message(
                "this was ended when it needed more than %(memory)s bytes of memory: ask for less, of "
                "a query without sorting or grouping very many rows, or ask a library of your own that "
                "has a higher COMMONPLACE_QUERY_MEMORY",
                memory=f"{memory:,}",
            )
        )


class Broken(QueryEnded):
    """The process that read something was ended by a fault of its own."""

    signal_name = ""
    """Name of the signal that ended it."""

    @classmethod
    def by(cls, signal_name: str) -> Broken:
        """Return the error for a query whose process was ended by the signal of that name."""
        made = cls(
            Message(
                "the process that was to answer this broke down (%(signal_name)s): is it nested too deeply?",
                signal_name=signal_name,
            )
        )
        made.signal_name = signal_name
        return made


class TooManyQueries(CommonplaceError):
    """The queue is full, for this client (`own`) or for all; `retry_after` says in how many seconds to try again."""

    def __init__(self, detail: str, *, own: bool, retry_after: int) -> None:
        super().__init__(detail)
        self.own = own
        self.retry_after = retry_after


class NoRoom(CommonplaceError):
    """A disk is full, or a file may not grow; nothing was written. `errors` names the folder."""


class ReadOnly(CommonplaceError):
    """The home lies in a place that cannot be written to; nothing was written. `errors` names the folder."""


class Inexpressible(CommonplaceError):
    """An answer that the form asked for cannot hold, though others can: XML has no place for some characters."""


class Interrupted(CommonplaceError):
    """A process that did a part of the work was killed from outside; nothing was written."""


class Stopped(CommonplaceError):
    """The server was told to stop before it had an answer."""


class Cancelled(CommonplaceError):
    """It was stopped on request, before anything was written."""


class Conflict(CommonplaceError):
    """The head has moved since the version the writer saw.

    `members` are further members of the problem: the present state of what was to be edited, and what differs.
    """

    members: Mapping[str, object] = {}

    @classmethod
    def moved(cls, head: object, seen: object) -> Conflict:
        """Return the error for a writer that saw version `seen` of a library at version `head`."""
        return cls(
            Message("the library is at version %(head)s, not %(seen)s: read it again and retry", head=head, seen=seen)
        )


class LostRace(Conflict):
    """Another server wrote a version of a shared log first; nothing was written by this one."""

    @classmethod
    def for_version(cls, version: object) -> LostRace:
        """Return the error for the version that was to be written."""
        return cls(Message("another server wrote version %(version)s first: read it and retry", version=version))


class NotThereYet(CommonplaceError):
    """A version was asked for that this server has not taken in yet (`Commonplace-Min-Version`)."""


class LogUnreachable(CommonplaceError):
    """The store of a log that several servers share does not answer, so nothing can be written; reading goes on."""

    @classmethod
    def named(cls, store: str, why: str) -> LogUnreachable:
        """Return the error for the store of that name, which failed for that reason."""
        return cls(
            Message(
                "the log at %(store)s cannot be reached: %(why)s. The library can be read as it was "
                "last seen. Of a write that was on its way it cannot be told whether it was done: look "
                "at /changes before you send it again",
                store=store,
                why=why,
            ),
            [(store, why)],
        )


class GraphUnreachable(CommonplaceError):
    """The engine that keeps the graph does not answer, or is not up to date; the log is as it was."""

    @classmethod
    def named(cls, engine: str, why: str) -> GraphUnreachable:
        """Return the error for the engine at that address, which failed for that reason."""
        return cls(
            Message(
                "the graph at %(engine)s cannot be reached: %(why)s. What was written to the log is "
                "there, and the graph is brought up to date when the engine answers again",
                engine=engine,
                why=why,
            ),
            [(engine, why)],
        )

    @classmethod
    def behind(cls, engine: str, version: int, wanted: int) -> GraphUnreachable:
        """Return the error for an engine that holds an older version than the one that is wanted."""
        why = Message(
            "it holds version %(version)s, and version %(wanted)s is still being written to it",
            version=version,
            wanted=wanted,
        )
        return cls(
            Message(
                "the graph at %(engine)s is not up to date: %(why)s. Ask again in a moment", engine=engine, why=why
            ),
            [(engine, why)],
        )

    @classmethod
    def taken(cls, engine: str) -> GraphUnreachable:
        """Return the error for an engine that the server of another home has begun to write to."""
        why = Message("another home's server writes to it")
        return cls(
            Message(
                "the graph at %(engine)s cannot be used: %(why)s. Give each server a dataset of its "
                "own (COMMONPLACE_GRAPH)",
                engine=engine,
                why=why,
            ),
            [(engine, why)],
        )


class NotAllowed(CommonplaceError):
    """A contributor, who may propose, asked for what a curator decides."""


class GraphProtected(CommonplaceError):
    """A write to a system graph (`BASE_IRI` + `graph/…`): it describes the library, and only the program writes it."""


class CannotMerge(CommonplaceError):
    """Two things cannot be made one, or cannot be taken apart again."""


class InUse(CommonplaceError):
    """A thing cannot be deleted while others hang on it; `errors` names them."""


class ShapeViolation(CommonplaceError):
    """The change would break the shapes of `ontology/shapes.ttl`."""


class LogDamaged(CommonplaceError):
    """The log does not have the bytes that were written."""


class HomeUnusable(CommonplaceError):
    """A home cannot be opened: it is of another base IRI, or cannot be read."""


class NoLibrary(HomeUnusable):
    """There is no library in a folder, and the command does not make one."""

    @classmethod
    def at(cls, folder: object) -> NoLibrary:
        """Return the error for that folder."""
        return cls(
            Message(
                "no library at %(folder)s: name its folder with --home or COMMONPLACE_HOME; "
                "commonplace serve, import and doi make a new one",
                folder=folder,
            )
        )


_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_FORBIDDEN = frozenset({errno.EROFS, errno.EACCES, errno.EPERM})


@contextmanager
def storing(what: str, where: object) -> Iterator[None]:
    """Turn the error that keeps a file in the folder `where` from being written into one for people.

    Raises `NoRoom` when the disk or a quota is full, and `ReadOnly` when the folder cannot be written to.
    """
    try:
        yield
    except OSError as fault:
        told = not_stored(fault, what, where)
        if told is None:
            raise
        raise told from fault


def not_stored(fault: OSError, what: str, where: object) -> NoRoom | ReadOnly | None:
    """Return an error of the system as one for people, where a disk or quota is full or a folder is read-only."""
    if fault.errno not in _FULL | _FORBIDDEN:
        return None
    why = fault.strerror or str(fault)
    detail = Message(
        "%(what)s could not be written to, and nothing was changed: %(where)s: %(why)s", what=what, where=where, why=why
    )
    return (NoRoom if fault.errno in _FULL else ReadOnly)(detail, [(str(where), why)])
