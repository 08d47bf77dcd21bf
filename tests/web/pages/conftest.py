"""Fixtures for tests of pages."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from commonplace.home.opening import open_home
from tests.conftest import serving, settings_for


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A client of a library with nothing in it, shared by tests that only read."""
    home = open_home(settings_for(tmp_path_factory.mktemp("empty") / "home", reference_set=None))
    with serving(home) as client:
        yield client
