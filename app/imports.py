"""Importing a file: read, match against what is there, change set, commit, receipt.

One import is one version and one undo. The receipt says what became of every entry; it is kept
with the log, beside the file itself, for ever.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Generator, Iterable
from contextlib import closing
from dataclasses import dataclass, field

from pydantic import BaseModel

from app.commit import Committer, Proposal
from app.curation.known import KnownInGraph
from app.curation.matching import Matcher, merge
from app.derived.graph import Snapshot
from app.errors import BadRequest, Conflict, NotFound
from app.importers.formats import ImportFormat, format_of
from app.importers.reading import Fault, Reading
from app.importers.text_encoding import UnreadableFile
from app.library import Library
from app.model.change import ChangeSet, Note, Version
from app.model.minter import Minter, address_key
from app.model.record import Loss, ReadEntry, Record
from app.model.work_graph import WorkWriter
from app.patchlog.log import next_version

FATES = ("new", "matched", "updated", "failed")

Progress = Callable[[int, int], None]
"""Called with entries done and entries in all, last before the commit; what it raises stops the import unwritten."""


class LossShape(BaseModel):
    """A part of an entry that is not kept as it was."""

    field: str
    raw: str
    why: str


class ReceiptItem(BaseModel):
    """What became of one entry. `status` is there when the work is known to be retracted, corrected …"""

    position: int
    line: int
    key: str | None = None
    fate: str
    work: str | None = None
    status: str | None = None
    losses: list[LossShape] = []
    error: str | None = None


class FileFault(BaseModel):
    """Something wrong with the file that belongs to no entry."""

    line: int
    why: str
    raw: str = ""


class Receipt(BaseModel):
    """What became of a file: its fates add up to `entries`. `id` and `version` are absent of a dry run."""

    id: str | None = None
    version: int | None = None
    file: str
    sha256: str
    format: str
    entries: int
    fates: dict[str, int]
    items: list[ReceiptItem]
    faults: list[FileFault] = []
    undo: str | None = None

    @property
    def failed(self) -> int:
        """How many entries are not in the library."""
        return self.fates["failed"]

    def json_text(self) -> str:
        """As JSON, what is absent left out."""
        return self.model_dump_json(exclude_none=True)


def import_file(
    library: Library,
    committer: Committer,
    data: bytes,
    filename: str,
    *,
    format: str | None = None,
    agent: str = "curator",
    dry_run: bool = False,
    progress: Progress | None = None,
    expected: Version | None = None,
    read: Read | None = None,
) -> Receipt:
    """Import one file; answers its receipt.

    `format` is a name in `app.importers.formats`, guessed when None; `read` is how it is read, where
    not by the format's own reader. Raises `BadRequest` when the file cannot be read at all; a broken
    entry is a `failed` item instead. Raises `Conflict` when `expected` is given and is not the head.
    """
    reader = format_of(format, filename, data)
    try:
        reading = (read or read_here)(reader, data, filename)
        with closing(_counted(reading, progress)) as counted:
            entries = list(counted)
    except UnreadableFile as fault:
        raise BadRequest(f"{filename}: {fault}", [(filename, str(fault))]) from fault
    if not entries and not reading.faults:
        raise BadRequest(f"{filename}: no entry in it could be found", [(filename, f"no {reader.name} entry")])
    receipts: list[Receipt] = []

    def propose(state: Snapshot) -> Proposal:
        receipts[:] = []
        plan = ImportPlan(state, library.minter)
        for entry in entries:
            plan.take(entry)
            if progress:
                progress(len(entries), len(entries))
        version = None if dry_run else next_version(state.version)
        receipt = plan.receipt(filename, data, reader.name, version, reading.faults)
        receipts.append(receipt)
        attachments = {} if dry_run else _attach(library, receipt, data)
        counts = ", ".join(f"{count} {fate}" for fate, count in receipt.fates.items() if count)
        note = Note(agent=agent, kind="import", message=f"{filename}: {counts or 'nothing'}", attachments=attachments)
        return Proposal(plan.change(), note, even_if_empty=True)

    if dry_run:
        if expected is not None and expected != library.follow():
            raise Conflict.moved(library.follow(), expected)
        library.read(propose)
    else:
        committer.commit(propose, expected)
    return receipts[-1]


Read = Callable[[ImportFormat, bytes, str], Reading]
"""How a file is read: its format, bytes and name."""


def read_here(format: ImportFormat, data: bytes, filename: str) -> Reading:
    """Read a file where we are, as its entries are asked for."""
    return format.read(data, filename)


def receipt_of(library: Library, version: Version) -> bytes:
    """The receipt of the import that made that version, as JSON. Raises `NotFound`."""
    digest = library.log.header(version).note.attachments.get("receipt")
    if digest is None:
        raise NotFound(f"version {version} was not made by an import")
    return library.log.attachment(digest)


def _counted(reading: Reading, progress: Progress | None) -> Generator[ReadEntry, None, None]:
    try:
        for number, entry in enumerate(reading, 1):
            yield entry
            if progress:
                progress(number, reading.total)
    finally:
        if isinstance(reading.entries, Generator):
            reading.entries.close()


def _attach(library: Library, receipt: Receipt, data: bytes) -> dict[str, str]:
    return {
        "receipt": library.log.attach(receipt.json_text().encode()),
        "source": library.log.attach(data),
    }


@dataclass(slots=True)
class ImportPlan:
    """What an import would do, entry by entry."""

    state: Snapshot
    minter: Minter
    items: list[ReceiptItem] = field(default_factory=list)
    matcher: Matcher = field(init=False)
    records: dict[str, Record] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.matcher = Matcher(self.state, self.minter)

    def take(self, entry: ReadEntry, *, key_is_ours: bool = False) -> str | None:
        """Decide one entry's fate; answers the key of its work, None when it failed.

        With `key_is_ours` its source has no citation key, so that another one than its record's is no loss.
        """
        record = entry.record
        if record is None:
            error = entry.error or "this entry could not be read"
            self._item(entry, "failed", None, entry.losses, error)
            return None
        found = self.matcher.find(record)
        if found is None:
            key = self.matcher.free_key(address_key(record.key))
            losses = entry.losses
            if key != record.key and not key_is_ours:
                taken = "another work has this key" if address_key(record.key) == record.key else "no address ends so"
                why = f"{taken}; this one is imported as {key!r}"
                losses = (*losses, Loss(field="key", raw=record.key, why=why))
            self._keep(record.with_key(key))
            self._item(entry, "new", key, losses)
            return key
        merged = merge(found, record)
        losses = (*entry.losses, *merged.conflicts)
        if record.key != found.key and not key_is_ours:
            losses = (*losses, Loss(field="key", raw=record.key, why=f"the library has this work as {found.key!r}"))
        if merged.record == found:
            self._item(entry, "matched", found.key, losses)
        else:
            self._keep(merged.record)
            self._item(entry, "updated", found.key, losses)
        return found.key

    def change(self) -> ChangeSet:
        """The statements of every new and updated work; net and order are the commit's business."""
        writer = WorkWriter(self.minter, KnownInGraph(self.state, self.minter), self.records)
        return ChangeSet(added=tuple(writer.quads(self.records.values())))

    def receipt(
        self, name: str, source: bytes, format: str, version: Version | None, faults: Iterable[Fault] = ()
    ) -> Receipt:
        """What became of every entry of that source; without a version, what would become of it."""
        counted = Counter(item.fate for item in self.items)
        return Receipt(
            id=str(version) if version else None,
            version=version,
            file=name,
            sha256=hashlib.sha256(source).hexdigest(),
            format=format,
            entries=len(self.items),
            fates={fate: counted[fate] for fate in FATES},
            items=self.items,
            faults=[FileFault(line=fault.line, why=fault.why, raw=fault.raw) for fault in faults],
            undo=f"/changes/{version}/undo" if version else None,
        )

    def _keep(self, record: Record) -> None:
        self.records[record.key] = record
        self.matcher.learn(record)

    def _item(
        self, entry: ReadEntry, fate: str, key: str | None, losses: tuple[Loss, ...], error: str | None = None
    ) -> None:
        self.items.append(
            ReceiptItem(
                position=entry.position,
                line=entry.line,
                key=entry.key,
                fate=fate,
                work=self.minter.thing("work", key).value if key else None,
                losses=[LossShape(field=loss.field, raw=loss.raw, why=loss.why) for loss in losses],
                error=error,
            )
        )
