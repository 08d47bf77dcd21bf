"""The server as `commonplace serve` runs it: it stops when it is told to, whoever listens."""

from __future__ import annotations

import threading

import httpx
import uvicorn

from commonplace.home.opening import Home
from commonplace.home.tokens import Role
from commonplace.web.http.server import Announcing
from tests.conftest import application_over

BOOK = "@book{okafor2004, author = {Okafor, Chinua}, title = {Harbours}, year = 2004}"


class Ready(Announcing):
    """Says in an event that it listens."""

    listening = threading.Event()

    async def startup(self, sockets: object = None) -> None:
        await super().startup(None)
        self.listening.set()


def test_an_open_stream_of_events_does_not_hold_a_stop(opened: Home) -> None:
    app = application_over(opened)
    server = Ready(uvicorn.Config(app, port=0, log_level="warning"), app.stopping)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    assert server.listening.wait(30)
    address = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    headers = {
        "Authorization": f"Bearer {opened.tokens.add('Ada', Role.CURATOR)}",
        "Content-Type": "application/x-bibtex",
        "Prefer": "respond-async",
    }
    with httpx.Client(base_url=address, headers=headers, timeout=30) as client:
        with opened.library.log.writing():  # the import cannot end while we hold this
            job = client.post("/imports", content=BOOK).headers["location"]
            with client.stream("GET", f"{job}/events") as response:
                lines = response.iter_lines()
                assert next(lines) == "event: status"
                server.should_exit = True
                rest = list(lines)
        assert rest[-2:] == [": the server is stopping", ""]
    thread.join(30)
    assert not thread.is_alive()
