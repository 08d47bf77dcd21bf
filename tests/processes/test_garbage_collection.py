"""Full collections are rarer while somebody asks for it, and as often as before when nobody does any more."""

from __future__ import annotations

import gc

import pytest

from commonplace.processes.garbage_collection import RARER, rarely_collected


def test_the_threshold_of_full_collections_is_higher_until_the_last_has_left() -> None:
    before = gc.get_threshold()
    rarer = (before[0], before[1], before[2] * RARER)
    one, other = rarely_collected(), rarely_collected()
    with one:
        assert gc.get_threshold() == rarer
        other.__enter__()
        assert gc.get_threshold() == rarer
    assert gc.get_threshold() == rarer, "the other goes on"
    other.__exit__(None, None, None)
    assert gc.get_threshold() == before


def test_it_ends_with_an_error_too() -> None:
    before = gc.get_threshold()
    with pytest.raises(ValueError, match="broken"), rarely_collected():
        raise ValueError("broken")
    assert gc.get_threshold() == before
