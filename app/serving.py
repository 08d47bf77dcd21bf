"""Running the server: uvicorn, and the line that says it is ready."""

from __future__ import annotations

import socket

import typer
import uvicorn


class Announcing(uvicorn.Server):
    """Says where it listens once it does."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        for server in getattr(self, "servers", ()):
            for listening in server.sockets:
                host, port = listening.getsockname()[:2]
                typer.echo(f"Commonplace is ready: http://{host}:{port}/")


def run(factory: str, host: str, port: int) -> None:
    """Serve the application a factory makes, until told to stop; what the factory raises is raised here."""
    config = uvicorn.Config(factory, factory=True, host=host, port=port, log_level="warning", access_log=False)
    config.load()  # before the server is, so that a home that cannot be opened is one line and not its traceback
    Announcing(config).run()
