"""The map in Debian's Chromium: a picture without a program, and what moves it once a reader wants to."""

from __future__ import annotations

import re
from itertools import combinations
from typing import Any, Literal
from urllib.parse import unquote, urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from commonplace.web.pages.rendering import BUILT
from tests.clients.browsing import AXE, DESKTOP, PHONE, axe_finds, opened, tab_to

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not BUILT.exists(), reason="needs the front end: `make frontend` installs it"),
]

TEXTS = """() => {
  const box = document.querySelector(".drawing").getBoundingClientRect();
  return [...document.querySelectorAll("#map-picture text")].filter((one) => one.getClientRects().length).map((one) => {
    const { x, y, width, height } = one.getBoundingClientRect();
    const rim = (height - 12) / 2;  // above and below the letters
    return { text: one.textContent, x: x - box.x, y: y - box.y + rim, width, height: 12, right: box.width };
  });
}"""
"""What the labels of the picture cover."""

DRAWING = "import(document.getElementById('map').dataset.program)"
"""The program that moves the map, which the page has loaded."""


def overlapping(boxes: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Return the labels that lie over one another."""
    return [
        (one["text"], other["text"])
        for one, other in combinations(boxes, 2)
        if one["x"] < other["x"] + other["width"]
        and other["x"] < one["x"] + one["width"]
        and one["y"] < other["y"] + other["height"]
        and other["y"] < one["y"] + one["height"]
    ]


def begun(page: Page) -> None:
    """Wait until the program draws the map."""
    expect(page.locator("#map-canvas")).to_have_attribute("data-drawn", re.compile("[0-9]"))


def programs(page: Page) -> list[str]:
    """Return the names of the programs that a page has loaded."""
    names: list[str] = page.evaluate(
        "performance.getEntriesByType('resource').map((one) => one.name).filter((one) => /[.]js/.test(one))"
    )
    return [urlsplit(name).path.rpartition("/")[2] for name in names]


def test_the_map_is_a_picture_whose_things_lead_on_where_no_program_runs(
    browser: Browser, client: httpx.Client
) -> None:
    context = browser.new_context(java_script_enabled=False, base_url=str(client.base_url))
    page = context.new_page()
    page.goto("/map")
    expect(page.locator("#map-picture")).to_be_visible()
    assert page.locator("#map-picture a").count() == len(client.get("/map").json()["nodes"])
    expect(page.locator(".tools")).to_be_hidden()
    expect(page.locator("#map-range")).to_be_hidden()
    page.locator("#map-picture a[data-thing='work/ostrom1996'] circle").click()
    expect(page).to_have_url(re.compile("/works/ostrom1996$"))

    page.go_back()
    page.fill("#map-words", "crossing the great DIVIDE")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("q=crossing"))
    expect(page.locator("#map-found")).to_have_text("1 found")
    expect(page.locator("#map-picture a")).to_have_count(1)
    expect(page.locator("#map-list-found a")).to_have_text("Ostrom 1996")
    context.close()


@pytest.mark.parametrize("size", [DESKTOP, (600, 800), PHONE], ids=lambda size: str(size[0]))
@pytest.mark.parametrize("address", ["/map", "/map?layout=year", "/map?relations=narrower"])
def test_no_label_lies_over_another(
    browser: Browser, client: httpx.Client, address: str, size: tuple[int, int]
) -> None:
    with opened(browser, client, address, size) as page:
        page.evaluate("document.fonts.ready")
        texts = page.evaluate(TEXTS)
        assert len(texts) > 5
        assert overlapping(texts) == []
        assert [one for one in texts if one["x"] < 0 or one["x"] + one["width"] > one["right"]] == []

        page.locator("#map-canvas").focus()
        begun(page)
        there = page.evaluate(f"{DRAWING}.then((map) => map.labelBoxes())")
        years = page.locator("#map-picture .year").all_text_contents()
        assert [one["text"] for one in there] == [one["text"] for one in texts if one["text"] not in years]
        for _ in range(3):
            page.keyboard.press("+")
        page.wait_for_function(f"{DRAWING}.then((map) => map.atRest() && map.scale() > 3)")
        near = page.evaluate(f"{DRAWING}.then((map) => map.labelBoxes())")
        assert overlapping(near) == []


def test_the_program_comes_by_pointer_and_takes_the_place_of_the_picture(
    browser: Browser, client: httpx.Client
) -> None:
    with opened(browser, client, "/map") as page:
        assert not {"map-drawing.js", "zoom.js"} & set(programs(page))
        places = page.locator("#map-picture a").evaluate_all("""all => all.map((one) => {
          const box = document.querySelector(".drawing"), circle = one.querySelector("circle");
          const part = (name) => parseFloat(circle.getAttribute(name)) / 100;
          return [one.dataset.thing, part("cx") * box.clientWidth, part("cy") * box.clientHeight];
        })""")
        page.locator(".drawing").hover(position={"x": 4, "y": 4})
        begun(page)
        expect(page.locator("#map-picture")).to_be_hidden()
        for thing, x, y in places:
            seen = page.evaluate(f"{DRAWING}.then((map) => map.placeOf({thing!r}))")
            assert (seen["x"], seen["y"]) == (pytest.approx(x, abs=0.2), pytest.approx(y, abs=0.2))


def test_a_click_on_the_picture_chooses_that_thing(browser: Browser, client: httpx.Client) -> None:
    context = browser.new_context(has_touch=True, base_url=str(client.base_url), viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto("/map")
    page.locator("#map-picture a[data-thing='work/ostrom1996'] circle").tap()
    expect(page.locator("#map-canvas")).to_have_attribute("data-chosen", "work/ostrom1996")
    expect(page.locator("#map-title")).to_contain_text("Crossing the Great Divide")
    context.close()


@pytest.mark.skipif(not AXE.exists(), reason="needs axe-core: `make frontend` installs it")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_the_moving_map(
    browser: Browser, client: httpx.Client, scheme: Literal["light", "dark"]
) -> None:
    with opened(browser, client, "/map?q=role&layout=year") as page:
        page.emulate_media(color_scheme=scheme)
        assert axe_finds(page) == []
        canvas = page.locator("#map-canvas")
        tab_to(page, canvas)
        begun(page)
        page.keyboard.press("ArrowDown")
        expect(page.locator("#map-shown")).to_be_visible()
        assert axe_finds(page) == []


def test_the_map_is_explored_by_click_and_by_keyboard(browser: Browser, client: httpx.Client) -> None:
    made = client.get("/map").json()
    linked = {
        end
        for edge in made["edges"]
        for end in (edge["source"], edge["target"])
        if made["nodes"][0]["id"] in (edge["source"], edge["target"])
    }
    with opened(browser, client, "/map") as page:
        canvas = page.locator("#map-canvas")
        canvas.focus()
        page.keyboard.press("ArrowRight")  # which counts, though the program is not there yet
        expect(canvas).to_have_attribute("data-drawn", str(len(made["nodes"])))
        expect(canvas).to_have_attribute("data-chosen", made["nodes"][0]["id"])
        expect(page.locator("#map-title")).to_have_text(made["nodes"][0].get("title") or made["nodes"][0]["label"])
        page.keyboard.press("ArrowRight")
        expect(canvas).not_to_have_attribute("data-chosen", made["nodes"][0]["id"])
        second = canvas.get_attribute("data-chosen")
        assert second in linked
        assert unquote(urlsplit(page.url).fragment) == second
        page.keyboard.press("Escape")
        expect(canvas).to_have_attribute("data-chosen", "")

        page.fill("#map-words", "crossing the great divide")
        expect(page.locator("#map-found")).to_contain_text("1")
        page.keyboard.press("Enter")
        expect(canvas).to_have_attribute("data-chosen", "work/ostrom1996")
        expect(canvas).to_be_focused()
        page.keyboard.press("Enter")
        expect(page).to_have_url(re.compile("/works/ostrom1996$"))

        page.go_back()
        expect(canvas).to_have_attribute("data-chosen", "work/ostrom1996")
        box = canvas.bounding_box()
        assert box
        page.mouse.click(box["x"] + 5, box["y"] + 5)
        expect(canvas).to_have_attribute("data-chosen", "")
        page.locator('[id="concept/co-production"] a[href^="#"]').first.click()
        expect(canvas).not_to_have_attribute("data-chosen", "")


def test_the_keys_go_on_from_what_was_clicked_and_a_span_of_years_can_be_left(
    browser: Browser, client: httpx.Client
) -> None:
    with opened(browser, client, "/map") as page:
        canvas = page.locator("#map-canvas")
        for clicked, other in (("work/mcmullin2022lead", "picture"), ("concept/professional-role", "canvas")):
            place = page.locator(f"#map-picture [data-thing='{clicked}'] :is(circle, rect)").first.bounding_box()
            assert place
            page.mouse.click(place["x"] + place["width"] / 2, place["y"] + place["height"] / 2)
            expect(canvas).to_have_attribute("data-chosen", clicked)
            expect(canvas, f"a click on the {other}").to_be_focused()
            page.keyboard.press("ArrowRight")
            expect(canvas).not_to_have_attribute("data-chosen", clicked)
            page.keyboard.press("Escape")
            expect(canvas).to_have_attribute("data-chosen", "")

        page.get_by_label(re.compile("^From")).fill("2010")
        page.get_by_role("button", name="Show").click()
        expect(page).to_have_url(re.compile(r"years=2010"))
        page.get_by_role("link", name="All years").click()
        expect(page).not_to_have_url(re.compile(r"years="))
        made = client.get("/map").json()
        expect(page.get_by_role("main")).to_contain_text(f"with {len(made['edges'])} links")


def test_a_thing_on_the_map_is_clicked_and_years_narrow_it(browser: Browser, client: httpx.Client) -> None:
    with opened(browser, client, "/map?focus=work/mcmullin2022lead") as page:
        canvas = page.locator("#map-canvas")
        canvas.focus()
        page.keyboard.press("ArrowDown")
        expect(page.locator("#map-text")).to_contain_text("Much of our understanding of co-production rests upon")
        page.locator("#map-to").fill("2015")
        expect(page.locator("#map-years")).to_have_value(re.compile(r"\.\.2015$"))
        expect(canvas).to_have_attribute("data-chosen", "")  # the work is of a later year
        page.locator("#map-filters button").click()
        expect(page).to_have_url(re.compile(r"years="))
