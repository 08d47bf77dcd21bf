"""Name the kinds of things that can be edited at the desk, and their collections in its addresses."""

from __future__ import annotations

from urllib.parse import quote

from commonplace.errors import Message, NotFound
from commonplace.model.minter import Kind

PLURALS: dict[Kind, str] = {
    "work": "works",
    "person": "people",
    "organization": "organizations",
    "venue": "venues",
    "concept": "concepts",
    "claim": "claims",
    "case": "cases",
    "evidence": "evidence",
}
"""Collection of each kind of thing that is edited at the desk."""

_KINDS = {plural: kind for kind, plural in PLURALS.items()}


def kind_in(plural: str) -> Kind:
    """Return the kind of things in a collection. Raises `NotFound`."""
    if plural not in _KINDS:
        raise NotFound(
            Message("the desk has no page of this address; things to edit are in %(kinds)s", kinds=", ".join(_KINDS))
        )
    return _KINDS[plural]


def desk_address(kind: Kind, key: str) -> str:
    """Return the address of the page of the desk where a thing is edited."""
    return f"/desk/{PLURALS[kind]}/{quote(key, safe='/')}"


def page_address(kind: Kind, key: str, iri: str) -> str:
    """Return the address where a thing is read."""
    return iri if kind == "evidence" else f"/{PLURALS[kind]}/{quote(key, safe='/')}"
