"""Copy a store to a new one in memory, without what was removed from it, and walked alike.

The engine keeps what is removed from a store in memory, statements and words, and walks its newest statements first. So
the copy is filled oldest first. Both halves are the engine's own work, done in pieces: other threads go on.
"""

from __future__ import annotations

import io
import os
import tempfile
from collections.abc import Callable, Iterator
from typing import IO, BinaryIO, cast

from pyoxigraph import RdfFormat, Store, parse

from commonplace.errors import storing
from commonplace.model.quad_text import CHUNK_BYTES, has_blank_nodes


def copied(store: Store, begun: Callable[[], object], go_on: Callable[[], object]) -> Store:
    """Return a new store with the statements of a store, as they are when `begun` is first called; it need not be.

    `go_on` is called now and then; what it raises ends the copying. The statements go through a temporary file: raises
    `CommonplaceError` where there is no room for it.
    """
    copy = Store()
    with storing("temporary files", tempfile.gettempdir()), tempfile.TemporaryFile() as file:
        store.dump(cast(IO[bytes], _Told(file, begun, go_on)), RdfFormat.N_QUADS)
        for text in _backwards(file):
            go_on()
            if has_blank_nodes(text):  # to which `load` would give new labels
                copy.extend(parse(text, format=RdfFormat.N_QUADS, lenient=True))
            else:
                copy.load(text, RdfFormat.N_QUADS, lenient=True)
    return copy


class _Told(io.RawIOBase):
    """A file that tells when it is written to: the engine has settled then which state it writes."""

    def __init__(self, file: BinaryIO, *told: Callable[[], object]) -> None:
        self._file = file
        self._told = told

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]  # the engine gives nothing else
        for tell in self._told:
            tell()
        return self._file.write(data)


def _backwards(file: BinaryIO) -> Iterator[bytes]:
    """Yield the lines of a file from its last to its first, in pieces of several."""
    end, rest, size = file.seek(0, os.SEEK_END), b"", CHUNK_BYTES
    while end:
        size = min(size, end)
        end -= size
        file.seek(end)
        lines = (file.read(size) + rest).splitlines(keepends=True)
        rest = lines.pop(0) if end else b""
        size = CHUNK_BYTES if lines else 2 * size  # a line may be longer than a piece
        if lines:
            yield b"".join(reversed(lines))
