"""Full text over the graph: a derived view in memory, rebuilt from the graph in seconds.

What is found and in which order is `app.derived.search_query`; what a document holds is
`app.derived.search_documents`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import count
from threading import Lock

from tantivy import DocAddress, Document, Index, IndexWriter, Query, Searcher

from app.derived.search_documents import Graph, SearchDocument, documents, subjects, works_of_evidence
from app.derived.search_query import Asked, SearchFields
from app.derived.search_snippet import snippet
from app.derived.search_text import fingerprint, spellings
from app.model.minter import Kind, Minter

REBUILD_BYTES = 256_000_000
UPDATE_BYTES = 32_000_000
"""Memory the indexing thread may fill before it writes a segment. A rebuild writes few and large
ones, which the engine then leaves alone when it merges those of small changes."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing found. `snippet` is plain text; `score` is comparable within one answer only."""

    iri: str
    kind: Kind
    key: str
    title: str
    snippet: str
    score: int


@dataclass(frozen=True, slots=True)
class SearchResult:
    """A page of hits, and how many there are in all at that `version`."""

    total: int
    hits: tuple[Hit, ...]
    version: int


@dataclass(frozen=True, slots=True)
class _Entry:
    key: str
    kind: Kind
    iri: str


@dataclass(frozen=True, slots=True)
class _View:
    """One state of the index: replaced whole, so a reader never sees half a change."""

    searcher: Searcher
    entries: dict[int, _Entry]
    version: int


class SearchIndex:
    """The search index of one process. Any number of threads may search while one changes it."""

    def __init__(self) -> None:
        self._fields = SearchFields()
        self._index: Index = self._fields.index()
        self._view = _View(self._index.searcher(), {}, 0)
        self._numbers = count()
        self._lock = Lock()

    @property
    def applied_version(self) -> int:
        """The version of the graph the answers are of; 0 before the first `rebuild`."""
        return self._view.version

    def rebuild(self, graph: Graph, minter: Minter, version: int) -> None:
        """Forgets everything and reads the whole graph, which is at `version`."""
        with self._lock:
            index = self._fields.index()
            made = documents(graph, minter, subjects(graph, minter))
            entries = self._write(index, index.writer(REBUILD_BYTES, 1), made)
            self._index = index
            self._view = _View(index.searcher(), entries, version)

    def update(self, graph: Graph, minter: Minter, touched: set[str], version: int) -> None:
        """Reads again what a change touched, from a graph that is at `version`.

        `touched` holds the IRIs of the subjects of every quad added or removed; those of nodes
        within a thing (`…#author-1`) stand for the thing. Documents whose text comes from a
        touched thing are read again too.
        """
        with self._lock:
            owners = {iri.partition("#")[0] for iri in touched}
            stale = owners | self._users(owners) | works_of_evidence(graph, minter, owners)
            writer = self._index.writer(UPDATE_BYTES, 1)
            writer.delete_documents_by_query(self._fields.any_of("iri", stale))
            added = self._write(self._index, writer, documents(graph, minter, sorted(stale)))
            kept = {number: entry for number, entry in self._view.entries.items() if entry.iri not in stale}
            self._view = _View(self._index.searcher(), kept | added, version)

    def search(self, q: str, kinds: Iterable[str] | None = None, limit: int = 20, offset: int = 0) -> SearchResult:
        """The things a user's text finds, best first, equals in the order of their keys.

        `q` is any text at all (see `app.derived.search_query`); one without words finds nothing.
        `kinds` are those of `app.model.minter.Kind` to look among; None is all.

        Raises ValueError for a negative `limit` or `offset`.
        """
        if limit < 0 or offset < 0:
            raise ValueError(f"limit and offset count hits: {limit}, {offset}")
        view = self._view
        asked = self._fields.ask(q, kinds)
        if asked is None:
            return SearchResult(0, (), view.version)
        ranked = _ranked(view, asked)
        page = ranked[offset : offset + limit]
        return SearchResult(len(ranked), tuple(self._hit(view, asked, *found) for found in page), view.version)

    def matching_iris(self, q: str, kind: str) -> list[str]:
        """The IRIs of all things of that kind a user's text finds, in the order of `search`."""
        view = self._view
        asked = self._fields.ask(q, [kind])
        return [entry.iri for _, entry, _ in _ranked(view, asked)] if asked else []

    def _users(self, iris: set[str]) -> set[str]:
        """The IRIs of the documents whose text was read from any of these things."""
        view = self._view
        hits = _all_hits(view.searcher, self._fields.any_of("uses", iris))
        return {entry.iri for _, entry, _ in _entries(view, hits)}

    def _write(self, index: Index, writer: IndexWriter, made: Iterable[SearchDocument]) -> dict[int, _Entry]:
        """Adds the documents and makes them and earlier deletions visible; on an error nothing is."""
        entries: dict[int, _Entry] = {}
        try:
            for document in made:
                number = next(self._numbers)
                writer.add_document(self._document(document, number))
                entries[number] = _Entry(document.key, document.kind, document.iri)
            writer.commit()
        except BaseException:
            writer.rollback()
            raise
        finally:
            writer.wait_merging_threads()  # ends the writer's threads and frees its lock
        index.reload()
        return entries

    def _document(self, document: SearchDocument, number: int) -> Document:
        made = Document()
        made.add_integer("number", number)
        made.add_text("iri", document.iri)
        made.add_text("kind", document.kind)
        for iri in document.uses:
            made.add_text("uses", iri)
        for whole in {fingerprint(text) for text in (*document.titles, document.key)}:
            made.add_text("whole", whole)
        for tier, texts in (("titles", document.titles), ("names", document.names), ("body", document.body)):
            forms = [form for text in texts for form in spellings(text)]
            for field in self._fields.fields_of(tier):
                for form in forms:
                    made.add_text(field, form)
        parts = [text for text in (*document.body, *document.names) if text not in (document.title, document.key)]
        made.add_bytes("shown", json.dumps([document.title, *parts]).encode())
        return made

    def _hit(self, view: _View, asked: Asked, score: int, entry: _Entry, address: DocAddress) -> Hit:
        shown = view.searcher.doc(address).get_first("shown")
        title, *parts = json.loads(bytes(shown or b'[""]'))

        def is_hit(word: str) -> bool:  # a stem keeps the head of its word, which is quicker to look at
            return word[:2] in asked.heads and not asked.stems.isdisjoint(self._fields.stems([word]))

        return Hit(entry.iri, entry.kind, entry.key, title, snippet(parts, is_hit), score)


def _ranked(view: _View, asked: Asked) -> list[tuple[int, _Entry, DocAddress]]:
    ranked = _entries(view, _all_hits(view.searcher, asked.query))
    ranked.sort(key=lambda hit: (-hit[0], hit[1].key, hit[1].kind, hit[1].iri))
    return ranked


def _all_hits(searcher: Searcher, query: Query) -> list[tuple[float, DocAddress]]:
    """Every hit: counted first, because the engine sets aside room for as many as it is asked for."""
    total: int = searcher.search(query, limit=1).count  # type: ignore[attr-defined]  # the stub leaves it out
    return searcher.search(query, limit=total, count=False).hits if total else []


def _entries(view: _View, hits: list[tuple[float, DocAddress]]) -> list[tuple[int, _Entry, DocAddress]]:
    """Score, entry and place of each hit."""
    addresses = [address for _, address in hits]
    numbers = view.searcher.fast_field_values("number", addresses)
    return [
        (round(score), view.entries[int(number or 0)], address)
        for (score, address), number in zip(hits, numbers, strict=True)
    ]
