"""Every reader of a replayable text gets the same text, however readers take turns."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

import commonplace.exchange.replayable_text
from commonplace.exchange.replayable_text import ReplayableText


@pytest.fixture(autouse=True)
def small_chunks() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(commonplace.exchange.replayable_text, "CHUNK_BYTES", 10)
        yield


PIECES = st.lists(st.binary(max_size=8))


@given(PIECES, st.lists(st.booleans()))
def test_two_who_take_turns_get_all_of_it(pieces: list[bytes], turns: list[bool]) -> None:
    text = ReplayableText(pieces)
    one, other = text.pieces(), text.pieces()

    taken: dict[bool, list[bytes]] = {True: [], False: []}
    for turn in turns:
        taken[turn] += [chunk] if (chunk := next(one if turn else other, None)) else []

    whole = b"".join(pieces)
    assert b"".join([*taken[True], *one]) == b"".join([*taken[False], *other]) == whole
    assert b"".join(text.pieces()) == whole


def test_many_threads_get_all_of_it_and_it_is_made_once() -> None:
    made: list[int] = []

    def lines() -> Iterator[bytes]:
        for number in range(5_000):
            made.append(number)
            yield b"line %d\n" % number

    text = ReplayableText(lines())
    with ThreadPoolExecutor(8) as threads:
        found = set(threads.map(lambda _: b"".join(text.pieces()), range(8)))

    assert found == {b"".join(b"line %d\n" % number for number in range(5_000))}
    assert made == list(range(5_000))


@given(PIECES, st.integers(0, 60))
def test_what_exceeds_a_size_is_known(pieces: list[bytes], size: int) -> None:
    assert ReplayableText(pieces).exceeds(size) == (len(b"".join(pieces)) > size)


@given(PIECES, PIECES, st.integers(0, 60))
def test_it_lies_in_a_file_with_what_it_was_told_to_end_with(pieces: list[bytes], last: list[bytes], size: int) -> None:
    text = ReplayableText(pieces)
    if text.exceeds(size):
        text.end_with(b"".join(last))
    else:
        last = []
    file = text.file()
    whole = b"".join([*pieces, *last])
    assert os.pread(file.descriptor, 1_000, 0) == whole
    assert (file.size, b"".join(text.pieces())) == (len(whole), whole)


def test_who_comes_as_far_as_a_fault_is_told_of_it() -> None:
    def lines() -> Iterator[bytes]:
        yield b"twelve bytes"
        raise OSError("no room")

    text = ReplayableText(lines())
    for _ in range(2):
        chunks = text.pieces()
        assert next(chunks) == b"twelve bytes"
        with pytest.raises(OSError, match="no room"):
            next(chunks)
    with pytest.raises(OSError, match="no room"):
        text.file()
