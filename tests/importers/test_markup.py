"""Titles and abstracts as deposited, to plain text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commonplace.importers.markup import plain_line, rich_paragraphs

MATH = (
    'at high spin in the<mml:math xmlns:mml="http://www.w3.org/1998/Math/MathML"><mml:mrow><mml:mi>N</mml:mi>'
    "<mml:mo>=</mml:mo><mml:mn>88</mml:mn></mml:mrow></mml:math>nucleus"
)
FRACTION = "<mml:math><mml:mfrac><mml:mi>a</mml:mi><mml:mrow><mml:mi>b</mml:mi><mml:mo>+</mml:mo><mml:mn>1</mml:mn>"


@pytest.mark.parametrize(
    ("deposited", "plain"),
    [
        ("Plain words", "Plain words"),
        ("\n   Drosophila\n   Muller F Elements ", "Drosophila Muller F Elements"),
        ("Genes of<i>Danio rerio</i>Transcripts", "Genes of Danio rerio Transcripts"),
        ("<i>p</i>-Bromostyrene", "p-Bromostyrene"),
        ("<scp>T</scp>reebase", "Treebase"),
        ("Ag-Cu<sub>2</sub>O/GO", "Ag-Cu₂O/GO"),
        ("10<sup>-6</sup> m<jats:sup>2</jats:sup>", "10⁻⁶ m²"),
        ("x<sup>ab</sup>", "xab"),
        ("Tools &amp; Resources", "Tools & Resources"),
        ("Urban Settings&amp;nbsp;", "Urban Settings"),
        ("with &lt;scp&gt;cross-vector&lt;/scp&gt; response", "with cross-vector response"),
        ("p &lt; 0.05", "p < 0.05"),
        ("where x<y and z>w", "where x<y and z>w"),
        (MATH, "at high spin in the N=88 nucleus"),
        (f"{FRACTION}</mml:mrow></mml:mfrac></mml:math>", "a/(b+1)"),
        ("<math><msub><mi>Ru</mi><mn>2</mn></msub><msup><mi>E</mi><mi>xy</mi></msup></math>", "Ru₂E^(xy)"),
        (f"broken {FRACTION}</mml:math>", "broken ab+1"),
        ("<!-- no --><?tex x?>Objective<script>alert(1)</script>", "Objective"),
        ("", ""),
    ],
)
def test_a_title_is_one_line_of_plain_text(deposited: str, plain: str) -> None:
    assert plain_line(deposited) == plain


def test_an_abstract_is_paragraphs_without_the_heading_that_says_so() -> None:
    jats = """<jats:title>Abstract</jats:title><jats:sec><jats:title>Background</jats:title>
        <jats:p>Citizens\n and professionals.</jats:p></jats:sec>
        <jats:p>They <jats:italic>co-produce</jats:italic>.</jats:p>"""
    assert rich_paragraphs(jats).plain == "Background\n\nCitizens and professionals.\n\nThey co-produce."


def test_a_formula_that_is_there_twice_is_read_once() -> None:
    both = (
        "<jats:inline-formula><jats:alternatives><jats:tex-math>$E_1$</jats:tex-math><mml:math><mml:msub><mml:mi>E"
        "</mml:mi><mml:mn>1</mml:mn></mml:msub></mml:math></jats:alternatives></jats:inline-formula>"
    )
    assert rich_paragraphs(f"<jats:p>of {both}.</jats:p>").plain == "of E₁."


PIECES = [
    "<i>",
    "</i>",
    "<sub>",
    "</sub>",
    "<mml:math>",
    "</mml:math>",
    "<p>",
    "&amp;",
    "&lt;",
    "<",
    ">",
    "w",
    " ",
    "2",
]


@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
def test_any_mixture_ends_in_text(mixture: str) -> None:
    made = rich_paragraphs(mixture).plain
    assert made.count("w") == mixture.count("w"), "no letter of the text itself is lost"


@given(st.text(alphabet=st.characters(exclude_characters="<&", exclude_categories=["Cc", "Cs"])))
def test_text_without_markup_stays_but_for_its_spaces(text: str) -> None:
    assert plain_line(text) == " ".join(text.split())
