"""Know the works of a library by what an import looks them up by: key, title, DOI, other identifiers, and blocks.

What is known of one state is moved along with the log, so that an import of one entry does not read every work.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

from pyoxigraph import DefaultGraph, Literal, NamedNode

from commonplace.curation.duplicates.blocking import blocks_of
from commonplace.curation.duplicates.particulars import particulars
from commonplace.derived.graph.records import is_work
from commonplace.derived.graph.snapshot import PROLOGUE, Snapshot
from commonplace.model.change import ChangeSet
from commonplace.model.identifiers import doi_key
from commonplace.model.json_text import read_json
from commonplace.model.match_key import identifiers, title_key
from commonplace.model.minter import Minter
from commonplace.model.namespaces import DCTERMS, FABIO, PRISM
from commonplace.processes.garbage_collection import rarely_collected

_IDENTIFYING = '"(pmid|PMID|eprint)"'
"""Members of `cp:sourceFields` that `commonplace.model.match_key.identifiers` reads."""

_WORKS = """SELECT ?work ?title ?doi ?year ?volume ?page WHERE { ?work a fabio:Expression
    OPTIONAL { ?work dcterms:title ?title } OPTIONAL { ?work prism:doi ?doi }
    OPTIONAL { ?work fabio:hasPublicationYear ?year } OPTIONAL { ?work prism:volume ?volume }
    OPTIONAL { ?work prism:pageRange ?page } }"""

_ISBNS = "SELECT ?work ?type ?isbn WHERE { ?work prism:isbn ?isbn ; a fabio:Expression ; dcterms:type ?type }"

IndexEntry = tuple[int, str | int]
"""A place in an index: the number of the index, and what the work is found by there."""

_TITLE, _DOI, _IDENTIFIER, _BLOCK = range(4)

T = TypeVar("T")


class KnownWorks:
    """The works of one state. Whoever looks up must not change what is found."""

    def __init__(self) -> None:
        self.nodes: dict[str, NamedNode] = {}
        """The node of each work, by its key."""
        self.by_alternative_key: dict[str, str] = {}
        self.by_title: dict[str, list[str]] = {}
        self.by_doi: dict[str, list[str]] = {}
        self.by_identifier: dict[str, list[str]] = {}
        self._by_block: dict[int, list[str]] = {}
        self._indexes: tuple[dict[str, list[str]] | dict[int, list[str]], ...] = (
            self.by_title,
            self.by_doi,
            self.by_identifier,
            self._by_block,
        )
        self._entries: dict[str, list[IndexEntry]] = {}
        """Where each work stands in the indexes."""
        self._alternatives: dict[str, list[str]] = {}

    @classmethod
    @rarely_collected()
    def of(cls, snapshot: Snapshot, minter: Minter) -> KnownWorks:
        """Read every work of a state."""
        made = cls()
        for row in snapshot.select(PROLOGUE + _WORKS):
            node = row["work"]
            if isinstance(node, NamedNode):
                title, doi, year, volume, page = (
                    _value(row[name]) for name in ("title", "doi", "year", "volume", "page")
                )
                made._enter_work(minter.key(node.value), node, title, doi, year, volume, page)
        for work, _, alternative in snapshot.triples(None, minter.term("alternativeKey")):
            if isinstance(work, NamedNode) and isinstance(alternative, Literal):
                made._enter_alternative(alternative.value, minter.key(work.value))
        for row in snapshot.select(PROLOGUE + _ISBNS):
            made._identify(minter.key(_value(row["work"])), _value(row["type"]), _value(row["isbn"]), "", "")
        source = minter.term("sourceFields").value
        for row in snapshot.select(
            f"""{PROLOGUE}SELECT ?work ?source ?doi WHERE {{
            {{ ?work <{source}> ?source FILTER(REGEX(STR(?source), '{_IDENTIFYING}')) }}
            UNION {{ ?work prism:doi ?doi FILTER(STRSTARTS(LCASE(?doi), "10.48550/arxiv.")) }} }}"""
        ):
            made._identify(minter.key(_value(row["work"])), "", "", _value(row["source"]), _value(row["doi"]))
        return made

    def near(self, blocks: Iterable[str]) -> set[str]:
        """Return the keys of the works that are in one of some blocks; a few others may be among them."""
        return {key for block in blocks for key in self._by_block.get(hash(block), ())}

    def move(self, snapshot: Snapshot, changes: Sequence[ChangeSet], minter: Minter) -> KnownWorks:
        """Bring it to a later state, given the net changes between; return it."""
        for node in _touched(changes, minter):
            key = minter.key(node.value)
            self._forget(key)
            if is_work(snapshot, node):
                self._read(key, node, snapshot, minter)
        return self

    def _read(self, key: str, node: NamedNode, snapshot: Snapshot, minter: Minter) -> None:
        """Enter one work as a state has it."""

        def said(predicate: NamedNode) -> list[str]:
            return [_value(triple.object) for triple in snapshot.triples(node, predicate)]

        titles, dois, years = said(DCTERMS["title"]), said(PRISM["doi"]), said(FABIO["hasPublicationYear"])
        volumes, pages = said(PRISM["volume"]), said(PRISM["pageRange"])
        for title in titles or [""]:
            for doi in dois or [""]:
                first = (rest[0] if rest else "" for rest in (years, volumes, pages))
                self._enter_work(key, node, title, doi, *first)
        for alternative in said(minter.term("alternativeKey")):
            self._enter_alternative(alternative, key)
        for type in said(DCTERMS["type"]):
            for isbn in said(PRISM["isbn"]):
                self._identify(key, type, isbn, "", "")
        for source in said(minter.term("sourceFields")):
            self._identify(key, "", "", source, "")
        for doi in dois:
            self._identify(key, "", "", "", doi)

    def _enter_work(self, key: str, node: NamedNode, title: str, doi: str, year: str, volume: str, page: str) -> None:
        self.nodes[key] = node
        if doi:
            self._enter(_DOI, doi_key(doi), key)
        if title:
            self._enter(_TITLE, title_key(title), key)
            number = int(year) if year.isdecimal() else None
            outline = particulars(key=key, title=title, year=number, volume=volume, page=page, doi=doi)
            for block in blocks_of(outline):
                self._enter(_BLOCK, hash(block), key)

    def _enter_alternative(self, alternative: str, key: str) -> None:
        if self.by_alternative_key.setdefault(alternative, key) == key:
            self._alternatives.setdefault(key, []).append(alternative)

    def _identify(self, key: str, type: str, isbn: str, source: str, doi: str) -> None:
        extra = read_json(source or "{}")
        for identifier in identifiers(type, (isbn,) if isbn else (), extra, doi or None):
            self._enter(_IDENTIFIER, identifier, key)

    def _enter(self, index: int, name: str | int, key: str) -> None:
        keys: list[str] = self._indexes[index].setdefault(name, [])  # type: ignore[arg-type]  # each has its own names
        if key not in keys:
            keys.append(key)
            self._entries.setdefault(key, []).append((index, name))

    def _forget(self, key: str) -> None:
        self.nodes.pop(key, None)
        for index, name in self._entries.pop(key, ()):
            keys: list[str] = self._indexes[index][name]  # type: ignore[index]  # each has its own names
            keys.remove(key)
            if not keys:
                del self._indexes[index][name]  # type: ignore[arg-type]
        for alternative in self._alternatives.pop(key, ()):
            self.by_alternative_key.pop(alternative, None)


def _touched(changes: Iterable[ChangeSet], minter: Minter) -> Iterator[NamedNode]:
    """Return the works about which some changes have statements."""
    found = dict.fromkeys(
        quad.subject
        for change in changes
        for quad in change.quads()
        if isinstance(quad.subject, NamedNode) and isinstance(quad.graph_name, DefaultGraph)
    )
    return (node for node in found if "#" not in node.value and _may_be_work(node, minter))


def _may_be_work(node: NamedNode, minter: Minter) -> bool:
    named = minter.kind_and_key(node.value)
    return named is None or named[0] == "work"


class Layer(dict[str, T]):
    """A mapping on top of another, which it leaves as it is: what is put in or changed lies here."""

    def __init__(self, below: Mapping[str, T]) -> None:
        super().__init__()
        self._below = below

    def __missing__(self, key: str) -> T:
        return self._below[key]

    def __contains__(self, key: object) -> bool:
        return super().__contains__(key) or key in self._below

    def get(self, key: str, default: T | None = None) -> T | None:  # type: ignore[override]
        """Return the value of a key, here or below; else the default."""
        return self[key] if key in self else default  # noqa: SIM401  # that is this very method

    def setdefault(self, key: str, default: T) -> T:
        """Return the value of a key to be changed: one that lies below is copied."""
        if not super().__contains__(key):
            below = self._below.get(key)
            value = default if below is None else list(below) if isinstance(below, list) else below
            self[key] = value  # type: ignore[assignment]  # a copy is of the kind it is of
        return self[key]


def _value(term: object) -> str:
    return term.value if isinstance(term, Literal | NamedNode) else ""
