"""Edit works: the members of a work's JSON as a record, and the statements that each member stands for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse

from commonplace.curation.authorities import KnownInGraph
from commonplace.curation.editing.beside_record import BESIDE_RECORD
from commonplace.curation.editing.contributors import PEOPLE, GivenAgents, contributors_of
from commonplace.curation.editing.fields import (
    Edit,
    HeldStatements,
    Numbers,
    Values,
    list_of,
    normal,
    text_of,
    titles_of,
)
from commonplace.curation.shacl.after import Statements
from commonplace.errors import BadRequest, Message
from commonplace.model.edtf_date import is_edtf
from commonplace.model.identifiers import normal_doi
from commonplace.model.minter import Minter
from commonplace.model.namespaces import DATACITE, DCTERMS, FABIO, PRISM, PRO, RDF
from commonplace.model.other_titles import TERMS, UNKNOWN
from commonplace.model.record import Record
from commonplace.model.rich_text import read, rich_form
from commonplace.model.roles import BY_CSL
from commonplace.model.types import FABIO_CLASS, VENUE_CLASS
from commonplace.model.work_graph import LITERAL_FIELDS, OWN_FIELDS, RICH_FIELDS
from commonplace.model.work_writing import WorkWriter

_TEXTS = (
    "title", "container_title", "collection_title", "volume", "issue", "number", "page", "edition", "genre",
    "publisher", "publisher_place", "url", "language", "abstract", "note",
)  # fmt: skip
_OTHER_TITLES = tuple(TERMS)
_LISTS = ("isbn", "issn", "keywords", "alternative_keys")
_DATES = ("issued", "available")
_RICH = {f"rich_{name}": name for name, _ in RICH_FIELDS}


EDITABLE = (
    "type", *_TEXTS, *_OTHER_TITLES, *_LISTS, *_DATES, "year", "doi", "container", *PEOPLE, *_RICH, *BESIDE_RECORD,
)  # fmt: skip
"""Members of a work that can be set and cleared."""

_FIXED = {
    "iri": "a thing keeps its IRI",
    "key": "a thing keeps its key; add another to alternative_keys",
    "citation_key": "a work keeps its key; add another to alternative_keys",
    "identifiers": "they follow from doi, isbn and issn",
    "evidence": "evidence is edited at /evidence",
    "affected_by": "it follows from the status of what the work cites",
    "text": "the text of a work is put at /works/KEY/text",
    "merged": "what was merged is taken out at /unmerge",
}


def check_members(names: Iterable[str]) -> None:
    """Raise `BadRequest` for members of a work that there are not, or that cannot be edited."""
    wrong = [name for name in names if name not in EDITABLE]
    if wrong:
        choices = Message("use one of %(choices)s", choices=", ".join(EDITABLE))
        raise BadRequest(
            Message("a work has no %(wrong)s to edit", wrong=", ".join(wrong)),
            [(name, _FIXED.get(name, choices)) for name in wrong],
        )


class WorkEdit:
    """What members of a work's JSON stand for, and what they are in the graph now."""

    def __init__(self, edit: Edit, work: NamedNode, before: Values, after: Values, changed: Iterable[str]) -> None:
        """Take the members of a work `before` and `after`, and the names of those that differ. Raises `BadRequest`."""
        self._edit = edit
        self._work = work
        self._changed = _with_followers(changed)
        self._moves = not {"container", "container_title"}.isdisjoint(changed)
        self._beside = {name: after[name] for name in BESIDE_RECORD if name in after}
        self._record, self._agents = _read_members(edit, edit.minter.key(work.value), before, after)

    def removed(self) -> Iterator[Triple]:
        """Yield the statements of the graph that the changed members are read from."""
        for name in self._changed:
            yield from self._owned(name, self._edit.snapshot)

    def added(self) -> Iterator[Triple]:
        """Yield the statements that the changed members stand for, and what is said of people not met before."""
        said = self.described()
        about = HeldStatements(said)
        for name in self._changed:
            if name not in BESIDE_RECORD:
                yield from self._owned(name, about)
        own = self._work.value
        yield from (t for t in said if isinstance(t.subject, NamedNode) and t.subject.value.partition("#")[0] != own)
        yield from self._beside_said(name for name in self._changed if name in self._beside)

    def new(self) -> Iterator[Triple]:
        """Yield all that is said of a new work."""
        yield from self.described()
        yield from self._beside_said(self._beside)

    def _beside_said(self, names: Iterable[str]) -> Iterator[Triple]:
        for name in names:
            yield from BESIDE_RECORD[name].said(self._edit, self._work, self._beside[name], name)

    def described(self) -> list[Triple]:
        """Return all that the record says, with people under the IRIs that were given for them."""
        known = GivenAgents(self._edit, self._agents)
        writer = WorkWriter(self._edit.minter, known)
        lines = b"".join(writer.lines(writer.text(self._record)))
        return [quad.triple for quad in parse(lines, format=RdfFormat.N_QUADS, lenient=True)]

    def _owned(self, name: str, about: Statements) -> Iterator[Triple]:
        work, minter = self._work, self._edit.minter
        if name in BESIDE_RECORD:
            yield from BESIDE_RECORD[name].owned(self._edit, about, work)
        elif name in PEOPLE:
            yield from _contributions(about, work, minter, _roles(name))
        elif name == "doi":
            yield from about.triples(work, PRISM["doi"])
            yield from about.triples(work, DATACITE["hasIdentifier"], NamedNode(f"{work.value}#doi"))
            yield from about.triples(NamedNode(f"{work.value}#doi"))
        elif name == "isbn":
            yield from Numbers(name, PRISM[name]).owned(self._edit, about, work)
        elif name == "issn":
            if not (self._moves and about is self._edit.snapshot):  # the journal that a work leaves keeps its ISSN
                yield from Numbers(name, PRISM[name]).owned(self._edit, about, _issn_holder(about, work))
        else:
            for predicate in _predicates(name, minter):
                for triple in about.triples(work, predicate):
                    yield triple
                    if name in TERMS and isinstance(triple.object, Literal):
                        yield from about.triples(work, DCTERMS["alternative"], triple.object)


def _with_followers(changed: Iterable[str]) -> list[str]:
    """Return the changed members and those that follow from them."""
    names = dict.fromkeys(changed)
    if "year" in names:
        names["issued"] = None
    if "container" in names:
        names["container_title"] = None
    if "issn" in names:
        names["container_title"] = None
    for rich, plain in _RICH.items():
        if rich in names or plain in names:
            names |= {rich: None, plain: None}
    if not names.keys().isdisjoint(TERMS):  # one text may be of several kinds, and an alternative title once
        names |= dict.fromkeys(TERMS)
    return list(names)


def _predicates(name: str, minter: Minter) -> list[NamedNode]:
    """Return the properties of a work that a member is read from."""
    plain = dict(LITERAL_FIELDS) | {field: minter.term(term) for field, term in OWN_FIELDS}
    rich = {f"rich_{field}": minter.term(term) for field, term in RICH_FIELDS}
    others = {
        "type": [DCTERMS["type"], RDF["type"]],
        "issued": [DCTERMS["issued"], FABIO["hasPublicationYear"]],
        "available": [DCTERMS["available"]],
        "keywords": [PRISM["keyword"]],
        "alternative_keys": [minter.term("alternativeKey")],
        "publisher": [DCTERMS["publisher"]],
        "container_title": [DCTERMS["isPartOf"]],
    }
    if name in TERMS:
        return [minter.term(TERMS[name])]
    if name in plain or name in rich:
        return [plain.get(name) or rich[name]]
    return others.get(name, [])


def _issn_holder(about: Statements, work: NamedNode) -> NamedNode:
    """Return what an ISSN is said of: the venue of the work, else the work itself."""
    for triple in about.triples(work, DCTERMS["isPartOf"]):
        if isinstance(triple.object, NamedNode):
            return triple.object
    return work


def _roles(name: str) -> list[str]:
    if name == "authors":
        return ["author"]
    return ["editor"] if name == "editors" else [role for role in BY_CSL if role not in ("author", "editor")]


def _contributions(about: Statements, work: NamedNode, minter: Minter, roles: Iterable[str]) -> Iterator[Triple]:
    """Yield what is said of the contributors in some roles: their nodes, and the plain properties beside them."""
    terms = {BY_CSL[role].term(minter): BY_CSL[role] for role in roles}
    for context in about.triples(work, PRO["isDocumentContextFor"]):
        node = context.object
        if not isinstance(node, NamedNode):
            continue
        said = list(about.triples(node))
        if any(one.predicate == PRO["withRole"] and one.object in terms for one in said):
            yield context
            yield from said
    for role in terms.values():
        if role.shortcut:
            yield from about.triples(work, role.shortcut)


def record_of(edit: Edit, key: str, before: Values, after: Values) -> Record:
    """Return the record of a work's members. Raises `BadRequest`."""
    return _read_members(edit, key, before, after)[0]


def _read_members(edit: Edit, key: str, before: Values, after: Values) -> tuple[Record, dict[str, NamedNode]]:
    """Return the record of a work's members, and the people that were named by key, by the slugs of their names."""
    fields: dict[str, Any] = {name: text_of(after[name], name) for name in _TEXTS if name in after}
    fields |= {name: titles_of(after[name], name) for name in _OTHER_TITLES if name in after}
    fields |= {name: _date(after[name], name) for name in _DATES if name in after}
    if after.get("year") != before.get("year") and after.get("issued") == before.get("issued"):
        fields["issued"] = _year(after.get("year"))
    moved = any(after.get(name) != before.get(name) for name in ("container", "container_title"))
    for name in _LISTS:
        if name in after and not (name == "issn" and moved and after[name] == before.get(name)):
            texts = [text_of(one, f"{name}[{number}]") for number, one in enumerate(list_of(after[name], name))]
            fields[name] = tuple(normal(name, text, f"{name}[{number}]") for number, text in enumerate(texts))
    _check_keys(edit, key, fields.get("alternative_keys", ()))
    if "doi" in after:
        fields["doi"] = _doi(after["doi"])
    _check_titles(fields, after.get("alternative_titles"))
    people, agents = contributors_of(edit, after)
    record = Record(key=key, type=_type(after.get("type")), contributors=people, **fields)
    return _with_container(edit, _with_rich(record, before, after), before, after), agents


def _check_keys(edit: Edit, key: str, alternative: Iterable[str]) -> None:
    """Raise `BadRequest` for an alternative key that is the work's own key, or a key of another work."""
    known = KnownInGraph(edit.snapshot, edit.minter)
    for number, one in enumerate(alternative):
        holder = key if one == key else known.key_of_work(one)
        if one == key or holder not in (None, key):
            why = (
                Message("it is the key of the work itself")
                if one == key
                else Message("the work %(holder)r has this key", holder=holder)
            )
            raise BadRequest(
                Message("%(one)r cannot be an alternative key: %(why)s", one=one, why=why),
                [(f"alternative_keys[{number}]", why)],
            )


def _check_titles(fields: Mapping[str, Any], alternative: object) -> None:
    """Raise `BadRequest` for an alternative title that is given as one of a kind, too: it could not be told apart."""
    kinds = {one.text: name for name in _OTHER_TITLES for one in fields.get(name, ()) if one.language == UNKNOWN}
    for number, text in enumerate(alternative if isinstance(alternative, list) else ()):
        if text in kinds:
            why = Message("it is among %(kinds)s already: leave it out of one of the two", kinds=kinds[text])
            raise BadRequest(Message("%(text)r is given twice", text=text), [(f"alternative_titles[{number}]", why)])


def _type(value: object) -> str:
    if value not in FABIO_CLASS:
        raise BadRequest(
            Message("%(value)r is not a CSL type", value=value), [("type", "use a CSL type such as article-journal")]
        )
    return str(value)


def _date(value: object, where: str) -> str:
    text = text_of(value, where)
    if not is_edtf(text):
        why = "write a date so: 1996, 2018-03, 2018-03-29, 2020/2021, 199X, 1984? (EDTF)"
        raise BadRequest(Message("%(where)s is no date: %(text)r", where=where, text=text), [(where, why)])
    return text


def _year(value: object) -> str | None:
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or not -9999 <= value <= 9999:
        raise BadRequest("year is a whole number of at most four digits", [("year", "a longer date goes in issued")])
    return f"{value:04d}" if value >= 0 else f"-{-value:04d}"


def _doi(value: object) -> str:
    text = text_of(value, "doi")
    try:
        return normal_doi(text)
    except ValueError as fault:
        raise BadRequest(Message("%(text)r is no DOI", text=text), [("doi", str(fault))]) from fault


def _with_rich(record: Record, before: Values, after: Values) -> Record:
    """Return the record with plain and rich form of a text alike: the edited one decides, the other follows."""
    rich: dict[str, str] = {}
    plain: dict[str, str] = {}
    for name, field in _RICH.items():
        markup = after.get(name)
        if not markup:
            continue
        text = read(text_of(markup, name))
        if markup != before.get(name):
            plain[field] = text.plain
        if text.plain == plain.get(field, after.get(field)) and (form := rich_form(field, text)):
            rich[field] = form
    return replace(record, rich=rich, **plain)  # type: ignore[arg-type]  # the names are fields of a record


def _with_container(edit: Edit, record: Record, before: Values, after: Values) -> Record:
    """Return the record with its container, which may be named by key; a work of the library holds it as its part."""
    container = after.get("container")
    if after.get("container_title") != before.get("container_title") and container == before.get("container"):
        part_of = _work_of_title(edit, record)
        return replace(record, part_of=part_of)
    if container is None:  # cleared: its title, which would make it again, goes with it
        return replace(record, container_title=None) if before.get("container") is not None else record
    node = edit.thing(container, ("venue", "work"), "container")
    named = edit.minter.kind_and_key(node.value)
    if named and named[0] == "work":
        return replace(record, part_of=named[1])
    titles = [t.object.value for t in edit.snapshot.triples(node, DCTERMS["title"]) if hasattr(t.object, "value")]
    return replace(record, container_title=min(titles, default=record.container_title))


def _work_of_title(edit: Edit, record: Record) -> str | None:
    """Return the key of the work of the library that a chapter or paper is part of, by its title; else None."""
    if record.container_title is None or VENUE_CLASS.get(record.type) not in ("Book", "AcademicProceedings"):
        return None
    title = Literal(record.container_title)
    found = [
        t.subject for t in edit.snapshot.triples(None, DCTERMS["title"], title) if isinstance(t.subject, NamedNode)
    ]
    named = [edit.minter.kind_and_key(node.value) for node in found]
    keys = [one[1] for one in named if one and one[0] == "work" and one[1] != record.key]
    return keys[0] if len(keys) == 1 else None
