"""Fixtures for tests over HTTP."""

from __future__ import annotations

import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from commonplace.derived.graph.graph import Graph
from commonplace.derived.past_states import PastStates
from commonplace.home.opening import open_home
from commonplace.model.change import Version
from tests.conftest import serving, settings_for


@contextmanager
def serving_with(works: object, reference_home: Path, folder: Path) -> Iterator[httpx.Client]:
    """Serve the reference set with works of ours (CSL-JSON) beside it, from a home in a folder."""
    shutil.copytree(reference_home, folder)
    with serving(open_home(settings_for(folder))) as client:
        headers = {
            "Authorization": f"Bearer {(folder / 'token').read_text().strip()}",
            "Content-Type": "application/vnd.citationstyles.csl+json",
            "Prefer": "wait=60",
        }
        assert client.post("/imports", json=works, headers=headers).status_code == 201
        yield client


@pytest.fixture
def trap() -> Iterator[tuple[str, list[object]]]:
    """A port that notes whoever knocks."""
    knocks: list[object] = []
    listening = socket.create_server(("127.0.0.1", 0))

    def note() -> None:
        try:
            while True:
                connection, peer = listening.accept()
                knocks.append(peer)
                connection.close()
        except OSError:
            return

    thread = threading.Thread(target=note, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}/", knocks
    listening.shutdown(socket.SHUT_RDWR)
    listening.close()
    thread.join(10)


@pytest.fixture
def past_states(monkeypatch: pytest.MonkeyPatch) -> list[Version]:
    """The past states of a library that the server's own process makes meanwhile: workers make those that it needs."""
    made: list[Version] = []
    before = PastStates.at

    def noting(states: PastStates, version: Version) -> Graph:
        made.append(version)
        return before(states, version)

    monkeypatch.setattr(PastStates, "at", noting)
    return made
