"""Keep answers of agencies on disk, and ask again only where they may have changed.

One SQLite file. An answer with a lifetime (`Cache-Control: max-age`) is good for that long; one with only a
validator (`ETag`, `Last-Modified`) is revalidated each time; one with neither, as Crossref's are, is good
for a day, which is the heuristic freshness of RFC 9111, 4.2.2. Only parsed JSON gets in, so an error page
or half an answer never does: this is why the cache is ours and not a general one below the HTTP client.
"""

from __future__ import annotations

import re
import sqlite3
import zlib
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

DAY = 86_400.0

_TABLE = """CREATE TABLE IF NOT EXISTS answer (
    address TEXT PRIMARY KEY, stored REAL NOT NULL, lifetime REAL NOT NULL, etag TEXT, modified TEXT, body BLOB NOT NULL
)"""


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """Hold a kept answer. `stored` is seconds since 1970, `lifetime` seconds."""

    body: bytes
    stored: float
    lifetime: float
    etag: str | None
    modified: str | None

    def is_fresh(self, now: float) -> bool:
        """Return whether the answer may be used without asking again."""
        return 0 <= now - self.stored < self.lifetime

    @property
    def conditions(self) -> dict[str, str]:
        """Return the request fields that ask whether the answer has changed."""
        fields = {"If-None-Match": self.etag, "If-Modified-Since": self.modified}
        return {name: value for name, value in fields.items() if value}


class AgencyAnswers:
    """Keep answers in a file, for several threads and processes. A file that cannot be read is begun anew."""

    def __init__(self, path: Path) -> None:
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with self._open() as database:
                database.execute(_TABLE)
        except sqlite3.DatabaseError:
            path.unlink(missing_ok=True)
            with self._open() as database:
                database.execute(_TABLE)

    def get(self, address: str) -> StoredAnswer | None:
        """Return what was last answered at that address, None when nothing was."""
        with self._open() as database:
            row = database.execute(
                "SELECT body, stored, lifetime, etag, modified FROM answer WHERE address = ?", (address,)
            ).fetchone()
        return StoredAnswer(zlib.decompress(row[0]), *row[1:]) if row else None

    def put(self, address: str, body: bytes, headers: Mapping[str, str], now: float) -> None:
        """Keep an answer, unless its headers (names in lower case) forbid it."""
        if "no-store" in headers.get("cache-control", ""):
            return
        etag, modified = headers.get("etag"), headers.get("last-modified")
        row = (address, now, _lifetime(headers), etag, modified, zlib.compress(body))
        with self._open() as database:
            database.execute("INSERT OR REPLACE INTO answer VALUES (?, ?, ?, ?, ?, ?)", row)

    def refresh(self, address: str, headers: Mapping[str, str], now: float) -> None:
        """Count a kept answer as answered now: the server says that it has not changed."""
        with self._open() as database:
            database.execute(
                "UPDATE answer SET stored = ?, lifetime = ?, etag = coalesce(?, etag) WHERE address = ?",
                (now, _lifetime(headers, validated=True), headers.get("etag"), address),
            )

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self._path, timeout=30)) as database, database:
            yield database


def _lifetime(headers: Mapping[str, str], validated: bool = False) -> float:
    control = headers.get("cache-control", "").lower()
    if "no-cache" in control:
        return 0.0
    if found := re.search(r"\bmax-age=(\d+)", control):
        return float(found[1])
    return 0.0 if validated or headers.get("etag") or headers.get("last-modified") else DAY
