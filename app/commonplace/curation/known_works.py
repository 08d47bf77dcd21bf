"""Know the works of a library by what an import looks them up by: key, title, DOI, other identifiers, and blocks.

What is known of one state is moved along with the log, so that an import of one entry does not read every work. Of a
large library it is kept in a file (`known_works_file`), so that the first import after a start does not either.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from pyoxigraph import DefaultGraph, Literal, NamedNode

from commonplace.curation.duplicates.blocking import blocks_of
from commonplace.curation.duplicates.particulars import particulars
from commonplace.curation.known_works_file import Kind, WorksFile, place_of, write_works
from commonplace.derived.graph.records import is_work
from commonplace.derived.graph.snapshot import PROLOGUE, Snapshot
from commonplace.derived.sealed import LogPosition
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

IndexEntry = tuple[Kind, str | int]
"""A place in an index: what the work is looked up as, and the name it is found by there, or the place of a block."""

T = TypeVar("T")
Found = TypeVar("Found", covariant=True)


class NameLookup(Protocol[Found]):
    """What can be looked up by a name. Whoever looks up must not change what is found."""

    def __getitem__(self, name: str, /) -> Found: ...

    def __contains__(self, name: object, /) -> bool: ...


class KnownWorks:
    """The works of one state: of a file, but for those that have changed since, and others that are held in memory."""

    def __init__(self, file: WorksFile | None = None, minter: Minter | None = None) -> None:
        """Begin with the works of a file of that minter's home; with none where it is not given."""
        self._file = file
        self._minter = minter
        self._left: set[str] = set()
        """Keys of the works of which the file has not the newest."""
        self._nodes: dict[str, NamedNode] = {}
        self._by_alternative_key: dict[str, str] = {}
        self._indexes: dict[Kind, dict[str | int, list[str]]] = {"title": {}, "doi": {}, "identifier": {}, "block": {}}
        self._entries: dict[str, list[IndexEntry]] = {}
        """Where each work stands in the indexes."""
        self._alternatives: dict[str, list[str]] = {}
        self.nodes: NameLookup[NamedNode] = _LookedUp(self._node)
        """The node of each work, by its key."""
        self.by_alternative_key: NameLookup[str] = _LookedUp(self._of_alternative)
        self.by_title: NameLookup[list[str]] = _LookedUp(partial(self._keys, "title"))
        self.by_doi: NameLookup[list[str]] = _LookedUp(partial(self._keys, "doi"))
        self.by_identifier: NameLookup[list[str]] = _LookedUp(partial(self._keys, "identifier"))

    def __len__(self) -> int:
        return len(self._nodes) + (self._file.works - len(self._left) if self._file else 0)

    def _node(self, key: str) -> NamedNode | None:
        if key in self._nodes or self._file is None or self._minter is None or key in self._left:
            return self._nodes.get(key)
        iri = self._file.iri(key)
        return None if iri is None else NamedNode(iri) if iri else self._minter.thing("work", key)

    def _of_alternative(self, alternative: str) -> str | None:
        found = self._by_alternative_key.get(alternative)
        if found is None and self._file is not None:
            found = self._file.of_alternative(alternative)
            found = None if found in self._left else found
        return found

    def _keys(self, kind: Kind, name: str | int) -> list[str] | None:
        """Return the keys of the works found by a name, None where there are none; a few others may be among them."""
        held = self._indexes[kind].get(name)
        if self._file is None:
            return held
        place = name if isinstance(name, int) else place_of(kind, name)
        filed = [key for key in self._file.keys(place) if key not in self._left]
        return [*filed, *(held or ())] or None

    def write(self, path: Path, origin: LogPosition, minter: Minter) -> None:
        """Write a file of these works, which all are held in memory. Raises OSError."""
        numbers = {key: number for number, key in enumerate(self._nodes)}
        alternatives = [(name, numbers[key]) for name, key in self._by_alternative_key.items() if key in numbers]
        works = [(key, "" if node == minter.thing("work", key) else node.value) for key, node in self._nodes.items()]
        write_works(path, origin, works, alternatives, chain(
            ((place_of("key", key), number) for key, number in numbers.items()),
            ((place_of("alternative", name), number) for number, (name, _) in enumerate(alternatives)),
            (
                (name if isinstance(name, int) else place_of(kind, name), numbers[key])
                for key, entries in self._entries.items() if key in numbers
                for kind, name in entries
            ),
        ))  # fmt: skip

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

    def near(self, places: Iterable[int]) -> set[str]:
        """Return the keys of the works in one of some blocks, given their places; a few others may be among them."""
        if self._file is None and not self._indexes["block"]:
            return set()
        return {key for place in places for key in self._keys("block", place) or ()}

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
        self._nodes[key] = node
        if doi:
            self._enter("doi", doi_key(doi), key)
        if title:
            self._enter("title", title_key(title), key)
            number = int(year) if year.isdecimal() else None
            outline = particulars(key=key, title=title, year=number, volume=volume, page=page, doi=doi)
            for block in blocks_of(outline):
                self._enter("block", place_of("block", block), key)

    def _enter_alternative(self, alternative: str, key: str) -> None:
        if self._of_alternative(alternative) in (None, key):
            self._by_alternative_key[alternative] = key
            self._alternatives.setdefault(key, []).append(alternative)

    def _identify(self, key: str, type: str, isbn: str, source: str, doi: str) -> None:
        extra = read_json(source or "{}")
        for identifier in identifiers(type, (isbn,) if isbn else (), extra, doi or None):
            self._enter("identifier", identifier, key)

    def _enter(self, kind: Kind, name: str | int, key: str) -> None:
        keys = self._indexes[kind].setdefault(name, [])
        if key not in keys:
            keys.append(key)
            self._entries.setdefault(key, []).append((kind, name))

    def _forget(self, key: str) -> None:
        if self._file is not None and key not in self._left and self._file.iri(key) is not None:
            self._left.add(key)
        self._nodes.pop(key, None)
        for kind, name in self._entries.pop(key, ()):
            keys = self._indexes[kind][name]
            keys.remove(key)
            if not keys:
                del self._indexes[kind][name]
        for alternative in self._alternatives.pop(key, ()):
            self._by_alternative_key.pop(alternative, None)


class _LookedUp(Generic[T]):
    """What is found by names, by a function that returns None where there is nothing."""

    def __init__(self, look: Callable[[str], T | None]) -> None:
        self._look = look

    def __getitem__(self, name: str) -> T:
        found = self._look(name)
        if found is None:
            raise KeyError(name)
        return found

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self._look(name) is not None

    def get(self, name: str) -> T | None:
        """Return what is found by a name, None where nothing is."""
        return self._look(name)


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

    def __init__(self, below: NameLookup[T]) -> None:
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
            below = self._below[key] if key in self._below else None  # noqa: SIM401  # it need not have `get`
            value = default if below is None else list(below) if isinstance(below, list) else below
            self[key] = value  # type: ignore[assignment]  # a copy is of the kind it is of
        return self[key]


def _value(term: object) -> str:
    return term.value if isinstance(term, Literal | NamedNode) else ""
