"""Mixed traffic with edits leaves memory flat; the benchmark that measures it tells a leak from noise."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Sized
from functools import partial
from pathlib import Path

import pytest
from pyoxigraph import Quad, Store

from benchmarks.soak import MOST_WORKERS, Look, Memory, Traffic, fill, server, soak, unexpected, verdicts
from commonplace import main
from commonplace.derived.graph import embedded
from commonplace.derived.graph.copying import copied
from commonplace.derived.graph.graph import Graph
from commonplace.home.opening import Home
from commonplace.library import Library
from tests.conftest import serving
from tests.web.sparql.limited_server import wait_until

MB = 1_000_000


def looks(growth: float, *, of_workers: float = 0, warm: float = 100 * MB) -> list[Look]:
    """An hour of memory that fills caches first, is noisy, drops now and then, and grows by that many bytes an hour.

    Workers come as the hour goes by, of 30 MB each and a part of `of_workers` bytes an hour.
    """
    chance = random.Random(3)
    found = []
    for seconds in range(30, 3601, 30):
        noise = chance.gauss(0, 8 * MB) - (150 * MB if seconds % 900 == 0 else 0)
        filled = warm * min(1.0, seconds / 600)
        server = int(200 * MB + filled + noise + growth * seconds / 3600)
        number = 2 + seconds // 900 + chance.randrange(2)
        worker = 30 * MB + chance.gauss(0, 4 * MB) + of_workers * seconds / 3600
        found.append(Look(seconds, Memory(server, 40 * MB, int(number * worker), number), seconds // 3))
    return found


@pytest.mark.parametrize(("growth", "flat"), [(0, True), (10 * MB, True), (50 * MB, False), (500 * MB, False)])
def test_a_leak_is_told_from_noise_and_from_caches_that_fill(growth: float, flat: bool) -> None:
    lasting, worker = verdicts(looks(growth)).values()
    assert lasting.is_flat is flat
    assert lasting.growth == pytest.approx(growth * 0.75, abs=4 * MB)
    assert ("NOT flat" in str(lasting)) is not flat
    assert worker.is_flat


@pytest.mark.parametrize(("growth", "flat"), [(0, True), (50 * MB, False)])
def test_a_leak_of_workers_is_told_from_more_of_them(growth: float, flat: bool) -> None:
    lasting, worker = verdicts(looks(0, of_workers=growth)).values()
    assert worker.is_flat is flat
    assert lasting.is_flat


def test_memory_is_counted_by_process(tmp_path: Path) -> None:
    with server(tmp_path / "home", tmp_path / "log.txt") as (process, client, _):
        assert client.get("/sparql", params={"query": "ASK {}"}).status_code == 200
        found = Memory.of(process)
    assert 0 < found.number <= MOST_WORKERS
    assert found.whole == found.lasting + found.workers
    assert min(found.server, found.zygote, found.each_worker) > MB


def test_too_few_looks_tell_nothing() -> None:
    with pytest.raises(ValueError, match="too seldom"):
        verdicts(looks(0)[:2])


def test_all_that_the_traffic_does_is_answered(opened: Home, home: Path) -> None:
    with serving(opened) as client:
        traffic = Traffic(client, (home / "token").read_text().strip())
        for name in traffic.kinds():
            assert traffic.do(name) == 200, name
        traffic.one()
        fill(traffic, clients=2, versions=client.get("/healthz").json()["version"] + 2)
        assert not unexpected(traffic)
        assert client.get("/works", params={"limit": 1}).json()["total"] == 35
        assert client.get("/healthz").json()["version"] >= 5


def test_a_server_makes_its_graph_anew_while_it_answers(
    opened: Home, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copies: list[Store] = []

    def counting(store: Store, *told: Callable[[], object]) -> Store:
        copies.append(copied(store, *told))
        return copies[-1]

    monkeypatch.setattr(embedded, "copied", counting)
    monkeypatch.setattr(embedded, "RENEWED_AFTER", 1)
    monkeypatch.setattr(embedded, "RENEWED_PART", 10**9)
    monkeypatch.setattr(main, "GIVE_BACK_SECONDS", 0.05)
    with serving(opened) as client:
        headers = {"Authorization": f"Bearer {(home / 'token').read_text().strip()}"}
        for number in range(3):
            made = len(copies)
            title = f"Crossing {number}"
            assert client.patch("/works/ostrom1996", json={"title": title}, headers=headers).status_code == 200
            wait_until(partial(has_more, copies, made))
            assert client.get("/works/ostrom1996").json()["title"] == title
    graph = opened.library.graph_at()
    after_replay = Library.open(home, None, access="read").graph_at()
    assert sorted(map(str, quads(graph))) == sorted(map(str, quads(after_replay)))


def has_more(of: Sized, than: int) -> bool:
    return len(of) > than


def quads(graph: Graph) -> list[Quad]:
    return graph.read_undescribed(lambda snapshot: list(snapshot.quads()))


@pytest.mark.slow
def test_memory_stays_flat(tmp_path: Path) -> None:
    """Ten minutes, or `COMMONPLACE_SOAK_MINUTES`."""
    minutes = float(os.environ.get("COMMONPLACE_SOAK_MINUTES", "10"))
    with server(tmp_path / "home", tmp_path / "log.txt") as (process, client, token):
        traffic = Traffic(client, token)
        fill(traffic, clients=4)
        seen = list(soak(traffic, process, seconds=minutes * 60, rate=15, clients=4))
    assert not unexpected(traffic)
    assert max(look.memory.number for look in seen) <= MOST_WORKERS
    assert [f"{name}: {each}" for name, each in verdicts(seen).items() if not each.is_flat] == []
    assert "Traceback" not in (tmp_path / "log.txt").read_text()
