"""A big import is searched from its own text, or from the log, as it would be from the graph."""

from __future__ import annotations

import dataclasses
import signal
import threading
from pathlib import Path
from typing import Any

import httpx
import pytest

from commonplace.curation.authorities import KnownInGraph
from commonplace.derived.search import change_process
from commonplace.derived.search.early_index import BigChange
from commonplace.derived.search.index import SearchIndex
from commonplace.derived.workers.search_writer import SearchWriter
from commonplace.errors import NoRoom
from commonplace.exchange.imports import import_file
from commonplace.exchange.receipts import Receipt
from commonplace.home.opening import Home
from commonplace.home.tokens import Role
from commonplace.model.change import Entry, Version
from commonplace.model.work_writing import WorkWriter
from tests.conftest import serving
from tests.curation.works import BOVAIRD, OSTROM, SmallLibrary
from tests.derived.large_library import PATIENCE, parts
from tests.patchlog.entries import entry
from tests.web.sparql.limited_server import wait_until

pytestmark = pytest.mark.usefixtures("every_library_is_large")


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
