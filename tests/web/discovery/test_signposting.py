"""Typed links of works, as the `signposting` package of others reads them from a server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from signposting.linkset import find_signposting_linkset
from signposting.resolver import find_signposting_http

from commonplace.web.discovery.signposting import AUTHORS, header, links_of_page
from tests.conftest import BASE
from tests.web.conftest import serving_with
from tests.web.discovery.works import PAGE, person, work

OWN = [
    {
        "id": "a/b é",
        "type": "article-journal",
        "title": "A key with a slash",
        "author": [{"family": "Ox", "given": "Ada"}, {"literal": "Ministry of Water"}],
        "DOI": "10.1002/(SICI)1097<77::AID#1>3.0",
        "URL": "https://example.org/fish and eels/é,1.pdf".replace(" ", "%20"),
    },
    {"id": "plain", "type": "book", "title": "Nothing else"},
]


@pytest.fixture(scope="module")
def own(reference_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A client of a server over a home with two works of our own beside the reference set."""
    with serving_with(OWN, reference_home, tmp_path_factory.mktemp("signposted") / "home") as client:
        yield client


def test_the_page_of_a_work_leads_to_all_that_describes_it(client: httpx.Client) -> None:
    page = f"{client.base_url}/works/ostrom1996"
    found = find_signposting_http(page)
    assert found.citeAs is not None
    assert found.citeAs.target.lower() == "https://doi.org/10.1016/0305-750x(96)00023-x"
    assert {one.target for one in found.types} == {
        "https://schema.org/AboutPage",
        "https://schema.org/ScholarlyArticle",
    }
    assert [one.target for one in found.authors] == [f"{BASE}id/person/elinor-ostrom"]
    assert not found.items
    for described in found.describedBy:
        answer = client.get(described.target, headers={"Accept": "image/png"})
        assert answer.status_code == 200, described
        assert answer.headers["content-type"].partition(";")[0] == described.type
        back = find_signposting_http(described.target)
        assert [one.target for one in back.describes] == [page]
    assert {one.target.removeprefix(page) for one in found.describedBy} == {
        *(".json", ".bib", ".ris", ".csl.json", ".ttl", ".jsonld", ".nt", ".rdf")
    }


def test_the_link_set_says_what_the_header_says_and_more(own: httpx.Client) -> None:
    page = f"{own.base_url}/works/{quote('a/b é', safe='')}"
    found = find_signposting_http(page)
    (linked,) = found.linksets
    assert linked.type == "application/linkset+json"
    listed = find_signposting_linkset(linked.target)
    here = listed.for_context(page)
    for relation in ("citeAs", "types", "authors", "describedBy", "items"):
        assert _targets(getattr(here, relation)) == _targets(getattr(found, relation)), relation
    (item,) = found.items
    assert (item.target, item.type) == ("https://example.org/fish%20and%20eels/%C3%A9,1.pdf", "application/pdf")
    back = listed.for_context(item.target).collection
    assert back is not None
    assert back.target == page
    for described in found.describedBy:
        assert [one.target for one in listed.for_context(described.target).describes] == [page]


def _targets(found: object) -> set[str]:
    several = found if isinstance(found, set | frozenset | list | tuple) else [found]
    return {str(one.target) for one in several}  # type: ignore[union-attr]


def test_a_doi_is_what_is_cited_and_an_iri_where_there_is_none(own: httpx.Client) -> None:
    strange = find_signposting_http(f"{own.base_url}/works/{quote('a/b é', safe='')}").citeAs
    assert strange is not None
    assert strange.target.lower() == "https://doi.org/10.1002/(sici)1097%3c77::aid%231%3e3.0"
    plain = find_signposting_http(f"{own.base_url}/works/plain").citeAs
    assert plain is not None
    assert plain.target == f"{BASE}id/work/plain"


@pytest.mark.parametrize("accept", ["*/*", "application/x-bibtex", "text/turtle", "application/linkset+json"])
def test_every_form_of_a_work_has_the_links_and_head_too(client: httpx.Client, accept: str) -> None:
    whole = client.get("/works/ostrom1996", headers={"Accept": accept})
    assert client.head("/works/ostrom1996", headers={"Accept": accept}).headers["link"] == whole.headers["link"]
    assert 'rel="cite-as"' in whole.headers["link"]
    assert 'rel="latest-version"' not in whole.headers["link"]


@pytest.mark.parametrize("query", ["style=apa", "original=true"])
def test_a_citation_and_an_entry_lead_to_the_work(client: httpx.Client, query: str) -> None:
    links = client.get(f"/works/ostrom1996?{query}").links
    assert links["describes"]["url"] == f"{client.base_url}/works/ostrom1996"
    assert links["linkset"]["url"] == f"{client.base_url}/works/ostrom1996.linkset.json"


def test_an_earlier_version_leads_to_forms_of_that_version_and_to_the_newest(client: httpx.Client) -> None:
    page = f"{client.base_url}/works/ostrom1996"
    answer = client.get("/works/ostrom1996?at=1")
    assert f'<{page}>; rel="latest-version"' in answer.headers["link"]
    assert f"<{page}.bib?at=1>; rel=" in answer.headers["link"]
    assert client.get(f"{page}.linkset.json?at=1").json()["linkset"][0]["anchor"] == f"{page}?at=1"
    assert client.get("/works/ostrom1996.bib?at=1").links["describes"]["url"] == f"{page}?at=1"


def test_a_work_that_is_not_there_has_no_links(client: httpx.Client) -> None:
    missing = client.get("/works/nobody1900.linkset.json")
    assert missing.status_code == 404
    assert "link" not in missing.headers


def test_a_header_has_the_first_authors_of_many() -> None:
    many = work(title="x", authors=[person(f"P{number}") for number in range(500)])
    links = links_of_page(many, PAGE)
    assert len([link for link in links if link.rel == "author"]) == 500
    text = header(links)
    assert text.count('rel="author"') == AUTHORS
    assert len(text) < 4_000
