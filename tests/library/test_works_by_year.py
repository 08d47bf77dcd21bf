"""Works by year: every work of the library in the order of years, with what it says."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from commonplace.library import Library
from commonplace.library.lists import Lists
from commonplace.library.states import incremental_states
from commonplace.library.works_by_year import WorksByYear, works_by_year
from tests.conftest import BASE


@pytest.fixture(scope="module")
def reference(reference_home: Path) -> Library:
    """The reference set, for reading only."""
    return Library.open(reference_home, BASE)


@pytest.mark.parametrize(
    ("kind", "key"), [("concept", "professional-role"), ("claim", "low-professionalisation-enables")]
)
def test_every_work_is_there_once_and_the_years_add_up(reference: Library, kind: str, key: str) -> None:
    states = incremental_states(reference.log, reference.minter)
    at = works_by_year(Lists(reference.log), states, reference.graph, reference.minter)
    about = reference.minter.thing("claim" if kind == "claim" else "concept", key)

    strip: WorksByYear = reference.read(lambda snapshot: at(snapshot, about))
    works = list(strip.works())

    assert len({work.key for work in works}) == len(works) == sum(strip.coverage.values())
    assert all((before.year or 0) <= (after.year or 0) for before, after in pairwise(works))
    for state, count in strip.coverage.items():
        assert sum(work.state == state for work in works) == count
    years = list(strip.years())
    assert [year.year for year in years] == sorted({work.year for work in works}, key=lambda year: year or 0)
    for year in years:
        of_year = [work.state for work in works if work.year == year.year]
        assert year.works == {state: of_year.count(state) for state in set(of_year)}
    assert len({work.state for work in works}) > 1
