"""Hold many quads as N-Quads text, not as objects: a tenth of the memory, and the engine reads them by itself.

A `QuadText` is a sequence of quads like a tuple of them, and equal to one that holds the same quads.
Its text may lie in memory, in a file or in the log.
"""

from __future__ import annotations

import hashlib
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple, overload

from pyoxigraph import NamedNode, Quad, RdfFormat, parse

CHUNK_BYTES = 128 * 1024
"""Usual size of a piece of text: small enough that the next step finds it in the processor's cache, and that a server
takes the memory for it from what is free, not from the system (`LARGE_BYTES` in `web/http/server.py`)."""

_THING = re.compile(rb"^<([^>#]*)[^\n]*\n(?:<\1[>#][^\n]*\n)*", re.MULTILINE)
"""Matches lines about one thing that stand together; the group is the thing's IRI."""


_BLANK_NODE = re.compile(rb"_:(?<!\S_:)")
"""Matches a blank node. A pattern finds that there is none in a third of the time that `in` takes."""


class TextFile(NamedTuple):
    """A file that holds a text and nothing else: the descriptor by which this process knows it, its size in bytes."""

    descriptor: int
    size: int


class QuadText(Sequence[Quad]):
    """Quads as N-Quads text. Iterating parses the text, each time anew; it was checked when it was written."""

    def __init__(self, chunks: Callable[[], Iterable[bytes]], file: Callable[[], TextFile] | None = None) -> None:
        """Take the text from `chunks`, which gives it from its beginning at each call, in pieces of whole lines.

        `file` returns the file that all of the text lies in, where it lies in one; it may make the text first.
        """
        self._chunks = chunks
        self.file = file
        self._count: int | None = None
        self._digests: dict[bytes, tuple[int, str]] = {}

    def chunks(self) -> Iterator[bytes]:
        """Return the text, in pieces of whole lines; none of them is empty."""
        count = 0
        for chunk in self._chunks():
            if chunk:
                count += chunk.count(b"\n") if self._count is None else 0
                yield chunk
        if self._count is None:
            self._count = count

    def begun_with(self, mark: bytes) -> Iterator[bytes]:
        """Return the text with a mark at the beginning of each line, in pieces of whole lines."""
        return (_begun_with(mark, chunk) for chunk in self.chunks())

    def digest_with(self, mark: bytes) -> tuple[int, str]:
        """Return the length in bytes and the SHA-256 of what `begun_with` returns; it is gone through once."""
        if mark not in self._digests:
            length, lines, checksum = 0, 0, hashlib.sha256()
            for chunk in filter(None, self._chunks()):
                piece = _begun_with(mark, chunk)
                length += len(piece)
                lines += (len(piece) - len(chunk)) // len(mark)
                checksum.update(piece)
            self._count = lines
            self._digests[mark] = length, checksum.hexdigest()
        return self._digests[mark]

    def things(self) -> Iterator[str]:
        """Return the IRIs of the things it speaks of, fragments dropped, each once for every piece of text it is in."""
        for chunk in self.chunks():
            yield from {subject.decode() for subject in _THING.findall(chunk)}

    def __iter__(self) -> Iterator[Quad]:
        chunks = self.chunks()
        for chunk in chunks:
            try:
                yield from parse(chunk, format=RdfFormat.N_QUADS, lenient=True)
            except SyntaxError:
                for _ in chunks:  # who gives the text may know in the end what is wrong with it
                    pass
                raise

    def __len__(self) -> int:
        if self._count is None:
            deque(self.chunks(), maxlen=0)
        assert self._count is not None  # as going through all of it has counted it
        return self._count

    def __bool__(self) -> bool:
        return any(True for _ in self.chunks())

    @overload
    def __getitem__(self, index: int) -> Quad: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Quad, ...]: ...
    def __getitem__(self, index: int | slice) -> Quad | tuple[Quad, ...]:
        if isinstance(index, slice):
            return tuple(self)[index]
        if index < 0:
            index += len(self)
        for quad in islice(self, max(index, 0), None):
            if index >= 0:
                return quad
        raise IndexError(index)

    def __eq__(self, other: object) -> bool:
        return tuple(self) == tuple(other) if isinstance(other, QuadText | tuple) else NotImplemented

    def __hash__(self) -> int:
        return hash(tuple(self))


def _begun_with(mark: bytes, lines: bytes) -> bytes:
    return mark + lines[:-1].replace(b"\n", b"\n" + mark) + b"\n"


def has_blank_nodes(text: bytes) -> bool:
    """Return whether there may be blank nodes in N-Quads of whole lines (a literal that looks like one counts too)."""
    return _BLANK_NODE.search(text) is not None


def things_of(quads: Iterable[Quad]) -> Iterator[str]:
    """Return the IRIs of the things that quads speak of: their subjects, fragments dropped, blank nodes left out."""
    if isinstance(quads, QuadText):
        return quads.things()
    return (quad.subject.value.partition("#")[0] for quad in quads if isinstance(quad.subject, NamedNode))


def whole_lines(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Return a text that comes in pieces, cut at the ends of lines."""
    rest = b""
    for piece in pieces:
        text = rest + piece
        end = text.rfind(b"\n") + 1
        rest = text[end:]
        if end:
            yield text[:end]
    if rest:
        yield rest
