"""Fixtures for every test: a home with the reference set, made once and copied; a server on a socket."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from hypothesis import HealthCheck, settings

from commonplace.derived.workers import zygote_link
from commonplace.derived.workers.limits import QueryLimits
from commonplace.derived.workers.pool import WorkerPool
from commonplace.home.opening import Home, open_home
from commonplace.importers import reader_process
from commonplace.importers.doi.fetching import DoiFetcher
from commonplace.main import application
from commonplace.settings import QUERIES, Settings
from commonplace.web.app import Application
from commonplace.web.http.whole_response import WholeResponses
from tests import preloaded

BASE = "http://127.0.0.1:8000/"
ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"

settings.register_profile(
    "patient", settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
settings.load_profile("patient")
"""How long an example takes is no matter of right and wrong: on a busy machine every one is slow."""


def shared(*parts: str) -> Path:
    """A file of the shared folder beside the project; the test is skipped where it is absent."""
    path = SHARED.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"needs ../shared/{'/'.join(parts)}")
    return path


def settings_for(home: Path, **more: object) -> Settings:
    """Settings for a home, whatever the environment says."""
    return Settings.model_validate({"home": home, "base_iri": BASE, **more})


@pytest.fixture(scope="session", autouse=True)
def preloaded_processes() -> Iterator[None]:
    """Let the servers of this process start zygotes and readers that have the program imported already."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(zygote_link, "spawn", preloaded.spawn)
        patch.setattr(reader_process, "spawn", preloaded.spawn)
        yield
    preloaded.end()


@pytest.fixture(scope="session")
def reference_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose version 1 is the reference set. Not to be written to: copy it (`home`)."""
    directory = tmp_path_factory.mktemp("reference") / "home"
    open_home(settings_for(directory))
    return directory


@pytest.fixture
def home(reference_home: Path, tmp_path: Path) -> Path:
    """A home of one's own with the reference set."""
    directory = tmp_path / "home"
    shutil.copytree(reference_home, directory)
    return directory


@pytest.fixture
def opened(home: Path) -> Home:
    """That home, open."""
    return open_home(settings_for(home))


NO_SERVICES = dict.fromkeys(("orcid_url", "ror_url", "openalex_url", "opencitations_url"))
"""Settings of servers that ask no service: a test that lets one ask gives the address of a stand-in."""


def no_network() -> DoiFetcher:
    """The fetcher of servers that are given none."""
    raise AssertionError("this test fetches by DOI: give serving() a fetcher that asks a stand-in")


def application_over(
    home: Home,
    *,
    workers: WorkerPool | None = None,
    fetcher: Callable[[], DoiFetcher] = no_network,
    queries: Path = QUERIES,
    described: bool = True,
    folder: Path | None = None,
    **settings: object,
) -> Application:
    """Return the application over an open home, built as `serve` builds it, with those settings and no network.

    `folder` is the home's, for a server that keeps answers of services in it.
    """
    return application(
        home,
        Settings.model_validate({**NO_SERVICES, **({"home": folder} if folder else {}), **settings}),
        workers=workers or WorkerPool(home.library.worker_views(), QueryLimits()),
        fetcher=fetcher,
        queries=queries,
        described=described,
    )


@contextmanager
def serving(home: Home, **given: Any) -> Iterator[httpx.Client]:
    """Serve an open home on a free port, and yield a client; `given` goes to `application_over`."""
    preloaded.begin()  # here, or the server's loop would wait for it when it first needs a zygote
    app = application_over(home, **given)
    server = uvicorn.Server(
        uvicorn.Config(  # as `serve` does, but for clients whose busy machine leaves them idle for longer than 5 s
            app,
            host="127.0.0.1",
            port=0,
            log_level="warning",
            proxy_headers=False,
            http=WholeResponses,
            timeout_keep_alive=300,
        )
    )
    started = threading.Event()
    startup = server.startup

    async def announcing(sockets: object = None) -> None:
        await startup()
        started.set()

    server.startup = announcing  # type: ignore[method-assign]
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    assert started.wait(30), "the server did not start"
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
            yield client
    finally:
        server.should_exit = True
        thread.join(30)


@pytest.fixture(scope="session")
def client(reference_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A client of a server over the reference set, shared by tests that only read."""
    directory = tmp_path_factory.mktemp("served") / "home"
    shutil.copytree(reference_home, directory)
    with serving(open_home(settings_for(directory))) as client:
        yield client
