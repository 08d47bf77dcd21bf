"""What a big import is like is looked for in a process of its own, which finds what is found without it."""

from __future__ import annotations

import logging
import random
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from commonplace.exchange import plan, similar_apart
from commonplace.exchange.imports import import_file
from commonplace.exchange.receipts import Receipt
from commonplace.processes import spawn as processes
from tests.curation.works import SmallLibrary

WORDS = "mussels rivers salt governing water village forest market trust law norms cities harbour".split()


def entries(first: int, count: int) -> bytes:
    """Return entries in threes, by one of two people: a title, it with a slip, and it as a second part."""
    chance = random.Random(5)
    titles = [" ".join(chance.sample(WORDS, 6)) for _ in range(first + count)][first:]
    said = [(t, t.replace("r", "w", 1), f"{t}, part II") for t in titles]
    return "\n".join(
        f"@book{{b{first + number}-{place}, title = {{{title}}}, year = 1990, author = {{{family}, Ann}}}}"
        for number, of_one in enumerate(said)
        for place, title in enumerate(of_one)
        for family in [chance.choice(("Okafor", "Lind"))]
    ).encode()


def imported(home: SmallLibrary, files: Iterable[bytes], **options: Any) -> Receipt:
    """Import files one after the other, and return the receipt of the last."""
    receipts = [import_file(home.library, home.committer, data, "some.bib", **options) for data in files]
    return receipts[-1]


FILES = entries(0, 20), entries(10, 20).replace(b"@book{b", b"@book{c")
"""Two files that share half of their works, under other keys."""


@pytest.fixture
def home(tmp_path: Path) -> SmallLibrary:
    return SmallLibrary(tmp_path / "home")


@pytest.mark.parametrize("dry_run", [False, True])
def test_a_process_finds_what_the_import_itself_finds(
    home: SmallLibrary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, dry_run: bool
) -> None:
    imported(home, FILES[:1])
    wanted = imported(home, FILES[1:], dry_run=True)
    monkeypatch.setattr(plan, "APART_WORKS", 1)
    monkeypatch.setattr(plan, "similar_to", None)  # which it must do without
    found = imported(home, FILES[1:], dry_run=dry_run)
    assert found.items == wanted.items
    similar = [one.work.rpartition("/")[2] for item in found.items for one in item.similar or ()]
    assert {key[0] for key in similar} == {"b", "c"}, "works of the library, and others of the file"
    assert any(item.related for item in found.items)


def test_a_process_that_is_killed_is_done_without(
    home: SmallLibrary, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    wanted = imported(home, FILES, dry_run=True)
    started: list[subprocess.Popen[bytes]] = []

    def spawn(*given: Any, **options: Any) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(["false"])
        started.append(process)
        return process

    monkeypatch.setattr(plan, "APART_WORKS", 1)
    monkeypatch.setattr(similar_apart, "spawn", spawn)
    with caplog.at_level(logging.WARNING):
        assert imported(home, FILES[1:], dry_run=True).items == wanted.items
    assert "similar works are looked for in the server itself" in caplog.text
    assert [process.returncode is not None for process in started] == [True]


def test_no_process_is_left_of_an_import_that_fails(home: SmallLibrary, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[subprocess.Popen[bytes]] = []

    def spawn(*given: Any, **options: Any) -> subprocess.Popen[bytes]:
        started.append(processes.spawn(*given, **options))
        return started[-1]

    def fail(self: object) -> None:
        raise OSError("no room")

    monkeypatch.setattr(plan, "APART_WORKS", 1)
    monkeypatch.setattr(similar_apart, "spawn", spawn)
    monkeypatch.setattr(plan.ImportPlan, "change", fail)
    with pytest.raises(OSError, match="no room"):
        imported(home, FILES[:1])
    assert [process.returncode for process in started] == [-9]
    assert home.library.newest() == 0
