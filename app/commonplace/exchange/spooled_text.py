"""Text that is made while it is used: for a change set too big to be held, or to be made before anything is done
with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from threading import Lock

from commonplace.model.quad_text import CHUNK_BYTES
from commonplace.processes.shared_file import SharedFile


class SpooledText:
    """Text that is made once, by whoever is the first to go so far through it, and read from a file after that.

    Any number of threads may go through it at once.
    """

    def __init__(self, made: Iterable[bytes]) -> None:
        """`made` gives the text in pieces of whole lines. What it raises, all who come so far are told; and where it
        cannot be kept, `NotWritten`."""
        self._made = iter(made)
        self._file = SharedFile()
        self._size = 0
        self._places: list[tuple[int, int]] = []
        self._fault: BaseException | None = None
        self._made_whole = False
        self._lock = Lock()

    def exceeds(self, size: int) -> bool:
        """Whether it has more bytes than that; what is needed to know is made."""
        return any(self._size > size for _ in self.pieces())

    def whole_file(self) -> int | None:
        """The descriptor of a file that holds just this text; nothing before all of it is made."""
        return self._file.descriptor if self._made_whole else None

    def pieces(self) -> Iterator[bytes]:
        """The text from its beginning, in pieces of whole lines."""
        number = 0
        while piece := self._piece(number):
            yield piece
            number += 1

    def _piece(self, number: int) -> bytes:
        """A piece, made if need be; nothing after the last."""
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
            else:
                self._made_whole = True
        except BaseException as fault:
            self._fault = fault
            raise
        return piece
