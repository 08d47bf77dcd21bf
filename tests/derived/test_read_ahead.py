"""What is read of works is read in a few questions where the graph is far away, and is the same."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from commonplace.derived.graph.remote.engine import TABLES, SparqlEngine
from commonplace.derived.graph.snapshot import Snapshot
from commonplace.home.opening import open_home
from commonplace.library import Library
from commonplace.library.map_reading import MapFilters, linked_things
from commonplace.library.works import read_works_ahead, work_of
from tests.conftest import settings_for
from tests.derived.engines import served_by_oxigraph

KEYS = ("mcmullin2022lead", "ostrom1996", "mcmullin2020citizenled", "tuurnas2015", "pestoff2009")
QUESTIONS = 7
"""Maximum number of questions, however many works are shown and whatever hangs on them: two for the version before and
after, four for what is read ahead, and one for the status of what a work cites."""


@pytest.fixture
def far_away(reference_home: Path, tmp_path: Path) -> Iterator[Library]:
    """The reference set with its graph in an engine at an address."""
    shutil.copytree(reference_home, tmp_path / "home", ignore=shutil.ignore_patterns("derived"))
    with served_by_oxigraph() as addresses:
        settings = settings_for(tmp_path / "home").model_copy(update={"graph": addresses})
        yield open_home(settings).library


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The questions that an engine was asked."""
    questions: list[str] = []
    alone = SparqlEngine.ask

    def noting(self: SparqlEngine, text: str, defaults: object, named: object, form: str = TABLES) -> bytes:
        questions.append(text)
        return alone(self, text, defaults, named, form)  # type: ignore[arg-type]

    monkeypatch.setattr(SparqlEngine, "ask", noting)
    return questions


def test_a_page_of_works_costs_a_few_questions(far_away: Library, reference_home: Path, asked: list[str]) -> None:
    near = open_home(settings_for(reference_home)).library
    minter = far_away.minter
    works = [minter.thing("work", key) for key in KEYS]

    def shown(library: Library) -> list[str]:
        def read(snapshot: Snapshot) -> list[str]:
            read_works_ahead(snapshot, works)
            return [work_of(snapshot, work, minter).model_dump_json() for work in works]

        return library.read(read)

    wanted = shown(near)
    del asked[:]
    found = shown(far_away)

    assert found == wanted
    assert len(asked) <= QUESTIONS, "\n".join(asked)


@pytest.mark.parametrize("key", KEYS)
def test_a_work_costs_as_many_questions_whatever_hangs_on_it(
    far_away: Library, reference_home: Path, asked: list[str], key: str
) -> None:
    near, minter = open_home(settings_for(reference_home)).library, far_away.minter
    work = minter.thing("work", key)
    wanted = near.read(lambda snapshot: work_of(snapshot, work, minter, whole=True).model_dump_json())
    del asked[:]

    found = far_away.read(lambda snapshot: work_of(snapshot, work, minter, whole=True).model_dump_json())

    assert found == wanted
    assert len(asked) <= QUESTIONS, "\n".join(asked)


FEW = 20
"""Maximum number of questions for a map of up to 500 works and concepts: two for the version before and after, two for
the focus and the years, seven for the links and how sure they are, two for what there is to say of their ends, and
three for the authors of works."""

PARTS_OF_THE_MAP = (
    MapFilters(),
    MapFilters(years="1990..2025"),
    MapFilters(years="2015"),
    MapFilters(focus="concept/professional-role"),
    MapFilters(relations=("cites",), focus="ostrom1996", years="1996.."),
)


@pytest.mark.parametrize("filters", PARTS_OF_THE_MAP, ids=str)
def test_a_map_costs_a_few_questions_whatever_is_left_of_it(
    far_away: Library, reference_home: Path, asked: list[str], filters: MapFilters
) -> None:
    near, minter = open_home(settings_for(reference_home)).library, far_away.minter
    wanted = near.read(lambda snapshot: linked_things(snapshot, minter, filters, 500))
    del asked[:]

    found = far_away.read(lambda snapshot: linked_things(snapshot, minter, filters, 500))

    assert found == wanted
    assert found[0].things
    assert len(asked) <= FEW, "\n".join(asked)
