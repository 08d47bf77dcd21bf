"""The page of a concept over HTTP: a browser gets what the API says of it, and a program the API."""

from __future__ import annotations

import html
import re
from pathlib import Path

import httpx
import pytest

from commonplace.web.pages.words.wording import unbroken
from tests.web.pages.test_pages import BROWSER

ROLE = "/concepts/professional-role"


def text_of(page: str) -> str:
    """The words of a page, without its tags, each space one."""
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page)))


def test_a_browser_gets_the_page_and_a_program_the_data(client: httpx.Client) -> None:
    page = client.get(ROLE, headers=BROWSER)
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "Accept" in page.headers["vary"]
    for accept in ("*/*", "application/json", "application/json, text/html;q=0.9", ""):
        assert client.get(ROLE, headers={"Accept": accept}).headers["content-type"] == "application/json"
    assert client.get(ROLE, headers={"Accept": "text/turtle"}).headers["content-type"].startswith("text/turtle")


def test_the_page_shows_every_work_by_what_it_says(client: httpx.Client) -> None:
    page = client.get(ROLE, headers=BROWSER).text
    words = text_of(page)
    coverage = client.get(ROLE).json()["coverage"]
    assert f"Of 35 works {coverage['discusses']} discuss it" in words
    assert f"{coverage['silent']} were read and are silent" in words
    for state in coverage:
        for work in client.get("/works", params={"discusses": "professional-role", "state": state}).json()["items"]:
            assert f'id="{work["key"]}"' in page, (state, work["key"])
            assert f'href="#{work["key"]}"' in page, "its mark on the strip"
    (strip,) = re.findall(r"<svg.*?</svg>", page, re.DOTALL)
    shapes = re.findall(r'<a href="#[^"]+" class="(\w+)"', strip)
    assert shapes.count("silent") == coverage["silent"]
    assert shapes.count("unread") == coverage["unread"]
    assert len(shapes) - shapes.count("silent") - shapes.count("unread") == coverage["discusses"]


def test_the_page_has_each_passage_and_who_judged_it(client: httpx.Client) -> None:
    words = text_of(client.get(ROLE, headers=BROWSER).text)
    for work in client.get("/works", params={"discusses": "professional-role"}).json()["items"]:
        for evidence in (e for e in work["evidence"] if e["about"] == "professional-role"):
            assert re.sub(r"\s+", " ", evidence["quote"]) in words
            assert f"{evidence['directness']}, {evidence['certainty']} certainty" in words


def test_the_page_of_a_version_says_that_it_is_past_and_links_to_the_past(client: httpx.Client) -> None:
    now = client.get(ROLE, headers=BROWSER).text
    assert "This is the past" not in now
    assert client.get(ROLE, params={"at": 1}, headers=BROWSER).text == now, "version 1 is the newest here"


def test_a_page_that_a_browser_has_is_not_sent_again(client: httpx.Client) -> None:
    page = client.get(ROLE, headers=BROWSER)
    again = client.get(ROLE, headers={**BROWSER, "If-None-Match": page.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    policy = again.headers.get("content-security-policy", page.headers["content-security-policy"])
    assert policy == page.headers["content-security-policy"], "a browser takes it for the page that it kept"
    other = client.get(ROLE, headers={**BROWSER, "Accept-Language": "fr", "If-None-Match": page.headers["etag"]})
    assert other.status_code == 200
    assert '<html lang="fr">' in other.text


def test_the_language_is_that_which_the_reader_chose(client: httpx.Client) -> None:
    chosen = client.get("/language/fr", params={"back": ROLE}, follow_redirects=False)
    assert (chosen.status_code, chosen.headers["location"]) == (303, ROLE)
    assert "HttpOnly" in chosen.headers["set-cookie"]
    page = client.get(ROLE, headers={**BROWSER, "Cookie": "language=fr", "Accept-Language": "en"})
    assert '<html lang="fr">' in page.text
    for away in (
        "//elsewhere.example/",
        "/\\elsewhere.example/",
        "/\t/elsewhere.example/",
        "https://elsewhere.example/",
    ):
        answer = client.get("/language/fr", params={"back": away}, follow_redirects=False)
        assert answer.headers["location"] == "/", away
    client.cookies.clear()


def test_what_is_not_there_is_a_page_to_a_browser(client: httpx.Client) -> None:
    page = client.get("/concepts/nobody-knows", headers=BROWSER)
    assert page.status_code == 404
    assert page.headers["content-type"].startswith("text/html")
    assert "nobody-knows" in page.text
    unknown = client.get(ROLE, params={"colour": "blue"}, headers=BROWSER)
    assert unknown.status_code == 400
    assert "colour" in unknown.text


def test_every_word_of_the_templates_can_be_translated(client: httpx.Client) -> None:
    """What a template says between tags goes through the catalogue: no sentence stays behind in another language."""
    folder = Path(__file__).parents[3] / "app/commonplace/web/pages/templates"
    programmed = re.compile(r"{% trans.*?{% endtrans %}|{#.*?#}|{%.*?%}|{{.*?}}", re.DOTALL)
    tags = r"<[^>]*>|<!--.*?-->"
    named = {
        "SHA",
        "DOI",
        "ISBN",
        "ISSN",
        "Quads",
        "BibTeX",
        "RIS",
        "CSL-JSON",
        "Turtle",
        "JSON-LD",
        "JSON",
        "OpenAPI",
        "SPARQL",
        "PRISMA",
        "Commonplace",
    }
    for template in folder.rglob("*.html"):
        if template.name in ("docs.html", "sparql.html") or template.parent.name == "desk":
            continue  # programs, and the librarian's pages, in English
        bare = programmed.sub(" ", template.read_text())  # first: there may be a > in it, within a tag
        bare = re.sub(r"<(script|code|kbd)\b.*?</\1>", " ", bare, flags=re.DOTALL)
        bare = re.sub(r'\b[a-z-]+="[^"]*"', " ", bare)  # of a macro that writes attributes
        left = re.findall(r"[A-Za-zÀ-ÿ]{2,}(?:-[A-Z]+)?", html.unescape(re.sub(tags, " ", bare, flags=re.DOTALL)))
        assert set(left) <= named, f"{template.name}: {sorted(set(left) - named)}"


@pytest.mark.parametrize(
    ("heading", "whole"),
    [
        ("<h1>Co-production &amp; self-help</h1>", ["Co-production", "self-help"]),
        ('<h2 id="a-b"><a href="/works/x-y">on citizen-led work</a></h2>', ["citizen-led"]),
        ("<h1>An up-to-date list</h1>", ["up-to-date"]),
        ("<h1>Counter-revolutionaries – 1990-2000-</h1>", []),
        ("<p>co-production</p><h1>Roles</h1><p>self-help</p>", []),
    ],
)
def test_a_heading_ends_no_line_within_a_short_word_with_a_hyphen(heading: str, whole: list[str]) -> None:
    made = unbroken(heading)
    assert re.findall(r'<span class="whole">([^<]+)</span>', made) == whole
    assert re.sub(r'<span class="whole">([^<]+)</span>', r"\1", made) == heading
