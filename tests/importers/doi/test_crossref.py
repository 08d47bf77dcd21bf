"""Crossref's metadata to descriptions, shape by odd shape."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest

from commonplace.importers.doi.crossref import read_crossref
from commonplace.importers.doi.description import DoiDescription
from commonplace.model.names import Name
from commonplace.model.namespaces import CITO, DCTERMS
from tests.conftest import shared

DOI = "10.1016/0305-750X(96)00023-X"


def described(**more: Any) -> DoiDescription:
    body = {"DOI": DOI.lower(), "type": "journal-article", "title": ["A Title"], "publisher": "P", **more}
    return read_crossref(body, DOI)


def date(*parts: int | None) -> dict[str, Any]:
    return {"date-parts": [list(parts)]}


def lost(made: DoiDescription) -> dict[str, str]:
    return {loss.field: loss.raw for loss in made.losses}


def test_an_article_is_read_whole() -> None:
    made = described(
        title=["Crossing the Great Divide"],
        subtitle=["Coproduction, Synergy, and Development"],
        author=[{"given": "Elinor", "family": "Ostrom", "sequence": "first", "affiliation": []}],
        issued=date(1996, 6),
        volume="24",
        issue="6",
        page="1073–1087",
        ISSN=["0305-750X"],
        language="en",
        **{"container-title": ["World Development"]},
    )
    record = made.record
    assert record.key == "ostrom1996"
    assert (record.type, record.doi) == ("article-journal", DOI)
    assert record.title == "Crossing the Great Divide: Coproduction, Synergy, and Development"
    assert record.names("author") == (Name(family="Ostrom", given="Elinor"),)
    assert (record.issued, record.volume, record.issue, record.page) == ("1996-06", "24", "6", "1073-1087")
    assert (record.container_title, record.issn, record.publisher) == ("World Development", ("0305-750X",), "P")
    assert made.losses == ()


@pytest.mark.parametrize("title", [[], [""], None, ["  "]])
def test_a_work_without_a_title_has_none(title: Any) -> None:
    made = described(title=title, issued=date(2001))
    assert made.record.title is None
    assert made.record.key.endswith("2001")


def test_no_author_is_no_contributor() -> None:
    assert described().record.contributors == ()
    assert described(author=None).record.contributors == ()


@pytest.mark.parametrize(
    ("person", "name"),
    [
        ({"name": "World Bank &amp; Partners"}, Name(literal="World Bank & Partners")),
        ({"given": "Martin", "family": "King", "suffix": "Jr."}, Name(family="King", given="Martin", suffix="Jr.")),
        ({"given": "Carola", "family": "van Eijk"}, Name(family="Eijk", given="Carola", particle="van")),
        ({"given": "Jan", "family": "van der Berg"}, Name(family="Berg", given="Jan", particle="van der")),
        ({"family": "Plato"}, Name(family="Plato")),
        ({"given": "Madonna"}, Name(family="Madonna")),
        ({"family": "de"}, Name(family="de")),
        ({"family": "李", "given": "明"}, Name(family="李", given="明")),
        ({"family": "al-Hakim", "given": "T."}, Name(family="al-Hakim", given="T.")),
    ],
)  # fmt: skip
def test_names(person: dict[str, str], name: Name) -> None:
    assert described(author=[person]).record.names("author") == (name,)


def test_an_empty_name_is_lost_aloud_and_the_others_stay() -> None:
    made = described(author=[{"affiliation": []}, {"family": "B", "given": "A"}], chair=[{"family": "C"}])
    assert [name.family for name in made.record.names("author")] == ["B"]
    assert [name.family for name in made.record.names("chair")] == ["C"]
    assert set(lost(made)) == {"author"}


def test_a_hundred_and_fifty_authors_keep_their_order() -> None:
    people = [{"family": f"F{number}", "given": "G"} for number in range(150)]
    assert [name.family for name in described(author=people).record.names("author")] == [p["family"] for p in people]


@pytest.mark.parametrize(
    ("dates", "issued", "available", "losses"),
    [
        ({"issued": date(1996)}, "1996", None, 0),
        ({"issued": date(None)}, None, None, 1),
        ({}, None, None, 0),
        ({"issued": date(None), "published-online": date(2004, 3)}, "2004-03", None, 0),
        ({"issued": date(2018, 3, 29), "published-online": date(2018, 3, 29), "published-print": date(2019, 1)},
         "2019-01", "2018-03-29", 0),
        ({"issued": date(2018, 13)}, None, None, 1),
        ({"issued": {"date-parts": [["2018", 5, None]]}}, "2018-05", None, 0),
    ],
)  # fmt: skip
def test_dates(dates: dict[str, Any], issued: str | None, available: str | None, losses: int) -> None:
    made = described(**dates)
    assert (made.record.issued, made.record.available, len(made.losses)) == (issued, available, losses)


def test_markup_in_a_title_is_kept_beside_its_plain_text() -> None:
    made = described(title=["Genes of<i>Danio rerio</i>&amp; more"], subtitle=["H<sub>2</sub>O <u>now</u>"])
    assert made.record.title == "Genes of Danio rerio& more: H₂O now"
    assert made.record.rich == {"title": "Genes of <i>Danio rerio</i>&amp; more: H<sub>2</sub>O now"}
    assert lost(made) == {"title": "H<sub>2</sub>O <u>now</u>"}


def test_markup_in_an_abstract_is_kept_and_that_of_a_venue_is_a_loss() -> None:
    given = {"abstract": "<jats:p>Of <jats:italic>Danio</jats:italic>.</jats:p>", "container-title": ["On <i>Fish</i>"]}
    made = described(**given)
    assert (made.record.abstract, made.record.rich) == ("Of Danio.", {"abstract": "Of <i>Danio</i>."})
    assert (made.record.container_title, lost(made)) == ("On Fish", {"container_title": "On <i>Fish</i>"})


def test_a_subtitle_that_the_title_has_is_not_doubled() -> None:
    assert described(title=["One: Two"], subtitle=["Two"]).record.title == "One: Two"
    assert described(title=["One?"], subtitle=["Two"]).record.title == "One? Two"


def test_an_original_title_is_one_unless_it_is_the_title() -> None:
    made = described(
        title=["On growth"], **{"original-title": ["On growth", "Om vekst &amp; fall", "Om vekst &amp; fall"]}
    )
    assert made.record.original_titles == (("und", "Om vekst & fall"),)
    assert not described(title=["On growth"], **{"original-title": []}).record.original_titles


def test_a_chapter_in_a_series_has_its_book_and_its_series() -> None:
    made = described(type="book-chapter", **{"container-title": ["Lecture Notes", "The Book"]})
    assert (made.record.collection_title, made.record.container_title) == ("Lecture Notes", "The Book")


@pytest.mark.parametrize(("page", "kept"), [("e0123456", "e0123456"), ("S1-S9", "S1-S9"), ("303", "303"), ("", None)])
def test_pages_need_not_be_numbers(page: str, kept: str | None) -> None:
    assert described(page=page).record.page == kept


def test_an_article_number_is_the_number_where_it_is_not_the_page() -> None:
    assert described(**{"article-number": "e1", "page": "1-9"}).record.number == "e1"
    assert described(**{"article-number": "e1", "page": "e1"}).record.number is None


def test_a_wrong_number_is_kept_beside_and_lost_aloud() -> None:
    made = described(ISBN=["http://id.crossref.org/isbn/9781138700116", "978-0"])
    assert made.record.isbn == ("978-1-138-70011-6",)
    assert made.record.extra["isbn"] == "978-0"
    assert lost(made) == {"ISBN": "978-0"}


def test_an_unknown_type_is_a_document_and_a_loss() -> None:
    made = described(type="grant")
    assert (made.record.type, lost(made)) == ("document", {"type": "grant"})


def test_a_sici_doi_and_its_spelling_are_kept() -> None:
    sici = "10.1002/1531-8249(199906)45:6<742::AID-ANA8>3.0.CO;2-N"
    assert read_crossref({"DOI": sici.lower(), "type": "other"}, sici).record.doi == sici


def test_another_doi_than_the_one_asked_for_is_said() -> None:
    made = read_crossref({"DOI": "10.1000/primary", "type": "other"}, "10.1000/alias")
    assert (made.record.doi, lost(made)["doi"]) == ("10.1000/primary", "10.1000/alias")


def test_what_is_no_work_is_refused() -> None:
    with pytest.raises(ValueError, match="no DOI"):
        read_crossref({"status": "ok"}, DOI)


def test_references_with_and_without_a_doi_and_in_any_form() -> None:
    made = described(
        reference=[
            {"key": "1", "DOI": "10.1000/A", "unstructured": "A. <i>One</i>."},
            {"key": "2", "author": "Ostrom", "year": "1990", "volume-title": "Governing the commons"},
            {"key": "3", "DOI": "see below", "article-title": "T", "volume": "1", "issue": "2", "first-page": "3"},
            {"key": "4"},
        ]
    )
    assert [(ref.number, ref.doi) for ref in made.references] == [(1, "10.1000/A"), (2, None), (3, None), (4, None)]
    assert [ref.text for ref in made.references] == [
        "A. One.",
        "Ostrom. (1990). Governing the commons",
        "T. 1(2), 3. doi:see below",
        "4",
    ]


@pytest.mark.parametrize(
    ("kind", "named", "predicate"),
    [
        ("is-preprint-of", {"id-type": "doi", "id": "10.1000/x"}, DCTERMS["hasVersion"]),
        ("has-preprint", {"id-type": "doi", "id": "https://doi.org/10.1000/x"}, DCTERMS["isVersionOf"]),
        ("is-review-of", {"id-type": "doi", "id": "10.1000/x"}, CITO["reviews"]),
        ("has-review", {"id-type": "doi", "id": "10.1000/x"}, CITO["isReviewedBy"]),
    ],
)
def test_relations(kind: str, named: dict[str, str], predicate: Any) -> None:
    (relation,) = described(relation={kind: [named], "cites": []}).relations
    assert (relation.property, relation.doi) == (predicate, "10.1000/x")


def test_a_relation_without_a_word_for_it_is_kept_by_its_name() -> None:
    compiled, part = {"id-type": "doi", "id": "10.1000/x"}, {"id-type": "issn", "id": "1"}
    made = described(relation={"is-compiled-by": compiled, "has-part": [part]})
    assert [relation.property for relation in made.relations] == [DCTERMS["relation"]]
    assert json.loads(made.record.extra["relation"]) == {"is-compiled-by": ["doi:10.1000/x"], "has-part": ["issn:1"]}


@pytest.mark.parametrize(
    ("kind", "status", "predicate"),
    [
        ("retraction", "retracted", CITO["isRetractedBy"]),
        ("withdrawal", "withdrawn", CITO["isRetractedBy"]),
        ("expression_of_concern", "expression-of-concern", CITO["isCritiquedBy"]),
        ("erratum", "corrected", CITO["isCorrectedBy"]),
        ("partial_retraction", "corrected", CITO["isCorrectedBy"]),
        ("new_version", None, DCTERMS["isReplacedBy"]),
    ],
)
def test_updates_of_a_work(kind: str, status: str | None, predicate: Any) -> None:
    made = described(**{"updated-by": [{"DOI": "10.1000/notice", "type": kind}]})
    assert [(relation.property, relation.doi) for relation in made.relations] == [(predicate, "10.1000/notice")]
    assert made.own_status == status


def test_the_gravest_update_is_the_status_of_a_work() -> None:
    updates = [{"DOI": f"10.1000/{kind}", "type": kind} for kind in ("correction", "retraction", "erratum")]
    assert described(**{"updated-by": updates}).own_status == "retracted"


def test_a_notice_says_what_it_does_to_another_work() -> None:
    (relation,) = described(**{"update-to": [{"DOI": "10.1000/w", "type": "retraction"}]}).relations
    assert (relation.property, relation.other_status, relation.own_status) == (CITO["retracts"], "retracted", None)


def test_a_malformed_update_is_lost_aloud() -> None:
    made = described(**{"update-to": [{"DOI": "nothing", "type": "retraction"}, {"DOI": "10.1000/w", "type": "odd"}]})
    assert [loss.field for loss in made.losses] == ["update", "update"]
    assert [relation.property for relation in made.relations] == [DCTERMS["relation"]]


def test_every_body_of_the_corpus_is_read() -> None:
    """563 real bodies, odd ones over-represented: none raises, and nearly none loses more than markup."""
    count, losses = 0, []
    with gzip.open(shared("corpora", "crossref-works.jsonl.gz"), "rt") as lines:
        for line in lines:
            body = json.loads(line)
            made = read_crossref(body, body["DOI"])
            count += 1
            losses += [loss.why for loss in made.losses if loss.field != "title"]
            assert len(made.references) == len(body.get("reference") or [])
            assert len(made.record.contributors) == sum(len(body.get(role) or []) for role in ("author", "editor"))
            assert not made.record.title or ("<" not in made.record.title and "&amp;" not in made.record.title)
            assert not made.record.abstract or "jats" not in made.record.abstract
    assert count == 563
    assert losses == ["there is no date in it"] * 3
