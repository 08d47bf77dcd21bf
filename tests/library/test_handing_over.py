"""What is handed from one process to another is what it lacks, and serves it as if it had made it."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest
from pyoxigraph import Quad

from commonplace.library import preparation
from commonplace.library.handing_over import HandingOver
from commonplace.model.namespaces import DCTERMS
from tests.library.test_lists import STATEMENTS, WORKS, History
from tests.library.test_preparation import SAID, Start, anew


def test_what_was_handed_over_is_not_made_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    history = History()
    history.turn_round([*STATEMENTS, *SAID])
    made, other = Start(history, None), Start(history, None, steps=False)
    expected = anew(history.graph)
    changed = HandingOver(made.prepared).changed()
    for module, name in (("kept_states", "read_states"), ("creators", "read_creators"), ("totals", "count_totals")):
        monkeypatch.setattr(f"commonplace.library.{module}.{name}", lambda *_, **__: pytest.fail("read anew"))
    monkeypatch.setattr("commonplace.library.selection.Selection.sorted", lambda *_: pytest.fail("sorted anew"))
    HandingOver(other.prepared).take(changed)
    assert other.holds() == expected


def test_what_is_of_no_near_version_is_lacking(monkeypatch: pytest.MonkeyPatch) -> None:
    history = History()
    history.turn_round([*STATEMENTS, *SAID])
    made, other = Start(history, None), Start(history, None, steps=False)
    assert (made.prepared.lacks(history.graph), other.prepared.lacks(history.graph)) == (False, True)
    other.prepared.states.of(history.graph)
    assert other.prepared.lacks(history.graph), "the rest is still to be made"
    HandingOver(other.prepared).take(HandingOver(made.prepared).changed())
    assert not other.prepared.lacks(history.graph)
    history.turn_round([Quad(WORKS[0], DCTERMS["creator"], WORKS[1])])
    assert not other.prepared.lacks(history.graph), "it is moved along"
    monkeypatch.setattr(preparation, "MOVED_BYTES", 10)
    assert other.prepared.lacks(history.graph)


def test_a_file_that_another_process_has_written_is_not_written_again(tmp_path: Path) -> None:
    history = History()
    history.turn_round([*STATEMENTS, *SAID])
    made, other = Start(history, tmp_path), Start(history, None, steps=False)
    HandingOver(other.prepared).take(HandingOver(made.prepared).changed())
    assert other.prepared.kept == made.prepared.kept == history.graph.version


def test_only_what_has_changed_is_handed_over_again() -> None:
    history = History()
    history.turn_round([*STATEMENTS, *SAID])
    made, other = Start(history, None), Start(history, None, steps=False)
    handing, taking = HandingOver(made.prepared), HandingOver(other.prepared)
    taking.take(handing.changed())
    assert pickle.loads(handing.changed()).keys() == {"file", "maps"}  # noqa: S301  of this process
    assert pickle.loads(taking.changed()).keys() == {"file", "maps"}, "what was taken is not handed on"  # noqa: S301
    history.turn_round([Quad(WORKS[0], DCTERMS["creator"], WORKS[1])])
    made.prepared.creators.of(history.graph)
    changed = handing.changed()
    assert pickle.loads(changed).keys() == {"file", "maps", ("value", "creators")}  # noqa: S301  of this process
    taking.take(changed)
    assert other.holds() == anew(history.graph)


def test_a_list_in_a_file_is_handed_over_by_its_name(tmp_path: Path) -> None:
    """Another process has the file open, too, and need not be sent what is in it."""
    history = History()
    history.turn_round([*STATEMENTS, *SAID])
    Start(history, tmp_path)
    again = Start(history, tmp_path)
    name = ("list", again.prepared.lists.handed()[0][0])
    handed = pickle.loads(HandingOver(again.prepared).changed())  # noqa: S301  of this process
    things = handed[name].things.things
    iris = {thing.encode() for thing in things}
    assert iris
    assert not any(iri in pickle.dumps(things) for iri in iris)
