"""Hold names of people and of bodies, in the parts that CSL has for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


def short_name(family: str, particle: str | None = None) -> str:
    """Return the name by which a text speaks of a person: `van Eijk`, with its particle and without given names."""
    return f"{particle} {family}" if particle else family


@dataclass(frozen=True, slots=True)
class Name:
    """Hold a personal name in parts, or a `literal`: a body, or a name that has no parts.

    `family` is without particles: *Carola van Eijk* is family `Eijk`, particle `van`. `particle` is CSL's
    non-dropping particle, which stays with the family name wherever that stands alone; `dropping_particle` goes
    (*Alexander von Humboldt* is cited as *Humboldt*). `comma_suffix` asks for a comma before the suffix,
    `static_ordering` for the family name first in every style. Exactly one of `family` and `literal` is set; a single
    name ("Plato") is a `family`.

    Source: CSL 1.0.2 and the `name-variable` of its `csl-data.json` schema.
    """

    family: str | None = None
    given: str | None = None
    particle: str | None = None
    suffix: str | None = None
    literal: str | None = None
    dropping_particle: str | None = None
    comma_suffix: bool = False
    static_ordering: bool = False

    def __post_init__(self) -> None:
        if bool(self.family) == bool(self.literal):
            raise ValueError(f"a name has either a family name or a literal: {self!r}")

    @property
    def particles(self) -> str | None:
        """Return all that stands before the family name, the dropping particle first: `de La` of *de La Fontaine*."""
        if self.dropping_particle:
            return f"{self.dropping_particle} {self.particle}" if self.particle else self.dropping_particle
        return self.particle

    @property
    def short(self) -> str:
        """Return the name by which a text speaks of a person, or the whole of a literal."""
        return self.literal or short_name(self.family or "", self.particle)

    @property
    def full(self) -> str:
        """Return the name in reading order: `Carola van Eijk`, `Martin Luther King Jr.`."""
        if self.literal:
            return self.literal
        return " ".join([part for part in (self.given, self.particles, self.family, self.suffix) if part])

    @property
    def inverted(self) -> str:
        """Return the name in BibTeX's sortable order: `van Eijk, Carola`; `King, Jr., Martin Luther`."""
        if self.literal:
            return self.literal
        last = short_name(self.family or "", self.particles)
        if self.suffix:
            last = f"{last}, {self.suffix}"
        return f"{last}, {self.given}" if self.given else last


class Contributor(NamedTuple):
    """Hold a name in a role. Roles are CSL's (`author`, `editor` …) and ours in `commonplace.model.roles`."""

    role: str
    name: Name
