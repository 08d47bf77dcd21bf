"""The strip of works: of very many it is drawn from counts, which say what the marks of all would."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest
from pyoxigraph import NamedNode

from commonplace.library import Library
from commonplace.library.kept_states import incremental_states
from commonplace.library.lists import Lists
from commonplace.library.strips import marked_works
from commonplace.library.works_by_year import works_by_year
from commonplace.web.pages import strip
from tests.conftest import BASE
from tests.web.pages.test_pages import BROWSER


@pytest.mark.parametrize(
    ("kind", "key"), [("concept", "professional-role"), ("claim", "low-professionalisation-enables")]
)
def test_columns_from_counts_are_those_from_marks(
    reference_home: Path, monkeypatch: pytest.MonkeyPatch, kind: str, key: str
) -> None:
    library = Library.open(reference_home, BASE)
    states = incremental_states(library.log, library.minter)
    at = works_by_year(Lists(library.log), states, library.graph, library.minter)
    about = library.minter.thing("claim" if kind == "claim" else "concept", key)
    works = library.read(lambda snapshot: at(snapshot, about))
    below = states.of(library.graph).value.below(about.value)

    every = library.read(
        lambda snapshot: marked_works(snapshot, library.minter, below, works.read, map(NamedNode, works.by_year.things))
    )
    monkeypatch.setattr(strip, "MOST_MARKS", 10)
    counted, named = library.read(lambda snapshot: strip.drawn(snapshot, library.minter, below, works, 4))

    assert counted == strip.strip_of(every)
    assert counted.columns
    assert sum(sum(column.counts.values()) for column in counted.columns) + counted.without_year == len(every)
    by_key = {work.key: work for work in every}
    assert all(by_key[work.key] == work for work in named)
    assert {work.state for work in named} == {work.state for work in every} & {"silent", "unread"}


def test_a_mark_and_a_node_have_the_name_with_its_particle(client: httpx.Client) -> None:
    page = client.get("/concepts/professional-role", headers=BROWSER).text
    assert "<title>van Eijk 2018: " in page
    assert "<title>van Meerkerk and others 2013: " in page
    assert "<title>Boyle and Harris 2009: " in page, "two are named, as in the list below the strip"
    assert ">Toward a Definition of the Coproduction Concept</a>" in page
    assert re.search(r'id="brudney1983">\s*Brudney and England 1983:', page)
    labels = {node["id"]: node["label"] for node in client.get("/map").json()["nodes"]}
    assert labels["work/vaneijk2018"] == "van Eijk 2018"
    assert labels["work/mcmullin2022lead"] == "McMullin 2022"
    assert labels["work/quebec2004cadre"].startswith("Gouvernement du Québec"), "a body has its whole name"
