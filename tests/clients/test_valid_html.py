"""The HTML of all kinds of pages is valid: the Nu HTML checker (vnu) finds no error in it."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import httpx
import pytest

from tests.web.addresses import ADDRESSES, DESK
from tests.web.desk.conftest import curator, curator_token, desk_home, server  # noqa: F401 - fixtures

CHECKER = Path(__file__).parent / "checkers" / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("java") is None, reason="needs Java, for the Nu HTML checker"),
    pytest.mark.skipif(not CHECKER.exists(), reason="needs the Nu HTML checker: `make checkers` installs it"),
]


def test_every_page_is_valid(curator: httpx.Client, tmp_path: Path) -> None:  # noqa: F811 - the fixture
    addresses = {}
    for number, address in enumerate((*ADDRESSES, "/sparql", "/docs", *DESK)):
        answer = curator.get(address, headers={"Accept": "text/html"})
        assert answer.status_code == (404 if address.endswith("/nobody") else 200), address
        addresses[f"{number}.html"] = address
        (tmp_path / f"{number}.html").write_text(answer.text)
    (tmp_path / "broken.html").write_text("<!doctype html><html lang=en><title>Broken</title><p><ul><li></p></ul>")
    addresses["broken.html"] = "broken"

    done = subprocess.run(
        ["java", "-jar", str(CHECKER), "--errors-only", "--format", "json", *map(str, sorted(tmp_path.iterdir()))],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    found = [
        f"{addresses[re.sub('.*/', '', said['url'])]}:{said.get('lastLine')} {said['message']}"
        for said in json.loads(done.stderr)["messages"]
    ]
    assert any(one.startswith("broken:") for one in found), "the checker finds what is broken"
    assert [one for one in found if not one.startswith("broken:")] == []
