"""Reading on the command line is bounded too: in the command's own process, and in those that read with it."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from commonplace.importers import bounds, parallel
from commonplace.importers.bounds import ReadingBounds
from commonplace.importers.formats import IMPORT_FORMATS
from commonplace.importers.parallel import BatchReading
from commonplace.importers.text_encoding import UnreadableFile
from commonplace.model.record import ReadEntry
from commonplace.processes.limits import limit
from tests.conftest import ROOT

BIB = b"@book{a, title = {A title}}\n" * 1000
RIS = b"TY  - BOOK\nTI  - A title\nER  - \n" * 200_000
COMMAND = (
    "from commonplace.importers import bounds; bounds.CPU_SECONDS = 1; bounds.CPU_SECONDS_PER_MB = 0; "
    "from commonplace.cli.commands import cli"
)


@pytest.fixture
def on_two_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel, "PARALLEL_BYTES", 0)


def out_of_memory(entries: Sequence[ReadEntry]) -> None:
    raise MemoryError


def limits(entries: Sequence[ReadEntry]) -> tuple[int, int]:
    return resource.getrlimit(resource.RLIMIT_CPU)[0], resource.getrlimit(resource.RLIMIT_AS)[0]


def test_a_process_without_memory_ends_the_reading(on_two_cores: None) -> None:
    with pytest.raises(UnreadableFile, match="too much memory"):
        list(BatchReading(IMPORT_FORMATS["bibtex"], BIB, "a.bib", out_of_memory, cores=2))


def test_the_processes_that_read_are_bounded(on_two_cores: None) -> None:
    told = set(BatchReading(IMPORT_FORMATS["bibtex"], BIB, "a.bib", limits, cores=2))
    assert told == {(bounds.CPU_SECONDS, bounds.MEMORY_BYTES + bounds.MEMORY_PER_BYTE * len(BIB))}


def test_limits_are_as_before_between_two_stretches() -> None:
    before = resource.getrlimit(resource.RLIMIT_CPU), resource.getrlimit(resource.RLIMIT_AS)
    handler = signal.getsignal(signal.SIGXCPU)
    bounded = ReadingBounds(1000)
    for _ in range(2):
        with bounded:
            assert resource.getrlimit(resource.RLIMIT_CPU)[0] > 0
            assert resource.getrlimit(resource.RLIMIT_AS) != before[1]
        assert (resource.getrlimit(resource.RLIMIT_CPU), resource.getrlimit(resource.RLIMIT_AS)) == before
        assert signal.getsignal(signal.SIGXCPU) == handler


def test_memory_beyond_the_bounds_is_a_problem_of_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "MEMORY_BYTES", 100_000_000)
    with pytest.raises(UnreadableFile, match="too much memory"), ReadingBounds(0):
        bytearray(500_000_000)


def test_a_file_that_takes_too_long_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "long.ris").write_bytes(RIS)
    done = subprocess.run(
        [sys.executable, "-c", f"{COMMAND}; cli()", "convert", "--to", "csl-json", "--out", "made", "long.ris"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT / "app")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "long.ris: reading it took too long" in done.stderr
    assert "Traceback" not in done.stderr
    assert list((tmp_path / "made").iterdir()) == []


@pytest.mark.parametrize("at", ["begin", "end"])
def test_time_that_is_over_while_a_stretch_begins_or_ends_is_a_problem_of_the_file(
    at: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The signal may come while limits are set: it must not raise there, where nothing would take it for what it is."""
    before = signal.getsignal(signal.SIGXCPU), resource.getrlimit(resource.RLIMIT_CPU)
    setrlimit = resource.setrlimit

    def limited(what: int, value: int) -> None:
        limit(what, value)
        if at == "begin" and what == resource.RLIMIT_AS:
            signal.raise_signal(signal.SIGXCPU)

    def put_back(what: int, limits: tuple[int, int]) -> None:
        setrlimit(what, limits)
        if at == "end" and what == resource.RLIMIT_CPU and limits == before[1]:
            signal.raise_signal(signal.SIGXCPU)

    monkeypatch.setattr("commonplace.importers.bounds.limit", limited)
    monkeypatch.setattr(resource, "setrlimit", put_back)
    done: list[str] = []
    with pytest.raises(UnreadableFile, match="too long"), ReadingBounds(0):
        done.append("read")
    assert done == ([] if at == "begin" else ["read"])
    assert (signal.getsignal(signal.SIGXCPU), resource.getrlimit(resource.RLIMIT_CPU)) == before
