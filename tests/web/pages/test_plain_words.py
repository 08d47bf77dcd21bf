"""Words of pages that once spoke the machine's side, said a thing twice, or said it in English only."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any, cast

import httpx
import pytest
from lxml import html

from commonplace.curation.editing.work_edits import EDITABLE
from commonplace.web.pages.words.codes import field_name
from commonplace.web.pages.words.sentences import translated
from tests.web.pages.test_headings import text_of
from tests.web.pages.test_pages import BROWSER


def _found(page: str, path: str) -> list[Any]:
    """Return what an XPath finds in the HTML of a page."""
    return cast(list[Any], html.fromstring(page).xpath(path))


FRENCH = {**BROWSER, "Accept-Language": "fr"}


def test_the_page_of_a_venue_says_its_name_once(client: httpx.Client) -> None:
    venue = next(one for one in client.get("/venues").json()["items"] if one["title"] == "Public Administration Review")
    page = client.get(f"/venues/{venue['key']}", headers=BROWSER).text
    (listed,) = _found(page, "//ul[contains(@class, 'works')]")
    assert len(listed) > 1
    assert venue["title"] not in listed.text_content()


def test_the_description_of_the_api_is_a_page_of_the_site(client: httpx.Client) -> None:
    for headers, says in ((BROWSER, "The API"), (FRENCH, "L’API")):
        page = client.get("/docs", headers=headers).text
        assert _found(page, "//header//nav//a[@href='/works']")
        assert _found(page, "//h1/text()") == [says]


def test_the_editor_of_queries_is_in_french(client: httpx.Client) -> None:
    english, french = (client.get("/sparql", headers=headers).text for headers in (BROWSER, FRENCH))
    own = re.compile(r'data-word-[\w-]+="([^"]+)"|<(?:label|button)[^>]*>([^<]+)<')
    words, said = ({"".join(found) for found in own.findall(page)} for page in (english, french))
    assert len(words) > 12
    assert words & said <= {"Version"}
    (questions,) = _found(french, "//form[@id='ask']/@data-questions")
    assert "Quelles œuvres traitent d’un concept, et sur quels appuis ?" in json.loads(questions).values()
    assert 'lang="en"' not in french.partition("<main")[2].partition("</main>")[0]


def test_who_has_no_token_is_told_what_can_be_done_without(client: httpx.Client) -> None:
    links = _found(client.get("/desk/sign-in", headers=BROWSER).text, "//main//a/@href")
    assert "/works" in links
    assert all(client.get(link, headers=BROWSER).status_code == 200 for link in links)
    assert "Sans jeton vous pouvez chercher" in text_of(client.get("/desk/sign-in", headers=FRENCH).text)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_no_two_fields_of_a_work_have_one_name(language: str) -> None:
    named = Counter(translated(field_name(name), language) for name in EDITABLE)
    assert not [name for name, count in named.items() if count > 1]
