"""Import a file: read it, match its entries with the works of the library, commit the change, write the receipt.

One import is one version and one undo. The receipt has the fate of every entry; it is kept with the log, beside the
file itself, for ever.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import closing
from functools import partial

from commonplace.commit import Committer, Proposal
from commonplace.derived.graph.snapshot import Snapshot
from commonplace.errors import BadRequest, Conflict, Message, NotFound
from commonplace.exchange.entry_file import EntryFile
from commonplace.exchange.plan import ImportPlan
from commonplace.exchange.prepared import PreparedBatch, prepared
from commonplace.exchange.receipts import Receipt
from commonplace.exchange.works_known import known_works
from commonplace.importers.formats import ImportFormat, format_of
from commonplace.importers.parallel import BatchFunction, BatchReading
from commonplace.importers.reading_problems import reading_problems
from commonplace.library import Library
from commonplace.model.change import ChangeSet, Note, Version
from commonplace.model.quad_text import QuadText
from commonplace.model.xml_characters import visible
from commonplace.patchlog.log import next_version
from commonplace.patchlog.rdf_patch import body_digest
from commonplace.processes.garbage_collection import rarely_collected

log = logging.getLogger(__name__)

Progress = Callable[[int, int], None]
"""Function that takes the number of entries done and of all entries; the import stops unwritten when it raises."""

Batches = BatchReading[PreparedBatch]
Read = Callable[[ImportFormat, bytes, str, BatchFunction[PreparedBatch]], Batches]
"""Function that reads a file, given its format, bytes and name, and does some work to each batch of its entries."""

NOT_ANY = Version(-1)
"""Version that no state has."""

PROGRESS_ENTRIES = 200
"""Number of entries that are decided between two calls of `Progress`."""


@rarely_collected()
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
    read: Read = BatchReading.here,
) -> Receipt:
    """Import one file and return its receipt.

    `format` is a name in `commonplace.importers.formats`, guessed when None; `read` reads the file and prepares each
    batch of its entries: `BatchReading` does so on every core. Raises `BadRequest` when the file cannot be read at
    all; a broken entry is a `failed` item instead. Raises `NoRoom` when the folder of temporary files is full,
    `Interrupted` when the process that read it was killed from outside, and `Conflict` when `expected` is given and
    is not the head.
    """
    filename = visible(filename)
    reader = format_of(format, filename, data)
    with reading_problems(filename):
        deciding = _Deciding(library)
        reading = read(reader, data, filename, partial(prepared, library.minter.base, deciding.entries.file))
        with closing(reading):
            for batch in reading:
                deciding.add(batch)
                if progress:
                    progress(len(deciding.entries), reading.total)
    if not deciding.entries:
        places = [(f"{filename}, line {fault.line}", fault.why) for fault in reading.faults]
        why = Message("%(filename)s: no %(reader)s entry in it could be found", filename=filename, reader=reader.name)
        raise BadRequest(why, places or [(filename, Message("no %(reader)s entry", reader=reader.name))])
    receipts: list[Receipt] = []

    def propose(snapshot: Snapshot) -> Proposal:
        plan = deciding.plan(snapshot, progress)
        plan.begin_similar()
        change = ChangeSet() if dry_run else plan.change()
        long = isinstance(change.added, QuadText)  # of its works it is proved by tests that they keep the shapes

        def note() -> Note:
            kept = {} if dry_run else _keep_source(library, data, change)
            version = None if dry_run else next_version(snapshot.version)
            receipt = plan.receipt(filename, data, reader.name, version, reading.faults)
            receipts[:] = [receipt]
            counts = ", ".join(f"{count} {fate}" for fate, count in receipt.fates.items() if count)
            attachments = {} if dry_run else {**kept, "receipt": library.log.attach(receipt.json_text().encode())}
            message = f"{filename}: {counts or 'nothing'}"
            return Note(agent=agent, kind="import", message=message, attachments=attachments)

        if dry_run:
            return Proposal(change, note())
        return Proposal(change, note, even_if_empty=True, is_net=True, keeps_shapes=long)

    with closing(deciding):
        if dry_run:
            if expected is not None and expected != library.follow():
                raise Conflict.moved(library.follow(), expected)
            library.read(propose)
        else:
            with reading_problems(filename):
                committer.commit(propose, expected)
    return receipts[-1]


class _Deciding:
    """Decide the fate of entries while the file is still read, before the import holds up any other writer.

    The decisions hold for the state they were made in. When somebody else has written before the commit, all are made
    again.
    """

    def __init__(self, library: Library) -> None:
        self.entries = EntryFile()
        self._library = library
        self._plan: ImportPlan | None = None
        self._version: Version | None = None

    def _begin(self, snapshot: Snapshot) -> ImportPlan:
        plan = self._plan = ImportPlan(
            snapshot, self._library.minter, known_works(self._library, snapshot), self._library.texts
        )
        self._decided = 0
        self._version = snapshot.version
        return plan

    def close(self) -> None:
        """End what the plan lets another process do."""
        if self._plan is not None:
            self._plan.close()

    def add(self, batch: PreparedBatch) -> None:
        """Add a batch of entries and decide their fate, while other processes go on reading."""
        self.entries.add(batch)
        try:
            plan = self._plan or self._begin(self._library.graph_at().live_snapshot())
            if self._library.graph.version == self._version:
                self._decide(plan, None)
        except Exception as fault:  # a work may go while it is looked at: decided anew when nobody can write
            log.warning("entries are decided on only when nobody else can write, because before: %r", fault)
            self._version = NOT_ANY

    def plan(self, snapshot: Snapshot, progress: Progress | None) -> ImportPlan:
        """Return what the import of all entries does in a state that does not change meanwhile."""
        plan = self._plan
        if plan is None or snapshot.version != self._version:
            self.close()
            plan = self._begin(snapshot)
        self._decide(plan, progress)
        if progress:  # it may have been told to stop while it waited to write
            progress(len(self.entries), len(self.entries))
        return plan

    def _decide(self, plan: ImportPlan, progress: Progress | None) -> None:
        for entry, packed in self.entries.since(self._decided):
            plan.take(entry, packed)
            self._decided += 1
            if progress and self._decided % PROGRESS_ENTRIES == 0:
                progress(len(self.entries), len(self.entries))


def _keep_source(library: Library, data: bytes, change: ChangeSet) -> dict[str, str]:
    """Keep the imported file with the log, and go through the text of a long change, both of which are slow.

    They need no receipt, and so are done while another process still looks for the similar works that it tells of.
    """
    digest = library.log.attach(data)
    if isinstance(change.added, QuadText) and not change.removed:
        body_digest(change)
    return {"source": digest}


def receipt_of(library: Library, version: Version) -> bytes:
    """Return the receipt, as JSON, of the import that made a version. Raises `NotFound`."""
    digest = library.log.header(version).note.attachments.get("receipt")
    if digest is None:
        raise NotFound(Message("version %(version)s was not made by an import", version=version))
    return library.log.attachment(digest)
