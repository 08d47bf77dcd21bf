"""Describe a breach of the rules of the data in words."""

from __future__ import annotations

from dataclasses import dataclass

from commonplace.errors import Message

_SHOWN = 200
"""Maximum number of characters that are shown of a value: an abstract would hide the rest."""


@dataclass(frozen=True, slots=True)
class Violation:
    """A breach: the node, what it is about (a property, when there is one), the rule's message, and the value."""

    node: str
    path: str | None
    message: str
    value: str | None = None

    @property
    def where(self) -> str:
        """Return node and property, for an error's place."""
        return f"{self.node} {self.path}" if self.path else self.node

    @property
    def why(self) -> str:
        """Return the message, and the value that it is about."""
        if self.value is None:
            return self.message
        shown = self.value if len(self.value) <= _SHOWN else f"{self.value[:_SHOWN]}…"
        message = self.message if isinstance(self.message, Message) else Message(self.message.replace("%", "%%"))
        return Message("%(message)s (%(value)s)", message=message, value=shown)

    @property
    def order(self) -> tuple[str, str, str, str]:
        """Return what breaches are sorted by."""
        return self.node, self.path or "", self.message, self.value or ""
