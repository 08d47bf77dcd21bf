"""Answers of named queries are kept until the library changes, each for the address that it was asked at."""

from __future__ import annotations

import shutil
from pathlib import Path

from commonplace.derived.workers.limits import QueryLimits
from commonplace.derived.workers.messages import Answer, AnswerKind, Question
from commonplace.derived.workers.pool import WorkerPool
from commonplace.home.opening import open_home
from commonplace.home.tokens import Role
from tests.conftest import serving, settings_for

ADDRESS = "/queries/works-by-year?limit=3"
BOOK = "@book{okafor1950, author = {Okafor, Chinua}, title = {Harbours}, year = 1950}"


class CountingPool(WorkerPool):
    """Counts what its workers are asked."""

    asked = 0

    async def ask(self, question: Question, client: str) -> Answer | AnswerKind:
        self.asked += 1
        return await super().ask(question, client)


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
