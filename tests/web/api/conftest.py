"""Fixtures for tests of the API: a curator of a library, and one with a near-duplicate in it."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from commonplace.home.opening import Home
from commonplace.home.tokens import Role
from tests.conftest import serving
from tests.web.api.near_duplicates import BIBTEX, NEAR_DUPLICATE


@pytest.fixture
def curator(opened: Home) -> Iterator[httpx.Client]:
    """A client with a curator's token, on a home of its own with the reference set."""
    with serving(opened) as client:
        client.headers["Authorization"] = f"Bearer {opened.tokens.add('Ada', Role.CURATOR)}"
        yield client


@pytest.fixture
def imported(curator: httpx.Client) -> httpx.Client:
    """That client once a near-duplicate of a work was imported."""
    sent = curator.post("/imports", content=NEAR_DUPLICATE, headers=BIBTEX)
    assert sent.json()["fates"]["new"] == 2
    return curator
