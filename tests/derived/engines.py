"""SPARQL 1.1 engines for tests, each a server of its own: Oxigraph's from PyPI, and Virtuoso where it is installed."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

START_SECONDS = 60
OXIGRAPH = Path(sys.executable).with_name("oxigraph")
VIRTUOSO = "virtuoso-t"

_VIRTUOSO_SETTINGS = """
[Database]
DatabaseFile = virtuoso.db
ErrorLogFile = virtuoso.log
LockFile = virtuoso.lck
TransactionFile = virtuoso.trx
xa_persistent_file = virtuoso.pxa
[TempDatabase]
DatabaseFile = virtuoso-temp.db
TransactionFile = virtuoso-temp.trx
[Parameters]
ServerPort = {sql}
DirsAllowed = .
NumberOfBuffers = 10000
[HTTPServer]
ServerPort = 127.0.0.1:{http}
ServerThreads = 10
[SPARQL]
ResultSetMaxRows = 1000000
"""


@pytest.fixture(scope="session")
def oxigraph() -> Iterator[str]:
    """The addresses of an Oxigraph server with its data in memory."""
    with served_by_oxigraph() as addresses:
        yield addresses


@contextmanager
def served_by_oxigraph(port: int | None = None) -> Iterator[str]:
    """Serve an empty store in memory until the end of the block; give the addresses of its queries and its updates."""
    at = f"127.0.0.1:{port or free_port()}"
    server = subprocess.Popen([OXIGRAPH, "serve", "--bind", at], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _await(f"http://{at}/query?query=ASK%7B%7D", server)
        yield f"http://{at}/query http://{at}/update"
    finally:
        server.kill()
        server.wait()


@pytest.fixture(scope="session")
def virtuoso(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a Virtuoso server that lets everybody write."""
    if shutil.which(VIRTUOSO) is None:
        pytest.skip("Virtuoso is not installed (Debian: virtuoso-opensource-7-bin)")
    directory = tmp_path_factory.mktemp("virtuoso")
    sql, http = free_port(), free_port()
    (directory / "virtuoso.ini").write_text(_VIRTUOSO_SETTINGS.format(sql=sql, http=http))
    command = [VIRTUOSO, "+foreground", "+configfile", "virtuoso.ini"]
    server = subprocess.Popen(command, cwd=directory, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _await(f"http://127.0.0.1:{http}/sparql?query=ASK%7B%7D", server)
        for grant in ("SPARQL_UPDATE", "SPARQL_SELECT"):
            grants = f'GRANT {grant} TO "SPARQL"'
            subprocess.run(
                ["isql-vt", f"127.0.0.1:{sql}", "dba", "dba", f"exec={grants}"], check=True, stdout=subprocess.DEVNULL
            )
        yield f"http://127.0.0.1:{http}/sparql"
    finally:
        server.kill()
        server.wait()


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def _await(address: str, server: subprocess.Popen[bytes]) -> None:
    """Wait until a server answers."""
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        assert server.poll() is None, f"the server of {address} has ended"
        try:
            if httpx.get(address, trust_env=False).is_success:
                return
        except httpx.HTTPError:
            time.sleep(0.05)
    raise AssertionError(f"{address} did not answer within {START_SECONDS} s")
