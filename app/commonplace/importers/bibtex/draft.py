"""Hold an entry on its way from text to record, and what concerns the file it stands in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from commonplace.model.names import Contributor
from commonplace.model.record import Loss, Record


@dataclass(slots=True)
class Draft:
    """Hold one entry between two steps.

    `fields` are raw LaTeX by lower-case name, without their delimiters once the strings step
    has run; a step takes out what it has understood. `known` collects values of the record by
    attribute name, `rich` their rich forms, `extra` the fields that have no home there. `macros` names the fields whose
    value still is a value expression; None when all are.
    """

    position: int
    line: int
    raw: str
    key: str
    entry_type: str
    fields: dict[str, str]
    losses: list[Loss] = field(default_factory=list)
    csl_type: str = "document"
    contributors: list[Contributor] = field(default_factory=list)
    known: dict[str, Any] = field(default_factory=dict)
    extra: dict[str, str] = field(default_factory=dict)
    rich: dict[str, str] = field(default_factory=dict)
    error: str | None = None
    record: Record | None = None
    macros: frozenset[str] | None = None
    made_key: str = ""
    """The key that is made for an entry without one, or for the second one of a key.

    It is made where all of the file is at hand; the record may be made where it is not.
    """

    def lose(self, name: str, raw: str, why: str) -> None:
        """Report that `raw` of field `name` is not in the record as it was."""
        self.losses.append(Loss(field=name, raw=raw, why=why))


class UnreadDraft(NamedTuple):
    """Hold a well-formed entry that takes nothing from others, as its text: cheap to hand to another process."""

    position: int
    line: int
    raw: str
    key: str
    entry_type: str
    losses: list[Loss]
    made_key: str = ""

    def lose(self, name: str, raw: str, why: str) -> None:
        """Report, as a draft does."""
        self.losses.append(Loss(field=name, raw=raw, why=why))


@dataclass(slots=True)
class BibtexFile:
    """Hold what concerns the whole file: macros, every entry by its key in small letters, how much macros added."""

    macros: dict[str, str] = field(default_factory=dict)
    by_key: dict[str, Draft | UnreadDraft] = field(default_factory=dict)
    data_containers: dict[str, Draft] = field(default_factory=dict)
    inherited: set[int] = field(default_factory=set)
    expanded: int = 0
