"""PubMed's NBIB, as PubMed writes it, whole and broken."""

from __future__ import annotations

import pytest

from commonplace.exporters import csl_json
from commonplace.importers.formats import guess_format
from commonplace.importers.nbib import medline_date, read_nbib
from commonplace.importers.text_encoding import UnreadableFile
from commonplace.model.names import Name
from commonplace.model.record import ReadEntry, Record

ARTICLE = """
PMID- 31234567
OWN - NLM
STAT- MEDLINE
DCOM- 20200101
IS  - 1365-2753 (Electronic)
IS  - 1356-1294 (Linking)
VI  - 25
IP  - 3
DP  - 2019 Jun-Jul
TI  - Co-production in health care: a first line that is long enough to go on in
      a second one.
PG  - 405-13
LID - 10.1111/jep.13143 [doi]
LID - e13143 [pii]
AB  - BACKGROUND: Something. METHODS: Something
      else.
CI  - (c) 2019 A Publisher.
FAU - van Eijk, Carola
AU  - van Eijk C
AD  - A University, A Town.
FAU - King, Martin Luther Jr
AU  - King ML Jr
CN  - The Co-production Group
LA  - eng
PT  - Journal Article
PT  - Review
DEP - 20190401
PL  - England
TA  - J Eval Clin Pract
JT  - Journal of evaluation in clinical practice
MH  - *Patient Participation/methods
MH  - Humans
OT  - co-production
PMC - PMC6500000
"""
BOOK = """
PMID- 30000001
AU  - Able A
AU  - Some Body of Authors
BTI - StatPearls
TI  - A chapter
PB  - StatPearls Publishing
PL  - Treasure Island (FL)
DP  - 2023 Jan
ISBN- 978-0-674-04258-2
PT  - Review
"""


def read(text: str) -> list[ReadEntry]:
    return list(read_nbib(text.encode()))


def record(text: str) -> Record:
    (entry,) = read(text)
    assert entry.record is not None
    return entry.record


def test_an_article_as_pubmed_writes_it() -> None:
    (entry,) = read(ARTICLE)
    made = entry.record
    assert made is not None
    assert (entry.line, entry.key, made.key, made.type) == (2, "pmid31234567", "pmid31234567", "article-journal")
    assert made.names("author") == (
        Name(family="Eijk", given="Carola", particle="van"),
        Name(family="King", given="Martin Luther", suffix="Jr"),
        Name(literal="The Co-production Group"),
    )
    assert made.title == "Co-production in health care: a first line that is long enough to go on in a second one"
    assert made.container_title == "Journal of evaluation in clinical practice"
    assert (made.volume, made.issue, made.page, made.language) == ("25", "3", "405-13", "en")
    assert (made.issued, made.available, made.doi) == ("2019-06/2019-07", "2019-04-01", "10.1111/jep.13143")
    assert made.issn == ("1365-2753", "1356-1294")
    assert made.keywords == ("Patient Participation/methods", "Humans", "co-production")
    assert made.publisher_place is None
    assert made.extra["PMID"] == "31234567"
    assert made.extra["PMCID"] == "PMC6500000"
    assert made.extra["main-subject"] == "Patient Participation/methods"
    assert made.extra["publication-type"] == "Journal Article; Review"
    assert made.extra["journal-country"] == "England"
    assert entry.losses == ()


def test_nothing_of_a_citation_vanishes() -> None:
    made = record(ARTICLE)
    texts = [*made.extra.values(), *made.keywords, made.abstract or "", made.title or ""]
    for said in ("NLM", "MEDLINE", "20200101", "e13143", "(c) 2019 A Publisher.", "A University, A Town.", "METHODS"):
        assert any(said in text for text in texts), said


def test_a_chapter_of_a_book_with_short_names() -> None:
    made = record(BOOK)
    assert (made.type, made.title, made.container_title) == ("chapter", "A chapter", "StatPearls")
    assert made.names("author") == (Name(family="Able", given="A"), Name(literal="Some Body of Authors"))
    assert (made.publisher, made.publisher_place) == ("StatPearls Publishing", "Treasure Island (FL)")
    assert (made.isbn, made.issued) == (("978-0-674-04258-2",), "2023-01")


@pytest.mark.parametrize(
    ("text", "edtf"),
    [
        ("2018", "2018"),
        ("2018 Mar", "2018-03"),
        ("2018 Mar 29", "2018-03-29"),
        ("2018 Mar-Apr", "2018-03/2018-04"),
        ("2018 Mar 29-Apr 4", "2018-03-29/2018-04-04"),
        ("2018 Dec-2019 Jan", "2018-12/2019-01"),
        ("1998-1999", "1998/1999"),
        ("2001 Spring", "2001-21"),
        ("2018 Jan 1-15", "2018-01-01/2018-01-15"),
        ("", None),
        ("around 1900", None),
        ("15", None),
    ],
)
def test_dates_as_pubmed_writes_them(text: str, edtf: str | None) -> None:
    assert medline_date(text) == edtf


def test_what_cannot_be_read_is_kept_and_said_and_the_next_is_read() -> None:
    first, second = read(
        "PMID- 1\nTI  - One.\nDP  - sometime\nLID - nonsense [doi]\nIS  - 12\nPMID- 2\nTI  - Two.\nJT  - J\n"
    )
    assert first.record is not None
    assert second.record is not None
    assert [loss.field for loss in first.losses] == ["PT", "DP", "LID", "IS"]
    assert {"sometime", "nonsense", "12"} <= set(first.record.extra.values())
    assert (second.record.title, second.losses, second.line) == ("Two", (), 6)


def test_it_is_known_by_its_content() -> None:
    found = guess_format("pubmed.txt", ARTICLE.encode())
    assert found is not None
    assert found.name == "nbib"


@pytest.mark.parametrize("data", [b"", b"hello", b"%PDF-1.4"])
def test_what_is_not_nbib_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableFile):
        read_nbib(data)


def test_tags_in_titles_and_abstracts_are_kept_as_rich_text() -> None:
    text = "PMID- 1\nTI  - Of <i>Danio</i> and H<sub>2</sub>O.\nAB  - With <b>p</b> < 0.05 &amp; more.\nJT  - J\n"
    (entry,) = list(read_nbib(text.encode()))
    assert entry.record is not None
    assert (entry.record.title, entry.record.abstract) == ("Of Danio and H₂O", "With p < 0.05 & more.")
    assert entry.record.rich == {
        "title": "Of <i>Danio</i> and H<sub>2</sub>O",
        "abstract": "With <b>p</b> &lt; 0.05 &amp; more.",
    }


def test_people_and_groups_stand_in_the_order_of_the_file() -> None:
    made = record(
        "PMID- 1\nJT  - J\nCN  - First Group\nFAU - Doe, Jane\nAU  - Doe J\nAU  - Roe R\nCN  - Second Group\n"
        "FAU - Suryakant\nAU  - Suryakant\nFED - Able, Ann\nED  - Able A\n"
    )
    assert made.names("author") == (
        Name(literal="First Group"),
        Name(family="Doe", given="Jane"),
        Name(family="Roe", given="R"),
        Name(literal="Second Group"),
        Name(family="Suryakant"),
    )
    assert made.names("editor") == (Name(family="Able", given="Ann"),)


def test_a_name_with_nothing_in_it_is_told_and_the_citation_is_in() -> None:
    (entry,) = read("PMID- 1\nJT  - J\nFAU - ,\nAU  - ,\nFAU - Doe, Jane\n")
    assert entry.record is not None
    assert entry.record.names("author") == (Name(family="Doe", given="Jane"),)
    assert [loss.field for loss in entry.losses] == ["FAU"]


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        ("PT  - Retracted Publication", "retracted"),
        ("RIN - J Foo. 2022;1(1):5", "retracted"),
        ("EIN - J Foo. 2022;1(1):5\nRIN - J Foo. 2023;1(1):5", "retracted"),
        ("EIN - J Foo. 2022;1(1):5", "corrected"),
        ("ECI - J Foo. 2022;1(1):5", "expression-of-concern"),
        ("ROF - J Foo. 2022;1(1):5\nPT  - Retraction of Publication", None),
        ("PT  - Journal Article", None),
    ],
)
def test_what_has_become_of_an_article_is_its_status(lines: str, status: str | None) -> None:
    made = record(f"PMID- 1\nJT  - J\n{lines}\n")
    assert made.extra.get("status") == status


def test_identifiers_have_the_names_that_csl_has_for_them() -> None:
    item = csl_json.item(record(ARTICLE))
    assert (item["PMID"], item["PMCID"]) == ("31234567", "PMC6500000")
    assert item["container-title-short"] == "J Eval Clin Pract"


def test_what_stands_twice_is_kept_and_told() -> None:
    (entry,) = read(
        "PMID- 1\nJT  - J\nVI  - 1\nVI  - 2\nLID - 10.1000/a [doi]\nAID - 10.1000/b [doi]\nLA  - eng\nLA  - fre\n"
    )
    assert entry.record is not None
    assert (entry.record.volume, entry.record.doi, entry.record.language) == ("1", "10.1000/a", "en")
    assert {name: entry.record.extra[name] for name in ("vi", "other-doi", "language")} == {
        "vi": "2",
        "other-doi": "10.1000/b",
        "language": "fr",
    }
    assert [loss.raw for loss in entry.losses] == ["2", "10.1000/b"]
