"""Names in RIS: several on one line, names without a comma, and bodies."""

from __future__ import annotations

import pytest

from commonplace.model.names import Name
from tests.importers.test_ris import entry_of, names_of, record_of, told


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("Doe, Jane; Roe, Richard; Poe, E. A.", ["Jane Doe", "Richard Roe", "E. A. Poe"]),
        ("Doe J; Roe R", ["J Doe", "R Roe"]),
        ("Doe J, Roe RA, van Eijk C", ["J Doe", "RA Roe", "C van Eijk"]),
        ("Doe, J., Roe, R.A.", ["J. Doe", "R.A. Roe"]),
        ("Doe, Jane and Roe, Richard", ["Jane Doe", "Richard Roe"]),
        ("Doe, J., Roe, R., & Poe, E.", ["J. Doe", "R. Roe", "E. Poe"]),
        ("Jane Doe, Richard Roe, Edgar Poe", ["Jane Doe", "Richard Roe", "Edgar Poe"]),
        ("Doe, Jane\nRoe, Richard", ["Jane Doe", "Richard Roe"]),
    ],
)
def test_several_names_on_one_line_are_several_people_and_told(line: str, names: list[str]) -> None:
    entry = entry_of(f"AU  - {line}", "TI  - T")
    assert entry.record is not None
    assert names_of(entry.record) == {"author": names}
    assert all(contributor.name.family for contributor in entry.record.contributors)
    (loss,) = entry.losses
    assert (loss.field, loss.raw) == ("AU", line)
    assert f"{len(names)} names" in loss.why


@pytest.mark.parametrize(
    "line",
    [
        "King, Martin Luther, Jr.",
        "Müller, J&uuml;rgen",
        "Ministry of Health and Care",
        "Simon & Schuster",
        "Ortega y Gasset, José",
        "Doe, Jane;",
    ],
)
def test_one_name_is_one(line: str) -> None:
    record = record_of(f"AU  - {line}")
    assert len(record.contributors) == 1
    assert ";" not in record.contributors[0].name.full


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("Doe J", Name(family="Doe", given="J")),
        ("Doe J.-P.", Name(family="Doe", given="J.-P.")),
        ("van der Berg AB", None),
        ("King ML Jr", Name(family="King", given="ML", suffix="Jr")),
        ("O'Neil P", Name(family="O'Neil", given="P")),
        ("DOE J", Name(family="DOE", given="J")),
        ("Catarina Smith", None),
        ("World Bank", None),
        ("Greenpeace UK", None),
        ("Study Group A", None),
        ("IPCC", None),
    ],
)
def test_a_name_without_a_comma(line: str, name: Name | None) -> None:
    entry = entry_of(f"AU  - {line}")
    assert entry.record is not None
    assert entry.record.names("author") == (name or Name(literal=line),)
    assert told(entry) == ([] if name else [("AU", line)])


def test_initials_are_clear_beside_others_that_are() -> None:
    record = record_of("AU  - Smith SA", "AU  - Doe J")
    assert record.names("author") == (Name(family="Smith", given="SA"), Name(family="Doe", given="J"))


def test_a_comma_at_the_end_says_that_words_name_a_body() -> None:
    record = record_of("AU  - World Bank,", "AU  - Plato,", "AU  - van der Berg,")
    assert record.names("author") == (
        Name(literal="World Bank"),
        Name(family="Plato"),
        Name(family="Berg", particle="van der"),
    )
