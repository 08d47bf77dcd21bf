"""Start the servers that are compared, each on the same N-Triples and on a loopback port of its own.

A peer that is not installed raises `NotInstalled` and is skipped by name.
"""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from benchmarks.bibliography import BASE
from benchmarks.processes import free_port, started, wait_until
from benchmarks.stored import Stored

ROOT = Path(__file__).resolve().parent.parent
START_LIMIT = 1800
"""Maximum number of seconds that a server may take to load its library and answer."""
VIRTUOSO_GRAPH = "urn:commonplace:benchmark"


class NotInstalled(RuntimeError):
    """A program is not on this machine; says how to get it."""


@dataclass(frozen=True, slots=True)
class Programs:
    """Where the peers' programs are, when not on the PATH, and settings for our own server."""

    oxigraph: str = "oxigraph"
    fuseki: str = ""
    settings: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Server:
    """A server that answers: its name, `http://HOST:PORT`, the path of its SPARQL endpoint, and its process.

    `load_seconds` is what it took to take the data in when that is a step of its own, else nan; `start_seconds`
    from starting its process to its first answer (with the load, where the data are only in memory).
    """

    name: str
    address: str
    endpoint: str
    process: int
    load_seconds: float
    start_seconds: float
    update: str = ""
    """The path of its endpoint for updates; empty where it is not measured while it is edited."""
    writing: Mapping[str, str] = field(default_factory=dict)
    """Headers that let a client write."""

    def url(self) -> str:
        return self.address + self.endpoint


Starter = Callable[[Stored, Path, Programs], AbstractContextManager[Server]]


def truth(said: Mapping[str, Any]) -> bool | None:
    """Return the answer to an ASK in SPARQL JSON, None for one to a SELECT. Virtuoso answers with a row of 1 or 0."""
    if said["head"].get("vars") == ["__ASK_RETVAL"]:
        return [row["__ASK_RETVAL"]["value"] for row in said["results"]["bindings"]] == ["1"]
    return said.get("boolean")


def _first_answer(address: str, endpoint: str = "/sparql") -> Callable[[], bool]:
    """Return whether a server answers that the library's first work is there."""
    question = f"ASK {{ <{BASE}id/work/w0> ?p ?o }}"

    def answers() -> bool:
        got = httpx.get(
            address + endpoint,
            params={"query": question},
            headers={"Accept": "application/sparql-results+json"},
            timeout=START_LIMIT,
        )
        return got.status_code == 200 and truth(got.json()) is True

    return answers


def _on_path(name: str, hint: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise NotInstalled(f"{name} is not on the PATH: {hint}")
    return found


@contextlib.contextmanager
def commonplace(library: Stored, folder: Path, programs: Programs) -> Iterator[Server]:
    """Start ours: `commonplace serve` on the home, with the settings given."""
    port = free_port()
    address, log = f"http://127.0.0.1:{port}", folder / "commonplace.log"
    environment = {
        "COMMONPLACE_BASE_IRI": BASE,
        "COMMONPLACE_REFERENCE_SET": "none",
        "PYTHONPATH": str(ROOT / "app"),
        **programs.settings,
    }
    command = [sys.executable, "-m", "commonplace", "serve", "--home", str(library.home), "--port", str(port)]
    begin = time.perf_counter()
    with started(command, log, environment=environment, folder=folder) as process:
        wait_until(_first_answer(address), process, log, START_LIMIT)
        seconds = time.perf_counter() - begin
        with urllib.request.urlopen(f"{address}/search?q=anything"):  # large search indexes are built after a start
            pass
        token = {"Authorization": f"Bearer {(library.home / 'token').read_text().strip()}"}
        yield Server(
            "commonplace", address, "/sparql", process.pid, library.home_seconds, seconds, "/sparql", token
        )  # fmt: skip


@contextlib.contextmanager
def plain(library: Stored, folder: Path, programs: Programs) -> Iterator[Server]:
    """Start pyoxigraph in memory behind raw ASGI with threads: `benchmarks.plain_server`."""
    port = free_port()
    address, log = f"http://127.0.0.1:{port}", folder / "plain.log"
    command = [
        sys.executable, "-m", "uvicorn", "benchmarks.plain_server:answer", "--port", str(port), "--lifespan", "off",
        "--no-access-log", "--log-level", "warning",
    ]  # fmt: skip
    begin = time.perf_counter()
    with started(command, log, environment={"LIBRARY": str(library.triples)}, folder=ROOT) as process:
        wait_until(_first_answer(address), process, log, START_LIMIT)
        yield Server(
            "pyoxigraph + ASGI", address, "/sparql", process.pid, float("nan"), time.perf_counter() - begin
        )  # fmt: skip


@contextlib.contextmanager
def oxigraph_memory(library: Stored, folder: Path, programs: Programs) -> Iterator[Server]:
    """Start Oxigraph's own server without a location; the data are posted to it."""
    program = _on_path(programs.oxigraph, "pip install oxigraph==0.5.13, in a venv of its own")
    port = free_port()
    address, log = f"http://127.0.0.1:{port}", folder / "oxigraph-memory.log"
    with started([program, "serve", "--bind", f"127.0.0.1:{port}"], log) as process:
        wait_until(lambda: httpx.get(address).status_code > 0, process, log, START_LIMIT)
        begin = time.perf_counter()
        with library.triples.open("rb") as data:
            httpx.post(
                f"{address}/store?default&no_transaction&lenient",
                content=iter(lambda: data.read(1 << 20), b""),
                headers={"Content-Type": "application/n-triples"},
                timeout=START_LIMIT,
            ).raise_for_status()
        wait_until(_first_answer(address, "/query"), process, log, START_LIMIT)
        seconds = time.perf_counter() - begin
        yield Server("Oxigraph in memory", address, "/query", process.pid, float("nan"), seconds, "/update")


@contextlib.contextmanager
def oxigraph_disk(library: Stored, folder: Path, programs: Programs) -> Iterator[Server]:
    """Start Oxigraph's own server on a store in files."""
    program = _on_path(programs.oxigraph, "pip install oxigraph==0.5.13, in a venv of its own")
    port = free_port()
    address, log, location = f"http://127.0.0.1:{port}", folder / "oxigraph-disk.log", folder / "oxigraph"
    begin = time.perf_counter()
    load = [program, "load", "--lenient", "--location", str(location), "--file", str(library.triples)]
    subprocess.run(load, check=True, capture_output=True, timeout=START_LIMIT)
    loaded = time.perf_counter() - begin
    begin = time.perf_counter()
    with started([program, "serve", "--location", str(location), "--bind", f"127.0.0.1:{port}"], log) as process:
        wait_until(_first_answer(address, "/query"), process, log, START_LIMIT)
        yield Server("Oxigraph on disk", address, "/query", process.pid, loaded, time.perf_counter() - begin, "/update")


@contextlib.contextmanager
def fuseki(library: Stored, folder: Path, programs: Programs) -> Iterator[Server]:
    """Start Apache Jena Fuseki in memory, from its jar."""
    java = _on_path("java", "a Java 17 runtime")
    if not programs.fuseki or not Path(programs.fuseki).is_file():
        raise NotInstalled("give --fuseki with the path of fuseki-server.jar")
    port = free_port()
    address, log = f"http://127.0.0.1:{port}", folder / "fuseki.log"
    command = [java, "-Xmx6g", "-jar", programs.fuseki, "--localhost", "--port", str(port)]
    begin = time.perf_counter()
    with started([*command, "--file", str(library.triples), "/library"], log, folder=folder) as process:
        wait_until(_first_answer(address, "/library/query"), process, log, START_LIMIT)
        seconds = time.perf_counter() - begin
        yield Server("Fuseki in memory", address, "/library/query", process.pid, float("nan"), seconds)


VIRTUOSO_INI = """
[Database]
DatabaseFile = {folder}/virtuoso.db
ErrorLogFile = {folder}/virtuoso.errors
LockFile = {folder}/virtuoso.lck
TransactionFile = {folder}/virtuoso.trx
xa_persistent_file = {folder}/virtuoso.pxa
FileExtend = 200
MaxCheckpointRemap = 2000
Striping = 0
TempStorage = TempDatabase
[TempDatabase]
DatabaseFile = {folder}/virtuoso-temp.db
TransactionFile = {folder}/virtuoso-temp.trx
MaxCheckpointRemap = 2000
Striping = 0
[Parameters]
ServerPort = 127.0.0.1:{sql_port}
DisableUnixSocket = 1
MaxClientConnections = 20
CheckpointInterval = 0
DirsAllowed = {data}
NumberOfBuffers = 170000
MaxDirtyBuffers = 130000
MaxQueryMem = 2G
ThreadsPerQuery = 4
AsyncQueueMaxThreads = 10
[HTTPServer]
ServerPort = 127.0.0.1:{port}
ServerRoot = {folder}
ServerThreads = 20
MaxKeepAlives = 20
KeepAliveTimeout = 60
EnabledGzipContent = 0
[Client]
SQL_QUERY_TIMEOUT = 0
[SPARQL]
ResultSetMaxRows = 1000000
DefaultGraph = {graph}
"""
"""Settings as its manual advises for 2 GB of memory; no limit on rows, so that it answers what the others do."""


@contextlib.contextmanager
def virtuoso(library: Stored, folder: Path, programs: Programs) -> Iterator[Server]:
    """Start Virtuoso Open Source 7, its data loaded with its bulk loader."""
    hint = "apt install virtuoso-opensource-7"
    program, isql = _on_path("virtuoso-t", hint), _on_path("isql-vt", hint)
    own = folder / "virtuoso"
    own.mkdir()
    port, sql_port, log = free_port(), free_port(), folder / "virtuoso.log"
    address = f"http://127.0.0.1:{port}"
    settings = own / "virtuoso.ini"
    settings.write_text(
        VIRTUOSO_INI.format(folder=own, data=library.folder, port=port, sql_port=sql_port, graph=VIRTUOSO_GRAPH)
    )

    def sql(text: str) -> str:
        command = [isql, f"127.0.0.1:{sql_port}", "dba", "dba", f"exec={text}"]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=START_LIMIT)
        return done.stdout + done.stderr

    begin = time.perf_counter()
    with started([program, "-f", "-c", str(settings)], log, folder=own) as process:
        wait_until(lambda: "1 Rows" in sql("select 1;"), process, log, 120)
        started_seconds = time.perf_counter() - begin
        begin = time.perf_counter()
        sql(f"ld_dir('{library.folder}', '{library.triples.name}', '{VIRTUOSO_GRAPH}'); rdf_loader_run(); checkpoint;")
        loaded = time.perf_counter() - begin
        wait_until(_first_answer(address), process, log, 120)
        yield Server("Virtuoso", address, "/sparql", process.pid, loaded, started_seconds)


PEERS: dict[str, Starter] = {
    "commonplace": commonplace,
    "oxigraph-memory": oxigraph_memory,
    "oxigraph-disk": oxigraph_disk,
    "virtuoso": virtuoso,
    "plain": plain,
    "fuseki": fuseki,
}


def start_all(
    names: list[str], library: Stored, folder: Path, programs: Programs, stack: contextlib.ExitStack
) -> list[Server]:
    """Start each on the library, one after another; says of each what it took, or why it is left out."""
    servers = []
    for name in names:
        try:
            server = stack.enter_context(PEERS[name](library, folder, programs))
        except NotInstalled as missing:
            sys.stderr.write(f"{name} is skipped: {missing}\n")
            continue
        sys.stderr.write(f"{name}: process {server.process}, first answer after {server.start_seconds:.2f} s\n")
        servers.append(server)
    return servers


def environment_settings(given: list[str]) -> dict[str, str]:
    """Return settings for our server from `NAME=VALUE`. Raises `ValueError` for anything else."""
    pairs = [text.partition("=") for text in given]
    for name, equals, _ in pairs:
        if not equals or not name.startswith("COMMONPLACE_"):
            raise ValueError(f"a setting is COMMONPLACE_NAME=VALUE, not {name!r}")
    return {name: value for name, _, value in pairs}
