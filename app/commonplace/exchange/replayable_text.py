"""Keep a text that is made while it is first read, to be read again: for change sets too large for memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from threading import Lock

from commonplace.model.quad_text import CHUNK_BYTES, TextFile
from commonplace.processes.shared_file import SharedFile


class ReplayableText:
    """Text whose pieces the first reader to reach them makes, and every later reader takes from a file.

    Any number of threads may read it at once.
    """

    def __init__(self, made: Iterable[bytes]) -> None:
        """Take the text from `made`, which yields it in pieces of whole lines.

        Every reader that comes so far is raised what `made` raises, and `NotWritten` where the file has no room.
        """
        self._made = iter(made)
        self._file = SharedFile()
        self._size = 0
        self._places: list[tuple[int, int]] = []
        self._fault: BaseException | None = None
        self._lock = Lock()

    def exceeds(self, size: int) -> bool:
        """Return whether the text has more than `size` bytes, after making as much of it as that takes."""
        return any(self._size > size for _ in self.pieces())

    def end_with(self, lines: bytes) -> None:
        """Add whole lines to the end of the text, before any reader has been told of its end."""
        with self._lock:
            self._made = chain(self._made, (lines,))

    def file(self) -> TextFile:
        """Return the file that the text lies in, after making all of it. The file is there as long as this object."""
        made = True
        while made:
            with self._lock:
                made = bool(self._next())
        return TextFile(self._file.descriptor, self._size)

    def pieces(self) -> Iterator[bytes]:
        """Yield the text from its beginning, in pieces of whole lines."""
        number = 0
        while piece := self._piece(number):
            yield piece
            number += 1

    def _piece(self, number: int) -> bytes:
        """Return a piece, made if need be; an empty one after the last."""
        with self._lock:
            if number == len(self._places):
                return self._next()
        return self._file.read(*self._places[number])

    def _next(self) -> bytes:
        if self._fault is not None:
            raise self._fault
        parts: list[bytes] = []
        size = 0
        try:
            for part in self._made:
                parts.append(part)
                size += len(part)
                if size >= CHUNK_BYTES:
                    break
            piece = b"".join(parts)
            if piece:
                self._places.append((self._file.write([piece]), size))
                self._size += size
        except BaseException as fault:
            self._fault = fault
            raise
        return piece
