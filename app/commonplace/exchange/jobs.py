"""Run imports in threads, each with its progress, and stop one that is asked to before it commits.

A job is known until the process ends, or until `KEPT` later ones are over, or later ones that have `KEPT_ENTRIES`
together; the receipt of an import is in the log for ever.
"""

from __future__ import annotations

import logging
import uuid
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from contextvars import copy_context
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from threading import Event, Lock
from typing import BinaryIO

from commonplace.commit import Committer
from commonplace.errors import BadRequest, Cancelled, CommonplaceError, Message, NotFound, Stopped, TooLarge
from commonplace.exchange.by_doi import dois_of_works, import_dois
from commonplace.exchange.imports import Batches, Read, import_file
from commonplace.exchange.prepared import PreparedBatch
from commonplace.exchange.receipts import Receipt
from commonplace.exchange.small_files import Ask, read_small
from commonplace.importers.doi.fetching import DoiFetcher
from commonplace.importers.formats import ImportFormat
from commonplace.importers.packing import GZIP, unpacked
from commonplace.importers.parallel import BatchFunction
from commonplace.importers.reader_process import SMALL_BYTES, read_apart
from commonplace.library import Library
from commonplace.model.change import Version

log = logging.getLogger(__name__)

AT_ONCE = 2
"""Maximum number of jobs that run at a time: commits wait for one another in any case."""

WAITING = 20
"""Maximum number of jobs that wait: each keeps its file on disk."""

KEPT = 50
"""Maximum number of jobs that can still be asked for when they are over."""

KEPT_ENTRIES = 200_000
"""Maximum number of entries in the receipts of all these jobs, of which each takes about a kilobyte; but the newest
receipt is always kept, however long."""


class JobState(StrEnum):
    """State of a job, which ends in one of the last three."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


_LAST = (JobState.DONE, JobState.FAILED, JobState.CANCELLED)


class Busy(CommonplaceError):
    """`WAITING` imports wait already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file to import, and the way to do it. With `packed` it must be gzip; a `format` of None is guessed."""

    file: BinaryIO
    filename: str
    format: str | None
    agent: str
    limit: int
    packed: bool = False
    dry_run: bool = False
    expected: Version | None = None


@dataclass(slots=True)
class Job:
    """One import on its way. Any thread may read it; only its own writes it."""

    filename: str
    agent: str
    dry_run: bool
    id: str = field(default_factory=lambda: uuid.uuid4().hex)
    created: datetime = field(default_factory=lambda: datetime.now(UTC))
    state: JobState = JobState.QUEUED
    done: int = 0
    total: int = 0
    receipt: Receipt | None = None
    fault: CommonplaceError | None = None
    ended: Future[None] = field(default_factory=Future)
    """Done when the job has ended, well or not. Do not cancel this: call `cancel`."""
    _cancelled: Event = field(default_factory=Event)

    @property
    def over(self) -> bool:
        """Return whether the job has ended, well or not."""
        return self.ended.done()

    def cancel(self) -> None:
        """Ask the job to stop. One that has begun to commit ends as if nothing had been asked."""
        self._cancelled.set()

    def go_on(self) -> None:
        """Raise `Cancelled` when the job was asked to stop."""
        if self._cancelled.is_set():
            raise Cancelled(
                Message("the import of %(filename)s was cancelled; nothing was written", filename=self.filename)
            )

    def advance(self, done: int, total: int) -> None:
        """Note the progress, and go on unless asked to stop (a `commonplace.exchange.imports.Progress`)."""
        self.done, self.total = done, total
        self.go_on()

    def run(self, work: Callable[[Job], Receipt]) -> None:
        """Do the work, and end in the state that tells its success, failure or cancelling."""
        try:
            self.go_on()
            self.state = JobState.RUNNING
            self.receipt = work(self)
            self.state = JobState.DONE
        except (Cancelled, Stopped) as stopped:
            self.fault, self.state = stopped, JobState.CANCELLED
        except CommonplaceError as fault:
            self.fault, self.state = fault, JobState.FAILED
        except Exception as fault:
            log.error("unexpected error while importing %r", self.filename, exc_info=fault)
            self.fault, self.state = CommonplaceError("an unexpected error; it is in the server's log"), JobState.FAILED
        finally:
            self.ended.set_result(None)


class ImportJobs:
    """The imports of one process into one library."""

    def __init__(
        self,
        library: Library,
        committer: Committer,
        fetcher: Callable[[], DoiFetcher],
        ask: Ask | None = None,
        handing_on: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        """Take a function that makes the fetcher of DOIs; it is called for the first list of them.

        `ask` lets a worker read small files; without it each file has a process of its own. Each file is imported
        in a block of `handing_on`, at the end of which what the import needed is free again.
        """
        self._library = library
        self._committer = committer
        self._fetcher = lru_cache(maxsize=1)(fetcher)
        self._ask = ask
        self._handing_on = handing_on
        self._jobs: dict[str, Job] = {}
        self._lock = Lock()
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="import")
        self.ended: Counter[str] = Counter({state.value: 0 for state in _LAST})
        """Number of jobs that have ended so far, by their state."""
        self.fates: Counter[str] = Counter()
        """Number of entries of the imports that were made so far, by their fate."""

    def begin(self, upload: Upload) -> Job:
        """Start the import of a file, which is closed in the end. Raises `Busy` when too many wait already."""

        def work(job: Job) -> Receipt:
            with upload.file:
                return self._import(job, upload)

        job = Job(upload.filename, upload.agent, upload.dry_run)
        self._begin(job, work).add_done_callback(lambda _: upload.file.close())  # when it was cancelled in the line
        return job

    def begin_dois(
        self,
        dois: Sequence[object] | None,
        agent: str,
        dry_run: bool,
        expected: Version | None,
        *,
        enrich: bool = False,
    ) -> Job:
        """Start the import of a list of DOIs, or, without one, of the DOIs of all works.

        With `enrich`, add to works that are there and make no others. Raises `Busy` when too many wait already.
        """
        name = "enrich" if enrich else "dois"

        def work(job: Job) -> Receipt:
            return import_dois(
                self._library,
                self._committer,
                dois_of_works(self._library) if dois is None else dois,
                self._fetcher(),
                name=name,
                agent=agent,
                dry_run=dry_run,
                enrich=enrich,
                progress=job.advance,
                expected=expected,
            )

        job = Job(name, agent, dry_run)
        self._begin(job, work)
        return job

    def _begin(self, job: Job, work: Callable[[Job], Receipt]) -> Future[None]:
        with self._lock:
            waiting = sum(job.state is JobState.QUEUED for job in self._jobs.values())
            if waiting >= WAITING:
                raise Busy(Message("%(waiting)s imports wait already: try again later", waiting=waiting))
            self._forget_oldest()
            self._jobs[job.id] = job
            job.ended.add_done_callback(lambda _: self._count(job))
            return self._threads.submit(copy_context().run, job.run, work)  # with the piece of work it belongs to

    def job(self, id: str) -> Job:
        """Return the job of an id. Raises `NotFound`."""
        found = self._jobs.get(id)
        if found is None:
            raise NotFound(
                Message(
                    "there is no import job %(id)r: jobs are known until the server stops, receipts for "
                    "ever (/imports/…)",
                    id=id,
                )
            )
        return found

    def written(self) -> list[Job]:
        """Return the jobs that write, and no previews, the newest first."""
        with self._lock:
            return [job for job in reversed(self._jobs.values()) if not job.dry_run]

    @property
    def under_way(self) -> Mapping[str, int]:
        """Return the number of jobs that wait, and that run."""
        with self._lock:
            now = Counter(job.state for job in self._jobs.values())
        return {state.value: now[state] for state in (JobState.QUEUED, JobState.RUNNING)}

    def _count(self, job: Job) -> None:
        """Count a job that has ended, and its entries when they are in the library."""
        with self._lock:
            self.ended[job.state.value] += 1
            if job.receipt is not None and not job.dry_run:
                self.fates.update(job.receipt.fates)

    def close(self) -> None:
        """Cancel the jobs that have not begun to commit, and wait for those that have."""
        for job in list(self._jobs.values()):
            job.cancel()
        self._threads.shutdown(wait=True)

    def _forget_oldest(self) -> None:
        over = [job for job in self._jobs.values() if job.over]
        entries = sum(job.total for job in over)
        for number, job in enumerate(over[:-1]):
            if len(over) - number < KEPT and entries <= KEPT_ENTRIES:
                return
            entries -= job.total
            del self._jobs[job.id]

    def _import(self, job: Job, upload: Upload) -> Receipt:
        with self._handing_on():
            receipt = self._imported(job, upload)
        if receipt.version is not None:
            self._make_searchable()
        return receipt

    def _imported(self, job: Job, upload: Upload) -> Receipt:
        data, filename = _unpacked(upload)
        return import_file(
            self._library,
            self._committer,
            data,
            filename,
            format=upload.format,
            agent=upload.agent,
            dry_run=upload.dry_run,
            progress=job.advance,
            expected=upload.expected,
            read=_reader(job, self._ask),
        )

    def _make_searchable(self) -> None:
        """Bring the search index, and the history of things, to the newest version, so that both are ready when the job
        is done."""
        try:
            self._library.things.follow()
            self._library.search(newest=True)
        except Exception:  # the import is made all the same, and who searches next tries again
            log.exception("the search index could not be brought to the newest version")


def _unpacked(upload: Upload) -> tuple[bytes, str]:
    upload.file.seek(0)
    data, filename = upload.file.read(upload.limit + 1), upload.filename
    if len(data) > upload.limit:
        raise TooLarge(
            Message("%(filename)s: it has more than %(limit)s bytes", filename=filename, limit=upload.limit),
            [(filename, "too large")],
        )
    if upload.packed:
        if not data.startswith(GZIP):
            raise BadRequest(
                Message("%(filename)s: said to be gzip and is not", filename=filename),
                [("Content-Encoding", "the body is not gzip")],
            )
        data, filename = unpacked(data, filename, upload.limit)
    return unpacked(data, filename, upload.limit)


def _reader(job: Job, ask: Ask | None) -> Read:
    """Return the way to read the file of a job: a small one in a worker, others in a process of their own.

    None is read in this process, where nothing can end the reading.
    """

    def read(format: ImportFormat, data: bytes, filename: str, work: BatchFunction[PreparedBatch]) -> Batches:
        if ask is not None and len(data) < SMALL_BYTES:
            return read_small(ask, f"token {job.agent}", format, data, filename, work, job.go_on)
        return read_apart(format, data, filename, work, job.go_on)

    return read
