"""Tell which fields of a thing a change touched, with their values before and after, and say so in words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, Triple

from commonplace.library.field_origins import ROLE_FIELDS, predicates_of_works
from commonplace.library.history_schemas import FieldChange
from commonplace.model.change import ChangeSet
from commonplace.model.minter import Kind, Minter
from commonplace.model.namespaces import (
    BIBO,
    CITO,
    DATACITE,
    DCTERMS,
    FABIO,
    FOAF,
    LITRE,
    PRO,
    PROV,
    RDF,
    RDFS,
    SKOS,
)
from commonplace.model.roles import ROLES
from commonplace.model.work_reading import Neighbourhood, read_name
from commonplace.model.work_relations import WORK_RELATIONS

SHOWN = 100
"""Maximum number of characters of a value in a sentence; the fields have it whole."""

NAMED = 4
"""Maximum number of fields that a sentence names."""

FORMS = {"application/pdf": "PDF", "text/plain": "plain text"}
"""Forms of kept texts by their media type, as people call them."""

Label = Callable[[NamedNode], str | None]
"""Function that returns what people call a thing, None where nothing says it."""

_FOLLOWS = frozenset({DCTERMS["creator"], FABIO["hasPublicationYear"], PRO["isDocumentContextFor"]})
"""Properties that follow from other fields of a work, and are told only where nothing else is."""

_OF_KINDS: Mapping[NamedNode, str] = {
    FOAF["name"]: "name",
    FOAF["familyName"]: "family",
    FOAF["givenName"]: "given",
    SKOS["prefLabel"]: "labels",
    RDFS["label"]: "labels",
    SKOS["definition"]: "definitions",
    SKOS["broader"]: "broader",
    SKOS["narrower"]: "narrower",
    SKOS["related"]: "related",
    RDFS["comment"]: "note",
    DCTERMS["title"]: "title",
    DCTERMS["alternative"]: "alternative_titles",
    CITO["cites"]: "cites",
    PROV["wasQuotedFrom"]: "quoted_from",
    PROV["wasAttributedTo"]: "agent",
    PROV["generatedAtTime"]: "judged_at",
    DATACITE["hasIdentifier"]: "identifiers",
    RDF["type"]: "class",
}
_RELATIONS: Mapping[NamedNode, str] = {
    one: word
    for relation in WORK_RELATIONS
    for one, word in ((relation.inverse, relation.inverse_word), (relation.property, relation.word))
}
"""Properties between works, and the word of each as `relations` has it."""

_OWN_NAMES = {"standing": "status", "restsOn": "cases", "concerns": "concepts"}
"""Members whose names are not those of our terms."""

_FIRST = ("class", "type", "title", "name", "labels", "authors", "editors", "contributors")
_CAPITAL = re.compile(r"(?<!^)(?=[A-Z])")


def field_changes(change: ChangeSet, thing: str, minter: Minter, label: Label) -> list[FieldChange]:
    """Return the fields of a thing that a change touched, each with the values that went and those that came."""
    before = _Side(change.removed, thing, minter, label)
    after = _Side(change.added, thing, minter, label)
    found = [
        FieldChange(field=name, before=before.values.get(name, []), after=after.values.get(name, []))
        for name in sorted({*before.values, *after.values}, key=_place)
    ]
    return [one for one in found if one.before != one.after]


def _place(name: str) -> tuple[int, str]:
    """Return the place of a field among others: what a thing is called and who made it first, the rest by name."""
    return (_FIRST.index(name) if name in _FIRST else len(_FIRST), name)


class _Side:
    """What was said of a thing before a change and not after it, or the other way round: values by field."""

    def __init__(self, quads: Iterable[Quad], thing: str, minter: Minter, label: Label) -> None:
        self.values: dict[str, list[str]] = {}
        self._thing = thing
        self._minter = minter
        self._label = label
        own: list[Triple] = []
        nodes: dict[str, list[Triple]] = {}
        for quad in quads:
            subject = quad.subject.value if isinstance(quad.subject, NamedNode) else str(quad.subject)
            if quad.graph_name != DefaultGraph():
                graph = minter.compact(str(quad.graph_name).strip("<>"))
                self._say(f"{self._name_of(quad.triple)} (in {graph})", self._text(quad.triple))
            elif subject == thing:
                own.append(quad.triple)
            else:
                nodes.setdefault(subject, []).append(quad.triple)
        self._say_all(own, nodes)

    def _say_all(self, own: list[Triple], nodes: Mapping[str, list[Triple]]) -> None:
        for triple in own:
            is_told = isinstance(triple.object, NamedNode) and triple.object.value in nodes
            if not is_told and triple.predicate not in _FOLLOWS:
                self._say(self._name_of(triple), self._text(triple))
        for node, triples in nodes.items():
            for name, value in _of_node(NamedNode(node), triples, self._label, self._minter):
                self._say(name, value)
        if not self.values:
            for triple in own:
                self._say(self._name_of(triple), self._text(triple))
        if "type" in self.values:
            self.values.pop("class", None)  # which follows from it

    def _say(self, name: str, value: str) -> None:
        there = self.values.setdefault(name, [])
        if value not in there:
            there.append(value)

    def _name_of(self, triple: Triple) -> str:
        return _name(triple.predicate, self._thing, self._minter)

    def _text(self, triple: Triple) -> str:
        said = _text(triple.object, self._label, self._minter)
        return f"{_RELATIONS[triple.predicate]} {said}" if triple.predicate in _RELATIONS else said


def _of_node(node: NamedNode, triples: list[Triple], label: Label, minter: Minter) -> Iterator[tuple[str, str]]:
    """Yield what statements about a node that belongs to a thing mean as a field: a role, an identifier, or others."""
    about = Neighbourhood(triples)
    role, holder = about.node(node, PRO["withRole"]), about.node(node, PRO["isHeldBy"])
    if role is not None or holder is not None:
        csl = next((one.csl for one in ROLES if role == one.term(minter)), "contributor")
        name = read_name(about, node, minter)
        held = label(holder) or minter.key(holder.value) if holder is not None else ""
        yield ROLE_FIELDS.get(csl, "contributors"), name.inverted if name else held
    elif (value := about.text(node, LITRE["hasLiteralValue"])) is not None:
        yield "identifiers", value
    elif (pages := about.text(node, BIBO["numPages"])) is not None:
        form = about.text(node, DCTERMS["format"])
        licence = about.node(node, DCTERMS["license"])
        said = [FORMS.get(form or "", form), f"{pages} pages", licence and licence.value]
        yield "text", ", ".join(one for one in said if one)
    else:
        part = node.value.partition("#")[2]
        for triple in triples:
            name_of_it = _name(triple.predicate, node.value, minter)
            yield part or "statements", f"{name_of_it}: {_text(triple.object, label, minter)}"


def _name(predicate: NamedNode, thing: str, minter: Minter) -> str:
    """Return the name that a property has as a member of JSON, or as it is written in RDF where it has none."""
    kind: Kind | None = found[0] if (found := minter.kind_and_key(thing)) else None
    if kind == "work":
        for name, of in predicates_of_works(minter):
            if of == predicate:
                return name
    if predicate == SKOS["altLabel"]:
        return "alternative_labels" if kind == "concept" else "alternative_names"
    if predicate in _RELATIONS:
        return "relations"
    if predicate in _OF_KINDS:
        return _OF_KINDS[predicate]
    local = minter.local(predicate.value)
    if local == predicate.value:
        return minter.compact(predicate.value)
    return _OWN_NAMES.get(local) or _CAPITAL.sub("_", local).lower()


def _text(term: NamedNode | BlankNode | Literal | Triple, label: Label, minter: Minter) -> str:
    if isinstance(term, Literal):
        return f"{term.value} ({term.language})" if term.language else term.value
    if isinstance(term, NamedNode):
        local = minter.local(term.value)
        return local if local != term.value else label(term) or minter.key(minter.compact(term.value))
    return str(term)


def in_words(fields: Iterable[FieldChange], *, created: bool = False, deleted: bool = False) -> str:
    """Return one sentence that says what happened to a thing."""
    if deleted:
        return "deleted"
    said = [_sentence(one) for one in fields]
    if created:
        title = next((one for one in fields if one.field in ("title", "name", "labels") and one.after), None)
        return f"created: {title.field} {_quoted(title.after)}" if title else "created"
    more = len(said) - NAMED
    return "; ".join(said[:NAMED]) + (f"; and {more} more" if more > 0 else "")


def _sentence(one: FieldChange) -> str:
    if not one.before:
        return f"{one.field} {_quoted(one.after)} added"
    if not one.after:
        return f"{one.field} {_quoted(one.before)} removed"
    if len(one.before) == len(one.after) == 1:
        return f"{one.field} changed from {_quoted(one.before)} to {_quoted(one.after)}"
    return f"{one.field} {_quoted(one.before)} removed and {_quoted(one.after)} added"


def _quoted(values: Iterable[str]) -> str:
    shown = [value if len(value) <= SHOWN else f"{value[:SHOWN]}…" for value in values]
    return ", ".join(f"“{value}”" for value in shown)
