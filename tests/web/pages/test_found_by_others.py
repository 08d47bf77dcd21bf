"""What pages hold for other programs, read from served pages as those read it: tags, JSON-LD, COinS, unAPI, feeds."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest
from lxml import html

from tests.conftest import BASE
from tests.web.conftest import serving_with
from tests.web.pages.test_pages import BROWSER

HOSTILE = '</script><script>alert(1)</script> "quoted" & <blink>loud</blink>'
OWN: list[dict[str, Any]] = [
    {
        "id": "a/b?c#d",
        "type": "chapter",
        "title": HOSTILE,
        "container-title": 'A "book" & more',
        "author": [
            {"family": "Berg", "given": "Jan", "non-dropping-particle": "van den"},
            {"literal": 'Ministry "of" <Water>'},
        ],
        "issued": {"date-parts": [[2018, 3, 9]]},
        "page": "7-9",
        "ISBN": "978-0-306-40615-7",
        "URL": "https://example.org/paper.pdf",
        "language": "fr",
    },
    *(
        {"id": f"nowhere{number}", "type": "webpage", "title": f"Leads nowhere {number}", "URL": address}
        for number, address in enumerate(
            ("javascript:alert(1)", " JaVaScRiPt:alert(1)", "data:text/html,<script>", "//elsewhere.example/x", "x")
        )
    ),
]


@pytest.fixture(scope="module")
def own(reference_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A client of a server over a home with a chapter whose texts would break a page that does not escape them."""
    with serving_with(OWN, reference_home, tmp_path_factory.mktemp("shown") / "home") as client:
        yield client


def page_at(client: httpx.Client, address: str) -> Any:
    """The document at an address, as a browser gets it."""
    answer = client.get(address, headers=BROWSER)
    assert answer.status_code == 200, answer.text
    return html.fromstring(answer.text)


@pytest.mark.parametrize("number", range(5))
def test_a_page_leads_to_addresses_of_the_web_only(own: httpx.Client, number: int) -> None:
    """What a record says is its address may be a script: it is shown, and nobody who clicks runs it."""
    page = page_at(own, f"/works/nowhere{number}")
    assert OWN[1 + number]["URL"].strip() in page.text_content()
    for address in page.xpath("//@href | //@src | //@action"):
        assert address.startswith(("http://", "https://", "#", "?")) or re.match(r"/(?!/)", address), address


def metas(page: Any, attribute: str) -> dict[str, list[str]]:
    """Contents of the meta tags in the head, by name or property, in their order."""
    found: dict[str, list[str]] = {}
    for meta in page.xpath(f"/html/head/meta[@{attribute}]"):
        found.setdefault(meta.get(attribute), []).append(meta.get("content"))
    return found


def test_the_page_of_each_work_says_what_the_work_says(client: httpx.Client) -> None:
    for work in client.get("/works?limit=1000").json()["items"]:
        page = page_at(client, f"/works/{work['key']}")
        tags = metas(page, "name")
        assert tags["citation_title"] == [work["title"]]
        families = [agent.get("family") or agent["literal"] for agent in work.get("authors", [])]
        authors = tags.get("citation_author", [])
        assert len(authors) == len(families)
        assert all(family in author for family, author in zip(families, authors, strict=True))
        assert tags.get("citation_doi", []) == ([work["doi"]] if "doi" in work else [])
        assert tags.get("citation_isbn", []) == work.get("isbn", [])
        assert "citation_pdf_url" not in tags or work["url"].endswith(".pdf")
        linked = json.loads(page.xpath("string(//script[@type='application/ld+json'])"))
        assert (linked["@id"], linked["name"]) == (work["iri"], work["title"])
        assert [one["@id"] for one in linked.get("author", [])] == [one["iri"] for one in work.get("authors", [])]
        assert metas(page, "property")["og:title"] == [work["title"]]


def test_texts_of_a_work_cannot_break_out_of_its_page(own: httpx.Client) -> None:
    page = page_at(own, "/works/a%2Fb%3Fc%23d")
    tags = metas(page, "name")
    assert tags["citation_title"] == [HOSTILE]
    assert tags["citation_author"] == ["van den Berg, Jan", 'Ministry "of" <Water>']
    assert tags["citation_inbook_title"] == ['A "book" & more']
    assert tags["citation_publication_date"] == ["2018/03/09"]
    assert (tags["citation_firstpage"], tags["citation_lastpage"]) == (["7"], ["9"])
    assert tags["citation_pdf_url"] == ["https://example.org/paper.pdf"]
    assert tags["citation_abstract_html_url"] == [f"{own.base_url}/works/a%2Fb%3Fc%23d"]
    assert metas(page, "property")["og:title"] == [HOSTILE]
    scripts = page.xpath("//script[not(@src)]")
    assert [script.get("type") for script in scripts] == ["application/ld+json"]
    assert json.loads(scripts[0].text)["name"] == HOSTILE
    assert not page.xpath("//blink")


def test_a_reference_manager_takes_the_work_by_unapi(own: httpx.Client) -> None:
    page = page_at(own, "/works/a%2Fb%3Fc%23d")
    (server,) = page.xpath("/html/head/link[@rel='unapi-server']/@href")
    (id,) = page.xpath("//abbr[@class='unapi-id']/@title")
    assert server == f"{own.base_url}/unapi"
    assert id == f"{BASE}id/work/a%2Fb%3Fc%23d"
    record = own.get(server, params={"id": id, "format": "ris"})
    assert record.text.startswith("TY  - CHAP\r\n")
    assert "TI  - </script><script>alert(1)</script>" in record.text
    assert own.get(f"{server}?id={id.partition('%23')[0]}").status_code == 404
    assert not page.xpath("//*[@class='Z3988']"), "COinS would hide what unAPI and the tags say better"


def test_the_page_of_a_work_has_the_links_of_its_other_forms(own: httpx.Client) -> None:
    for address in ("/works/ostrom1996", "/works/a%2Fb%3Fc%23d", "/works/ostrom1996?at=1"):
        shown = own.get(address, headers=BROWSER)
        assert shown.headers["link"] == own.get(address).headers["link"]
        assert own.head(address, headers=BROWSER).headers["link"] == shown.headers["link"]
    page = page_at(own, "/works/ostrom1996")
    assert page.xpath("/html/head/link[@rel='canonical']/@href") == [f"{own.base_url}/works/ostrom1996"]
    for form in page.xpath("/html/head/link[@rel='alternate']"):
        followed = own.get(form.get("href"), headers=BROWSER)
        assert followed.headers["content-type"].partition(";")[0] == form.get("type")
    for suffix in (".json", ".ttl", ".jsonld"):
        assert own.get(f"/concepts/professional-role{suffix}", headers=BROWSER).status_code == 200


@pytest.mark.parametrize("address", ["/works", "/works?discusses=professional-role&limit=5", "/works?q=role"])
def test_a_list_has_coins_of_each_work_and_its_feed(client: httpx.Client, address: str) -> None:
    works = client.get(address).json()["items"]
    page = page_at(client, address)
    shown = [parse_qs(title) for title in page.xpath("//span[@class='Z3988']/@title")]
    titles = [(one.get("rft.atitle") or one.get("rft.btitle") or one["rft.title"])[0] for one in shown]
    assert titles == [work["title"] for work in works]
    assert all(one["ctx_ver"] == ["Z39.88-2004"] for one in shown)
    assert not page.xpath("//link[@rel='unapi-server']")
    feed = page.xpath("/html/head/link[@rel='alternate'][@type='application/atom+xml']/@href")[0]
    assert "limit" not in feed
    assert client.get(feed).headers["content-type"] == "application/atom+xml"
    assert page.xpath(f"//main//a[@href='{feed}']")


@pytest.mark.parametrize(
    "address",
    [
        "/",
        "/works/mcmullin2020citizenled/references",
        "/suggestions?concept=professional-role",
        "/people/elinor-ostrom",
        "/venues/world-development",
        "/concepts/professional-role",
        "/claims/low-professionalisation-enables",
    ],
)
def test_a_page_that_names_many_works_has_their_coins(client: httpx.Client, address: str) -> None:
    assert page_at(client, address).xpath("//span[@class='Z3988']/@title")


@pytest.mark.parametrize(
    "address", ["/", "/concepts/professional-role", "/people", "/works", "/changes", "/works/ostrom1996"]
)
def test_every_page_says_how_to_search_what_changes_and_how_it_is_previewed(client: httpx.Client, address: str) -> None:
    page = page_at(client, address)
    (search,) = page.xpath("/html/head/link[@rel='search']")
    assert search.get("type") == client.get(search.get("href")).headers["content-type"]
    feeds = page.xpath("/html/head/link[@rel='alternate'][@type='application/atom+xml']/@href")
    assert feeds[-1] == f"{client.base_url}/changes.atom"
    assert len(set(feeds)) == len(feeds)
    assert all(client.get(feed).status_code == 200 for feed in feeds)
    previewed = metas(page, "property")
    assert previewed["og:title"][0]
    assert previewed["og:url"] == [f"{client.base_url}{address}"]
    assert previewed["og:site_name"][0]
    (about,) = metas(page, "name")["description"]
    assert previewed["og:description"] == [about]
    assert about


def test_a_concept_is_described_by_its_definition(client: httpx.Client) -> None:
    definition = client.get("/concepts/professional-role").json()["definitions"]["en"]
    assert metas(page_at(client, "/concepts/professional-role"), "name")["description"] == [definition]
