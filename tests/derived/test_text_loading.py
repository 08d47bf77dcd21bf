"""Handing a text to the engine while it is made: whoever is told of a fault is told of the first."""

from __future__ import annotations

import os
from collections.abc import Iterator
from threading import Event

import pytest

from commonplace.derived.graph.text_loading import piped
from commonplace.errors import LogDamaged


def test_what_making_a_text_raises_is_told_when_the_engine_has_stopped_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """It stops at the first line that is no N-Quads, and the checksum of the log is known at the end."""
    stopped, close = Event(), os.close

    def closing(descriptor: int) -> None:
        close(descriptor)
        stopped.set()

    def chunks() -> Iterator[bytes]:
        yield b"no statement\n"
        assert stopped.wait(60)
        raise LogDamaged("the checksum is another")

    monkeypatch.setattr(os, "close", closing)
    with pytest.raises(LogDamaged, match="checksum"), piped(chunks()):
        raise SyntaxError("the engine reads no statement")
