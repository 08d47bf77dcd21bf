"""What one process of the server prepares another takes: where the graph is on disk, none is forked with it open."""

from __future__ import annotations

import pickle
from collections import Counter
from functools import partial
from pathlib import Path

import pytest

from commonplace.derived.workers.apart import Apart
from commonplace.derived.workers.worker import Views
from commonplace.home.opening import open_home
from commonplace.main import _tasks
from commonplace.settings import QUERIES
from commonplace.web import in_workers
from tests.conftest import settings_for


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
