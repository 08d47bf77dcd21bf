"""What a request to `/sparql` asks for, read from its parts: every way the protocol has, and every 4xx."""

from __future__ import annotations

import pytest

from commonplace.errors import BadRequest
from commonplace.web.http.problems import HttpProblem
from commonplace.web.sparql.protocol import (
    FORM,
    QUERY,
    UPDATE,
    QueryOperation,
    ServiceDescription,
    UpdateOperation,
    read_operation,
)

A, B = "http://example.org/a", "http://example.org/b"


def test_the_three_ways_of_a_query_agree() -> None:
    dataset = f"default-graph-uri={A}&named-graph-uri={B}&at=3"
    asked = QueryOperation("ASK {}", (A,), (B,), "3")
    assert read_operation("GET", f"query=ASK+%7B%7D&{dataset}".encode(), None, b"") == asked
    assert read_operation("HEAD", f"query=ASK+%7B%7D&{dataset}".encode(), None, b"") == asked
    assert read_operation("POST", b"", FORM, f"query=ASK%20{{}}&{dataset}".encode()) == asked
    assert read_operation("POST", dataset.encode(), QUERY, b"ASK {}") == asked
    assert read_operation("POST", dataset.encode(), FORM, b"query=ASK+%7B%7D") == asked


def test_both_ways_of_an_update_agree() -> None:
    using = f"using-graph-uri={A}&using-named-graph-uri={B}&using-graph-uri={B}&message=spring+cleaning"
    asked = UpdateOperation("CLEAR ALL", (A, B), (B,), "spring cleaning")
    assert read_operation("POST", using.encode(), UPDATE, b"CLEAR ALL") == asked
    assert read_operation("POST", b"", FORM, f"update=CLEAR+ALL&{using}".encode()) == asked
    assert read_operation("POST", b"", FORM, b"update=") == UpdateOperation("")


def test_a_form_is_decoded_once() -> None:
    asked = read_operation("POST", b"", FORM, b"query=ASK%20%7B%20FILTER(%22%2541%2B%22%20%3D%20%22%2541%2B%22)%20%7D")
    assert asked == QueryOperation('ASK { FILTER("%41+" = "%41+") }')


def test_a_get_without_a_query_asks_for_the_service_description() -> None:
    assert read_operation("GET", b"", "text/plain", b"") == ServiceDescription()
    assert read_operation("GET", b"format=turtle", None, b"x") == ServiceDescription()


def test_parameters_that_clients_add_are_ignored() -> None:
    assert read_operation("GET", b"query=ASK{}&format=json&output=json&format=x", None, b"") == QueryOperation("ASK{}")


@pytest.mark.parametrize("charset", ["", "; charset=utf-8", ';charset="UTF-8"', "; charset=us-ascii", "; q=1"])
def test_text_is_utf_8_whatever_case_its_name_has(charset: str) -> None:
    body = "ASK { FILTER('é' = 'é') }".encode()
    assert read_operation("POST", b"", QUERY.upper() + charset, body) == QueryOperation(body.decode())
    assert read_operation("POST", b"", QUERY, b"\xef\xbb\xbfASK {}") == QueryOperation("ASK {}")


@pytest.mark.parametrize(
    ("method", "address", "content_type", "body", "where"),
    [
        ("GET", "query=ASK{}&query=ASK{}", None, "", "query"),
        ("GET", "update=CLEAR+ALL", None, "", "update"),
        ("GET", "query=ASK{}&update=CLEAR+ALL", None, "", "update"),
        ("GET", f"default-graph-uri={A}", None, "", "default-graph-uri"),
        ("GET", "at=3", None, "", "at"),
        ("GET", "query=ASK{}&at=1&at=2", None, "", "at"),
        ("GET", "query=ASK{}&default-graph-uri=no%20iri", None, "", "default-graph-uri"),
        ("GET", "query=ASK{}&named-graph-uri=relative", None, "", "named-graph-uri"),
        ("GET", f"query=ASK{{}}&using-graph-uri={A}", None, "", "using-graph-uri"),
        ("GET", "query=ASK{}&message=x", None, "", "message"),
        ("GET", "query=ASK%7", None, "", "the address"),
        ("GET", "query=50%25%zz", None, "", "the address"),
        ("GET", "query=%FF", None, "", "the address"),
        ("POST", "", FORM, "", "query"),
        ("POST", "", FORM, "x=1", "query"),
        ("POST", "", FORM, "query=ASK{}&query=ASK{}", "query"),
        ("POST", "", FORM, "update=CLEAR+ALL&update=CLEAR+ALL", "update"),
        ("POST", "", FORM, "query=ASK{}&update=CLEAR+ALL", "update"),
        ("POST", "query=ASK{}", FORM, "", "query"),
        ("POST", "query=ASK{}", FORM, "query=ASK{}", "query"),
        ("POST", "update=CLEAR+ALL", FORM, "query=ASK{}", "update"),
        ("POST", "at=1", FORM, "query=ASK{}&at=1", "at"),
        ("POST", "", FORM, "query=%F", "the form"),
        ("POST", "", FORM, "query=%C3%28", "the form"),
        ("POST", "query=ASK{}", QUERY, "ASK {}", "query"),
        ("POST", "update=CLEAR+ALL", QUERY, "ASK {}", "update"),
        ("POST", f"using-named-graph-uri={A}", QUERY, "ASK {}", "using-named-graph-uri"),
        ("POST", "query=ASK{}", UPDATE, "CLEAR ALL", "query"),
        ("POST", "update=CLEAR+ALL", UPDATE, "CLEAR ALL", "update"),
        ("POST", f"default-graph-uri={A}", UPDATE, "CLEAR ALL", "default-graph-uri"),
        ("POST", "at=3", UPDATE, "CLEAR ALL", "at"),
        ("POST", "using-graph-uri=no%20iri", UPDATE, "CLEAR ALL", "using-graph-uri"),
        ("POST", "message=a&message=b", UPDATE, "CLEAR ALL", "message"),
    ],
)
def test_a_malformed_request_is_400_and_says_where(
    method: str, address: str, content_type: str | None, body: str, where: str
) -> None:
    with pytest.raises(BadRequest) as refused:
        read_operation(method, address.encode(), content_type, body.encode())
    assert where in [place for place, _ in refused.value.errors]


@pytest.mark.parametrize("media_type", [FORM, QUERY, UPDATE])
def test_bytes_that_are_not_utf_8_are_400(media_type: str) -> None:
    with pytest.raises(BadRequest, match="byte 10"):
        read_operation("POST", b"", media_type, b"query=ASK \xff")


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE", "get"])
def test_another_method_is_405_with_those_there_are(method: str) -> None:
    with pytest.raises(HttpProblem) as refused:
        read_operation(method, b"query=ASK{}", FORM, b"")
    assert refused.value.status == 405
    assert refused.value.headers["Allow"] == "GET, HEAD, POST, OPTIONS"


@pytest.mark.parametrize(
    "content_type",
    [None, "", "text/plain", "application/json", "multipart/form-data; boundary=x", "application/sparql"]
    + [f"{media_type}; charset={charset}" for media_type in (FORM, QUERY, UPDATE) for charset in ("utf-16", "latin1")],
)
def test_another_media_type_or_charset_is_415_with_those_there_are(content_type: str | None) -> None:
    with pytest.raises(HttpProblem) as refused:
        read_operation("POST", b"", content_type, b"ASK {}")
    assert refused.value.status == 415
    assert refused.value.headers["Accept-Post"] == f"{FORM}, {QUERY}, {UPDATE}"
