"""The search index of a large library: kept in files between starts, written apart from who answers."""

from __future__ import annotations

import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from commonplace.derived.search.index import SearchIndex
from commonplace.derived.search.lifecycle import Searching
from commonplace.home.opening import Home
from commonplace.library import Library
from commonplace.model.change import Version
from tests.conftest import BASE, serving
from tests.curation.works import BOVAIRD, SmallLibrary
from tests.derived.large_library import PATIENCE, parts

pytestmark = pytest.mark.usefixtures("every_library_is_large")


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
