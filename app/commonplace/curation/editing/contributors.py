"""Read the contributors of a work's JSON: names, or people and bodies that are named by key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pyoxigraph import NamedNode

from commonplace.curation.authorities import KnownInGraph
from commonplace.curation.editing.fields import (
    Edit,
    Values,
    list_of,
    text_of,
)
from commonplace.errors import BadRequest, Message
from commonplace.model.minter import slug
from commonplace.model.names import Contributor, Name
from commonplace.model.roles import BY_CSL
from commonplace.model.work_reading import Neighbourhood, read_name

PEOPLE = ("authors", "editors", "contributors")


_NAME_PARTS = ("family", "given", "particle", "dropping_particle", "suffix", "literal")


_NAME_MARKS = ("comma_suffix", "static_ordering")


class GivenAgents(KnownInGraph):
    """The people and bodies of the home, of which some names mean the one that the editor named by its key."""

    def __init__(self, edit: Edit, given: Mapping[str, NamedNode]) -> None:
        super().__init__(edit.snapshot, edit.minter)
        self._edit = edit
        self._given = given

    def agent(self, name_slug: str) -> tuple[NamedNode, Name] | None:
        node = self._given.get(name_slug)
        if node is None:
            return super().agent(name_slug)
        name = _known_name(self._edit, node)
        return (node, name) if name else None


def contributors_of(edit: Edit, after: Values) -> tuple[tuple[Contributor, ...], dict[str, NamedNode]]:
    contributors: list[Contributor] = []
    agents: dict[str, NamedNode] = {}
    for member in PEOPLE:
        for number, given in enumerate(list_of(after.get(member) or [], member)):
            where = f"{member}[{number}]"
            role = {"authors": "author", "editors": "editor"}.get(member) or _role(given, where)
            node = _agent(edit, given, where)
            name = _name(edit, given, node, where)
            if node is not None:
                key = slug(name.full)
                if agents.setdefault(key, node) != node:
                    raise BadRequest(
                        Message("%(full)s stands for two people in this work", full=name.full),
                        [(where, "give one of them another form of name")],
                    )
            contributors.append(Contributor(role, name))
    return tuple(contributors), agents


def _role(given: object, where: str) -> str:
    role = given.get("role") if isinstance(given, Mapping) else None
    if role not in BY_CSL:
        raise BadRequest(
            Message("%(role)r is no role", role=role),
            [(f"{where}.role", Message("use one of %(roles)s", roles=", ".join(BY_CSL)))],
        )
    return str(role)


def _agent(edit: Edit, given: object, where: str) -> NamedNode | None:
    """Return the person or body that a contributor was said to be, None where only a name is given."""
    if isinstance(given, str) or (isinstance(given, Mapping) and (given.get("iri") or given.get("key"))):
        return edit.thing(given, ("person", "organization"), where)
    return None


def _known_name(edit: Edit, node: NamedNode) -> Name | None:
    """Return the name that the graph gives a person or body."""
    return read_name(Neighbourhood(edit.snapshot.triples(node)), node, edit.minter)


def _name(edit: Edit, given: object, node: NamedNode | None, where: str) -> Name:
    """Return the name of a contributor: its parts, its `literal`, or that of the person it was said to be."""
    said = given if isinstance(given, Mapping) else {}
    parts = {part: said[part] for part in _NAME_PARTS if said.get(part)}
    if parts:
        named: dict[str, Any] = {part: text_of(value, f"{where}.{part}") for part, value in parts.items()}
        named |= {mark: bool(said.get(mark)) for mark in _NAME_MARKS}
        try:
            return Name(**named)
        except ValueError as fault:
            raise BadRequest(
                Message("%(where)s is no name", where=where),
                [(where, "give a family name, or a literal, and not both")],
            ) from fault
    known = _known_name(edit, node) if node is not None else None
    if known is None:
        raise BadRequest(
            Message("%(where)s has no name", where=where),
            [(where, "give family and given, a literal, or the key of a person")],
        )
    return known
