"""A full disk and a read-only folder: what is in the log is answered as a success, and nothing else is written."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from commonplace.errors import HomeUnusable, NoRoom
from commonplace.home.opening import Home, open_home
from commonplace.home.tokens import Role
from commonplace.model.change import Version
from tests.command import commonplace, environment
from tests.conftest import serving, settings_for

pytestmark = pytest.mark.slow  # most of its tests start a server of their own

BOOK = "@book{able2001, title={A book}, author={Able, Ann}, year={2001}}\n"
IMPORT = {"Content-Type": "application/x-bibtex", "Prefer": "wait=60"}
TURTLE = {"Content-Type": "text/turtle"}
UPDATE = {"Content-Type": "application/sparql-update"}


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """Return a folder on a disk of its own, of eight megabytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounting = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(folder)]
    try:
        done = subprocess.run(mounting, capture_output=True, check=False)
    except FileNotFoundError:
        pytest.skip("needs the program mount")
    if done.returncode:
        pytest.skip(f"needs to mount a small disk, which root may: {done.stderr.decode().strip()}")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.fixture
def small_home(home: Path, disk: Path) -> Path:
    """Return a home with the reference set on the small disk."""
    return Path(shutil.copytree(home, disk / "home"))


def fill(disk: Path, left: int = 0) -> Path:
    """Fill a disk but for so many bytes; return the file that does."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        free = shutil.disk_usage(disk).free
        while free > left:
            free -= file.write(b"\1" * min(4096, free - left))
    return filler


def curator(client: httpx.Client, home: Home) -> httpx.Client:
    """Return the client with a curator's token, which was made while there was room."""
    client.headers["Authorization"] = f"Bearer {home.tokens.add('Ada', Role.CURATOR)}"
    return client


def bibtex(client: httpx.Client, text: str = BOOK) -> httpx.Response:
    return client.post("/imports", content=text.encode(), headers=IMPORT)


def unable_to_write(client: httpx.Client) -> str | None:
    """Return why nothing can be written, as far as the server knows."""
    problems = client.get("/healthz").json().get("problems", [])
    return next((one["why"] for one in problems if one["what"] == "writing"), None)


MUCH = "more than a page of a file " * 200
"""Text that the room left at the end of the last file of the log has no place for."""
SAID = f"<urn:a> <urn:p> '{MUCH}' ."

WRITES: dict[str, Callable[[httpx.Client], httpx.Response]] = {
    "an update": lambda client: client.post("/sparql", content=f"INSERT DATA {{ {SAID} }}", headers=UPDATE),
    "an import": lambda client: bibtex(client),
    "an undo": lambda client: client.post("/changes/1/undo"),
    "a graph": lambda client: client.put("/graph-store?graph=urn:g", content=SAID, headers=TURTLE),
    "more of a graph": lambda client: client.post("/graph-store?default", content=SAID, headers=TURTLE),
    "no graph": lambda client: client.delete("/graph-store?default"),
    "an edit": lambda client: client.patch("/works/ostrom1996", json={"abstract": MUCH}),
    "a new thing": lambda client: client.post(
        "/organizations", json={"name": "Some Press", "alternative_names": [MUCH]}
    ),
    "a deletion": lambda client: client.delete("/works/ostrom1996?with_dependents=true"),
}
"""Every kind of write that needs no network."""


def log_of(home: Path) -> dict[str, bytes]:
    """Return every file of the log, and what is in it."""
    return {str(path): path.read_bytes() for path in (home / "log").rglob("*") if path.is_file()}


def test_where_there_is_no_room_for_the_log_nothing_is_written(small_home: Path, disk: Path) -> None:
    opened = open_home(settings_for(small_home))
    with serving(opened) as client:
        curator(client, opened)
        filler, before = fill(disk), log_of(small_home)
        for what, write in WRITES.items():
            response = write(client)
            assert response.status_code == 507, f"{what}: {response.text[:500]}"
            assert response.headers["content-type"] == "application/problem+json"
            assert "No space left" in response.json()["detail"]
            assert response.json()["errors"][0]["where"] == str(small_home / "log")
        assert log_of(small_home) == before
        assert client.get("/healthz").json()["version"] == client.get("/works").json()["version"] == 1
        assert unable_to_write(client) == "No space left on device"
        filler.unlink()
        assert bibtex(client).json()["version"] == 2
        assert unable_to_write(client) is None
        assert client.get("/works/able2001").status_code == 200


@pytest.mark.parametrize("left", [4096, 8192, 12288, 16384, 20480])
def test_an_import_is_in_or_not_whatever_room_there_is(small_home: Path, disk: Path, left: int) -> None:
    opened = open_home(settings_for(small_home))
    with serving(opened) as client:
        curator(client, opened)
        fill(disk, left)
        before = log_of(small_home)
        response = bibtex(client)
        made = response.status_code == 201
        assert made or response.status_code == 507, response.text[:500]
        assert client.get("/works/able2001").status_code == (200 if made else 404)
        assert made or log_of(small_home) == before
    assert open_home(settings_for(small_home)).library.log.head() == (2 if made else 1)
    verified = commonplace("verify", "--home", small_home, cwd=disk.parent)
    assert verified.exit == 0, verified


def test_what_is_in_the_log_is_a_success_though_its_checkpoint_has_no_room(
    small_home: Path, disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = open_home(settings_for(small_home))
    replayed = opened.library.log.header(Version(1)).body_length + 1
    monkeypatch.setattr("commonplace.derived.checkpoints.REPLAY_BYTES", replayed)
    opened.library.checkpoints.clear()
    with serving(opened) as client:
        curator(client, opened)
        filler = fill(disk, 200_000)
        response = bibtex(client)
        assert response.status_code == 201, response.text[:500]
        assert client.get("/works/able2001").status_code == 200
        assert bibtex(client).json()["fates"]["matched"] == 1
        health = client.get("/healthz").json()
        assert health["status"] == "degraded"
        assert [(one["what"], one["why"]) for one in health["problems"]] == [
            ("the checkpoint", "No space left on device")
        ]
        assert list(opened.library.checkpoints.directory.glob("*")) == []
        filler.unlink()
        assert (
            bibtex(client, BOOK.replace("able2001", "able2002").replace("A book", "Quite another")).status_code == 201
        )
        assert client.get("/healthz").json()["status"] == "ok"
        assert len(list(opened.library.checkpoints.directory.glob("*.nq"))) == 1


@pytest.mark.parametrize("kind", ["memory", "disk"])
def test_a_library_on_a_full_disk_is_read(small_home: Path, disk: Path, kind: str) -> None:
    fill(disk)
    opened = open_home(settings_for(small_home, graph=kind))
    with serving(opened) as client:
        assert client.get("/works").json()["total"] == 35
        assert client.get("/search", params={"q": "ostrom"}).json()["total"] > 0
        assert client.get("/sparql", params={"query": "ASK { ?s ?p ?o }"}).status_code == 200
        assert client.get("/healthz").status_code == 200
    done = commonplace("verify", "--home", small_home, cwd=disk.parent, graph=kind)
    assert (done.exit, done.text) == (0, "version 1: no findings\n"), done
    assert commonplace("export", "--home", small_home, cwd=disk.parent).exit == 0


def test_a_graph_on_a_full_disk_goes_on_in_memory(small_home: Path, disk: Path) -> None:
    opened = open_home(settings_for(small_home, graph="disk"))
    with serving(opened) as client:
        curator(client, opened)
        fill(disk, 60_000)
        response = bibtex(client)
        made = response.status_code == 201
        assert made or response.status_code == 507
        assert client.get("/works").json()["total"] == (36 if made else 35)
    again = open_home(settings_for(small_home, graph="disk"))
    assert again.library.newest() == (2 if made else 1)


def test_a_library_in_a_read_only_folder_is_read(small_home: Path, disk: Path) -> None:
    opened = open_home(settings_for(small_home))
    token = opened.tokens.add("Ada", Role.CURATOR)
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    opened = open_home(settings_for(small_home))
    with serving(opened) as client:
        client.headers["Authorization"] = f"Bearer {token}"
        assert client.get("/works").json()["total"] == 35
        assert unable_to_write(client) == "Read-only file system"
        before = log_of(small_home)
        for what, write in WRITES.items():
            response = write(client)
            assert response.status_code == 507, f"{what}: {response.text[:500]}"
            assert response.headers["content-type"] == "application/problem+json"
            assert response.json()["title"] == "This library cannot be written to"
            assert "Read-only" in response.json()["detail"]
        assert log_of(small_home) == before
        assert client.get("/works").json()["version"] == 1
    assert commonplace("verify", "--home", small_home, cwd=disk.parent).text == "version 1: no findings\n"
    refused = commonplace("undo", "1", "--home", small_home, cwd=disk.parent)
    assert refused.exit == 2
    assert "Read-only" in refused.err


def test_no_library_is_made_where_there_is_no_room(disk: Path) -> None:
    fill(disk, 40_000)
    with pytest.raises(NoRoom, match="No space left"):
        open_home(settings_for(disk / "home"))
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    with pytest.raises(HomeUnusable, match="Read-only"):
        open_home(settings_for(disk / "other"))


def test_an_answer_without_room_for_temporary_files_says_so(
    opened: Home, disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(disk))
    monkeypatch.setenv("TMPDIR", str(disk))  # of the processes that answer
    with serving(opened) as client:
        fill(disk, 100_000)
        much = "SELECT * { ?a ?b ?c . ?d ?e ?f } LIMIT 40000"
        response = client.get("/sparql", params={"query": much}, headers={"Accept": "text/csv"})
        assert response.status_code == 507, response.text[:500]
        assert response.json()["detail"].startswith("Temporary files could not be written to")
        assert str(disk) in response.json()["detail"]
        assert client.get("/sparql", params={"query": "ASK { ?s ?p ?o }"}).status_code == 200


def test_serve_says_that_the_home_cannot_be_written_to(small_home: Path, disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    command = [sys.executable, "-m", "commonplace", "serve", "--home", str(small_home), "--port", "0"]
    with subprocess.Popen(
        command, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as served:
        assert served.stdout is not None
        said: list[str] = []
        for line in served.stdout:
            said.append(line)
            if "is ready: " in line:
                break
        assert "is ready: " in said[-1], "".join(said)
        assert httpx.get(said[-1].split()[-1] + "works").json()["total"] == 35
        served.terminate()
    assert f"{small_home}/log: Read-only file system; the library can be read" in "".join(said)
