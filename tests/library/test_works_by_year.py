"""Works by year: every work of the library in the order of years, with what it says."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from random import Random

import pytest
from pyoxigraph import Literal, Quad

from commonplace.library import Library
from commonplace.library import works_by_year as by_year_module
from commonplace.library.kept_states import incremental_states
from commonplace.library.lists import Lists
from commonplace.library.works_by_year import WorksByYear, WorksByYearAt, works_by_year
from commonplace.model.namespaces import DCTERMS, FABIO, RDF, SKOS, XSD
from tests.conftest import BASE
from tests.library.test_lists import MINTER, History


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


def test_few_works_are_found_as_many_are(reference: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    """Few are looked up one by one; of many, the list of all works is gone through."""
    states = incremental_states(reference.log, reference.minter)
    at = works_by_year(Lists(reference.log), states, reference.graph, reference.minter)
    about = reference.minter.thing("concept", "professional-role")
    strip: WorksByYear = reference.read(lambda snapshot: at(snapshot, about))

    def found() -> list[object]:
        firsts = [one(state, count) for one in (strip.first, strip.first_dated) for state in strip.read.names
                  for count in (1, 4, 1000)]  # fmt: skip
        return [*firsts, list(strip.years())]

    by_look_up = found()
    monkeypatch.setattr(by_year_module, "FEW_WORKS", -1)
    assert found() == by_look_up


def test_works_without_a_year_come_after_the_others() -> None:
    history, minter = History(), MINTER
    works = [minter.thing("work", key) for key in "abc"]
    history.turn_round(Quad(work, RDF["type"], FABIO["Expression"]) for work in works)
    history.turn_round([
        Quad(works[1], FABIO["hasPublicationYear"], Literal("1999", datatype=XSD["gYear"])),
        Quad(works[2], FABIO["hasPublicationYear"], Literal("1980", datatype=XSD["gYear"])),
    ])  # fmt: skip
    states = incremental_states(history.log, minter)
    at = works_by_year(Lists(history.log), states, history.graph, minter)
    strip: WorksByYear = history.graph.read(lambda snapshot: at(snapshot, minter.thing("concept", "none")))
    assert [minter.key(work.value) for work in strip.first_dated("unread", 2)] == ["c", "b"]
    assert [minter.key(work.value) for work in strip.first_dated("unread", 3)] == ["c", "b", "a"]


@pytest.mark.parametrize("few", [1_000, 1, -1])
@pytest.mark.parametrize("seed", range(4))
def test_years_counted_along_with_changes_are_those_counted_anew(
    seed: int, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of few works that differ, each is counted by itself; of more, all are counted again."""
    monkeypatch.setattr(by_year_module, "FEW_WORKS", few)
    lot, history, term = Random(seed), History(), MINTER.term
    works = [MINTER.thing("work", f"w{number}") for number in range(12)]
    about = [MINTER.thing("concept", "wide"), MINTER.thing("concept", "narrow"), MINTER.thing("claim", "one")]
    pieces = [MINTER.thing("evidence", f"e{number}") for number in range(20)]
    said = {
        (term("work"), tuple(works)),
        (term("about"), tuple(about)),
        (term("state"), tuple(term(name) for name in ("discusses", "silent", "supports", "contradicts"))),
        (term("directness"), (term("direct"), term("indirect"))),
    }
    accepted = [Quad(piece, term("standing"), term("accepted")) for piece in pieces]
    of_evidence = [Quad(lot.choice(pieces), one, lot.choice(them)) for one, them in sorted(said, key=str) * 30]
    of_works = [
        *(Quad(work, RDF["type"], FABIO["Expression"]) for work in works),
        *(Quad(work, FABIO["hasPublicationYear"], Literal(year)) for work in works for year in ("1999", "2010")),
        *(Quad(work, DCTERMS["abstract"], Literal("words")) for work in works),
        Quad(about[1], SKOS["broader"], about[0]),
    ]
    history.turn_round({*of_works, *accepted, *of_evidence})
    states, lists = incremental_states(history.log, MINTER), Lists(history.log)
    for _ in range(25):
        change = lot.sample([*of_evidence, *accepted], lot.randrange(1, 4))
        history.turn_round(change if lot.random() < 0.7 else [*change, *lot.sample(of_works, 2)])
        along = works_by_year(lists, states, history.graph, MINTER)
        anew = works_by_year(Lists(history.log), incremental_states(history.log, MINTER), history.graph, MINTER)

        def years(at: WorksByYearAt) -> list[object]:
            strips = [history.graph.read(lambda snapshot, one=one: at(snapshot, one)) for one in about]  # type: ignore[misc]
            return [(list(strip.years()), strip.read.extent(), strip.coverage) for strip in strips]

        assert years(along) == years(anew)
