"""The page of the desk on which an answer is pinned."""

from __future__ import annotations

import html
import re

import httpx
import pytest

from tests.web.desk.forms import fields


def test_an_answer_is_pinned_from_the_page_that_shows_it(contributor: httpx.Client, server: httpx.Client) -> None:
    shown = contributor.get("/works?year=1996", headers={"Accept": "text/html"}).text
    address = re.search(r'href="(/desk/pin\?of=[^"]+)"', shown)
    assert address
    form = contributor.get(html.unescape(address[1]))
    typed = {**{name: said[0] for name, said in fields(form).items()}, "note": "for chapter 2"}
    assert typed["address"] == "/works?year=1996"
    assert typed["title"] == "Works · 1996", "the question in words is not left to be made up"
    made = contributor.post("/desk/pin", data=typed)
    assert made.status_code == 303, made.text
    pin = server.get(made.headers["location"]).json()
    assert (pin["asks"], pin["note"], pin["agent"]) == ("/works?year=1996", "for chapter 2", "Nils")


@pytest.mark.parametrize(
    ("address", "why"), [("", "Which answer?"), ("/works?colour=red", "colour"), ("https://example.org/", "address")]
)
def test_what_is_no_answer_is_not_pinned_and_stays_typed(contributor: httpx.Client, address: str, why: str) -> None:
    page = contributor.post("/desk/pin", data={"address": address, "note": "a long note"})
    assert page.status_code == 400
    assert why in page.text.partition('role="alert"')[2].partition("</div>")[0]
    assert "a long note" in page.text
