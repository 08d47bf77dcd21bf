"""Keep what a page shows at a version, so that the next reader of it needs nothing read."""

from __future__ import annotations

from collections.abc import Mapping

from commonplace.model.change import EMPTY, Version

Shown = Mapping[str, object]
"""What a template is given; no page changes it."""


class PageCache:
    """What one page shows at the newest version it was asked for, in each language. Safe to share between threads."""

    def __init__(self) -> None:
        self._kept: tuple[Version, Mapping[str, Shown]] = (EMPTY, {})

    def of(self, version: Version, language: str) -> Shown | None:
        """Return what the page shows at that version in a language, None where that is not kept."""
        of, by_language = self._kept
        return by_language.get(language) if of == version else None

    def keep(self, version: Version, language: str, shown: Shown) -> None:
        """Keep what the page shows; what it showed at an earlier version goes, and does not come back."""
        of, by_language = self._kept
        if version >= of:
            self._kept = version, {**(by_language if version == of else {}), language: shown}
