"""After a big import the server forks another zygote, which shares the graph that the server has taken it into."""

from __future__ import annotations

import threading
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from benchmarks.processes import until_quiet
from commonplace.derived.workers.succession import HANDED_ON_BYTES
from tests.web.sparql.test_served_workers import COUNT, below, books, children, imported, served, wait_for_end_of

MANY = 2_600
"""Number of books whose import is big for the servers here, and for their workers."""

BIG = """
from commonplace.derived.workers import succession
succession.HANDED_ON_BYTES, succession.REST_SECONDS = 3_000_000, 60
"""
"""A server that hands its graph on after less than others do, however long it takes on a busy machine."""

STATEMENT_BYTES = 150
"""Memory of a statement in the engine, at least; it takes more than twice that."""

NO_REST = """
succession.REST_SECONDS, succession.READ_BYTES, succession.others_rest = 0, 1e12, lambda: False
"""
"""A server in which there is always a thread that works."""

STUCK = """
import threading
from commonplace.derived.workers import zygote
succession.BEGIN_SECONDS = 0.2
zygote.let_go_of_all_but = lambda kept: threading.Event().wait()
"""
"""A server whose new zygote waits for a lock that nobody opens."""

NO_PROCESS = """
def none(*arguments): raise BlockingIOError(11, "no more processes")
succession.forked_at_work = none
"""
"""A server for which the system has no other process."""

NEVER = """
async def none(self, before): pass
succession.Succession._end = none
"""
"""A server whose zygote is never told that no successor comes, as when another import is under way for long."""


def zygote_of(server: int) -> int:
    """Return the process that forks the workers of a server."""
    (zygote,) = (one for one in children(server) if children(one))
    return zygote


def count(client: httpx.Client) -> int:
    answer = client.get("/sparql", params={"query": COUNT}).raise_for_status()
    return int(answer.json()["results"]["bindings"][0]["n"]["value"])


def shared_memory(process: int) -> int:
    """Return the bytes of a process's own making that others have in memory, too."""
    lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Shared_Dirty:")) * 1024


def sockets(process: int) -> set[str]:
    """Return the sockets that a process has open, each by the name that the system gives it."""
    found = set()
    for path in Path(f"/proc/{process}/fd").iterdir():
        with suppress(FileNotFoundError):
            found.add(str(path.readlink()))
    return {one for one in found if one.startswith("socket:")}


def logged(home: Path) -> int:
    return sum(path.stat().st_size for path in home.rglob("*.rdfp"))


def edited(home: Path, client: httpx.Client, key: str, title: str) -> None:
    address, token = f"/works/{key}", (home / "token").read_text().strip()
    tag = client.get(address, headers={"Accept": "application/json"}).headers["etag"]
    form = {"Authorization": f"Bearer {token}", "Content-Type": "application/merge-patch+json", "If-Match": tag}
    client.patch(address, json={"title": title}, headers=form).raise_for_status()


def test_a_new_zygote_has_what_a_big_import_added(home: Path) -> None:
    """Beside the threads of a webhook, too, which wait for versions and for answers all the while."""
    with served(home, BIG, webhook_private="1") as (server, client):
        curator = {"Authorization": f"Bearer {(home / 'token').read_text().strip()}"}
        client.post("/webhooks", json={"url": f"{client.base_url}healthz"}, headers=curator).raise_for_status()
        before, first = count(client), zygote_of(server.pid)
        imported(home, client, books(MANY))
        added = count(client) - before
        assert added > 10 * MANY
        wait_for_end_of({first})
        second = zygote_of(server.pid)
        edited(home, client, "k7", "Quays of the moon")
        named = client.get(
            "/sparql",
            params={
                "query": "ASK { ?work <http://purl.org/dc/terms/title> ?title FILTER("
                'STR(?title) = "Quays of the moon") }'
            },
        )
        assert named.json()["boolean"] is True, "it follows the log"
        imported(home, client, books(MANY, MANY))
        wait_for_end_of({second})
        assert count(client) > before + 2 * added * 0.99
        assert client.get("/search", params={"q": f"Harbours of {2 * MANY - 1}"}).status_code == 200


@pytest.mark.slow
def test_what_a_big_import_added_is_in_memory_once(home: Path) -> None:
    """The server shares it with the workers: neither has read it, or written to it, since the fork."""
    with served(home) as (server, client):
        count(client)
        until_quiet(server.pid)
        before, shared = count(client), shared_memory(server.pid)
        imported(home, client, books(5 * MANY))
        assert logged(home) > HANDED_ON_BYTES
        until_quiet(server.pid)
        added = count(client) - before
        assert shared_memory(server.pid) - shared > added * STATEMENT_BYTES


def test_who_asks_while_a_zygote_takes_over_gets_every_answer(home: Path) -> None:
    """Questions, pages and edits go on: each is answered, at a version that is never an earlier one."""
    over, asked = threading.Event(), 0
    faults: list[str] = []

    def ask(address: str) -> None:
        nonlocal asked
        newest = 0
        with httpx.Client(base_url=str(client.base_url), timeout=60) as own:
            while not over.is_set():
                answer = own.get(address)
                version = int(answer.headers.get("commonplace-version", newest))
                if answer.status_code != 200 or version < newest:
                    faults.append(f"{address}: {answer.status_code}, version {version} after {newest}")
                newest, asked = version, asked + 1

    addresses = ["/works?limit=5", "/", "/sparql?query=SELECT%20(COUNT(*)%20AS%20%3Fn)%20%7B%3Fs%20a%20%3Fo%7D"]
    with served(home, BIG) as (server, client):
        count(client)
        first = zygote_of(server.pid)
        threads = [threading.Thread(target=ask, args=[address]) for address in addresses]
        for thread in threads:
            thread.start()
        try:
            imported(home, client, books(MANY))
            count(client)
        finally:
            over.set()
            for thread in threads:
                thread.join()
        assert (faults, asked > 30) == ([], True)
        assert count(client) > 10 * MANY
        wait_for_end_of({first})


@pytest.mark.slow
def test_a_new_zygote_and_its_workers_hold_no_connection_of_the_server(home: Path) -> None:
    """One that the server closes would else stay open for its client."""
    with served(home, BIG) as (server, client):
        count(client)
        first = zygote_of(server.pid)
        imported(home, client, books(MANY))
        wait_for_end_of({first})
        of_server = sockets(server.pid)
        assert len(of_server) >= 2, "it listens, and talks with the zygote"
        assert not of_server & {one for process in below(server.pid) for one in sockets(process)}


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(NO_REST, id="no rest"),
        pytest.param(STUCK, id="stuck", marks=pytest.mark.slow),
        pytest.param(NO_PROCESS, id="no process", marks=pytest.mark.slow),
        pytest.param(NEVER, id="never told"),
    ],
)
def test_a_zygote_that_gets_no_successor_reads_the_log(home: Path, fault: str) -> None:
    with served(home, BIG + fault) as (server, client):
        before, first = count(client), zygote_of(server.pid)
        imported(home, client, books(MANY))
        assert count(client) - before > 10 * MANY
        assert children(server.pid) == {first}, "it has forked no other zygote"


@pytest.mark.slow
def test_nothing_is_left_of_a_server_that_has_handed_its_graph_on(home: Path) -> None:
    with served(home, BIG) as (server, client):
        count(client)
        first = zygote_of(server.pid)
        imported(home, client, books(MANY))
        wait_for_end_of({first})
        processes = below(server.pid)
        server.terminate()
        server.wait(30)
        wait_for_end_of(processes)
