"""Pyzotero reads a library as one of Zotero's, with nothing but the address."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import httpx
import pytest

FOLDER = Path(__file__).parent / "zotero"
PYTHON = FOLDER / ".venv" / "bin" / "python"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not PYTHON.exists(), reason="pyzotero is not installed: run `make clients`"),
]


@pytest.fixture(scope="module")
def answers(client: httpx.Client) -> dict[str, Any]:
    """What pyzotero was answered, in an environment of its own: it needs another bibtexparser than we do."""
    command = [str(PYTHON), str(FOLDER / "asks.py"), f"{client.base_url}/zotero".replace("//zotero", "/zotero")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    made: dict[str, Any] = json.loads(done.stdout)
    return made


def test_it_reads_everything_page_by_page(answers: dict[str, Any], client: httpx.Client) -> None:
    works = client.get("/works", params={"limit": 1}).json()["total"]
    top, every = answers["top"], answers["all"]
    assert len(top) == len(set(top)) == answers["counts"][0] == works
    assert len(every) == len(set(every)) == answers["counts"][1]
    assert set(every) == set(answers["keys"]) == set(answers["versions"]) > set(top)
    assert answers["page sizes"] == [20, works - 20]


def test_an_item_is_the_work(answers: dict[str, Any]) -> None:
    item = answers["item"]
    data = item["data"]
    assert (data["itemType"], data["publicationTitle"]) == ("journalArticle", "World Development")
    assert data["creators"] == [{"creatorType": "author", "firstName": "Elinor", "lastName": "Ostrom"}]
    assert "Citation Key: ostrom1996" in data["extra"]
    assert item["meta"]["numChildren"] == len(answers["children"])
    notes = [note["data"] for note in answers["children"]]
    assert {note["parentItem"] for note in notes} == {answers["key"]} == {*answers["subset"], *answers["q"]}
    assert any("Coproduction, Synergy, and Development" in note["note"] for note in notes)


def test_collections_are_concepts_and_cases_and_tags_are_concepts(
    answers: dict[str, Any], client: httpx.Client
) -> None:
    assert sorted(answers["collections"]) == sorted(answers["tree"]), "each is reached from the top"
    of_concept = answers["of_concept"]
    assert of_concept
    assert answers["counts"][2] == answers["with_notes"] > len(of_concept)
    filters = {"discusses": "professional-role", "state": "discusses", "limit": "100"}
    discussing = {work["key"] for work in client.get("/works", params=filters).json()["items"]}
    assert {extra.splitlines()[0].removeprefix("Citation Key: ") for extra in of_concept} <= discussing
    assert "role of professionals" in answers["tags_of_item"]
    assert set(answers["tags_of_item"]) <= set(answers["tags"])
    assert set(answers["type"]) == {"book", "bookSection"}


def test_it_follows_by_version(answers: dict[str, Any]) -> None:
    assert answers["version"] == 1
    assert set(answers["versions"].values()) == {1}
    assert set(answers["collection_versions"].values()) == {1}
    assert answers["since"] == answers["deleted"] == []


def test_other_formats(answers: dict[str, Any]) -> None:
    assert answers["bibtex"] == ["ostrom1996"]
    assert "DO  - 10.1016/0305-750X(96)00023-X" in answers["ris"]
    assert [item["id"] for item in answers["csljson"]] == ["ostrom1996"]
    assert "Ostrom, E. (1996)" in answers["bib"]


def test_it_is_told_that_it_cannot_write(answers: dict[str, Any]) -> None:
    assert answers["may write"] is False
    assert "only read here" in answers["refused"]
    assert answers["empty"] == [[], [], []]
