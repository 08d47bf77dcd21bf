"""Questions asked by words: a page leads to the one thing that they name, or asks which, or says that there is none."""

from __future__ import annotations

import re

import httpx
import pytest

from tests.conftest import BASE
from tests.web.pages.test_headings import text_of
from tests.web.pages.test_pages import BROWSER

DISCUSSING = "/queries/works-discussing?concept="


@pytest.mark.parametrize(
    ("asked", "leads_to"),
    [
        (
            "/queries/works-discussing?concept=Role of Professionals",
            "/queries/works-discussing?concept=professional-role",
        ),
        (
            "/queries/works-discussing?concept=rôle des professionnels",
            "/queries/works-discussing?concept=professional-role",
        ),
        ("/queries/co-authors?person=Elinor Ostrom", "/queries/co-authors?person=elinor-ostrom"),
        ("/queries/venues-of-set?venue=world development", "/queries/venues-of-set?venue=world-development"),
        ("/suggestions?concept=active citizenship", "/suggestions?concept=active-citizenship"),
    ],
)
def test_words_that_name_one_thing_lead_to_the_address_with_its_key(
    client: httpx.Client, asked: str, leads_to: str
) -> None:
    led = client.get(asked, headers=BROWSER)
    assert (led.status_code, led.headers["location"]) == (303, leads_to)
    assert client.get(leads_to, headers=BROWSER).status_code == 200


def test_of_several_the_page_asks_which_with_all_else_kept(client: httpx.Client) -> None:
    page = client.get("/queries/co-cited-works?work=coproduction&limit=3", headers=BROWSER)
    assert page.status_code == 200
    assert "“coproduction” may be one of" in text_of(page.text)
    assert '<option value="ostrom1996">Crossing the Great Divide' in page.text
    assert '<input type="hidden" name="limit" value="3">' in page.text
    box = re.search(r'<input type="search"[^>]*>', page.text)
    assert box is not None
    assert 'value=""' in box[0], "the search box of every page holds words that were searched for, and nothing else"


def test_a_page_that_asks_says_whether_there_are_more_than_it_shows(client: httpx.Client) -> None:
    many, few = (
        client.get("/queries/co-cited-works", params={"work": words}, headers=BROWSER)
        for words in ("public", "coproduction crossing")
    )
    shown = len(re.findall("<option", many.text))
    assert f"“public” may be one of many; these {shown} fit best:" in text_of(many.text)
    assert re.search("“coproduction crossing” may be (this one|one of [0-9]+):", text_of(few.text))


@pytest.mark.parametrize("words", ["Role of prof", "rôle des prof", "role professiona"])
def test_words_of_which_the_last_is_begun_are_asked_about(client: httpx.Client, words: str) -> None:
    page = client.get("/queries/works-discussing", params={"concept": words}, headers=BROWSER)
    assert page.status_code == 200
    assert '<option value="professional-role">' in page.text


def test_words_that_name_nothing_are_kept_to_be_mended(client: httpx.Client) -> None:
    page = client.get("/queries/works-discussing?concept=xylophone", headers={**BROWSER, "Accept-Language": "fr"})
    assert page.status_code == 400
    assert "Rien ici ne s’appelle « xylophone »" in text_of(page.text)
    assert 'name="concept" value="xylophone"' in page.text
    assert client.get("/queries/works-discussing?concept=xylophone").status_code == 400, "a program is told as before"


def test_an_iri_of_another_kind_names_nothing(client: httpx.Client) -> None:
    work, concept = f"{BASE}id/work/ostrom1996", f"{BASE}id/concept/professional-role"
    for address, name in (("/queries/works-discussing", "concept"), ("/suggestions", "concept")):
        page = client.get(address, params={name: work}, headers=BROWSER)
        assert page.status_code == 400
        assert "Nothing here is called" in text_of(page.text)
    for address, name in (("/suggestions", "concept"), ("/works", "discusses"), ("/gaps", "concept")):
        refused = client.get(address, params={name: work})
        assert refused.status_code == 400
        assert refused.json()["errors"][0]["where"] == name
        assert client.get(address, params={name: concept}).status_code == 200
    for address in "/comparison?cases=", "/timeline?concept=", "/works?author=", "/works?claim=":
        assert client.get(f"{address}{work}").status_code == 400, address
