"""The receipt of an import: what became of every entry of a file."""

from __future__ import annotations

from pydantic import BaseModel

FATES = ("new", "matched", "updated", "failed")


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
