"""Find the things that a person names by words: by a key or an IRI, by a label or title, or by what a search finds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode

from commonplace.derived.graph.snapshot import Snapshot
from commonplace.derived.search.index import Hit
from commonplace.derived.search.text import fold
from commonplace.errors import BadRequest
from commonplace.library.library import Library
from commonplace.library.named_things import is_of_kind, named_thing
from commonplace.library.schemas import Link
from commonplace.library.works import title_link
from commonplace.model.minter import Kind
from commonplace.model.namespaces import DCTERMS, FOAF, RDFS, SKOS

MOST_CHOICES = 20
"""Maximum number of things among which a person is asked to choose; more are found by more words."""

_NAMES = (SKOS["prefLabel"], SKOS["altLabel"], RDFS["label"], DCTERMS["title"], FOAF["name"])


@dataclass(frozen=True, slots=True)
class Called:
    """What words may name: the thing that they name, by its key or IRI; else those among which to choose, likeliest
    first, and whether there are more than those."""

    taken: str | None
    choices: tuple[Link, ...] = ()
    more: bool = False


def things_called(library: Library, kinds: Sequence[Kind], words: str, language: str = "en") -> Called:
    """Return the thing of some kinds that words name, or those that they may name.

    One is taken where the words are its key or IRI, or where it alone has them as a label or title, whatever their
    case and accents.
    """
    given = words.strip()
    if _was_named(library, kinds, given) or library.read(lambda snapshot: _is_named(snapshot, library, kinds, given)):
        return Called(given)
    hits = _found(library, kinds, given)
    nodes = [NamedNode(hit.iri) for hit in hits]

    def read(snapshot: Snapshot) -> Called:
        exact = [node for node in nodes if fold(given) in map(fold, _names(snapshot, node))]
        if len(exact) == 1:
            return Called(_written(snapshot, library, kinds, exact[0]))
        likely = exact or nodes
        links = (title_link(snapshot, node, library.minter, language) for node in likely[:MOST_CHOICES])
        named = [
            link.model_copy(update={"key": _written(snapshot, library, kinds, NamedNode(link.iri))}) for link in links
        ]
        return Called(None, tuple(named), more=len(likely) > MOST_CHOICES)

    return library.read(read)


def _found(library: Library, kinds: Sequence[Kind], given: str) -> Sequence[Hit]:
    """Return what words find, one more than can be chosen among where there are more; where they find nothing, what is
    found with the last of them as the beginning of one."""
    index, most = library.search(), MOST_CHOICES + 1
    return index.search(given, kinds, most).hits or index.search(given, kinds, most, typing=True).hits


def _is_named(snapshot: Snapshot, library: Library, kinds: Sequence[Kind], given: str) -> bool:
    """Return whether a text is the key or IRI of a thing of one of some kinds, or kind and key with a slash between."""
    return any(_node(snapshot, library, kind, given) is not None for kind in kinds)


def _was_named(library: Library, kinds: Sequence[Kind], given: str) -> bool:
    """Return whether a text is the key or IRI of a thing that some version had, be it deleted since."""
    minter = library.minter
    try:
        iris = [given if given.startswith(minter.base) else minter.thing(kind, given).value for kind in kinds]
    except ValueError:
        return False
    return any(
        is_of_kind(minter, iri, kind) and library.things.history(iri) for kind, iri in zip(kinds, iris, strict=True)
    )


def _node(snapshot: Snapshot, library: Library, kind: Kind, given: str) -> NamedNode | None:
    key = given.removeprefix(f"{kind}/") if not given.startswith(library.minter.base) else given
    try:
        return named_thing(snapshot, library.minter, kind, key, "")
    except BadRequest:
        return None


def _names(snapshot: Snapshot, node: NamedNode) -> Iterator[str]:
    for predicate in _NAMES:
        for triple in snapshot.triples(node, predicate):
            if isinstance(triple.object, Literal):
                yield triple.object.value


def _written(snapshot: Snapshot, library: Library, kinds: Sequence[Kind], node: NamedNode) -> str:
    """Return the key of a thing; its IRI where a thing of another of the kinds, looked for before it, has that key."""
    key = library.minter.key(node.value)
    first = next((found for kind in kinds if (found := _node(snapshot, library, kind, key))), None)
    return key if first == node else node.value
