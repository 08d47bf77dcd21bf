"""Every body that goes to a temporary file: where there is no room for that, nothing is kept of it."""

from __future__ import annotations

import resource
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from commonplace.home.opening import Home, open_home
from commonplace.home.tokens import Role
from tests.conftest import serving, settings_for
from tests.web.desk.conftest import sign_in

ROOM = 50_000
"""Bytes that a file may have while a test has no room for more."""

MUCH = 2_000_000
"""Bytes of a body: more than a form's file may have before it goes to a temporary file."""

BIBTEX = "@book{okafor2004, author = {Okafor, Chinua}, title = {Harbours}, year = 2004}\n"
TRIPLE = "<urn:a> <urn:p> <urn:b> .\n"
SENT = {
    "a graph": ("PUT", "/graph-store?graph=urn:g", "text/turtle", TRIPLE),
    "more of a graph": ("POST", "/graph-store?default", "text/turtle", TRIPLE),
    "an import": ("POST", "/imports", "application/x-bibtex", BIBTEX),
    "a text": ("PUT", "/works/ostrom1996/text", "text/plain", "Crossing the great divide.\n"),
}
"""The uploads of programs: method, address, media type, and a piece of the body."""


@contextmanager
def no_room() -> Iterator[None]:
    """Let no file grow beyond `ROOM` for a block."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (ROOM, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


@pytest.fixture(scope="module")
def opened(reference_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home of its own with the reference set."""
    folder = shutil.copytree(reference_home, tmp_path_factory.mktemp("received") / "home")
    return open_home(settings_for(folder))


@pytest.fixture(scope="module")
def curator(opened: Home) -> Iterator[httpx.Client]:
    """A client with a curator's token, of a server over that home."""
    with serving(opened) as client:
        client.headers["Authorization"] = f"Bearer {opened.tokens.add('Ada', Role.CURATOR)}"
        yield client


def sent(client: httpx.Client, upload: str) -> httpx.Response:
    method, address, media_type, piece = SENT[upload]
    content = piece * (MUCH // len(piece))
    return client.request(method, address, content=content, headers={"Content-Type": media_type})


def connection_of(response: httpx.Response) -> object:
    """Return the client's end of the connection that an answer came by."""
    return response.extensions["network_stream"].get_extra_info("client_addr")


def test_a_body_without_room_is_refused_and_the_connection_goes_on(curator: httpx.Client, opened: Home) -> None:
    before = opened.library.newest()
    for upload in SENT:
        with no_room():
            refused = sent(curator, upload)
        assert refused.status_code == 507, f"{upload}: {refused.text[:500]}"
        problem = refused.json()
        assert problem["type"].endswith("/no-room"), upload
        assert problem["errors"] == [{"where": tempfile.gettempdir(), "why": "File too large"}], upload
        assert "nothing was written" in problem["detail"], upload
        after = curator.get("/healthz")
        assert after.json()["version"] == before, upload
        assert connection_of(after) == connection_of(refused), upload
    assert sent(curator, "a graph").status_code == 201


def test_a_form_without_room_is_refused(curator: httpx.Client, opened: Home) -> None:
    before = opened.library.newest()
    file = {"file": ("books.bib", BIBTEX * (MUCH // len(BIBTEX)))}
    with sign_in(curator, opened.tokens.add("Mara", Role.CURATOR)) as browser:
        for address in ("/desk/import", "/desk/works/ostrom1996/text"):
            with no_room():
                refused = browser.post(address, files=file, headers={"Accept": "application/json"})
            assert refused.status_code == 507, f"{address}: {refused.text[:500]}"
            assert browser.get("/desk").status_code == 200
    assert opened.library.newest() == before
