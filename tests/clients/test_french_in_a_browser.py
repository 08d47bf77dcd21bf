"""What the programs of the pages say in Debian's Chromium, to a reader of French."""

from __future__ import annotations

import httpx
import pytest
from playwright.sync_api import Browser, Route, expect

from commonplace.web.pages.rendering import BUILT
from tests.clients.browsing import opened

pytestmark = pytest.mark.slow

KINDS = {"œuvre", "personne", "organisme", "revue ou recueil", "concept", "thèse", "cas", "appui"}
STATES = {"retracted": "rétractée", "expression-of-concern": "mise en garde"}


@pytest.mark.parametrize("address", ["/", "/concepts/professional-role"])
def test_the_search_box_says_kinds_and_concepts_in_french(browser: Browser, client: httpx.Client, address: str) -> None:
    with opened(browser, client, address, locale="fr-FR") as page:
        box, found = page.locator("input[data-found]"), page.get_by_role("option")
        box.press_sequentially("rôle des prof")
        expect(found.filter(has_text="concept · rôle des professionnels")).to_be_visible()
        box.fill("ostrom")
        expect(found.filter(has_text="personne · Elinor Ostrom")).to_be_visible()
        kinds = {text.split(" · ")[0] for text in found.all_inner_texts()}
        assert kinds <= KINDS


def test_evidence_is_called_in_french_while_it_is_searched_for(browser: Browser, client: httpx.Client) -> None:
    labels = client.get("/concepts/professional-motivation").json()["labels"]
    with opened(browser, client, "/", locale="fr-FR") as page:
        page.locator("input[data-found]").press_sequentially("motivations of professionals (Tuurnas")
        evidence = page.get_by_role("option").filter(has_text=f"appui · {labels['fr']} · Learning")
        expect(evidence).to_be_visible()
        expect(evidence).not_to_contain_text(f"{labels['en']} ·")


def test_a_french_map_leads_to_a_picture_in_french(browser: Browser, client: httpx.Client) -> None:
    with opened(browser, client, "/map", locale="fr-FR") as page:
        address = page.locator(".map-forms").get_by_role("link", name="SVG").get_attribute("href") or ""
    picture = client.get(address).text
    labels = client.get("/concepts/professional-role").json()["labels"]
    assert f"<title>{labels['fr']}</title>" in picture
    assert f"<title>{labels['en']}</title>" not in picture


@pytest.mark.skipif(not BUILT.exists(), reason="needs the front end: `make frontend` installs it")
def test_a_status_is_told_in_french_beside_the_map(browser: Browser, client: httpx.Client) -> None:
    nodes = client.get("/map.json").json()["nodes"]
    works = [node["id"] for node in nodes if node["kind"] == "work"][: len(STATES)]
    stated = dict(zip(works, STATES, strict=True))

    def answer(route: Route) -> None:
        held = client.get("/map.json").json()
        held["nodes"] = [{**node, "status": stated.get(node["id"])} for node in held["nodes"]]
        route.fulfill(json=held)

    for work, state in stated.items():
        with opened(browser, client, "/map", locale="fr-FR") as page:
            page.route("**/map.json*", answer)
            page.evaluate("(id) => (location.hash = id)", work)
            expect(page.locator("#map-status")).to_have_text(STATES[state])
