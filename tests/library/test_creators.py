"""Who wrote which works: what moved along is what is read anew."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import Quad

from commonplace.library import creators as keeping
from commonplace.library.creators import incremental_creators, most_prolific, read_creators, writers
from commonplace.model.namespaces import DCTERMS
from tests.library.test_lists import MINTER, PEOPLE, WORKS, History

WRITTEN = [Quad(work, DCTERMS["creator"], person) for work, person in product(WORKS, PEOPLE)]
ELSEWHERE = [Quad(quad.subject, quad.predicate, quad.object, MINTER.graph("mine")) for quad in WRITTEN[::3]]


@settings(max_examples=50)
@given(st.lists(st.sets(st.sampled_from([*WRITTEN, *ELSEWHERE]), min_size=1), min_size=1, max_size=5))
def test_kept_creators_are_those_read_anew(changes: list[set[Quad]]) -> None:
    history = History()
    kept = incremental_creators(history.log)
    for change in changes:
        history.turn_round(change)
        assert kept.of(history.graph).value == history.graph.read(read_creators)


@settings(max_examples=50)
@given(st.sets(st.sampled_from([*WRITTEN, *ELSEWHERE])), st.sets(st.sampled_from([work.value for work in WORKS])))
def test_creators_of_few_works_are_those_of_many(written: set[Quad], works: set[str]) -> None:
    history = History()
    history.turn_round(written)
    creators = history.graph.read(read_creators)
    of_few = history.graph.read(lambda snapshot: list(writers(snapshot, creators, works)))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(keeping, "FEW_WORKS", -1)
        assert history.graph.read(lambda snapshot: list(writers(snapshot, creators, works))) == of_few


@pytest.mark.parametrize("told_apart", [1, 2, 500])
def test_who_wrote_most_of_some_works_comes_first(told_apart: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "TOLD_APART", told_apart)
    creators = {"p": {"a", "b"}, "q": {"b", "c"}, "r": {"d"}, "s": {"a", "c", "d"}}
    assert list(most_prolific(creators, {"a", "b"})) == [("p", 2), ("q", 1), ("s", 1)]
    assert list(most_prolific(creators, set())) == []
    assert list(most_prolific(creators, {"d", "a"})) == [("s", 2), ("p", 1), ("r", 1)]
    later = creators | {"q": {"a", "b"}}
    assert list(most_prolific(later, {"a", "b"})) == [("p", 2), ("q", 2), ("s", 1)]
    first = most_prolific(later, {"b", "c"})
    assert next(first) == ("p", 1)
    assert list(most_prolific(creators, {"b", "c"})) == [("q", 2), ("p", 1), ("s", 1)]
    assert list(first) == [("q", 1), ("s", 1)]
