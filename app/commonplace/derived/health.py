"""Know what cannot be done now: derived data that cannot be made or kept, kept files that cannot be read, and writing
where there is no room."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Lock

from commonplace.errors import CommonplaceError

log = logging.getLogger(__name__)

WRITING = "writing"
"""The name of the problem that nothing can be written."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that is not as it should be: what, why, and since when."""

    what: str
    why: str
    since: datetime


class Health:
    """The problems of one library that have not passed. Safe to share between threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._problems: dict[str, Problem] = {}

    def problems(self) -> list[Problem]:
        """Return the problems there are, the oldest first."""
        with self._lock:
            return sorted(self._problems.values(), key=lambda problem: problem.since)

    def failed(self, what: str, fault: BaseException) -> None:
        """Note that something derived could not be made or kept, and say so in the log."""
        why = getattr(fault, "strerror", None) or str(fault) or type(fault).__name__
        log.warning("%s could not be made or kept; the log has everything: %s", what, why)
        self._note(what, why)

    def damaged(self, what: str, why: str) -> None:
        """Note that something the log should have is missing or damaged, and say so in the log."""
        log.error("%s: %s", what, why)
        self._note(what, why)

    def cannot_write(self, fault: CommonplaceError) -> None:
        """Note that nothing can be written, and why; the writer is told so, too."""
        self._note(WRITING, fault.errors[0][1] if fault.errors else fault.detail)

    def _note(self, what: str, why: str) -> None:
        with self._lock:
            since = self._problems[what].since if what in self._problems else datetime.now(UTC)
            self._problems[what] = Problem(what, why, since)

    def passed(self, what: str) -> None:
        """Note that it could, so that an earlier problem has passed."""
        with self._lock:
            self._problems.pop(what, None)

    @contextmanager
    def tolerating(self, what: str) -> Iterator[None]:
        """Note, and do not raise, what keeps a block from making or keeping something derived."""
        try:
            yield
        except (OSError, MemoryError, CommonplaceError) as fault:
            self.failed(what, fault)
        else:
            self.passed(what)
