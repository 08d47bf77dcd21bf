"""The receipt of an import: what became of every entry of a file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from pydantic import BaseModel

SHOWN_CHARACTERS = 200
"""So much of a value is shown to people; the receipt has it all."""

FATES = ("new", "matched", "updated", "failed")

# What there is one of for every entry is a dataclass with slots: a model of pydantic is checked when it is made, and
# takes ten times as long and four times as many objects.


@dataclass(slots=True, kw_only=True)
class LossShape:
    """A part of an entry that is not kept as it was."""

    field: str
    raw: str
    why: str


@dataclass(slots=True, kw_only=True)
class SimilarShape:
    """A work that may be the same as one that is new, and why: for a person to decide."""

    work: str
    reasons: list[str]


@dataclass(slots=True, kw_only=True)
class ReceiptItem:
    """What became of one entry. `status` is there when the work is known to be retracted, corrected …

    `added` names the fields that an updated work took; `similar` the works that a new one may be.
    """

    position: int
    line: int
    key: str | None = None
    fate: str
    work: str | None = None
    status: str | None = None
    added: list[str] | None = None
    similar: list[SimilarShape] | None = None
    losses: tuple[LossShape, ...] = ()
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


def told(receipt: Receipt) -> Iterator[str]:
    """A receipt for people, in lines: the counts, then every entry that is not plainly in, then how to take it back."""
    counts = ", ".join(f"{receipt.fates[fate]} {fate}" for fate in FATES)
    yield f"{receipt.file}: {receipt.entries} entries: {counts}"
    if similar := sum(bool(item.similar) for item in receipt.items):
        yield f"  {similar} of the new are similar to other works, named below; nothing is merged on a guess"
    for fault in receipt.faults:
        yield f"  line {fault.line}: {fault.why}"
    for item in receipt.items:
        for what in _told(item):
            yield f"  line {item.line}: {item.key or '(no key)'}: {what}"
    if receipt.version:
        yield f"version {receipt.version}; take it back with: commonplace undo {receipt.version}"
    else:
        yield "nothing was changed (dry run)"


def _told(item: ReceiptItem) -> Iterator[str]:
    if item.error:
        yield f"failed: {item.error}"
    if item.status:
        yield f"the work is {item.status}"
    if item.added:
        yield f"updated with {', '.join(item.added)}"
    for loss in item.losses:
        raw = " ".join(loss.raw.split())
        said = raw and loss.field != "entry" and raw != item.key and raw not in loss.why
        yield f"{loss.field}: {f'{_shown(raw)!r}: ' if said else ''}{_shown(loss.why)}"
    for other in item.similar or ():
        yield f"similar to {unquote(other.work.rpartition('/')[2])}: {'; '.join(other.reasons)}"


def _shown(text: str) -> str:
    return text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]}…"
