"""What tests do with a page in a browser: open it, press the keys that it names, read the version that it made."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.conftest import ROOT

expect.set_options(timeout=60_000)  # milliseconds; a bound for a machine that is busy, nothing waits for it

DESKTOP, PHONE = (1200, 900), (390, 844)
AXE = ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
FOUND_BY_AXE = """async () => {
  const runOnly = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
  const rules = { "target-size": { enabled: true } };
  const { violations } = await axe.run({ resultTypes: ["violations"], runOnly, rules });
  const why = (node) => [...node.any, ...node.all, ...node.none][0]?.message ?? "";
  return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html.slice(0, 120)} (${why(node)})`));
}"""


def watched(context: BrowserContext) -> tuple[Page, list[str], list[str]]:
    """Return a new page of a context, the list of its complaints, and that of the addresses it asks for."""
    context.set_default_timeout(60_000)
    page = context.new_page()
    complaints: list[str] = []
    asked: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda fault: complaints.append(str(fault)))
    page.on("request", lambda request: asked.append(request.url))
    return page, complaints, asked


@contextmanager
def opened(
    browser: Browser,
    client: httpx.Client,
    address: str,
    size: tuple[int, int] = DESKTOP,
    complaint: str | None = None,
    locale: str | None = None,
) -> Iterator[Page]:
    """A page of the server, for a reader of a language; at the end, nothing (but that) was complained of and nobody
    else was asked."""
    width, height = size
    origin = str(client.base_url).rstrip("/")
    context = browser.new_context(
        viewport={"width": width, "height": height},
        accept_downloads=True,
        base_url=origin,
        locale=locale,
        permissions=["clipboard-read", "clipboard-write"],
    )
    page, complaints, asked = watched(context)
    page.goto(origin + address)
    yield page
    expect(page.locator("body")).to_be_visible()
    context.close()
    strangers = [url for url in asked if not url.startswith((origin + "/", "data:", "blob:"))]
    assert strangers == []
    assert [text for text in complaints if complaint is None or complaint not in text] == []


def axe_finds(page: Page) -> list[str]:
    """Return what axe-core finds wrong with what a page shows, WCAG 2.2 AA."""
    page.evaluate(AXE.read_text() + ";0")
    found: list[str] = page.evaluate(FOUND_BY_AXE)
    return found


def tab_to(page: Page, wanted: Locator, most: int = 150) -> None:
    """Press Tab until something has the focus, which is to be reached by that key alone."""
    for _ in range(most):
        if wanted.evaluate("one => one === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{most} times Tab do not reach {wanted}")


def press(page: Page, key: str) -> None:
    """Press a key that stands on a button of the page, once the page listens for it."""
    expect(page.locator("main")).to_have_attribute("data-keys", "ready")
    page.keyboard.press(key)


def version_made(page: Page) -> int:
    """Return the version that the page says was made."""
    done = page.get_by_role("status").filter(has_text="Saved as version")
    expect(done).to_be_visible()
    found = re.search(r"version (\d+)", done.inner_text())
    assert found
    return int(found[1])
