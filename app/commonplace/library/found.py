"""Show what a search found: each thing with the concepts and claims it was found by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from pyoxigraph import Literal, NamedNode

from commonplace.derived.graph.snapshot import Snapshot
from commonplace.derived.search.index import SearchResult
from commonplace.derived.search.query import SearchQuestion
from commonplace.derived.search.snippet import beginning
from commonplace.derived.search.text import fingerprint
from commonplace.library.evidence import label_of
from commonplace.library.found_schemas import Found
from commonplace.library.labels import definition_in, in_language
from commonplace.library.schemas import Link
from commonplace.model.minter import Minter
from commonplace.model.namespaces import RDFS, SKOS

Labels = Mapping[str, Sequence[str]]
"""The labels of a concept or claim by language, English first, in each the preferred one first."""


def found_things(snapshot: Snapshot, result: SearchResult, minter: Minter) -> list[Found]:
    """Return the things that a search found, as they are answered."""
    asked, labels = result.asked, {iri: _labels(snapshot, iri) for hit in result.hits for iri in hit.about}
    language = _language(asked, labels.values()) if asked else ""
    found = []
    for hit in result.hits:
        by = [iri for iri in hit.about if asked and _matched(asked, labels[iri], hit.own)]
        links = [Link(iri=iri, key=minter.key(iri), label=_label_in(language, labels[iri])) for iri in by]
        thing = Found(iri=hit.iri, kind=hit.kind, key=hit.key, title=hit.title)
        found.append(thing.model_copy(update={"snippet": hit.snippet or None, "found_by": links or None}))
    return found


def found_called(snapshot: Snapshot, found: Sequence[Found], minter: Minter, language: str) -> list[Found]:
    """Return what was found, called in a language: concepts, claims and cases by their labels in it, with a definition
    in it in place of one in another, and evidence by what it is about."""
    if language == "en":
        return list(found)
    called = []
    for one in in_language(snapshot, list(found), language):
        node = NamedNode(one.iri)
        if one.kind == "evidence":
            one = one.model_copy(update={"title": _title_of_evidence(snapshot, node, minter, language) or one.title})
        elif one.kind == "concept" and one.snippet:
            defined = definition_in(snapshot, node, one.snippet, language)
            one = one.model_copy(update={"snippet": beginning(defined) if defined else one.snippet})
        called.append(one)
    return called


def _title_of_evidence(snapshot: Snapshot, node: NamedNode, minter: Minter, language: str) -> str:
    """Return the title of a piece of evidence in a search: what it is about and the title of its work."""
    linked = (snapshot.triples(node, minter.term(name)) for name in ("about", "work"))
    ends = (next((t.object for t in triples if isinstance(t.object, NamedNode)), None) for triples in linked)
    return " · ".join(label_of(snapshot, end, language) or minter.key(end.value) for end in ends if end)


def _language(asked: SearchQuestion, things: Iterable[Labels]) -> str:
    """Return the language of the question: that of its function words, else the one whose labels hold most of it."""
    if asked.language:
        return asked.language
    held: dict[str, set[int]] = {"en": set()}
    for labels in things:
        for tag, texts in labels.items():
            held.setdefault(tag, set()).update(asked.held_by(texts))
    return max(held, key=lambda tag: len(held[tag]))  # of equals the first, which is English


def _matched(asked: SearchQuestion, labels: Labels, own: frozenset[int]) -> bool:
    """Return whether a label is the whole question, or holds a word of it that the thing's own text does not hold."""
    texts = [text for in_language in labels.values() for text in in_language]
    return any(fingerprint(text) == asked.whole for text in texts) or bool(asked.held_by(texts) - own)


def _label_in(language: str, labels: Labels) -> str:
    """Return the preferred label in that language, else in the first there is."""
    return (labels.get(language) or next(iter(labels.values())))[0]


def _labels(snapshot: Snapshot, iri: str) -> Labels:
    found: dict[str, list[str]] = {}
    try:
        thing = NamedNode(iri)
    except ValueError:  # any text may stand where a link should
        return found
    for predicate in (SKOS["prefLabel"], RDFS["label"], SKOS["altLabel"]):
        objects = (triple.object for triple in snapshot.triples(thing, predicate))
        labels = (label for label in objects if isinstance(label, Literal))
        for label in sorted(labels, key=lambda label: label.value):
            found.setdefault(label.language or "", []).append(label.value)
    return {tag: found[tag] for tag in sorted(found, key=lambda tag: (not tag.startswith("en"), tag))}
