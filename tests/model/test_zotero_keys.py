"""Keys of Zotero follow from what a thing is called, and stay with it whatever comes later."""

from __future__ import annotations

import re
from collections.abc import Mapping

from commonplace.model.zotero_keys import zotero_key, zotero_keys


def test_a_key_is_what_zotero_takes_for_one() -> None:
    made = {zotero_key(f"work/book{number}") for number in range(2_000)}
    assert len(made) == 2_000
    assert all(re.fullmatch("[2-9A-NP-Z]{8}", key) for key in made)


def test_keys_are_for_ever() -> None:
    assert zotero_key("work/ostrom1996") == "KIUINNF8"
    assert zotero_keys({"work/ostrom1996", "evidence/a"}, dict)["work/ostrom1996"] == "KIUINNF8"


def crowded(name: str, attempt: int) -> str:
    """A key of which there are few, so that names share it."""
    return f"{(len(name) + attempt) % 5}"


def test_of_names_that_share_a_key_the_older_keeps_it() -> None:
    ages = {"bb": 1, "aa": 2, "cc": 3, "dd": 3}

    def first() -> Mapping[str, int]:
        return ages

    made: dict[str, str] = {}
    for number in range(1, 4):
        names = [name for name, age in ages.items() if age <= number]
        grown = zotero_keys(names, first, crowded)
        assert grown.items() >= made.items(), "a key that was given stays"
        assert len(set(grown.values())) == len(names)
        made = grown
    assert made == {"bb": "2", "aa": "3", "cc": "4", "dd": "0"}
