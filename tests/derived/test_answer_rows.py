"""Cutting a serialised result after any number of rows leaves a well-formed result of exactly those rows."""

from __future__ import annotations

import csv
import io
import json
import xml.etree.ElementTree as ElementTree

import pytest
from pyoxigraph import QueryResultsFormat, QuerySolutions, Store, parse_query_results

from commonplace.derived.workers.answer_rows import MARKS, RowCounter

FORMATS = {
    "srj": QueryResultsFormat.JSON,
    "srx": QueryResultsFormat.XML,
    "csv": QueryResultsFormat.CSV,
    "tsv": QueryResultsFormat.TSV,
}
VALUES = r"""VALUES (?x ?y) {
  (<http://e/1> "plain") (UNDEF UNDEF) ("},{" "{\"x\":{") ("a\nb\r\nc" "<result>") (UNDEF "\"\"") ("\\" "\\\"")
  (1 "x"@en) ("quote \" comma , {" UNDEF) ("" "") ("\t" "]}}") ("</results>" ",{") (true 1.5)
}"""
WITHOUT_EMPTY_ROWS = r"""VALUES (?x ?_1) {
  ("},{" "ends so },{") ("},{\"" "\"},{\"") (UNDEF "\"},{\"_1\":{") ("[{" ",{") ("\\" "},{,") ("},{}x" UNDEF)
  ("]}}" "},{\\")
}"""
QUERIES = [
    f"SELECT ?x ?_1 {{ {WITHOUT_EMPTY_ROWS} }}",
    f"SELECT ?_1 {{ {WITHOUT_EMPTY_ROWS.replace('},{}x', '},{x').replace('UNDEF)', '1)')} }}",
    'SELECT ?größe { VALUES ?größe { 1 "},{" "\\"results\\":{\\"bindings\\":[{" } }',
    f"SELECT ?x ?y {{ {VALUES} }}",
    f"SELECT ?x {{ {VALUES} }}",
    "SELECT * {}",
    f"SELECT * {{ {{}} UNION {{}} UNION {{ {VALUES} }} }}",
    "SELECT ?x { VALUES ?x {} }",
    f"SELECT ?t {{ {VALUES} BIND(TRIPLE(<http://e/1>, <http://e/p>, ?y) AS ?t) }}",
]
LINK = "http://127.0.0.1:8000/docs/problems/truncated"


def serialised(query: str, format: str) -> bytes:
    result = Store().query(query)
    assert isinstance(result, QuerySolutions)
    return result.serialize(format=FORMATS[format]) or b""


def first_rows(text: bytes, format: str, rows: int, size: int) -> tuple[bytes, bool]:
    """The text cut to that many rows, having come in pieces of that size; and whether it was."""
    counter = RowCounter.of(format, rows)
    passed = b""
    for start in range(0, len(text), size):
        more, full = counter.passed(text[start : start + size])
        passed += more
        if full:
            return passed + MARKS[format].closing, True
    more, full = counter.rest()
    return passed + more + (MARKS[format].closing if full else b""), full


def rows_in(text: bytes, format: str) -> list[str]:
    if format == "csv":
        return [json.dumps(row) for row in list(csv.reader(io.StringIO(text.decode(), newline="")))[1:]]
    if format == "tsv":
        return text.decode().split("\n")[1:-1]
    found = parse_query_results(text, format=FORMATS[format])
    assert isinstance(found, QuerySolutions)
    return [str(row) for row in found]


@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("size", [1, 7, 64, 100_000])
def test_the_first_rows_and_no_more(query: str, format: str, size: int) -> None:
    text = serialised(query, format)
    everything = rows_in(text, format)
    for rows in range(len(everything) + 2):
        cut, full = first_rows(text, format, rows, size)
        assert full == (rows < len(everything))
        assert rows_in(cut, format) == everything[:rows]
        assert full or cut == text


@pytest.mark.parametrize("query", QUERIES)
def test_json_and_xml_can_say_that_they_are_cut(query: str) -> None:
    for format in ("srj", "srx"):
        text, marks = serialised(query, format), MARKS[format]
        place = marks.note_place(text)
        noted = text[:place] + marks.note(LINK) + text[place:]
        assert rows_in(noted, format) == rows_in(text, format)
        if format == "srj":
            assert json.loads(noted)["head"]["link"] == [LINK]
        else:
            link = ElementTree.fromstring(noted).find("{*}head/{*}link")
            assert link is not None
            assert link.get("href") == LINK
