"""The pages for people over HTTP: which is served when, what they may load, and how they do without the front end."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest

from commonplace.web.pages import rendering

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


@pytest.fixture(params=[True, False], ids=["built", "bare"])
def built(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether the front end is there."""
    marker = tmp_path / "LICENSES.txt"
    if request.param:
        marker.write_text("licences")
    monkeypatch.setattr(rendering, "BUILT", marker)
    return bool(request.param)


def test_a_browser_gets_the_editor_and_a_program_the_description(client: httpx.Client, built: bool) -> None:
    page = client.get("/sparql", headers=BROWSER)
    assert page.headers["content-type"].startswith("text/html")
    assert "Accept" in page.headers["vary"]
    assert ("The editor is not installed here" in page.text) is not built
    assert ("/static/vendor/yasqe.min.js" in page.text) is built
    for accept in ("*/*", "text/turtle", ""):
        assert client.get("/sparql", headers={"Accept": accept}).headers["content-type"].startswith("text/turtle")


def test_the_editor_has_the_header_and_the_footer_of_every_page(client: httpx.Client, built: bool) -> None:
    front, page = (client.get(address, headers=BROWSER).text for address in ("/works", "/sparql"))
    for start, end in (('<header class="site">', "</header>"), ("<ul>\n    <li>", "</footer>")):
        shown = [re.sub(r"back=[^&\"]*", "", text[text.index(start) : text.index(end)]) for text in (front, page)]
        assert shown[0] == shown[1]
    assert len(re.findall("<h1", page)) == len(re.findall("<main", page)) == 1


def test_the_form_of_the_page_works_without_a_script(client: httpx.Client, built: bool) -> None:
    page = client.get("/sparql", headers=BROWSER).text
    (query,) = re.findall(r'<textarea id="query" name="query"[^>]*>([^<]*(?:&lt;[^<]*)*)</textarea>', page)
    text = query.replace("&lt;", "<").replace("&gt;", ">")
    answer = client.get("/sparql", params={"query": text, "at": 1}, headers=BROWSER)
    assert answer.headers["content-type"] == "application/sparql-results+json"
    assert len(answer.json()["results"]["bindings"]) == 20


def test_the_api_has_its_page(client: httpx.Client, built: bool) -> None:
    page = client.get("/docs").text
    assert ("/static/vendor/swagger-ui-bundle.js" in page) is built
    assert 'href="/openapi.json"' in page


@pytest.mark.parametrize("address", ["/", "/sparql", "/docs", "/docs/problems/not-found"])
def test_a_page_loads_from_this_server_alone(client: httpx.Client, address: str) -> None:
    page = client.get(address, headers=BROWSER)
    policy = dict(part.strip().split(" ", 1) for part in page.headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy.get("script-src", "'self'") == policy.get("connect-src", "'self'") == "'self'"
    linked = r'<(?:script|img|link rel="(?:stylesheet|preload|icon)")[^>]*(?:src|href)="([^"]+)"'
    loaded = re.findall(linked, page.text)
    assert all(target.startswith("/static/") for target in loaded)
    inline = r"<script(?![^>]*\b(?:src=|type=.application/ld))|\son\w+="
    assert not re.search(inline, page.text), "the policy forbids scripts in the page"
    for target in loaded:
        if "/vendor/" not in target or rendering.BUILT.exists():
            assert client.get(target).status_code == 200, target


def test_a_missing_file_below_static_is_a_problem(client: httpx.Client) -> None:
    missing = client.get("/static/nothing.js")
    assert missing.status_code == 404
    assert missing.headers["content-type"].startswith("application/problem+json")
