"""The OpenSearch description, whose templates find things when they are filled in, and its suggestions."""

from __future__ import annotations

from urllib.parse import quote

import httpx

from tests.web.discovery.works import parsed

OPENSEARCH = "{http://a9.com/-/spec/opensearch/1.1/}"


def test_the_description_has_templates_that_work(client: httpx.Client) -> None:
    answer = client.get("/opensearch.xml")
    assert answer.headers["content-type"] == "application/opensearchdescription+xml"
    root = parsed(answer.content)
    assert root.tag == f"{OPENSEARCH}OpenSearchDescription"
    assert 0 < len(root.findtext(f"{OPENSEARCH}ShortName")) <= 16
    assert 0 < len(root.findtext(f"{OPENSEARCH}Description")) <= 1024
    urls = root.findall(f"{OPENSEARCH}Url")
    assert {url.get("rel") for url in urls} == {"results", "suggestions", "self"}
    for url in urls:
        filled = url.get("template").replace("{searchTerms}", quote("citizen & role"))
        assert "{" not in filled
        found = client.get(filled, headers={"Accept": url.get("type")} if url.get("type") != "text/html" else {})
        assert found.status_code == 200, filled
        if url.get("type") != "text/html":
            assert found.headers["content-type"] == url.get("type")
    assert root.find(f"{OPENSEARCH}Query").get("role") == "example"


def test_suggestions_are_four_lists_of_what_a_search_finds(client: httpx.Client) -> None:
    answer = client.get("/search/completions", params={"q": "professional role"})
    assert answer.headers["content-type"] == "application/x-suggestions+json"
    asked, titles, kinds, addresses = answer.json()
    assert asked == "professional role"
    found = client.get("/search", params={"q": "professional role", "limit": len(titles)}).json()["items"]
    assert titles == [one["title"] for one in found]
    assert kinds == [one["kind"] for one in found]
    assert 1 < len(titles) == len(addresses) <= 8
    for address, one in zip(addresses, found, strict=True):
        assert client.get(address).json()["iri"] == one["iri"]


def test_nothing_is_suggested_where_nothing_is_found(client: httpx.Client) -> None:
    assert client.get("/search/completions?q=xyzzyplugh").json() == ["xyzzyplugh", [], [], []]
    assert client.get("/search/completions?q=%20").status_code == 400
    assert client.get("/search/completions").status_code == 400
