"""Importing a file: read, match against what is there, change set, commit, receipt.

One import is one version and one undo. The receipt says what became of every entry; it is kept
with the log, beside the file itself, for ever.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from pydantic import BaseModel

from app.commit import Committer, Proposal
from app.curation.known import KnownInGraph
from app.curation.matching import Matcher, merge
from app.derived.graph import Snapshot
from app.errors import BadRequest, NotFound
from app.importers.formats import IMPORT_FORMATS, ImportFormat, guess_format
from app.importers.reading import Reading
from app.importers.text_encoding import UnreadableFile
from app.library import Library
from app.model.change import ChangeSet, Note, Version
from app.model.minter import Minter
from app.model.record import Loss, ReadEntry, Record
from app.model.work_graph import WorkWriter
from app.patchlog.log import next_version

FATES = ("new", "matched", "updated", "failed")

_HEAD_BYTES = 65_536

Progress = Callable[[int, int], None]
"""Called with entries done and entries in all."""


class LossShape(BaseModel):
    """A part of an entry that is not kept as it was."""

    field: str
    raw: str
    why: str


class ReceiptItem(BaseModel):
    """What became of one entry."""

    position: int
    line: int
    key: str | None = None
    fate: str
    work: str | None = None
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
) -> Receipt:
    """Import one file; answers its receipt.

    `format` is a name in `app.importers.formats`, guessed when None. Raises
    `BadRequest` when the file cannot be read at all; a broken entry is a `failed` item instead.
    """
    reader = format_of(format, filename, data)
    try:
        reading = reader.read(data, filename)
    except UnreadableFile as fault:
        raise BadRequest(f"{filename}: {fault}", [(filename, str(fault))]) from fault
    if not reading.total and not reading.faults:
        raise BadRequest(f"{filename}: no entry in it could be found", [(filename, f"no {reader.name} entry")])
    entries = list(_counted(reading, progress))
    receipts: list[Receipt] = []

    def propose(state: Snapshot) -> Proposal:
        receipts[:] = []
        plan = _Plan(state, library.minter)
        for entry in entries:
            plan.take(entry)
        receipt = _receipt(filename, data, reader.name, reading, plan, None if dry_run else next_version(state.version))
        receipts.append(receipt)
        attachments = {} if dry_run else _attach(library, receipt, data)
        counts = ", ".join(f"{count} {fate}" for fate, count in receipt.fates.items() if count)
        note = Note(agent=agent, kind="import", message=f"{filename}: {counts or 'nothing'}", attachments=attachments)
        return Proposal(plan.change(), note, even_if_empty=True)

    if dry_run:
        library.read(propose)
    else:
        committer.commit(propose)
    return receipts[-1]


def format_of(name: str | None, filename: str, data: bytes) -> ImportFormat:
    """The format of that name, or the one the file seems to be in. Raises `BadRequest`."""
    found = IMPORT_FORMATS.get(name) if name else guess_format(filename, data[:_HEAD_BYTES])
    if found is None:
        known = ", ".join(IMPORT_FORMATS)
        raise BadRequest(f"{filename}: what this is cannot be told; name its format", [("format", f"one of {known}")])
    return found


def receipt_of(library: Library, version: Version) -> bytes:
    """The receipt of the import that made that version, as JSON. Raises `NotFound`."""
    digest = library.log.header(version).note.attachments.get("receipt")
    if digest is None:
        raise NotFound(f"version {version} was not made by an import")
    return library.log.attachment(digest)


def _counted(reading: Reading, progress: Progress | None) -> Iterator[ReadEntry]:
    for number, entry in enumerate(reading, 1):
        yield entry
        if progress:
            progress(number, reading.total)


def _attach(library: Library, receipt: Receipt, data: bytes) -> dict[str, str]:
    return {
        "receipt": library.log.attach(receipt.json_text().encode()),
        "source": library.log.attach(data),
    }


def _receipt(
    filename: str, data: bytes, format: str, reading: Reading, plan: _Plan, version: Version | None
) -> Receipt:
    counted = Counter(item.fate for item in plan.items)
    return Receipt(
        id=str(version) if version else None,
        version=version,
        file=filename,
        sha256=hashlib.sha256(data).hexdigest(),
        format=format,
        entries=len(plan.items),
        fates={fate: counted[fate] for fate in FATES},
        items=plan.items,
        faults=[FileFault(line=fault.line, why=fault.why, raw=fault.raw) for fault in reading.faults],
        undo=f"/changes/{version}/undo" if version else None,
    )


@dataclass(slots=True)
class _Plan:
    """What an import would do, entry by entry."""

    state: Snapshot
    minter: Minter
    items: list[ReceiptItem] = field(default_factory=list)
    _matcher: Matcher = field(init=False)
    _records: dict[str, Record] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._matcher = Matcher(self.state, self.minter)

    def take(self, entry: ReadEntry) -> None:
        """Decide one entry's fate."""
        record = entry.record
        if record is None:
            error = entry.error or "this entry could not be read"
            self._item(entry, "failed", None, entry.losses, error)
            return
        found = self._matcher.find(record)
        if found is None:
            key = self._matcher.free_key(record.key)
            losses = entry.losses
            if key != record.key:
                why = f"another work has this key; this one is imported as {key!r}"
                losses = (*losses, Loss(field="key", raw=record.key, why=why))
            self._keep(record.with_key(key))
            self._item(entry, "new", key, losses)
            return
        merged = merge(found, record)
        losses = (*entry.losses, *merged.conflicts)
        if record.key != found.key:
            losses = (*losses, Loss(field="key", raw=record.key, why=f"the library has this work as {found.key!r}"))
        if merged.record == found:
            self._item(entry, "matched", found.key, losses)
        else:
            self._keep(merged.record)
            self._item(entry, "updated", found.key, losses)

    def change(self) -> ChangeSet:
        """The statements of every new and updated work; net and order are the commit's business."""
        writer = WorkWriter(self.minter, KnownInGraph(self.state, self.minter), self._records)
        return ChangeSet(added=tuple(writer.quads(self._records.values())))

    def _keep(self, record: Record) -> None:
        self._records[record.key] = record
        self._matcher.learn(record)

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
