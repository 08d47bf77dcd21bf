"""Fixtures for tests of the desk: a server over a home of its own, and browsers that are signed in."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from commonplace.home.opening import Home, open_home
from commonplace.home.tokens import Role
from tests.conftest import serving, settings_for

SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture(scope="session")
def desk_home(reference_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home for the tests of the desk, which write to it: each to other things."""
    folder = tmp_path_factory.mktemp("desk") / "home"
    shutil.copytree(reference_home, folder)
    return open_home(settings_for(folder))


@pytest.fixture(scope="session")
def server(desk_home: Home) -> Iterator[httpx.Client]:
    """A client of a server over that home, which is not signed in."""
    with serving(desk_home) as client:
        yield client


@pytest.fixture(scope="session")
def curator_token(desk_home: Home) -> str:
    """The text of a curator's token."""
    return desk_home.tokens.add("Mara", Role.CURATOR)


@contextmanager
def sign_in(server: httpx.Client, secret: str) -> Iterator[httpx.Client]:
    """Yield a client that has signed in as a browser does."""
    with httpx.Client(base_url=server.base_url, headers=SAME_ORIGIN, timeout=30) as browser:
        answer = browser.post("/desk/sign-in", data={"token": secret})
        assert (answer.status_code, answer.headers["location"]) == (303, "/desk"), answer.text
        yield browser


@pytest.fixture(scope="session")
def curator(server: httpx.Client, curator_token: str) -> Iterator[httpx.Client]:
    """A curator's browser."""
    with sign_in(server, curator_token) as browser:
        yield browser


@pytest.fixture(scope="session")
def contributor(server: httpx.Client, desk_home: Home) -> Iterator[httpx.Client]:
    """A contributor's browser."""
    with sign_in(server, desk_home.tokens.add("Nils", Role.CONTRIBUTOR)) as browser:
        yield browser


@pytest.fixture
def head(server: httpx.Client) -> Callable[[], int]:
    """A function that returns the newest version."""
    return lambda: int(server.get("/changes", params={"limit": 1}).json()["version"])
