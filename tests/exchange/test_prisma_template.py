"""The numbers of PRISMA as the R package PRISMA2020 takes them."""

from __future__ import annotations

import csv
import io

from commonplace.exchange.prisma import Prisma, PrismaSource
from commonplace.exchange.prisma_template import prisma_template

NAMED_BY_THE_PACKAGE = (
    "previous_studies previous_reports database_results database_specific_results register_results "
    "register_specific_results website_results organisation_results citations_results duplicates excluded_automatic "
    "excluded_other records_screened records_excluded dbr_sought_reports dbr_notretrieved_reports other_sought_reports "
    "other_notretrieved_reports dbr_assessed dbr_excluded other_assessed other_excluded new_studies new_reports "
    "total_studies total_reports"
).split()
"""What `PRISMA_data` looks for in the first column."""
BOXES_WITH_TEXT = {"prevstud", "newstud", "othstud", "identification", "screening", "included"}


def numbers(**given: object) -> Prisma:
    source = PrismaSource(
        version=2,
        kind="import",
        source="a, b; c.bib",
        at="2026-01-01T00:00:00Z",
        found=12,
        new=9,
        duplicates=2,
        not_read=1,
    )
    values: dict[str, object] = {
        "version": 9, "found": 12, "sources": [source], "not_read": 1, "duplicates": 3, "duplicates_on_import": 2,
        "duplicates_merged": 1, "removed": 1, "removed_by": {"delete": 1}, "records": 7, "screened": 7, "excluded": 3,
        "excluded_by_reason": {"off topic": 3}, "assessed": 4, "excluded_after_assessment": 2,
        "excluded_after_assessment_by_reason": {"no data, no text": 2}, "included": 2, "not_screened": 0,
        "not_assessed": 0, "gaps": [], "adds_up": True,
    }  # fmt: skip
    return Prisma.model_validate(values | given)


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_each_number_stands_under_the_name_that_the_package_looks_for() -> None:
    found = rows(prisma_template(numbers()))
    assert [*found[0]] == ["data", "node", "box", "description", "boxtext", "tooltips", "url", "n"]
    by_name = {row["data"]: row["n"] for row in found if row["data"] != "NA"}
    assert [*by_name] == NAMED_BY_THE_PACKAGE
    assert {row["box"] for row in found if row["data"] == "NA"} == BOXES_WITH_TEXT
    assert by_name["database_specific_results"] == "a b c.bib, 12"
    assert by_name["dbr_excluded"] == "no data no text, 2"
    assert by_name["other_excluded"] == "None, 0"


def test_the_boxes_add_up_where_nothing_waits() -> None:
    by_name = {row["data"]: row["n"] for row in rows(prisma_template(numbers()))}
    n = {name: int(number) for name, number in by_name.items() if number.isdecimal()}
    assert (
        n["database_results"] - n["duplicates"] - n["excluded_automatic"] - n["excluded_other"] == n["records_screened"]
    )
    assert n["records_screened"] - n["records_excluded"] == n["dbr_sought_reports"]
    assert n["dbr_sought_reports"] - n["dbr_notretrieved_reports"] == n["dbr_assessed"]
    assert n["dbr_assessed"] - 2 == n["new_studies"] == n["total_studies"] == 2
