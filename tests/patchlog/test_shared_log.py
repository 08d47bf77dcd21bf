"""A log that servers share: the store decides, and the copy of each follows it."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from commonplace.errors import CommonplaceError, Conflict, HomeUnusable, LogDamaged, LogUnreachable, LostRace
from commonplace.library import Library
from commonplace.model.change import Version
from commonplace.patchlog.entry_store import EntryStore
from commonplace.patchlog.file_log import FileLog
from commonplace.patchlog.opening import open_shared, open_store
from commonplace.patchlog.shared_log import SharedLog
from tests.conftest import BASE
from tests.patchlog.entries import entry, id_of, quad, segments
from tests.patchlog.stores import Cut


@pytest.fixture(params=["postgres", "bucket"])
def address(request: pytest.FixtureRequest) -> str:
    return str(request.getfixturevalue(request.param))


@pytest.fixture
def server(address: str, tmp_path: Path) -> Iterator[Callable[[str], SharedLog]]:
    """What opens the log as a server of that name does, with a copy of its own."""
    opened: list[EntryStore] = []

    def open_as(name: str) -> SharedLog:
        log = open_shared(address, tmp_path / name)
        opened.append(log.store)
        return log

    yield open_as
    for store in opened:
        store.close()


def test_a_server_takes_in_what_another_appends(server: Callable[[str], SharedLog]) -> None:
    one, other = server("one"), server("other")
    digest = one.attach(b"the file")
    appended = [entry(1, quad("a"), attachments={"source": digest}), entry(2, quad("b"), removed=(quad("a"),))]
    for item in appended:
        one.append(item)
    assert other.head() == 0

    assert other.take_in() == 2

    assert list(other.read()) == appended
    assert other.attachment(digest) == b"the file"
    assert [other.text(Version(n)) for n in (1, 2)] == [one.text(Version(n)) for n in (1, 2)]
    assert list(other.check()) == []


def test_who_comes_second_is_told_and_knows_the_version_of_the_first(server: Callable[[str], SharedLog]) -> None:
    one, other = server("one"), server("other")
    one.append(entry(1, quad("a")))

    with pytest.raises(Conflict, match="version 1"):
        other.append(entry(1, quad("b"), id=id_of(77)))

    assert other.head() == 1
    assert other.append(entry(2, quad("b"))) == 2
    assert one.take_in() == 2


def test_a_copy_that_was_deleted_is_made_anew(server: Callable[[str], SharedLog], tmp_path: Path) -> None:
    one = server("one")
    for number in range(1, 30):
        one.append(entry(number, quad(f"thing{number}")))
    before = [path.read_bytes() for path in segments(tmp_path / "one")]
    shutil.rmtree(tmp_path / "one")

    again = server("one")
    again.take_in()

    assert [path.read_bytes() for path in segments(tmp_path / "one")] == before


def test_a_copy_of_another_log_is_not_mixed_with_this_one(
    server: Callable[[str], SharedLog], tmp_path: Path, address: str
) -> None:
    one = server("one")
    one.append(entry(1, quad("a")))
    one.append(entry(2, quad("b")))
    strange = server("strange")
    strange.copy.append(entry(1, quad("other"), id=id_of(55)))

    with pytest.raises(LogDamaged, match=r"version 2 .* does not follow from version 1.*delete that folder"):
        strange.take_in()

    assert strange.head() == 1


@pytest.mark.parametrize("others", [0, 1, 2])
def test_a_home_with_a_log_of_its_own_is_refused(
    server: Callable[[str], SharedLog], tmp_path: Path, address: str, others: int
) -> None:
    shared = server("shared")
    for number in range(1, others + 1):
        shared.append(entry(number, quad(f"thing{number}")))
    own = FileLog(tmp_path / "home" / "log")
    own.append(entry(1, quad("mine"), id=id_of(66)))

    with pytest.raises(HomeUnusable, match=r"has a log that is not the one at .*version 1.* Name an empty home"):
        Library.open(tmp_path / "home", BASE, shared=address)

    assert own.head() == 1
    assert shared.take_in() == others
    shared.refuse_other()


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda text: text.replace(b'"value"', b'"other"'), "does not have the checksum"),
        (lambda text: text[:-2], "does not have the checksum"),
        (lambda text: text + b"A", "does not have the checksum"),
        (lambda text: text.replace(b"TX .", b"TY ."), "should begin"),
        (lambda text: text.replace(b'version "2"', b'version "3"'), "header cannot be read"),
    ],
)
def test_a_damaged_entry_is_not_taken_in(
    server: Callable[[str], SharedLog], address: str, damage: Callable[[bytes], bytes], said: str
) -> None:
    one = server("one")
    one.append(entry(1, quad("a")))
    copy = server("two")
    copy.take_in()
    copy.copy.append(entry(2, quad("b")))
    one.store.append(Version(2), id_of(2), lambda: [damage(copy.text(Version(2)))])

    with pytest.raises(LogDamaged, match=said):
        one.take_in()

    assert one.head() == 1
    assert any(said in finding for finding in one.check())


def test_a_server_that_keeps_up_sees_what_comes(server: Callable[[str], SharedLog]) -> None:
    one, other = server("one"), server("other")
    faults: list[CommonplaceError | None] = []
    with other.keeping_up(faults.append):
        for number in range(1, 4):
            one.append(entry(number, quad(f"thing{number}")))
            assert other.wait(Version(number - 1), 30) == number
    assert set(faults) == {None}


def test_many_writers_of_several_servers_lose_nothing(server: Callable[[str], SharedLog]) -> None:
    logs = [server(f"server{number}") for number in range(3)]
    written: list[tuple[Version, str]] = []

    def write(number: int) -> None:
        log = logs[number % len(logs)]
        for turn in range(5):
            id = id_of(1_000 * (number + 1) + turn)
            while True:
                head = log.take_in()
                previous = log.header(head).id if head else None
                try:
                    written.append((log.append(entry(head + 1, quad(id), id=id, previous=previous)), id))
                except Conflict:
                    continue
                break

    threads = [threading.Thread(target=write, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(version for version, _ in written) == list(range(1, 31))
    for log in logs:
        log.take_in()
        assert [log.header(version).id for version, _ in sorted(written)] == [id for _, id in sorted(written)]
        assert list(log.check()) == []


def test_a_write_whose_answer_was_lost_is_found_to_be_done(postgres: str, tmp_path: Path) -> None:
    with Cut(postgres) as cut:
        log = open_shared(cut.address, tmp_path / "log")
        log.append(entry(1, quad("a")))
        cut.after_next_commit()

        assert log.append(entry(2, quad("b"))) == 2

        log.append(entry(3, quad("c")))
        log.store.close()
    store = open_store(postgres)
    assert [version for version, _ in store.entries(Version(0))] == [1, 2, 3]
    store.close()


def test_while_the_store_is_cut_off_nothing_is_written_and_all_is_read(postgres: str, tmp_path: Path) -> None:
    with Cut(postgres) as cut:
        log = open_shared(cut.address, tmp_path / "log")
        log.append(entry(1, quad("a")))
        cut.off()
        with pytest.raises(LogUnreachable, match="cannot be reached"):
            log.append(entry(2, quad("b")))
        assert log.head() == 1
        assert log.entry(Version(1)) == entry(1, quad("a"))
        assert any("only the copy" in finding for finding in log.check())
        cut.on()
        assert log.append(entry(2, quad("b"))) == 2
        log.store.close()


def test_a_lost_race_is_a_conflict() -> None:
    assert issubclass(LostRace, Conflict)
