"""Pages of a library with nothing in it: each says so, and where to go from there."""

from __future__ import annotations

import html
import re

import httpx
import pytest

from tests.web.pages.test_pages import BROWSER


@pytest.mark.parametrize(
    "address",
    [
        "/works",
        "/people",
        "/organizations",
        "/venues",
        "/concepts",
        "/claims",
        "/cases",
        "/comparison",
        "/timeline",
        "/gaps",
        "/map",
        "/queues",
        "/queues/no-abstract",
        "/queues/no-abstract/done",
        "/duplicates",
        "/duplicates?proposes=relation",
        "/imports/jobs",
        "/pins",
        "/screenings",
        "/search?q=anything",
        "/find?quote=anything+at+all",
        "/works?q=anything",
    ],
)
def test_an_empty_page_says_what_to_do(empty: httpx.Client, address: str) -> None:
    page = empty.get(address, headers=BROWSER)
    assert page.status_code == 200
    main = page.text[page.text.index("<main") : page.text.index("</main>")]
    said = re.findall(r'<p class="nothing">(.*?)</p>', main, re.DOTALL)
    assert said, "it says that there is nothing"
    for link in re.findall(r'href="(/[^"]*)"', main):
        assert empty.get(html.unescape(link), headers=BROWSER, follow_redirects=True).status_code in (200, 401), link
    leads = [link for text in said for link in re.findall(r'href="(/[^"]*)"', text)]
    assert leads, said


def test_the_first_page_of_nothing_leads_to_an_import(empty: httpx.Client) -> None:
    page = empty.get("/", headers=BROWSER).text
    assert '<a href="/desk/import">Import works</a>' in page[page.index("<main") :]
