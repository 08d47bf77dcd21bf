"""Fixtures for tests with the programs of others: a browser."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from commonplace.home.opening import open_home
from commonplace.home.tokens import Role
from tests.clients.browsing import watched
from tests.conftest import serving, settings_for


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium; tests that ask for it are skipped where there is none."""
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("needs chromium")
    flags = ["--no-sandbox"] if os.geteuid() == 0 else []  # Chromium will not run as root with it
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=flags)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def library(reference_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[httpx.Client, str]]:
    """A client with a curator's token, of a server that the browser works with, and the text of the token."""
    folder = tmp_path_factory.mktemp("librarian") / "home"
    shutil.copytree(reference_home, folder)
    home = open_home(settings_for(folder))
    secret = home.tokens.add("Mara", Role.CURATOR)
    with serving(home) as client:
        client.headers["Authorization"] = f"Bearer {secret}"
        yield client, secret


@pytest.fixture
def desk(browser: Browser, library: tuple[httpx.Client, str]) -> Iterator[Page]:
    """A page of a browser that is signed in; at the end, nothing was complained of and no other server was asked."""
    client, secret = library
    origin = str(client.base_url).rstrip("/")
    context = browser.new_context(viewport={"width": 1200, "height": 900}, base_url=origin)
    page, complaints, asked = watched(context)
    page.goto("/desk")
    expect(page).to_have_url(f"{origin}/desk/sign-in?next=%2Fdesk")
    page.keyboard.type(secret)
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Desk")
    yield page
    context.close()
    assert [url for url in asked if not url.startswith(origin + "/")] == []
    allowed = ("ERR_INTERNET_DISCONNECTED", "ERR_FAILED", "status of 4")  # the faults that these tests cause
    assert [text for text in complaints if not any(one in text for one in allowed)] == []
