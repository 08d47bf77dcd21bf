"""Fixtures for tests of imports."""

from __future__ import annotations

from pathlib import Path

import pytest

from commonplace.home.opening import Home, open_home
from tests.conftest import settings_for


@pytest.fixture
def empty(tmp_path: Path) -> Home:
    """A home with nothing in it."""
    return open_home(settings_for(tmp_path / "home", reference_set=None))
