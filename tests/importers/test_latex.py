"""LaTeX to text: what a value says, and which macros had no meaning."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from commonplace.exporters.latex_text import escape, escape_title
from commonplace.importers.bibtex import latex as roads
from commonplace.importers.bibtex.latex import decode
from tests.exporters.record_strategies import texts


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        (r"H{\"o}lder, \'{\i}, \'\i, \v{s}, \c c, \AA ke", "Hölder, í, í, š, ç, Åke"),
        (r"\'{\^e} and {\'{\ae}}", "ế and ǽ"),
        (r"Wei{\ss} stra\ss e, \O re, \L{}\'od\'z, \dj{}", "Weiß straße, Øre, Łódź, đ"),
        (r"\k{a}\r{u}\b{k}\d{t}\H{o}\u{g}\=a\textcommabelow{s}", "ąůḵṭőğāș"),
        ("1--2, a---b, ``q'', a~b", "1–2, a—b, “q”, a\u00a0b"),
        (r"50\% \& \# \_ \$5 \{x\}", "50% & # _ $5 {x}"),
        (r"50% & # _ $5", "50% & # _ $5"),
        (r"$H_2O$ and $x^{2n} \in \mathbb{R}$", "H₂O and x²ⁿ ∈ℝ"),
        (r"$\alpha$-helix", "α-helix"),
        (r"\emph{Foo} {\it bar} \textbf{\textit{baz}}", "Foo bar baz"),
        (r"\TeX{}, {\LaTeX} and \BibTeX\ here", "TeX, LaTeX and BibTeX here"),
        (r"\url{http://x.org/~a_b%20}", "http://x.org/~a_b%20"),
        (r"\path|a@b.c|", "a@b.c"),
        (r"10\textsuperscript{3} m", "10³ m"),
        (r"\char92 \char`\~", "\\~"),
        (r"{\noopsort{1973}}Title", "Title"),
        (r"{{World Bank}}", "World Bank"),
        ("a\n   b\tc", "a b c"),
        (r"back\\slash", "back slash"),
        (r"\t{oo} \h{a} \'{\ohorn} \G{a}", "o͡o ả ớ ȁ"),
        (r"\S 3 \P{} \pounds 5 \euro{} \copyright{} \ddag \textalpha", "§3 ¶ £5 € © ‡α"),
        (r"\enquote{a \enquote{b} c} \mkbibquote{d} \glqq e\grqq{} \flqq f\frqq", "“a ‘b’ c” “d” „e“ «f»"),
        (r"\foreignlanguage{german}{Zeit} \uppercase{x}y \MakeUppercase{abc} \lowercase{D}", "Zeit Xy ABC d"),
        (r"Java\mbox{$^{TM}$}, \mbox{$^{\mathrm{TM}}$}, 19\textsuperscript{th}", "JavaTM, TM, 19th"),
        (r"90$^\circ$ 5$^{\circ}$C, x$^{\textregistered}$", "90° 5°C, x®"),
        (r"${\rm H}_2{\rm O}$, TiO$_\mathrm{2}$, $^{\rm 14}$C", "H₂O, TiO₂, ¹⁴C"),
        (r"$O(n\log n)$, 90\textdegree, a\linebreak b\par c", "O(n log n), 90°, a b c"),
        (r"\LaTeX\xspace is \symbol{38} more", "LaTeX is & more"),
        (r"R{\&}amp;D {\&}\#8217; \&\#233;", "R&D ’ é"),
        (r"R{\&}D", "R&D"),
    ],
)
def test_decodes(latex: str, text: str) -> None:
    assert decode(latex).text == text
    assert decode(latex).unknown == ()


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        (r"$\bar{1}$, $\overline{3}$, $\overline{AB}$, $\overline{\alpha}$", "1̅, 3̅, A̅B̅, α̅"),
        (r"$\hat{H}$, $\widehat{f}$, $\tilde{g}$, $\vec v$, $\dot{x}$, $\mathring{a}$", "Ĥ, f̂, g̃, v⃗, ẋ, å"),
        (r"$\underline{x}$, $\overrightarrow{AB}$, $\bar{x}_1$, $\overline{x_1}$", "x̲, A⃗B⃗, x̅₁, x̅₁"),
        (
            r"$(10\bar{1}0)$, $[11\overline{2}0]$, $\{11\bar{2}2\}$, $\langle 1\bar{1}0\rangle$",
            "(101̅0), [112̅0], {112̅2}, ⟨11̅0⟩",
        ),
        (r"$\overline{\mathrm{MS}}$ and $\hat{\mathrm{H}}$ and $\bar{\text{x}}$", "M̅S̅ and Ĥ and x̅"),
        (r"$\left( x \right)$, $\left[y\right]$, $\left\{z\right\}$, $\left. f\right|$", "(x), [y], {z}, f|"),
        (r"$\bigl( x \bigr)$, $\Big|y\Big|$, $\left\langle a\middle|b\right\rangle$", "(x), |y|, ⟨a|b⟩"),
        (
            r"$\frac{1}{2}$, $\frac{a+b}{c}$, $\tfrac12$, $2\frac{1}{2}$, $\frac{1}{2}x$",
            "1/2, (a+b)/c, 1/2, 2 1/2, 1/2 x",
        ),
        (r"$\frac{\frac{a}{b}}{c}$, $\dfrac{x}{y-z}$", "(a/b)/c, x/(y-z)"),
        (r"$\sqrt{s}$, $\sqrt[3]{x}$, $\sqrt[n]{x}$", "√(s), ∛(x), ⁿ√(x)"),
        (r"$\operatorname{Tr}(A)$, $\mathop{arg}$, $\displaystyle x$, $\sum\limits_i$", "Tr(A), arg, x, ∑ᵢ"),
        (
            r"$a \bmod b$, $x\pmod{7}$, $\xrightarrow{f}$, $\phantom{x}y$, $\color{red}z$",
            "a mod b, x (mod 7), →ᶠ, y, z",
        ),
        (r"\(\bar{4}\) and \ensuremath{\overline{5}}", "4̅ and 5̅"),
        ("`one' and `it's two' (`three') ``and `four' so''", "‘one’ and ‘it's two’ (‘three’) “and ‘four’ so”"),
        ("Hawai`i, `Okina, d`x', rock 'n' roll, the boys' `", "Hawai`i, `Okina, d`x', rock 'n' roll, the boys' `"),
        (r"\`a l'\'et\'e, {`x'} \emph{`y'} 5'`", "à l'été, ‘x’ ‘y’ 5'`"),
    ],
)
def test_math_and_quotes_have_a_plain_form(latex: str, text: str) -> None:
    assert decode(latex) == (text, ())


@pytest.mark.parametrize(
    ("latex", "text", "unknown"),
    [
        (r"$\underbrace{x+y}$", "x+y", r"\underbrace"),
        (r"$\widehat{xy}$", "xy", r"\widehat"),
        (r"$\overline{\mathbf{AB}+\mathit{C}}$", "𝐀𝐁+𝐶", r"\overline"),
        (r"$\binom{n}{k}$", "(n, k)", r"\binom"),
        (r"$\cancel{x}y$", "xy", r"\cancel"),
        (r"a \overline{b}", "a b", r"\overline"),
    ],
)
def test_math_without_a_plain_form_is_named_and_its_text_kept(latex: str, text: str, unknown: str) -> None:
    assert decode(latex) == (text, (unknown,))


def test_unknown_macros_are_named_and_their_text_kept() -> None:
    decoded = decode(r"the \foo{bar} and \BAZ too")
    assert decoded.text == "the bar and BAZ too"
    assert decoded.unknown == ("\\foo", "\\BAZ")


def test_a_citation_within_a_text_is_named_and_its_key_kept() -> None:
    decoded = decode(r"as \citet{doe} says")
    assert "doe" in decoded.text
    assert decoded.unknown == ("\\citet",)


def test_paragraphs_stay_where_they_are_asked_for() -> None:
    assert decode("one\ntwo\n\n three", paragraphs=True).text == "one two\n\nthree"
    assert decode("one\ntwo\n\n three").text == "one two three"


@given(texts)
@example("``'")
@example("`a' ``b'' ``")
@example("?`'!`")
def test_escaped_text_decodes_to_itself(text: str) -> None:
    assert decode(escape(text)).text == text
    assert decode(escape_title(text)).text == text


@given(texts)
def test_escaped_text_has_balanced_braces(text: str) -> None:
    depth = 0
    for char in escape_title(text):
        depth += {"{": 1, "}": -1}.get(char, 0)
        assert depth >= 0
    assert depth == 0


_PIECES = st.sampled_from(
    r"""\ ' ` " ^ ~ = . { } {} e i n x é 1 , * - -- ? ! `` '' & \& \% \- \' \" \` \i \j \ss \o \L \ae \aa \v \c \H \r
    {\'e} \'{e} {\"{o}} \v{s} {\i} \'{\i} \emph{a} \relax \alpha \url{a}""".split()
) | st.sampled_from([" ", "  ", "\n", "\u0301"])


@given(st.lists(_PIECES, max_size=9).map("".join), st.booleans())
def test_the_short_road_leads_where_the_long_one_does(raw: str, paragraphs: bool) -> None:
    usual = roads._decode_usual(raw)
    if usual is not None:
        assert roads.Decoded(roads.squeeze(usual, paragraphs)) == roads._decode_any(raw, paragraphs)
    text = roads.word_by_word(raw, roads._WORDS, paragraphs)
    if text is not None:
        assert roads.Decoded(text) == roads._decode_any(raw, paragraphs)
