"""Pages of things that were deleted: each says so, leads to what it was, and to where it can be taken back."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from commonplace.home.opening import open_home
from commonplace.home.tokens import Role
from tests.conftest import serving, settings_for
from tests.web.pages.test_pages import BROWSER

READ = [
    "/works/ostrom1996",
    "/people/elinor-ostrom",
    "/organizations/routledge",
    "/venues/policy-studies-journal",
    "/concepts/facilitator",
    "/claims/citizen-controlled-services-little-studied",
    "/cases/france-community-picnic",
]


@pytest.fixture(scope="module")
def curator(reference_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A client with a curator's token, on a home of its own with the reference set; each test deletes another thing."""
    folder = tmp_path_factory.mktemp("deleted") / "home"
    shutil.copytree(reference_home, folder)
    opened = open_home(settings_for(folder))
    with serving(opened) as client:
        client.headers["Authorization"] = f"Bearer {opened.tokens.add('Ada', Role.CURATOR)}"
        yield client


def main_of(page: httpx.Response) -> str:
    return page.text[page.text.index("<main") : page.text.index("</main>")]


@pytest.mark.parametrize("address", READ)
def test_the_page_of_a_deleted_thing_leads_to_what_it_was(curator: httpx.Client, address: str) -> None:
    was = curator.get(address, headers=BROWSER)
    curator.delete(address, params={"with_dependents": "true"}).raise_for_status()

    gone = curator.get(address, headers=BROWSER)
    assert (was.status_code, gone.status_code) == (200, 410)
    leads = re.findall(r'href="([^"]*)"', main_of(gone))
    then, history = leads[:2]
    past = curator.get(then, headers=BROWSER)
    heading = re.compile(r"<h1[^>]*>(.*?)</h1>", re.DOTALL)
    assert past.status_code == 200
    assert heading.search(past.text)[1] == heading.search(was.text)[1]  # type: ignore[index]
    told = curator.get(history, headers=BROWSER)
    assert told.status_code == 200
    deleting = re.search(r'href="(/changes/\d+)"', main_of(told))
    assert deleting
    assert "/desk/undo" in main_of(curator.get(deleting[1], headers=BROWSER))


def leads_on(client: httpx.Client, page: httpx.Response) -> tuple[str, str]:
    """Follow the links from the page of a deleted thing to its past and its history, and return both addresses."""
    then, history = re.findall(r'href="([^"]*)"', main_of(page))[:2]
    for address in (then, history):
        assert client.get(address, headers=BROWSER, follow_redirects=True).status_code == 200, address
    return then, history


def test_pages_below_a_deleted_work_lead_to_the_work_and_its_history(curator: httpx.Client) -> None:
    file = {"Content-Type": "text/plain"}
    curator.put("/works/vaneijk2014/text", content=b"Words of a page.", headers=file).raise_for_status()
    curator.delete("/works/vaneijk2014", params={"with_dependents": "true"}).raise_for_status()
    last = curator.get("/works/vaneijk2014/history").json()["version"]
    for below in ("text", "annotations", "references", "citations", "provenance"):
        address = f"/works/vaneijk2014/{below}"
        assert curator.get(address, headers={"Accept": "application/json"}).status_code == 410, below
        page = curator.get(address, headers=BROWSER)
        assert page.status_code == 410, below
        assert leads_on(curator, page) == (f"/works/vaneijk2014?at={last - 1}", "/works/vaneijk2014/history")
    for asked in ("?style=apa", "?original=true", ".bib"):
        assert curator.get(f"/works/vaneijk2014{asked}").status_code == 410, asked
    at_iri = curator.get("/id/work/vaneijk2014", headers=BROWSER)
    assert leads_on(curator, at_iri)[1] == "/works/vaneijk2014/history"


def test_the_page_of_deleted_evidence_leads_to_what_it_was_and_to_its_history(curator: httpx.Client) -> None:
    curator.delete("/evidence/co-production--needham2008").raise_for_status()
    last = curator.get("/changes").json()["version"]
    page = curator.get("/id/evidence/co-production--needham2008", headers=BROWSER)
    assert page.status_code == 410
    then, history = leads_on(curator, page)
    assert then == f"/id/evidence/co-production--needham2008?at={last - 1}"
    assert history == "/evidence/co-production--needham2008/history"


def test_what_never_was_is_not_said_to_be_deleted(curator: httpx.Client) -> None:
    page = curator.get("/works/never1900", headers=BROWSER)
    assert page.status_code == 404
    assert "?at=" not in main_of(page)


def test_a_parameter_that_a_page_does_not_have_is_named_and_can_be_left_out(curator: httpx.Client) -> None:
    page = curator.get("/works/needham2008?colour=red&style=apa", headers=BROWSER)
    assert page.status_code == 400
    main = main_of(page)
    assert "colour" in main
    assert "<input" not in main, "there is nothing to fill in"
    assert curator.get("/works/needham2008?style=apa", headers=BROWSER).status_code == 200
    assert 'href="/works/needham2008?style=apa"' in main
