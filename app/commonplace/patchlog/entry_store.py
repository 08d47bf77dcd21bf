"""Define what several machines share of a patch log: its entries as text, the files kept with it, and small documents.

`PostgresStore` and `ObjectStore` implement `EntryStore` and pass the tests of `tests/patchlog/test_entry_store.py`.
`commonplace.patchlog.shared_log` makes a patch log of one, and of a copy in files.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from typing import NamedTuple, Protocol

from commonplace.model.change import Version

PIECE_BYTES = 1_000_000
"""Size of the pieces that an entry is sent in, about: a row of a database, or a part of a request."""

Text = Callable[[], Iterable[bytes]]
"""An entry as RDF Patch, in pieces; it can be asked for again, because a write whose outcome is unknown is repeated."""


class Document(NamedTuple):
    """A small document, and the tag that tells this state of it from every other."""

    text: bytes
    tag: str


class EntryStore(Protocol):
    """Entries numbered 1, 2, 3 … that several machines append to. Safe to share between threads.

    Every method raises `LogUnreachable` where the store does not answer.
    """

    @property
    def name(self) -> str:
        """The store as messages name it, without a password."""

    def document(self, name: str) -> Document | None:
        """Return a small document that all servers share, such as their tokens; None where there is none."""

    def put_document(self, name: str, text: bytes, tag: str | None) -> bool:
        """Replace a document that has that tag, or make one that is not there (None), and return whether it was done.

        False: another process changed it meanwhile, and nothing was done now; or this call did it, and no answer came.
        """

    def append(self, version: Version, id: str, text: Text) -> None:
        """Add the entry of that version durably, or find it there under its id.

        Raises `LostRace` when another entry has that version, or the version before is missing.
        """

    def entries(self, after: Version) -> Iterator[tuple[Version, Iterable[bytes]]]:
        """Return the entries after a version, oldest first and without a gap, each as the pieces of its text."""

    def wait(self, after: Version, seconds: float) -> None:
        """Return when there may be a version after that one, and in any case after that many seconds."""

    def turn(self) -> AbstractContextManager[None]:
        """Wait, within bounds, until no other machine is writing: a courtesy that saves races, and decides none."""

    def keep(self, sha256: str, data: bytes) -> None:
        """Keep a file under its SHA-256."""

    def kept(self, sha256: str) -> bytes:
        """Return a file that is kept. Raises `NotFound`."""

    def close(self) -> None:
        """Let go of connections."""


def in_pieces(text: Iterable[bytes], size: int = PIECE_BYTES) -> Iterator[bytes]:
    """Return a text in pieces of that size, and a last one that may be shorter."""
    held: list[bytes] = []
    length = 0
    for part in text:
        left = memoryview(part)
        while length + len(left) >= size:
            held.append(bytes(left[: size - length]))
            left = left[size - length :]
            yield b"".join(held)
            held, length = [], 0
        if left:
            held.append(bytes(left))
            length += len(left)
    if held:
        yield b"".join(held)
