"""Keep the imports that are being prepared at the desk: a file, or a list of DOIs, with its preview.

A draft is known until the server stops, or until many later ones were begun. Nothing of it is in the library before it
is applied.
"""

from __future__ import annotations

import hashlib
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from threading import Lock
from typing import BinaryIO, NamedTuple

from commonplace.errors import BadRequest, CommonplaceError, NotFound
from commonplace.exchange.doi_lists import read_doi_list
from commonplace.exchange.jobs import ImportJobs, Job, Upload
from commonplace.exchange.receipts import Receipt
from commonplace.home.tokens import Role, Token
from commonplace.importers.formats import format_of
from commonplace.importers.text_encoding import UnreadableFile, decode_text
from commonplace.model.change import Version
from commonplace.web.http.received_file import held

KEPT = 50
"""Maximum number of drafts: each keeps its file on disk."""

MENDED_BYTES = 2_000_000
"""Maximum size of a file whose entries are shown with their text, to be mended: it is read once more for that."""

DOIS = "dois"
"""Format of a draft that is a list of DOIs, one on each line."""


@dataclass(slots=True, kw_only=True)
class ImportDraft:
    """An import that is being prepared. `applied` says whether `job` writes, or previews."""

    filename: str
    format: str | None
    agent: str
    file: BinaryIO
    size: int
    id: str = field(default_factory=lambda: uuid.uuid4().hex)
    job: Job | None = None
    seen: Version | None = None
    """The version that the preview is of."""
    applied: bool = False
    moved: bool = False
    """Whether the preview was made anew because the library had changed when it was to be applied."""

    def data(self) -> bytes:
        """Return the bytes of the file, or of the list."""
        self.file.seek(0)
        return self.file.read()

    def text(self) -> str | None:
        """Return the text of a file that is small enough to be mended; None of others, and of what is no text."""
        if self.size > MENDED_BYTES:
            return None
        try:
            return decode_text(self.data())[0]
        except UnreadableFile:
            return None

    @property
    def receipt(self) -> Receipt | None:
        """Return the receipt of the preview, or of the import, once it is there."""
        return self.job.receipt if self.job is not None and self.job.over else None

    @property
    def fault(self) -> CommonplaceError | None:
        """Return what kept the import from being previewed, or made."""
        return self.job.fault if self.job is not None and self.job.over else None


class Drafts:
    """The drafts of one server. Safe to share between threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._drafts: dict[str, ImportDraft] = {}

    def add(self, filename: str, data: bytes, format: str | None, agent: str) -> ImportDraft:
        """Keep a file as a draft. Raises `NoRoom`."""
        draft = ImportDraft(filename=filename, format=format, agent=agent, file=held(data), size=len(data))
        with self._lock:
            self._drafts[draft.id] = draft
            for oldest in list(self._drafts)[: max(0, len(self._drafts) - KEPT)]:
                self._drafts.pop(oldest).file.close()
        return draft

    def of(self, id: str, token: Token) -> ImportDraft:
        """Return a draft of the holder of a token; a curator sees those of others. Raises `NotFound`."""
        draft = self._drafts.get(id)
        if draft is None or not _may_see(draft, token):
            raise NotFound("this import is not known any more: begin it again with the file")
        return draft

    def begun(self, token: Token) -> list[ImportDraft]:
        """Return the drafts that a holder may go on with, the newest first."""
        with self._lock:
            return [one for one in reversed(self._drafts.values()) if not one.applied and _may_see(one, token)]

    def drop(self, draft: ImportDraft) -> None:
        """Forget a draft."""
        with self._lock:
            if self._drafts.pop(draft.id, None):
                draft.file.close()

    def close(self) -> None:
        """Forget every draft, at the end of the server."""
        with self._lock:
            for draft in self._drafts.values():
                draft.file.close()
            self._drafts.clear()


def _may_see(draft: ImportDraft, token: Token) -> bool:
    return token.role is Role.CURATOR or draft.agent == token.name


def run(jobs: ImportJobs, draft: ImportDraft, agent: str, limit: int, head: Version, *, apply: bool) -> Job:
    """Begin the preview of a draft, or its import where the library is as it was previewed."""
    expected = draft.seen if apply else None
    if draft.format == DOIS:
        job = jobs.begin_dois(read_doi_list(draft.data().decode()), agent, not apply, expected)
    else:
        upload = Upload(
            file=held(draft.data()),
            filename=draft.filename,
            format=draft.format,
            agent=agent,
            limit=limit,
            dry_run=not apply,
            expected=expected,
        )
        job = jobs.begin(upload)
    draft.job, draft.applied = job, apply
    if not apply:
        draft.seen = head
    return job


def replace(draft: ImportDraft, data: bytes) -> None:
    """Give a draft another content."""
    old, draft.file, draft.size = draft.file, held(data), len(data)
    old.close()


def names_by_text(texts: Mapping[int, str]) -> dict[int, str]:
    """Return a name for each entry, by place, that it keeps while others are mended or left out.

    What a browser keeps of an entry that is being mended it keeps under that name: it follows from the text alone, and
    from how many entries with the same text stand before.
    """
    before: Counter[str] = Counter()
    found: dict[int, str] = {}
    for place in sorted(texts):
        name = hashlib.sha256(texts[place].strip().encode()).hexdigest()[:16]
        found[place] = f"{name}-{before[name]}"
        before[name] += 1
    return found


def entry_texts(text: str, lines: Sequence[int]) -> Mapping[int, tuple[int, int]]:
    """Return by its position, from 1, the first and last place of each entry in a text, given their lines.

    An entry that begins on the line of another has none: it cannot be told where it ends.
    """
    starts = [0]
    for place, character in enumerate(text):
        if character == "\n":
            starts.append(place + 1)
    if any(after <= before for before, after in pairwise(lines)) or not lines or lines[-1] > len(starts):
        return {}
    ends = [starts[line - 1] for line in lines[1:]] + [len(text)]
    return {number: (starts[line - 1], end) for number, (line, end) in enumerate(zip(lines, ends, strict=True), 1)}


def mended(text: str, place: tuple[int, int], entry: str) -> str:
    """Return a text with another entry at a place; an empty one leaves the entry out.

    What follows stays on its line, unless the other entry has more lines than there is room for.
    """
    start, end = place
    old, new = text[start:end], entry.strip()
    between = old.count("\n") - old.rstrip().count("\n")
    room = old.count("\n") - new.count("\n")
    return text[:start] + new + "\n" * max(room, between, 1) + text[end:]


class NamedEntry(NamedTuple):
    """What an entry is told by: its title, and who wrote it when."""

    title: str
    by: str
    anonymous: bool
    """Whether it names neither author nor editor."""


def named_entries(draft: ImportDraft) -> Mapping[int, NamedEntry]:
    """Return what the entries of a draft are told by, by their position, from 1; none where it is large."""
    if draft.format == DOIS or draft.text() is None:
        return {}
    return dict(_named_entries(draft))


def _named_entries(draft: ImportDraft) -> Iterator[tuple[int, NamedEntry]]:
    data = draft.data()
    try:
        for number, entry in enumerate(format_of(draft.format, draft.filename, data).read(data, draft.filename), 1):
            if entry.record is not None:
                names = entry.record.names("author") or entry.record.names("editor")
                by = ["; ".join(name.inverted for name in names), str(entry.record.year or "")]
                yield number, NamedEntry(entry.record.title or "", ", ".join(filter(None, by)), not names)
    except (BadRequest, UnreadableFile):
        return
