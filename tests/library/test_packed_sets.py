"""Sets in a file are those that were written, to whatever they are compared or joined with."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from operator import and_, eq, ge, gt, le, lt, ne, or_, sub, xor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from commonplace.derived.sealed import LogPosition, write_sealed
from commonplace.library import packed_sets as module
from commonplace.library.packed_file import PackedFile, Packing
from commonplace.library.packed_sets import PackedSet, built_in, packed_set, packed_sets
from commonplace.model.change import Version

Sets = dict[str, set[str]]
TEXTS = st.sets(st.text(alphabet="abÖ\0\n", max_size=3), max_size=12)
OPERATORS = [and_, or_, sub, xor, eq, ne, le, lt, ge, gt]


def written(sets: Sets, beside: set[str], place: Path) -> tuple[PackedFile, int]:
    packing = Packing()
    packing.add_sets("sets", sets)
    packing.add_set("set", beside)
    shared = len(packing)
    packing.places(["of no set"])
    write_sealed(place, LogPosition(Version(1), "urn:uuid:1"), packing.pieces())
    return PackedFile(place), shared


def read(sets: Sets, beside: set[str], place: Path) -> tuple[dict[str, PackedSet], PackedSet]:
    """Write sets to a file, and read them from there."""
    place.unlink(missing_ok=True)
    file, shared = written(sets, beside, place)
    return packed_sets(file, "sets", shared), packed_set(file, "set", shared)


@pytest.mark.parametrize("few", [0, 2, module.FEW])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(sets=st.dictionaries(st.text(max_size=3), TEXTS, max_size=4), beside=TEXTS, other=TEXTS)
def test_a_set_in_a_file_is_the_set_that_was_written(
    few: int, sets: Sets, beside: set[str], other: set[str], tmp_path: Path
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "FEW", few)
        found, alone = read(sets, beside, tmp_path / "file")

        assert {name: len(one) for name, one in found.items()} == {name: len(one) for name, one in sets.items()}
        assert (dict[str, object](found), set(alone)) == (sets, beside)
        assert pickle.loads(pickle.dumps(found)) == sets  # noqa: S301  of this process
        for name, one in (*found.items(), ("beside", alone)):
            expected = sets[name] if one is not alone else beside
            for text in other | expected:
                assert (text in one) == (text in expected)
            for with_it, its in (
                (other, other),
                (frozenset(other), other),
                (dict.fromkeys(other).keys(), other),
                (alone, beside),
            ):
                assert one.isdisjoint(with_it) == with_it.isdisjoint(one) == expected.isdisjoint(its)
                for operator in OPERATORS:
                    assert operator(one, with_it) == operator(expected, its), operator
                    assert operator(with_it, one) == operator(its, expected), operator
            assert other.union(one, beside) == other | expected | beside


@pytest.mark.parametrize("few", [0, module.FEW])
def test_how_many_are_in_a_set_is_known_before_its_texts_are_read(
    few: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "FEW", few)
    found, _ = read({"a": {"b", "c"}, "d": set()}, set(), tmp_path / "file")
    reads: list[int] = []
    for name in ("hold", "text"):
        method: Callable[[PackedFile, int], Any] = getattr(PackedFile, name)

        def noted(file: PackedFile, number: int, method: Callable[[PackedFile, int], Any] = method) -> Any:
            reads.append(number)
            return method(file, number)

        monkeypatch.setattr(PackedFile, name, noted)
    assert [len(one) for one in found.values()] == [2, 0]
    assert reads == []
    assert found["a"] == {"b", "c"}
    assert reads
    reads.clear()
    assert type(built_in(found["a"])) is frozenset
    assert built_in(found["a"]) == {"c", "b"}
    assert reads == [], "it is held from then on"
