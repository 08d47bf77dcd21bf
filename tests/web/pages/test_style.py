"""The page of components: no component is left out, and its tokens are those of the style sheet."""

from __future__ import annotations

import re

import httpx

from commonplace.web.pages.rendering import ASKED_MOST, STATIC, TEMPLATES, compile_pages, environment
from commonplace.web.pages.words.languages import LANGUAGES
from tests.web.pages.test_pages import BROWSER

FILES = {"m": "macros.html", "desk": "desk/macros.html", "inputs": "desk/fields.html"}
ELSEWHERE = {
    *(("m", name) for name in ("version_line", "paging", "cite_answer")),
    *(("desk", name) for name in ("who", "undo_button", "when")),
}
"""Macros that only stand in the frame of a page or do something when pressed."""


def macros(name: str) -> dict[str, str]:
    """Return the macros of a file of templates, each with its text."""
    parts = re.split(r"\{% macro (\w+)\(", (TEMPLATES / name).read_text())
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_the_pages_asked_for_most_can_be_compiled_ahead() -> None:
    compile_pages()
    for language in LANGUAGES:
        cache = environment(language).cache
        assert cache is not None
        assert {name for _, name in cache.keys()} >= set(ASKED_MOST)  # noqa: SIM118  a cache of Jinja is no mapping


def test_every_component_is_shown() -> None:
    page = (TEMPLATES / "style.html").read_text() + (TEMPLATES / "desk" / "components.html").read_text()
    found = {prefix: macros(name) for prefix, name in FILES.items()}
    used = {(prefix, name) for prefix in found for name in found[prefix] if f"{prefix}.{name}(" in page}
    for prefix, name in sorted(used):  # what a component is made of is shown with it
        used |= {(prefix, other) for other in found[prefix] if re.search(rf"\b{other}\(", found[prefix][name])}
    named = {(prefix, name) for prefix in found for name in found[prefix] if not name.endswith("_words")}
    assert named - used - ELSEWHERE == set()
    assert len(named) > 25


def test_the_tokens_are_those_of_the_style_sheet(client: httpx.Client) -> None:
    text = client.get("/docs/style", headers=BROWSER).text
    sheet = (STATIC / "commonplace.css").read_text()
    colours = re.findall(r"--(\w+): (#[0-9a-f]{6});", sheet)
    assert len(colours) == 20
    assert [f'fill="{colour}"' in text for _, colour in colours] == [True] * 20
    french = client.get("/docs/style", headers={**BROWSER, "Accept-Language": "fr"}).text
    assert "Chaque composant des pages" in french
    assert "See it as it is now" not in french
