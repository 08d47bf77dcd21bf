"""Fixtures for tests of what comes in and goes out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from commonplace.home.opening import Home, open_home
from tests.conftest import settings_for
from tests.importers.doi.agency_server import Agencies, PassingTime, serving_agencies


@pytest.fixture
def empty(tmp_path: Path) -> Home:
    """A home with nothing in it."""
    return open_home(settings_for(tmp_path / "home", reference_set=None))


@pytest.fixture
def agencies() -> Iterator[Agencies]:
    """Services that are well, and know nothing yet."""
    with serving_agencies(Agencies(PassingTime())) as made:
        yield made
