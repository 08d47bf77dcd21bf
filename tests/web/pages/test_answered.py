"""The pages of answers over HTTP: each shows what the API answers at its address, at every version, also a refusal."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

import httpx
import pytest

from commonplace.home.opening import open_home
from commonplace.home.tokens import Role
from commonplace.model.change import Version
from commonplace.web.pages.rendering import environment
from commonplace.web.pages.words.sentences import reasons_words
from tests.conftest import serving, settings_for
from tests.web.api.near_duplicates import NEAR_DUPLICATE
from tests.web.pages.test_headings import text_of
from tests.web.pages.test_pages import BROWSER

ADDRESSES = (
    "/search?q=facilitator",
    "/search?q=xylophones",
    "/find?quote=role+of+professionals",
    "/suggestions?concept=professional-role",
    "/changes",
    "/changes/1",
    "/changes/2",
    "/changes/diff?from=1",
    "/changes/diff?from=1&to=1",
    "/works/ostrom1996/history",
    "/works/ostrom1996/history?at=1",
    "/works/ostrom1996/diff?from=1",
    "/works/ostrom1996/provenance",
    "/works/mcmullin2020citizenled/references",
    "/works/ostrom1996/citations",
    "/concepts/facilitator/history",
    "/evidence/professional-role--ostrom1996/history",
    "/id/evidence/professional-role--ostrom1996",
    "/queries",
    "/queries/works-discussing?concept=professional-role",
    "/queries/citation-path?from=mcmullin2025lead&to=ostrom1996",
    "/queries/gap-map",
    "/queries/most-cited?limit=5",
    "/pins",
    "/pins/3",
    "/pins/3/answer",
    "/pins/3/difference",
    "/prisma",
    "/screenings",
    "/imports/4",
    "/imports/jobs",
    "/queues",
    "/queues/no-abstract",
    "/queues/facts-in-doubt?limit=2",
    "/queues/proposed-evidence",
    "/queues/never-read/done",
    "/duplicates",
    "/duplicates?proposes=relation",
)


@pytest.fixture(scope="module")
def edited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A library with an edit (version 2), a pinned answer (3), and an import with a loss and a failure (4)."""
    home = open_home(settings_for(tmp_path_factory.mktemp("edited") / "home"))
    token = home.tokens.add("librarian", Role.CURATOR)
    entries = "@book{selborne1789, title={Selborne}, year={1789}, foo={?}}\n@book{broken, title={x}"
    entries = NEAR_DUPLICATE + entries
    with serving(home) as client:
        client.headers["Authorization"] = f"Bearer {token}"
        merge = {"Content-Type": "application/merge-patch+json"}
        client.patch("/works/ostrom1996", content='{"note": "A note <of> ours"}', headers=merge).raise_for_status()
        client.post("/pins", json={"address": "/works?year=..1996"}).raise_for_status()
        sent = client.post("/imports", content=entries, headers={"Content-Type": "application/x-bibtex"})
        assert sent.json()["version"] == 4
        del client.headers["Authorization"]
        yield client


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_page_shows_what_is_answered(edited: httpx.Client, address: str) -> None:
    answer = edited.get(address)
    page = edited.get(address, headers=BROWSER)
    assert page.headers["content-type"].startswith("text/html"), page.text[:200]
    assert page.status_code == answer.status_code == 200
    assert page.headers.get("link") == answer.headers.get("link")
    words = text_of(page.text)
    found = answer.json()
    for text in _texts(found):
        said = _NAMED_BY_KEY.sub("“Crossing the Great Divide", text)
        said = _ASKED_AT.sub("“Works: year ..1996”", said)
        said = _WITHOUT_NAME.sub("a file without a name:", said)
        assert re.sub(r"\s+", " ", said) in words, text
    if isinstance(found, dict) and "total" in found:
        assert f"{found['total']}" in words or not found["items"]


_NAMED_BY_KEY = re.compile(r"(?<=^work )ostrom1996.*")
"""A key in the line of a version, and what follows it: a page has the name of the thing there."""

_ASKED_AT = re.compile(r"(?<=^the answer of version 2 to )/works\?year=..1996$")
"""The address of a pinned answer in the line of its version: a page says in words what was asked."""


_WITHOUT_NAME = re.compile(r"^upload:")
"""What came without the name of a file: a page says so in words."""


def _texts(answer: object) -> Iterator[str]:
    """The words of an answer that a reader looks for: titles, messages, notes and quotes, wherever they stand."""
    if isinstance(answer, list):
        for one in answer:
            yield from _texts(one)
    elif isinstance(answer, dict):
        if {"learnt", "kind", "evidence"} <= answer.keys() or answer.get("kind") == "work":
            yield answer.get("title", "")
            yield answer.get("words", "")
            return
        for name, value in answer.items():
            if name in ("title", "message", "words", "question", "label", "asks") and isinstance(value, str):
                yield value
            elif name in ("items", "fields", "work", "sources"):
                yield from _texts(value)


@pytest.mark.parametrize("address", ADDRESSES)
def test_the_links_of_a_page_hold(edited: httpx.Client, address: str) -> None:
    page = edited.get(address, headers=BROWSER).text
    main = page[page.index("<main") : page.index("</main>")]
    for link in sorted({html.unescape(link) for link in re.findall(r'href="(/[^"]*)"', main)})[:15]:
        there = edited.get(link, headers=BROWSER, follow_redirects=True)
        assert there.status_code == 200, link


def test_a_pair_is_shown_field_by_field_with_the_reasons(edited: httpx.Client) -> None:
    (pair,) = edited.get("/duplicates").json()["items"]
    assert edited.get(f"/duplicates/{pair['id']}").json() == pair
    page = edited.get(f"/duplicates/{pair['id']}", headers=BROWSER)
    french = text_of(edited.get(f"/duplicates/{pair['id']}", headers={**BROWSER, "Accept-Language": "fr"}).text)
    assert reasons_words(pair["reasons"], "fr").casefold() in french.casefold()
    assert pair["reasons"][0] not in french
    assert page.status_code == 200
    words = text_of(page.text)
    assert reasons_words(pair["reasons"], "en").casefold() in words.casefold()
    assert pair["score"] > 99.5
    assert "is more than 99 in a hundred" in words
    assert "plus de 99 chances sur cent" in french
    for link in pair["works"]:
        work = edited.get(f"/works/{link['key']}").json()
        assert work["title"] in words
        assert work["container_title"] in words
    assert f'href="/duplicates/{pair["id"]}"' in edited.get("/duplicates", headers=BROWSER).text
    assert edited.get("/duplicates/none", headers=BROWSER).status_code == 404


def test_an_import_is_listed_and_shown_with_its_receipt(edited: httpx.Client) -> None:
    listed = edited.get("/imports/jobs")
    (job,) = listed.json()["items"]
    assert listed.headers["cache-control"] == "no-store"
    assert (job["state"], job["done"], job["receipt"]) == ("done", 4, "/imports/4")
    there = edited.get(f"/imports/jobs/{job['id']}", headers=BROWSER)
    assert there.headers["cache-control"] == "no-store", "it changes without a version"
    assert "The import is done." in text_of(there.text)
    assert 'href="/imports/4"' in there.text
    assert job["file"] == "upload"
    assert "a file without a name" in text_of(edited.get("/imports/jobs", headers=BROWSER).text)
    receipt = edited.get(f"/imports/jobs/{job['id']}/receipt", headers=BROWSER)
    assert "selborne1789" in text_of(receipt.text)
    assert edited.get("/imports/jobs/none", headers=BROWSER).status_code == 404


@pytest.mark.parametrize(
    ("address", "status", "said"),
    [
        ("/find?quote=x", 400, "quote"),
        ("/search?q=a&colour=blue", 400, "colour"),
        ("/suggestions?concept=nobody", 400, "nobody"),
        ("/queries/works-discussing?concept=nobody", 400, "nobody"),
        ("/changes/99", 404, "99"),
        ("/works/nobody/history", 404, "nobody"),
        ("/works/ostrom1996/history?at=99", 404, "99"),
        ("/pins/9", 404, "9"),
        ("/imports/1", 404, "1"),
        ("/id/evidence/nobody", 404, "nobody"),
        ("/queries/nobody", 404, "nobody"),
        ("/queries/nobody?concept=x", 404, "nobody"),
    ],
)
def test_a_refusal_is_a_page_that_says_why(edited: httpx.Client, address: str, status: int, said: str) -> None:
    page = edited.get(address, headers=BROWSER)
    assert page.status_code == status
    assert page.headers["content-type"].startswith("text/html")
    assert said in text_of(page.text)


def test_a_version_and_its_state_are_pages_of_the_past(edited: httpx.Client) -> None:
    page = edited.get("/works/ostrom1996?at=1", headers=BROWSER)
    assert "This is the past: version 1" in text_of(page.text)
    assert "A note" not in page.text
    now = edited.get("/works/ostrom1996", headers=BROWSER).text
    assert "This is the past" not in now
    assert "A note &lt;of&gt; ours" in now


def test_an_identifier_leads_a_browser_to_the_page(edited: httpx.Client) -> None:
    answer = edited.get("/id/work/ostrom1996", headers=BROWSER, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/works/ostrom1996")


def test_the_passage_of_evidence_is_marked_in_its_text(edited: httpx.Client) -> None:
    works = edited.get("/works?discusses=professional-role&limit=5").json()["items"]
    exact = [e for work in works for e in work["evidence"] if e.get("quote_check") == "exact"]
    assert len(exact) > 5
    for evidence in exact:
        page = edited.get(f"/id/evidence/{evidence['id']}", headers=BROWSER).text
        assert evidence["quote"] in map(html.unescape, re.findall(r"<mark>([^<]*)</mark>", page)), evidence["id"]


def test_a_search_that_finds_nothing_offers_it_without_each_word(edited: httpx.Client) -> None:
    page = edited.get("/search?q=facilitator+xylophones&kind=concept", headers=BROWSER)
    assert "0 things were found" in page.text
    assert "Without “facilitator”" not in page.text, "nothing has the other word either"
    _, _, rest = page.text.partition('<a href="/search?q=facilitator&amp;kind=concept">Without “xylophones”</a>')
    number = edited.get("/search?q=facilitator&kind=concept").json()["total"]
    assert re.search(rf">{number} things? w(as|ere) found<", rest)
    assert "Without “" not in edited.get("/search?q=xylophones", headers=BROWSER).text


@pytest.mark.parametrize("address", ["/search", "/find", "/suggestions", "/changes/diff"])
def test_an_address_without_what_it_needs_asks_a_browser_for_it(edited: httpx.Client, address: str) -> None:
    assert edited.get(address).status_code == 400, "a program is told"
    page = edited.get(address, headers=BROWSER)
    assert page.status_code == 200
    main = page.text[page.text.index("<main") :]
    assert f'<form class="filters" action="{address}" method="get">' in main
    names = re.findall(r'<(?:input|textarea)[^>]* name="(\w+)"[^>]* required', main)
    given = {"q": "facilitator", "quote": "the great divide", "concept": "facilitator", "from": "1"}
    asked = edited.get(address, params={name: given[name] for name in names}, headers=BROWSER, follow_redirects=True)
    assert (len(names), asked.status_code) == (1, 200)
    assert edited.get(f"{address}?{names[0]}=", headers=BROWSER).headers["location"] == address


def test_what_differs_of_a_thing_since_no_version_is_its_history(edited: httpx.Client) -> None:
    led = edited.get("/works/ostrom1996/diff", headers=BROWSER)
    assert (led.status_code, led.headers["location"]) == (303, "/works/ostrom1996/history")


def test_a_pin_without_a_title_is_called_by_what_was_asked(edited: httpx.Client) -> None:
    for address in ("/pins", "/pins/3", "/changes/diff?from=2&to=3"):
        assert "Works: year ..1996" in edited.get(address, headers=BROWSER).text
    french = edited.get("/pins/3", headers={**BROWSER, "Accept-Language": "fr"}).text
    assert ">Œuvres: année ..1996</h1>" in french


def test_a_difference_says_between_what_it_is_and_how_it_is_cited(edited: httpx.Client) -> None:
    pin = edited.get("/pins/3").json()
    page = edited.get("/pins/3/difference", headers=BROWSER).text
    main = page[page.index("<main") : page.index("</main>")]
    newest = edited.get("/pins/3/difference").json()["version"]
    assert f"“Works: year ..1996”, at version {pin['asked_version']} and at version {newest}." in main
    cited = re.search(r'<p id="citation">(.*?)</p>', main, re.DOTALL)
    assert cited
    assert html.unescape(cited[1]).startswith(pin["citation"])
    then = re.search(r"/pins/3/difference\?at=\d+", cited[1])
    assert then
    assert edited.get(then[0], headers=BROWSER).status_code == 200


def test_the_same_question_is_asked_of_an_earlier_version_from_its_page(edited: httpx.Client) -> None:
    page = edited.get("/works?year=..1996", headers=BROWSER).text
    form = re.search(r"<form[^>]*>(?:(?!</form>).)*name=\"at\".*?</form>", page, re.DOTALL)
    assert form
    assert '<input type="hidden" name="year" value="..1996">' in form[0]
    assert 'action="/works"' in form[0]
    assert 'name="at"' not in edited.get("/works?q=professionals", headers=BROWSER).text, "a search has no past"


def test_a_search_keeps_its_words_and_what_it_found_can_be_taken_along(edited: httpx.Client) -> None:
    page = edited.get("/search?q=professional+roles&kind=work", headers=BROWSER).text
    assert re.search(r'<input[^>]*id="site-q"[^>]*value="professional roles"', page)
    assert re.search(r'kind=work" aria-current="page"', page)
    links = [html.unescape(link) for link in re.findall(r'href="([^"]+)"', page)]
    (bib,) = [link for link in links if link.startswith("/export?format=bibtex&q=")]
    found = edited.get("/search?q=professional+roles&kind=work&limit=50").json()["items"]
    assert edited.get(bib).text.count("\n@") + 1 == len(found)


def test_evidence_that_differs_is_called_by_its_work_and_what_it_is_about(edited: httpx.Client) -> None:
    evidence = edited.get("/works/boyle2009").json()["evidence"]
    (key,) = [one["id"] for one in evidence if one["about"] == "professional-role"]
    for address in (f"/evidence/{key}/history", f"/evidence/{key}/diff?from=1"):
        assert "Boyle and Harris 2009: role of professionals" in edited.get(address, headers=BROWSER).text
    french = edited.get(f"/evidence/{key}/history", headers={**BROWSER, "Accept-Language": "fr"}).text
    assert "Boyle et Harris 2009: rôle des professionnels" in french


def test_what_differs_is_named_without_a_past_state_of_the_library(
    edited: httpx.Client, past_states: list[Version]
) -> None:
    """Each would cost what was changed since, for anybody who asks: a thing has a history of its own."""
    evidence = edited.get("/works/boyle2009").json()["evidence"]
    (key,) = [one["id"] for one in evidence if one["about"] == "professional-role"]
    for path, query in (
        (f"/evidence/{key}/diff", "from=1&to=2"),
        ("/works/ostrom1996/diff", "from=1"),
        ("/changes/diff", "from=1&to=2"),
        ("/changes/diff", "from=2&to=1"),
    ):
        page = edited.get(f"{path}?{query}", headers=BROWSER)
        assert page.status_code == 200
        assert page.headers["content-type"].startswith("text/html")
    assert past_states == []


def test_a_question_shows_no_column_that_repeats_another(edited: httpx.Client) -> None:
    page = edited.get("/queries/works-discussing?concept=professional-role", headers=BROWSER).text
    table = page.partition("<aside")[0]
    heads = [*re.findall(r'<th scope="col"[^>]*>([^<]+)</th>', table), *re.findall(r"<dt>([^<]+)</dt>", table)]
    assert {"Work", "Year", "Quote", "Concept or claim", "Evidence"} <= set(heads)
    assert not {"Concept", "Key", "Title", "Label of the concept"} & set(heads)
    assert "Boyle and Harris 2009: role of professionals</a>" in page, "evidence in words"
    rows = re.findall(r'<tr><th scope="row">.*?</tr>', page, re.DOTALL)
    beside = table.count('<th scope="col"')
    assert {row.count("<td") for row in rows} == {beside}, "the last cell has what is folded"
    cited = edited.get("/queries/most-cited", headers=BROWSER).text
    assert re.search(r'<th scope="col"[^>]*>[^<]*[Cc]it', cited), "numbers that are alike stay"
    assert "facilitator" in page, "narrower concepts keep their names"


def test_what_came_into_a_pinned_answer_is_called_by_its_title(edited: httpx.Client) -> None:
    page = edited.get("/pins/3/difference", headers=BROWSER).text
    assert '<strong>added</strong> <a href="/works/selborne1789">Selborne</a>' in page
    assert "/id/work/selborne1789" not in text_of(page.partition("<details>")[0])


def test_evidence_quoted_from_another_work_names_that_by_its_title(edited: httpx.Client) -> None:
    evidence = [one for one in edited.get("/works/tuurnas2015").json()["evidence"] if "quoted_from" in one]
    assert evidence
    one = evidence[0]
    assert one["quoted_from_title"] == edited.get(f"/works/{one['quoted_from']}").json()["title"]
    for address in (f"/id/evidence/{one['id']}", f"/{one['about_type']}s/{one['about']}", "/works/tuurnas2015"):
        page = edited.get(address, headers=BROWSER).text
        words = text_of(page.partition("<main")[2].partition("</main>")[0])
        assert f"{one['locator']} of {one['quoted_from_title']}" in words, address
        assert f">{one['quoted_from']}<" not in page, address


@pytest.mark.parametrize(
    ("score", "words"),
    [(0.9, "less than 1"), (1.0, "1"), (63.4, "63"), (99.4, "99"), (99.6, "more than 99")],
)
def test_a_chance_is_never_rounded_to_what_is_sure(score: float, words: str) -> None:
    template = environment("en").from_string("{{ score | in_a_hundred }}")
    assert template.render(score=score, language="en") == words
