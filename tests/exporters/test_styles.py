"""Formatted bibliographies: what each style's manual prescribes, and style files of every kind."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings

from commonplace.exporters.styles import FAMILIAR, BrokenStyle, UnknownStyle, bibliography, page, styles
from commonplace.importers.bibtex import read_bibtex
from commonplace.importers.csl_json import read_csl_json
from commonplace.model.names import Contributor, Name
from commonplace.model.record import Record
from commonplace.model.rich_text import read
from tests.conftest import ROOT
from tests.exporters.record_strategies import records

REFERENCE_SET = [e.record for e in read_bibtex((ROOT / "data" / "works.bib").read_bytes()) if e.record]
FIVE = ("apa", "chicago-author-date", "mla", "harvard", "vancouver")
MINIMAL = """<style xmlns="http://purl.org/net/xbiblio/csl" version="1.0" class="in-text">
  <info><title>Mine</title></info>{macros}
  <citation><layout><text variable="title"/></layout></citation>
  <bibliography>{sort}<layout suffix=".">{layout}</layout></bibliography>
</style>"""

ARTICLE = {
    "apa": "Tuurnas, S. (2015). Learning to co-produce? The perspective of public service professionals. International "
    "Journal of Public Sector Management, 28(7), 583–598. https://doi.org/10.1108/IJPSM-04-2015-0073",
    "chicago-author-date": "Tuurnas, Sanna. 2015. “Learning to Co-Produce? The Perspective of Public Service "
    "Professionals.” International Journal of Public Sector Management 28 (7): 583–98. "
    "https://doi.org/10.1108/IJPSM-04-2015-0073.",
    "mla": "Tuurnas, Sanna. “Learning to Co-Produce? The Perspective of Public Service Professionals.” International "
    "Journal of Public Sector Management, vol. 28, no. 7, Oct. 2015, pp. 583–98, "
    "https://doi.org/10.1108/IJPSM-04-2015-0073.",
    "harvard": "Tuurnas, S. (2015) “Learning to co-produce? The perspective of public service professionals,” "
    "International Journal of Public Sector Management, 28(7), pp. 583–598. Available at: "
    "https://doi.org/10.1108/IJPSM-04-2015-0073.",
    "vancouver": "1. Tuurnas S. Learning to co-produce? The perspective of public service professionals. International "
    "Journal of Public Sector Management. 2015 Oct 12;28(7):583–98. doi:10.1108/IJPSM-04-2015-0073",
}
CHAPTER = {
    "apa": "Schlappa, H., & Imani, Y. (2018). Who is in the lead? New perspectives on leading service co-production. "
    "In T. Brandsen, T. Steen, & B. Verschuere (Eds.), Co-Production and Co-Creation: Engaging Citizens in Public "
    "Services (pp. 99–108). Routledge.",
    "chicago-author-date": "Schlappa, Hans, and Yassaman Imani. 2018. “Who Is in the Lead? New Perspectives on "
    "Leading Service Co-Production.” In Co-Production and Co-Creation: Engaging Citizens in Public Services, edited by "
    "Taco Brandsen, Trui Steen, and Bram Verschuere. Routledge.",
    "vancouver": "1. Schlappa H, Imani Y. Who is in the lead? New perspectives on leading service co-production. In: "
    "Brandsen T, Steen T, Verschuere B, editors. Co-Production and Co-Creation: Engaging Citizens in Public Services. "
    "New York: Routledge; 2018. p. 99–108.",
}
EDITED = {
    "apa": "Brandsen, T., Steen, T., & Verschuere, B. (Eds.). (2018). Co-Production and Co-Creation: Engaging Citizens "
    "in Public Services. Routledge.",
    "chicago-author-date": "Brandsen, Taco, Trui Steen, and Bram Verschuere, eds. 2018. Co-Production and Co-Creation: "
    "Engaging Citizens in Public Services. Routledge.",
    "mla": "Brandsen, Taco, et al., editors. Co-Production and Co-Creation: Engaging Citizens in Public Services. "
    "Routledge, 2018.",
}


def one(key: str, style: str | Path) -> str:
    """A work of the reference set in a style."""
    ((_, text),) = bibliography([record for record in REFERENCE_SET if record.key == key], style)
    return text


@pytest.mark.parametrize("style", FIVE)
def test_an_article(style: str) -> None:
    assert one("tuurnas2015", style) == ARTICLE[style]


@pytest.mark.parametrize("style", CHAPTER)
def test_a_chapter_with_its_editors(style: str) -> None:
    assert one("schlappa2018", style) == CHAPTER[style]


@pytest.mark.parametrize("style", EDITED)
def test_editors_in_the_place_of_authors_are_named_once(style: str) -> None:
    assert one("brandsen2018book", style) == EDITED[style]


def test_american_quotations_take_the_stop_inside_and_turn_inner_marks() -> None:
    written = one("mcmullin2025lead", "mla")
    assert "“‘We’re Not There to Lead’: Professional Roles" in written
    assert "‘Citizen-Led’ Co-Production.” Public" in written


@pytest.mark.parametrize("style", FIVE)
def test_the_reference_set_comes_out_whole(style: str) -> None:
    made = bibliography(REFERENCE_SET, style)
    assert sorted(key for key, _ in made) == sorted(record.key for record in REFERENCE_SET)
    for _, text in made:
        assert not any(fault in text for fault in ("?.", "..", ",,", "  ", " ,", "()", "“”"))


def test_authors_are_sorted_by_family_name_and_a_repeated_one_is_a_dash() -> None:
    texts = [text for _, text in bibliography(REFERENCE_SET, "mla")]
    assert texts[0].startswith("Bakker, Judith, et al.")
    assert [text[:4] for text in texts if "———" in text[:4]]
    assert all(text.count("———") <= 1 for text in texts)


def test_numbered_styles_keep_the_order_they_are_given() -> None:
    made = bibliography(REFERENCE_SET, "vancouver")
    assert [key for key, _ in made] == [record.key for record in REFERENCE_SET]
    assert [text.partition(".")[0] for _, text in made] == [str(number) for number in range(1, 36)]


def work(key: str, family: str, year: str, title: str = "A study", volume: str | None = None) -> Record:
    name = Contributor("author", Name(family=family, given="Ann Mary"))
    return Record(key=key, type="book", title=title, contributors=(name,), issued=year, volume=volume)


def test_works_that_look_alike_in_a_citation_get_letters_in_the_order_of_the_list() -> None:
    made = bibliography(
        [work("z", "Doe", "2018", "Zebras"), work("a", "Doe", "2018", "Ants"), work("b", "Roe", "2018")], "apa"
    )
    assert [text for _, text in made] == [
        "Doe, A. M. (2018a). Ants.",
        "Doe, A. M. (2018b). Zebras.",
        "Roe, A. M. (2018). A study.",
    ]


def test_and_others_is_said() -> None:
    record = Record(
        key="x", type="book", title="T", issued="2001", extra={"moreauthor": "true"},
        contributors=(Contributor("author", Name(family="Able", given="Bo")),),
    )  # fmt: skip
    assert bibliography([record], "apa")[0][1].startswith("Able, B. et al. (2001)")


def test_html_marks_italics_and_escapes_text() -> None:
    ((_, html),) = bibliography([work("a", "O'Hara & Co", "1999", "1 < 2 & 3")], "apa", "html")
    assert html == "O’Hara &amp; Co, A. M. (1999). <em>1 &lt; 2 &amp; 3</em>."
    assert page([("a", html)], "html").startswith('<div class="csl-bib-body">\n  <div class="csl-entry">')


NOCASE = '<span class="nocase">'


def titled(rich: str) -> Record:
    return Record(key="k", type="article-journal", title=read(rich).plain, rich={"title": read(rich).html})


def test_markup_of_a_title_is_set_in_html_and_goes_in_text() -> None:
    record = titled(
        'Sex in <i>Danio rerio</i>, H<sub>2</sub>O, p < 0.05, &lt;i>not&lt;/i> <span style="font-variant:small-caps;">'
        f"Rna</span> &amp; the {NOCASE}of van</span> 19<sup>th</sup>"
    )
    for style, words in (("nature", "Danio rerio"), ("chicago", "Danio Rerio")):
        ((_, html),) = bibliography([record], style, "html")
        assert f"<em>{words}</em>, H<sub>2</sub>O, p &lt; 0.05, &lt;i&gt;not&lt;/i&gt; " in html.replace("Not", "not")
        assert '<span style="font-variant:small-caps;">Rna</span> &amp; the of van 19<sup>th</sup>' in html
        ((_, text),) = bibliography([record], style)
        assert f"Sex in {words}, H₂O, p < 0.05, <i>not</i> Rna & the of van 19th" in text.replace("Not", "not")


def test_protected_capitals_stay_in_a_style_that_lowers_them(tmp_path: Path) -> None:
    style = tmp_path / "mine.csl"
    layout = '<text variable="title" text-case="lowercase"/>'
    style.write_text(MINIMAL.format(layout=layout, macros="", sort=""))
    records = [titled("Sex in the NASA Age"), titled(f"Sex in the {NOCASE}NASA</span> Age")]
    assert [text for _, text in bibliography(records, style)] == ["sex in the nasa age.", "sex in the NASA age."]


def test_protected_capitals_of_bibtex_reach_the_bibliography() -> None:
    source = r"@article{k, title = {\emph{Danio} {and} the {NASA} mission}, journal = {J}, year = 2001}"
    (entry,) = list(read_bibtex(source.encode()))
    assert entry.record is not None
    assert "<em>Danio</em> and the NASA mission" in bibliography([entry.record], "apa", "html")[0][1]
    assert "“Danio and the NASA Mission.”" in bibliography([entry.record], "chicago")[0][1]


def test_another_language_takes_its_terms() -> None:
    assert (
        "Éd" in bibliography([r for r in REFERENCE_SET if r.key == "brandsen2018book"], "apa", language="fr-FR")[0][1]
    )


def test_the_familiar_names_are_styles_and_so_is_a_dependent_one() -> None:
    assert set(FAMILIAR) | set(FAMILIAR.values()) <= set(styles())
    assert len(styles()) > 9000
    assert one("tuurnas2015", "nature-climate-change") == one("tuurnas2015", "nature")


def test_a_style_that_is_not_there_is_named_with_its_neighbours() -> None:
    with pytest.raises(UnknownStyle, match="apa-6th-edition"):
        bibliography([], "apa-6th-editon")


def own_style(folder: Path, layout: str, macros: str = "", sort: str = "") -> Path:
    path = folder / "mine.csl"
    path.write_text(MINIMAL.format(layout=layout, macros=macros, sort=sort))
    return path


def test_a_style_of_ones_own(tmp_path: Path) -> None:
    layout = (
        '<text variable="title" font-weight="bold"/><date variable="issued" prefix=", "><date-part name="year"/></date>'
    )
    sort = '<sort><key variable="issued" sort="descending"/></sort>'
    path = own_style(tmp_path, layout, "", sort)
    made = bibliography([work("a", "X", "1999", "Old"), work("b", "X", "2011", "New")], path, "html")
    assert made == [("b", "<strong>New</strong>, 2011."), ("a", "<strong>Old</strong>, 1999.")]


def test_a_group_of_absent_variables_prints_nothing_of_its_terms(tmp_path: Path) -> None:
    group = '<group delimiter=" "><text term="volume"/><text variable="volume"/></group>'
    path = own_style(tmp_path, f'<text variable="title"/><group prefix=", ">{group}</group>')
    assert bibliography([work("a", "X", "1999")], path)[0][1] == "A study."
    assert bibliography([work("a", "X", "1999", volume="3")], path)[0][1] == "A study, volume 3."


def test_the_parts_of_a_choice_are_joined_by_the_group_around_it(tmp_path: Path) -> None:
    choice = (
        '<choose><if type="book"><text value="one"/><text value="two"/></if><else><text value="no"/></else></choose>'
    )
    path = own_style(tmp_path, f'<group delimiter="; "><text variable="title"/>{choice}</group>')
    assert bibliography([work("a", "X", "1999")], path)[0][1] == "A study; one; two."


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "not XML"),
        ("<style", "not XML"),
        ("<html/>", "not a CSL style"),
        ('<style xmlns="http://purl.org/net/xbiblio/csl"><citation/></style>', "no bibliography"),
        ('<!DOCTYPE style SYSTEM "file:///etc/passwd"><style/>', "document type"),
        ('<!DOCTYPE s [<!ENTITY e SYSTEM "file:///etc/hostname">]><s>&e;</s>', "document type"),
        ('<!DOCTYPE s [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><s>&b;</s>', "document type"),
    ],
)
def test_a_file_that_is_no_style_is_refused_with_the_reason(tmp_path: Path, text: str, why: str) -> None:
    path = tmp_path / "broken.csl"
    path.write_text(text)
    with pytest.raises(BrokenStyle, match=why):
        bibliography([work("a", "X", "1999")], path)


@pytest.mark.parametrize(
    ("date", "printed"),
    [
        ({"literal": "in preparation"}, "in preparation"),
        ({"date-parts": [[1970]], "literal": "1970 [1968]"}, "1970"),
        ({"date-parts": [[-55]]}, "55 BC"),
        ({"date-parts": [[-1]]}, "1 BC"),
        ({"date-parts": [[-1], [4]]}, "1 BC–4"),
        ({"literal": "187X"}, "187X"),
    ],
)
def test_a_date_is_printed_in_words_where_there_is_no_other(date: dict[str, object], printed: str) -> None:
    item = {"id": "a", "type": "book", "title": "A study", "issued": date}
    (entry,) = read_csl_json(json.dumps(item).encode())
    assert entry.record is not None
    assert bibliography([entry.record], "chicago")[0][1] == f"A Study. {printed}."


@settings(max_examples=10)
@given(records)
def test_any_record_comes_out_as_text(record: Record) -> None:
    for style in ("apa", "chicago-author-date", "nlm-citation-sequence"):
        ((key, text),) = bibliography([record], style)
        assert key == record.key
        assert not any("\ue100" <= char <= "\ue120" for char in text)
