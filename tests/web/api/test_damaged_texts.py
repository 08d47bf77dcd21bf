"""Kept texts whose files are missing or damaged: nobody is kept from the others, and the server says so."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from commonplace.exchange.edits import Editor
from commonplace.exchange.texts import GivenText, Texts
from commonplace.home.opening import open_home
from commonplace.model.kept_pages import KeptPages
from tests.conftest import settings_for
from tests.web.api.texts import Keeping, keeping_texts

CC0 = "CC0-1.0"

WHOLE = "needham2008"
SENTENCES = {
    "parks1981": "Torn sails are mended by neighbours.",
    "ostrom1996": "Swapped sails are mended by neighbours.",
    "brudney1983": "Lost sails are mended by neighbours.",
    "bovaird2007": "Barred sails are mended by neighbours.",
    WHOLE: "Whole sails are mended by neighbours.",
}


@pytest.fixture(scope="module")
def keeping(reference_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Keeping]:
    """Serve a library whose texts were damaged, one in each way."""
    folder = tmp_path_factory.mktemp("damaged")
    shutil.copytree(reference_home, folder / "before")
    opened = open_home(settings_for(folder / "before"))
    texts = Texts(opened.library, opened.committer)
    for key, sentence in SENTENCES.items():
        assert texts.keep(
            key, GivenText(sentence.encode(), "text/plain", KeptPages((sentence,)), CC0), Editor("Ada")
        ).entry
    kept_pages(folder, "Torn").write_bytes(b'{"pages":["Torn')
    kept_pages(folder, "Swapped").write_text(json.dumps({"pages": ["Zeppelins are mended by neighbours."]}))
    kept_pages(folder, "Lost").unlink()
    barred = kept_pages(folder, "Barred")
    barred.unlink()
    barred.mkdir()
    with keeping_texts(folder / "before", folder / "home") as keeping:
        yield keeping


def kept_pages(folder: Path, word: str) -> Path:
    files = (path for path in (folder / "before" / "log" / "files").rglob("*") if path.is_file())
    (found,) = (path for path in files if path.read_bytes().startswith(f'{{"pages":["{word}'.encode()))
    return found


def test_the_other_texts_are_searched_and_health_tells(keeping: Keeping) -> None:
    found = keeping.read("/search", q="sails neighbours")["in_texts"]
    assert [one["work"]["key"] for one in found["items"]] == [WHOLE]
    assert "in_texts" not in keeping.read("/search", q="zeppelins"), "what was kept is not what lies there"
    passages = keeping.read("/find", quote="sails are mended by neighbours")["items"]
    assert [one["work"]["key"] for one in passages] == [WHOLE]
    assert keeping.read("/find", quote="zeppelins are mended")["total"] == 0
    concept = {"key": "sail-mending", "labels": {"en": "sails mended by neighbours"}}
    assert keeping.curator.post("/concepts", json=concept).status_code == 201
    suggested = keeping.read("/suggestions", concept="sail-mending")["items"]
    assert [one["work"]["key"] for one in suggested if "page" in one] == [WHOLE]
    health = keeping.read("/healthz")
    (problem,) = health["problems"]
    assert (health["status"], problem["what"]) == ("degraded", "the texts of works")
    assert problem["why"].startswith("4 of them cannot be searched")


def test_evidence_is_written_all_the_same(keeping: Keeping) -> None:
    for key, sentence in SENTENCES.items():
        made = keeping.evidence(key, sentence)
        assert (made.get("quote_page"), key) == (1 if key == WHOLE else None, key)


def test_the_text_itself_is_refused_in_words(keeping: Keeping) -> None:
    for key, status, why in (
        ("parks1981", 500, "has changed: run commonplace verify"),
        ("ostrom1996", 500, "has changed: run commonplace verify"),
        ("brudney1983", 404, "No file with SHA-256"),
        ("bovaird2007", 500, "cannot be read (Is a directory)"),
    ):
        assert why in keeping.refused(keeping.anybody.get(f"/works/{key}/text"), status), key
