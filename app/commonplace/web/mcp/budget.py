"""Keep an answer within a budget of tokens, and say what was left out and how to get it.

How many tokens a text has depends on the model that reads it. One token is counted for every three bytes of UTF-8,
which is more than tokenizers in use count for text and JSON in European languages.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from commonplace.web.mcp.asking import RowPlace

BYTES_OF_A_TOKEN = 3

LEAST = 1_000
"""Minimum budget: the head of an answer, and what it says of what is left out, have room in it."""

MOST = 50_000
"""Maximum budget."""

MOST_TEXT = 1_000
"""Bytes that are kept free for saying what was left out."""

Row = Mapping[str, Any]


def tokens_of(value: object) -> int:
    """Return the number of tokens that a value is counted for, as it is sent."""
    return -(-len(written(value).encode()) // BYTES_OF_A_TOKEN)


def written(value: object) -> str:
    """Return a value as it is sent: JSON without spaces."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


@dataclass(slots=True)
class Budget:
    """An answer that is put together within a number of tokens."""

    tokens: int
    head: dict[str, Any]
    left_out: list[dict[str, Any]] = field(default_factory=list)

    @property
    def _free(self) -> int:
        """Return the bytes that are free beside what is there, and what may have to be said of what is left out."""
        return self.tokens * BYTES_OF_A_TOKEN - len(written(self.head).encode()) - MOST_TEXT

    def add(self, name: str, value: Any) -> None:
        """Add a member where there is room for it; else say that it is left out, and how to get it."""
        if len(written({name: value}).encode()) <= self._free:
            self.head[name] = value
        else:
            need = self.tokens + tokens_of(value)
            self.left_out.append({"what": name, "tokens": tokens_of(value), "get": f"call again with budget={need}"})

    async def add_rows(self, rows: AsyncIterator[tuple[RowPlace, Row]], total: int) -> None:
        """Add rows while there is room; then say how many of `total` are left out, and what to call again with."""
        shown: list[Row] = []
        self.head["rows"] = shown
        free = self._free
        async for place, row in rows:
            size = len(written(row).encode()) + 1
            if size > free:
                self.left_out.append(self._rest(place, total, 0 if shown else size))
                return
            shown.append(row)
            free -= size

    def _rest(self, place: RowPlace, total: int, too_big: int) -> dict[str, Any]:
        """Return what is said of the rows from a place on, the first of which may be `too_big` for any room here."""
        again = f"call again with the same arguments and more={str(place)!r}"
        if too_big:
            again += f" and budget={self.tokens + -(-too_big // BYTES_OF_A_TOKEN)}: the next row alone is that long"
        return {"what": "rows", "rows": total - place.before, "get": again, "more": str(place)}

    def text(self) -> str:
        """Return the answer. `left_out` is there where something is, and only then."""
        return written({**self.head, "left_out": self.left_out} if self.left_out else self.head)
