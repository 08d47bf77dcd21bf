"""A fuzzer of OpenAPI asks every address what its description allows and what it forbids."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from commonplace.home.opening import open_home
from tests.conftest import ROOT, serving, settings_for

UNCHECKED = "positive_data_acceptance"
"""A key of the right form that nothing has is refused (400), which a description of forms cannot say."""


def fuzz(client: httpx.Client, folder: Path, *options: str) -> None:
    client.get("/openapi.json", timeout=120)  # made at the first request, for which the fuzzer waits ten seconds only
    command = [
        str(Path(sys.executable).parent / "schemathesis"),
        "run",
        f"{client.base_url}/openapi.json",
        "--workers",
        "1",
    ]
    command += ["--exclude-checks", UNCHECKED, "--seed", "1", "--request-timeout", "60", "--no-color", *options]
    environment = os.environ | {"SCHEMATHESIS_HOOKS": "tests.clients.sparql_bodies", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=1800, check=False
    )
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]


@pytest.mark.slow
def test_every_answer_to_a_reader_is_described(client: httpx.Client, tmp_path: Path) -> None:
    fuzz(client, tmp_path, "--include-method", "GET", "--phases", "examples,coverage,fuzzing", "--max-examples", "20")


@pytest.mark.slow
def test_every_answer_to_a_writer_is_described(reference_home: Path, tmp_path: Path) -> None:
    shutil.copytree(reference_home, tmp_path / "home")
    token = (tmp_path / "home" / "token").read_text().strip()
    with serving(open_home(settings_for(tmp_path / "home"))) as client:
        writes = ["--header", f"Authorization: Bearer {token}", "--exclude-method", "GET", "--exclude-path", "/imports"]
        fuzz(client, tmp_path, *writes, "--phases", "examples,coverage", "--max-examples", "10")


@pytest.mark.slow
def test_every_answer_to_one_who_may_not_write_is_described(client: httpx.Client, tmp_path: Path) -> None:
    fuzz(
        client,
        tmp_path,
        "--exclude-method",
        "GET",
        "--exclude-path",
        "/imports",
        "--phases",
        "examples,coverage",
        "--max-examples",
        "10",
    )
