"""Find the things that a home already names: people and bodies by any form of their name, venues, works."""

from __future__ import annotations

from pyoxigraph import Literal, NamedNode

from commonplace.derived.graph.merged import merged_things, survivor_of
from commonplace.derived.graph.records import is_work, work_of_alternative_key
from commonplace.derived.graph.snapshot import Snapshot
from commonplace.model.minter import Minter, slug
from commonplace.model.names import Name
from commonplace.model.namespaces import DCTERMS, FOAF, SKOS
from commonplace.model.work_reading import Neighbourhood, read_name

ASKED_SINGLY = 2_000
"""Maximum number of names that are looked up one by one: for more it pays to read all names at once."""


class KnownInGraph:
    """`commonplace.model.work_graph.Known`, read from a state when asked; remembers its answers."""

    def __init__(self, snapshot: Snapshot, minter: Minter, asked_singly: int = ASKED_SINGLY) -> None:
        self._snapshot = snapshot
        self._minter = minter
        self._aliases = self._read_aliases()
        self._agents: dict[str, tuple[NamedNode, Name] | None] = {}
        self._described: dict[NamedNode, bool] = {}
        self._survivors: dict[str, str] | None = None
        self._asked_singly = asked_singly
        self._names: dict[str, Name] | None = None

    def agent(self, name_slug: str) -> tuple[NamedNode, Name] | None:
        if name_slug not in self._agents:
            self._agents[name_slug] = self._find(name_slug)
        return self._agents[name_slug]

    def is_described(self, thing: NamedNode) -> bool:
        if thing not in self._described:
            names = (FOAF["name"], DCTERMS["title"])
            self._described[thing] = any(True for name in names for _ in self._snapshot.triples(thing, name))
        return self._described[thing]

    def standing_for(self, thing: NamedNode) -> NamedNode:
        survivor = self._survivor(thing.value)
        return thing if survivor == thing.value else NamedNode(survivor)

    def _survivor(self, iri: str) -> str:
        """Return the IRI of what a thing was merged into, or its own: `standing_for` without nodes."""
        if self._survivors is None:
            merged = merged_things(self._snapshot, self._minter)
            self._survivors = {node.value: survivor_of(self._snapshot, node, self._minter).value for node in merged}
        return self._survivors.get(iri, iri)

    def key_of_work(self, key: str) -> str | None:
        if is_work(self._snapshot, self._minter.thing("work", key)):
            return key
        having = work_of_alternative_key(self._snapshot, key, self._minter)
        if having is None:  # its key leads on, be it an alternative one of the survivor any more or not
            having = self.standing_for(self._minter.thing("work", key))
        return self._minter.key(having.value) if is_work(self._snapshot, having) else None

    def _find(self, name_slug: str) -> tuple[NamedNode, Name] | None:
        alias = self._aliases.get(name_slug)
        minted = [self._minter.iri("person", name_slug), self._minter.iri("organization", name_slug)]
        for given in [alias.value, *minted] if alias else minted:
            iri = self._survivor(given)
            if name := self._name(iri):
                return NamedNode(iri), name
        return None

    def _name(self, iri: str) -> Name | None:
        if self._names is None and len(self._agents) >= self._asked_singly:
            self._names = self._all_names()
        if self._names is not None and "#" not in iri:
            return self._names.get(iri)
        node = NamedNode(iri)
        said = list(self._snapshot.triples(node))
        return read_name(Neighbourhood(said), node, self._minter) if said else None

    def _all_names(self) -> dict[str, Name]:
        """Return the names that `read_name` finds, by the IRIs of their things, without nodes within a thing."""
        family, literal = self._texts(FOAF["familyName"]), self._texts(FOAF["name"])
        given = self._texts(FOAF["givenName"])
        terms = ("particle", "suffix", "droppingParticle", "commaSuffix", "staticOrdering")
        particle, suffix, dropping, comma, static = (self._texts(self._minter.term(term)) for term in terms)
        names = {
            node: Name(
                family=text,
                given=given.get(node),
                particle=particle.get(node),
                suffix=suffix.get(node),
                dropping_particle=dropping.get(node),
                comma_suffix=comma.get(node) == "true",
                static_ordering=static.get(node) == "true",
            )
            for node, text in family.items()
            if text
        }
        return names | {node: Name(literal=text) for node, text in literal.items() if text and node not in names}

    def _texts(self, predicate: NamedNode) -> dict[str, str]:
        """Return the literal that each thing has for a property; of several, the first in the alphabet."""
        found: dict[str, str] = {}
        for triple in self._snapshot.triples(None, predicate):
            subject, object = triple.subject, triple.object
            if isinstance(subject, NamedNode) and isinstance(object, Literal):
                node, text = subject.value, object.value
                if "#" not in node and (node not in found or text < found[node]):
                    found[node] = text
        return found

    def _read_aliases(self) -> dict[str, NamedNode]:
        """Return slugs of other forms of names, of people and bodies only (concepts have alternative labels, too)."""
        found: dict[str, NamedNode] = {}
        for triple in self._snapshot.triples(None, SKOS["altLabel"]):
            named = self._minter.kind_and_key(triple.subject.value) if isinstance(triple.subject, NamedNode) else None
            if named and named[0] in ("person", "organization") and isinstance(triple.object, Literal):
                assert isinstance(triple.subject, NamedNode)
                found[slug(triple.object.value)] = triple.subject
        return found
