"""EDTF level 1 in parts."""

from __future__ import annotations

import pytest

from commonplace.model.csl_terms import csl_date, edtf_date
from commonplace.model.edtf_date import EdtfDate, is_edtf, read_edtf


@pytest.mark.parametrize(
    "text",
    "1996 -0300 199X 19XX XXXX 2001-05 2001-XX 2001-XX-XX 2001-05-31 2004-21 1990? 1990~ 1990% Y170000 "
    "2019/2020 2019-03-04/2019-03-06 1984/.. ../1984 1984/ /1984".split(),
)
def test_is_edtf(text: str) -> None:
    assert is_edtf(text)


@pytest.mark.parametrize(
    "text", ["", "96", "2001-13", "2001-02-29", "2001-21-01", "n.d.", "/", "../..", "2001-5", "2001-XX-01"]
)
def test_is_not_edtf(text: str) -> None:
    assert not is_edtf(text)


def test_leap_day_is_a_day() -> None:
    start = read_edtf("2000-02-29").start
    assert isinstance(start, EdtfDate)
    assert start.parts == (2000, 2, 29)


@pytest.mark.parametrize(
    ("edtf", "csl"),
    [
        ("1996", {"date-parts": [[1996]]}),
        ("0850-03", {"date-parts": [[850, 3]]}),
        ("2019-03-04/2019-03-06", {"date-parts": [[2019, 3, 4], [2019, 3, 6]]}),
        ("2004-21", {"date-parts": [[2004]], "season": 1}),
        ("1990~", {"date-parts": [[1990]], "circa": True}),
        ("199X", {"literal": "199X"}),
        ("-0300", {"date-parts": [[-300]]}),
    ],
)
def test_as_csl_and_back(edtf: str, csl: dict[str, object]) -> None:
    assert csl_date(edtf) == csl
    assert edtf_date(csl) == edtf


@pytest.mark.parametrize("date", [{}, {"date-parts": [[None]]}, {"date-parts": []}, {"date-parts": [["x"]]}])
def test_no_date_in_it(date: dict[str, object]) -> None:
    assert edtf_date(date) is None
