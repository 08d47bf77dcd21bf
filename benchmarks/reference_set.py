"""Serve the reference set for programs that look at its pages."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx

from benchmarks.processes import free_port, started, wait_until
from benchmarks.stored import ROOT

START_SECONDS = 120
"""Maximum time that the server may take to answer for the first time."""


@contextlib.contextmanager
def served(folder: Path) -> Iterator[tuple[str, str]]:
    """Serve the reference set in a folder; yield its address and the cookie of a curator."""
    port, home, log = free_port(), folder / "home", folder / "served.log"
    base = f"http://127.0.0.1:{port}"
    environment = {"PYTHONPATH": str(ROOT / "app"), "COMMONPLACE_BASE_IRI": f"{base}/"}
    command = [sys.executable, "-m", "commonplace", "serve", "--home", str(home), "--port", str(port)]
    with started(command, log, environment=environment, folder=folder) as process:
        wait_until(lambda: httpx.get(f"{base}/healthz").is_success, process, log, START_SECONDS)
        form = {"token": (home / "token").read_text().strip()}
        answer = httpx.post(f"{base}/desk/sign-in", data=form, headers={"Sec-Fetch-Site": "same-origin"})
        yield base, "; ".join(f"{name}={value}" for name, value in answer.cookies.items())
