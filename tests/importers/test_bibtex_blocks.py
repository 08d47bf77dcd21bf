"""A well-formed entry is read fast, and as the splitter reads it; what is broken ends at the next block."""

from __future__ import annotations

import pytest
from bibtexparser.splitter import Splitter
from hypothesis import given, settings
from hypothesis import strategies as st

from commonplace.importers.bibtex import read_bibtex
from commonplace.importers.bibtex.blocks import blocks
from commonplace.importers.bibtex.draft import UnreadDraft
from commonplace.importers.bibtex.placed import PlainEntry
from commonplace.importers.bibtex.reader import open_bibtex, read_drafts
from commonplace.importers.bibtex.strings import plain_value

_TEXT = st.text("abÉ ,=@#%~$&()\\'`\n-", max_size=12).map(lambda text: text.replace("\\", r"\a "))
_NESTED = st.recursive(_TEXT, lambda inner: st.lists(inner, max_size=3).map(lambda p: "".join(f"{{{x}}}" for x in p)))
_MACROS = ["1999", "jan", "mcm", '"2-5 " # jan', 'jan # "~5" # {th}']
_VALUES = st.one_of(_NESTED.map("{{{}}}".format), _NESTED.map('"{}"'.format), st.sampled_from(_MACROS))
_NAMES = st.sampled_from(["title", "Author", "NOTE", "x-y", "year", "month", "a1"])
_FIELDS = st.dictionaries(_NAMES, _VALUES, max_size=5)
_ENTRIES = st.lists(st.tuples(st.sampled_from(["article", "Book", "misc"]), _FIELDS), min_size=1, max_size=4)


@settings(max_examples=150)
@given(_ENTRIES, st.sampled_from([",", ""]), st.sampled_from(["\n", "\n\n  ", ""]))
def test_a_plain_entry_is_what_the_splitter_makes_of_it(
    entries: list[tuple[str, dict[str, str]]], comma: str, gap: str
) -> None:
    written = [
        f"@{kind}{{key{number},\n" + ",\n".join(f" {name} = {value}" for name, value in fields.items())
        + (f"{comma}\n}}" if fields else "}")
        for number, (kind, fields) in enumerate(entries)
    ]  # fmt: skip
    text = f"{gap}\n".join(written)
    expected = Splitter(text).split().entries
    found = [placed for placed in blocks(text) if isinstance(placed.block, PlainEntry)]
    by_key = {placed.block.key: placed for placed in found if isinstance(placed.block, PlainEntry)}
    for entry in expected:
        placed = by_key.get(entry.key)
        if placed is None:
            continue  # not plain: it went to the splitter itself
        assert isinstance(placed.block, PlainEntry)
        assert placed.raw == entry.raw
        assert placed.line == text.count("\n", 0, text.index(f"{{{entry.key},")) + 1
        values = {field.key.lower(): field.value for field in entry.fields}
        macros = placed.block.macros
        assert placed.block.fields == {n: v if n in macros else plain_value(v, {}) for n, v in values.items()}


def test_a_plain_file_never_needs_the_splitter() -> None:
    text = '@article{a, title = {A {B} \\"{o}}, year = 1999, month = jan, note = "x"}\n\n@book{b,\n title={T},\n}\n'
    assert all(isinstance(placed.block, PlainEntry) for placed in blocks(text))


def test_lines_are_counted_past_a_backslash_at_the_end_of_one() -> None:
    text = "@misc{a, title = {one\\\ntwo}}\n@misc{b, title = {x}}\n"
    assert [entry.line for entry in read_bibtex(text.encode())] == [1, 3]


def test_a_broken_entry_costs_no_other() -> None:
    text = "@misc{a, title={1}}\n@misc{b, title={open\n@misc{c, title={3}}\n@misc(d, title={4}\n@misc{e, title={5}}"
    read = list(read_bibtex(text.encode()))
    assert [entry.key for entry in read] == ["a", "b", "c", "d", "e"]
    assert all(entry.record for entry in read)
    assert [bool(entry.losses) for entry in read] == [False, True, False, True, False]


def test_html_entities_become_their_characters() -> None:
    text = r"@misc{a, title = {R\&amp;D &eacute;tude &#8211; 5 &lt; 6 \& &unknown; &#123;x}, publisher = {A &amp; B}}"
    (entry,) = read_bibtex(text.encode())
    assert entry.record is not None
    assert entry.record.title == "R&D étude – 5 < 6 & &unknown; {x"
    assert entry.record.publisher == "A & B"


def test_markup_in_a_title_is_kept_beside_it() -> None:
    (entry,) = read_bibtex(rb"@misc{a, title = {On \emph{Homo sapiens} and {\it E. coli}, by {\TeX}}}")
    assert entry.record is not None
    assert entry.record.title == "On Homo sapiens and E. coli, by TeX"
    assert entry.record.rich["title"] == "On <i>Homo sapiens</i> and <i>E. coli</i>, by TeX"
    assert not entry.losses


_FILE = """\
@article{a, title = {One}, publisher = "P{\\"u}b", month = "2-5 " # jan, title = {Two}}
@inproceedings{b, title = "x {\\'e} y", crossref = {P}, month = foo}
@article{A, title = {the same key}}
@article{c, title = {esc \\{ aped}, year = 2000}
@article{d, title = {unclosed, year = 2000
@misc{e, crossref = q}
@proceedings{q, title = {Q}}
@proceedings{p, title = {Parent}, year = 1990, month = feb, publisher = pub # " and more"}
@book{f title={no comma}}
@xdata{x, crossref = {r}}
@inbook{g, title={G}, xdata={x}}
@book{r, title={R}, publisher = pub}
@comment{hello}
@article{, title={no key}}
text between @article{m, title={m}}
@article{h, title={H}
}
after it
@article(i, title={round})
"""


@pytest.mark.parametrize(
    "before", ["", "@string{pub = {Pub}}\n", "@string{jan = {Januar}, foo = {Foo}}\n@string{feb = 3}\n"]
)
def test_what_is_left_unread_at_first_is_read_the_same(before: str) -> None:
    data = (before + _FILE).encode()
    whole = read_bibtex(data)
    pieces, faults = open_bibtex(data, unread=True)
    assert any(isinstance(draft, UnreadDraft) for draft in pieces.drafts)
    assert read_drafts(pieces.drafts) == list(whole)
    assert (faults, pieces.preserved) == (whole.faults, whole.preserved)
