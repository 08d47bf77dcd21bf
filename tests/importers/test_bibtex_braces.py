"""Where a block begins and ends is for braces to decide, and which block is an entry for its type alone."""

from __future__ import annotations

import pytest

from commonplace.importers.bibtex import read_bibtex
from commonplace.importers.bibtex.draft import UnreadDraft
from commonplace.importers.bibtex.reader import open_bibtex, read_drafts
from tests.importers.bibtex_entries import entries

SHOWN = {
    "in braces": "@misc{k, title = {T}, abstract = {See:\n@book{x, title = {y}}\n}, year = 2001}",
    "deep in braces": "@misc{k, title = {T}, abstract = {a {b {c {d {e {\n@book{x, y = {z}}\n}}}}}}, year = 2001}",
    "in quotes": '@misc{k, title = "T", abstract = "See:\n@book{x, title = {y}}\n", year = 2001}',
    "two of them": "@misc{k, title = {T}, abstract = {\n@book{x,}\n@book{y,\n}\n}, year = 2001}",
    "one that is not closed in itself": "@misc{k, title = {T}, abstract = {\n@book{x, {a}\n}\n}, year = 2001}",
    "last": "@misc{k, title = {T}, year = 2001, abstract = {\n@book{x,}\n}\n}",
    "after a comment": "@misc{k, title = {T}, % {\n year = 2001, abstract = {\n@book{x, y = z}\n}}",
    "in round brackets": "@misc(k, title = {T}, year = 2001, abstract = {\n@book(x, y = z)\n})",
    "a string of the file within": "@misc{k, title = {T}, year = 2001, abstract = {\n@string{x = {y}}\n} # { z}}",
}


@pytest.mark.parametrize("kind", SHOWN)
def test_what_looks_like_an_entry_within_a_value_is_part_of_it(kind: str) -> None:
    first, second = entries(f"{SHOWN[kind]}\n@book{{next, title = {{Next}}}}\n")
    assert first.record is not None
    assert (first.record.title, first.record.issued, first.key) == ("T", "2001", "k")
    assert "@" in (first.record.abstract or "")
    assert first.raw == SHOWN[kind]
    assert second.record is not None
    assert (second.key, second.record.title, second.losses) == ("next", "Next", ())


MISSING = {
    "a brace of the entry": "@misc{k, title = {T}, year = 2001\n",
    "a brace of a value": "@misc{k, title = {T}, year = {2001\n}\n",
    "a quote": '@misc{k, title = {T}, year = "2001\n}\n',
    "a brace that a later entry has too many of": "@misc{k, title = {T}, year = {2001\n}\n@misc{l, title = {L}}}\n",
}


@pytest.mark.parametrize("kind", MISSING)
def test_a_missing_brace_takes_no_other_entry_along(kind: str) -> None:
    found = entries(MISSING[kind] + "@book{next, title = {Next}, note = {a}, edition = {2}}\n")
    assert [entry.key for entry in found] == (["k", "l", "next"] if "@misc{l" in MISSING[kind] else ["k", "next"])
    assert [entry.record.title if entry.record else None for entry in found][-1] == "Next"
    assert found[0].losses


@pytest.mark.parametrize(
    ("entry_type", "told"),
    [
        ("commentary", False),
        ("Commentator", True),
        ("strings", True),
        ("preambles", True),
        ("comment_on", True),
        ("xdatabase", True),
        ("in-proceedings", True),
        ("my.type:2", True),
    ],
)
@pytest.mark.parametrize(
    "body", ["{k, title = {T}}", "{k, title = {T}, % c\n}", "(k, title = {T})", " {k,\n title={T}}"]
)
def test_only_three_types_are_no_entries(entry_type: str, told: bool, body: str) -> None:
    (entry,) = entries(f"@{entry_type}{body}")
    assert entry.record is not None
    assert (entry.key, entry.record.title) == ("k", "T")
    assert ("entrytype" in [loss.field for loss in entry.losses]) == told


def test_an_address_of_mail_in_a_value_is_left_alone() -> None:
    (entry,) = entries('@string{me = "a@b.org| (x), c@d-e (y)"}\n@misc{k, title = me, note = {a@b.org (x)}, % c\n}')
    assert entry.record is not None
    assert (entry.record.title, entry.record.note) == ("a@b.org| (x), c@d-e (y)", "a@b.org (x)")


@pytest.mark.parametrize("head", ["@book\n{", "@ book {", "@\tbook\t(", "@book \n  {"])
def test_white_space_may_stand_around_the_type(head: str) -> None:
    first, second = entries(f"{head}k, title = {{T}}{')' if head.endswith('(') else '}'}\n@book{{l, title={{L}}}}")
    assert first.record is not None
    assert (first.key, first.record.title, first.record.type, second.line) == (
        "k",
        "T",
        "book",
        2 + head.count("\n"),
    )
    assert first.raw.startswith(head)


def test_lines_after_a_percent_sign_outside_entries_are_comments_and_entries_in_them_are_told() -> None:
    text = (
        "% @book{a, title = {A}}\n"
        "  %@book{b,\n%  title = {B}}\n"
        "@book{c, title = {50% of C}} % @book{d, title = {D}}\n"
        "@book{e, title = {E},\n note = {\n% @book{f,}\n}}\n"
        "%%% a line\n% @string{g = {x}}\n% write to me@example.org (or not)\n"
    )
    reading = read_bibtex(text.encode())
    assert [entry.record.title for entry in reading if entry.record] == ["50% of C", "E"]
    assert [(fault.line, fault.why.split()[2]) for fault in reading.faults] == [
        (1, "@book{a"),
        (2, "@book{b"),
        (4, "@book{d"),
    ]
    assert len(reading.preserved["comment"]) == 3


def test_an_entry_within_a_comment_is_no_entry_and_told() -> None:
    reading = read_bibtex(b"@comment{\n@book{a, title = {A}}\n}\n@book{b, title = {B}}\n@comment{jabref-meta: x:y;}\n")
    assert [entry.key for entry in reading] == ["b"]
    assert [(fault.line, "@comment" in fault.why) for fault in reading.faults] == [(2, True)]


def test_what_is_read_later_is_read_the_same() -> None:
    data = "\n".join([*SHOWN.values(), *MISSING.values(), "% @book{a,}\n@commentary{z, title={Z}}"]).encode()
    pieces, faults = open_bibtex(data, unread=True)
    whole = read_bibtex(data)
    assert any(isinstance(draft, UnreadDraft) for draft in pieces.drafts)
    assert read_drafts(pieces.drafts) == list(whole)
    assert faults == whole.faults


@pytest.mark.parametrize(
    "piece", ["@a{b, c = {\n", '@a{b, c = "\n', "}@a{{\n", "%@a{\n", "@a{b, c={{{}\n", "} @x{ y = {\n"]
)
def test_what_is_never_closed_is_looked_through_a_few_times_only(piece: str) -> None:
    read_bibtex((piece * 2_000).encode())
