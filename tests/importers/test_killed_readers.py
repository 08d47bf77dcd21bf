"""Readers that are killed from outside, as by a system short of memory, read once more and never blame the file."""

from __future__ import annotations

import os
import signal
import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import pytest

from commonplace.errors import BadRequest, Interrupted
from commonplace.importers import parallel
from commonplace.importers.bounds import ReaderKilled, refuse_ending
from commonplace.importers.formats import IMPORT_FORMATS
from commonplace.importers.parallel import BatchReading
from commonplace.importers.reader_process import read_apart
from commonplace.importers.reading_problems import reading_problems
from commonplace.importers.text_encoding import UnreadableFile
from commonplace.model.record import ReadEntry
from commonplace.processes.shared_file import NotWritten

COUNT = 2_000
BIB = "".join(f"@book{{key{number}, title = {{Title {number}}}}}\n" for number in range(COUNT)).encode()
RIS = "".join(f"TY  - BOOK\nID  - key{number}\nER  - \n" for number in range(COUNT)).encode()
KEYS = [f"key{number}" for number in range(COUNT)]

Keys = list[str | None]
Read = Callable[[partial[Keys]], BatchReading[Keys]]


def on_cores(work: partial[Keys]) -> BatchReading[Keys]:
    return BatchReading(IMPORT_FORMATS["bibtex"], BIB, "a.bib", work, cores=2)


def apart(work: partial[Keys]) -> BatchReading[Keys]:
    """In one process, which does the work itself."""
    return read_apart(IMPORT_FORMATS["ris"], RIS, "a.ris", work, lambda: None)


def apart_on_cores(work: partial[Keys]) -> BatchReading[Keys]:
    """In a process that leaves the work to others."""
    return read_apart(IMPORT_FORMATS["bibtex"], BIB * 30, "a.bib", work, lambda: None)


def keys(entries: Sequence[ReadEntry]) -> Keys:
    return [entry.key for entry in entries]


def end(victim: Callable[[], int], by: signal.Signals, marker: Path, times: int, entries: Sequence[ReadEntry]) -> Keys:
    """Answer the keys; but the first `times` processes that come to the second batch end their victim."""
    if entries[0].position > 1:
        for time in range(times):
            try:
                (marker / str(time)).touch(exist_ok=False)
            except FileExistsError:
                continue
            os.kill(victim(), by)
    return keys(entries)


def ended(read: Read, marker: Path, times: int, by: signal.Signals = signal.SIGKILL) -> Keys:
    """All keys of a reading whose processes are ended that often."""
    with_work = read(partial(end, os.getpid, by, marker, times))
    return [key for batch in with_work for key in batch]


@pytest.fixture(autouse=True)
def on_all_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel, "PARALLEL_BYTES", 0)


@pytest.mark.parametrize("read", [on_cores, apart])
@pytest.mark.parametrize("by", [signal.SIGKILL, signal.SIGTERM])
def test_a_process_that_is_killed_once_loses_nothing(read: Read, by: signal.Signals, tmp_path: Path) -> None:
    assert ended(read, tmp_path, 1, by) == KEYS
    assert [file.name for file in tmp_path.iterdir()] == ["0"], "nothing was killed"


@pytest.mark.parametrize("read", [on_cores, apart])
def test_one_that_is_killed_again_ends_the_reading(read: Read, tmp_path: Path) -> None:
    with pytest.raises(ReaderKilled, match="SIGKILL"):
        ended(read, tmp_path, 100)


def test_the_process_that_leaves_the_work_to_others_may_be_killed_too(tmp_path: Path) -> None:
    read = apart_on_cores(partial(end, os.getppid, signal.SIGKILL, tmp_path, 1))
    assert [key for batch in read for key in batch] == KEYS * 30
    assert [file.name for file in tmp_path.iterdir()] == ["0"], "nothing was killed"


@pytest.mark.parametrize("read", [on_cores, apart])
@pytest.mark.parametrize(
    ("by", "says"), [(signal.SIGSEGV, "broke down \\(SIGSEGV\\)"), (signal.SIGXCPU, "took too long")]
)
def test_what_a_file_did_is_said_of_the_file_and_not_tried_again(
    read: Read, by: signal.Signals, says: str, tmp_path: Path
) -> None:
    with pytest.raises(UnreadableFile, match=says):
        ended(read, tmp_path, 1, by)


@pytest.mark.parametrize(
    ("statuses", "says"),
    [
        ([0], "broke down \\(exit 0\\)"),
        ([0, 3], "broke down \\(exit 3\\)"),
        ([-signal.SIGTERM, -signal.SIGSEGV, -signal.SIGTERM], "SIGSEGV"),
        ([-signal.SIGTERM, -signal.SIGXCPU], "took too long"),
        ([77, -signal.SIGKILL], "too much memory"),
        ([-40], "signal 40"),
    ],
)
def test_the_statuses_of_all_processes_tell_whose_fault_it_was(statuses: list[int], says: str) -> None:
    with pytest.raises(UnreadableFile, match=says):
        refuse_ending(statuses)


def test_a_kill_is_a_problem_of_the_machine() -> None:
    with pytest.raises(Interrupted) as told, reading_problems("a.bib"):
        refuse_ending([-signal.SIGTERM, -signal.SIGKILL])
    assert not isinstance(told.value, BadRequest)
    assert "killed from outside 2 times (SIGKILL)" in told.value.detail
    assert "nothing was written" in told.value.detail


@pytest.mark.parametrize("read", [apart, apart_on_cores])
def test_a_full_folder_of_temporary_files_is_named(read: Read, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
    with pytest.raises(NotWritten) as told:
        list(read(partial(keys)))
    assert told.value.filename == str(tmp_path / "gone")
