"""The name of a person follows from its parts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from pyoxigraph import Literal, NamedNode

from commonplace.curation.derived_statements.consequences import Consequences, held_texts, is_of_class, texts
from commonplace.curation.shacl.after import Statements
from commonplace.curation.shacl.data import Data
from commonplace.curation.shacl.violation import Violation
from commonplace.errors import Message
from commonplace.model.minter import Minter
from commonplace.model.names import Name
from commonplace.model.namespaces import FOAF
from commonplace.model.work_reading import Neighbourhood, read_name

_OWN_PARTS = ("particle", "droppingParticle", "suffix")
"""Terms of our own for parts of a name, beside FOAF's."""


def names_follow(made: Consequences, minter: Minter) -> None:
    """Give each person whose parts of a name change the name that they make, in the order that it was written in."""
    parts = (FOAF["familyName"], FOAF["givenName"], *map(minter.term, _OWN_PARTS))
    for node in made.altered(*parts, FOAF["name"]):
        if not made.may_set(node, FOAF["name"]) or not is_of_class(made.after, node, FOAF["Person"]):
            continue
        new = _name_of(made.after, node, minter)
        if new is None or new.literal:
            continue
        old = _name_of(made.before, node, minter)
        stated = texts(made.after, node, FOAF["name"])
        name = _like(stated or texts(made.before, node, FOAF["name"]), old, new)
        if name is None and (made.wrong or not stated):
            name = new.full
        if name is not None:
            made.set(node, FOAF["name"], [Literal(name)])


def _like(stated: list[str], old: Name | None, new: Name) -> str | None:
    """Return the new name in the order of the stated one; None where that is not the old name in either order."""
    if old is not None:
        for full in (_given_first, _family_first):
            if stated == [full(old)]:
                return full(new)
    return None


def _given_first(name: Name) -> str:
    return name.full


def _family_first(name: Name) -> str:
    """Return a name as it is read where the family name comes first, as in Chinese and Hungarian."""
    return " ".join(part for part in (name.particles, name.family, name.given, name.suffix) if part)


def _name_of(state: Statements, node: NamedNode, minter: Minter) -> Name | None:
    return read_name(Neighbourhood(state.triples(node)), node, minter)


def name_disagrees(data: Data, node: NamedNode, minter: Minter) -> Iterator[Violation]:
    """Return where the name of a person has other words than its parts, in whatever order."""
    stated = held_texts(data, node, FOAF["name"])
    if len(stated) != 1 or FOAF["familyName"] not in data.about(node):
        return
    name = _name_of(data.statements, node, minter)
    if name is None or name.literal:
        return
    if Counter(_words(stated[0])) != Counter(_words(name.full)):
        why = Message(
            "The name of a person is made of its parts, which make %(full)r. Correct foaf:name, or "
            "the family name, given name, particle or suffix; put other forms of the whole name in "
            "skos:altLabel.",
            full=name.full,
        )
        yield Violation(node.value, FOAF["name"].value, why, stated[0])


def _words(text: str) -> list[str]:
    return text.replace(",", " ").split()
