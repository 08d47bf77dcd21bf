"""Pages of a library with nothing in it: each says so, and where to go from there."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

import httpx
import pytest

from commonplace.home.opening import open_home
from commonplace.home.tokens import Role
from tests.conftest import serving, settings_for
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
        "/prisma",
        "/queries/most-cited",
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


def test_the_first_page_names_only_questions_that_can_be_asked(empty: httpx.Client) -> None:
    page = empty.get("/", headers=BROWSER).text
    listed = page[page.index("Questions to ask") :]
    rows = re.findall(r"<li>(.*?)</li>", listed[: listed.index("</ul>")], re.DOTALL)
    assert rows
    assert all(row.startswith('<a href="/queries/') for row in rows)
    assert '<a href="/queries">See them all</a>' in page
    asked = empty.get("/queries/works-discussing", headers=BROWSER)
    assert asked.status_code == 200
    assert 'name="concept"' in asked.text


@pytest.mark.parametrize(
    ("address", "leads"), [("/works/l1/references", "/desk/import"), ("/timeline", "/desk/new/concept")]
)
def test_a_library_of_one_work_says_what_to_do(
    tmp_path_factory: pytest.TempPathFactory, address: str, leads: str
) -> None:
    home = open_home(settings_for(tmp_path_factory.mktemp("one") / "home", reference_set=None))
    with serving(home) as client:
        token = {
            "Authorization": f"Bearer {home.tokens.add('Ada', Role.CURATOR)}",
            "Content-Type": "application/x-bibtex",
        }
        client.post("/imports", content="@misc{l1, title = {A light}, year = {1999}}", headers=token).raise_for_status()
        page = client.get(address, headers=BROWSER).text
    said = "".join(re.findall(r'<p class="nothing">(.*?)</p>', page, re.DOTALL))
    assert f'href="{leads}"' in said


@pytest.mark.parametrize("address", ["/search?q=lighthouse", "/find?quote=a+lighthouse+keeper", "/queries/case-table"])
def test_what_finds_nothing_in_a_library_of_nothing_leads_to_an_import(empty: httpx.Client, address: str) -> None:
    page = empty.get(address, headers=BROWSER).text
    said = "".join(re.findall(r'<p class="nothing">(.*?)</p>', page, re.DOTALL))
    assert 'href="/desk/import"' in said


NOTHING_FOUND = ("/search?q=lighthouse", "/find?quote=a+lighthouse+keeper", "/queries/most-cited")


@pytest.fixture(scope="module")
def emptied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A client of a library whose only import was undone."""
    opened = open_home(settings_for(tmp_path_factory.mktemp("emptied") / "home", reference_set=None))
    with serving(opened) as client:
        client.headers["Authorization"] = f"Bearer {opened.tokens.add('Ada', Role.CURATOR)}"
        entry = "@book{ferry1970, author = {Stoke, Una}, title = {Ferries and tides}, year = {1970}}"
        client.post("/imports", content=entry, headers={"Content-Type": "application/x-bibtex"}).raise_for_status()
        for address in NOTHING_FOUND:
            assert "The library has no works yet." not in client.get(address, headers=BROWSER).text
        client.post(f"/changes/{client.get('/changes').json()['version']}/undo").raise_for_status()
        yield client


@pytest.mark.parametrize("address", NOTHING_FOUND)
def test_a_library_whose_works_are_gone_again_leads_to_an_import(emptied: httpx.Client, address: str) -> None:
    page = emptied.get(address, headers=BROWSER)
    assert page.status_code == 200
    nothing = re.findall(r'<p class="nothing">(.*?)</p>', page.text, re.DOTALL)
    assert nothing == ['The library has no works yet. <a href="/desk/import">Import works</a>']
