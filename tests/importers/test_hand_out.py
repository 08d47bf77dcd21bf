"""Entries that are handed out while a file is still being split are what they are when all of it has been."""

from __future__ import annotations

import copy
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

import commonplace.importers.bibtex.split
from commonplace.importers.bibtex.draft import Draft, UnreadDraft
from commonplace.importers.bibtex.reader import open_bibtex, read_bibtex, read_drafts

PIECES = {
    "plain": "@book{key%d, title = {One}, author = {Writer, Ann}}\n",
    "of one key": "@book{Same, title = {Number %d}}\n",
    "without a key": "@book{, title = {Number %d}}\n",
    "with a month": "@misc{m%d, title = {M}, month = jan}\n",
    "closed too soon": "@book{c%d, title = {C}},\n year = {1999}}\n",
    "in a crossref": "@inbook{i%d, title = {I}, crossref = {Same}}\n",
    "with a macro": "@book{a%d, title = tit, year = 1999}\n",
    "a macro": "@string{tit = {Title %d}}\n",
    "broken": "@book{b%d, title = {B\n",
    "a comment": "some words %d\n",
    "data": "@xdata{x%d, publisher = {P}}\n",
}


@pytest.fixture(autouse=True, scope="module")
def small_batches() -> object:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(commonplace.importers.bibtex.split, "BATCH", 3)
        yield


@given(st.lists(st.sampled_from(sorted(PIECES)) | st.just("plain"), max_size=20))
def test_what_is_handed_out_is_what_is_read_of_the_whole(kinds: list[str]) -> None:
    text = "".join(PIECES[kind] % number for number, kind in enumerate(kinds)).encode()
    if not text:
        return
    handed: list[Draft | UnreadDraft] = []

    def hand_out(batch: Sequence[UnreadDraft]) -> None:
        handed.extend(copy.deepcopy(batch))  # as it goes to another process

    pieces, _ = open_bibtex(text, unread=True, hand_out=hand_out)

    assert len(handed) == pieces.handed_out
    assert read_drafts([*handed, *pieces.drafts[pieces.handed_out :]]) == list(read_bibtex(text).entries)


def test_plain_entries_are_handed_out_at_once_up_to_the_first_that_takes_from_others() -> None:
    plain = [PIECES["plain"] % number for number in range(10)]
    handed: list[int] = []

    def hand_out(batch: Sequence[UnreadDraft]) -> None:
        handed.append(len(batch))

    pieces, _ = open_bibtex("".join(plain).encode(), unread=True, hand_out=hand_out)
    assert (handed, pieces.handed_out) == ([3, 3, 3], 9)

    handed.clear()
    text = "".join([*plain[:5], PIECES["in a crossref"] % 5, *plain[6:]])
    open_bibtex(text.encode(), unread=True, hand_out=hand_out)
    assert handed == [3]

    handed.clear()
    open_bibtex("".join([*plain, PIECES["a macro"] % 1]).encode(), unread=True, hand_out=hand_out)
    assert handed == []
