"""Mixed traffic with edits leaves memory flat; the benchmark that measures it tells a leak from noise."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Sized
from functools import partial
from operator import itemgetter
from pathlib import Path

import pytest
from pyoxigraph import Quad, Store

from benchmarks.soak import Look, Memory, Traffic, fill, server, soak, unexpected, verdict
from commonplace import main
from commonplace.derived.graph import embedded
from commonplace.derived.graph.copying import copied
from commonplace.derived.graph.graph import Graph
from commonplace.home.opening import Home
from commonplace.library import Library
from tests.conftest import serving
from tests.web.sparql.limited_server import wait_until

MB = 1_000_000


def looks(growth: float, warm: float = 100 * MB) -> list[Look]:
    """An hour of memory that fills caches first, is noisy, drops now and then, and grows by that many bytes an hour."""
    chance = random.Random(3)
    found = []
    for seconds in range(30, 3601, 30):
        noise = chance.gauss(0, 8 * MB) - (150 * MB if seconds % 900 == 0 else 0)
        filled = warm * min(1.0, seconds / 600)
        server = int(200 * MB + filled + noise + growth * seconds / 3600)
        found.append(Look(seconds, Memory(server, 40 * MB, 60 * MB), seconds // 3))
    return found


@pytest.mark.parametrize(("growth", "flat"), [(0, True), (10 * MB, True), (50 * MB, False), (500 * MB, False)])
def test_a_leak_is_told_from_noise_and_from_caches_that_fill(growth: float, flat: bool) -> None:
    found = verdict(looks(growth))
    assert found.is_flat is flat
    assert found.growth == pytest.approx(growth * 0.75, abs=4 * MB)
    assert verdict(looks(growth), itemgetter(0)).growth == found.growth
    assert verdict(looks(growth), itemgetter(1)).growth == 0
    assert ("NOT flat" in str(found)) is not flat


def test_too_few_looks_tell_nothing() -> None:
    with pytest.raises(ValueError, match="too seldom"):
        verdict(looks(0)[:2])


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
        found = verdict(list(soak(traffic, process, seconds=minutes * 60, rate=15, clients=4)))
    assert not unexpected(traffic)
    assert found.is_flat, str(found)
    assert "Traceback" not in (tmp_path / "log.txt").read_text()
