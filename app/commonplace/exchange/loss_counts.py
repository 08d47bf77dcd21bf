"""Count the losses of a file by kind: by field and reason, whatever value, line or number a reason quotes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

_QUOTED = re.compile(r"""(?<!\w)(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")(?!\w)""")
_COMMANDS = re.compile(r"\\[A-Za-z@]+\*?(?:, \\[A-Za-z@]+\*?)*")
_NUMBERS = re.compile(r"(?<!\w)[-–]?\d[\w./:~?%-]*")


class HasReason(Protocol):
    """A loss: the field of which something was not kept, and the reason."""

    @property
    def field(self) -> str: ...

    @property
    def why(self) -> str: ...


@dataclass(slots=True, kw_only=True)
class LossCount:
    """The number of losses of one kind: of one field, for one reason, in which `…` stands for quoted values."""

    field: str
    why: str
    count: int


def loss_counts(losses: Iterable[HasReason]) -> list[LossCount]:
    """Count losses by field and reason, the most frequent first.

    A reason that quotes a value, a line or a number is one reason, whatever it quotes.
    """
    counted = Counter((loss.field, reason_of(loss.why)) for loss in losses)
    ordered = sorted(counted.items(), key=lambda one: (-one[1], one[0]))
    return [LossCount(field=field, why=why, count=count) for (field, why), count in ordered]


def reason_of(why: str) -> str:
    """Return the reason of a loss without what it quotes: values in quotation marks, LaTeX commands, numbers."""
    for quoted in (_QUOTED, _COMMANDS, _NUMBERS):
        why = quoted.sub("…", why)
    return why
