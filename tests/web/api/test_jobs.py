"""Imports that take their time: progress, events, cancelling, and readers who do not wait for them."""

from __future__ import annotations

import gzip
import json
import resource
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from commonplace.exchange.imports import import_file
from commonplace.exchange.jobs import ImportJobs, Job
from commonplace.exchange.receipts import Receipt
from commonplace.home.opening import Home
from commonplace.home.tokens import Role
from commonplace.importers import reader_process
from tests.conftest import no_network, shared

BIBTEX = {"Content-Type": "application/x-bibtex"}
ASYNC = {**BIBTEX, "Prefer": "respond-async"}
SMALL = "@book{okafor2004, author = {Okafor, Chinua}, title = {Harbours}, year = 2004}"


def many(count: int) -> str:
    """A file of that many entries, big enough to be read in a process of its own."""
    entry = (
        "@article{{k{0}, author = {{Okafor, Chinua {0}}}, title = {{Harbour {0}}}, journal = {{Quay}}, year = 2004}}\n"
    )
    return "".join(entry.format(number) for number in range(count))


def begun(client: httpx.Client, content: str | bytes, **more: Any) -> str:
    """Begin an import that is not waited for; answers the address of its job."""
    response = client.post("/imports", content=content, headers={**ASYNC, **more.pop("headers", {})}, **more)
    assert response.status_code == 202, response.text
    assert response.headers["preference-applied"] == "respond-async"
    assert response.headers["location"] == f"/imports/jobs/{response.json()['id']}"
    return str(response.headers["location"])


def told(client: httpx.Client, address: str) -> list[dict[str, Any]]:
    """Every status that the events of a job tell, to the last."""
    with client.stream("GET", f"{address}/events", timeout=120) as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        lines = [line for line in response.iter_lines() if line and not line.startswith(":")]
    assert set(lines[::2]) == {"event: status"}
    return [json.loads(line.removeprefix("data: ")) for line in lines[1::2]]


def ended(client: httpx.Client, address: str) -> dict[str, Any]:
    """The status a job ends with, which its address answers too."""
    last = told(client, address)[-1]
    response = client.get(address)
    assert response.headers["cache-control"] == "no-store"
    assert response.json() == last
    return last


def test_a_job_tells_how_far_it_is_and_ends_with_a_receipt(curator: httpx.Client) -> None:
    address = begun(curator, many(400), params={"filename": "harbours.bib"})
    statuses = told(curator, address)
    last = statuses[-1]
    assert (last["state"], last["done"], last["total"], last["file"]) == ("done", 400, 400, "harbours.bib")
    order = ["queued", "running", "done"]
    assert [order.index(status["state"]) for status in statuses] == sorted(
        order.index(status["state"]) for status in statuses
    )
    receipt = curator.get(last["receipt"]).json()
    assert receipt["fates"]["new"] == 400
    assert curator.get(f"{address}/receipt").json() == receipt
    assert last["receipt"] == f"/imports/{receipt['version']}"
    assert curator.get("/works/k399").status_code == 200


def test_an_import_is_the_same_whichever_process_reads_it(curator: httpx.Client) -> None:
    """The bigger file is read in a process of its own, and has the smaller one at its end."""
    text = many(900) + "@article{broken, title = {Ebb}\n@book{\n" + SMALL
    assert len(text) > 65_536
    response = curator.post("/imports", content=text, headers={**BIBTEX, "Prefer": "wait=30"})
    assert response.status_code == 201, response.text
    again = curator.post("/imports", content=SMALL, headers=BIBTEX, params={"dry_run": "true"}).json()
    last = response.json()["items"][-1]
    assert (last["key"], last["fate"], last["line"]) == ("okafor2004", "new", 903)
    assert (again["items"][0]["fate"], again["items"][0]["work"]) == ("matched", last["work"])


def test_the_receipt_of_a_dry_run_is_with_its_job(curator: httpx.Client) -> None:
    address = begun(curator, SMALL, params={"dry_run": "true"})
    last = ended(curator, address)
    assert (last["state"], last["dry_run"], last["receipt"]) == ("done", True, f"{address}/receipt")
    assert curator.get(last["receipt"]).json()["fates"]["new"] == 1
    assert curator.get("/works/okafor2004").status_code == 404


def test_the_status_holds_the_problem_of_a_job(curator: httpx.Client) -> None:
    last = ended(curator, begun(curator, "%PDF-1.7", params={"filename": "a.bib"}))
    assert last["state"] == "failed"
    assert (last["problem"]["status"], last["problem"]["errors"][0]["where"]) == (400, "a.bib")
    assert "PDF" in last["problem"]["detail"]
    assert "receipt" not in last


def test_the_head_is_compared_again_at_the_commit(curator: httpx.Client, opened: Home) -> None:
    """Whoever commits between the request and the job's own commit makes the job fail, not overwrite."""
    version = opened.library.follow()
    with opened.library.log.writing():  # nothing is committed meanwhile
        address = begun(curator, SMALL, headers={"If-Match": f'"{version}"'})
        import_file(opened.library, opened.committer, SMALL.encode(), "other.bib")
    last = ended(curator, address)
    assert (last["state"], last["problem"]["status"]) == ("failed", 412)


def test_cancelling_before_the_commit_leaves_nothing(curator: httpx.Client, opened: Home) -> None:
    version = opened.library.follow()
    with opened.library.log.writing():
        address = begun(curator, SMALL)
        response = curator.delete(address)
        assert response.status_code == 202
    assert ended(curator, address)["state"] == "cancelled"
    assert opened.library.follow() == version
    assert curator.get("/works/okafor2004").status_code == 404
    assert curator.get(f"{address}/receipt").status_code == 404
    assert curator.delete(address).status_code == 202, "asking twice is no error"


def test_a_request_that_waits_for_a_cancelled_import_is_told(curator: httpx.Client, opened: Home) -> None:
    def under_way() -> list[str]:
        jobs = curator.get("/imports/jobs").json()["items"]
        return [job["id"] for job in jobs if job["state"] in ("queued", "running")]

    headers = {**BIBTEX, "Prefer": "wait=60"}
    with ThreadPoolExecutor(1) as thread, opened.library.log.writing():
        waiting = thread.submit(curator.post, "/imports", content=SMALL, timeout=90, headers=headers)
        while not (jobs := under_way()):
            assert not waiting.done()
        curator.delete(f"/imports/jobs/{jobs[0]}")
    response = waiting.result()
    assert (response.status_code, response.json()["type"].rpartition("/")[2]) == (409, "cancelled")
    assert "409" in curator.get("/openapi.json").json()["paths"]["/imports"]["post"]["responses"]


def test_cancelling_stops_the_reader_too(curator: httpx.Client, opened: Home) -> None:
    """A job that is reading a big file in another process ends without it."""
    version = opened.library.follow()
    address = begun(curator, many(20_000))
    for status in iter_events(curator, address):
        if status["state"] == "running":
            curator.delete(address)
    assert ended(curator, address)["state"] == "cancelled"
    assert opened.library.follow() == version


@pytest.fixture
def killed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Kill the readers that are started, at once: as many as the first number of the list says."""
    to_kill, start = [0], reader_process._started

    def start_and_kill(*arguments: Any) -> subprocess.Popen[bytes]:
        process = start(*arguments)
        if to_kill[0]:
            to_kill[0] -= 1
            process.kill()
        return process

    monkeypatch.setattr(reader_process, "_started", start_and_kill)
    return to_kill


def test_a_file_whose_reader_is_killed_once_is_read_again(curator: httpx.Client, killed: list[int]) -> None:
    killed[0] = 1
    last = ended(curator, begun(curator, many(1_000)))
    assert (last["state"], last["done"]) == ("done", 1_000)
    assert curator.get(last["receipt"]).json()["fates"] == {"new": 1_000, "matched": 0, "updated": 0, "failed": 0}


def test_a_file_whose_reader_is_killed_again_is_not_blamed(
    curator: httpx.Client, opened: Home, killed: list[int]
) -> None:
    version = opened.library.follow()
    killed[0] = 2
    headers = {**BIBTEX, "Prefer": "wait=30"}
    response = curator.post("/imports", content=many(1_000), headers=headers, params={"filename": "harbours.bib"})
    problem = response.json()
    assert (response.status_code, problem["type"].rpartition("/")[2]) == (503, "interrupted")
    assert int(response.headers["retry-after"]) > 0
    assert problem["errors"] == [
        {"where": "harbours.bib", "why": "the process that read it was killed from outside 2 times (SIGKILL)"}
    ]
    assert opened.library.follow() == version


@pytest.mark.parametrize("room", [10_000, 100_000])
def test_a_full_folder_of_temporary_files_is_said_to_be_full(curator: httpx.Client, opened: Home, room: int) -> None:
    """Where there is no room for the body, and where there is for that but not for what is made of it."""
    version, limits = opened.library.follow(), resource.getrlimit(resource.RLIMIT_FSIZE)
    content = many(400)
    assert 10_000 < len(content) < 100_000
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, limits[1]))
    try:
        response = curator.post("/imports", content=content, headers={**BIBTEX, "Prefer": "wait=30"})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    problem = response.json()
    assert (response.status_code, problem["type"].rpartition("/")[2]) == (507, "no-room"), problem
    assert problem["errors"] == [{"where": tempfile.gettempdir(), "why": "File too large"}]
    assert opened.library.follow() == version


def iter_events(client: httpx.Client, address: str) -> Iterator[dict[str, Any]]:
    with client.stream("GET", f"{address}/events", timeout=120) as response:
        for line in response.iter_lines():
            if line.startswith("data: "):
                yield json.loads(line.removeprefix("data: "))


def test_a_job_that_is_over_cannot_be_cancelled(curator: httpx.Client) -> None:
    address = begun(curator, SMALL)
    assert ended(curator, address)["state"] == "done"
    response = curator.delete(address)
    assert response.status_code == 409
    assert "/undo" in response.json()["detail"]


def test_a_contributor_cancels_only_their_own(curator: httpx.Client, opened: Home) -> None:
    with opened.library.log.writing():
        address = begun(curator, SMALL)
        bo = {"Authorization": f"Bearer {opened.tokens.add('Bo', Role.CONTRIBUTOR)}"}
        assert curator.delete(address, headers=bo).status_code == 403
    assert ended(curator, address)["state"] == "done"
    own = begun(curator, SMALL, params={"dry_run": "true"}, headers=bo)
    assert curator.delete(own, headers=bo).status_code in (202, 409)


def test_an_unknown_job_is_404(client: httpx.Client) -> None:
    for address in ("/imports/jobs/0", "/imports/jobs/0/events", "/imports/jobs/0/receipt"):
        accept = {"Accept": "text/event-stream"} if address.endswith("events") else {}
        assert client.get(address, headers=accept).status_code == 404


def test_jobs_wait_in_line_and_the_line_has_an_end(curator: httpx.Client, opened: Home) -> None:
    with opened.library.log.writing():
        addresses = []
        while (response := curator.post("/imports", content=SMALL, headers=ASYNC)).status_code == 202:
            addresses.append(response.headers["location"])
            assert len(addresses) < 100
        assert response.status_code == 503
        for address in addresses:
            curator.delete(address)
    assert {ended(curator, address)["state"] for address in addresses} == {"cancelled"}
    assert curator.post("/imports", content=SMALL, headers=BIBTEX).status_code == 201


def test_closing_cancels_jobs_that_have_not_begun(opened: Home) -> None:
    jobs = ImportJobs(opened.library, opened.committer, no_network)
    running = threading.Event()

    def work(job: Job) -> Receipt:
        running.set()
        while True:
            job.advance(0, 1)

    job = Job("endless.bib", "Ada", dry_run=False)
    jobs._jobs[job.id] = job
    thread = threading.Thread(target=job.run, args=(work,))
    thread.start()
    assert running.wait(30)
    jobs.close()
    thread.join(30)
    assert (job.over, job.state.value) == (True, "cancelled")


def answers_while(busy: Callable[[], bool], client: httpx.Client, addresses: list[str]) -> list[int]:
    """The statuses of asking for those addresses in turn as long as `busy`."""
    statuses = []
    while busy():
        for address in addresses:
            statuses.append(client.get(address).status_code)
    return statuses


def test_readers_are_answered_while_a_big_file_is_imported(curator: httpx.Client, opened: Home) -> None:
    """3,644 entries. Were a reader to wait for the import, few could ask twice while it goes on."""
    data = gzip.decompress(shared("corpora", "tugboat.bib.gz").read_bytes())
    version = opened.library.follow()
    address = begun(curator, data)
    seen: list[int] = []
    with httpx.Client(base_url=curator.base_url, timeout=30) as reader:

        def busy() -> bool:
            status = reader.get(address).json()
            seen.append(reader.get("/works", params={"limit": 1}).json()["version"])
            return status["state"] in ("queued", "running")

        statuses = answers_while(busy, reader, ["/works/ostrom1996", "/works?discusses=professional-role", "/changes"])
    assert set(statuses) == {200}
    assert len(statuses) > 60
    assert seen == sorted(seen)
    assert set(seen) == {version, version + 1}
    receipt = curator.get(ended(curator, address)["receipt"]).json()
    assert (receipt["entries"], receipt["fates"]["failed"]) == (3644, 0)


def test_nothing_of_an_upload_stays_on_disk(
    curator: httpx.Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    assert ended(curator, begun(curator, many(400)))["state"] == "done"
    assert not list(folder.iterdir())
