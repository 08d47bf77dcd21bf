"""Small files are read by workers: alike, within bounds, and never by the process that serves."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import partial

import httpx
import pytest

from commonplace.derived.workers.messages import Call, Reply
from commonplace.errors import Broken, CommonplaceError, OutOfMemory, OutOfTime, QueryEnded, TooManyQueries
from commonplace.exchange.small_files import TASK, read_in_worker, read_small
from commonplace.home.opening import Home
from commonplace.importers.bounds import ReaderKilled
from commonplace.importers.formats import IMPORT_FORMATS
from commonplace.importers.parallel import BatchReading
from commonplace.importers.text_encoding import UnreadableFile
from commonplace.model.record import ReadEntry
from commonplace.processes.shared_file import SharedFile
from tests.conftest import serving

BIB = b"@book{one, title = {One}}\n@book{two, title = {Two}}\n@book{three, title = {{Thr}}\n"
RIS = b"TY  - BOOK\nID  - one\nTI  - One\nER  - \n"


def keys(file: SharedFile, entries: Sequence[ReadEntry]) -> list[str | None]:
    """Answer the keys of a batch, and write them to a file."""
    file.write([f"{entry.key} ".encode() for entry in entries])
    return [entry.key for entry in entries]


def read_with(ask: object, work: object, data: bytes = BIB, format: str = "bibtex") -> BatchReading[list[str | None]]:
    return read_small(ask, "token Ann", IMPORT_FORMATS[format], data, "a.bib", work, lambda: None)  # type: ignore[arg-type]


def test_a_worker_reads_as_the_process_itself_does() -> None:
    """The results, the faults and the strings are alike, and what the work writes is in the caller's own file."""
    asked: list[tuple[Call, str]] = []

    def ask(call: Call, client: str) -> Reply:
        asked.append((call, client))
        assert call.file is not None
        return read_in_worker(call)

    file, other = SharedFile(), SharedFile()
    there = read_with(ask, partial(keys, file))
    here = BatchReading.here(IMPORT_FORMATS["bibtex"], BIB, "a.bib", partial(keys, other))
    assert list(there) == list(here)
    assert there.total == here.total
    assert [fault.why for fault in there.faults] == [fault.why for fault in here.faults]
    assert dict(there.preserved) == dict(here.preserved)
    size = os.fstat(other.descriptor).st_size
    assert file.read(0, size + 1) == other.read(0, size) != b""
    assert [(call.task, client) for call, client in asked] == [(TASK, "token Ann")]


@pytest.mark.parametrize(
    ("ending", "raised", "why"),
    [
        (OutOfTime.after(30), UnreadableFile, "took too long"),
        (OutOfMemory.beyond(10), UnreadableFile, "too much memory"),
        (Broken.by("SIGSEGV"), UnreadableFile, r"broke down \(SIGSEGV\)"),
        (QueryEnded("three times"), ReaderKilled, "SIGKILL"),
    ],
)
def test_how_a_worker_ended_says_whether_the_file_is_to_blame(
    ending: CommonplaceError, raised: type[Exception], why: str
) -> None:
    def ask(call: Call, client: str) -> Reply:
        raise ending

    with pytest.raises(raised, match=why):
        read_with(ask, partial(keys, SharedFile()))


@pytest.mark.parametrize("there", [True, False])
def test_a_file_is_read_in_a_process_of_its_own_where_no_worker_is_free(there: bool) -> None:
    def ask(call: Call, client: str) -> Reply | None:
        if not there:
            return None
        raise TooManyQueries("200 requests wait already", own=False, retry_after=15)

    file = SharedFile()
    assert list(read_with(ask, partial(keys, file), RIS, "ris")) == [["one"]]
    assert file.read(0, 10) == b"one "


def test_the_server_itself_reads_no_file(opened: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its workers are other processes, which do not have what this test puts in the way."""

    def never(*_: object) -> None:
        raise AssertionError("a file was read in the server")

    bodies = {
        "application/x-bibtex": BIB,
        "application/x-research-info-systems": RIS,
        "application/vnd.citationstyles.csl+json": b'[{"id": "one", "type": "book", "title": "One"}]',
        "text/plain": b"no entry at all",
    }
    with serving(opened) as client:
        monkeypatch.setattr(BatchReading, "_follow", never)
        token = (opened.library.log.directory.parent / "token").read_text().strip()  # type: ignore[attr-defined]
        answers = {kind: posted(client, token, kind, body) for kind, body in bodies.items()}
    assert [answer.status_code for answer in answers.values()] == [201, 201, 201, 400]
    assert answers["application/x-bibtex"].json()["fates"] == {"new": 3, "matched": 0, "updated": 0, "failed": 0}
    assert "in the server" not in answers["text/plain"].text


def posted(client: httpx.Client, token: str, kind: str, body: bytes) -> httpx.Response:
    headers = {"Authorization": f"Bearer {token}", "Prefer": "wait=30", "Content-Type": kind}
    return client.post("/imports", content=body, headers=headers)
