"""What a home already names: people and bodies by any form of their name, venues, works."""

from __future__ import annotations

from pyoxigraph import Literal, NamedNode

from app.derived.graph import Snapshot
from app.model.minter import Minter, slug
from app.model.names import Name
from app.model.namespaces import DCTERMS, FABIO, FOAF, RDF, SKOS
from app.model.work_reading import Neighbourhood, read_name

ASKED_SINGLY = 2_000
"""So many names are looked up one by one, before it pays to learn at once who has a name at all."""


class KnownInGraph:
    """`app.model.work_graph.Known`, read from a state when asked; remembers its answers."""

    def __init__(self, state: Snapshot, minter: Minter, asked_singly: int = ASKED_SINGLY) -> None:
        self._state = state
        self._minter = minter
        self._aliases = self._read_aliases()
        self._agents: dict[str, tuple[NamedNode, Name] | None] = {}
        self._described: dict[NamedNode, bool] = {}
        self._asked_singly = asked_singly
        self._named: set[str] | None = None

    def agent(self, name_slug: str) -> tuple[NamedNode, Name] | None:
        if name_slug not in self._agents:
            self._agents[name_slug] = self._find(name_slug)
        return self._agents[name_slug]

    def is_described(self, thing: NamedNode) -> bool:
        if thing not in self._described:
            names = (FOAF["name"], DCTERMS["title"])
            self._described[thing] = any(True for name in names for _ in self._state.triples(thing, name))
        return self._described[thing]

    def is_work(self, key: str) -> bool:
        work = self._minter.thing("work", key)
        return any(True for _ in self._state.triples(work, RDF["type"], FABIO["Expression"]))

    def _find(self, name_slug: str) -> tuple[NamedNode, Name] | None:
        candidates = [self._aliases.get(name_slug)]
        candidates += [self._minter.thing("person", name_slug), self._minter.thing("organization", name_slug)]
        for node in candidates:
            name = self._name(node) if node else None
            if node and name:
                return node, name
        return None

    def _name(self, node: NamedNode) -> Name | None:
        if self._named is None and len(self._agents) >= self._asked_singly:
            self._named = self._all_named()
        if self._named is not None and node.value not in self._named and "#" not in node.value:
            return None
        said = list(self._state.triples(node))
        return read_name(Neighbourhood(said), node, self._minter) if said else None

    def _all_named(self) -> set[str]:
        """The IRIs of all that `read_name` finds a name on, nodes within a thing left out."""
        said = (triple for name in (FOAF["familyName"], FOAF["name"]) for triple in self._state.triples(None, name))
        subjects = (triple.subject for triple in said)
        return {node.value for node in subjects if isinstance(node, NamedNode) and "#" not in node.value}

    def _read_aliases(self) -> dict[str, NamedNode]:
        """Slugs of other forms of names, of people and bodies only (concepts have alternative labels too)."""
        found: dict[str, NamedNode] = {}
        for triple in self._state.triples(None, SKOS["altLabel"]):
            named = self._minter.kind_and_key(triple.subject.value) if isinstance(triple.subject, NamedNode) else None
            if named and named[0] in ("person", "organization") and isinstance(triple.object, Literal):
                assert isinstance(triple.subject, NamedNode)
                found[slug(triple.object.value)] = triple.subject
        return found
