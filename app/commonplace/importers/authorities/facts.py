"""Hold what an authority says of a person, a body or a work."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Source = Literal["ORCID", "ROR", "OpenAlex"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """One record of an authority, as far as a library has a use for it.

    `scheme` and `value` are its identifier; `names` are the forms of the name, the first the one that it goes by.
    `where` are affiliations of a person, or the place of a body, with the country.
    """

    source: Source
    scheme: str
    value: str
    names: tuple[str, ...] = ()
    family: str | None = None
    given: str | None = None
    where: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkFacts:
    """OpenAlex's record of a work: further identifiers by scheme, and its authors as far as they have an ORCID."""

    address: str
    title: str | None
    identifiers: Mapping[str, str] = field(default_factory=dict)
    authors: tuple[Facts, ...] = ()
    institutions: tuple[Facts, ...] = ()


def text_at(value: Any, *path: str | int) -> str | None:
    """Return the text in JSON at a path of members and places; None where there is no text, or another shape."""
    for step in path:
        if isinstance(step, int):
            value = value[step] if isinstance(value, list) and len(value) > step else None
        else:
            value = value.get(step) if isinstance(value, Mapping) else None
    return value.strip() or None if isinstance(value, str) else None


def list_at(value: Any, *path: str) -> list[Any]:
    """Return the list in JSON at a path of members; an empty one where there is none, or another shape."""
    for step in path:
        value = value.get(step) if isinstance(value, Mapping) else None
    return value if isinstance(value, list) else []


def several(*texts: str | None) -> tuple[str, ...]:
    """Return the texts that there are, each once, in their order."""
    return tuple(dict.fromkeys(text for text in texts if text))
