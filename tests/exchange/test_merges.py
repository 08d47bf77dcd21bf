"""Merge and un-merge: nothing is lost, and the two come back as they were."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from commonplace.errors import CannotMerge
from commonplace.exchange.merges import Merger, Merges
from commonplace.home.opening import Home, open_home
from commonplace.model.minter import Kind
from commonplace.model.record import Record
from tests.conftest import settings_for
from tests.curation.works import SmallLibrary
from tests.exporters.record_strategies import records

ADA = Merger("Ada")
KINDS: tuple[Kind, ...] = ("work", "person", "organization", "venue", "concept")


def all_of(library: Home | SmallLibrary) -> set[str]:
    """Return every statement of the library."""
    return library.library.read(lambda snapshot: {str(quad) for quad in snapshot.quads()})


@pytest.fixture(scope="module")
def reference(reference_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Return the reference set in a home that all examples of a test write to, one after another."""
    directory = tmp_path_factory.mktemp("merges") / "home"
    shutil.copytree(reference_home, directory)
    return open_home(settings_for(directory))


def keys_of(home: Home, kind: Kind) -> list[str]:
    """Return the keys of all things of a kind."""
    minter = home.library.minter
    start = f"{minter.base}id/{kind}/"
    subjects = home.library.read(lambda snapshot: {str(quad.subject)[1:-1] for quad in snapshot.quads()})
    return sorted(minter.key(iri) for iri in subjects if iri.startswith(start) and "#" not in iri)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_unmerging_things_of_the_reference_set_is_the_identity(reference: Home, data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(KINDS))
    keys = keys_of(reference, kind)
    left, right = data.draw(st.lists(st.sampled_from(keys), min_size=2, max_size=2, unique=True))
    merges = Merges(reference.library, reference.committer)
    try:
        looked = merges.look(kind, left, right, {})
    except CannotMerge:  # one is broader than the other by way of a third
        with pytest.raises(CannotMerge):
            merges.merge(kind, left, right, {}, ADA)
        return
    if not looked.possible:
        return
    single = sorted(value.field for value in looked.values if value.name == value.field)
    choices = data.draw(st.dictionaries(st.sampled_from(single), st.sampled_from(["left", "right"]))) if single else {}
    before = all_of(reference)

    merges.merge(kind, left, right, choices, ADA)  # type: ignore[arg-type]
    between = all_of(reference)
    merges.unmerge(kind, right, {}, ADA)

    assert between != before
    assert all_of(reference) == before


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(one=records, other=records, choose=st.sampled_from(["left", "right", None]))
def test_unmerging_any_two_records_is_the_identity(
    tmp_path_factory: pytest.TempPathFactory, one: Record, other: Record, choose: str | None
) -> None:
    small = SmallLibrary(tmp_path_factory.mktemp("small") / "home")
    small.add(replace(one, key="one", alternative_keys=()), replace(other, key="other", alternative_keys=("third",)))
    merges = Merges(small.library, small.committer)
    before = all_of(small)
    choices = {"title": choose} if choose and (one.title or other.title) else {}

    report, entry = merges.merge("work", "one", "other", choices, ADA)  # type: ignore[arg-type]
    assert entry is not None
    kept = [value for value in report.values if value.right is not None and value.taken == "left"]
    assert all(value.kept_as for value in kept), "a value that loses is kept somewhere"
    merges.unmerge("work", "other", {}, ADA)

    assert all_of(small) == before
