"""A client that another program generates from our OpenAPI description asks more than twenty typed calls."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import httpx
import pytest

GENERATOR = Path(__file__).parent / "generator"
PYTHON = GENERATOR / ".venv" / "bin" / "python"

FILES = (
    "text/plain",
    "text/turtle",
    "application/n-quads",
    "application/n-triples",
    "application/trig",
    "application/rdf+xml",
    "application/x-turtle",
    "application/sparql-query",
    "application/sparql-update",
    "application/x-bibtex",
    "application/x-research-info-systems",
)
CONFIGURATION = {
    "project_name_override": "commonplace-client",
    "post_hooks": [],
    "content_type_overrides": dict.fromkeys(FILES, "application/octet-stream"),  # it knows no other files
}

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not PYTHON.exists(), reason="the generator is not installed: run `make clients`"),
]


@pytest.fixture(scope="module")
def package(client: httpx.Client, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder in which the package `commonplace_client` was generated."""
    folder = tmp_path_factory.mktemp("generated")
    (folder / "openapi.json").write_bytes(client.get("/openapi.json").content)
    (folder / "config.yaml").write_text(json.dumps(CONFIGURATION))
    command = [str(PYTHON.parent / "openapi-python-client"), "generate", "--path", "openapi.json"]
    command += ["--config", "config.yaml", "--output-path", "client"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True, timeout=300)
    assert "WARNING" not in done.stdout, done.stdout[:3000]
    return folder / "client"


def test_its_calls_are_typed_and_answered(client: httpx.Client, package: Path) -> None:
    command = [str(PYTHON), str(GENERATOR / "calls.py"), str(client.base_url).rstrip("/")]
    done = subprocess.run(
        command, env={"PYTHONPATH": str(package)}, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    said = json.loads(done.stdout)
    works = client.get("/works", params={"discusses": "professional-role"}).json()
    assert (said["works"], said["coverage"]) == (works["total"], works["coverage"])
    assert said["work"].startswith("Crossing the Great Divide")
    assert (said["person"], said["people"], said["change"]) == ("Elinor Ostrom", "person", "reference-set")
    assert (said["health"], said["missing"], said["refused"]) == ("ok", True, "year")
    assert len(said) > 20
