"""Clients of a library that keeps texts, for the tests of all that texts are good for."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from commonplace.home.opening import open_home
from commonplace.home.tokens import Role
from tests.conftest import serving, settings_for
from tests.pdf import PICTURE, pdf

PAGES = (
    ["Citizens in speciﬁc places lead the co-production of ser-", "vices – and “professionals” follow."],
    PICTURE,
    ["The last page."],
)
FILE = pdf(*PAGES)
PDF = {"Content-Type": "application/pdf"}
PLAIN = {"Content-Type": "text/plain; charset=utf-8"}


class Keeping:
    """Clients of one library: of a curator, of a contributor, and of anybody."""

    def __init__(self, client: httpx.Client, curator: str, contributor: str) -> None:
        self.anybody = client
        self.token, self.contributors_token = curator, contributor
        self.curator = httpx.Client(
            base_url=client.base_url, headers={"Authorization": f"Bearer {curator}"}, timeout=60
        )
        self.contributor = httpx.Client(
            base_url=client.base_url, headers={"Authorization": f"Bearer {contributor}"}, timeout=60
        )

    def put(self, key: str, data: bytes = FILE, headers: dict[str, str] = PDF, **asked: str) -> httpx.Response:
        return self.curator.put(f"/works/{key}/text", content=data, headers=headers, params=asked)

    def version(self) -> int:
        return int(self.anybody.get("/healthz").json()["version"])

    def evidence(self, key: str, quote: str, **more: str) -> dict[str, Any]:
        """Post evidence of a work on the professional role, as its curator."""
        said = {"work": key, "about": "professional-role", "state": "discusses", "directness": "direct"}
        answer = self.curator.post("/evidence", json={**said, "certainty": "low", "quote": quote, **more})
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return made

    def read(self, address: str, **asked: object) -> dict[str, Any]:
        """Return what anybody reads at an address."""
        found: dict[str, Any] = self.anybody.get(address, params=asked).raise_for_status().json()  # type: ignore[arg-type]
        return found

    def refused(self, answer: httpx.Response, status: int) -> str:
        assert answer.status_code == status, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        return str(answer.json()["detail"])


@contextmanager
def keeping_texts(reference_home: Path, folder: Path, **settings: object) -> Iterator[Keeping]:
    """Serve the reference set from a home in a folder, with those settings."""
    shutil.copytree(reference_home, folder)
    home = open_home(settings_for(folder))
    tokens = home.tokens.add("Ada", Role.CURATOR), home.tokens.add("Bo", Role.CONTRIBUTOR)
    with serving(home, tokens_file=folder / "tokens.json", **settings) as client:
        keeping = Keeping(client, *tokens)
        with keeping.curator, keeping.contributor:
            yield keeping
