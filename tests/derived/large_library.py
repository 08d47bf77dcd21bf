"""A library that is large enough for its search index to be in files, of a work at first."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.curation.works import OSTROM, SmallLibrary

PATIENCE = 120
"""Seconds that a client waits: processes are started, which takes its time on a busy machine."""


@pytest.fixture
def every_library_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("commonplace.derived.search.lifecycle.FILED_STATEMENTS", 1)


@pytest.fixture
def small(tmp_path: Path) -> SmallLibrary:
    made = SmallLibrary(tmp_path / "home")
    made.add(OSTROM)
    return made


def parts(home: Path) -> list[Path]:
    return sorted(home.glob("derived/search/*"))
