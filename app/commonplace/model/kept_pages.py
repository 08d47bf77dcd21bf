"""Hold the text of a work by page, as it is kept with the log."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from commonplace.errors import LogDamaged

PDF = "application/pdf"
PLAIN = "text/plain"

TEXT_TYPES = (PDF, PLAIN)
"""Media types of texts that are kept."""

PAGE_BREAK = "\f"
"""What parts the pages of a text in plain characters."""


@dataclass(frozen=True, slots=True)
class KeptPages:
    """The text of each page, in order; that of a page which has none is empty."""

    pages: tuple[str, ...]

    @classmethod
    def read(cls, data: bytes) -> KeptPages:
        """Return the pages that were kept as those bytes. Raises `LogDamaged` for a file that holds something else."""
        try:
            pages = json.loads(data)["pages"]
        except (ValueError, LookupError, TypeError):
            pages = None
        if not isinstance(pages, list) or not all(isinstance(page, str) for page in pages):
            raise LogDamaged("a file that the library names as the pages of a text holds no pages: put the text again")
        return cls(tuple(pages))

    @property
    def encoded(self) -> bytes:
        """Return the pages as they are kept and hashed."""
        return json.dumps({"pages": self.pages}, ensure_ascii=False, separators=(",", ":")).encode()

    @property
    def without_text(self) -> Sequence[int]:
        """Return the numbers, from 1, of pages on which no letter or digit stands."""
        return [number for number, page in enumerate(self.pages, 1) if not any(map(str.isalnum, page))]

    @property
    def plain(self) -> str:
        """Return the whole text, the pages parted by form feeds."""
        return PAGE_BREAK.join(self.pages)
