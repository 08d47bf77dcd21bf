"""DataCite's metadata to descriptions, shape by odd shape."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from typing import Any

import pytest

from commonplace.importers.doi.datacite import edtf_of, read_datacite
from commonplace.importers.doi.description import DoiDescription
from commonplace.model.names import Name
from commonplace.model.namespaces import CITO, DCTERMS
from tests.conftest import shared

DOI = "10.5281/zenodo.1"
DATASET = {"resourceTypeGeneral": "Dataset"}


def described(**attributes: Any) -> DoiDescription:
    more = {"titles": [{"title": "T"}], "types": DATASET, "publicationYear": 2019, **attributes}
    return read_datacite({"id": DOI, "type": "dois", "attributes": {"doi": DOI, **more}}, DOI)


def fields_lost(made: DoiDescription) -> list[str]:
    return [loss.field for loss in made.losses]


PERSONAL = {"name": "Cheng, Lin", "nameType": "Personal", "givenName": "Lin", "familyName": "Cheng"}


@pytest.mark.parametrize(
    ("creators", "names", "losses"),
    [
        ([PERSONAL], [Name(family="Cheng", given="Lin")], 0),
        ([{"name": "World Bank", "nameType": "Organizational"}], [Name(literal="World Bank")], 0),
        ([{"name": "Lian, Shuaibin"}], [Name(family="Lian", given="Shuaibin")], 0),
        ([{"name": "Institute of X, University of Y"}], [Name(literal="Institute of X, University of Y")], 1),
        ([{"name": "Swissair"}], [Name(literal="Swissair")], 1),
        ([{"name": "Shuaibin Lian"}], [Name(literal="Shuaibin Lian")], 1),
        ([{"name": "Shuaibin Lian"}, PERSONAL],
         [Name(family="Lian", given="Shuaibin"), Name(family="Cheng", given="Lin")], 1),
        ([{"name": "Jan van der Berg"}, PERSONAL],
         [Name(family="Berg", given="Jan", particle="van der"), Name(family="Cheng", given="Lin")], 1),
        ([{"name": "Ann Lee", "nameIdentifiers": [{"nameIdentifier": "https://orcid.org/0000-0002-1825-0097"}]}],
         [Name(family="Lee", given="Ann")], 0),
        ([{"name": ":unav"}], [], 1),
        ([{"name": "(:unav)"}], [], 1),
        ([{"name": "van Eijk, Carola", "nameType": "Personal"}],
         [Name(family="Eijk", given="Carola", particle="van")], 0),
    ],
)  # fmt: skip
def test_creators(creators: list[dict[str, Any]], names: list[Name], losses: int) -> None:
    made = described(creators=creators)
    assert list(made.record.names("author")) == names
    assert len(made.losses) == losses


def test_the_generation_before_is_read_as_the_one_of_today() -> None:
    old = read_datacite(
        {
            "id": DOI,
            "attributes": {
                "doi": DOI,
                "title": "An old title",
                "author": [{"given": "Lin", "family": "Cheng"}, {"literal": "World Bank"}],
                "container-title": "Zenodo",
                "description": "What it holds.",
                "resource-type-id": "dataset",
                "resource-type-subtype": "Table",
                "published": "2017",
                "related-identifiers": [
                    {"relation-type-id": "IsVersionOf", "related-identifier": "10.5281/zenodo.0"}
                ],
            },
        },
        DOI,
    )  # fmt: skip
    record = old.record
    assert (record.title, record.type, record.issued, record.abstract) == (
        "An old title",
        "dataset",
        "2017",
        "What it holds.",
    )
    assert record.names("author")[0] == Name(family="Cheng", given="Lin")
    assert record.container_title == "Zenodo"
    assert [(r.property, r.doi) for r in old.relations] == [(DCTERMS["isVersionOf"], "10.5281/zenodo.0")]


@pytest.mark.parametrize(
    ("publisher", "kept"),
    [("Dryad", "Dryad"), ({"name": "Dryad", "publisherIdentifier": "x"}, "Dryad"), (":unav", None), (None, None)],
)
def test_the_publisher_is_a_text_or_an_object(publisher: Any, kept: str | None) -> None:
    assert described(publisher=publisher).record.publisher == kept


def test_several_titles_each_have_their_place() -> None:
    made = described(
        titles=[
            {"title": "Jeu", "titleType": "TranslatedTitle", "lang": "fr"},
            {"title": "Data", "lang": "eng"},
            {"title": "Daten", "lang": "de-AT"},
            {"title": "Figures", "lang": "en"},
            {"title": "a subtitle", "titleType": "Subtitle"},
            {"title": "Other", "titleType": "AlternativeTitle"},
        ]
    ).record
    assert made.title == "Data: a subtitle"
    assert made.translated_titles == (("de-at", "Daten"), ("fr", "Jeu"))
    assert made.extra["alternative-title"] == "Figures; Other"


@pytest.mark.parametrize(
    ("raw", "edtf"),
    [
        ("2019", "2019"),
        ("2017-12-15T23:21:47Z", "2017-12-15"),
        ("1993/1993", "1993"),
        ("2007-04-11T01:27:00Z/2007-04-29T23:41:59Z", "2007-04-11/2007-04-29"),
        ("2010/", "2010/"),
        ("2019/04/03", "2019-04-03"),
        ("uuuu", None),
        ("19 September 2016", None),
        ("2019-02-31", None),
    ],
)
def test_dates_and_ranges(raw: str, edtf: str | None) -> None:
    assert edtf_of(raw) == edtf


def test_the_year_of_publication_stands_where_a_date_cannot_be_read_or_contradicts_it() -> None:
    unread = described(dates=[{"date": "19 September 2019", "dateType": "Issued"}])
    other = described(dates=[{"date": "2018-01-02", "dateType": "Issued"}])
    assert (unread.record.issued, fields_lost(unread)) == ("2019", ["Issued"])
    assert (other.record.issued, fields_lost(other)) == ("2019", ["issued"])


def test_online_first_stands_beside_the_date_of_issue() -> None:
    dates = [{"date": "2019-05", "dateType": "Issued"}, {"date": "2018-11-30", "dateType": "Available"}]
    made = described(dates=dates).record
    assert (made.issued, made.available) == ("2019-05", "2018-11-30")


@pytest.mark.parametrize(
    ("types", "csl"),
    [
        (DATASET, "dataset"),
        ({"resourceTypeGeneral": "Text", "resourceType": "Journal article", "ris": "RPRT"}, "article-journal"),
        ({"resourceTypeGeneral": "Text", "ris": "THES"}, "thesis"),
        ({"resourceTypeGeneral": "Text", "ris": "RPRT"}, "report"),
        ({"resourceTypeGeneral": "PhysicalObject", "citeproc": "article"}, "document"),
        ({"resourceTypeGeneral": "Software"}, "software"),
        (None, "document"),
    ],
)
def test_types(types: Any, csl: str) -> None:
    assert described(types=types).record.type == csl


def test_the_container_gives_journal_and_numbers() -> None:
    made = described(
        types={"resourceTypeGeneral": "JournalArticle"},
        container={"type": "Journal", "title": "Annual Review", "volume": "25", "issue": "1", "firstPage": "659",
                   "lastPage": "706", "identifier": "1545-2115", "identifierType": "ISSN"},
    ).record  # fmt: skip
    assert (made.container_title, made.volume, made.issue, made.page) == ("Annual Review", "25", "1", "659-706")
    assert made.issn == ("1545-2115",)


@pytest.mark.parametrize(
    ("given", "tag"), [("eng", "en"), ("fre", "fr"), ("English", "en"), ("en-us", "en-US"), ("zxx", None), (None, None)]
)
def test_languages(given: str | None, tag: str | None) -> None:
    assert described(language=given).record.language == tag


def test_references_are_apart_from_relations() -> None:
    made = described(
        relatedIdentifiers=[
            {"relationType": "References", "relatedIdentifier": "10.1000/A", "relatedIdentifierType": "DOI"},
            {"relationType": "Cites", "relatedIdentifier": "https://example.org/x", "relatedIdentifierType": "URL"},
            {"relationType": "IsNewVersionOf", "relatedIdentifier": "10.1000/old", "relatedIdentifierType": "DOI"},
            {"relationType": "IsCitedBy", "relatedIdentifier": "10.1000/b", "relatedIdentifierType": "DOI"},
            {"relationType": "IsPartOf", "relatedIdentifier": "1545-2115", "relatedIdentifierType": "ISSN"},
        ]
    )
    assert [(ref.number, ref.doi) for ref in made.references] == [(1, "10.1000/A"), (2, None)]
    assert [relation.property for relation in made.relations] == [DCTERMS["replaces"], CITO["isCitedBy"]]
    assert json.loads(made.record.extra["relation"]) == {"IsPartOf": ["ISSN:1545-2115"]}


def test_a_withdrawn_dataset_says_so() -> None:
    assert described(dates=[{"date": "2020", "dateType": "Withdrawn"}]).own_status == "withdrawn"


def test_contributors_have_roles_and_what_is_not_theirs_is_said() -> None:
    contributors = [{**PERSONAL, "contributorType": "Editor"}, {**PERSONAL, "contributorType": "DataManager"}]
    made = described(contributors=contributors)
    assert [c.role for c in made.record.contributors] == ["editor", "contributor"]
    assert fields_lost(made) == ["contributorType"]


def test_every_body_of_the_corpus_is_read() -> None:
    """200 real bodies: none raises, nobody vanishes without a word."""
    count, losses = 0, Counter[str]()
    with gzip.open(shared("corpora", "datacite-dois.jsonl.gz"), "rt") as lines:
        for line in lines:
            body = json.loads(line)
            made = read_datacite(body, body["id"])
            people = [*body["attributes"]["creators"], *body["attributes"]["contributors"]]
            nameless = sum(loss.why.startswith("a name without") for loss in made.losses)
            assert len(made.record.contributors) + nameless == len(people)
            assert made.record.issued, "each has a year at least"
            count += 1
            losses.update(loss.field for loss in made.losses)
    assert count == 200
    assert set(losses) == {"author", "contributor", "contributorType", "issued", "Issued", "Available"}
