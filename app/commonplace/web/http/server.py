"""Run the server: uvicorn, and the line that says it is ready."""

from __future__ import annotations

import resource
import socket

import typer
import uvicorn
from uvicorn.importer import import_from_string

from commonplace.processes.garbage_collection import collect_rarely, keep_for_good, rarely_collected
from commonplace.processes.limits import raise_limit
from commonplace.processes.memory import keep_apart, share_arenas
from commonplace.web.http.connection import CONNECTIONS, KEPT_FILES
from commonplace.web.http.stopping import Stopping
from commonplace.web.http.whole_response import WholeResponses

ENDING_SECONDS = 10
"""Maximum time that answers under way have to end when the server is told to stop."""

ARENAS = 2
"""Maximum number of the C library's arenas. Python runs one thread at a time, so that two do; without this bound ten
minutes of mixed traffic leave a third more memory (`benchmarks/soak.py`)."""

LARGE_BYTES = 256 * 1024
"""Minimum size of a piece of memory that lies apart from the others. Without this bound 50 MB lie free between pieces
in use after 570 versions of mixed traffic, five times as much as with it (`benchmarks/soak.py`)."""


class Announcing(uvicorn.Server):
    """Say where the server listens once it does, and tell the application when it is to stop."""

    def __init__(self, config: uvicorn.Config, stopping: Stopping) -> None:
        super().__init__(config)
        self._stopping = stopping

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        for server in getattr(self, "servers", ()):
            for listening in server.sockets:
                host, port = listening.getsockname()[:2]
                typer.echo(f"Commonplace is ready: http://{host}:{port}/")

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._stopping.begin()
        await super().shutdown(sockets)


def run(factory: str, host: str, port: int) -> None:
    """Serve the application that a factory makes, until told to stop. Raises what the factory raises."""
    keep_apart(LARGE_BYTES)
    share_arenas(ARENAS)  # before there are threads, and processes that are forked from this one
    with rarely_collected():
        create = import_from_string(factory)
    app = create()  # before the server is, so that a fault is one line and not its traceback
    keep_for_good()
    collect_rarely()  # what answers leave behind is looked for four times a minute
    raise_limit(resource.RLIMIT_NOFILE, CONNECTIONS + KEPT_FILES)
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        log_level="warning",
        access_log=False,
        http=WholeResponses,
        timeout_graceful_shutdown=ENDING_SECONDS,
        proxy_headers=False,  # the application reads them, `X-Forwarded-Host` too
    )
    Announcing(config, app.stopping).run()
