"""Bound in rows and bytes what the engine writes of an answer; hold it in memory, and in a file once it is big.

Nothing is sent before it is whole, so an answer always says truthfully whether it is complete, and a client
that reads slowly keeps no worker waiting.
"""

from __future__ import annotations

import gzip
import os
import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing
from io import BufferedRandom
from itertools import islice
from typing import IO, cast

from pyoxigraph import (
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    QueryTriples,
    RdfFormat,
    Triple,
    serialize,
)

from commonplace.derived.graph.rdf_text import refuse_unreadable
from commonplace.derived.graph.snapshot import Result
from commonplace.derived.workers.answer_rows import MARKS, RowCounter
from commonplace.derived.workers.limits import QueryLimits
from commonplace.derived.workers.messages import HELD_BYTES, Answer, AnswerKind, Cut, Spool
from commonplace.model.xml_characters import EDGE_BYTES

PACKED_BYTES = 2_048
"""Minimum size of an answer that is compressed for a client that takes gzip."""

TABLES = {
    "srj": QueryResultsFormat.JSON,
    "srx": QueryResultsFormat.XML,
    "csv": QueryResultsFormat.CSV,
    "tsv": QueryResultsFormat.TSV,
}
GRAPHS = {
    "ttl": RdfFormat.TURTLE,
    "nt": RdfFormat.N_TRIPLES,
    "rdf": RdfFormat.RDF_XML,
    "jsonld": RdfFormat.JSON_LD,
    "trig": RdfFormat.TRIG,
    "nq": RdfFormat.N_QUADS,
}
_XML = ("srx", "rdf")
_COMMENTS = {"rdf": "\n<!-- {} -->\n", "jsonld": ""}
_FAST = 1
_CHUNK = 262_144


class Full(Exception):
    """Thrown through the engine's serialiser to stop it at a limit."""


def kind_of(result: Result) -> AnswerKind:
    """Return the kind of answer that a query gives."""
    if isinstance(result, QuerySolutions):
        return "table"
    return "truth" if isinstance(result, QueryBoolean) else "graph"


def written(result: Result, form: str, version: int, limits: QueryLimits, link: str, *, packed: bool) -> Answer:
    """Return the answer in that form, cut at the limits; a cut one says so with `link` where the form has room.

    Raises what evaluating raises: the engine evaluates while it writes.
    """
    writer = _Writer(form, limits, link)
    target = cast(IO[bytes], writer)
    if isinstance(result, QueryTriples):
        serialize(writer.bounded(result), target, GRAPHS[form])
        writer.end_graph()
    else:
        try:
            result.serialize(target, format=TABLES[form])
            if isinstance(result, QuerySolutions):
                writer.end_table()
        except Full:
            writer.close_table()
    body = writer.body()
    if not packed or (len(body) if isinstance(body, bytes) else body.size) < PACKED_BYTES:
        return Answer(form=form, version=version, body=body, cut=writer.cut)
    return Answer(form=form, version=version, body=_packed(body), cut=writer.cut, packed=True)


class _Output:
    """Bytes in memory, and in a file once there are many; `gap` bytes before them are kept free for `note`."""

    def __init__(self, gap: int) -> None:
        self.size = 0
        self._gap = gap
        self._parts: list[bytes] = []
        self._held = 0
        self._file: BufferedRandom | None = None

    def append(self, text: bytes) -> None:
        self._parts.append(text)
        self._held += len(text)
        self.size += len(text)
        if self._held > HELD_BYTES:
            self._spill()

    def note(self, place_in: Callable[[bytes], int], note: bytes) -> None:
        """Insert a note (as long as the gap) at the place that a function finds in the beginning."""
        self.size += len(note)
        if self._file is None:
            text = b"".join(self._parts)
            place = place_in(text)
            self._parts = [text[:place], note, text[place:]]
            return
        self._spill()
        self._file.seek(self._gap)
        beginning = self._file.read(HELD_BYTES)
        self._file.seek(0)
        self._file.write(beginning[: place_in(beginning)] + note)
        self._file.seek(0, os.SEEK_END)
        self._gap = 0

    def body(self) -> bytes | Spool:
        if self._file is None:
            return b"".join(self._parts)
        self._spill()
        with self._file:
            self._file.flush()
            return Spool(descriptor=os.dup(self._file.fileno()), start=self._gap, size=self.size)

    def _spill(self) -> None:
        if self._file is None:
            self._file = tempfile.TemporaryFile()  # noqa: SIM115  # `body` closes it
            self._file.seek(self._gap)
        self._file.writelines(self._parts)
        self._parts, self._held = [], 0


class _Writer:
    """A file for the engine's serialisers."""

    def __init__(self, form: str, limits: QueryLimits, link: str) -> None:
        self.cut: Cut | None = None
        self._form = form
        self._limits = limits
        self._link = link
        self._marks = MARKS.get(form)
        self._note = self._marks.note(link) if self._marks else b""
        self._output = _Output(len(self._note))
        self._edge = b""
        self._counter: RowCounter | None = None
        self._blocks: list[bytes] = []
        self._held = 0
        self._most_held = min(HELD_BYTES, limits.bytes)

    def write(self, data: bytes) -> int:
        self._blocks.append(data)
        self._held += len(data)
        if self._held > self._most_held:
            self._most_held = _CHUNK
            self._drain()
        return len(data)

    def flush(self) -> None:
        """Do nothing: the engine wants a file that has this method."""

    def bounded(self, triples: QueryTriples) -> Iterator[Triple]:
        """Return the triples that may be written."""
        for triple in islice(triples, self._limits.rows):
            if self._output.size + self._held > self._limits.bytes:
                self.cut = "bytes"
                return
            yield triple
        if next(triples, None) is not None:
            self.cut = "rows"

    def end_graph(self) -> None:
        """Say that the graph was cut, where its form knows comments."""
        if self.cut:
            comment = _COMMENTS.get(self._form, "# {}\n").format(f"truncated: {self._link}")
            self._blocks.append(comment.encode())

    def end_table(self) -> None:
        """Count the rows that have not been counted. Raises `Full` when there are too many."""
        if self._counter is None and self._held <= min(self._limits.rows, self._limits.bytes):
            return  # no row is shorter than a byte
        self._drain()
        assert self._counter is not None
        self._pass(*self._counter.rest())

    def close_table(self) -> None:
        """Close a table that was cut so that it is well-formed, and say in its head that it was cut."""
        assert self._marks is not None
        self._append(self._marks.closing)
        if self._note:
            self._output.note(self._marks.note_place, self._note)
        self._blocks = []

    def body(self) -> bytes | Spool:
        """Return all that was written and not cut."""
        self._append(b"".join(self._blocks))
        return self._output.body()

    def _append(self, text: bytes) -> None:
        """Add a piece of the answer. Raises `Inexpressible` where the form is XML and cannot hold it."""
        if self._form in _XML:
            refuse_unreadable(self._edge + text)
            self._edge = text[-EDGE_BYTES:]
        self._output.append(text)

    def _drain(self) -> None:
        text = b"".join(self._blocks)
        self._blocks, self._held = [], 0
        if self._marks is None:
            self._append(text)
            return
        if self._counter is None:
            self._counter = RowCounter.of(self._form, self._limits.rows)
        self._pass(*self._counter.passed(text))

    def _pass(self, text: bytes, too_much: bool) -> None:
        assert self._marks is not None
        room = self._limits.bytes - self._output.size
        if len(text) > room:
            self.cut = "bytes"
            text = text[: self._marks.last(text[:room])]
        elif too_much:
            self.cut = "rows"
        self._append(text)
        if self.cut:
            raise Full


def _packed(body: bytes | Spool) -> bytes | Spool:
    """Return a body gzipped; a file it was in is closed."""
    if isinstance(body, bytes):
        return gzip.compress(body, _FAST, mtime=0)
    output = _Output(0)
    packer = zlib.compressobj(_FAST, wbits=zlib.MAX_WBITS | 16)
    with closing(body):
        offset = 0
        while piece := body.read(offset):
            offset += len(piece)
            output.append(packer.compress(piece))
    output.append(packer.flush())
    return output.body()
