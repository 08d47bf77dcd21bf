"""Workers of `commonplace serve`: forked from the server before it has threads, and gone when it is."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import pytest

from commonplace.derived.workers.worker import REPLAYED_BYTES
from commonplace.patchlog.rdf_patch import HELD_BYTES
from tests.command import commonplace, environment
from tests.web.sparql.limited_server import wait_until

COUNT = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"
READY = "Commonplace is ready: "


@contextmanager
def served(home: Path, first: str = "", **settings: str) -> Iterator[tuple[subprocess.Popen[str], httpx.Client]]:
    """`commonplace serve` over that home as a process that runs the program text `first`, and a client of it."""
    server = subprocess.Popen(
        [sys.executable, "-c", f"{first}\nfrom commonplace.cli import main; main()", "serve", "--port", "0"],
        cwd=home.parent,
        env=environment(home=str(home), **settings),
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert server.stdout is not None
        line = next(line for line in server.stdout if line.startswith(READY))
        with httpx.Client(base_url=line.removeprefix(READY).strip(), timeout=60) as client:
            yield server, client
    finally:
        server.kill()
        server.wait()
        if server.stdout is not None:
            server.stdout.close()


def parents() -> dict[int, int]:
    """Return the parent of each process that has not ended."""
    found: dict[int, int] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, parent = stat.read_text().rpartition(")")[2].split()[:2]
        except (FileNotFoundError, ProcessLookupError):
            continue
        if state != "Z":
            found[int(stat.parent.name)] = int(parent)
    return found


def below(process: int) -> set[int]:
    """Return the processes that descend from that one."""
    found, known = {process}, parents()
    while more := {child for child, parent in known.items() if parent in found} - found:
        found |= more
    return found - {process}


def children(process: int) -> set[int]:
    """Return the processes that this one has started itself: those of a server are its zygotes, at rest."""
    return {child for child, parent in parents().items() if parent == process}


def signalled(processes: set[int], number: signal.Signals) -> None:
    """Send a signal to those of the processes that have not ended."""
    for process in processes:
        with suppress(ProcessLookupError):
            os.kill(process, number)


def wait_for_end_of(processes: set[int]) -> None:
    """Wait until none of them is left; fails after a while."""
    end = time.monotonic() + 30
    while any(Path(f"/proc/{process}").exists() for process in processes):
        assert time.monotonic() < end, f"still there: {processes}"
        threading.Event().wait(0.02)


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_nothing_is_left_when_the_server_ends(home: Path, ending: signal.Signals) -> None:
    with served(home) as (server, client):
        assert client.get("/sparql", params={"query": COUNT}).status_code == 200
        wait_until(lambda: len(below(server.pid)) >= 3, 60)  # a zygote and two workers: one may have answered alone
        processes = below(server.pid)
        server.send_signal(ending)
        server.wait(30)
        wait_for_end_of(processes)


def test_workers_see_the_versions_that_a_command_writes(home: Path, tmp_path: Path) -> None:
    book = tmp_path / "book.bib"
    book.write_text("@book{made2001, author = {Maker, Ann}, title = {Made}, year = 2001}\n")
    ask = {"query": "ASK { ?work <ontology#citationKey> 'made2001' }"}
    with served(home) as (_, client):
        before = client.get("/sparql", params=ask)
        assert before.json()["boolean"] is False
        done = commonplace("import", book, cwd=tmp_path, home=str(home))
        assert done.exit == 0, done.err
        after = client.get("/sparql", params=ask)
        assert after.json()["boolean"] is True
        assert after.headers["commonplace-version"] == "2"
        assert client.get("/sparql", params={**ask, "at": "1"}).json()["boolean"] is False


def books(count: int, first: int = 0) -> str:
    entry = "@book{{k{0}, author = {{Okafor, Chinua {0}}}, title = {{Harbours of {0} and no more}}, year = 2004}}\n"
    return "".join(entry.format(number) for number in range(first, first + count))


def imported(home: Path, client: httpx.Client, text: str) -> None:
    headers = {"Authorization": f"Bearer {(home / 'token').read_text().strip()}", "Prefer": "wait=30"}
    made = client.post("/imports", content=text, headers={**headers, "Content-Type": "application/x-bibtex"})
    if made.status_code == 202:  # it takes longer than a client may wait
        job = made.headers["location"]
        wait_until(lambda: client.get(job, headers=headers).json()["state"] == "done", 120)
        return
    assert made.status_code == 201, made.text


def test_workers_answer_alike_after_a_big_import_and_after_a_restart(home: Path) -> None:
    ask = {"query": COUNT}
    with served(home) as (_, client):
        imported(home, client, books(2600))
        answer = client.get("/sparql", params=ask)
        assert answer.headers["commonplace-version"] == "2"
    with served(home) as (_, client):
        assert client.get("/sparql", params=ask).json() == answer.json()
    log = sum(path.stat().st_size for path in home.rglob("*.rdfp"))
    assert log > REPLAYED_BYTES, "else it is not big"


def test_a_graph_on_disk_is_opened_by_each_worker_and_by_nothing_that_is_forked(home: Path) -> None:
    """No other copy is kept than on disk: each worker has links to that one's tables, which go when it is ended."""
    ask, copies = {"query": COUNT}, home / "derived" / "graph.copies"

    def readers() -> set[int]:
        return {int(path.name.removeprefix("of-")) for path in copies.glob("of-*")}

    def count(**asked: str) -> tuple[int, str]:
        answer = client.get("/sparql", params={**ask, **asked})
        return int(answer.json()["results"]["bindings"][0]["n"]["value"]), answer.headers["commonplace-version"]

    with served(home, graph="disk") as (server, client):
        before = count()
        assert before[0] > 1000
        imported(home, client, books(2600))
        after = count()
        assert (after[0] - before[0] > 10 * 2600, after[1]) == (True, "2")
        assert (copies / copied_version(copies, 2)).is_dir(), "nobody has to read so long an entry of the log again"
        assert count(at="1") == before
        wait_until(lambda: readers() <= below(server.pid))  # the links of one that has ended go a moment later
        (zygote,) = (one for one in children(server.pid) if children(one) >= readers())
        assert len(list(Path(f"/proc/{zygote}/task").iterdir())) == 1, "the engine has threads"
        commands = [Path(f"/proc/{process}/cmdline").read_bytes() for process in (server.pid, zygote)]
        assert commands[0] == commands[1], "it is forked from the server, and imports nothing again"
        killed = readers()
        signalled(killed, signal.SIGKILL)
        assert count() == after
        wait_until(lambda: not killed & readers(), 30)


def test_a_graph_that_cannot_be_on_disk_is_shared_with_the_zygote_of_a_server_in_memory(home: Path) -> None:
    """A zygote that was forked for a graph on disk is ended, and another one is forked with the graph."""
    with served(home, graph="disk") as (_, client):
        expected = client.get("/sparql", params={"query": COUNT}).json()
    graph = home / "derived" / "graph"
    shutil.rmtree(graph)
    graph.write_text("no directory")
    with served(home, graph="disk") as (server, client):
        assert client.get("/sparql", params={"query": COUNT}).json() == expected
        assert len(children(server.pid)) == 1, "the zygote, and no other"


def copied_version(copies: Path, version: int) -> str:
    """Return the name of the copy of a version, once there is one."""
    return next(path.name for path in copies.iterdir() if path.name.startswith(f"{version:08d}-"))


def workers_ended(client: httpx.Client) -> list[str]:
    """What the metrics say of workers that were ended before they had an answer."""
    return [line for line in client.get("/metrics").text.splitlines() if line.startswith("commonplace_workers_ended")]


def test_memory_for_catching_up_is_not_counted_as_that_of_a_query(home: Path) -> None:
    def logged() -> int:
        return sum(path.stat().st_size for path in home.rglob("*.rdfp"))

    with served(home, query_memory="16000000") as (_, client):
        for number in range(4):
            client.get("/sparql", params={"query": f"ASK {{ ?s ?p {number} }}"}).raise_for_status()
        ended = workers_ended(client)
        for first in range(0, 8000, 1600):
            size = logged()
            imported(home, client, books(1600, first))
            assert HELD_BYTES < logged() - size < REPLAYED_BYTES, "else it is not caught up with by loading it"
            answer = client.get("/sparql", params={"query": f"ASK {{ ?s <ontology#citationKey> 'k{first}' }}"})
            assert answer.json()["boolean"] is True
            assert workers_ended(client) == ended, "a worker was ended"
