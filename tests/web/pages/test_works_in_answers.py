"""Words in the answer to a question are looked up as keys of works only while they may be some."""

from __future__ import annotations

from urllib.parse import unquote

import httpx
import pytest
from pyoxigraph import NamedNode

from commonplace.derived.graph.snapshot import Snapshot
from commonplace.library.evidence import label_of
from commonplace.web.pages import question_forms
from commonplace.web.pages.question_forms import LIST_WORKS
from tests.web.pages.test_pages import BROWSER

ASKED = "/queries/case-table"


@pytest.fixture
def looked_up(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The keys of works of which it was looked up whether they are there."""
    found: list[str] = []

    def noted(snapshot: Snapshot, node: NamedNode, language: str = "en") -> str | None:
        if "/id/work/" in node.value:
            found.append(unquote(node.value.rpartition("/")[2]))
        return label_of(snapshot, node, language)

    monkeypatch.setattr(question_forms, "label_of", noted)
    return found


def cells_of(client: httpx.Client) -> list[list[str]]:
    """The words of each cell that may have keys of works in it."""
    rows = client.get(ASKED).raise_for_status().json()["items"]
    return [str(row[name]).split() for row in rows for name in LIST_WORKS if row.get(name)]


def test_a_sentence_is_looked_up_to_its_first_word_that_is_no_work(client: httpx.Client, looked_up: list[str]) -> None:
    cells = cells_of(client)
    page = client.get(ASKED, headers=BROWSER)

    assert page.status_code == 200
    may_be = {cell[0] for cell in cells}
    assert {word for cell in cells for word in cell[1:]} - may_be, "some cells are sentences"
    assert set(looked_up) <= may_be


def test_very_many_words_are_not_looked_up(
    client: httpx.Client, looked_up: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(question_forms, "MOST_LOOKED_UP", 2)
    assert len({cell[0] for cell in cells_of(client)}) > 2

    assert client.get(ASKED, headers=BROWSER).status_code == 200
    assert len(looked_up) == 2
