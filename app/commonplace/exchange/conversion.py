"""Convert a file from one format to another, without a home, and account for every entry.

The output is written while the file is being read; losses are in the receipt.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import Any, BinaryIO

from pyoxigraph import Quad, RdfFormat

from commonplace.derived.graph.rdf_text import statements_text
from commonplace.errors import BadRequest, Message
from commonplace.exchange.loss_counts import LossCount, loss_counts
from commonplace.exporters.formats import EXPORT_FORMATS
from commonplace.importers.formats import format_of
from commonplace.importers.parallel import BatchReading
from commonplace.importers.reading import Fault
from commonplace.importers.reading_problems import reading_problems
from commonplace.model.formats import FORMATS
from commonplace.model.minter import Minter, address_key
from commonplace.model.record import Loss, ReadEntry, Record
from commonplace.model.work_graph import NothingKnown
from commonplace.model.work_writing import WorkWriter
from commonplace.model.xml_characters import visible
from commonplace.processes.garbage_collection import rarely_collected

BASE = "http://127.0.0.1:8000/"
"""Base of minted IRIs when none is given: that of a new home."""

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """The fate of one entry, `converted` or `failed`, and its losses."""

    position: int
    line: int
    key: str | None
    fate: str
    losses: tuple[Loss, ...] = ()
    error: str | None = None


@dataclass(slots=True)
class ConversionReceipt:
    """The fate of a file. `fates` add up to `entries`; `items` are those with a loss or error, or all when asked."""

    file: str
    sha256: str
    format: str
    to: str
    entries: int = 0
    fates: dict[str, int] = field(default_factory=lambda: {"converted": 0, "failed": 0})
    items: list[Outcome] = field(default_factory=list)
    faults: Sequence[Fault] = ()

    @property
    def failed(self) -> int:
        """Return the number of entries that could not be converted."""
        return self.fates["failed"]

    @property
    def loss_counts(self) -> list[LossCount]:
        """How many losses of each kind there are."""
        return loss_counts(loss for item in self.items for loss in item.losses)

    def json_text(self) -> str:
        """Return the receipt as JSON; what is absent is left out."""
        made = {"loss_counts": [asdict(one) for one in self.loss_counts], **asdict(self)}
        return json.dumps(_present({name: made[name] for name in _MEMBERS}), ensure_ascii=False)

    def lines(self) -> Iterator[str]:
        """Yield a line for people for each fault and loss, with its place in the file."""
        for fault in self.faults:
            yield f"{self.file}:{fault.line}: {fault.why}"
        for item in self.items:
            place = f"{self.file}:{item.line}: {item.key or '(no key)'}"
            if item.error:
                yield f"{place}: failed: {item.error}"
            for loss in item.losses:
                yield f"{place}: {loss.field}: {loss.why}"


_MEMBERS = ("file", "sha256", "format", "to", "entries", "fates", "loss_counts", "items", "faults")
"""Members of a conversion receipt in JSON, in their order."""


def _present(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _present(inner) for name, inner in value.items() if inner is not None}
    return [_present(inner) for inner in value] if isinstance(value, list | tuple) else value


@dataclass(frozen=True, slots=True)
class _Batch:
    text: bytes
    converted: int
    failed: int
    items: list[Outcome]
    records: list[Record]


@rarely_collected()
def convert(
    data: bytes,
    filename: str,
    source: str | None,
    to: str,
    out: Callable[[], BinaryIO],
    *,
    every_item: bool = False,
    base: str = BASE,
    progress: Progress | None = None,
) -> ConversionReceipt:
    """Convert one file. `source` is guessed when None; `out` opens the output once the file could be read.

    `every_item` puts the entries without a loss in the receipt too. IRIs of RDF begin with `base`.
    Raises `BadRequest` when nothing could be read.
    """
    filename = visible(filename)
    format = format_of(source, filename, data)
    target = FORMATS[to]
    with reading_problems(filename):
        batches = BatchReading(format, data, filename, partial(_work, target.name, every_item))
    if not batches.total:
        batches.close()
        places = [(f"{filename}, line {fault.line}", fault.why) for fault in batches.faults]
        why = Message("%(filename)s: no %(format)s entry in it could be found", filename=filename, format=format.name)
        raise BadRequest(why, places or [(filename, Message("no %(format)s entry", format=format.name))])
    receipt = ConversionReceipt(filename, hashlib.sha256(data).hexdigest(), format.name, target.name)
    receipt.faults = batches.faults
    counted = _counted(batches, receipt, progress)
    if target.rdf is not None:
        read = (record for batch in counted for record in batch.records)
        records = {key: record.with_key(key) for record in read for key in [address_key(record.key)]}
        _write_rdf(records, target.rdf, base, out())
        return receipt
    before, between, after = EXPORT_FORMATS[target.name].frame
    stream = out()
    stream.write(before)
    begun = False
    for batch in counted:
        if batch.converted:
            stream.write(between if begun else b"")
            stream.write(batch.text)
            begun = True
    stream.write(after)
    return receipt


def _counted(batches: BatchReading[_Batch], receipt: ConversionReceipt, progress: Progress | None) -> Iterator[_Batch]:
    for batch in _with_problems(batches, receipt.file):
        receipt.entries += batch.converted + batch.failed
        receipt.fates["converted"] += batch.converted
        receipt.fates["failed"] += batch.failed
        receipt.items.extend(batch.items)
        yield batch
        if progress:
            progress(receipt.entries, batches.total)


def _with_problems(batches: Iterable[_Batch], filename: str) -> Iterator[_Batch]:
    with reading_problems(filename):
        yield from batches


def _work(to: str, every_item: bool, entries: Sequence[ReadEntry]) -> _Batch:
    """Convert a batch in the process that reads it, so that only text comes back."""
    target = EXPORT_FORMATS.get(to)
    safe_key = target.safe_key if target else address_key
    records = [_under_own_key(entry) for entry in entries if entry.record is not None]
    items = []
    for entry in entries:
        losses = _losses(entry, safe_key, to)
        if every_item or losses or entry.error:
            fate = "converted" if entry.record else "failed"
            items.append(Outcome(entry.position, entry.line, entry.key, fate, losses, entry.error))
    return _Batch(
        target.some(records) if target else b"",
        len(records),
        len(entries) - len(records),
        items,
        [] if target else records,
    )


def _under_own_key(entry: ReadEntry) -> Record:
    assert entry.record is not None
    return entry.record.with_key(entry.own_key) if entry.own_key else entry.record


def _losses(entry: ReadEntry, safe_key: Callable[[str], str], to: str) -> tuple[Loss, ...]:
    """Return the losses of an entry, its key among them where the format writes another one."""
    if entry.record is None:
        return entry.losses
    key = entry.record.key
    written = safe_key(entry.own_key or key)
    if written == key:
        return entry.losses
    if entry.own_key:
        why = "another entry of the file has this key"
    elif to in EXPORT_FORMATS:
        why = Message("not a key in %(label)s", label=FORMATS[to].label)
    else:
        why = "no address ends so"
    return (
        *entry.losses,
        Loss(field="key", raw=key, why=Message("%(why)s; written as %(written)r", why=why, written=written)),
    )


def _write_rdf(records: dict[str, Record], format: RdfFormat, base: str, stream: BinaryIO) -> None:
    minter = Minter(base)
    writer = WorkWriter(minter, NothingKnown(), records)
    quads: Iterable[Quad] = dict.fromkeys(writer.quads(records.values()))
    stream.write(statements_text((quad.triple for quad in quads), format, minter.prefixes()))
