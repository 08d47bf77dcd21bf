"""The search index of a large library: kept in files between starts, written apart from who answers."""

from __future__ import annotations

import asyncio
import dataclasses
import shutil
import signal
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from commonplace.curation.authorities import KnownInGraph
from commonplace.derived.graph.opening import GraphKind
from commonplace.derived.search import change_process
from commonplace.derived.search.early_index import BigChange
from commonplace.derived.search.index import SearchIndex
from commonplace.derived.search.lifecycle import Searching
from commonplace.derived.workers.limits import QueryLimits
from commonplace.derived.workers.link import WorkerLink
from commonplace.derived.workers.messages import Message
from commonplace.derived.workers.pool import WorkerPool
from commonplace.derived.workers.search_writer import WRITING_SECONDS, SearchWriter
from commonplace.derived.workers.zygote_link import ZygoteLink
from commonplace.errors import NoRoom
from commonplace.exchange.imports import import_file
from commonplace.exchange.receipts import Receipt
from commonplace.home.opening import Home
from commonplace.home.tokens import Role
from commonplace.library import Library
from commonplace.model.change import Entry, Version
from commonplace.model.work_writing import WorkWriter
from tests.conftest import BASE, serving
from tests.curation.works import BOVAIRD, OSTROM, SmallLibrary
from tests.patchlog.entries import entry
from tests.web.sparql.limited_server import wait_until

PATIENCE = 120
"""Seconds that a client waits: processes are started, which takes its time on a busy machine."""


@pytest.fixture(autouse=True)
def every_library_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("commonplace.derived.search.lifecycle.FILED_STATEMENTS", 1)


@pytest.fixture
def small(tmp_path: Path) -> SmallLibrary:
    made = SmallLibrary(tmp_path / "home")
    made.add(OSTROM)
    return made


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How often an index was built, here."""
    times: list[int] = []
    write = Searching.write_here

    def counted(searching: Searching, directory: Path) -> Version:
        times.append(1)
        return write(searching, directory)

    monkeypatch.setattr(Searching, "write_here", counted)
    return times


def found(library: Library, q: str) -> list[str]:
    index = library.search()
    assert index.applied_version == library.newest()
    return [hit.key for hit in index.search(q, ["work"]).hits]


def parts(home: Path) -> list[Path]:
    return sorted(home.glob("derived/search/*"))


def test_it_is_built_once_and_then_opened(built: list[int], small: SmallLibrary, tmp_path: Path) -> None:
    assert found(small.library, "divide") == ["ostrom1996"]
    small.add(BOVAIRD)
    for _ in range(2):
        again = Library.open(tmp_path / "home", BASE)
        assert found(again, "divide") == ["ostrom1996"]
        assert found(again, "engagement") == ["bovaird2007"]
    assert built == [1]


def test_what_was_taken_back_is_not_found(small: SmallLibrary, tmp_path: Path) -> None:
    assert found(small.library, "divide") == ["ostrom1996"]
    small.committer.undo(Version(1), "tester")
    assert found(small.library, "divide") == []
    assert found(Library.open(tmp_path / "home", BASE), "divide") == []


def test_one_that_is_damaged_or_of_another_log_is_built_anew(
    built: list[int], small: SmallLibrary, tmp_path: Path
) -> None:
    found(small.library, "divide")
    (place,) = parts(tmp_path / "home")
    (place / "0.json").write_text("{")
    assert found(Library.open(tmp_path / "home", BASE), "divide") == ["ostrom1996"]

    other = SmallLibrary(tmp_path / "other")
    other.add(BOVAIRD)
    shutil.copytree(parts(tmp_path / "home")[0], tmp_path / "other" / "derived" / "search" / place.name)
    assert found(other.library, "divide") == []
    assert found(other.library, "engagement") == ["bovaird2007"]
    assert built == [1, 1, 1]
    assert len(parts(tmp_path / "other")) == 1


def test_where_nothing_can_be_written_it_is_in_memory(small: SmallLibrary, tmp_path: Path) -> None:
    (tmp_path / "home" / "derived").mkdir()
    (tmp_path / "home" / "derived" / "search").write_text("in the way")
    assert found(small.library, "divide") == ["ostrom1996"]
    assert [problem.what for problem in small.library.health.problems()] == ["the search index in files"]


def test_a_long_change_is_taken_in_by_building_anew_and_the_files_before_it_go(
    built: list[int], small: SmallLibrary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found(small.library, "divide")
    before = parts(tmp_path / "home")
    monkeypatch.setattr("commonplace.derived.search.early_index.REBUILT_BYTES", 1)
    small.add(BOVAIRD)
    assert found(small.library, "engagement") == ["bovaird2007"]
    assert built == [1, 1]
    assert len(parts(tmp_path / "home")) == 1
    assert parts(tmp_path / "home") != before


def test_while_it_is_built_anew_the_one_before_answers(small: SmallLibrary, monkeypatch: pytest.MonkeyPatch) -> None:
    found(small.library, "divide")
    monkeypatch.setattr("commonplace.derived.search.early_index.REBUILT_BYTES", 1)
    small.add(BOVAIRD)
    building, go_on = threading.Event(), threading.Event()
    write = small.library.searching.write_here

    def slowly(directory: Path) -> Version:
        building.set()
        assert go_on.wait(30)
        return write(directory)

    small.library.searching.write_parts = slowly
    thread = threading.Thread(target=small.library.search)
    thread.start()
    assert building.wait(30)
    meanwhile: SearchIndex = small.library.search()
    answer = meanwhile.search("ostrom")
    with ThreadPoolExecutor(1) as threads:
        newest = threads.submit(small.library.search, newest=True)
        go_on.set()
        assert newest.result(30).applied_version == 2
    thread.join(30)

    assert (answer.version, answer.total > 0) == (1, True)
    assert found(small.library, "engagement") == ["bovaird2007"]


def test_a_server_has_it_written_by_others(built: list[int], opened: Home) -> None:
    with serving(opened) as client:
        client.timeout = PATIENCE
        answer = client.get("/search", params={"q": "co-production", "limit": 100}).json()
        assert answer["total"] > 10
        assert len(sorted(parts(opened.library.checkpoints.directory.parent.parent)[0].glob("*.json"))) > 1
    assert built == []
    in_memory = SearchIndex()
    opened.library.read(lambda snapshot: in_memory.rebuild(snapshot, opened.library.minter, snapshot.version))
    there = in_memory.search("co-production", limit=100)
    assert [(hit.iri, hit.title) for hit in there.hits] == [(one["iri"], one["title"]) for one in answer["items"]]


@pytest.fixture
def exchanges(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """When workers were asked and have answered, and their numbers; and when the zygote was to wait, with 0."""
    noted: list[tuple[str, int]] = []
    exchange = WorkerLink.exchange

    async def note(link: WorkerLink, question: Message, seconds: float | None = None) -> Message:
        noted.append(("asked", link.number))
        answer = await exchange(link, question, seconds)
        noted.append(("answered", link.number))
        return answer

    send = ZygoteLink.send

    def note_wait(link: ZygoteLink, message: Message) -> None:
        if "wait" in message.head:
            noted.append(("held back" if message.head["wait"] else "let go", 0))
        send(link, message)

    monkeypatch.setattr(WorkerLink, "exchange", note)
    monkeypatch.setattr(ZygoteLink, "send", note_wait)
    return noted


Write = Callable[[SearchWriter, Path, int], Coroutine[Any, Any, object]]
"""Write an index of a library of so many statements to a directory."""


def whole(writer: SearchWriter, place: Path, statements: int) -> Coroutine[Any, Any, object]:
    return writer.write(place, Version(2), statements)


def of_a_change(writer: SearchWriter, place: Path, statements: int) -> Coroutine[Any, Any, object]:
    """Leave four things: those that the version before describes, and a work that names one of them."""
    is_logged: Future[bool] = Future()
    is_logged.set_result(True)
    return writer.write_change(place, BigChange(Version(2), is_logged), statements)


@pytest.mark.parametrize(
    ("graph", "write", "statements", "count"),
    [
        ("memory", whole, 1_000, 0),
        ("memory", whole, 1_001, 5),
        ("memory", of_a_change, 1_000, 0),
        ("memory", of_a_change, 1_001, 2),
        ("disk", whole, 1_001, 0),
        ("disk", of_a_change, 1_001, 0),
    ],
)
def test_a_large_graph_that_processes_share_is_read_by_one_after_another(
    small: SmallLibrary,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    exchanges: list[tuple[str, int]],
    graph: GraphKind,
    write: Write,
    statements: int,
    count: int,
) -> None:
    """Each makes what it reads of the graph its own until it ends. `count` parts are read so, 0 where side by side."""
    for constant, size in (("SIDE_BY_SIDE_STATEMENTS", 1_000), ("SHARE_STATEMENTS", 250), ("SHARE_THINGS", 2)):
        monkeypatch.setattr(f"commonplace.derived.workers.search_writer.{constant}", size)
    small.add(BOVAIRD)
    library, place = Library.open(tmp_path / "home", BASE, graph), tmp_path / "index"
    small.library.end()
    place.mkdir()

    async def run() -> None:
        workers = WorkerPool(library.worker_views(), QueryLimits())
        workers.start()
        try:
            await write(workers.search, place, statements)
        finally:
            workers.close()

    asyncio.run(run())
    assert {path.suffix for path in place.iterdir()} == {"", ".json", ".names"}
    if count:
        of_workers = [(what, number) for what, number in exchanges if number]
        assert [what for what, _ in of_workers] == ["asked", "answered"] * (1 + count), "the first lists things"
        assert len({number for _, number in of_workers}) == 1 + count
    if count and write is whole:  # which begins a zygote first
        assert (exchanges[0], exchanges[-1]) == (("held back", 0), ("let go", 0))
    index, rebuilt = SearchIndex(), SearchIndex()
    index.open(sorted(path.with_suffix("") for path in place.glob("*.json")), 2)
    library.read(lambda snapshot: rebuilt.rebuild(snapshot, library.minter, 2))
    for q in ("ostrom", "divide", "engagement", "bovaird"):
        assert rebuilt.search(q).total
        assert index.search(q, limit=100) == rebuilt.search(q, limit=100), q


def test_an_import_is_found_when_its_job_is_done(opened: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("commonplace.derived.search.early_index.REBUILT_BYTES", 1)
    token = opened.tokens.add("tester", Role.CURATOR)
    entry = "@book{made2001, author = {Maker, Ann}, title = {Quagmire}, year = 2001}"
    with serving(opened) as client:
        client.timeout = PATIENCE
        assert client.get("/search", params={"q": "quagmire"}).json()["total"] == 0
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/x-bibtex"}
        headers["Prefer"] = "wait=30"  # else a busy machine is answered with the address of the job
        assert client.post("/imports", content=entry, headers=headers).status_code == 201
        index = opened.library.searching._index
        assert index is not None
        assert index.applied_version == 2
        assert [one["key"] for one in client.get("/search", params={"q": "quagmire"}).json()["items"]] == ["made2001"]


def test_it_may_take_longer_than_a_query(opened: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a million works it takes many minutes on a busy machine: more than to start."""
    library, place = opened.library, tmp_path / "parts"
    place.mkdir()
    given = list[float]()
    set_clock = WorkerLink._set_clock

    def noted(link: WorkerLink, seconds: float | None) -> None:
        given.extend([seconds] if seconds is not None and link.process is not None else ())
        set_clock(link, seconds)

    monkeypatch.setattr(WorkerLink, "_set_clock", noted)

    async def run() -> Version:
        workers = WorkerPool(library.worker_views(), QueryLimits(seconds=0.001))
        workers.start()
        try:
            return await workers.search.write(place, library.newest())
        finally:
            workers.close()

    assert asyncio.run(run()) == library.newest()
    assert [*place.iterdir()]
    assert given
    assert min(given) == WRITING_SECONDS


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """By which of the two ways a server has an index written, each time."""
    ways: list[str] = []
    from_graph, from_log = SearchWriter.write, SearchWriter.write_change

    async def of_graph(writer: SearchWriter, directory: Path, version: Version, statements: int) -> Version:
        ways.append("graph")
        return await from_graph(writer, directory, version, statements)

    async def of_log(writer: SearchWriter, directory: Path, change: BigChange, statements: int) -> None:
        ways.append("text" if change.text else "log")
        await from_log(writer, directory, change, statements)

    monkeypatch.setattr(SearchWriter, "write", of_graph)
    monkeypatch.setattr(SearchWriter, "write_change", of_log)
    return ways


def keys(client: httpx.Client, q: str) -> list[str]:
    return [one["key"] for one in client.get("/search", params={"q": q, "kind": "work"}).json()["items"]]


def test_a_big_change_is_searched_from_the_log_before_the_graph_has_it(
    opened: Home, asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    library = opened.library
    with serving(opened) as client:
        client.timeout = PATIENCE
        before = keys(client, "coproduction")
        monkeypatch.setattr("commonplace.derived.search.early_index.REBUILT_BYTES", 1)
        known = library.read(lambda snapshot: KnownInGraph(snapshot, library.minter))
        quads = tuple(WorkWriter(library.minter, known).quads((OSTROM, BOVAIRD)))
        written = dataclasses.replace(entry(2, *quads), previous=library.log.header(Version(1)).id)
        library.log.append(written)

        library.searching.early.begin(Version(2))
        library.searching.early.close()
        assert (asked[-1], library.graph.version) == ("log", 1)
        assert keys(client, "beyond engagement")[0] == "bovaird2007"
        index = library.search(newest=True)
        assert index.applied_version == 2
        assert "bovaird2007" in [hit.key for hit in index.search("beyond engagement", ["work"]).hits]
        assert set(before) <= set(keys(client, "coproduction"))
        whole = SearchIndex()
        library.read(lambda snapshot: whole.rebuild(snapshot, library.minter, snapshot.version))
        for q in ("coproduction", "ostrom", "public administration"):
            assert index.search(q, limit=1000) == whole.search(q, limit=1000)
    assert asked[-1] == "log"


def imported(home: Home, file: Path) -> Receipt:
    return import_file(home.library, home.committer, file.read_bytes(), file.name)


@pytest.fixture
def big_import(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file whose import is a big change: its statements are text in a file."""
    monkeypatch.setattr("commonplace.derived.search.early_index.REBUILT_BYTES", 100_000)
    monkeypatch.setattr("commonplace.exchange.plan.HELD_BYTES", 1)
    entries = (
        f"@article{{w{number}, title = {{Water {number} of the town}}, author = {{Ann Pen{number}}}, year = 2001}}\n"
        for number in range(300)
    )
    file = tmp_path / "big.bib"
    file.write_text("".join(entries))
    return file


def test_a_big_import_is_indexed_before_the_log_has_it(
    opened: Home, asked: list[str], big_import: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = opened.library
    append, in_log = library.log.append, []

    def late(written: Entry) -> Version:
        wait_until(lambda: [*library.checkpoints.directory.parent.parent.glob("derived/search/*.part/*.json")] != [])
        in_log.append(library.log.head())
        return append(written)

    monkeypatch.setattr(library.log, "append", late)
    with serving(opened) as client:
        client.timeout = PATIENCE
        before = keys(client, "coproduction")
        assert imported(opened, big_import).version == 2
        assert in_log == [1]
        index, whole = library.search(newest=True), SearchIndex()
        assert index.applied_version == 2
        assert keys(client, "water town")[:2] == ["w0", "w1"]
        library.read(lambda snapshot: whole.rebuild(snapshot, library.minter, snapshot.version))
        assert before == keys(client, "coproduction") != []
        for q in ("coproduction", "ostrom", "water 7", "pen12", "public administration"):
            assert index.search(q, limit=1000) == whole.search(q, limit=1000)
    assert asked[-1] == "text"


def test_an_import_that_is_big_only_as_the_log_has_it_is_indexed_from_there(
    opened: Home, asked: list[str], big_import: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There each line has a mark more."""
    other = SmallLibrary(tmp_path / "other")
    import_file(other.library, other.committer, big_import.read_bytes(), big_import.name)
    logged = other.library.log.header(Version(1)).body_length
    lines = len(other.library.log.entry(Version(1)).change.added)
    monkeypatch.setattr("commonplace.derived.search.early_index.REBUILT_BYTES", logged - lines)
    with serving(opened) as client:
        client.timeout = PATIENCE
        keys(client, "coproduction")
        asked.clear()
        assert imported(opened, big_import).version == 2
        assert opened.library.search(newest=True).applied_version == 2
        assert keys(client, "water town")[:2] == ["w0", "w1"]
    assert asked == ["log"]


def test_of_an_import_that_is_not_logged_nothing_is_found(
    opened: Home, asked: list[str], big_import: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What writes its index is ended, and the next import has one of its own."""
    library = opened.library
    start, processes = change_process.start, []

    def started(*arguments: Any) -> Any:
        processes.append(start(*arguments))
        return processes[-1]

    monkeypatch.setattr("commonplace.derived.search.change_process.start", started)

    def full(_: Entry) -> Version:
        wait_until(lambda: processes != [])
        raise NoRoom("the disk is full")

    with serving(opened) as client:
        client.timeout = PATIENCE
        keys(client, "coproduction")
        asked.clear()
        processes.clear()
        with monkeypatch.context() as patch:
            patch.setattr(library.log, "append", full)
            patch.setattr("commonplace.derived.search.change_process._PROGRAM", "import sys; sys.stdin.read()")
            with pytest.raises(NoRoom):
                imported(opened, big_import)
        assert processes[0].wait(PATIENCE) == -signal.SIGKILL
        assert keys(client, "water town") == []
        big_import.write_text(big_import.read_text().replace("Water", "Fire"))
        assert imported(opened, big_import).version == 2
        assert library.search(newest=True).applied_version == 2
        assert (keys(client, "water town"), keys(client, "fire town")[:2]) == ([], ["w0", "w1"])
    assert asked == ["text", "text"]
    assert len(parts(library.checkpoints.directory.parent.parent)) == 1


def test_a_change_that_takes_back_or_is_not_big_is_left_to_the_graph(
    opened: Home, asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(opened) as client:
        client.timeout = PATIENCE
        keys(client, "coproduction")
        opened.library.searching.early.begin(Version(1))
        opened.committer.undo(Version(1), "tester")
        monkeypatch.setattr("commonplace.derived.search.early_index.REBUILT_BYTES", 1)
        opened.library.searching.early.begin(Version(2))
        assert keys(client, "coproduction") == []
    assert asked == ["graph"], "what the undo leaves is too small for files"


def test_where_it_cannot_be_written_from_the_log_it_is_from_the_graph(
    opened: Home, asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("commonplace.derived.search.change_process._PROGRAM", "raise SystemExit(3)")
    monkeypatch.setattr("commonplace.derived.search.early_index.REBUILT_BYTES", 1)
    with serving(opened) as client:
        client.timeout = PATIENCE
        assert keys(client, "coproduction") != []
    assert asked == ["log", "graph"]


def test_a_server_that_stops_ends_what_writes_from_the_log(opened: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("commonplace.derived.search.change_process._PROGRAM", "import sys; sys.stdin.read()")
    monkeypatch.setattr("commonplace.derived.search.early_index.REBUILT_BYTES", 1)
    begun = threading.Event()
    start, processes = change_process.start, []

    def started(*arguments: Any) -> Any:
        processes.append(start(*arguments))
        begun.set()
        return processes[-1]

    monkeypatch.setattr("commonplace.derived.search.change_process.start", started)
    with serving(opened):
        assert begun.wait(PATIENCE)
    assert [process.wait(PATIENCE) for process in processes] == [-signal.SIGKILL]
    wait_until(lambda: parts(opened.library.checkpoints.directory.parent.parent) == [])
