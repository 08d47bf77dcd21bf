"""Ask Lighthouse what it says of the pages: performance, accessibility, best practices, and whether they are found.

    make lighthouse
    python -m benchmarks.lighthouse [--runs 3] [--only /map] [--faults]

Serves the reference set, signs in for the pages of the desk, and lets Lighthouse (`make checkers` installs it) look at
each page in Debian's Chromium, as on a middling phone with a slow network, which is its default. Prints the median of
each score, of 100, and with `--faults` what it found wanting. A page below 95 fails the run.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.processes import end_when_told
from benchmarks.reference_set import served
from benchmarks.sparql import table
from benchmarks.stored import ROOT

LIGHTHOUSE = ROOT / "tests" / "clients" / "checkers" / "node_modules" / ".bin" / "lighthouse"
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
LEAST = 95
"""Minimum score of every page in every category (issue 14)."""

PAGES = (
    "/",
    "/concepts/professional-role",
    "/works/mcmullin2022lead",
    "/map",
    "/gaps",
    "/desk",
    "/desk/queues/facts-in-doubt",
)
"""Home, concept, work, map, gap map, the desk and a queue of it."""

NOT_FOR_SEARCH = {"is-crawlable"}
"""What a page of the desk must not have: search engines are kept from it."""


@dataclass(frozen=True, slots=True)
class Judged:
    """The scores of one page by category, and what was found wanting."""

    address: str
    scores: Mapping[str, float]
    faults: frozenset[str]


def main() -> None:
    """Serve the reference set, let Lighthouse look at each page, print the scores."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=3, help="runs of each page, of which the median counts")
    parser.add_argument("--only", default="", help="addresses that end in this text")
    parser.add_argument("--faults", action="store_true", help="print what was found wanting")
    given = parser.parse_args()
    end_when_told()
    with tempfile.TemporaryDirectory(prefix="lighthouse-") as folder, served(Path(folder)) as (base, cookie):
        found = [judged(base, page, cookie, given.runs) for page in PAGES if page.endswith(given.only)]
    rows = [[f"`{one.address}`", *(f"{one.scores[name]:.0f}" for name in CATEGORIES)] for one in found]
    print(table(["page", *CATEGORIES], rows))
    if given.faults:
        print("\n".join(f"{one.address}: {fault}" for one in found for fault in sorted(one.faults)))
    sys.exit(any(score < LEAST for one in found for score in one.scores.values()))


def judged(base: str, address: str, cookie: str, runs: int) -> Judged:
    """Return the median scores of a page."""
    reports = [run(base + address, cookie if address.startswith("/desk") else "") for _ in range(runs)]
    scores = {
        name: statistics.median(100 * float(report["categories"][name]["score"] or 0) for report in reports)
        for name in CATEGORIES
    }
    return Judged(address, scores, frozenset(fault for report in reports for fault in faults(report)))


def run(address: str, cookie: str) -> dict[str, Any]:
    """Return what Lighthouse reports of an address. The cookie signs in."""
    program = shutil.which("chromium")
    if program is None or not LIGHTHOUSE.exists():
        raise SystemExit("needs chromium, and Lighthouse: `make checkers` installs it")
    flags = "--headless=new" + (" --no-sandbox" if os.geteuid() == 0 else "")
    command = [str(LIGHTHOUSE), address, "--quiet", "--output=json", f"--chrome-flags={flags}"]
    command.append(f"--only-categories={','.join(CATEGORIES)}")
    if cookie:
        command.append(f"--extra-headers={json.dumps({'Cookie': cookie})}")
        command.append(f"--skip-audits={','.join(NOT_FOR_SEARCH)}")
    environment = {**os.environ, "CHROME_PATH": program}
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=True, env=environment)
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def faults(report: Mapping[str, Any]) -> Iterator[str]:
    """Yield what a report found wanting, with the score of it."""
    weighed = {one["id"] for name in CATEGORIES for one in report["categories"][name]["auditRefs"] if one["weight"]}
    for name, audit in report["audits"].items():
        if name in weighed and audit["score"] is not None and audit["score"] < 0.95:
            yield f"{name}: {100 * audit['score']:.0f} {audit.get('displayValue', '')} {audit['title']}"


if __name__ == "__main__":
    main()
