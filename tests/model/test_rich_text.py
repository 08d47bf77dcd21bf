"""CSL rich text: what is read is what was meant, whatever the text has in it."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commonplace.model.rich_text import (
    RichText,
    Run,
    csl_escaped,
    csl_form,
    plain,
    protected,
    read,
    rich_form,
    rich_text,
    unknown_tags,
)
from tests.exporters.record_strategies import rich_texts, texts

NOCASE = '<span class="nocase">'


@pytest.mark.parametrize(
    ("written", "html", "text"),
    [
        ("plain", "plain", "plain"),
        ("<i>Danio</i> <b>b</b>", "<i>Danio</i> <b>b</b>", "Danio b"),
        ("<em>a</em><strong>b</strong>", "<i>a</i><b>b</b>", "ab"),
        ("<i>a</i><i>b</i>", "<i>ab</i>", "ab"),
        ("<i><i>a</i></i><b></b>", "<i>a</i>", "a"),
        ("H<sub>2</sub>O 10<sup>-6</sup> x<sub>i</sub>", "H<sub>2</sub>O 10<sup>-6</sup> x<sub>i</sub>", "H₂O 10⁻⁶ xᵢ"),
        ("19<sup>th</sup>", "19<sup>th</sup>", "19th"),
        ('<span style="font-variant: small-caps">A</span>', '<span style="font-variant:small-caps;">A</span>', "A"),
        ("<scp>A</scp><sc>B</sc>", '<span style="font-variant:small-caps;">AB</span>', "AB"),
        (f"{NOCASE}NASA</span>", f"{NOCASE}NASA</span>", "NASA"),
        (f"{NOCASE}1998</span>", "1998", "1998"),
        ("<span>a</span>", "a", "a"),
        ("p < 0.05 & List<T>", "p &lt; 0.05 &amp; List&lt;T&gt;", "p < 0.05 & List<T>"),
        ("<i>never closed", "&lt;i&gt;never closed", "<i>never closed"),
        ("closed</i>", "closed&lt;/i&gt;", "closed</i>"),
        ("<i>a<b>b</i>c</b>", "<i>a&lt;b&gt;b</i>c&lt;/b&gt;", "a<b>bc</b>"),
        ("&lt;i>x&lt;/i> AT&amp;T &eacute;", "&lt;i&gt;x&lt;/i&gt; AT&amp;T &amp;eacute;", "<i>x</i> AT&T &eacute;"),
        ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;", "<script>alert(1)</script>"),
        ('<i onclick="x()">a</i>', "<i>a</i>", "a"),
        ("", "", ""),
    ],
)
def test_markup_is_read(written: str, html: str, text: str) -> None:
    made = read(written)
    assert (made.html, made.plain) == (html, text)


@settings(max_examples=200)
@given(rich_texts("title"))
def test_both_ways_of_writing_are_read_back(made: RichText) -> None:
    assert read(made.html) == made
    assert read(made.csl) == made


@settings(max_examples=200)
@given(texts | st.sampled_from(["<i>x</i>", "&lt;b&gt;", "a <b", "&#60;", "<sup>2</sup>"]))
def test_plain_text_is_never_taken_for_markup(text: str) -> None:
    assert read(csl_escaped(text)) == read(plain(text).html) == plain(text)


@settings(max_examples=100)
@given(st.lists(st.sampled_from(["<i>", "</i>", "<span x>", "</span>", "<sub>", "</sub>", "&lt;", "<", "a", " "])))
def test_any_mixture_is_read_and_written_the_same_from_then_on(pieces: list[str]) -> None:
    made = read("".join(pieces))
    assert read(made.html) == made
    assert len(re.findall("[aₐ]", made.plain)) >= pieces.count("a"), "lowered letters are letters too"


def test_white_space_is_squeezed_across_runs() -> None:
    assert read(" a <i> b </i> c ").squeeze().html == "a <i>b </i>c"
    assert read("a\n\n<i> b</i>\n").squeeze(paragraphs=True).html == "a\n\n<i>b</i>"


def test_what_a_record_keeps_beside_a_field() -> None:
    assert rich_form("title", read(f"{NOCASE}NASA</span>")) == f"{NOCASE}NASA</span>"
    assert rich_form("abstract", read(f"{NOCASE}NASA</span>")) is None
    assert rich_form("container_title", read("<i>a</i>")) is None
    assert rich_form("title", read("a < b")) is None


def test_tags_without_a_style_are_named() -> None:
    assert unknown_tags("<span lang='fr'>eau</span> <i>a</i> <span") == ["<span lang='fr'>"]


def test_many_tags_are_read_in_one_pass() -> None:
    """A million tags that are never closed: reading them is linear, or this does not end."""
    assert read("<i>" * 500_000 + "</b>" * 500_000).is_plain


_PIECES = st.lists(
    st.sampled_from([NOCASE, "</span>", "<i>", "</i>", "&amp;", "&lt;", "&", "<", ">", "A", "b", "1", " "])
)


@settings(max_examples=500)
@given(_PIECES.map("".join))
def test_the_short_way_to_csl_says_what_the_long_one_says(markup: str) -> None:
    assert csl_form(markup) == read(markup).csl


@pytest.mark.parametrize("markup", [f"a {NOCASE}B</span> c {NOCASE}D</span>", f"{NOCASE}A</span>{NOCASE}B</span>"])
def test_protected_words_in_csl(markup: str) -> None:
    assert csl_form(markup) == read(markup).csl


@given(st.lists(st.sampled_from(["", "a", "B", "1", " ", "ß", "ŉ", "ǅ", "日"]) | texts))
def test_words_protected_by_turns(parts: list[str]) -> None:
    runs = [Run(part, ("nocase",) if number % 2 else ()) for number, part in enumerate(parts)]
    assert protected(parts) == rich_text(runs)
