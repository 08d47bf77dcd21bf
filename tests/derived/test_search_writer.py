"""The search index that processes of the server write together is the one that a single process writes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest

from commonplace.derived.graph.opening import GraphKind
from commonplace.derived.search.early_index import BigChange
from commonplace.derived.search.index import SearchIndex
from commonplace.derived.workers.limits import QueryLimits
from commonplace.derived.workers.link import WorkerLink
from commonplace.derived.workers.messages import WorkerMessage
from commonplace.derived.workers.pool import WorkerPool
from commonplace.derived.workers.search_writer import WRITING_SECONDS, SearchWriter
from commonplace.derived.workers.zygote_link import ZygoteLink
from commonplace.home.opening import Home
from commonplace.library import Library
from commonplace.model.change import Version
from tests.conftest import BASE
from tests.curation.works import BOVAIRD, SmallLibrary


@pytest.fixture
def exchanges(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """When workers were asked and have answered, and their numbers; and when the zygote was to wait, with 0."""
    noted: list[tuple[str, int]] = []
    exchange = WorkerLink.exchange

    async def note(link: WorkerLink, question: WorkerMessage, seconds: float | None = None) -> WorkerMessage:
        noted.append(("asked", link.number))
        answer = await exchange(link, question, seconds)
        noted.append(("answered", link.number))
        return answer

    send = ZygoteLink.send

    def note_wait(link: ZygoteLink, message: WorkerMessage) -> None:
        if "wait" in message.head:
            noted.append(("held back" if message.head["wait"] else "let go", 0))
        send(link, message)

    monkeypatch.setattr(WorkerLink, "exchange", note)
    monkeypatch.setattr(ZygoteLink, "send", note_wait)
    return noted


Write = Callable[[SearchWriter, Path, int], Coroutine[Any, Any, object]]
"""Write an index of a library of so many statements to a directory."""


def whole(writer: SearchWriter, place: Path, statements: int) -> Coroutine[Any, Any, object]:
    return writer.write(place, Version(2), statements)


def of_a_change(writer: SearchWriter, place: Path, statements: int) -> Coroutine[Any, Any, object]:
    """Leave four things: those that the version before describes, and a work that names one of them."""
    is_logged: Future[bool] = Future()
    is_logged.set_result(True)
    return writer.write_change(place, BigChange(Version(2), is_logged), statements)


@pytest.mark.parametrize(
    ("graph", "write", "statements", "count"),
    [
        ("memory", whole, 1_000, 0),
        ("memory", whole, 1_001, 5),
        ("memory", of_a_change, 1_000, 0),
        ("memory", of_a_change, 1_001, 2),
        ("disk", whole, 1_001, 0),
        ("disk", of_a_change, 1_001, 0),
    ],
)
def test_a_large_graph_that_processes_share_is_read_by_one_after_another(
    small: SmallLibrary,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    exchanges: list[tuple[str, int]],
    graph: GraphKind,
    write: Write,
    statements: int,
    count: int,
) -> None:
    """Each makes what it reads of the graph its own until it ends. `count` parts are read so, 0 where side by side."""
    for constant, size in (("SIDE_BY_SIDE_STATEMENTS", 1_000), ("SHARE_STATEMENTS", 250), ("SHARE_THINGS", 2)):
        monkeypatch.setattr(f"commonplace.derived.workers.search_writer.{constant}", size)
    small.add(BOVAIRD)
    library, place = Library.open(tmp_path / "home", BASE, graph), tmp_path / "index"
    small.library.end()
    place.mkdir()

    async def run() -> None:
        workers = WorkerPool(library.worker_views(), QueryLimits())
        workers.start()
        try:
            await write(workers.search, place, statements)
        finally:
            workers.close()

    asyncio.run(run())
    assert {path.suffix for path in place.iterdir()} == {"", ".json", ".names"}
    if count:
        of_workers = [(what, number) for what, number in exchanges if number]
        assert [what for what, _ in of_workers] == ["asked", "answered"] * (1 + count), "the first lists things"
        assert len({number for _, number in of_workers}) == 1 + count
    if count and write is whole:  # which begins a zygote first
        assert (exchanges[0], exchanges[-1]) == (("held back", 0), ("let go", 0))
    index, rebuilt = SearchIndex(), SearchIndex()
    index.open(sorted(path.with_suffix("") for path in place.glob("*.json")), 2)
    library.read(lambda snapshot: rebuilt.rebuild(snapshot, library.minter, 2))
    for q in ("ostrom", "divide", "engagement", "bovaird"):
        assert rebuilt.search(q).total
        assert index.search(q, limit=100) == rebuilt.search(q, limit=100), q


def test_it_may_take_longer_than_a_query(opened: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a million works it takes many minutes on a busy machine: more than to start."""
    library, place = opened.library, tmp_path / "parts"
    place.mkdir()
    given = list[float]()
    set_clock = WorkerLink._set_clock

    def noted(link: WorkerLink, seconds: float | None) -> None:
        given.extend([seconds] if seconds is not None and link.process is not None else ())
        set_clock(link, seconds)

    monkeypatch.setattr(WorkerLink, "_set_clock", noted)

    async def run() -> Version:
        workers = WorkerPool(library.worker_views(), QueryLimits(seconds=0.001))
        workers.start()
        try:
            return await workers.search.write(place, library.newest())
        finally:
            workers.close()

    assert asyncio.run(run()) == library.newest()
    assert [*place.iterdir()]
    assert given
    assert min(given) == WRITING_SECONDS
