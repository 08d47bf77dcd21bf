"""The asynchronous client is made from the synchronous one, and reads and writes a server without waiting."""

from __future__ import annotations

import asyncio
import inspect
import shutil
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from commonplace import AsyncClient, Client
from commonplace.cli.async_client import async_client
from commonplace.client import Conflict, Incomplete, NotFound, Unreachable
from commonplace.home.opening import open_home
from commonplace.home.tokens import Role
from tests.conftest import ROOT, serving, settings_for

MADE = ROOT / "app" / "commonplace" / "client" / "asynchronous.py"


def test_it_is_made_from_the_synchronous_client() -> None:
    ruff = [sys.executable, "-m", "ruff", "format", "--stdin-filename", str(MADE), "-"]
    laid_out = subprocess.run(ruff, input=async_client(), capture_output=True, text=True, check=True).stdout
    assert laid_out == MADE.read_text(), f"{MADE.name} is stale: run `make reference`"


def test_it_has_every_method_with_the_same_parameters() -> None:
    def methods(client: type) -> dict[str, list[str]]:
        public = inspect.getmembers(client, inspect.isfunction)
        return {name: [*inspect.signature(one).parameters] for name, one in public if not name.startswith("_")}

    assert methods(AsyncClient) == methods(Client)


def test_lists_are_asynchronous_iterators(client: httpx.Client) -> None:
    async def read() -> None:
        async with AsyncClient(str(client.base_url)) as library:
            works = library.works(limit=7)
            keys = [work["key"] async for work in works]
            assert len(keys) == await works.total == len(set(keys))
            assert await works.version == 1
            assert len([page async for page in library.works(limit=7).pages()]) > 1
            found = await library.discussing("professional-role")
            both = [(work["key"], one["state"]) async for work, evidence in found for one in evidence]
            assert ("tuurnas2015", "discusses") in both
            assert (await found.coverage)["discusses"] == await found.total
            several = await asyncio.gather(*(library.work(key) for key in keys[:5]))
            assert [one.value["key"] for one in several] == keys[:5]
            rows = await library.sparql(
                "SELECT ?work WHERE { ?work a <http://purl.org/spar/fabio/Expression> } LIMIT 2"
            )
            assert len(rows.value) == 2
            with pytest.raises(NotFound):
                await library.work("nobody")

    asyncio.run(read())


def test_it_writes_and_takes_back(reference_home: Path, tmp_path: Path) -> None:
    folder = tmp_path / "home"
    shutil.copytree(reference_home, folder)
    home = open_home(settings_for(folder))
    secret = home.tokens.add("Mara", Role.CURATOR)

    async def write(address: str) -> None:
        async with AsyncClient(address, token=secret) as library:
            receipt = await library.import_file(b"@book{tide1999, title = {Tides}, year = 1999}", filename="tides.bib")
            assert receipt.value["fates"]["new"] == 1
            read = await library.work("tide1999")
            await library.edit("works", "tide1999", {"title": "Tides of the Lagoon"}, if_match=read.etag)
            with pytest.raises(Conflict):
                await library.edit("works", "tide1999", {"title": "Tides again"}, if_match=read.etag)
            undone = await library.undo(receipt.version + 1)
            assert undone.value["version"] == receipt.version + 2
            assert (await library.work("tide1999")).value["title"] == "Tides"

    with serving(home) as client:
        asyncio.run(write(str(client.base_url)))


def test_what_stands_in_the_way_is_raised_and_what_says_so_is_asked_again() -> None:
    answers = iter(
        [
            httpx.Response(503, headers={"Retry-After": "0"}, json={"title": "busy", "status": 503}),
            httpx.Response(200, json={"items": [], "total": 0, "complete": "truncated", "next": None}),
        ]
    )

    def answer(request: httpx.Request) -> httpx.Response:
        found = next(answers, None)
        if found is None:
            raise httpx.ConnectError("gone")
        return found

    async def ask() -> None:
        async with AsyncClient("http://library", transport=httpx.MockTransport(answer)) as library:
            with pytest.raises(Incomplete):
                [work async for work in library.works()]
            with pytest.raises(Unreachable, match="gone"):
                await library.work("ostrom1996")

    asyncio.run(ask())
