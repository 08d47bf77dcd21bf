"""Keep the entries of a shared patch log in PostgreSQL.

The primary key decides who writes a version. No sequence numbers them: a number that a rolled-back transaction took
is a gap, and one that is committed late is passed over by who reads behind the newest. `NOTIFY` wakes those who wait,
and may get lost; they look again after a moment.
"""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from threading import RLock
from typing import LiteralString, TypeVar
from urllib.parse import urlsplit

import psycopg
from psycopg.errors import IdleInTransactionSessionTimeout, LockNotAvailable, UniqueViolation

from commonplace.errors import LogUnreachable, LostRace, NotFound
from commonplace.model.change import Version
from commonplace.patchlog.entry_store import Document, Text, in_pieces
from commonplace.processes.at_rest import resting

T = TypeVar("T")

Connection = psycopg.Connection[tuple[object, ...]]
"""A connection whose rows are tuples."""

LOST = (psycopg.OperationalError, psycopg.InterfaceError, IdleInTransactionSessionTimeout)
"""Errors after which a connection is made again."""

TABLES: tuple[LiteralString, ...] = (
    """CREATE TABLE IF NOT EXISTS commonplace_entries (
        version bigint PRIMARY KEY CHECK (version > 0), id text NOT NULL UNIQUE, bytes bigint NOT NULL)""",
    """CREATE TABLE IF NOT EXISTS commonplace_pieces (
        version bigint NOT NULL REFERENCES commonplace_entries, number integer NOT NULL, text bytea NOT NULL,
        PRIMARY KEY (version, number))""",
    "CREATE TABLE IF NOT EXISTS commonplace_files (sha256 text PRIMARY KEY, data bytea NOT NULL)",
    """CREATE TABLE IF NOT EXISTS commonplace_documents (
        name text PRIMARY KEY, text bytea NOT NULL, tag text NOT NULL)""",
)
"""The tables, in the first schema of the connection's search path."""

CHANNEL = "commonplace"
"""The channel on which a new version is told."""

WRITERS = 0x636F6D6D
"""The advisory lock that writers hold while they write, in one schema (`hashtext`) of a database."""

MAKERS = WRITERS + 1
"""The advisory lock that is held while the tables are made: two that make one at once get in each other's way."""

MAKERS_SECONDS = 10.0
"""Maximum time that another server's making of the tables is waited for; then the log counts as unreachable."""

CONNECT_SECONDS = 5
"""Maximum time that a connection is waited for."""

ANSWER_MILLISECONDS = 10_000
"""Maximum time after which a connection that does not answer is given up."""

STALLED_SECONDS = 60.0
"""Maximum time that a transaction may stand still. A server that was frozen or cut off in the middle of a write would
hold up every other one, which waits for what becomes of its version."""

GONE: Mapping[str, str] = {
    "tcp_keepalives_idle": "5s",
    "tcp_keepalives_interval": "2s",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": f"{ANSWER_MILLISECONDS}ms",
}
"""Settings by which the database notices that a server is gone, and lets go of its locks: a machine that lost its
power says nothing, and by default a database believes in it for two hours."""

TURN_SECONDS = 10.0
"""Maximum time that a writer waits for another one; then it writes, and the primary key decides."""

BATCH_BYTES = 16_000_000
"""Size of the entries that are fetched with one question, about; a larger one is fetched a piece at a time."""

BATCH_ENTRIES = 1_000
"""Maximum number of entries that are asked for at once."""


class _Line:
    """A connection that is made when it is first asked, and again after it was lost; one thread asks at a time."""

    def __init__(self, connect: Callable[[], Connection], unreachable: Callable[[Exception], LogUnreachable]) -> None:
        self._connect = connect
        self._unreachable = unreachable
        self._lock = RLock()
        self._connection: Connection | None = None

    def asked(self, ask: Callable[[Connection], T]) -> T:
        """Return what a function gets of the database, which is asked a second time where its connection was lost.

        What is asked may have been done before the connection was lost, so asking it twice must be harmless.
        """
        with self._lock:
            for again in (True, False):
                try:
                    if self._connection is None:
                        self._connection = self._connect()
                    return ask(self._connection)
                except psycopg.Error as fault:
                    self.close()
                    if not again or not isinstance(fault, LOST):
                        raise self._unreachable(fault) from fault
            raise AssertionError

    def close(self) -> None:
        """Close the connection, where there is one."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None


class PostgresStore:
    """Entries in a database; see `commonplace.patchlog.entry_store.EntryStore` for the methods."""

    def __init__(self, address: str) -> None:
        """Connect to the database at an address (`postgresql://…`, as libpq reads it) when it is first asked."""
        parts = urlsplit(address)
        self._address = address
        self._name = f"postgresql://{parts.hostname or ''}{f':{parts.port}' if parts.port else ''}{parts.path}"
        self._entries = _Line(self._prepared, self._unreachable)
        self._turns = _Line(self._waiting, self._unreachable)
        self._listening: Connection | None = None

    @property
    def name(self) -> str:
        return self._name

    def document(self, name: str) -> Document | None:
        row = self._entries.asked(
            lambda connection: connection.execute(
                "SELECT text, tag FROM commonplace_documents WHERE name = %s", (name,), binary=True
            ).fetchone()
        )
        return None if row is None else Document(_bytes(row[0]), str(row[1]))

    def put_document(self, name: str, text: bytes, tag: str | None) -> bool:
        def put(connection: Connection) -> bool:
            if tag is None:
                done = connection.execute(
                    "INSERT INTO commonplace_documents VALUES (%s, %s, %s) ON CONFLICT DO NOTHING", (name, text, new)
                )
            else:
                done = connection.execute(
                    "UPDATE commonplace_documents SET text = %s, tag = %s WHERE name = %s AND tag = %s",
                    (text, new, name, tag),
                )
            return done.rowcount == 1

        new = uuid.uuid4().hex
        return self._entries.asked(put)

    def append(self, version: Version, id: str, text: Text) -> None:
        def add(connection: Connection) -> None:
            with suppress(UniqueViolation), connection.transaction():
                _insert(connection, version, id, text)
            found = connection.execute("SELECT id FROM commonplace_entries WHERE version = %s", (version,)).fetchone()
            if found is None or found[0] != id:
                raise LostRace.for_version(version)

        self._entries.asked(add)

    def entries(self, after: Version) -> Iterator[tuple[Version, Iterable[bytes]]]:
        while batch := self._entries.asked(partial(_listed, after=after)):
            last, size = batch[-1]
            if len(batch) == 1 and size > BATCH_BYTES:
                yield last, self._piecewise(last)
            else:
                yield from self._entries.asked(partial(_texts, after=after, until=last))
            after = last

    def _piecewise(self, version: Version) -> Iterator[bytes]:
        for number in itertools.count():
            piece = self._entries.asked(partial(_piece, version=version, number=number))
            if piece is None:
                return
            yield piece

    def wait(self, after: Version, seconds: float) -> None:
        try:
            if self._listening is None:
                self._listening = self._connected()
                self._listening.execute(f"LISTEN {CHANNEL}")
                return  # what was told before this moment was not heard
            with resting():
                for _ in self._listening.notifies(timeout=seconds, stop_after=1):
                    pass
        except psycopg.Error as fault:
            listening, self._listening = self._listening, None
            if listening is not None:
                listening.close()
            raise self._unreachable(fault) from fault

    @contextmanager
    def turn(self) -> Iterator[None]:
        held = self._turns.asked(_lock)
        try:
            yield
        finally:
            if held:
                with suppress(LogUnreachable):  # the connection is gone, and the lock with it
                    self._turns.asked(_unlock)

    def keep(self, sha256: str, data: bytes) -> None:
        self._entries.asked(
            lambda connection: connection.execute(
                "INSERT INTO commonplace_files VALUES (%s, %s) ON CONFLICT DO NOTHING", (sha256, data)
            )
        )

    def kept(self, sha256: str) -> bytes:
        found = self._entries.asked(
            lambda connection: connection.execute(
                "SELECT data FROM commonplace_files WHERE sha256 = %s", (sha256,), binary=True
            ).fetchone()
        )
        if found is None:
            raise NotFound(f"no file with SHA-256 {sha256} is kept in {self.name}")
        return _bytes(found[0])

    def close(self) -> None:
        self._entries.close()
        self._turns.close()
        if self._listening is not None:
            self._listening.close()
            self._listening = None

    def _prepared(self) -> Connection:
        """Return a new connection to a schema with the tables; one at a time makes them."""
        connection = self._connected()
        try:
            with connection.transaction():
                connection.execute("SELECT set_config('lock_timeout', %s, true)", (f"{1000 * MAKERS_SECONDS:.0f}ms",))
                connection.execute("SELECT pg_advisory_xact_lock(%s, hashtext(current_schema()))", (MAKERS,))
                for table in TABLES:
                    connection.execute(table)
        except BaseException:
            connection.close()
            raise
        return connection

    def _waiting(self) -> Connection:
        """Return a new connection that waits so long for another writer, and no longer."""
        connection = self._connected()
        connection.execute("SELECT set_config('lock_timeout', %s, false)", (f"{1000 * TURN_SECONDS:.0f}ms",))
        return connection

    def _connected(self) -> Connection:
        connection = psycopg.connect(
            self._address,
            autocommit=True,
            connect_timeout=CONNECT_SECONDS,
            tcp_user_timeout=ANSWER_MILLISECONDS,
            keepalives_idle=5,
            keepalives_interval=2,
            keepalives_count=3,
            application_name="commonplace",
        )
        settings = {**GONE, "idle_in_transaction_session_timeout": f"{1000 * STALLED_SECONDS:.0f}ms"}
        try:
            connection.execute(  # an older database has not all of them
                "SELECT set_config(name, value, false) FROM unnest(%s::text[], %s::text[]) AS wanted (name, value) "
                "WHERE name IN (SELECT name FROM pg_settings)",
                (list(settings), list(settings.values())),
            )
        except BaseException:
            connection.close()
            raise
        return connection

    def _unreachable(self, fault: Exception) -> LogUnreachable:
        return LogUnreachable.named(self.name, str(fault).strip().partition("\n")[0])


def _insert(connection: Connection, version: Version, id: str, text: Text) -> None:
    """Insert an entry inside a transaction, unless the version before is missing. Raises `UniqueViolation`."""
    added = connection.execute(
        "INSERT INTO commonplace_entries SELECT %s, %s, 0 "
        "WHERE coalesce((SELECT max(version) FROM commonplace_entries), 0) = %s",
        (version, id, version - 1),
    )
    if not added.rowcount:
        return
    size = 0
    with connection.cursor() as cursor:
        for number, piece in enumerate(in_pieces(text())):
            cursor.execute("INSERT INTO commonplace_pieces VALUES (%s, %s, %s)", (version, number, piece))
            size += len(piece)
    connection.execute("UPDATE commonplace_entries SET bytes = %s WHERE version = %s", (size, version))
    connection.execute("SELECT pg_notify(%s, %s)", (CHANNEL, str(version)))


def _listed(connection: Connection, after: Version) -> list[tuple[Version, int]]:
    """Return the next versions after one, and their sizes: as many as are fetched at once."""
    rows = connection.execute(
        "SELECT version, bytes FROM commonplace_entries WHERE version > %s ORDER BY version LIMIT %s",
        (after, BATCH_ENTRIES),
    ).fetchall()
    listed: list[tuple[Version, int]] = []
    total = 0
    for version, size in rows:
        total += int(str(size))
        if listed and total > BATCH_BYTES:
            break
        listed.append((Version(int(str(version))), int(str(size))))
    return listed


def _texts(connection: Connection, after: Version, until: Version) -> list[tuple[Version, list[bytes]]]:
    """Return the texts of the entries after one version, up to another."""
    found: dict[Version, list[bytes]] = {}
    rows = connection.execute(
        "SELECT version, text FROM commonplace_pieces WHERE version > %s AND version <= %s ORDER BY version, number",
        (after, until),
        binary=True,
    )
    for version, text in rows:
        found.setdefault(Version(int(str(version))), []).append(_bytes(text))
    return list(found.items())


def _piece(connection: Connection, version: Version, number: int) -> bytes | None:
    """Return a piece of an entry, None after the last."""
    row = connection.execute(
        "SELECT text FROM commonplace_pieces WHERE version = %s AND number = %s", (version, number), binary=True
    ).fetchone()
    return None if row is None else _bytes(row[0])


def _lock(connection: Connection) -> bool:
    """Wait for the lock of writers, which the database gives in the order in which they asked; say whether it is held.

    A session may hold it several times, and gives it back as often.
    """
    try:
        connection.execute("SELECT pg_advisory_lock(%s, hashtext(current_schema()))", (WRITERS,))
    except LockNotAvailable:
        return False
    return True


def _unlock(connection: Connection) -> None:
    connection.execute("SELECT pg_advisory_unlock(%s, hashtext(current_schema()))", (WRITERS,))


def _bytes(value: object) -> bytes:
    assert isinstance(value, bytes)
    return value
