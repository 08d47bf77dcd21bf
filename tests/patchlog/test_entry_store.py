"""Every store that servers share keeps the contract of `EntryStore`, whatever it is kept in."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import psycopg
import pytest

from commonplace.errors import HomeUnusable, LogUnreachable, LostRace, NotFound
from commonplace.model.change import Version
from commonplace.patchlog.entry_store import PIECE_BYTES, EntryStore, in_pieces
from commonplace.patchlog.opening import open_shared, open_store
from commonplace.patchlog.postgres import MAKERS, WRITERS
from tests.patchlog.stores import s3_environment


@pytest.fixture(params=["postgres", "bucket"])
def opened(request: pytest.FixtureRequest) -> Iterator[Callable[[], EntryStore]]:
    """What opens one and the same store, as several servers do."""
    address = request.getfixturevalue(request.param)
    stores: list[EntryStore] = []

    def open_again() -> EntryStore:
        stores.append(open_store(address))
        return stores[-1]

    yield open_again
    for store in stores:
        store.close()


def text_of(version: int, by: str = "") -> bytes:
    return f"H id <urn:x:{version}{by}> .\nTX .\n".encode() + b"x" * version + b"\nTC .\n"


def add(store: EntryStore, version: int, by: str = "") -> None:
    store.append(Version(version), f"urn:x:{version}{by}", lambda: [text_of(version, by)])


def all_of(store: EntryStore, after: int = 0) -> list[tuple[int, bytes]]:
    return [(version, b"".join(pieces)) for version, pieces in store.entries(Version(after))]


def test_what_one_server_appends_another_reads_in_order(opened: Callable[[], EntryStore]) -> None:
    one, other = opened(), opened()
    assert all_of(other) == []
    for version in range(1, 41):
        add(one, version)

    assert all_of(other) == [(version, text_of(version)) for version in range(1, 41)]
    assert all_of(other, 38) == [(39, text_of(39)), (40, text_of(40))]
    assert all_of(other, 40) == []


def test_a_version_is_written_once(opened: Callable[[], EntryStore]) -> None:
    one, other = opened(), opened()
    add(one, 1, "-one")

    with pytest.raises(LostRace, match="version 1"):
        add(other, 1, "-other")

    assert all_of(other) == [(1, text_of(1, "-one"))]


def test_an_append_that_is_repeated_is_there_once(opened: Callable[[], EntryStore]) -> None:
    one, other = opened(), opened()
    for _ in range(3):
        add(one, 1)
    add(other, 1)

    assert all_of(one) == [(1, text_of(1))]


def test_no_version_is_left_out(opened: Callable[[], EntryStore]) -> None:
    store = opened()
    add(store, 1)

    with pytest.raises(LostRace):
        add(store, 3)

    assert [version for version, _ in all_of(store)] == [1]


def test_of_many_that_write_a_version_at_once_exactly_one_wins(opened: Callable[[], EntryStore]) -> None:
    stores = [opened() for _ in range(4)]

    def race(version: int) -> list[str]:
        started = threading.Barrier(len(stores))

        def write(number: int) -> str | None:
            started.wait(30)
            try:
                add(stores[number], version, f"-{number}")
            except LostRace:
                return None
            return f"-{number}"

        with ThreadPoolExecutor(len(stores)) as threads:
            return [won for won in threads.map(write, range(len(stores))) if won]

    for version in range(1, 9):
        won = race(version)
        assert len(won) == 1, f"version {version} was won by {won}"
        assert all_of(stores[0], version - 1) == [(version, text_of(version, won[0]))]


def test_a_long_entry_is_what_was_appended(opened: Callable[[], EntryStore], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("commonplace.patchlog.postgres.BATCH_BYTES", 1_500_000)
    store = opened()
    long = b"H id <urn:x:2> .\n" + bytes(range(256)) * 16_000
    add(store, 1)
    store.append(Version(2), "urn:x:2", lambda: [long[:100], long[100:3_000_000], b"", long[3_000_000:]])
    add(store, 3)

    assert all_of(opened()) == [(1, text_of(1)), (2, long), (3, text_of(3))]


def test_files_are_kept_under_their_checksum(opened: Callable[[], EntryStore]) -> None:
    store = opened()
    for _ in range(2):
        store.keep("9f86", b"a file \0")

    assert opened().kept("9f86") == b"a file \0"
    with pytest.raises(NotFound, match="0000"):
        store.kept("0000")


def test_a_document_is_replaced_by_who_has_seen_it(opened: Callable[[], EntryStore]) -> None:
    one, other = opened(), opened()
    assert one.document("tokens") is None
    assert one.put_document("tokens", b"first", None)
    assert not other.put_document("tokens", b"second", None)
    seen, also_seen = one.document("tokens"), other.document("tokens")
    assert seen is not None
    assert also_seen is not None
    assert seen.text == b"first"

    assert other.put_document("tokens", b"third", also_seen.tag)
    assert not one.put_document("tokens", b"fourth", seen.tag)

    now = one.document("tokens")
    assert now is not None
    assert now.text == b"third"


def test_waiting_ends_when_another_server_appends(opened: Callable[[], EntryStore]) -> None:
    one, other = opened(), opened()
    add(one, 1)
    heard = threading.Event()

    def listen() -> None:
        while not all_of(other, 1):
            other.wait(Version(1), 30)
        heard.set()

    listening = threading.Thread(target=listen)
    listening.start()
    add(one, 2)

    assert heard.wait(20)
    listening.join()


def test_many_that_are_first_at_once_find_one_store(opened: Callable[[], EntryStore]) -> None:
    stores = [opened() for _ in range(8)]
    started = threading.Barrier(len(stores))

    def begin(store: EntryStore) -> bool:
        started.wait(30)
        return store.put_document("base-iri", b"http://library.example/", None)

    with ThreadPoolExecutor(len(stores)) as threads:
        assert sum(threads.map(begin, stores)) == 1


def test_a_turn_can_be_taken_again(opened: Callable[[], EntryStore]) -> None:
    one, other = opened(), opened()
    with one.turn():
        add(one, 1)
    with other.turn():
        add(other, 2)

    assert len(all_of(one)) == 2


WAITING = """SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND classid = %s
    AND objid::bigint = hashtext(current_schema())::bigint & 4294967295"""


def test_turns_are_given_in_the_order_in_which_they_were_asked_for(postgres: str) -> None:
    stores = [open_store(postgres) for _ in range(5)]
    order: list[int] = []

    def take(number: int) -> None:
        with stores[number].turn():
            order.append(number)

    with psycopg.connect(postgres, autocommit=True) as looking, ThreadPoolExecutor(4) as threads, stores[0].turn():
        for number in (3, 1, 4, 2):
            before = looking.execute(WAITING, (WRITERS,)).fetchone()
            threads.submit(take, number)
            while looking.execute(WAITING, (WRITERS,)).fetchone() == before:
                pass
        assert order == []

    assert order == [3, 1, 4, 2]
    for store in stores:
        store.close()


def test_who_waited_too_long_for_a_turn_writes_and_the_key_decides(
    postgres: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("commonplace.patchlog.postgres.TURN_SECONDS", 0.05)
    one, other = open_store(postgres), open_store(postgres)
    with one.turn():
        with other.turn():
            add(other, 1, "-other")
        with pytest.raises(LostRace):
            add(one, 1, "-one")

    assert all_of(one) == [(1, text_of(1, "-other"))]
    for store in (one, other):
        store.close()


def test_a_start_does_not_wait_for_ever_for_another_that_makes_the_tables(
    postgres: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("commonplace.patchlog.postgres.MAKERS_SECONDS", 0.05)
    store = open_store(postgres)
    with psycopg.connect(postgres) as making:
        making.execute("SELECT pg_advisory_xact_lock(%s, hashtext(current_schema()))", (MAKERS,))
        with pytest.raises(LogUnreachable, match="lock timeout"):
            store.document("base-iri")

    assert store.document("base-iri") is None
    store.close()


def test_a_writer_that_stalls_in_the_middle_holds_nobody_up(postgres: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("commonplace.patchlog.postgres.STALLED_SECONDS", 0.1)
    frozen, other = open_store(postgres), open_store(postgres)
    begun, thawed = threading.Event(), threading.Event()

    def stalling() -> Iterator[bytes]:
        yield b"x" * PIECE_BYTES
        begun.set()
        thawed.wait(60)
        yield b"y"

    with ThreadPoolExecutor(1) as threads:
        appended = threads.submit(frozen.append, Version(1), "urn:x:1-frozen", stalling)
        try:
            assert begun.wait(60)
            add(other, 1, "-other")  # waits until it is known what becomes of that of the first
        finally:
            thawed.set()
        with pytest.raises(LostRace):
            appended.result(60)

    assert all_of(other) == [(1, text_of(1, "-other"))]
    assert all_of(frozen) == all_of(other)
    for store in (frozen, other):
        store.close()


@pytest.mark.parametrize("size", [1, 3, 4, 100])
def test_a_text_in_pieces_is_the_text(size: int) -> None:
    parts = [b"", b"ab", b"c" * 7, b"", b"d"]

    pieces = list(in_pieces(parts, size))

    assert b"".join(pieces) == b"".join(parts)
    assert all(len(piece) == size for piece in pieces[:-1])
    assert 0 < len(pieces[-1]) <= size


class Careless(BaseHTTPRequestHandler):
    """A store that replaces whatever it is told to make anew."""

    def do_PUT(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(200)
        self.send_header("ETag", '"1"')
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def careless() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Careless) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_a_store_that_does_not_honour_the_condition_is_refused(careless: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in s3_environment(careless).items():
        monkeypatch.setenv(name, value)

    with pytest.raises(HomeUnusable, match=r"s3://bucket/a replaces an object.*PostgreSQL"):
        open_store("s3://bucket/a").document("base-iri")


def test_a_database_that_does_not_answer_is_told_without_its_password() -> None:
    store = open_store("postgresql://me:hush-hush@127.0.0.1:9/library")

    with pytest.raises(LogUnreachable, match=r"postgresql://127\.0\.0\.1:9/library cannot be reached") as raised:
        list(store.entries(Version(0)))

    assert "hush" not in raised.value.detail


@pytest.mark.parametrize("address", ["mysql://host/name", "nothing"])
def test_an_address_of_no_kind_of_store_is_refused(address: str, tmp_path: Path) -> None:
    with pytest.raises(HomeUnusable, match="is no kind of log: its address begins with one of postgresql://, s3://"):
        open_shared(address, tmp_path / "log")
