"""Texts, lists and sets in a file are what was written, and a list that is spliced is what a copied one would be."""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from pathlib import Path
from random import Random

import pytest

from commonplace.derived.sealed import LogPosition, write_sealed
from commonplace.library import spliced_list
from commonplace.library.packed_file import PackedFile, PackedList, Packing, packed_file
from commonplace.library.spliced_list import SplicedList
from commonplace.model.change import Version

TEXTS = ["", "a", "ab", "b", "Ostrom", "Öst\0rom", "a\0b", "\0", "日本語", "b\n"]


def written(packing: Packing, place: Path) -> PackedFile:
    write_sealed(place, LogPosition(Version(1), "urn:uuid:1"), packing.pieces())
    return packed_file(place)


def many(lot: Random) -> list[str]:
    return [lot.choice(TEXTS) + str(lot.randrange(4)) * lot.randrange(3) for _ in range(lot.randrange(60))]


@pytest.mark.parametrize("seed", range(20))
def test_a_list_in_a_file_is_the_list_that_was_written(seed: int, tmp_path: Path) -> None:
    lot = Random(seed)
    first, second = many(lot), many(lot)
    packing = Packing()
    packing.add_list("first", first)
    packing.add_list("second", second)
    file = written(packing, tmp_path / "file")
    for name, texts in (("first", first), ("second", second)):
        found = PackedList(file, name)
        alike(found, texts, lot)
        assert pickle.loads(pickle.dumps(found)) == texts  # noqa: S301  of this process
    file.hold(lot.randrange(len(file) + 1))
    alike(PackedList(file, "second"), second, lot)


def alike(found: PackedList | SplicedList, texts: Sequence[str], lot: Random) -> None:
    """Compare a list with the texts that it should have, in every way that it is asked."""
    assert len(found) == len(texts)
    assert list(found) == [found[n] for n in range(len(texts))] == list(texts)
    assert found == texts
    for _ in range(10):
        start, end = lot.randrange(len(texts) + 1), lot.randrange(len(texts) + 3)
        assert found[start:end] == list(texts[start:end])
        for text in lot.sample(TEXTS, 3):
            try:
                expected: int | None = texts.index(text, start, end)
            except ValueError:
                expected = None
            try:
                position: int | None = found.index(text, start, end)
            except ValueError:
                position = None
            assert position == expected


@pytest.mark.parametrize("seed", range(20))
def test_a_spliced_list_is_what_a_copied_one_would_be(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spliced_list, "MOST_SPANS", 12)
    lot = Random(seed)
    texts = many(lot)
    packing = Packing()
    packing.add_list("list", texts)
    packed = PackedList(written(packing, tmp_path / "file"), "list")
    found: SplicedList | list[str] = packed.copy()
    for _ in range(20):
        before, expected = found, list(found)
        found, texts = found.copy(), texts.copy()
        for _ in range(lot.randrange(3)):
            if texts and lot.random() < 0.5:
                position = lot.randrange(len(texts))
                del found[position], texts[position]
            else:
                position, text = lot.randrange(len(texts) + 1), lot.choice(TEXTS)
                found.insert(position, text)
                texts.insert(position, text)
        if isinstance(found, SplicedList):
            alike(found, texts, lot)
        assert list(found) == texts
        assert list(before) == expected, "what is copied stays as it is"
    assert list(packed) == list(PackedList(packed_file(tmp_path / "file"), "list"))


def test_numbers_and_values_in_a_file_are_those_that_were_written(tmp_path: Path) -> None:
    packing = Packing()
    packing.add_numbers("numbers", [3, 2**32 - 1])
    packing.add_value("value", {"a": [1, None]})
    file = written(packing, tmp_path / "file")
    assert list(file.numbers("numbers")) == [3, 2**32 - 1]
    assert file.value("value") == {"a": [1, None]}
