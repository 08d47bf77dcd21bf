"""Names of people and of bodies, in the parts CSL and BibTeX agree on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class Name:
    """A personal name in parts, or a `literal` (a body, or a name that has no parts).

    `family` is without the particle: *Carola van Eijk* is family `Eijk`, particle `van`.
    Exactly one of `family` and `literal` is set; a single name ("Plato") is a `family`.
    """

    family: str | None = None
    given: str | None = None
    particle: str | None = None
    suffix: str | None = None
    literal: str | None = None

    def __post_init__(self) -> None:
        if bool(self.family) == bool(self.literal):
            raise ValueError(f"a name has either a family name or a literal: {self!r}")

    @property
    def full(self) -> str:
        """In reading order: `Carola van Eijk`, `Martin Luther King Jr.`."""
        if self.literal:
            return self.literal
        return " ".join(p for p in (self.given, self.particle, self.family, self.suffix) if p)

    @property
    def inverted(self) -> str:
        """In BibTeX's sortable order: `van Eijk, Carola`; `King, Jr., Martin Luther`."""
        if self.literal:
            return self.literal
        last = " ".join(p for p in (self.particle, self.family) if p)
        return ", ".join(p for p in (last, self.suffix, self.given) if p)


class Contributor(NamedTuple):
    """A name in a role. Roles are CSL's (`author`, `editor`, `translator` …) and ours in `commonplace.model.roles`."""

    role: str
    name: Name
