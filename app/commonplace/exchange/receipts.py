"""Write the receipts of imports, with the fate of every entry of a file: as JSON, and as lines for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import unquote

from pydantic import BaseModel

from commonplace.curation.duplicates.same_work import GROUNDS
from commonplace.exchange.loss_counts import LossCount

SHOWN_CHARACTERS = 200
"""Maximum number of characters of a value in a line for people; the JSON has it all."""

SHOWN_KINDS = 20
"""Maximum number of kinds of losses in the lines for people; the JSON has all."""

FATES = ("new", "matched", "updated", "failed")

PLAINLY_IN = ["key", "entry"]
"""Grounds of a match that needs no line: the work has the key of the entry and says all that the entry says."""

# The parts of which there is one for every entry are dataclasses with slots: pydantic checks a model when it is made,
# which takes ten times as long and four times as many objects.


@dataclass(slots=True, kw_only=True)
class LossShape:
    """A part of an entry that is not kept as it was."""

    field: str
    raw: str
    why: str


@dataclass(slots=True, kw_only=True)
class SimilarShape:
    """A work that a new one may be, or that may be related to it, with reasons, for a person to decide.

    `relation` names the relation (`curation.duplicates.relations.RELATIONS`); without one they may be one work.
    `score` is the chance, in percent, that they are one work.
    """

    work: str
    relation: str | None = None
    score: float | None = None
    reasons: list[str]


@dataclass(slots=True, kw_only=True)
class ReceiptItem:
    """The fate of one entry. `status` is there when the work is known to be retracted, corrected …

    `matched_on` has the grounds of the match with a work (`same_work.GROUNDS`), the decisive one first; `added` the
    names of the fields that the work took; `similar` the works that a new one may be, and `related` those that may be
    another edition of it, a part, a version, a reply ….
    """

    position: int
    line: int
    key: str | None = None
    fate: str
    work: str | None = None
    status: str | None = None
    matched_on: list[str] | None = None
    added: list[str] | None = None
    similar: list[SimilarShape] | None = None
    related: list[SimilarShape] | None = None
    losses: tuple[LossShape, ...] = ()
    error: str | None = None


class FileFault(BaseModel):
    """Something wrong with the file that belongs to no entry."""

    line: int
    why: str
    raw: str = ""


class Receipt(BaseModel):
    """The fate of a file: `fates` add up to `entries`. A dry run has no `id` and no `version`."""

    id: str | None = None
    version: int | None = None
    file: str
    sha256: str
    format: str
    entries: int
    fates: dict[str, int]
    loss_counts: list[LossCount] = []
    items: list[ReceiptItem]
    faults: list[FileFault] = []
    undo: str | None = None

    @property
    def failed(self) -> int:
        """Return the number of entries that are not in the library."""
        return self.fates["failed"]

    def json_text(self) -> str:
        """Return the receipt as JSON, without absent values."""
        return self.model_dump_json(exclude_none=True)


def receipt_lines(receipt: Receipt) -> Iterator[str]:
    """Yield lines for people: the counts, each entry that needs a word, and the command that takes the import back."""
    counts = ", ".join(f"{receipt.fates[fate]} {fate}" for fate in FATES)
    yield f"{receipt.file}: {receipt.entries} {'entry' if receipt.entries == 1 else 'entries'}: {counts}"
    yield from _counted(receipt.loss_counts)
    if similar := sum(bool(item.similar) for item in receipt.items):
        are = "is" if similar == 1 else "are"
        yield f"  {similar} of the new {are} similar to other works, named below; nothing is merged on a guess"
    if related := sum(bool(item.related) for item in receipt.items):
        yield f"  {related} of the new may be related to other works, named below: editions, parts, versions, replies"
    for fault in receipt.faults:
        yield f"  line {fault.line}: {fault.why}"
    for item in receipt.items:
        for what in _told(item):
            yield f"  line {item.line}: {item.key or '(no key)'}: {what}"
    if receipt.version:
        yield f"version {receipt.version}; take it back with: commonplace undo {receipt.version}"
    else:
        yield "nothing was changed (dry run)"


def _counted(counts: Sequence[LossCount]) -> Iterator[str]:
    if counts:
        total = sum(one.count for one in counts)
        yield f"  {total} {'losses' if total > 1 else 'loss'}, by kind:"
    for one in counts[:SHOWN_KINDS]:
        yield f"  {one.count:>5} × {one.field}: {_shown(one.why)}"
    if len(counts) > SHOWN_KINDS:
        yield f"        and {len(counts) - SHOWN_KINDS} more kinds; --json counts all"


def _told(item: ReceiptItem) -> Iterator[str]:
    if item.error:
        yield f"failed: {item.error}"
    if item.status:
        yield f"the work is {item.status}"
    if item.work and item.matched_on and item.matched_on != PLAINLY_IN:
        on = ", ".join(GROUNDS.get(ground, ground) for ground in item.matched_on)
        fields = [name for name in item.added or () if name != "alternative_keys"]
        took = f"; updated with {', '.join(fields)}" if fields else ""
        kept = "; its key is kept as another key" if len(fields) < len(item.added or ()) else ""
        yield f"matched {key_in(item.work)} on {on}{took}{kept}"
    elif item.added:
        yield f"updated with {', '.join(item.added)}"
    for loss in item.losses:
        raw = " ".join(loss.raw.split())
        said = raw and loss.field != "entry" and raw != item.key and raw not in loss.why
        yield f"{loss.field}: {f'{_shown(raw)!r}: ' if said else ''}{_shown(loss.why)}"
    for other in item.similar or ():
        yield f"similar to {key_in(other.work)}: {'; '.join(other.reasons)}"
    for other in item.related or ():
        yield f"related to {key_in(other.work)} ({other.relation}): {'; '.join(other.reasons)}"


def key_in(work: str) -> str:
    """Return the key at the end of a work's IRI."""
    return unquote(work.rpartition("/")[2])


def _shown(text: str) -> str:
    return text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]}…"
