"""Divide what is said of a thing into values: statements that stand and fall together.

A title and its rich form are one value, and so are all authors with their roles, a date and its year, an identifier
with its node. Of some fields a thing has one value (its title), of others any number (keywords). A value can be carried
to another thing of its kind.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from pyoxigraph import Literal, NamedNode, Triple

from commonplace.curation.shacl.after import Statements
from commonplace.model.identifiers import doi_key
from commonplace.model.minter import Kind, Minter
from commonplace.model.namespaces import BIBO, CITO, DATACITE, DCTERMS, FABIO, FOAF, FRBR, LITRE, PRISM, PRO, RDF, SKOS
from commonplace.model.roles import ROLES
from commonplace.model.set_aside import TERM as SET_ASIDE
from commonplace.model.work_graph import LITERAL_FIELDS, OWN_FIELDS, RICH_FIELDS
from commonplace.model.work_reading import Neighbourhood, read_name

KEY = "key"
"""Field of what names a thing within the library; it stays with the thing."""

KINDS: tuple[Kind, ...] = ("work", "person", "organization", "venue", "concept")
"""Kinds of things that can be merged."""


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a field: its name among all values of the thing, its statements, and its text for people.

    `single` says that a thing has at most one value of the field.
    """

    field: str
    name: str
    statements: frozenset[Triple]
    text: str
    single: bool


def own_statements(about: Statements, thing: NamedNode) -> set[Triple]:
    """Return what is said of a thing and of the nodes that belong to it."""
    found = set(about.triples(thing))
    for triple in list(found):
        if is_own(triple.object, thing) and triple.object != thing:
            assert isinstance(triple.object, NamedNode)
            found.update(about.triples(triple.object))
    return found


def is_own(term: object, thing: NamedNode) -> bool:
    """Answer whether a term is the thing itself or a node that belongs to it."""
    return isinstance(term, NamedNode) and term.value.partition("#")[0] == thing.value


def carried(statements: Iterable[Triple], source: NamedNode, target: NamedNode) -> frozenset[Triple]:
    """Return statements with another thing in the place of one, and its nodes in the place of that one's."""
    return frozenset(
        Triple(_carry(t.subject, source, target), t.predicate, _carry(t.object, source, target))  # type: ignore[arg-type]
        for t in statements
    )


def _carry(term: object, source: NamedNode, target: NamedNode) -> object:
    if isinstance(term, NamedNode) and is_own(term, source):
        return NamedNode(target.value + term.value[len(source.value) :])
    return term


def values_of(
    statements: Iterable[Triple], thing: NamedNode, kind: Kind, minter: Minter, name_of: Callable[[NamedNode], str]
) -> dict[str, Value]:
    """Return the values that the statements about a thing and its nodes make up, by their names.

    `name_of` returns the name of a thing that is pointed to, for the text of values.
    """
    return _Dividing(statements, thing, kind, minter, name_of).values()


_PLAIN_ROLES = {DCTERMS["creator"]: "authors", BIBO["editor"]: "editors", BIBO["translator"]: "translator"}
_ROLE_FIELDS = {"author": "authors", "editor": "editors"}
PEOPLE = frozenset([*(_ROLE_FIELDS.get(role.csl, role.csl) for role in ROLES)])
"""Fields of a work whose value is the list of all people in one role."""

_NUMBERS = {PRISM["isbn"]: "isbn", PRISM["issn"]: "issn"}
_NAME_PARTS = ("particle", "droppingParticle", "suffix", "commaSuffix", "staticOrdering")


@lru_cache(maxsize=16)
def _single_fields(kind: Kind, minter: Minter) -> dict[NamedNode, str]:
    """Return the properties of a kind of thing that make up a single value, and the field of each."""
    term = minter.term
    if kind == "work":
        found = {predicate: field for field, predicate in LITERAL_FIELDS}
        found |= {term(name): field for field, name in (*OWN_FIELDS, *RICH_FIELDS)}
        return found | {
            DCTERMS["issued"]: "issued",
            FABIO["hasPublicationYear"]: "issued",
            DCTERMS["available"]: "available",
            DCTERMS["isPartOf"]: "container",
            DCTERMS["publisher"]: "publisher",
            DCTERMS["type"]: "type",
            RDF["type"]: "type",
            term("status"): "status",
            term("sourceFields"): "source_fields",
            term("referenceText"): "references_as_text",
            term("citationKey"): KEY,
        }
    if kind == "person":
        return {FOAF[name]: "name" for name in ("name", "familyName", "givenName")} | {
            term(name): "name" for name in _NAME_PARTS
        }
    if kind == "organization":
        return {FOAF["name"]: "name"}
    if kind == "venue":
        return {DCTERMS["title"]: "title", RDF["type"]: "type"}
    return {SKOS["notation"]: KEY}


_BY_LANGUAGE = {SKOS["prefLabel"]: "labels", SKOS["definition"]: "definitions"}
"""Properties of a concept with one value in each language."""


@lru_cache(maxsize=16)
def _many_fields(kind: Kind, minter: Minter) -> dict[NamedNode, str]:
    """Return the properties of which a thing may have several values, and that have a name in JSON."""
    return {
        PRISM["keyword"]: "keywords",
        DCTERMS["alternative"]: "alternative_titles",
        SKOS["altLabel"]: "alternative_labels" if kind == "concept" else "alternative_names",
        minter.term("alternativeKey"): "alternative_keys",
        minter.term(SET_ASIDE): "set_aside",
        CITO["cites"]: CITES,
        SKOS["broader"]: "broader",
        SKOS["narrower"]: "narrower",
        SKOS["related"]: "related",
    }


CITES = "cites"
"""Field of the works that a work cites."""

_Place = tuple[str, str, bool]
"""Field, name and singleness of the value that a statement belongs to."""


class _Dividing:
    """The statements of one thing, on their way into values."""

    def __init__(
        self,
        statements: Iterable[Triple],
        thing: NamedNode,
        kind: Kind,
        minter: Minter,
        name_of: Callable[[NamedNode], str],
    ) -> None:
        self._statements = frozenset(statements)
        self._about = Neighbourhood(self._statements)
        self._thing = thing
        self._kind = kind
        self._minter = minter
        self._name_of = name_of
        self._single = _single_fields(kind, minter)
        self._roles = {role.term(minter): role.csl for role in ROLES}
        self._nodes = {t.object: self._place_of_node(t) for t in self._statements if self._is_node(t.object)}

    def values(self) -> dict[str, Value]:
        places: dict[str, _Place] = {}
        parts: dict[str, set[Triple]] = {}
        for triple in self._statements:
            place = self._place(triple)
            places[place[1]] = place
            parts.setdefault(place[1], set()).add(triple)
        return {
            name: Value(places[name][0], name, frozenset(parts[name]), self._text(places[name], parts[name]), single)
            for name, (_, _, single) in sorted(places.items())
        }

    def _is_node(self, term: object) -> bool:
        return term != self._thing and is_own(term, self._thing)

    def _place_of_node(self, triple: Triple) -> _Place:
        node = triple.object
        assert isinstance(node, NamedNode)
        if triple.predicate == FRBR["embodiment"]:
            return "text", "text", True
        if triple.predicate == PRO["isDocumentContextFor"]:
            role = self._about.node(node, PRO["withRole"])
            csl = self._roles.get(role, "contributor") if role else "contributor"
            field = _ROLE_FIELDS.get(csl, csl)
            return field, field, True
        scheme = self._about.node(node, DATACITE["usesIdentifierScheme"])
        value = self._about.text(node, LITRE["hasLiteralValue"])
        if scheme is None or value is None:
            return "other", f"#{node.value.partition('#')[2]}", False
        short = scheme.value.removeprefix(DATACITE.iri)
        if short == "doi" and value == self._about.text(self._thing, PRISM["doi"]):
            return "doi", "doi", True
        return "identifiers", identifier_name(short, value), False

    def _place(self, triple: Triple) -> _Place:
        for term in (triple.subject, triple.object):
            if self._is_node(term) and term in self._nodes:
                return self._nodes[term]
        predicate, value = triple.predicate, triple.object
        if predicate in _PLAIN_ROLES and self._kind == "work":
            return _PLAIN_ROLES[predicate], _PLAIN_ROLES[predicate], True
        if predicate in _NUMBERS and isinstance(value, Literal):
            return "identifiers", identifier_name(_NUMBERS[predicate], value.value), False
        if predicate in _BY_LANGUAGE and self._kind == "concept" and isinstance(value, Literal):
            field = f"{_BY_LANGUAGE[predicate]}.{value.language or 'und'}"
            return field, field, True
        if predicate in self._single:
            field = self._single[predicate]
            return field, field, True
        field = _many_fields(self._kind, self._minter).get(predicate) or self._minter.compact(predicate.value)
        return field, f"{field}: {self._short(value)}", False

    def _short(self, term: object) -> str:
        """Return a term in one line that no other term has."""
        if isinstance(term, Literal):
            plain = term.language is None and term.datatype.value.endswith("#string")
            return term.value if plain else str(term)
        if isinstance(term, NamedNode):
            return term.value.removeprefix(f"{self._minter.base}id/")
        return str(term)

    def _text(self, place: _Place, statements: set[Triple]) -> str:
        field, name, single = place
        if not single:
            return name.partition(": ")[2] or name
        if field in PEOPLE and self._kind == "work":
            return "; ".join(self._people(statements))
        if field == "text":
            said = Neighbourhood(statements)
            node = said.node(self._thing, FRBR["embodiment"])
            return f"{said.text(node, DCTERMS['format'])}, {said.text(node, BIBO['numPages'])} pages" if node else ""
        if field == "name":
            read = read_name(self._about, self._thing, self._minter)
            return read.inverted if read else ""
        own = [t for t in statements if t.subject == self._thing and not self._is_node(t.object)]
        shown = [t for t in own if t.predicate not in _FOLLOWING and not _is_rich(t.object)] or own
        return "; ".join(sorted(self._said(t.object) for t in shown))

    def _said(self, term: object) -> str:
        if isinstance(term, NamedNode):
            return self._name_of(term) if self._minter.kind_and_key(term.value) else self._minter.compact(term.value)
        return term.value if isinstance(term, Literal) else str(term)

    def _people(self, statements: set[Triple]) -> Iterator[str]:
        nodes = [t.object for t in statements if t.predicate == PRO["isDocumentContextFor"]]
        placed = []
        for node in nodes:
            if isinstance(node, NamedNode):
                position = int(self._about.text(node, self._minter.term("position")) or 0)
                name, agent = (
                    read_name(self._about, node, self._minter),
                    self._about.node(node, PRO["isHeldBy"]),
                )
                placed.append((position, name.inverted if name else self._name_of(agent) if agent else "?"))
        if not placed:
            return iter(sorted(self._said(t.object) for t in statements))
        return (text for _, text in sorted(placed))


_FOLLOWING = frozenset((FABIO["hasPublicationYear"], RDF["type"]))
"""Properties whose value follows from another of the same field."""


def _is_rich(term: object) -> bool:
    return isinstance(term, Literal) and term.datatype == RDF["HTML"]


def identifier_name(scheme: str, value: str) -> str:
    """Return the name of the value that an identifier is."""
    return f"{scheme}: {doi_key(value)}" if scheme == "doi" else f"{scheme}: {value}"
