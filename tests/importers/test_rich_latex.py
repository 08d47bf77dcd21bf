"""Markup and protected case of LaTeX values."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commonplace.exporters import bibtex, csl_json
from commonplace.importers.bibtex import read_bibtex, rich_latex
from commonplace.importers.bibtex.rich_latex import decode_rich, protected_words
from commonplace.model.record import Record

NOCASE = '<span class="nocase">'
CAPS = '<span style="font-variant:small-caps;">'


@pytest.mark.parametrize(
    ("latex", "html"),
    [
        (r"The {NASA} mission", f"The {NOCASE}NASA</span> mission"),
        (r"{P}arsing", f"{NOCASE}P</span>arsing"),
        (r"{{Whole Title}}", f"{NOCASE}Whole Title</span>"),
        (r"{A}{B}", f"{NOCASE}AB</span>"),
        (r"{{DNA}} and {{Paris}}", f"DNA and {NOCASE}Paris</span>"),
        (r"{R\&D} {{R\&D}}", f"{NOCASE}R&amp;D</span> R&amp;D"),
        (r"{\'E}cole {\"O}st \c{c} {\ss} \o{}", "École Öst ç ß ø"),
        (r"{{\'E}cole}", f"{NOCASE}École</span>"),
        (r"{1998} {-} {中}", "1998 - 中"),
        (r" a { b } {c }", f"a {NOCASE}b c</span>"),
        (r"\emph{Danio {R}erio}", f"<i>Danio {NOCASE}R</span>erio</i>"),
        (r"{\em Danio} {\bf b} {\sc c}", f"<i>Danio</i> <b>b</b> {CAPS}c</span>"),
        (r"{Foo \it bar} baz", f"{NOCASE}Foo <i>bar</i></span> baz"),
        (r"\textit{a}\textbf{b}\textsc{c}", f"<i>a</i><b>b</b>{CAPS}c</span>"),
        (r"\mkbibemph{a} \textsl{b}", "<i>a</i> <i>b</i>"),
        (r"H\textsubscript{2}O, 19\textsuperscript{th}", "H<sub>2</sub>O, 19<sup>th</sup>"),
        (
            r"H$_2$O 10$^{-6}$ $x_i^2$ $\alpha_1$",
            "H<sub>2</sub>O 10<sup>-6</sup> x<sub>i</sub><sup>2</sup> α<sub>1</sub>",
        ),
        (r"<i>Danio</i> &amp; p < 0.05, List<T>", "<i>Danio</i> &amp; p &lt; 0.05, List&lt;T&gt;"),
        (r"\textless{}i>x</i>", "&lt;i&gt;x&lt;/i&gt;"),
        (r"{\textless}i{\textgreater}Danio{\textless}/i{\textgreater} p {\textless} 1", "<i>Danio</i> p &lt; 1"),
        (r"H$<$sub$>$2$<$/sub$>$O", "H<sub>2</sub>O"),
        (r"Java$^{\mathrm{TM}}$ $M_\odot$ 5$^\circ$", "Java<sup>TM</sup> M<sub>⊙</sub> 5°"),
        (r"\foreignlanguage{german}{Zeit} \enquote{so {D}}", f"Zeit “so {NOCASE}D</span>”"),
        (r"\href{http://x.y/{Z}}{Foo {B}ar}", None),
        (r"\href{http://x.y}{Foo {B}ar}", f"http://x.y Foo {NOCASE}B</span>ar"),
        (r"a  {}  \emph{ b }  c", "a <i>b </i>c"),
        (r"never {Closed \emph{at all", f"never {NOCASE}Closed <i>at all</i></span>"),
        (r"closed} {Once}", f"closed {NOCASE}Once</span>"),
    ],
)
def test_latex_is_read_as_rich_text(latex: str, html: str | None) -> None:
    made = decode_rich(latex)
    if html is None:
        assert "Foo Bar" in made.text.plain
    else:
        assert made.text.html == html
    assert made.unknown == ()


def test_a_look_that_cannot_be_kept_is_named() -> None:
    assert decode_rich(r"\texttt{ls} {\tt cat} \emph{x}").not_kept == (r"\texttt", r"\tt")


def read(text: str) -> Record:
    (entry,) = list(read_bibtex(text.encode()))
    assert entry.record is not None
    return entry.record


@pytest.mark.parametrize(
    "title",
    [
        r"The {NASA} mission to {M}ars",
        r"{The Whole}",
        r"{{\emph{Danio} and Co}}",
        r"\emph{Danio rerio} in H\textsubscript{2}O",
        r"{{DNA}} and \textsc{Rna}",
        r"p < 0.05 and \textless{}i>not italic\textless{}/i>",
    ],
)
def test_a_title_is_written_as_it_was(title: str) -> None:
    assert f"title = {{{title}}}" in bibtex.entry(read(f"@book{{k, title = {{{title}}}}}"))


def test_markup_goes_through_csl_json_and_is_reported_where_a_name_is_shared() -> None:
    titles = r"title={The {NASA} \emph{Danio}}, subtitle={of {Paris}}"
    text = rf"@article{{k, {titles}, note={{\textbf{{b}} {{C}}}}, journal={{\emph{{F}}ish}}}}"
    (entry,) = list(read_bibtex(text.encode()))
    assert entry.record is not None
    item = csl_json.item(entry.record)
    assert item["title"] == f"The {NOCASE}NASA</span> <i>Danio</i>: of {NOCASE}Paris</span>"
    assert entry.record.title == "The NASA Danio: of Paris"
    assert (item["note"], item["container-title"]) == ("<b>b</b> C", "Fish")
    assert [(loss.field, loss.why) for loss in entry.losses] == [
        ("journal", r"\emph: the words were kept, how they look was not")
    ]


_PIECES = r"""{\'e} \'e {\'E } {DNA} {A x - -- `` \"{o} ~ {\"\i} \emph{a} {} B é \& ' {{\'e}} \v{s} < ?`""".split()


@given(st.lists(st.sampled_from([*_PIECES, " ", "{", "}", "\\o "]), max_size=8).map("".join))
def test_letters_put_in_first_change_nothing(raw: str) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(rich_latex, "usual_letters", lambda latex: latex)
        expected = decode_rich(raw)
    assert decode_rich(raw) == expected


@given(st.lists(st.sampled_from([*_PIECES, " ", "{", "}", "\\o ", "\n", "$x$", "\ufdd0"]), max_size=8).map("".join))
def test_words_read_one_by_one_say_what_the_whole_does(raw: str) -> None:
    forms = protected_words(raw)
    if forms is not None:
        whole = decode_rich(raw)
        assert forms == (whole.text.plain, whole.text.html)
        assert not whole.unknown
        assert not whole.not_kept


def test_most_titles_are_read_word_by_word() -> None:
    assert protected_words(r"The {DNA} of na{\"\i}ve  caf\'es") is None  # two spaces
    assert protected_words(r"The {DNA} of na{\"\i}ve caf\'es") == (
        "The DNA of naïve cafés",
        f"The {NOCASE}DNA</span> of naïve cafés",
    )
    assert protected_words(r"The {World Bank}") is None
