"""Identifiers and citations from elsewhere: asked with a token, previewed, accepted by a curator, undone."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from commonplace.home.opening import open_home
from commonplace.home.tokens import Role
from tests.command import commonplace
from tests.conftest import serving, settings_for
from tests.exchange.test_authorities import LEIDEN, OPENALEX, OSTROM, ROR, SEARCH, record
from tests.exchange.test_foreign_citations import JETTE, NOWHERE, row
from tests.importers.doi.agency_server import Agencies, PassingTime, serving_agencies
from tests.importers.doi.stand_ins import answers
from tests.web.desk.conftest import sign_in


class Served:
    """A server and its folder, with headers of a curator and of a contributor, and the services that it asks."""

    def __init__(self, client: httpx.Client, folder: Path, reader: str, services: dict[str, str]) -> None:
        self.client, self.folder, self.services = client, folder, services
        self.curator = {"Authorization": f"Bearer {(folder / 'token').read_text().strip()}"}
        self.reader = {"Authorization": f"Bearer {reader}"}

    def post(self, address: str, body: dict[str, Any], who: dict[str, str] | None = None) -> httpx.Response:
        return self.client.post(address, json=body, headers=self.curator if who is None else who)


@pytest.fixture(scope="module")
def served(reference_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("asking") / "home"
    shutil.copytree(reference_home, folder)
    home = open_home(settings_for(folder))
    reader = home.tokens.add("a reader", Role.CONTRIBUTOR)
    with serving_agencies(Agencies(PassingTime())) as agencies:
        agencies.always |= {
            f"/orcid/{OSTROM}/record": answers(record()),
            "/orcid/expanded-search/": answers(SEARCH),
            "/openalex/works/doi:": answers(OPENALEX),
            f"/ror/organizations/{LEIDEN}": answers(ROR),
            "/index/references/": answers([row(f"doi:{JETTE}", f"doi:{NOWHERE}")]),
            "/index/citations/": answers([]),
        }
        services = {
            "orcid_url": f"{agencies.url}/orcid",
            "ror_url": f"{agencies.url}/ror",
            "openalex_url": f"{agencies.url}/openalex",
            "opencitations_url": f"{agencies.url}/index",
        }
        with serving(home, folder=folder, **services) as client:
            yield Served(client, folder, reader, services)


def test_identifiers_are_looked_up_with_any_token_and_accepted_by_a_curator(served: Served) -> None:
    address = "/people/elinor-ostrom/identifiers"
    assert served.post(address, {}, {}).status_code == 401
    found = served.post(address, {}, served.reader)
    assert found.status_code == 200, found.text
    first = found.json()["items"][0]
    assert (first["value"], first["source"]) == (OSTROM, "ORCID")
    assert "undo" not in found.json()
    asked = {"identifier": OSTROM, "accept": True}
    assert served.post(address, asked, served.reader).status_code == 403
    accepted = served.post(address, asked)
    assert accepted.status_code == 200, accepted.text
    person = served.client.get("/people/elinor-ostrom").json()
    assert person["identifiers"][0]["value"] == OSTROM
    change = served.client.get(f"/changes/{accepted.json()['version']}").json()
    assert f"orcid {OSTROM}, from ORCID" in change["message"]
    assert served.client.post(accepted.json()["undo"], headers=served.curator).status_code == 201
    patched = served.client.patch("/people/elinor-ostrom", json=first["change"], headers=served.curator)
    assert patched.json()["identifiers"][0]["value"] == OSTROM
    undo = f"/changes/{patched.headers['commonplace-version']}/undo"
    assert served.client.post(undo, headers=served.curator).status_code == 201
    assert served.post(address, {"identifier": "0000-0002-1825-0098"}).status_code == 400
    assert served.post("/people/nobody/identifiers", {}).status_code == 404
    assert served.post("/organizations/elsevier/identifiers", {"identifier": LEIDEN}).json()["items"]
    of_work = served.post("/works/ostrom1996/identifiers", {}).json()["items"][0]
    assert of_work["scheme"] == "pmid"
    refused = served.post("/works/ostrom1996/identifiers", {"identifier": of_work["value"], "accept": True})
    assert refused.status_code == 400, "as its description says"
    assert "follow from doi, isbn and issn" in refused.text


def test_a_curator_asks_and_accepts_at_the_desk(served: Served) -> None:
    page = "/desk/people/victor-pestoff/identifiers"
    with sign_in(served.client, served.curator["Authorization"].removeprefix("Bearer ")) as curator:
        assert f'href="{page}"' in curator.get("/desk/people/victor-pestoff").text
        assert "Look up" in curator.get(page).text
        assert "Chercher" in curator.get(page, headers={"Accept-Language": "fr"}).text
        refused = curator.post(page, data={"identifier": "0000-0002-1825-0098"})
        assert refused.status_code == 400
        assert "check digit" in refused.text
        found = curator.post(page, data={"identifier": OSTROM})
        assert "Indiana University, US" in found.text
        assert f'name="accept" value="{OSTROM}"' in found.text
        accepted = curator.post(page, data={"accept": OSTROM})
        assert accepted.status_code == 303, accepted.text
        assert accepted.headers["location"].startswith("/desk/people/victor-pestoff?done=")
        again = curator.post(page, data={"identifier": OSTROM})
        assert "is there already" in again.text
    version = accepted.headers["location"].partition("done=")[2]
    assert served.client.post(f"/changes/{version}/undo", headers=served.curator).status_code == 201


def test_citations_are_taken_in_by_a_curator_and_undone(served: Served) -> None:
    body = {"works": ["jette2011"]}
    assert served.post("/citations", body, served.reader).status_code == 403
    preview = served.post("/citations?dry_run=true", body)
    assert preview.status_code == 200, preview.text
    taken = served.post("/citations", body)
    assert taken.status_code == 201, taken.text
    assert taken.json()["items"] == preview.json()["items"]
    kept = served.client.get("/works/jette2011/references").json()["as_text"]
    assert kept == [{"number": 1, "text": f"doi:{NOWHERE} (OpenCitations Index)", "doi": NOWHERE}]
    assert served.client.post(taken.json()["undo"], headers=served.curator).status_code == 201
    assert served.post("/citations", {"works": []}).status_code == 400


def test_both_are_asked_on_a_terminal(served: Served, tmp_path: Path) -> None:
    home = ("--home", str(served.folder))
    found = commonplace(
        "identifiers", "organization/elsevier", "--identifier", LEIDEN, *home, cwd=tmp_path, **served.services
    )
    assert found.exit == 0, found.err
    assert f"ror {LEIDEN}  Elsevier; Universiteit Leiden  (Leiden, The Netherlands)" in found.text
    listed = commonplace("citations", "jette2011", "no-such-work", "--dry-run", *home, cwd=tmp_path, **served.services)
    assert listed.exit == 1
    assert f"references kept by DOI: {NOWHERE}" in listed.text
    assert "no-such-work: failed" in listed.text
    both = commonplace("citations", "jette2011", "--all", "--dry-run", *home, cwd=tmp_path, **served.services)
    assert both.exit == 2
    assert "name works, or give --all: not both" in both.err


class Silent(ThreadingHTTPServer):
    """Stand for a service that takes every request, and answers none before it is `released`."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), SilentHandler)
        self.released = threading.Event()
        self.url = f"http://127.0.0.1:{self.server_port}"


class SilentHandler(BaseHTTPRequestHandler):
    """Wait, then answer that nothing is known."""

    def do_GET(self) -> None:
        """Answer 404 in the end."""
        assert isinstance(self.server, Silent)
        self.server.released.wait()
        self.send_error(404)

    def log_message(self, format: str, *args: object) -> None:
        """Log nothing."""


def test_services_that_do_not_answer_keep_nobody_from_reading_and_writing(reference_home: Path, tmp_path: Path) -> None:
    folder = tmp_path / "home"
    shutil.copytree(reference_home, folder)
    with Silent() as silent:
        threading.Thread(target=silent.serve_forever, daemon=True).start()
        services = {"orcid_url": silent.url, "openalex_url": "none", "opencitations_url": silent.url}
        with serving(open_home(settings_for(folder)), folder=folder, **services) as client:
            served = Served(client, folder, "", services)
            with ThreadPoolExecutor(52) as threads:
                asked = [threads.submit(served.post, "/citations", {"works": ["jette2011"]}) for _ in range(10)]
                asked += [threads.submit(served.post, "/people/elinor-ostrom/identifiers", {}) for _ in range(42)]
                for _ in range(2_000):  # until all have come
                    if 'commonplace_threads_waiting{task="asks"} 44' in client.get("/metrics").text:
                        break
                assert client.get("/works?limit=1").status_code == 200
                assert served.post("/venues", {"title": "Journal of Waiting"}).status_code == 201
                silent.released.set()
                assert {one.result().status_code for one in asked} == {200}
        silent.shutdown()
