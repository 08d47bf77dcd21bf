"""CSL-JSON: items have the shape of the CSL 1.0.2 schema."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings

from commonplace.exporters import csl_json
from commonplace.exporters.formats import EXPORT_FORMATS
from commonplace.model.csl_terms import EXTRA_DATES, NAME_VARIABLES, OTHER_TEXT_VARIABLES, TEXT_VARIABLES
from commonplace.model.names import Contributor, Name
from commonplace.model.record import Record
from commonplace.model.types import FABIO_CLASS
from tests.exporters.record_strategies import records

NAME_PARTS = {
    "family",
    "given",
    "dropping-particle",
    "non-dropping-particle",
    "suffix",
    "comma-suffix",
    "static-ordering",
    "literal",
    "parse-names",
}
STRINGS = {variable for variable, _ in TEXT_VARIABLES} | OTHER_TEXT_VARIABLES
STRINGS |= {"id", "citation-key", "type", "ISBN", "ISSN", "keyword", "original-title"}


def check_date(date: dict[str, Any]) -> None:
    assert date.keys() <= {"date-parts", "season", "circa", "literal", "raw"}
    parts = date.get("date-parts", [[2000]])
    assert 1 <= len(parts) <= 2
    assert all(1 <= len(part) <= 3 and all(type(number) is int for number in part) for part in parts)


@settings(max_examples=30)
@given(records)
def test_items_have_the_shape_of_the_schema(record: Record) -> None:
    (item,) = json.loads(EXPORT_FORMATS["csl-json"].whole([record]))
    assert item["id"] == item["citation-key"] == record.key
    assert item["type"] in FABIO_CLASS
    for variable, value in item.items():
        if variable in NAME_VARIABLES:
            assert all(name and name.keys() <= NAME_PARTS for name in value)
        elif variable in ("issued", "available-date", *EXTRA_DATES):
            check_date(value)
        elif variable == "custom":
            assert isinstance(value, dict)
        else:
            assert variable in STRINGS
            assert isinstance(value, str)
            assert value


def test_an_empty_export_is_an_empty_array() -> None:
    assert json.loads(EXPORT_FORMATS["csl-json"].whole([])) == []


def test_names_and_dates() -> None:
    record = Record(
        key="k",
        type="book",
        issued="1990?",
        contributors=(
            Contributor("author", Name(family="Eijk", given="Carola", particle="van")),
            Contributor("author", Name(literal="World Bank")),
            Contributor("section-editor", Name(family="Needham", given="Catherine")),
        ),
    )
    item = csl_json.item(record)
    assert item["author"] == [
        {"family": "Eijk", "given": "Carola", "non-dropping-particle": "van"},
        {"literal": "World Bank"},
    ]
    assert item["issued"] == {"date-parts": [[1990]], "circa": True}
    assert item["custom"] == {
        "section-editor": [{"family": "Needham", "given": "Catherine"}],
        "issued": "1990?",
    }
