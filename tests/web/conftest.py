"""Fixtures for tests over HTTP."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest


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
