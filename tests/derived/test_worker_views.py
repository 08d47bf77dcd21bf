"""A worker's views follow the log, and say when too much of it lies ahead."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from pyoxigraph import BlankNode, Quad, Store

from commonplace.derived.checkpoints import Checkpoints
from commonplace.derived.graph import embedded
from commonplace.derived.graph.copying import copied
from commonplace.derived.graph.opening import new_graph
from commonplace.derived.workers import worker
from commonplace.derived.workers.worker import Views
from commonplace.model.change import Version
from commonplace.patchlog.log import PatchLog
from commonplace.patchlog.memory_log import MemoryLog
from tests.derived.graphs import contents
from tests.patchlog.entries import entry, quad

BASE = "http://127.0.0.1:8000/"


@pytest.fixture
def log() -> PatchLog:
    """A log with one version."""
    log = MemoryLog()
    log.append(entry(1, quad("first")))
    return log


@pytest.fixture
def views(log: PatchLog, tmp_path: Path) -> Views:
    return Views(BASE, log, Checkpoints(tmp_path / "checkpoints", log), new_graph(BASE))


def test_views_have_what_the_log_has_when_they_have_followed_it(views: Views, log: PatchLog) -> None:
    statement = Quad(BlankNode("kept"), quad("second").predicate, BlankNode("c0ffee"))
    log.append(entry(2, statement, removed=(quad("first"),)))

    views.follow()

    assert views.graph.version == 2
    assert contents(views.graph) == {statement}


def test_views_are_far_behind_when_much_log_lies_between(
    views: Views, log: PatchLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    views.follow()
    for number in range(2, 6):
        log.append(entry(number, quad(f"thing{number}")))
    size = log.size(Version(4), Version(5))
    monkeypatch.setattr(worker, "REPLAYED_BYTES", 2 * size)

    assert [views.far_behind(number) for number in range(1, 6)] == [False, False, False, True, True]


def test_the_graph_is_made_anew_once_much_was_removed(
    views: Views, log: PatchLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The engine would keep it in the memory that every worker is forked with."""
    copies: list[Store] = []

    def counting(store: Store, *told: Callable[[], object]) -> Store:
        copies.append(copied(store, *told))
        return copies[-1]

    monkeypatch.setattr(embedded, "copied", counting)
    monkeypatch.setattr(embedded, "RENEWED_AFTER", 2)
    for number, name in enumerate(("first", "second", "third"), 2):
        views.follow()
        assert views.graph.is_worn is (number == 4)
        views.renew()
        assert not views.graph.is_worn
        log.append(entry(number, quad(f"after-{name}"), removed=(views_newest(views),)))

    views.follow()
    views.renew()

    assert len(copies) == 1
    assert contents(views.graph) == {quad("after-third")}
    assert views.graph.version == 4


def views_newest(views: Views) -> Quad:
    """The statement that was added last."""
    return views.graph.read(lambda snapshot: next(iter(snapshot.quads())))
