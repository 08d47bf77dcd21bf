"""Answers of named queries are kept until the library changes, each for the address that it was asked at."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from commonplace.derived.workers.limits import QueryLimits
from commonplace.derived.workers.messages import Answer, AnswerKind, Call, Question, Reply
from commonplace.derived.workers.pool import Lane, WorkerPool
from commonplace.home.opening import open_home
from commonplace.home.tokens import Role
from commonplace.model.change import Version
from commonplace.web.kept_route import KeptAnswers, _Kept
from tests.conftest import serving, settings_for

ADDRESS = "/queries/works-by-year?limit=3"
BOOK = "@book{okafor1950, author = {Okafor, Chinua}, title = {Harbours}, year = 1950}"


class CountingPool(WorkerPool):
    """Counts what its workers are asked."""

    asked = 0

    async def ask(self, question: Question, client: str) -> Answer | AnswerKind:
        self.asked += 1
        return await super().ask(question, client)

    async def call(self, call: Call, client: str, lane: Lane) -> Reply:
        self.asked += 1
        return await super().call(call, client, lane)


def test_the_page_of_the_map_is_kept_in_each_language_until_something_changes(
    reference_home: Path, tmp_path: Path
) -> None:
    shutil.copytree(reference_home, tmp_path / "home")
    home = open_home(settings_for(tmp_path / "home"))
    with serving(home) as client:
        client.headers["Authorization"] = f"Bearer {home.tokens.add('Ada', Role.CURATOR)}"
        page = {"Accept": "text/html"}
        english = client.get("/map", headers=page)
        french = client.get("/map", headers=page | {"Accept-Language": "fr"})
        assert "Find on the map" in english.text
        assert "Trouver sur la carte" in french.text
        assert client.get("/map", headers=page).content == english.content
        assert client.get("/map", headers=page | {"Cookie": "language=fr"}).content == french.content
        assert (
            client.get("/map", headers=page | {"Accept-Encoding": "identity"}).headers.get("content-encoding") is None
        )
        assert client.get("/map", headers=page | {"If-None-Match": english.headers["etag"]}).status_code == 304
        assert client.get("/map").json()["version"] == 1

        client.post("/imports", content=BOOK, headers={"Content-Type": "application/x-bibtex"}).raise_for_status()
        assert client.get("/map", headers=page).headers["etag"] != english.headers["etag"]


def test_a_named_query_is_answered_anew_where_something_changed(reference_home: Path, tmp_path: Path) -> None:
    shutil.copytree(reference_home, tmp_path / "home")
    home = open_home(settings_for(tmp_path / "home"))
    pool = CountingPool(home.library.worker_views(), QueryLimits())
    with serving(home, workers=pool) as client:
        client.headers["Authorization"] = f"Bearer {home.tokens.add('Ada', Role.CURATOR)}"

        first = client.get(ADDRESS)
        before = pool.asked
        again = client.get(ADDRESS)
        assert (again.content, again.headers["etag"], again.links) == (
            first.content,
            first.headers["etag"],
            first.links,
        )
        assert client.get(ADDRESS, headers={"If-None-Match": first.headers["etag"]}).status_code == 304
        assert (before, pool.asked) == (1, 1)
        elsewhere = client.get(ADDRESS, headers={"Host": "library.example"})
        assert elsewhere.links["next"]["url"].startswith("http://library.example/")
        assert client.get(ADDRESS).links == first.links
        assert "year,works" in client.get(ADDRESS, headers={"Accept": "text/csv"}).text

        client.post("/imports", content=BOOK, headers={"Content-Type": "application/x-bibtex"}).raise_for_status()
        newer = client.get(ADDRESS)
        assert str(newer.json()["items"][0]["year"]) == "1950"
        assert newer.headers["etag"] != first.headers["etag"]
        past = client.get(f"{ADDRESS}&at=1")
        assert past.json()["items"] == first.json()["items"]


@pytest.mark.parametrize("address", [ADDRESS, "/queries/most-cited?limit=3", "/map.json?limit=5", "/gaps"])
def test_no_answer_of_the_version_before_is_kept_for_a_new_one(
    address: str, reference_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reader who comes while a change is in the log, and not yet in the graph, is shown the version before."""
    shutil.copytree(reference_home, tmp_path / "home")
    home = open_home(settings_for(tmp_path / "home"))
    token = home.tokens.add("Ada", Role.CURATOR)
    graph, logged, read = home.library.graph, Event(), Event()
    kind = type(graph)
    apply = kind.apply

    def apply_once_read(self: Any, version: Version, *given: Any, **more: Any) -> Any:
        if self is graph:
            logged.set()
            assert read.wait(20)
        return apply(self, version, *given, **more)

    with serving(home) as client, ThreadPoolExecutor(1) as writer:
        client.get(address).raise_for_status()
        monkeypatch.setattr(kind, "apply", apply_once_read)
        headers = {"Content-Type": "application/x-bibtex", "Authorization": f"Bearer {token}"}
        imported = writer.submit(client.post, "/imports", content=BOOK, headers=headers)
        try:
            assert logged.wait(20)
            assert home.library.log.head() == 2
            assert client.get(address).headers["commonplace-version"] == "1"
        finally:
            read.set()
        imported.result().raise_for_status()
        assert client.get(address).headers["commonplace-version"] == "2"


def test_what_is_kept_in_order_is_answered_without_a_worker(reference_home: Path, tmp_path: Path) -> None:
    shutil.copytree(reference_home, tmp_path / "home")
    home = open_home(settings_for(tmp_path / "home"))
    pool = CountingPool(home.library.worker_views(), QueryLimits())
    with serving(home, workers=pool) as client:
        discussing = "/queries/works-discussing?concept=professional-role"
        for address in (f"{discussing}&limit=3", "/queries/most-cited?limit=3"):
            assert client.get(address).raise_for_status().json()["items"]
        assert pool.asked == 0
        client.get(f"{discussing}&at=1").raise_for_status()
        assert pool.asked == 1


def test_an_answer_of_a_named_version_is_kept(reference_home: Path, tmp_path: Path) -> None:
    shutil.copytree(reference_home, tmp_path / "home")
    home = open_home(settings_for(tmp_path / "home"))
    pool = CountingPool(home.library.worker_views(), QueryLimits())
    with serving(home, workers=pool) as client:
        client.headers["Authorization"] = f"Bearer {home.tokens.add('Ada', Role.CURATOR)}"
        client.post("/imports", content=BOOK, headers={"Content-Type": "application/x-bibtex"}).raise_for_status()
        assert client.get(f"{ADDRESS}&at=1").content == client.get(f"{ADDRESS}&at=1").content
        assert pool.asked == 1


def test_answers_of_earlier_versions_are_let_go() -> None:
    answers = KeptAnswers(room=100_000)
    one = _Kept(b"1" * 1_000, ())
    for version in range(1, 4):
        for name in "abc":
            assert answers.get(Version(version), name) is None
            answers.put(Version(version), name, one)
        assert answers.get(Version(version), "a") is one
        assert len(answers) == 3
    answers.put(Version(2), "late", one)  # it was begun before the library changed
    assert answers.get(Version(2), "a") is None
    assert answers.get(Version(3), "a") is one
    assert len(answers) == 3


def test_answers_of_one_version_are_bounded_however_short_they_are() -> None:
    answers = KeptAnswers(room=100_000)
    for name in range(1_000):
        answers.put(Version(1), name, _Kept(b"", ()))
    assert 10 < len(answers) <= 100
    assert answers.get(Version(1), 999) is not None
    assert answers.get(Version(1), 0) is None
