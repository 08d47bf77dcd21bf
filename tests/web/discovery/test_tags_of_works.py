"""Highwire tags, COinS, JSON-LD and Open Graph of works of many types, with names, dates and pages of every form."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl

import pytest
from lxml import html

from commonplace.model.types import FABIO_CLASS
from commonplace.web.discovery.coins import coins_title
from commonplace.web.discovery.highwire import highwire_tags
from commonplace.web.discovery.open_graph import open_graph_of_work
from commonplace.web.discovery.particulars import DESCRIPTION_CHARACTERS, description, shortened
from commonplace.web.discovery.schema_org import TYPE, schema_org, script_text
from tests.web.discovery.works import HOME, PAGE, body, person, work

ARTICLE = work(
    title="Rivers & <weirs>",
    authors=[
        person("Berg", "Jan", particle="van den"),
        person("Humboldt", "Alexander", dropping_particle="von"),
        body("Ministry of Water; Rivers, and Weirs"),
        person("King", "Martin Luther", suffix="Jr."),
    ],
    issued="2018-03-09",
    year=2018,
    container_title="Journal of Rivers",
    volume="12",
    issue="3/4",
    page="101–19",
    doi="10.1002/(sici)1097<77::aid#1>3.0",
    issn=["1234-5679", "9876-5432"],
    language="en",
    keywords=["weirs", "fish; eels"],
    publisher="River Press",
    abstract="Water  flows.\nIt is wet.",
)


def tags(found: Any) -> dict[str, list[str]]:
    """Contents by the name after `citation_`, in their order."""
    by_name: dict[str, list[str]] = {}
    for name, content in highwire_tags(found, PAGE):
        by_name.setdefault(name.removeprefix("citation_"), []).append(content)
    return by_name


def openurl(found: Any) -> dict[str, list[str]]:
    """Values by key of the context object of a work."""
    by_name: dict[str, list[str]] = {}
    for name, value in parse_qsl(coins_title(found), strict_parsing=True):
        by_name.setdefault(name, []).append(value)
    return by_name


def test_an_article_has_all_its_tags_and_its_authors_in_order() -> None:
    assert tags(ARTICLE) == {
        "title": ["Rivers & <weirs>"],
        "author": [
            "van den Berg, Jan",
            "Humboldt, Alexander von",
            "Ministry of Water; Rivers, and Weirs",
            "King, Martin Luther Jr.",
        ],
        "publication_date": ["2018/03/09"],
        "journal_title": ["Journal of Rivers"],
        "publisher": ["River Press"],
        "volume": ["12"],
        "issue": ["3/4"],
        "firstpage": ["101"],
        "lastpage": ["19"],
        "doi": ["10.1002/(sici)1097<77::aid#1>3.0"],
        "issn": ["1234-5679", "9876-5432"],
        "language": ["en"],
        "abstract": ["Water  flows.\nIt is wet."],
        "keywords": ["weirs", "fish; eels"],
        "abstract_html_url": [PAGE],
    }


@pytest.mark.parametrize(
    ("edtf", "year", "shown"),
    [
        ("2018-03-09", 2018, "2018/03/09"),
        ("2018-03", 2018, "2018"),
        ("2018-21", 2018, "2018"),
        ("2018~", 2018, "2018"),
        ("2018-05-02/2018-05-04", 2018, "2018/05/02"),
        ("../2018-05-04", None, "2018/05/04"),
        ("199X", None, None),
        ("0987", 987, "0987"),
        ("-0042", -42, None),
        ("Y12345", 12345, None),
        ("not a date", None, None),
        ("not a date", 1999, "1999"),
        (None, 1877, "1877"),
        (None, None, None),
    ],
)
def test_a_date_is_a_day_or_a_year(edtf: str | None, year: int | None, shown: str | None) -> None:
    found = tags(work(title="x", issued=edtf, year=year))
    assert found.get("publication_date") == (None if shown is None else [shown])


def test_a_date_online_has_its_tag() -> None:
    assert tags(work(title="x", available="2020-01-31"))["online_date"] == ["2020/01/31"]


@pytest.mark.parametrize(
    ("page", "first", "last"),
    [
        ("1073-1087", "1073", "1087"),
        ("S1–S10", "S1", "S10"),
        ("12", "12", None),
        ("e1234", "e1234", None),
        ("12, 15-20", "12", "20"),
        ("xii—xiv", "xii", "xiv"),
        ("20-20", "20", None),
        ("24 p.", None, None),
        ("", None, None),
        (None, None, None),
    ],
)
def test_pages_are_told_apart(page: str | None, first: str | None, last: str | None) -> None:
    found = tags(work(title="x", page=page))
    assert (found.get("firstpage"), found.get("lastpage")) == (first and [first], last and [last])


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"type": "chapter", "container_title": "C", "isbn": ["978-0-306-40615-7"]}, {"inbook_title": ["C"]}),
        ({"type": "entry-encyclopedia", "container_title": "C"}, {"inbook_title": ["C"]}),
        ({"type": "paper-conference", "container_title": "C"}, {"conference_title": ["C"]}),
        ({"type": "article-newspaper", "container_title": "C"}, {"journal_title": ["C"]}),
        (
            {"type": "report", "publisher": "P", "number": "7"},
            {"technical_report_institution": ["P"], "technical_report_number": ["7"]},
        ),
        (
            {"type": "thesis", "publisher": "U", "genre": "PhD thesis"},
            {"dissertation_institution": ["U"], "dissertation_name": ["PhD thesis"]},
        ),
        ({"type": "book", "publisher": "P", "collection_title": "S"}, {"publisher": ["P"], "series_title": ["S"]}),
        ({"type": "webpage", "container_title": "C"}, {}),
    ],
)
def test_the_type_is_told_by_where_a_work_appeared(fields: dict[str, Any], expected: dict[str, list[str]]) -> None:
    typed = (
        *("journal_title", "inbook_title", "conference_title", "series_title", "publisher", "dissertation_name"),
        *("technical_report_institution", "technical_report_number", "dissertation_institution"),
    )
    found = tags(work(title="x", **fields))
    assert {name: values for name, values in found.items() if name in typed} == expected


@pytest.mark.parametrize(
    ("url", "is_pdf"),
    [
        ("https://example.org/a.PDF?download=1#page=2", True),
        ("https://example.org/a.html", False),
        ("ftp://example.org/a.pdf", False),
        ('javascript:alert("x.pdf', False),
        (None, False),
    ],
)
def test_a_pdf_is_named_only_where_there_is_one(url: str | None, is_pdf: bool) -> None:
    assert tags(work(title="x", url=url)).get("pdf_url") == ([url] if is_pdf else None)


def test_nothing_is_said_of_what_is_absent() -> None:
    assert tags(work("document")) == {"abstract_html_url": [PAGE]}
    assert openurl(work("document")).keys() == {"ctx_ver", "rft_val_fmt", "rft.type"}
    assert schema_org(work("document"), PAGE).keys() == {"@context", "@type", "@id", "url", "mainEntityOfPage"}


def test_an_article_as_an_openurl() -> None:
    found = openurl(ARTICLE)
    assert found["ctx_ver"] == ["Z39.88-2004"]
    assert found["rft_val_fmt"] == ["info:ofi/fmt:kev:mtx:journal"]
    assert found["rft_id"] == ["info:doi/10.1002/(sici)1097<77::aid#1>3.0"]
    assert (found["rft.genre"], found["rft.atitle"]) == (["article"], ["Rivers & <weirs>"])
    assert (found["rft.aulast"], found["rft.aufirst"]) == (["van den Berg"], ["Jan"])
    assert found["rft.au"] == ["Jan van den Berg", "Alexander von Humboldt", "Martin Luther King Jr."]
    assert found["rft.aucorp"] == ["Ministry of Water; Rivers, and Weirs"]
    assert (found["rft.spage"], found["rft.epage"], found["rft.date"]) == (["101"], ["19"], ["2018-03-09"])
    assert found["rft.issn"] == ["1234-5679", "9876-5432"]


@pytest.mark.parametrize(
    ("type", "matrix", "genre", "title"),
    [
        ("book", "book", "book", "rft.btitle"),
        ("chapter", "book", "bookitem", "rft.atitle"),
        ("paper-conference", "book", "proceeding", "rft.atitle"),
        ("report", "book", "report", "rft.btitle"),
        ("article", "journal", "preprint", "rft.atitle"),
        ("thesis", "dissertation", None, "rft.title"),
        ("patent", "patent", None, "rft.title"),
        ("motion_picture", "dc", None, "rft.title"),
    ],
)
def test_each_type_has_a_matrix_of_openurl(type: str, matrix: str, genre: str | None, title: str) -> None:
    found = openurl(work(type, title="T", publisher="P"))
    assert found["rft_val_fmt"] == [f"info:ofi/fmt:kev:mtx:{matrix}"]
    assert found.get("rft.genre") == (genre and [genre])
    assert found[title] == ["T"]


def test_an_article_in_the_vocabulary_of_schema_org() -> None:
    found = schema_org(ARTICLE, PAGE)
    assert (found["@context"], found["@type"]) == ("https://schema.org", "ScholarlyArticle")
    assert [(one["@type"], one["name"]) for one in found["author"]] == [
        ("Person", "Jan van den Berg"),
        ("Person", "Alexander von Humboldt"),
        ("Organization", "Ministry of Water; Rivers, and Weirs"),
        ("Person", "Martin Luther King Jr."),
    ]
    assert found["author"][0]["familyName"] == "van den Berg"
    assert found["author"][3]["honorificSuffix"] == "Jr."
    assert found["isPartOf"] == {
        "@type": "PublicationIssue",
        "issueNumber": "3/4",
        "isPartOf": {
            "@type": "PublicationVolume",
            "volumeNumber": "12",
            "isPartOf": {"@type": "Periodical", "name": "Journal of Rivers", "issn": ["1234-5679", "9876-5432"]},
        },
    }
    assert found["sameAs"] == ["https://doi.org/10.1002/(sici)1097%3C77::aid%231%3E3.0"]
    assert found["identifier"] == [
        {"@type": "PropertyValue", "propertyID": "doi", "value": "10.1002/(sici)1097<77::aid#1>3.0"}
    ]
    assert (found["datePublished"], found["pageStart"], found["pageEnd"]) == ("2018-03-09", "101", "19")


def test_a_chapter_is_in_a_book_and_in_a_series() -> None:
    chapter = work(
        "chapter",
        title="Eels",
        container_title="Fish",
        isbn=["978-0-306-40615-7"],
        collection_title="Water",
        editors=[person("Alm", "Eva")],
        contributors=[{**person("Ox", "Ada"), "role": "translator"}, {**person("Ek", "Bo"), "role": "narrator"}],
        translated_titles={"fr": ["Anguilles"]},
        alternative_titles=["Eels!"],
        status="retracted",
    )
    found = schema_org(chapter, PAGE)
    assert found["@type"] == "Chapter"
    assert found["isPartOf"] == [
        {"@type": "Book", "name": "Fish", "isbn": ["978-0-306-40615-7"]},
        {"@type": "CreativeWorkSeries", "name": "Water"},
    ]
    assert "isbn" not in found
    assert [found[role][0]["name"] for role in ("editor", "translator", "contributor")] == [
        "Eva Alm",
        "Ada Ox",
        "Bo Ek",
    ]
    assert found["alternateName"] == ["Eels!", "Anguilles"]
    assert found["creativeWorkStatus"] == "retracted"


def test_only_confirmed_identifiers_are_told() -> None:
    identifiers = [
        {"scheme": "pmid", "value": "123", "confirmation": "confirmed"},
        {"scheme": "doi", "value": "10.1/recalled", "confirmation": "recalled"},
    ]
    found = work(title="x", identifiers=identifiers)
    assert [one["value"] for one in schema_org(found, PAGE)["identifier"]] == ["123"]
    assert tags(found)["pmid"] == ["123"]
    assert "doi" not in tags(found)


def test_every_type_has_a_type_of_schema_org() -> None:
    assert set(TYPE) == set(FABIO_CLASS)
    assert (TYPE["thesis"], TYPE["hearing"]) == ("Thesis", "CreativeWork")


def test_json_ld_cannot_end_the_script_that_it_stands_in() -> None:
    hostile = work(title='</script><script>alert("1")</script><!-- \u2028 & "', abstract="]]>")
    text = script_text(schema_org(hostile, PAGE))
    assert not set("<>&\u2028") & set(text)
    page = html.fromstring(f'<html><body><script type="application/ld+json">{text}</script></body></html>')
    (script,) = page.iter("script")
    assert json.loads(script.text or "")["name"] == hostile.title


def test_the_preview_of_a_link() -> None:
    pairs = open_graph_of_work(ARTICLE, PAGE, "Rivers of the world")
    found = dict(pairs)
    assert found["og:type"] == "article"
    assert (found["og:title"], found["og:url"], found["og:site_name"]) == (ARTICLE.title, PAGE, "Rivers of the world")
    assert found["og:description"] == (
        "van den Berg, Humboldt, Ministry of Water; Rivers, and Weirs et al. (2018). Journal of Rivers. "
        "Water flows. It is wet."
    )
    assert found["article:published_time"] == "2018-03-09"
    assert next(content for name, content in pairs if name == "article:author") == "Jan van den Berg"
    book = dict(open_graph_of_work(work("book", isbn=["978-0-306-40615-7"], year=2001), PAGE, "S"))
    assert (book["og:type"], book["book:isbn"], book["book:release_date"]) == ("book", "978-0-306-40615-7", "2001")
    assert book["og:title"] == "k"


def test_a_description_is_cut_between_words() -> None:
    long = work(title="x", abstract="word " * 200)
    assert len(description(long)) <= DESCRIPTION_CHARACTERS
    assert description(long).endswith("word…")
    assert shortened("x" * 500).endswith("x…")
    assert len(shortened("x" * 500)) == DESCRIPTION_CHARACTERS
    assert description(work("document")) == ""


def test_an_agent_is_who_its_iri_says() -> None:
    one = work(title="x", authors=[{"iri": f"{HOME}id/person/plato", "key": "plato", "literal": "Plato"}])
    assert schema_org(one, PAGE)["author"] == [{"@type": "Person", "@id": f"{HOME}id/person/plato", "name": "Plato"}]
