"""Processes write one file together: nothing of theirs is lost or mixed, and nothing is left behind."""

from __future__ import annotations

import errno
import os
import resource
import signal
import tempfile
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import pairwise
from pathlib import Path

import pytest

from commonplace.importers import parallel
from commonplace.importers.bounds import ReaderKilled
from commonplace.importers.formats import IMPORT_FORMATS
from commonplace.importers.parallel import BatchReading
from commonplace.importers.reader_process import read_apart
from commonplace.model.record import ReadEntry
from commonplace.processes.shared_file import NotWritten, SharedFile

BIB = "".join(f"@book{{a{n}, title = {{Title {n}}}, abstract = {{{'word ' * 500}}}}}\n" for n in range(2000)).encode()
BIBTEX = IMPORT_FORMATS["bibtex"]
assert len(BIB) > parallel.PARALLEL_BYTES

Written = tuple[int, int, bytes]
Read = Callable[[partial[Written]], BatchReading[Written]]


def on_cores(work: partial[Written]) -> BatchReading[Written]:
    return BatchReading(BIBTEX, BIB, "a.bib", work, cores=2)


def apart(work: partial[Written]) -> BatchReading[Written]:
    return read_apart(BIBTEX, BIB, "a.bib", work, lambda: None)


def here(work: partial[Written]) -> BatchReading[Written]:
    return BatchReading.here(BIBTEX, BIB, "a.bib", work)


def written(file: SharedFile, entries: Sequence[ReadEntry]) -> Written:
    """Write much of each entry; answers where, how much, and how it begins."""
    pieces = [f"{entry.key};".encode() * 1_000 for entry in entries]
    return file.write(pieces), sum(map(len, pieces)), pieces[0]


def written_and_killed(file: SharedFile, entries: Sequence[ReadEntry]) -> Written:
    if entries[0].position > 1:
        os.kill(os.getpid(), signal.SIGKILL)
    return written(file, entries)


def without_room(file: SharedFile, entries: Sequence[ReadEntry]) -> Written:
    """The same where no file may become larger than what two batches take."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (6_000_000, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
    return written(file, entries)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where files are made that go by themselves."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    yield tmp_path
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("read", [on_cores, apart, here])
def test_what_processes_write_at_the_same_time_is_all_there(read: Read, folder: Path) -> None:
    file, number, places = SharedFile(), 0, []
    for start, size, first in read(partial(written, file)):
        places.append((start, size))
        told = file.read(start, size)
        assert told.startswith(first)
        keys = [key for key, after in pairwise(told.split(b";")) if key != after]
        assert keys == [f"a{number + place}".encode() for place in range(len(keys))]
        number += len(keys)
        assert list(folder.iterdir()) == []
    assert number == 2000
    ends = sorted((start, start + size) for start, size in places)
    assert all(end <= start for (_, end), (start, _) in pairwise(ends))


@pytest.mark.parametrize("read", [on_cores, apart])
def test_a_process_that_is_killed_ends_the_reading_and_leaves_no_file(read: Read, folder: Path) -> None:
    with pytest.raises(ReaderKilled, match="SIGKILL"):
        list(read(partial(written_and_killed, SharedFile())))


@pytest.mark.parametrize("read", [on_cores, apart])
def test_where_there_is_no_room_is_told(read: Read, folder: Path) -> None:
    with pytest.raises(NotWritten, match="File too large") as fault:
        list(read(partial(without_room, SharedFile())))
    assert (fault.value.errno, fault.value.filename) == (errno.EFBIG, str(folder))


def test_it_is_closed_with_the_last_that_knows_of_it() -> None:
    file = SharedFile()
    descriptor = file.descriptor
    assert os.fstat(descriptor).st_nlink == 0
    del file
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(descriptor)
