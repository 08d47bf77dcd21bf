"""Importing entries without a citation key: the works they become, and what their made keys do not say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from commonplace.exchange.imports import import_file
from commonplace.home.opening import Home, open_home
from tests.conftest import BASE, settings_for
from tests.importers.test_missing_keys import FILES
from tests.receipts import check


def received(home: Home, text: str, name: str = "some.bib", format: str | None = None) -> dict[str, Any]:
    """The receipt of importing that text."""
    made = import_file(home.library, home.committer, text.encode(), name, format=format)
    receipt: dict[str, Any] = json.loads(made.json_text())
    check(receipt)
    return receipt


def keys(receipt: dict[str, Any]) -> list[str]:
    return [item["work"].removeprefix(f"{BASE}id/work/") for item in receipt["items"]]


def entry(title: str) -> str:
    return f"@book{{, author = {{Larsen, Eva}}, year = 1999, title = {{{title}}}}}\n"


@pytest.mark.parametrize("format", FILES)
def test_a_file_without_keys_is_known_again(format: str, empty: Home) -> None:
    first, again = (received(empty, FILES[format], "some", format) for _ in range(2))
    assert keys(first) == keys(again) == ["larsen1999", "larsen1999b", "Larsen1999a", "larsen1999c"]
    assert again["fates"] == {"new": 0, "matched": 4, "updated": 0, "failed": 0}
    assert [item.get("key") for item in first["items"]] == [None, None, "Larsen1999a", None]


def test_a_key_that_a_work_of_the_library_has_is_not_made_again_and_nothing_is_lost(empty: Home) -> None:
    received(empty, entry("Ebb") + "@book{larsen1999a, title = {Other}}")
    receipt = received(empty, entry("Flood") + entry("Moon"))
    assert keys(receipt) == ["larsen1999b", "larsen1999c"]
    assert {loss["why"] for item in receipt["items"] for loss in item["losses"]} == {"the entry has no citation key"}


def test_the_same_file_makes_the_same_keys_in_another_home(tmp_path: Path) -> None:
    text = "".join(entry(title) for title in ("Ebb", "Flood", "Moon"))
    made = [
        keys(received(open_home(settings_for(tmp_path / name, reference_set=None)), text)) for name in ("one", "two")
    ]
    assert made[0] == made[1] == ["larsen1999", "larsen1999a", "larsen1999b"]


def test_two_works_of_one_short_title_are_not_one_because_one_key_was_made_for_both(empty: Home) -> None:
    """A key of the bibliography's own is enough with an equal title; one that repeats author and year is not."""
    chapter = entry("Introduction").replace("@book", "@incollection")
    received(empty, chapter.replace("year", "booktitle = {Harbours}, year"))
    receipt = received(empty, chapter)
    assert keys(receipt) == ["larsen1999a"]
    assert "larsen1999" in str(receipt["items"][0]["similar"])
    given = received(empty, chapter.replace("{,", "{larsen1999,"))
    assert (keys(given), given["fates"]["new"]) == (["larsen1999"], 0)
