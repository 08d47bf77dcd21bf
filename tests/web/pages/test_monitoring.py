"""What a monitoring system asks for is answered at once, whatever the library is busy with."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from commonplace.home.opening import Home
from tests.command import commonplace
from tests.conftest import BASE, serving
from tests.web.sparql.limited_server import wait_until

WORK = "@book{larsen2001, author = {Larsen, Ida}, title = {Tides of the North}, year = {2001}}\n"
EVERY_THREAD = 45
"""More requests than the server has threads for answers."""


def test_health_is_told_while_another_process_s_import_is_taken_in(
    opened: Home, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A version comes that takes long, and every writer waits for it: reads and checks do not."""
    begun, let = threading.Event(), threading.Event()
    fill = opened.library.checkpoints.fill

    def slowly(*given: object) -> None:
        begun.set()
        assert let.wait(60)
        fill(*given)  # type: ignore[arg-type]

    with serving(opened) as client, ThreadPoolExecutor(EVERY_THREAD) as pool:
        client.headers["Authorization"] = f"Bearer {(home / 'token').read_text().strip()}"
        assert client.get("/search", params={"q": "professional"}).json()["version"] == 1
        monkeypatch.setattr(type(opened.library.checkpoints), "fill", lambda _, *given: slowly(*given))
        (tmp_path / "one.bib").write_text(WORK)
        done = commonplace("import", tmp_path / "one.bib", cwd=tmp_path, home=str(home), base_iri=BASE)
        assert done.exit == 0, done.err
        try:
            ostrom = f"{client.base_url}/works/ostrom1996"
            writing = [
                pool.submit(httpx.patch, ostrom, headers=client.headers, timeout=60, json={"title": "Tides"})
                for _ in range(EVERY_THREAD)
            ]
            assert begun.wait(30)
            assert client.get("/healthz").json()["version"] == 1
            assert client.get("/works/ostrom1996").headers["commonplace-version"] == "1"
            assert client.get("/search", params={"q": "professional"}).json()["version"] == 1
        finally:
            let.set()
        assert {answer.result().status_code for answer in writing} == {200}
        wait_until(lambda: client.get("/healthz").json()["version"] >= 2)
        assert client.get("/works/larsen2001").status_code == 200
