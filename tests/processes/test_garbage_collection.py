"""Collections are rarer while somebody asks for it, and as often as before when nobody does any more."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest

from commonplace.processes.garbage_collection import RARER, collect_all, rarely_collected


@pytest.fixture(autouse=True)
def found() -> Iterator[tuple[int, int, int]]:
    """Thresholds that a block finds, other than Python's own."""
    before = gc.get_threshold()
    gc.set_threshold(before[0] + 1, before[1] + 2, before[2] + 3)
    yield gc.get_threshold()
    gc.set_threshold(*before)


def test_collections_are_rarer_until_the_last_block_has_ended(found: tuple[int, int, int]) -> None:
    rarer = (found[0] * RARER, found[1] * RARER, found[2])
    one, other = rarely_collected(), rarely_collected()
    with one:
        assert gc.get_threshold() == rarer
        other.__enter__()
        assert gc.get_threshold() == rarer
    assert gc.get_threshold() == rarer, "the other goes on"
    other.__exit__(None, None, None)
    assert gc.get_threshold() == found


def test_a_block_that_fails_restores_what_it_found(found: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="broken"), rarely_collected():
        raise ValueError("broken")
    assert gc.get_threshold() == found


def test_a_collector_that_is_off_stays_off(found: tuple[int, int, int]) -> None:
    gc.disable()
    try:
        with rarely_collected():
            assert not gc.isenabled()
        assert not gc.isenabled()
    finally:
        gc.enable()
    assert gc.get_threshold() == found


def test_nothing_is_looked_at_while_a_block_makes_much_that_stays() -> None:
    class Held:
        """An object that holds itself."""

    def left() -> weakref.ref[Held]:
        held = Held()
        held.__dict__["itself"] = held
        return weakref.ref(held)

    with rarely_collected():
        garbage = left()
        collect_all()
        assert garbage() is not None
    collect_all()
    assert garbage() is None
