"""What one process of the server prepares another takes: where the graph is on disk, none is forked with it open."""

from __future__ import annotations

import pickle
from collections import Counter, deque
from functools import partial
from pathlib import Path
from threading import Event

import pytest

from commonplace.derived.workers.apart import Apart
from commonplace.derived.workers.pool import WorkerPool
from commonplace.derived.workers.worker import Views
from commonplace.home.opening import Home, open_home
from commonplace.main import FIRST_PAGES_SECONDS, _prepare, _tasks
from commonplace.settings import QUERIES
from commonplace.web import in_workers
from tests.conftest import application_over, serving, settings_for
from tests.web.sparql.limited_server import wait_until


def test_all_that_is_prepared_can_be_handed_to_another_process(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(in_workers, "SMALL_STATEMENTS", 0)
    settings = settings_for(home)
    tasks = partial(_tasks, settings=settings, queries=QUERIES, described=True)
    views = open_home(settings).library.worker_views()
    tasks(views)
    assert views.lacks()
    for step in views.prepare():
        if isinstance(step, Apart):
            step.here()
    kept = views.prepared()
    handed = pickle.loads(kept)  # noqa: S301  of this process
    assert [len(one) for one in handed.pop("maps")] == [1, 1]
    assert handed.pop("file") == views.graph.version
    assert Counter(kind for kind, _ in handed) == {"list": 8, "value": 6}

    other = Views(views.base, views.log, views.checkpoints, views.graph)
    tasks(other)
    other.take(kept)
    assert not other.lacks()
    assert pickle.loads(other.prepared()).keys() == {"file", "maps"}, "what it was given it does not hand on"  # noqa: S301


def test_a_first_start_takes_what_another_process_prepares(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The server would read the whole graph for it, and stop sharing that; to count it would hold up all requests."""
    monkeypatch.setattr(in_workers, "SMALL_STATEMENTS", 0)
    monkeypatch.setattr(in_workers, "LARGE_BYTES", 0)
    settings = settings_for(home)
    tasks = partial(_tasks, settings=settings, queries=QUERIES, described=True)

    def prepared_elsewhere(_: WorkerPool, seconds: float) -> None:
        views = open_home(settings).library.worker_views()
        tasks(views)
        deque((step for step in views.prepare() if not isinstance(step, Apart)), maxlen=0)

    monkeypatch.setattr(WorkerPool, "until_prepared", prepared_elsewhere)
    opened = open_home(settings)
    context = application_over(opened).state.context
    values = {
        "size": context.size,
        "states": context.states,
        "creators": context.creators,
        "citation counts": context.citation_counts,
        "much cited": context.much_cited,
    }
    made: list[str] = []
    for name, value in values.items():
        monkeypatch.setattr(value, "_make", lambda _, name=name: made.append(name))

    _prepare(context, Event())
    assert made == []
    assert {name: value.version for name, value in values.items()} == dict.fromkeys(values, opened.library.newest())
    assert opened.library.search().applied_version == opened.library.newest()


@pytest.mark.parametrize("is_stopped", [False, True])
def test_a_start_reads_what_was_prepared_after_those_who_ask_first(
    home: Path, monkeypatch: pytest.MonkeyPatch, is_stopped: bool
) -> None:
    """And not at all where the server is stopped before."""
    monkeypatch.setattr(in_workers, "SMALL_STATEMENTS", 0)
    settings = settings_for(home)
    views = open_home(settings).library.worker_views()
    partial(_tasks, settings=settings, queries=QUERIES, described=True)(views)
    deque((step for step in views.prepare() if not isinstance(step, Apart)), maxlen=0)
    context = application_over(open_home(settings)).state.context
    waited: list[float | None] = []

    class Waiting(Event):
        def wait(self, timeout: float | None = None) -> bool:
            waited.append(timeout)
            assert (context.states.version, context.states.handed()) == (1, None), "it is there, and not read"
            return is_stopped

    _prepare(context, Waiting())
    assert waited == [FIRST_PAGES_SECONDS]
    assert (context.states.handed() is None) == is_stopped


def test_a_fault_in_what_is_prepared_is_told_and_requests_are_answered(
    opened: Home, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise OSError("no room")

    monkeypatch.setattr("commonplace.main._prepare", fail)
    with serving(opened) as client:
        wait_until(lambda: any(record.exc_info for record in caplog.records))
        assert client.get("/works").status_code == 200
    (told,) = (record for record in caplog.records if record.exc_info)
    assert "ceased to prepare what is asked for first: requests are answered" in told.message
    assert "no room" in caplog.text
