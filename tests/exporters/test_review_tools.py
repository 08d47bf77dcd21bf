"""What review tools take: tables with the columns they document, and RIS that their reader understands."""

from __future__ import annotations

import csv
import io

import rispy

from commonplace.exporters.formats import EXPORT_FORMATS
from commonplace.model.names import Contributor, Name
from commonplace.model.record import Record

WORK = Record(
    key="ostrom1996",
    type="article-journal",
    title="Crossing the Great Divide",
    contributors=(
        Contributor("author", Name(family="Ostrom", given="Elinor")),
        Contributor("author", Name(literal="Workshop; Indiana")),
    ),
    issued="1996-06",
    container_title="World Development",
    volume="24",
    issue="6",
    page="1073-1087",
    publisher="Elsevier",
    doi="10.1016/0305-750X(96)00023-X",
    issn=("0305-750X",),
    url="https://example.org/ostrom",
    abstract="Coproduction, and synergy.\nIn two parts.",
    keywords=("public services", "schools"),
    note="a private note",
    extra={"PMID": "17"},
)
BARE = Record(key="nobody", type="document", title="=SUM(A1:A9)")
ASREVIEW = {"title", "abstract", "authors", "keywords", "doi", "url", "included"}
"""The names by which ASReview's reader knows the columns of a table (asreview 2 and 3, `COLUMN_DEFINITIONS`)."""


def table(format: str, *records: Record, included: dict[str, bool] | None = None) -> list[dict[str, str]]:
    judged = (included or {}).get
    data = EXPORT_FORMATS[format].whole(records, lambda record: judged(record.key))
    return list(csv.DictReader(io.StringIO(data.decode(), newline="")))


def test_asreview_gets_the_columns_it_knows_and_what_was_decided() -> None:
    kept, open_one = table("asreview", WORK, BARE, included={"ostrom1996": True})
    assert kept.keys() >= ASREVIEW
    assert kept["authors"] == "Ostrom, Elinor; Workshop, Indiana"
    assert kept["abstract"] == "Coproduction, and synergy.\nIn two parts."
    assert kept["keywords"] == "public services; schools"
    assert (kept["key"], kept["year"], kept["included"]) == ("ostrom1996", "1996", "1")
    assert (open_one["included"], open_one["authors"], open_one["year"]) == ("", "", "")
    (left_out,) = table("asreview", WORK, included={"ostrom1996": False})
    assert left_out["included"] == "0"


def test_rayyan_gets_its_own_columns_with_the_key_in_the_notes_and_no_note_of_ours() -> None:
    (row,) = table("rayyan", WORK)
    assert [*row] == (
        "key title year month day journal issn volume issue pages authors url language publisher location abstract "
        "notes doi keywords pubmed_id pmc_id"
    ).split()
    assert (row["year"], row["month"], row["day"]) == ("1996", "6", "")
    assert row["authors"] == "Ostrom, Elinor and Workshop; Indiana"
    assert row["notes"] == "COMMONPLACE-KEY: ostrom1996"
    assert row["pubmed_id"] == "17"


def test_no_title_is_taken_for_a_formula() -> None:
    for format in ("asreview", "rayyan"):
        (row,) = table(format, BARE)
        assert row["title"] == "'=SUM(A1:A9)"


def test_an_export_of_nothing_is_a_header() -> None:
    for format in ("asreview", "rayyan"):
        assert EXPORT_FORMATS[format].whole([]).decode().count("\r\n") == 1


def test_the_ris_that_eppi_reviewer_and_covidence_take_is_plain_ris() -> None:
    """Both read what reference managers write; rispy, by which ASReview reads RIS, finds all of it."""
    text = EXPORT_FORMATS["ris"].whole([WORK, BARE]).decode()
    work, bare = rispy.loads(text, skip_unknown_tags=True)
    assert work["type_of_reference"] == "JOUR"
    assert work["title"] == WORK.title
    assert work["authors"] == ["Ostrom, Elinor", "Workshop; Indiana"]
    assert (work["year"], work["volume"], work["number"]) == ("1996", "24", "6")
    assert (work["start_page"], work["end_page"]) == ("1073", "1087")
    assert work["doi"] == WORK.doi
    assert work["abstract"].split() == (WORK.abstract or "").split()
    assert work["keywords"] == [*WORK.keywords]
    assert work["id"] == "ostrom1996"
    assert "World Development" in (work.get("secondary_title"), work.get("journal_name"))
    assert bare["title"] == BARE.title
