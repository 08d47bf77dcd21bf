"""Find the works that those of a big import may be in a process of its own, while the graph takes the import in.

The process runs `main`. Its standard input says which of the entries that were prepared are new works. Over a pipe it
asks which works of the library share a block with these, and answers with the candidates. It compares on every core,
in processes that it forks.
"""

from __future__ import annotations

import logging
import marshal
import multiprocessing
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from itertools import islice
from multiprocessing import Pipe
from multiprocessing.connection import Connection

from commonplace.curation.duplicates.blocking import Blocks
from commonplace.curation.duplicates.candidates import Candidate
from commonplace.curation.duplicates.candidates_of_import import (
    Pairs,
    candidates_among,
    compared,
    places_of,
    read_works,
)
from commonplace.curation.duplicates.particulars import Particulars, particulars_of
from commonplace.curation.known_works import KnownWorks
from commonplace.derived.graph.snapshot import Snapshot
from commonplace.exchange.entry_file import PreparedPlace
from commonplace.exchange.prepared import packed_particulars, particulars_in
from commonplace.model.minter import Minter
from commonplace.model.record import Record
from commonplace.processes.cores import cores_at_hand
from commonplace.processes.garbage_collection import collect_no_more, share_with_forks
from commonplace.processes.shared_file import SharedFile
from commonplace.processes.spawn import program, spawn

log = logging.getLogger(__name__)

APART_WORKS = 5_000
"""Minimum number of new works for which a process pays: it needs half a second of processor to start."""

PAIRS_AT_ONCE = 1_000_000
"""Maximum number of pairs that are held in memory, in 70 MB, to be divided among the cores."""

_NICE = 5


class SimilarApart:
    """Candidates of new works, for which another process looks from now on."""

    def __init__(self, works: Iterable[Record | PreparedPlace]) -> None:
        """Start the process for works that are all new. Raises OSError."""
        parts: dict[tuple[int, int], list[int]] = {}
        records: list[Particulars] = []
        descriptor = -1
        for work in works:
            if isinstance(work, Record):
                records.append(particulars_of(work))
            else:
                parts.setdefault(work.entries.particulars_place(work.batch), []).append(work.place)
                descriptor = work.entries.file.descriptor
        source = SharedFile()
        source.write([marshal.dumps((list(parts.items()), packed_particulars(records)))])
        self._conversation, its = Pipe()
        with its:
            self._process = spawn(
                program(main),
                [str(its.fileno()), str(descriptor)],
                stdin=source.descriptor,
                stdout=subprocess.DEVNULL,
                pass_fds=[its.fileno()] if descriptor < 0 else [its.fileno(), descriptor],
            )

    def found(self, snapshot: Snapshot, minter: Minter, known: KnownWorks) -> dict[str, list[Candidate]] | None:
        """Wait for what `similar_to` returns for those works; None when the process was ended before."""
        try:
            asked: list[int] = marshal.loads(self._conversation.recv_bytes())
            near = [*read_works(known.near(asked), snapshot, minter, known)]
            self._conversation.send_bytes(packed_particulars(near))
            answer = marshal.loads(self._conversation.recv_bytes())
        except (EOFError, OSError) as fault:
            log.warning("similar works are looked for in the server itself: the process for it ended (%r)", fault)
            return None
        return {key: [*map(Candidate._make, plain)] for key, plain in answer.items()}

    def close(self) -> None:
        """End the process, if it has not ended."""
        self._process.kill()
        self._process.wait()
        self._conversation.close()


def _divided(pairs: Pairs) -> list[Candidate]:
    """Return the candidates among pairs of works, compared on every core.

    Each core takes pairs that come one after another: they are of the same works, whose memory is then copied for it
    alone when it counts its references to them.
    """
    cores, found = cores_at_hand(), list[Candidate]()
    left = iter(pairs)
    share_with_forks()
    while some := list(islice(left, PAIRS_AT_ONCE)):
        size = -(-len(some) // cores)
        _pairs[:] = [some[number * size : (number + 1) * size] for number in range(cores)]
        if cores == 1:
            found += compared(some)
            continue
        with multiprocessing.get_context("fork").Pool(cores) as pool:
            for part in pool.imap(_compared_part, range(cores)):
                found += part
    return found


_pairs: list[list[tuple[Particulars, Particulars]]] = []
"""The pairs that each of the forked processes compares."""


def _compared_part(number: int) -> list[Candidate]:
    return compared(_pairs[number])


def _new_works(descriptor: int) -> Iterator[Particulars]:
    """Yield the particulars of the works that standard input tells of."""
    parts, records = marshal.loads(sys.stdin.buffer.read())
    for (start, size), places in parts:
        found = particulars_in(os.pread(descriptor, size, start))
        yield from (one for place in places if (one := found[place]))
    yield from (one for one in particulars_in(records) if one)


def main() -> None:
    """Run the process that looks for candidates."""
    conversation, descriptor = map(int, sys.argv[1:])
    os.nice(_NICE)
    collect_no_more()
    blocks = Blocks()
    with Connection(conversation) as asking:
        for work in _new_works(descriptor):
            blocks.add(work)
        keys = {*blocks.works}
        asking.send_bytes(marshal.dumps([*places_of(blocks)]))
        for one in particulars_in(asking.recv_bytes()):
            if one and one.key not in keys:
                blocks.add(one)
        found = candidates_among(blocks, keys, _divided)
        plain = {key: [tuple(one) for one in ones] for key, ones in found.items()}
        asking.send_bytes(marshal.dumps(plain))
