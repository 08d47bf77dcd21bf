"""Say what the search index holds of each thing, and make it from what is said of the thing.

A `SearchDocument` keeps its text in three tiers, by how much a hit there says of the thing,
and the IRIs its text was read from, so that a change elsewhere finds the documents it touches.
What is said comes from the graph (`commonplace.derived.search.from_graph`) or from the text of a change
(`commonplace.derived.search.from_change`). The graph's shape is `docs/model.md`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pyoxigraph import NamedNode

from commonplace.derived.search.facts import NO_FACTS, Facts
from commonplace.model.minter import Kind, Minter
from commonplace.model.namespaces import BIBO, DATACITE, DCTERMS, FABIO, FOAF, LITRE, PRISM, PRO, RDF, RDFS, SKOS

DocumentName = tuple[str, Kind, str]
"""Key, kind and IRI of a thing. Documents come in the order of these."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchDocument:
    """One thing as search sees it.

    `title` is what a hit is shown as. `titles` are the thing's own names (the strongest hits),
    `names` those of the things beside it, its keys and keywords, `body` running text. `about` are the
    concepts and claims that it speaks of, and `headings` their labels in every language: it is found by
    these, as by names, but they are not its own words and are not shown as such. `uses` are the IRIs
    of other things the text was read from.
    """

    iri: str
    kind: Kind
    key: str
    title: str
    titles: tuple[str, ...]
    names: tuple[str, ...] = ()
    body: tuple[str, ...] = ()
    headings: tuple[str, ...] = ()
    about: tuple[str, ...] = ()
    uses: frozenset[str] = frozenset()


CLASSES: dict[Kind, NamedNode] = {
    "work": FABIO["Expression"],
    "person": FOAF["Person"],
    "organization": FOAF["Organization"],
    "concept": SKOS["Concept"],
}
OWN_CLASSES: dict[Kind, str] = {"claim": "Claim", "case": "Case", "evidence": "Evidence"}

_TYPE = RDF["type"].value
_TITLE = DCTERMS["title"].value
_ALTERNATIVE = DCTERMS["alternative"].value
_NAME = FOAF["name"].value
_LABEL = RDFS["label"].value
_COMMENT = RDFS["comment"].value
_PREF = SKOS["prefLabel"].value
_ALT = SKOS["altLabel"].value
LABELS = (_PREF, _LABEL, _TITLE, _NAME, _ALT)
ROLE = PRO["isDocumentContextFor"].value
HELD_BY = PRO["isHeldBy"].value
IDENTIFIER = DATACITE["hasIdentifier"].value
_IDENTIFIER_VALUE = LITRE["hasLiteralValue"].value
_PRINTED = (FOAF["givenName"].value, FOAF["familyName"].value)
_PRINTED_AS = frozenset((*_PRINTED, _NAME))
_PLAIN_ROLES = (DCTERMS["creator"].value, BIBO["editor"].value, BIBO["translator"].value)
_WORK_NUMBERS = (PRISM["doi"].value, PRISM["isbn"].value)

_BODY = (SKOS["definition"].value, SKOS["scopeNote"].value, _COMMENT)
_KEYWORD = PRISM["keyword"].value
_ABSTRACT = DCTERMS["abstract"].value
_BESIDE_WORK = (*_PLAIN_ROLES, DCTERMS["isPartOf"].value)
OF_NODES = (HELD_BY, _IDENTIFIER_VALUE, *_PRINTED, _NAME)
"""Properties that are read of a work's nodes: its roles and identifiers."""
_OUTSIDE_IRIS = re.compile(r'[ <>"{}|\\^`]')


class DocumentMaker:
    """Makes documents of facts; labels that several documents share (of people, concepts) are looked up once."""

    def __init__(self, minter: Minter) -> None:
        self.minter = minter
        self.works = f"{minter.base}id/work/"
        self.keys = tuple(minter.term(name).value for name in ("citationKey", "alternativeKey"))
        self.collection_title = minter.term("collectionTitle").value
        self.merged = minter.term("Merged").value
        self.said_beside = (PRISM["issn"].value, *(minter.term(n).value for n in ("place", "country", "activity")))
        own = {kind: minter.term(name) for kind, name in OWN_CLASSES.items()}
        self.classes = {kind: of_class.value for kind, of_class in (CLASSES | own).items()}
        self.labels: dict[str, tuple[str, ...]] = {}

    def said_of_works(self) -> Iterable[str]:
        """Return the properties of a work that its document is made from: there are many others."""
        links = (_TYPE, ROLE, IDENTIFIER, *_BESIDE_WORK)
        return (
            *links,
            *_WORK_NUMBERS,
            _TITLE,
            _ALTERNATIVE,
            _KEYWORD,
            _ABSTRACT,
            _COMMENT,
            *self.keys,
            self.collection_title,
        )

    def said_of_any(self) -> set[str]:
        """Return the properties of anything that documents are made from, and of its nodes; see `links` of claims."""
        cp = self.minter.term
        of_evidence = (cp(name).value for name in ("standing", "about", "work", "quote", "locator"))
        return {*self.said_of_works(), *OF_NODES, *LABELS, *_BODY, *self.said_beside, *of_evidence}

    def named_beside(
        self,
        facts: Mapping[str, Facts],
        nodes: Mapping[str, Facts],
        discussed: Mapping[str, list[tuple[str, str]]],
    ) -> set[str]:
        """Return everything whose labels a document of these things needs."""
        wanted = {about for pairs in discussed.values() for _, about in pairs}
        for iri, of_thing in facts.items():
            kind: Kind | None = "work" if iri.startswith(self.works) else kind_of(self.minter, iri)
            wanted.update(self.links(kind, of_thing))
        wanted.update(_linked(nodes.values(), (HELD_BY,)))
        return wanted

    def links(self, kind: Kind | None, facts: Facts) -> list[str]:
        """Return the things beside one of that kind whose labels stand in its document."""
        if kind == "work":
            return _values_of(facts, _BESIDE_WORK)
        if kind == "evidence":
            return _values_of(facts, (self.minter.term("work").value, self.minter.term("about").value))
        if kind in ("case", "claim"):
            return [v for values in facts.values() for v in values if kind_of(self.minter, v) == "concept"]
        return []

    def know(self, iris: Iterable[str], said: Mapping[str, Facts]) -> None:
        """Take in the labels of those things, from what is said of them."""
        for iri in iris:
            self.labels[iri] = tuple(_values_of(said.get(iri, NO_FACTS), LABELS))

    def document(
        self, iri: str, facts: Facts, nodes: Mapping[str, Facts], discussed: list[tuple[str, str]]
    ) -> SearchDocument | None:
        """Return the document of a thing, if it has one; `discussed` is the evidence on a work, and its subject."""
        named = self.minter.kind_and_key(iri)
        if not named or "#" in iri:
            return None
        return self.of_kind(*named, iri, facts, nodes, discussed)

    def of_kind(
        self,
        kind: Kind,
        key: str,
        iri: str,
        facts: Facts,
        nodes: Mapping[str, Facts],
        discussed: list[tuple[str, str]],
    ) -> SearchDocument | None:
        """Return the document of a thing whose IRI is known to name that kind and key, if it has one."""
        if not self.is_of_kind(kind, facts):
            return None
        if kind == "work":
            return self.work(iri, key, facts, nodes, discussed)
        if kind == "evidence":
            return self.evidence(iri, key, facts)
        links = self.links(kind, facts)
        titles = _values_of(facts, LABELS)
        return SearchDocument(
            iri=iri,
            kind=kind,
            key=key,
            title=titles[0] if titles else key,
            titles=tuple(titles),
            names=(key, *_values_of(facts, self.said_beside)),
            body=tuple(_values_of(facts, _BODY)),
            headings=tuple(self.labels_of(links)),
            about=tuple(dict.fromkeys(links)),
            uses=frozenset(links),
        )

    def is_of_kind(self, kind: Kind, facts: Facts) -> bool:
        types = facts.get(_TYPE, ())
        if kind == "venue":
            return bool(types) and self.merged not in types
        return self.classes.get(kind) in types

    def work(
        self, iri: str, key: str, facts: Facts, nodes: Mapping[str, Facts], discussed: list[tuple[str, str]]
    ) -> SearchDocument:
        links = dict.fromkeys(self.links("work", facts))
        printed: list[str] = []
        for node in facts.get(ROLE, ()):
            role = nodes.get(node, NO_FACTS)
            for held_by in role.get(HELD_BY, ()):
                links[held_by] = None
            if _PRINTED_AS.isdisjoint(role):  # most roles are printed as who holds them is called
                continue
            printed.append(_as_printed(role))
        abouts = dict.fromkeys(about for _, about in discussed)
        numbers = _values_of(facts, _WORK_NUMBERS)
        for node in facts.get(IDENTIFIER, ()):
            numbers += nodes.get(node, NO_FACTS).get(_IDENTIFIER_VALUE, ())
        titles = facts.get(_TITLE, ())
        names = [
            key,
            *_values_of(facts, self.keys),
            *numbers,
            *facts.get(_KEYWORD, ()),
            *self.labels_of(links),
            *filter(None, printed),
        ]
        return SearchDocument(
            iri=iri,
            kind="work",
            key=key,
            title=titles[0] if titles else key,
            titles=tuple(dict.fromkeys((*titles, *facts.get(_ALTERNATIVE, ())))),
            names=tuple(dict.fromkeys(names)),
            body=tuple(_values_of(facts, (_ABSTRACT, _COMMENT, self.collection_title))),
            headings=tuple(self.labels_of(abouts)),
            about=tuple(abouts),
            uses=frozenset([*links, *abouts, *(evidence for evidence, _ in discussed)]),
        )

    def evidence(self, iri: str, key: str, facts: Facts) -> SearchDocument | None:
        cp = self.minter.term
        if cp("rejected").value in facts.get(cp("standing").value, ()):
            return None
        abouts, works = (facts.get(cp(name).value, ()) for name in ("about", "work"))
        heads = [labels[0] if (labels := self.labels_of([one])) else self.minter.key(one) for one in (*abouts, *works)]
        return SearchDocument(
            iri=iri,
            kind="evidence",
            key=key,
            title=" · ".join(heads) or key,
            titles=(),
            names=(key, *_values_of(facts, (cp("quote").value,))),
            body=tuple(_values_of(facts, (_COMMENT, cp("locator").value))),
            headings=tuple(self.labels_of(abouts)),
            about=tuple(abouts),
            uses=frozenset([*abouts, *works]),
        )

    def labels_of(self, iris: Iterable[str]) -> list[str]:
        return [label for iri in iris for label in self.labels.get(iri, ())]


def _as_printed(role: Facts) -> str:
    return " ".join(_values_of(role, _PRINTED)) or " ".join(role.get(_NAME, ()))


def _values_of(facts: Facts, properties: Iterable[str]) -> list[str]:
    return [value for name in properties if name in facts for value in facts[name]]


def _linked(many: Iterable[Facts], properties: Iterable[str]) -> list[str]:
    wanted = tuple(properties)
    return list(dict.fromkeys(value for facts in many for value in _values_of(facts, wanted)))


def kind_of(minter: Minter, iri: str) -> Kind | None:
    named = minter.kind_and_key(iri)
    return named[0] if named else None


def is_iri(text: str) -> bool:
    return ":" in text and not _OUTSIDE_IRIS.search(text)
