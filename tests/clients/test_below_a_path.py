"""A library below a path of a host, behind a proxy that takes the path off: a browser clicks its way through it."""

from __future__ import annotations

import contextlib
import http.client
import os
import shutil
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from commonplace.home.opening import open_home
from commonplace.home.tokens import Role
from tests.conftest import serving, settings_for

pytestmark = pytest.mark.slow
expect.set_options(timeout=60_000)

ROOT = "/books"
ENTRY = "@book{okafor2004, author = {Okafor, Chinua}, title = {Harbours}, year = 2004}"
OF_THE_CONNECTION = ("connection", "keep-alive", "transfer-encoding")


class Stripping(BaseHTTPRequestHandler):
    """Asks the library for what is below `ROOT`, which it takes off; all else is another site, and not there."""

    protocol_version = "HTTP/1.1"
    port = 0

    def answer(self) -> None:
        """Pass a request on, and its answer back."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if not self.path.startswith(f"{ROOT}/"):
            self.send_error(404, "another site")
            return
        library = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        kept = {name: value for name, value in self.headers.items() if name.lower() not in OF_THE_CONNECTION}
        library.request(self.command, self.path.removeprefix(ROOT), body, kept)
        found = library.getresponse()
        text = found.read()
        library.close()
        self.send_response(found.status)
        for name, value in found.getheaders():
            if name.lower() not in (*OF_THE_CONNECTION, "content-length"):
                self.send_header(name, value)
        if found.status not in (204, 304):
            self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # the browser has gone on
            self.wfile.write(text)

    do_GET = do_POST = answer

    def log_message(self, *said: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """The address of a library below a path, and a curator's token."""
    proxy = ThreadingHTTPServer(("127.0.0.1", 0), Stripping)
    base = f"http://127.0.0.1:{proxy.server_address[1]}{ROOT}/"
    home = open_home(settings_for(tmp_path_factory.mktemp("below") / "home", base_iri=base))
    secret = home.tokens.add("Mara", Role.CURATOR)
    with serving(home, base_iri=base) as client:
        Stripping.port = client.base_url.port or 0
        thread = threading.Thread(target=proxy.serve_forever, daemon=True)
        thread.start()
        yield base, secret
        proxy.shutdown()
        proxy.server_close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("needs chromium")
    flags = ["--no-sandbox"] if os.geteuid() == 0 else []  # Chromium will not run as root with it
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=flags)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser, library: tuple[str, str]) -> Iterator[Page]:
    """A page at the front of the library; at the end, nothing outside it was asked for and all of it was there."""
    base, _ = library
    context = browser.new_context()
    context.set_default_timeout(60_000)
    page = context.new_page()
    astray: list[str] = []
    page.on("request", lambda asked: astray.append(asked.url) if not asked.url.startswith(base) else None)
    page.on("response", lambda found: astray.append(found.url) if found.status in (404, 405, 500) else None)
    page.goto(base)
    yield page
    context.close()
    assert astray == []


def test_a_reader_goes_from_the_front_page_to_a_concept_to_a_work(page: Page, library: tuple[str, str]) -> None:
    base, _ = library
    page.locator("main a[href*='/concepts/']").first.click()
    page.wait_for_url(f"{base}concepts/*")
    page.locator("main a[href*='/works/']").first.click()
    page.wait_for_url(f"{base}works/*")
    page.get_by_role("link", name="Français").click()
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    assert page.url.startswith(f"{base}works/")
    box = page.locator("#site-q")
    box.press_sequentially("facilit")
    page.get_by_role("option").first.wait_for()
    box.press("ArrowDown")
    box.press("Enter")
    page.wait_for_url(f"{base}*/*")
    page.goto(f"{base}map")
    page.locator("#map-canvas").focus()
    page.locator("#map-canvas[data-drawn]").wait_for(state="attached")
    page.goto(f"{base}docs")
    page.locator("#api .info").wait_for()


def test_a_librarian_signs_in_imports_and_undoes(page: Page, library: tuple[str, str], tmp_path: Path) -> None:
    base, secret = library
    page.get_by_role("link", name="Desk").click()
    page.wait_for_url(f"{base}desk/sign-in?next=%2Fdesk")
    page.keyboard.type(secret)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{base}desk")
    cookie = page.context.cookies(f"{base}desk")[0]
    assert (cookie.get("name"), cookie.get("path")) == ("commonplace", f"{ROOT}/")
    page.get_by_role("link", name="Import").first.click()
    file = tmp_path / "one.bib"
    file.write_text(ENTRY)
    page.set_input_files("#file", file)
    page.keyboard.press("Control+Enter")
    expect(page.locator("h1")).to_have_text("one.bib")
    expect(page.locator("main")).to_have_attribute("data-keys", "ready")
    page.keyboard.press("w")
    page.wait_for_url(f"{base}desk/receipts/*")
    page.goto(f"{base}works/okafor2004")
    expect(page.locator("h1")).to_have_text("Harbours")
