"""The pages of claims, of cases and of the tree of concepts over HTTP: they show what the API answers."""

from __future__ import annotations

import re

import httpx
import pytest
from lxml import etree
from lxml import html as lxml_html

from tests.web.pages.test_headings import text_of
from tests.web.pages.test_pages import BROWSER


def test_the_tree_has_every_concept_below_those_above_it(client: httpx.Client) -> None:
    page = lxml_html.fromstring(client.get("/concepts", headers=BROWSER).text)
    (tree,) = [part for part in page.iter("div") if part.get("class") == "tree whole"]
    above: dict[str, set[str]] = {}
    for item in tree.iter("li"):
        parent = next(item.iterancestors("li"), None)
        above.setdefault(_key(item), set()).add("" if parent is None else _key(parent))
    for concept in client.get("/concepts?limit=1000").json()["items"]:
        assert concept["key"] in above
        broader = {link["key"] for link in concept.get("broader", [])}
        assert above[concept["key"]] == (broader or {""}), concept["key"]


def _key(item: etree._Element) -> str:
    """The key of the concept that an item of the tree begins with."""
    link = item.find("a")
    assert link is not None
    return str(link.get("href")).rpartition("/")[2]


@pytest.mark.parametrize("plural", ["claims", "cases"])
def test_every_thing_of_a_list_has_its_page(client: httpx.Client, plural: str) -> None:
    listed = client.get(f"/{plural}", headers=BROWSER).text
    for thing in client.get(f"/{plural}").json()["items"]:
        assert f'href="/{plural}/{thing["key"]}"' in listed
        page = client.get(f"/{plural}/{thing['key']}", headers=BROWSER)
        assert page.status_code == 200
        assert re.sub(r"\s+", " ", thing["label"]) in text_of(page.text)


def test_a_claim_has_what_is_for_and_against_it_apart(client: httpx.Client) -> None:
    for listed in client.get("/claims").json()["items"]:
        claim = client.get(f"/claims/{listed['key']}").json()
        page = client.get(f"/claims/{listed['key']}", headers=BROWSER).text
        parts = dict(re.findall(r'<section aria-labelledby="(supports|contradicts)">(.*?)</section>', page, re.DOTALL))
        for evidence in claim["evidence"]:
            if evidence["status"] != "accepted" or evidence["state"] == "silent":
                continue
            assert evidence["id"] in parts[evidence["state"]]
            assert evidence.get("quote", "") in text_of(parts[evidence["state"]])
        for case in claim.get("cases", []):
            assert f'href="/cases/{case["key"]}"' in page
        assert f"{claim['coverage']['unread']} nobody has read on this point" in text_of(page)


def test_a_case_has_the_source_and_certainty_of_each_dimension(client: httpx.Client) -> None:
    for listed in client.get("/cases").json()["items"]:
        case = client.get(f"/cases/{listed['key']}").json()
        words = text_of(client.get(f"/cases/{listed['key']}", headers=BROWSER).text)
        for one in case["characteristics"]:
            assert one["quote"] in words
            assert f"{one['directness']}, {one['certainty']} certainty" in words
            for value in one.get("values", []):
                assert value["label"] in words


def test_cases_name_countries_and_sources_in_words(client: httpx.Client) -> None:
    listed = text_of(client.get("/cases", headers=BROWSER).text)
    assert "Quebec, Canada (QC)" in listed
    assert "CA-QC" not in listed
    assert "France, France" not in listed, "a place that is the whole country is said once"
    page = client.get("/cases/quebec-drop-in", headers=BROWSER).text
    sources = re.findall(r'<p class="meta"><a href="/works/mcmullin2022lead">(.*?)</a>', page)
    assert set(sources) == {"McMullin 2022"}


def test_a_concept_with_a_long_name_breaks_in_the_tree(client: httpx.Client) -> None:
    style = client.get("/static/commonplace.css").text
    assert 'class="tree whole"' in client.get("/concepts", headers=BROWSER).text
    assert not re.search(r"^\.whole\s*\{[^}]*nowrap", style, re.MULTILINE), "the tree would not break, either"
