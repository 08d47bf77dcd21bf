"""Pages of what was done: merges, decisions, versions. They name things, and have words where the data have codes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from commonplace.home.opening import Home, open_home
from commonplace.home.tokens import Role
from tests.conftest import serving, settings_for
from tests.web.pages.raw_codes import raw_codes
from tests.web.pages.test_headings import text_of
from tests.web.pages.test_pages import BROWSER

TWICE = """@article{reed1999, author = {Reed, Ada}, title = {Tides of the harbour}, year = {1999}, publisher = {Quay}}
@article{reed1999b, author = {Reed, Ada}, title = {Tides of the Harbour, revisited}, year = {1999}, doi = {10.1/tides}}
@misc{nameless, note = {A slip of paper}}
"""
FRENCH = {**BROWSER, "Accept-Language": "fr"}


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A library with an import (version 2), a merge (3), a decision (4), two pins (5, 6), an edit (7), evidence (8)."""
    home = open_home(settings_for(tmp_path_factory.mktemp("kept") / "home"))
    token = home.tokens.add("Ada", Role.CURATOR)
    with serving(home) as client:
        client.headers["Authorization"] = f"Bearer {token}"
        bibtex, merge = {"Content-Type": "application/x-bibtex"}, {"Content-Type": "application/merge-patch+json"}
        client.post("/imports", content=TWICE, headers=bibtex).raise_for_status()
        client.post("/merges", json={"keep": "reed1999", "from": "reed1999b"}).raise_for_status()
        screened = {"work": "needham2008", "stage": "title-abstract", "verdict": "exclude", "reason": "off topic"}
        client.post("/screenings", json=screened).raise_for_status()
        client.post("/pins", json={"address": "/works?discusses=mediator-role"}).raise_for_status()
        client.post("/pins", json={"address": "/works?discusses=facilitator"}).raise_for_status()
        path, change = "/works/bakker2012", {"alternative_titles": ["Initiatives of citizens"]}
        client.patch(path, json=change, headers=merge).raise_for_status()
        silent = {"work": "nameless", "about": "low-professionalisation-enables", "state": "silent", "certainty": "low"}
        client.post("/evidence", json=silent).raise_for_status()
        del client.headers["Authorization"]
        yield client


def read(client: httpx.Client, address: str, headers: dict[str, str] = BROWSER, status: int = 200) -> str:
    page = client.get(address, headers=headers)
    assert page.status_code == status, address
    return page.text


def main_of(page: str) -> str:
    return page[page.index("<main") : page.index("</main>")]


def test_the_record_of_a_merge_is_a_table_of_its_fields(kept: httpx.Client) -> None:
    page = read(kept, "/merges/3")
    assert not raw_codes(page)
    assert "{&#34;" not in page[page.index("<main") :]
    assert "[]" not in main_of(page)
    words = text_of(main_of(page))
    assert "Tides of the Harbour, revisited was merged into Tides of the harbour" in words
    assert "Publisher Quay nothing the other has none" in words
    assert re.search(r"<del>Tides of the ([Hh])arbour[^<]*</del>", page), "the value that was not taken"
    assert 'href="/desk/merges/3"' in page
    french = text_of(main_of(read(kept, "/merges/3", FRENCH)))
    assert "l’autre n’en a pas" in french
    assert "the other" not in french


def test_a_decision_names_its_work_and_its_stage(kept: httpx.Client) -> None:
    page = main_of(read(kept, "/screenings"))
    assert ">needham2008<" not in page
    assert "Needham 2008: Realising the Potential" in text_of(page)
    assert re.search("<td[^>]*>title and abstract</td>", page)
    assert ">titre et résumé</td>" in read(kept, "/screenings", FRENCH)


@pytest.mark.parametrize("address", ["/changes/2", "/imports/2"])
def test_what_never_changes_is_no_page_of_the_past(kept: httpx.Client, address: str) -> None:
    assert "This is the past" not in read(kept, address)
    assert "This is the past" in read(kept, "/works?at=2")


def test_a_pin_is_told_of_by_what_was_asked(kept: httpx.Client) -> None:
    page = read(kept, "/changes")
    assert "the answer of version 4 to “Works: discusses mediator”" in page
    assert "/works?discusses=" not in text_of(page)
    assert "Works: discusses mediator" in read(kept, "/"), "so does the front page"


def test_what_changed_since_a_pin_is_named(kept: httpx.Client) -> None:
    page = main_of(read(kept, "/pins/6/difference"))
    assert "Citizens’ Initiatives: How Local Governments Fill their Facilitative Role</a>" in page
    assert ">bakker2012<" not in page


@pytest.mark.parametrize("address", ["/concepts/facilitator", "/claims/low-professionalisation-enables"])
def test_a_work_of_nobody_and_no_year_begins_with_its_title(kept: httpx.Client, address: str) -> None:
    item = re.search(r'<li id="nameless">(.*?)</li>', read(kept, address))
    assert item
    assert text_of(item[1]).strip() == "nameless"


def test_a_text_that_was_kept_and_taken_away_is_told_with_its_work(opened: Home, home: Path) -> None:
    token = (home / "token").read_text().strip()
    with serving(opened) as client:
        client.headers["Authorization"] = f"Bearer {token}"
        text, plain = "A page of words.", {"Content-Type": "text/plain"}
        client.put("/works/needham2008/text", content=text, headers=plain).raise_for_status()
        client.delete("/works/needham2008/text").raise_for_status()
        del client.headers["Authorization"]
        for address in ("/works/needham2008/history", "/changes", "/"):
            words = text_of(main_of(read(client, address)))
            assert re.search(r"the text of the work “[^”]*Realising the Potential[^”]*” kept, pages: 1", words)
            assert re.search(r"the text of the work “[^”]*Realising the Potential[^”]*” taken away", words)


def test_a_history_has_no_prefix_of_an_ontology(kept: httpx.Client) -> None:
    page = main_of(read(kept, "/concepts/facilitator/history"))
    words = text_of(page).lower()
    assert "class" in words
    assert not [prefix for prefix in ("skos:", "dcterms:", "cp:", "rdf:") if prefix in words]
    assert "dans le schéma" in text_of(read(kept, "/concepts/facilitator/history", FRENCH)).lower()


def test_a_question_without_a_value_asks_for_it(kept: httpx.Client) -> None:
    page = main_of(read(kept, "/queries/co-authors"))
    assert re.search(r'<input name="person" value="" required', page)
    assert "Cite this answer" not in page
    assert kept.get("/queries/co-authors").status_code == 400, "a program is told what is missing"
    half = main_of(read(kept, "/queries/citation-path?from=mcmullin2022lead"))
    assert 'name="from" value="mcmullin2022lead"' in half, "what was given stays"


def test_numbers_stand_under_their_heads(kept: httpx.Client) -> None:
    page = read(kept, "/queries/most-cited")
    heads = re.findall(r'<th scope="col"( class="number")?>', page)
    first = re.search(r"<tbody>\s*<tr>(.*?)</tr>", page, re.DOTALL)
    assert first
    cells = re.findall(r'<(?:td|th scope="row")( class="number")?', first[1])
    assert heads == cells
    assert ' class="number"' in heads


@pytest.mark.parametrize("address", ["/queries/facts-in-doubt", "/queues/facts-in-doubt"])
def test_a_record_that_has_no_name_is_not_called_by_its_key(kept: httpx.Client, address: str) -> None:
    page = main_of(read(kept, address))
    assert ">its record</a>" in page
    assert not re.search(r">[a-z]+\d{4}\w*--\w+</a>", page)


def test_a_cell_of_many_keys_is_cut_and_the_page_says_so(tmp_path_factory: pytest.TempPathFactory) -> None:
    home = open_home(settings_for(tmp_path_factory.mktemp("many") / "home", reference_set=None))
    entries = "".join(f"@misc{{harbour{number:04}, title = {{T}}, year = {{1999}}}}\n" for number in range(90))
    with serving(home) as client:
        headers = {"Authorization": f"Bearer {home.tokens.add('Ada', Role.CURATOR)}"}
        client.post("/imports", content=entries, headers={**headers, "Content-Type": "application/x-bibtex"})
        page = main_of(read(client, "/queries/works-by-year"))
        assert "Long cells are cut here" in page
        assert page.count("harbour0") < 60
        assert client.get("/queries/works-by-year.csv").text.count("harbour0") == 90
        assert "Long cells" not in read(client, "/queries/most-cited")


@pytest.fixture(scope="module")
def decided(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A library into which a file of decisions was taken (version 2)."""
    home = open_home(settings_for(tmp_path_factory.mktemp("decided") / "home"))
    table = "key,title,included\nbovaird2007,,0\nbakker2012,,1\n,A title that nobody has,1\n"
    headers = {"Content-Type": "text/csv", "Authorization": f"Bearer {home.tokens.add('Ada', Role.CURATOR)}"}
    asked = "/decisions?concept=professional-role&stage=title-abstract"
    with serving(home) as client:
        client.post(asked, content=table, headers=headers).raise_for_status()
        yield client


def test_the_receipt_of_decisions_names_works_and_leads_to_the_evidence_that_holds_otherwise(
    decided: httpx.Client,
) -> None:
    page = main_of(read(decided, "/decisions/2"))
    told = text_of(page)
    assert "A file without a name: 3 records." in told
    assert "Bovaird 2007: Beyond Engagement and Participation" in told
    assert 'href="/id/evidence/professional-role--bovaird2007">The evidence</a>' in page
    for raw in ("upload", "bovaird2007", "--"):
        assert raw not in told, raw


def test_the_flow_of_a_review_says_how_many_works_wait_for_what(decided: httpx.Client) -> None:
    told = text_of(main_of(read(decided, "/prisma")))
    assert re.search(r"\d+ works: nobody has decided whether these are kept\.", told), told
