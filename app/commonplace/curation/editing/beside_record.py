"""Edit what a work has beside its record: its status, other titles, doubts, relations, and values set aside."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from pyoxigraph import Literal, NamedNode, Triple

from commonplace.curation.editing.fields import Edit, Field, list_of, object_of, text_of
from commonplace.curation.shacl.after import Statements
from commonplace.derived.graph.records import is_work
from commonplace.errors import BadRequest, Message
from commonplace.model.minter import Minter
from commonplace.model.namespaces import DCTERMS, RDF, RDFS
from commonplace.model.other_titles import TERMS
from commonplace.model.set_aside import TERM as SET_ASIDE
from commonplace.model.set_aside import set_aside_text
from commonplace.model.work_reading import Neighbourhood
from commonplace.model.work_relations import BY_WORD, WORK_RELATIONS

STATUSES = ("retracted", "withdrawn", "corrected", "expression-of-concern")
"""What became of a work after it was published."""

DOUBTFUL = ("recalled", "inferred", "probable", "ambiguous", "source-only", "conflicting", "unknown")
"""How sure a field is that is not simply confirmed."""

_FIELD_NAME = re.compile(r"[a-z]+(_[a-z]+)*")


@dataclass(frozen=True, slots=True)
class Status:
    """What became of a work after it was published."""

    def owned(self, edit: Edit, about: Statements, node: NamedNode) -> Iterator[Triple]:
        return about.triples(node, edit.minter.term("status"))

    def said(self, edit: Edit, node: NamedNode, value: Any, where: str) -> Iterator[Triple]:
        if value not in STATUSES:
            choices = ", ".join(STATUSES)
            raise BadRequest(
                Message("%(where)s cannot be %(value)r", where=where, value=value),
                [(where, Message("use one of %(choices)s, or null", choices=choices))],
            )
        yield Triple(node, edit.minter.term("status"), edit.minter.term(str(value)))


@dataclass(frozen=True, slots=True)
class AlternativeTitles:
    """Titles that are of no kind: those of a kind are titles in a language, and edited as such."""

    def owned(self, edit: Edit, about: Statements, node: NamedNode) -> Iterator[Triple]:
        of_a_kind = {t.object for term in TERMS.values() for t in about.triples(node, edit.minter.term(term))}
        return (t for t in about.triples(node, DCTERMS["alternative"]) if t.object not in of_a_kind)

    def said(self, edit: Edit, node: NamedNode, value: Any, where: str) -> Iterator[Triple]:
        texts = [text_of(one, f"{where}[{number}]") for number, one in enumerate(list_of(value, where))]
        there: dict[str, list[Triple]] = {}
        for triple in self.owned(edit, edit.snapshot, node):
            if isinstance(triple.object, Literal):
                there.setdefault(triple.object.value, []).append(triple)
        for text in texts:  # one that stays keeps its language
            yield from there.get(text) or [Triple(node, DCTERMS["alternative"], Literal(text))]


@dataclass(frozen=True, slots=True)
class SetAside:
    """Values of fields that a source gives and a curator has decided against."""

    def owned(self, edit: Edit, about: Statements, node: NamedNode) -> Iterator[Triple]:
        return about.triples(node, edit.minter.term(SET_ASIDE))

    def said(self, edit: Edit, node: NamedNode, value: Any, where: str) -> Iterator[Triple]:
        for field, given in object_of(value, where).items():
            place = f"{where}.{field}"
            if not field or ": " in field:
                raise BadRequest(
                    Message("%(field)r is no name of a field", field=field), [(place, "use a name without a colon")]
                )
            for number, one in enumerate(list_of(given, place)):
                text = set_aside_text(field, text_of(one, f"{place}[{number}]"))
                yield Triple(node, edit.minter.term(SET_ASIDE), Literal(text))


@dataclass(frozen=True, slots=True)
class Doubts:
    """Fields that are not simply confirmed, each a node: one that stays as it is keeps all that is said of it."""

    def owned(self, edit: Edit, about: Statements, node: NamedNode) -> Iterator[Triple]:
        for doubt in _doubts_on(edit, about, node):
            yield from about.triples(doubt)

    def said(self, edit: Edit, node: NamedNode, value: Any, where: str) -> Iterator[Triple]:
        there = {one: list(edit.snapshot.triples(one)) for one in _doubts_on(edit, edit.snapshot, node)}
        for number, given in enumerate(list_of(value, where)):
            said = list(_doubt(edit, node, object_of(given, f"{where}[{number}]"), f"{where}[{number}]"))
            doubt = next((one for one in there if _says(there[one], one, said, edit.minter)), None)
            if doubt is not None:
                yield from there.pop(doubt)
                continue
            field = next(o.value for p, o in said if p == edit.minter.term("field") and isinstance(o, Literal))
            doubt = self._place(edit, node, field, there)
            there.pop(doubt, None)
            yield from (Triple(doubt, predicate, value) for predicate, value in said)

    def _place(self, edit: Edit, work: NamedNode, field: str, there: Mapping[NamedNode, list[Triple]]) -> NamedNode:
        """Return the node for a doubt: one of the work on that field that is to be another, else a free one."""
        of_field = Literal(field)
        for doubt, said in there.items():
            if any(t.predicate == edit.minter.term("field") and t.object == of_field for t in said):
                return doubt
        stem = f"{edit.minter.key(work.value)}--{field}"
        number = 1
        while True:
            doubt = edit.minter.thing("doubt", stem if number == 1 else f"{stem}-{number}")
            if not any(True for _ in edit.snapshot.triples(doubt)):
                return doubt
            number += 1


def _doubts_on(edit: Edit, about: Statements, work: NamedNode) -> list[NamedNode]:
    doubt = edit.minter.term("Doubt")
    nodes = {t.subject for t in about.triples(None, edit.minter.term("onWork"), work)}
    found = [one for one in nodes if isinstance(one, NamedNode) and any(about.triples(one, RDF["type"], doubt))]
    return sorted(found, key=lambda one: one.value)


def _doubt(
    edit: Edit, work: NamedNode, given: Mapping[str, Any], where: str
) -> Iterator[tuple[NamedNode, NamedNode | Literal]]:
    """Yield what is said of a doubt. Raises `BadRequest`."""
    minter = edit.minter
    if wrong := sorted(given.keys() - {"field", "confirmation", "alternative", "note"}):
        choices = "use field, confirmation, alternative, note"
        raise BadRequest(
            Message("a doubt has no %(wrong)s", wrong=", ".join(wrong)),
            [(f"{where}.{name}", choices) for name in wrong],
        )
    field, sure = given.get("field"), given.get("confirmation")
    if not isinstance(field, str) or not _FIELD_NAME.fullmatch(field):
        raise BadRequest(
            Message("%(field)r is no field", field=field),
            [(f"{where}.field", "name a member of the work: year, page, doi")],
        )
    if sure not in DOUBTFUL:
        why = Message(
            "use one of %(doubtful)s; what is confirmed is no doubt: leave it out", doubtful=", ".join(DOUBTFUL)
        )
        raise BadRequest(Message("%(sure)r is no doubt", sure=sure), [(f"{where}.confirmation", why)])
    yield RDF["type"], minter.term("Doubt")
    yield minter.term("onWork"), work
    yield minter.term("field"), Literal(field)
    yield minter.term("confirmation"), minter.term(str(sure))
    for number, one in enumerate(list_of(given.get("alternative") or [], f"{where}.alternative")):
        yield minter.term("alternative"), Literal(text_of(one, f"{where}.alternative[{number}]"))
    if given.get("note") is not None:
        yield RDFS["comment"], Literal(text_of(given["note"], f"{where}.note"))


def _says(
    there: Iterable[Triple], doubt: NamedNode, said: Iterable[tuple[NamedNode, NamedNode | Literal]], minter: Minter
) -> bool:
    """Return whether a doubt that is there reads as one that is given."""
    given = Neighbourhood(Triple(doubt, predicate, value) for predicate, value in said)
    held = Neighbourhood(there)
    names = (minter.term("field"), minter.term("alternative"))
    return (
        all(held.texts(doubt, name) == given.texts(doubt, name) for name in names)
        and held.node(doubt, minter.term("confirmation")) == given.node(doubt, minter.term("confirmation"))
        and held.text(doubt, RDFS["comment"]) == given.text(doubt, RDFS["comment"])
    )


@dataclass(frozen=True, slots=True)
class Relations:
    """What a work is to other works of the library, stated on either side."""

    def owned(self, edit: Edit, about: Statements, node: NamedNode) -> Iterator[Triple]:
        for relation in WORK_RELATIONS:
            for predicate in {relation.property, relation.inverse}:
                found = [*about.triples(node, predicate), *about.triples(None, predicate, node)]
                yield from (t for t in found if _is_between_works(edit, t))

    def said(self, edit: Edit, node: NamedNode, value: Any, where: str) -> Iterator[Triple]:
        there = list(self.owned(edit, edit.snapshot, node))
        for number, one in enumerate(list_of(value, where)):
            place = f"{where}[{number}]"
            given = object_of(one, place)
            word = given.get("relation")
            if word not in BY_WORD:
                raise BadRequest(
                    Message("%(word)r is no relation", word=word),
                    [(f"{place}.relation", Message("use one of %(relations)s", relations=", ".join(BY_WORD)))],
                )
            other = edit.thing(given.get("work"), ("work",), f"{place}.work")
            if other == node:
                raise BadRequest(
                    Message("%(place)s relates the work to itself", place=place), [(f"{place}.work", "name another")]
                )
            yield from _related(word, node, other, there)


def _related(word: str, node: NamedNode, other: NamedNode, there: Iterable[Triple]) -> Iterator[Triple]:
    """Yield the statements of a relation; where it is stated already, as it is there."""
    relation, forward = BY_WORD[word]
    subject, object = (node, other) if forward else (other, node)
    ways = {Triple(subject, relation.property, object), Triple(object, relation.inverse, subject)}
    stated = [triple for triple in there if triple in ways]
    yield from stated or [Triple(subject, relation.property, object)]
    if relation.beside is not None:
        yield Triple(subject, relation.beside, object)


def _is_between_works(edit: Edit, triple: Triple) -> bool:
    ends = (triple.subject, triple.object)
    return all(isinstance(end, NamedNode) and is_work(edit.snapshot, end) for end in ends)


BESIDE_RECORD: Mapping[str, Field] = MappingProxyType(
    {
        "status": Status(),
        "alternative_titles": AlternativeTitles(),
        "doubts": Doubts(),
        "relations": Relations(),
        "set_aside": SetAside(),
    }
)
"""Members of a work that its record does not have, and the statements of each."""
