"""Write and read the receipts of files of decisions: what became of each record, kept with the version that it made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, Field
from pyoxigraph import NamedNode

from commonplace.errors import Message, NotFound
from commonplace.importers.decisions.decision import Verdict
from commonplace.importers.decisions.tools import ToolName
from commonplace.library.changes import DECISIONS
from commonplace.model.change import Version
from commonplace.model.minter import Minter
from commonplace.patchlog.log import PatchLog

Fate = Literal["new", "matched", "conflict", "undecided", "failed"]
FATES: tuple[Fate, ...] = ("new", "matched", "conflict", "undecided", "failed")


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordFate:
    """What became of one record of the file; `why` says it where nothing was written.

    `kept_why` is kept in its place for ever, where `why` names reviewers.
    """

    position: int
    line: int | None
    given: str
    fate: Fate
    work: str | None = None
    verdict: Verdict | None = None
    made: tuple[NamedNode, ...] = ()
    why: str | None = None
    kept_why: str | None = None


class DecisionItem(BaseModel):
    """What became of one record of the file."""

    position: int
    line: int | None = Field(default=None, description="line of the file; absent in JSON")
    given: str = Field(description="the work as the file names it: its key, DOI or title")
    fate: Fate = Field(
        description="`conflict`: reviewers, lines or the library do not agree; `undecided`: nobody has decided; "
        "`failed`: no one work here is meant"
    )
    work: str | None = Field(default=None, description="key of the work")
    verdict: Verdict | None = None
    evidence: str | None = Field(default=None, description="address of the evidence that was made")
    screening: str | None = Field(default=None, description="address of the screening that was made")
    why: str | None = None

    @classmethod
    def of(cls, item: RecordFate, minter: Minter, *, for_ever: bool) -> DecisionItem:
        """Return what is told of a record: in the answer, or `for_ever`, without the names of reviewers."""
        named = [minter.kind_and_key(node.value) or ("", "") for node in item.made]
        made = {str(kind): f"/id/{kind}/{key}" for kind, key in named}
        return cls(
            position=item.position,
            line=item.line,
            given=item.given,
            fate=item.fate,
            work=item.work,
            verdict=item.verdict,
            evidence=made.get("evidence"),
            screening=made.get("screening"),
            why=item.kept_why or item.why if for_ever else item.why,
        )


class DecisionsKept(BaseModel):
    """What became of a file of decisions; `version` and `undo` are absent where nothing was written."""

    tool: ToolName
    file: str
    version: int | None = None
    fates: dict[str, int]
    items: list[DecisionItem]
    undo: str | None = None

    @classmethod
    def of(
        cls, tool: ToolName, file: str, items: Sequence[RecordFate], minter: Minter, *, for_ever: bool = False
    ) -> DecisionsKept:
        """Return the receipt of a file, without a version."""
        fates = dict.fromkeys(map(str, FATES), 0)
        for item in items:
            fates[item.fate] += 1
        told = [DecisionItem.of(item, minter, for_ever=for_ever) for item in items]
        return cls(tool=tool, file=file, fates=fates, items=told)

    def of_version(self, version: Version) -> DecisionsKept:
        """Return it with the version that the decisions made."""
        return self.model_copy(update={"version": int(version), "undo": f"/changes/{version}/undo"})

    def json_bytes(self) -> bytes:
        """Return it as JSON, without absent values."""
        return self.model_dump_json(exclude_none=True).encode()


def receipt_of_decisions(log: PatchLog, version: Version) -> DecisionsKept:
    """Return the receipt of the decisions that made a version. Raises `NotFound`."""
    digest = log.header(version).note.attachments.get(DECISIONS)
    if digest is None:
        raise NotFound(
            Message(
                "version %(version)s was not made by decisions of a review tool, or has no receipt of them",
                version=version,
            )
        )
    return DecisionsKept.model_validate_json(log.attachment(digest)).of_version(version)
