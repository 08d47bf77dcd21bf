"""Fixtures for tests with the programs of others: a browser."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright


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
