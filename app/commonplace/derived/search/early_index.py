"""Write the search index of a big change from its own text, while the log and the graph take the change in.

Without this the index is written when the graph is ready; see `docs/performance.md` for what it gains.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from commonplace.derived.search.files import SearchFiles
from commonplace.derived.search.index import SearchIndex
from commonplace.errors import CommonplaceError, Stopped
from commonplace.model.change import EMPTY, ChangeSet, Version
from commonplace.model.quad_text import QuadText, TextFile
from commonplace.patchlog.log import PatchLog

log = logging.getLogger(__name__)

REBUILT_BYTES = 20_000_000
"""Maximum length of a change whose things are looked up one by one: after a longer one the index is built anew."""


@dataclass(frozen=True, slots=True)
class BigChange:
    """A change that only adds, and its version. Its `text` lies in a file as N-Quads; where it is None, in the log."""

    version: Version
    logged: Future[bool]
    """Whether the log has it; not done as long as that is not known."""
    text: TextFile | None = None


WriteChange = Callable[[Path, BigChange], None]
"""Write the parts of the index of a change to an empty directory. Raises OSError or `CommonplaceError`, above all when
the log does not get the change."""


class EarlyIndex:
    """The index of the newest big change: begun when the text of the change is whole, opened when it is asked for."""

    def __init__(self, entries: PatchLog, files: SearchFiles | None) -> None:
        """Write the index of changes in the log `entries` to `files`, if there are any."""
        self._entries = entries
        self._files = files
        self._begun: tuple[Version, Future[bool]] | None = None
        """The version whose index was begun, and the future that ends with its writing and says whether it was big."""
        self.write: WriteChange | None = None
        """Write the parts by other processes, as a server does. Where this is None, no index is written early."""

    @contextmanager
    def beside(self, version: Version, change: ChangeSet) -> Iterator[None]:
        """Write the index of a big change that only adds while a block logs it as that version, and afterwards.

        Raises nothing of its own: where it fails, the index is built when it is asked for.
        """
        logged: Future[bool] = Future()
        logged.set_running_or_notify_cancel()  # so that no coroutine that waits for it and ends can cancel it
        if isinstance(change.added, QuadText) and change.added.file and not change.removed:
            self._begin(version, logged, change.added.file)
        try:
            yield
        except BaseException:
            logged.set_result(False)
            if self._has_begun(version):
                self._begun = None
            raise
        logged.set_result(True)
        self.begin(version)

    def begin(self, version: Version) -> None:
        """Begin to write the index of a version that has just been logged, if it is a big change that only adds.

        Raises nothing, as `beside`. An index that was begun is not begun again.
        """
        if not self._has_begun(version):
            self._begin(version, _logged())

    def _begin(self, version: Version, logged: Future[bool], file: Callable[[], TextFile] | None = None) -> None:
        try:
            if self._is_possible() and not self.is_being_written() and (file or self._is_for(version)):
                threads = ThreadPoolExecutor(1, thread_name_prefix="search")
                self._begun = version, threads.submit(self._write_if_big, version, logged, file)
                threads.shutdown(wait=False)
        except Exception:
            log.exception("the search index could not be begun; it is built when it is asked for")

    def _has_begun(self, version: Version) -> bool:
        return self._begun is not None and self._begun[0] == version

    def is_being_written(self) -> bool:
        """Return whether an index was begun that is not written yet."""
        return self._begun is not None and not self._begun[1].done()

    def open(self, index: SearchIndex, version: Version) -> bool:
        """Open the files of a version in `index`; return whether that could be done, for a big change that only adds.

        Waits for files that are being written. Raises `Stopped` when the server stops.
        """
        if not self._is_for(version):
            return False
        begun = self._begun if self._has_begun(version) else None
        try:
            if not (begun and begun[1].result()):
                self._write(BigChange(version, _logged()))
            if self._files:
                index.open_newest(self._files, self._entries.head())
        except Stopped:
            raise
        except (OSError, ValueError, CommonplaceError) as fault:
            log.warning("the search index is built when the graph is ready, not from the text of the change: %s", fault)
        finally:
            if begun:
                self._begun = None
        return index.applied_version == version

    def close(self) -> None:
        """Wait until an index that was begun has ended; its processes have been closed before."""
        if self._begun:
            self._begun[1].exception()

    def _is_possible(self) -> bool:
        return self._files is not None and self.write is not None

    def _is_for(self, version: Version) -> bool:
        if version == EMPTY or not self._is_possible():
            return False
        return self._entries.header(version).body_length > REBUILT_BYTES and self._entries.only_adds(version)

    def _write_if_big(self, version: Version, logged: Future[bool], file: Callable[[], TextFile] | None) -> bool:
        """Write the index of a change, and return True; False where its text is short, if not as long as in the log."""
        text = file() if file else None
        is_big = text is None or text.size > REBUILT_BYTES
        if is_big:
            self._write(BigChange(version, logged, text))
        return is_big

    def _write(self, change: BigChange) -> None:
        assert self._files is not None
        assert self.write is not None
        with self._files.writing() as (place, keep):
            self.write(place, change)
            keep(change.version)


def _logged() -> Future[bool]:
    """Return what a change that the log has says of itself."""
    logged: Future[bool] = Future()
    logged.set_result(True)
    return logged
