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
        ("-0300", {"date-parts": [[-301]]}),
        ("-0062-01-15", {"date-parts": [[-63, 1, 15]]}),
        ("0000", {"date-parts": [[-1]]}),
        ("-0001-03/0001-04", {"date-parts": [[-2, 3], [1, 4]]}),
        ("-0099-23", {"date-parts": [[-100]], "season": 3}),
        ("Y-17000", {"date-parts": [[-17001]]}),
    ],
)
def test_as_csl_and_back(edtf: str, csl: dict[str, object]) -> None:
    assert csl_date(edtf) == csl
    assert edtf_date(csl) == edtf


@pytest.mark.parametrize(
    "date", [{}, {"date-parts": [[None]]}, {"date-parts": []}, {"date-parts": [["x"]]}, {"date-parts": [[0]]}]
)
def test_no_date_in_it(date: dict[str, object]) -> None:
    assert edtf_date(date) is None


@pytest.mark.parametrize("parts", [[2001, None, 5], [2001, 0, 5], [2001, "", 5], ["2001"]])
def test_a_day_without_a_month_is_no_month(parts: list[object]) -> None:
    assert edtf_date({"date-parts": [parts]}) == "2001"
