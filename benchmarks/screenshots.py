"""Take the pictures of `docs/screenshots/`: pages over the reference set, as a browser shows them.

    make screenshots
    python -m benchmarks.screenshots [--only map]

Serves the reference set; for the picture of the desk one record more, which is a work of it in other words, so that
there is a pair of duplicates to show. Debian's Chromium takes each picture, 1,280 points wide, as WebP.
"""

from __future__ import annotations

import argparse
import base64
import os
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx
from playwright.sync_api import Browser, sync_playwright

from benchmarks.processes import end_when_told
from benchmarks.reference_set import served
from benchmarks.stored import ROOT

FOLDER = ROOT / "docs" / "screenshots"
MOST = 150_000
"""Maximum number of bytes of a picture: a page with several should load at once."""

AGAIN = """@article{Ostrom96, author = {Ostrom, Elinor}, year = {1996}, journal = {World Dev.}, pages = {1073--1087},
  title = {Crossing the great divide: co-production, synergy and development}}"""


@dataclass(frozen=True, slots=True)
class Picture:
    """A page and how it is taken: `ready` is a selector of what must be there, `clicked` of links that lead to it."""

    name: str
    address: str
    dark: bool = False
    ready: str = "main"
    clicked: Sequence[str] = ()
    of_duplicates: bool = False


PICTURES = (
    Picture("home", "/"),
    Picture("concept", "/concepts/professional-role"),
    Picture("concept-dark", "/concepts/professional-role", dark=True),
    Picture("work", "/works/mcmullin2022lead"),
    Picture("gaps", "/gaps"),
    Picture("map", "/map#concept/professional-role", ready="#map-canvas[data-drawn]"),
    Picture(
        "duplicates",
        "/desk/duplicates",
        ready="table.pair",
        clicked=("main a[href*='/desk/duplicates/']",),
        of_duplicates=True,
    ),
)


def main() -> None:
    """Serve the library and take each picture."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", help="names that hold this text")
    given = parser.parse_args()
    end_when_told()
    program = shutil.which("chromium")
    if program is None:
        raise SystemExit("needs chromium")
    FOLDER.mkdir(exist_ok=True)
    flags = ["--no-sandbox"] if os.geteuid() == 0 else []  # Chromium will not run as root with it
    with (
        tempfile.TemporaryDirectory(prefix="screenshots-") as folder,
        served(Path(folder)) as (base, cookie),
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=program, args=flags)
        for picture in PICTURES:
            if given.only in picture.name:
                if picture.of_duplicates:
                    bring_in(base, (Path(folder) / "home" / "token").read_text().strip())
                take(browser, base, cookie, picture)
        browser.close()


def bring_in(base: str, token: str) -> None:
    """Import a record of a work that is there already."""
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/x-bibtex"}
    httpx.post(f"{base}/imports", content=AGAIN, headers=headers, timeout=60).raise_for_status()


def take(browser: Browser, base: str, cookie: str, picture: Picture) -> None:
    """Write one picture. Raises `SystemExit` when it is too large."""
    context = browser.new_context(
        base_url=base, viewport={"width": 1280, "height": 860}, color_scheme="dark" if picture.dark else "light"
    )
    name, _, value = cookie.partition("=")
    context.add_cookies([{"name": name, "value": value, "url": base}])
    page = context.new_page()
    page.goto(picture.address)
    for selector in picture.clicked:
        page.locator(selector).first.click()
    page.locator(picture.ready).first.wait_for(state="attached")
    page.evaluate("document.fonts.ready")
    page.evaluate("scrollTo({ top: 0, behavior: 'instant' })")  # an address with a name in it scrolls to that
    session = context.new_cdp_session(page)
    taken = session.send("Page.captureScreenshot", {"format": "webp", "quality": 85})
    image = base64.b64decode(taken["data"])
    context.close()
    if len(image) > MOST:
        raise SystemExit(f"{picture.name}: {len(image):,} bytes are more than {MOST:,}")
    (FOLDER / f"{picture.name}.webp").write_bytes(image)
    print(f"docs/screenshots/{picture.name}.webp: {len(image):,} bytes")


if __name__ == "__main__":
    main()
