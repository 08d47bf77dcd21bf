"""The pages of works over HTTP: what they show is what the API answers at the same address."""

from __future__ import annotations

import html
import re

import httpx
import pytest

from commonplace.library.work_lists import ORDERS
from commonplace.web.pages.words.codes import field_name
from tests.web.pages.test_headings import text_of
from tests.web.pages.test_pages import BROWSER

LISTS = (
    "/works",
    "/works?discusses=professional-role",
    "/works?discusses=professional-role&state=unread",
    "/works?claim=low-professionalisation-enables",
    "/works?q=derelict",
    "/works?year=2018&sort=-year",
    "/works?cited_by=mcmullin2020citizenled&type=article-journal",
    "/works?limit=10",
)


@pytest.mark.parametrize("address", LISTS)
def test_a_list_shows_the_works_of_the_answer_in_its_order(client: httpx.Client, address: str) -> None:
    answer = client.get(address).json()
    page = client.get(address, headers=BROWSER)
    shown = re.findall(r'<li id="([^"]+)"><span class="year">', page.text)
    assert [html.unescape(key) for key in shown] == [work["key"] for work in answer["items"]]
    assert f"{answer['total']} work" in text_of(page.text)
    assert page.headers.get("link") == client.get(address).headers.get("link")


@pytest.mark.parametrize("sort", list(ORDERS))
def test_the_form_shows_the_order_that_a_list_has(client: httpx.Client, sort: str) -> None:
    """Else whoever narrows the list by it would get another order."""
    page = client.get("/works", params={"sort": sort}, headers=BROWSER).text
    orders = re.search(r'<select name="sort">(.*?)</select>', page, re.DOTALL)
    assert orders is not None
    assert re.findall(r'<option value="([^"]*)" selected>', orders[1]) == [sort]


def test_a_list_goes_on_to_the_last_work(client: httpx.Client) -> None:
    address, seen = "/works?limit=10&sort=title", []
    while address:
        page = client.get(address, headers=BROWSER).text
        seen += re.findall(r'<li id="([^"]+)"><span class="year">', page)
        (address,) = re.findall(r'href="([^"]+)" rel="next"', page) or [""]
        address = html.unescape(address)
    wanted = [work["key"] for work in client.get("/works?limit=1000&sort=title").json()["items"]]
    assert seen == wanted


def test_a_form_with_empty_fields_leads_to_the_address_without_them(client: httpx.Client) -> None:
    answer = client.get("/works?q=&year=2018&type=&sort=", headers=BROWSER, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/works?year=2018")


def test_a_list_asked_for_a_point_shows_what_each_work_says(client: httpx.Client) -> None:
    page = text_of(client.get("/works?claim=low-professionalisation-enables", headers=BROWSER).text)
    for work in client.get("/works?claim=low-professionalisation-enables").json()["items"]:
        for evidence in (e for e in work["evidence"] if e["about"] == "low-professionalisation-enables"):
            assert evidence["quote"] in page


def test_the_page_of_each_work_shows_what_is_known_of_it(client: httpx.Client) -> None:
    for listed in client.get("/works?limit=1000").json()["items"]:
        work = client.get(f"/works/{listed['key']}").json()
        page = client.get(f"/works/{listed['key']}", headers=BROWSER)
        assert page.status_code == 200, listed["key"]
        words = text_of(page.text)
        assert re.sub(r"\s+", " ", work["title"]) in words
        for agent in work.get("authors", []):
            assert (agent.get("family") or agent["literal"]) in words
        for evidence in work["evidence"]:
            assert evidence.get("quote", "") in words
            assert evidence["about"] in page.text
        for doubt in work.get("doubts", []):
            assert field_name(doubt["field"]) in words
        if "doi" in work:
            assert f"https://doi.org/{work['doi']}" in page.text
        for name in ("references", "citations"):
            for citation in client.get(f"/works/{work['key']}/{name}").json()["items"]:
                assert f'href="/works/{citation["work"]["key"]}"' in page.text


def test_a_reference_has_no_full_stop_after_a_question_mark(client: httpx.Client) -> None:
    assert "make a difference? International Review" in text_of(client.get("/works/vanleene2020", headers=BROWSER).text)
    assert "Development. World Development" in text_of(client.get("/works/ostrom1996", headers=BROWSER).text)


def test_a_reference_is_written_in_the_style_that_is_asked_for(client: httpx.Client) -> None:
    address = "/works/ostrom1996?style=apa"
    formatted = client.get(address, headers={"Accept": "text/plain"}).text.strip()
    page = client.get(address, headers=BROWSER)
    assert page.headers["content-type"].startswith("text/html")
    bare = re.sub(r"\s", "", text_of(page.text))
    assert re.sub(r"\s", "", formatted) in bare


@pytest.mark.parametrize("suffix", [".bib", ".ris", ".csl.json", ".json", ".ttl", ".jsonld"])
def test_a_browser_that_follows_a_link_to_a_form_gets_that_form(client: httpx.Client, suffix: str) -> None:
    page = client.get("/works/ostrom1996", headers=BROWSER).text
    assert f'href="/works/ostrom1996{suffix}"' in page
    followed = client.get(f"/works/ostrom1996{suffix}", headers=BROWSER)
    assert followed.status_code == 200
    assert followed.content == client.get(f"/works/ostrom1996{suffix}").content


def test_an_alternative_key_leads_to_the_page_of_the_work(client: httpx.Client) -> None:
    missing = client.get("/works/nobody1900", headers=BROWSER)
    assert missing.status_code == 404
    assert missing.headers["content-type"].startswith("text/html")


def test_a_list_by_a_concept_says_which_narrower_one_a_passage_is_on(client: httpx.Client) -> None:
    page = client.get("/works?discusses=professional-role&year=2012", headers=BROWSER).text
    blocks = re.findall(r'<div class="said.*?</div>', page, re.DOTALL)
    on = {
        text_of(re.sub(r"<q>.*?</q>", "", one, flags=re.DOTALL)).partition(" on ")[2].partition(" · ")[0]
        for one in blocks
    }
    assert on == {"facilitator", ""}, "one passage is on the concept itself"
    assert "<title>Works · 2012 · role of professionals ·" in page


def test_a_passage_from_another_work_leads_there(client: httpx.Client) -> None:
    page = client.get("/works/brandsen2018book", headers=BROWSER).text
    title = client.get("/works/steen2018").json()["title"]
    assert f'contents of <a href="/works/steen2018">{html.escape(title)}</a>' in page


def test_works_are_offered_to_other_programs_and_as_text(client: httpx.Client) -> None:
    page = client.get("/works?discusses=facilitator", headers=BROWSER).text
    assert "Zotero, EndNote and JabRef read BibTeX and RIS." in page
    address = re.search(r'href="(/export[^"]*style=apa)"', page)
    assert address is not None
    references = client.get(html.unescape(address[1]), headers=BROWSER)
    assert references.headers["content-type"].startswith("text/html")
    assert "Bakker" in references.text


def test_a_page_that_cannot_be_understood_keeps_what_was_asked(client: httpx.Client) -> None:
    page = client.get("/works?q=community&year=twenty+ten", headers=BROWSER)
    assert page.status_code == 400
    assert '<input name="year" value="twenty ten">' in page.text
    assert '<input type="hidden" name="q" value="community">' in page.text
    assert '<form class="filters" action="/works"' in page.text
