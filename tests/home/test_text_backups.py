"""Texts in backups: one's own backup has them all, one that may be published only those that anybody may read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from commonplace.errors import NotFound
from commonplace.exchange.edits import Editor
from commonplace.exchange.texts import GivenText, Texts
from commonplace.home.backup import back_up, restore
from commonplace.home.opening import Home, open_home
from commonplace.home.ro_crate import write_crate
from commonplace.model.kept_pages import PLAIN, KeptPages
from tests.conftest import settings_for

CLOSED, OPEN = "Nobody may pass this sentence on.", "This sentence may be passed on."


@pytest.fixture
def with_texts(opened: Home) -> Home:
    """A library with a text that may be passed on, one that may not, and one that no longer may."""
    texts = Texts(opened.library, opened.committer)
    keep(texts, "ostrom1996", CLOSED)
    keep(texts, "bovaird2007", OPEN, "CC-BY-4.0")
    keep(texts, "parks1981", f"{CLOSED} Twice.", "CC-BY-4.0")
    texts.take_away("parks1981", Editor("Ada"))
    return opened


def keep(texts: Texts, key: str, text: str, licence: str | None = None) -> None:
    assert texts.keep(key, GivenText(text.encode(), PLAIN, KeptPages((text,)), licence), Editor("Ada")).entry


def holding(folder: Path, sentence: str) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and sentence.encode() in path.read_bytes()]


def read(home: Path, key: str) -> str:
    opened = open_home(settings_for(home))
    texts = Texts(opened.library, opened.committer)
    assert list(opened.library.log.check()) == []
    return opened.library.read(lambda snapshot: texts.pages(texts.stated(snapshot, key))).plain


def test_a_backup_of_ones_own_has_every_text(with_texts: Home, home: Path, tmp_path: Path) -> None:
    back_up(with_texts.library, home / "tokens.json", tmp_path / "kept")
    restore(tmp_path / "kept", tmp_path / "again")
    assert read(tmp_path / "again", "ostrom1996") == CLOSED
    assert read(tmp_path / "again", "bovaird2007") == OPEN
    assert holding(tmp_path / "again", "Twice"), "the past has the text that was taken away"


def test_a_backup_to_publish_has_only_what_anybody_may_read(with_texts: Home, home: Path, tmp_path: Path) -> None:
    folder = tmp_path / "crate"
    back_up(with_texts.library, home / "tokens.json", folder)
    assert holding(folder, CLOSED)
    back_up(with_texts.library, None, folder)
    write_crate(folder)
    assert not holding(folder, CLOSED), "nor what an earlier backup in the same folder had"
    assert holding(folder, OPEN)
    parts = {one["@id"] for one in json.loads((folder / "ro-crate-metadata.json").read_text())["@graph"]}
    assert {
        path.relative_to(folder).as_posix() for path in (folder / "log" / "files").rglob("*") if path.is_file()
    } < parts

    restore(folder, tmp_path / "again")
    assert read(tmp_path / "again", "bovaird2007") == OPEN
    with pytest.raises(NotFound, match="made to be published"):
        read(tmp_path / "again", "ostrom1996")
    back_up(with_texts.library, home / "tokens.json", folder)
    assert holding(folder, CLOSED), "a later backup of one's own has them again"
