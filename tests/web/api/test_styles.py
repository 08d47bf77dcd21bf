"""`?style=`: one work, or a selection, formatted as a bibliography, in text or HTML by `Accept`."""

from __future__ import annotations

import httpx
import pytest

APA = (
    "Tuurnas, S. (2015). Learning to co-produce? The perspective of public service professionals. International "
    "Journal of Public Sector Management, 28(7), 583–598. https://doi.org/10.1108/IJPSM-04-2015-0073\n"
)


def test_a_work_in_a_style_as_text_and_as_html(client: httpx.Client) -> None:
    text = client.get("/works/tuurnas2015?style=apa", headers={"accept": "text/plain"}).raise_for_status()
    assert text.headers["content-type"].startswith("text/plain")
    assert text.text == APA
    html = client.get("/works/tuurnas2015?style=apa", headers={"accept": "text/html"}).raise_for_status()
    assert html.headers["content-type"].startswith("text/html")
    assert "<em>International Journal of Public Sector Management</em>" in html.text
    assert html.headers["etag"] != text.headers["etag"]
    assert "Accept" in html.headers["vary"]


def test_a_client_that_names_no_form_gets_text(client: httpx.Client) -> None:
    assert client.get("/works/tuurnas2015?style=apa").text == APA


def test_a_selection_in_a_style(client: httpx.Client) -> None:
    whole = client.get("/export?style=vancouver").raise_for_status().text.splitlines()
    assert len(whole) == 35
    chosen = client.get("/export?style=chicago&year=2018").raise_for_status().text.splitlines()
    assert chosen == sorted(chosen, key=str.casefold)
    assert len(chosen) == client.get("/works?year=2018").json()["total"]


@pytest.mark.parametrize("address", ["/works/tuurnas2015?style=apaa", "/export?style=../apa"])
def test_a_style_that_is_not_there_is_a_problem(client: httpx.Client, address: str) -> None:
    refused = client.get(address)
    assert refused.status_code == 400
    assert refused.json()["errors"][0]["where"] == "style"


def test_an_unknown_work_is_not_found_in_any_style(client: httpx.Client) -> None:
    assert client.get("/works/nobody1900?style=apa").status_code == 404
