"""Measure how long a browser takes to show the map of a large library, and how many frames a second it is moved at.

    python -m benchmarks.map [--works 3000] [--runs 3] [--folder FOLDER]

The library is that of the benchmark of pages, made once and kept. Debian's Chromium, without a window, opens the map;
the pointer is put on the picture, which brings the program that moves it, and the map is dragged, as a whole and near
by. Prints what a server that has just become ready takes, when the picture is seen, how long the page does not answer
(all that a task takes beyond 50 ms), how long it is from the pointer to the first frame of the program, and the frames
a second while it is dragged. A browser without a window has no graphics card: the processor draws.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import astuple, dataclass, fields
from pathlib import Path

import httpx
from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.depth import START_SECONDS
from benchmarks.pages import home_of
from benchmarks.processes import end_when_told, free_port, started, wait_until
from benchmarks.sparql import table, two_digits
from benchmarks.stored import DEFAULT_FOLDER, ROOT

SECONDS = 3.0
"""How long the drawing is dragged."""

WATCH = """
  window.seen = { blocked: 0, largest: 0 };
  new PerformanceObserver((list) => { for (const task of list.getEntries()) seen.blocked += task.duration - 50; })
    .observe({ type: "longtask", buffered: true });
  new PerformanceObserver((list) => { for (const one of list.getEntries()) seen.largest = one.startTime; })
    .observe({ type: "largest-contentful-paint", buffered: true });
"""
COUNT = """() => {
  window.frames_seen = 0; window.counting = true;
  const began = performance.now();
  window.counted = new Promise((done) => {
    const next = () => { window.frames_seen += 1; if (window.counting) requestAnimationFrame(next);
      else done(1000 * window.frames_seen / (performance.now() - began)); };
    requestAnimationFrame(next);
  });
}"""
SCRIPTS = """() => performance.getEntriesByType("resource").filter((one) => one.initiatorType === "script"
  || one.name.endsWith(".js") || one.name.includes(".js?")).reduce((sum, one) => sum + one.encodedBodySize, 0)"""
STARTED = """() => {
  const at = (name) => performance.getEntriesByName(name)[0]?.startTime ?? 0;
  return at("map drawn") - at("map asked");
}"""


@dataclass(frozen=True, slots=True)
class Run:
    """What one opening of the map takes: milliseconds, bytes, and frames a second."""

    picture_seen: float
    not_answering: float
    script_before: float
    drawn_after: float
    frames_whole: float
    frames_near: float


def main() -> None:
    """Serve the library, open its map in a browser several times, print medians."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--works", type=int, default=3_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--folder", type=Path, default=DEFAULT_FOLDER)
    given = parser.parse_args()
    program = shutil.which("chromium")
    if program is None:
        raise SystemExit("needs chromium")
    end_when_told()
    flags = ["--no-sandbox"] if os.geteuid() == 0 else []  # Chromium will not run as root with it
    with served(home_of(given.works, given.folder)) as base, sync_playwright() as playwright:
        for address in ("/map", "/map", "/map.svg", "/map.json"):
            print(asked(base, address))
        browser = playwright.chromium.launch(executable_path=program, args=flags)
        runs = [measured(browser, base) for _ in range(given.runs)]
        browser.close()
    names = [field.name.replace("_", " ") for field in fields(Run)]
    medians = [two_digits(statistics.median(values)) for values in zip(*map(astuple, runs), strict=True)]
    print(table(["", "median"], list(zip(names, medians, strict=True))))


@contextmanager
def served(home: Path) -> Iterator[str]:
    """Serve a copy of a home; yield its address."""
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory(prefix="map-") as folder:
        copy, log = Path(folder) / "home", Path(folder) / "served.log"
        shutil.copytree(home, copy)
        command = [sys.executable, "-m", "commonplace", "serve", "--home", str(copy), "--port", str(port)]
        environment = {"PYTHONPATH": str(ROOT / "app"), "COMMONPLACE_REFERENCE_SET": "none"}
        with started(command, log, environment=environment, folder=Path(folder)) as process:
            wait_until(
                lambda: httpx.get(f"{base}/healthz", timeout=START_SECONDS).is_success, process, log, START_SECONDS
            )
            yield base


def asked(base: str, address: str) -> str:
    """Return what the server takes for an address, and how long the answer is, packed where it is."""
    accept = "text/html" if address == "/map" else "*/*"
    begin = time.perf_counter()
    with httpx.stream("GET", base + address, headers={"Accept": accept}, timeout=60) as answer:
        length = sum(map(len, answer.iter_raw()))
    return f"{address}: {answer.status_code}, {1000 * (time.perf_counter() - begin):.0f} ms, {length:,} bytes sent"


def measured(browser: Browser, base: str) -> Run:
    """Open the map, start its program, drag it."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.add_init_script(WATCH)
    page.goto(f"{base}/map")
    page.wait_for_load_state("networkidle")
    seen = page.evaluate("seen")
    script = page.evaluate(SCRIPTS)
    canvas = page.locator("#map-canvas").locator("xpath=..")
    canvas.hover(position={"x": 20, "y": 20})
    page.locator("#map-canvas[data-drawn]").wait_for()
    drawn = page.evaluate(STARTED)
    whole = frames(page)
    for _ in range(4):
        page.locator("#map-closer").click()
        page.wait_for_timeout(300)  # the way there is shown
    near = frames(page)
    page.close()
    return Run(seen["largest"], seen["blocked"], script, drawn, whole, near)


def frames(page: Page) -> float:
    """Drag the drawing in circles; return the frames a second."""
    box = page.locator("#map-canvas").bounding_box()
    if box is None:
        raise SystemExit("the drawing is not there")
    page.mouse.move(box["x"] + 30, box["y"] + 30)
    page.mouse.down()
    page.evaluate(COUNT)
    end = time.perf_counter() + SECONDS
    step = 0
    while time.perf_counter() < end:
        step += 1
        page.mouse.move(box["x"] + 30 + step * 7 % 240, box["y"] + 30 + step * 5 % 200)
    rate: float = page.evaluate("() => { window.counting = false; return window.counted; }")
    page.mouse.up()
    page.wait_for_timeout(300)
    return rate


if __name__ == "__main__":
    main()
