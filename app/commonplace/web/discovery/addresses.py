"""Make the addresses of things, from the address that a client reached the library at."""

from __future__ import annotations

from urllib.parse import quote

from commonplace.model.minter import Kind, Minter

PLACES: dict[Kind, str] = {
    "work": "works",
    "person": "people",
    "organization": "organizations",
    "venue": "venues",
    "concept": "concepts",
    "claim": "claims",
    "case": "cases",
    "pin": "pins",
}
"""First word of the addresses of each kind of things that have addresses of their own."""

KIND_OF: dict[str, Kind] = {place: kind for kind, place in PLACES.items()} | {
    "evidence": "evidence",
    "citations": "citation",
}
"""Kind of the things that a plural names, in addresses and in counts."""


def address_of(base: str, kind: Kind, key: str) -> str:
    """Return the address of the thing of that kind and key; `base` ends in `/`."""
    return f"{base}{PLACES.get(kind, f'id/{kind}')}/{quote(key, safe='')}"


def address_of_iri(base: str, iri: str, minter: Minter) -> str:
    """Return the address of the thing of that IRI, or the IRI itself where the library has not minted it."""
    named = minter.kind_and_key(iri)
    return address_of(base, *named) if named else iri
