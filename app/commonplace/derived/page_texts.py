"""Hold the pages of the texts of works that were searched last, read from the files kept with the log."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock

from commonplace.derived.health import Health
from commonplace.errors import LogDamaged, NotFound
from commonplace.model.kept_pages import KeptPages
from commonplace.model.searchable_pages import SearchablePages
from commonplace.patchlog.kept_files import read_kept
from commonplace.patchlog.log import PatchLog

TEXTS = "the texts of works"
"""The name of the problem that texts cannot be searched, because their files are missing or damaged."""

HELD_CHARACTERS = 20_000_000
"""Maximum number of characters of the texts held: of a hundred papers' worth, each in two forms."""


class PageTexts:
    """The texts of one log, by the SHA-256 of their pages. Safe to share between threads."""

    def __init__(self, log: PatchLog, health: Health) -> None:
        self._log = log
        self._health = health
        self._damaged: set[str] = set()
        self._held: OrderedDict[str, SearchablePages] = OrderedDict()
        self._lock = Lock()

    def __call__(self, sha256: str) -> SearchablePages | None:
        """Return the pages of that SHA-256, None where they cannot be had.

        What keeps them from being had is noted, unless the log is a copy that was made without them: one file that is
        missing or damaged keeps nobody from searching the others.
        """
        with self._lock:
            if sha256 in self._held:
                self._held.move_to_end(sha256)
                return self._held[sha256]
        try:
            pages = SearchablePages(KeptPages.read(read_kept(self._log, sha256)))
        except (NotFound, LogDamaged) as fault:
            if sha256 not in self._log.withheld():
                self._note(sha256, fault)
            return None
        with self._lock:
            self._held[sha256] = pages
            while len(self._held) > 1 and sum(held.characters for held in self._held.values()) > HELD_CHARACTERS:
                self._held.popitem(last=False)
        return pages

    def _note(self, sha256: str, fault: NotFound | LogDamaged) -> None:
        with self._lock:
            if sha256 in self._damaged:
                return
            self._damaged.add(sha256)
            count = len(self._damaged)
        self._health.damaged(
            TEXTS,
            f"{'one of them' if count == 1 else f'{count} of them'} cannot be searched; the last that was found: "
            f"{fault.detail}. Put its file back from a backup, or its text anew, and start the server anew",
        )
