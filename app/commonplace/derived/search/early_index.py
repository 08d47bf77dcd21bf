"""Write the search index of a big change from its text in the log, while the graph takes the change in.

Without this the index is written when the graph is ready; see `docs/performance.md` for what it gains.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from commonplace.derived.search.files import SearchFiles
from commonplace.derived.search.index import SearchIndex
from commonplace.errors import CommonplaceError, Stopped
from commonplace.model.change import EMPTY, Version
from commonplace.patchlog.log import PatchLog

log = logging.getLogger(__name__)

REBUILT_BYTES = 20_000_000
"""Maximum length of a change whose things are looked up one by one: after a longer one the index is built anew."""

WriteChange = Callable[[Path, Version], None]
"""Write the parts of the index of a version that only adds to an empty directory. Raises OSError or
`CommonplaceError`."""


class EarlyIndex:
    """The index of the newest big change: begun when the log has the change, opened when it is asked for."""

    def __init__(self, entries: PatchLog, files: SearchFiles | None) -> None:
        """Write the index of changes in the log `entries` to `files`, if there are any."""
        self._entries = entries
        self._files = files
        self._begun: tuple[Version, Future[None]] | None = None
        """The version whose index was begun, and the future that ends with its writing."""
        self.write: WriteChange | None = None
        """Write the parts by other processes, as a server does. Where this is None, no index is written early."""

    def begin(self, version: Version) -> None:
        """Begin to write the index of a version that has just been logged, if it is a big change that only adds.

        Raises nothing: where it fails, the index is built when it is asked for.
        """
        try:
            if self._is_for(version) and not self.is_being_written():
                threads = ThreadPoolExecutor(1, thread_name_prefix="search")
                self._begun = version, threads.submit(self._write, version)
                threads.shutdown(wait=False)
        except Exception:
            log.exception("the search index could not be begun; it is built when it is asked for")

    def is_being_written(self) -> bool:
        """Return whether an index was begun that is not written yet."""
        return self._begun is not None and not self._begun[1].done()

    def open(self, index: SearchIndex, version: Version) -> bool:
        """Open the files of a version in `index`; return whether that could be done, for a big change that only adds.

        Waits for files that are being written. Raises `Stopped` when the server stops.
        """
        if not self._is_for(version):
            return False
        begun = self._begun if self._begun and self._begun[0] == version else None
        try:
            if begun:
                begun[1].result()
            else:
                self._write(version)
            if self._files:
                index.open_newest(self._files, self._entries.head())
        except Stopped:
            raise
        except (OSError, ValueError, CommonplaceError) as fault:
            log.warning("the search index is built when the graph is ready, not from the log: %s", fault)
        finally:
            if begun:
                self._begun = None
        return index.applied_version == version

    def close(self) -> None:
        """Wait until an index that was begun has ended; its processes have been closed before."""
        if self._begun:
            self._begun[1].exception()

    def _is_for(self, version: Version) -> bool:
        if self._files is None or self.write is None or version == EMPTY:
            return False
        return self._entries.header(version).body_length > REBUILT_BYTES and self._entries.only_adds(version)

    def _write(self, version: Version) -> None:
        assert self._files is not None
        assert self.write is not None
        with self._files.writing() as (place, keep):
            self.write(place, version)
            keep(version)
