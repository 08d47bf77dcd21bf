"""Search the full text of the graph: a derived view, rebuilt from the graph in seconds.

`commonplace.derived.search.query` says which documents are found, and in which order;
`commonplace.derived.search.documents` what a document holds. The index is kept in parts
(`commonplace.derived.search.segment`), and from one start to the next in files (`commonplace.derived.search.files`);
what was edited last is held in plain memory (`commonplace.derived.search.recent`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from threading import Lock

from commonplace.derived.search.documents import DocumentName, SearchDocument
from commonplace.derived.search.files import SearchFiles, read_parts
from commonplace.derived.search.from_graph import Queryable, documents, subjects, works_of_evidence
from commonplace.derived.search.query import SearchFields, SearchQuestion
from commonplace.derived.search.recent import RECENT_DOCUMENTS, RecentDocument, RecentDocuments
from commonplace.derived.search.segment import RankedDocument, Segment, merged
from commonplace.derived.search.snippet import snippet
from commonplace.derived.search.vocabulary import Vocabulary
from commonplace.model.change import Version
from commonplace.model.minter import Kind, Minter

SEGMENT_DOCUMENTS = 200_000
"""Maximum number of documents of a segment that a rebuild writes: few segments are quick to ask, small ones need little
memory to write."""

MOST_CHANGES = 10_000
"""Maximum number of documents that updates write before everything is built anew, which takes seconds: they are not in
order, so all that a question finds among them are looked at."""

FEW_CHANGES = 200
"""Minimum number of documents that updates write before a small library is built anew, which is when they are as many
as it has: each leaves a name, its words and a part of a file in memory."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing found. `snippet` is plain text of its own; `score` is comparable within one answer only.

    `own` are the places, in the question, of the words that its own text holds; it may be found by labels of the
    things it is `about`, too.
    """

    iri: str
    kind: Kind
    key: str
    title: str
    snippet: str
    score: int
    about: tuple[str, ...] = ()
    own: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class SearchResult:
    """A page of hits, and how many there are in all at that `version`."""

    total: int
    hits: tuple[Hit, ...]
    version: int
    asked: SearchQuestion | None = field(default=None, compare=False, repr=False)
    """The question, to be compared with other texts; None where it holds no word."""


@dataclass(frozen=True, slots=True)
class _IndexState:
    """One state of the index: replaced whole, so a reader never sees half a change."""

    whole: tuple[Segment, ...]
    changes: Segment
    vocabulary: Vocabulary
    version: int
    recent: RecentDocuments = field(default_factory=RecentDocuments)
    written: int = 0
    """The number of documents that updates have written since everything was built."""

    @property
    def segments(self) -> tuple[Segment, ...]:
        return (*self.whole, self.changes) if self.changes.size else self.whole

    def all(self, asked: SearchQuestion) -> Iterator[RankedDocument]:
        """Return all that a question finds, in order."""
        return merged([*(segment.all(asked.query, asked.kinds) for segment in self.segments), self.recent.all(asked)])

    def best(self, asked: SearchQuestion, limit: int) -> tuple[int, Iterator[RankedDocument]]:
        """Return how many documents a question finds, and at least the best `limit` of them, in order."""
        answers = [segment.best(asked.query, limit, asked.kinds) for segment in self.segments]
        recent = self.recent.all(asked)
        total = sum(count for count, _ in answers) + len(recent)
        return total, merged([*(found for _, found in answers), recent])

    def using(self, iris: set[str]) -> set[str]:
        """Return the IRIs of the documents whose text was read from any of those things."""
        query = self.changes.fields.using(iris)
        found = {one.name[2] for segment in self.segments for one in segment.all(query)}
        return found.union(self.recent.using(iris))

    def updated(self, stale: Collection[DocumentName], made: Sequence[SearchDocument], version: int) -> _IndexState:
        """Return the state at that version, without the documents of stale names and with those made.

        The vocabulary learns the words of these. A small change stays in memory, until there are many.
        """
        taken_in = [RecentDocument.made(self.changes.fields, one) for one in made]
        self.vocabulary.learn({word for one in taken_in for words in one.words.values() for word in words})
        recent = self.recent.replaced(stale, taken_in)
        if recent.size > RECENT_DOCUMENTS:
            changes, recent = self.changes.replaced(stale, recent.documents()), RecentDocuments()
        else:
            changes = self.changes.hiding(stale)
        whole = tuple(segment.without(stale) for segment in self.whole)
        return _IndexState(whole, changes, self.vocabulary, version, recent, self.written + len(made))

    @property
    def most_changes(self) -> int:
        """Return the maximum number of documents that updates write before everything is built anew."""
        return min(MOST_CHANGES, max(FEW_CHANGES, sum(segment.size for segment in self.whole)))


class SearchIndex:
    """The search index of one process. Any number of threads may search while one changes it."""

    def __init__(self) -> None:
        self._fields = SearchFields()
        self._view = _IndexState((), Segment.empty(self._fields), Vocabulary(), 0)
        self._lock = Lock()

    @property
    def applied_version(self) -> int:
        """The version of the graph that the answers are of; 0 before the first `rebuild`."""
        return self._view.version

    @property
    def changes(self) -> int:
        """Return the number of documents that updates have written since everything was built."""
        return self._view.written

    def rebuild(self, graph: Queryable, minter: Minter, version: int) -> None:
        """Forget everything and read the whole graph, which is at `version`."""
        with self._lock:
            self._rebuild(graph, minter, version)

    def open(self, parts: Sequence[Path], version: int) -> None:
        """Forget everything and take what `files.write_part` wrote of the graph at `version`.

        Raises OSError or ValueError where that is not whole.
        """
        with self._lock:
            segments, vocabulary = read_parts(self._fields, parts)
            self._view = _IndexState(segments, Segment.empty(self._fields), vocabulary, version)

    def open_newest(self, files: SearchFiles, head: Version) -> bool:
        """Take the newest index that is kept of a version up to `head`, if any; return whether there is one.

        Raises OSError or ValueError where it is not whole.
        """
        kept = files.newest(head)
        if kept:
            self.open(kept[1], kept[0])
        return kept is not None

    def takes_in(self, touched: Collection[str]) -> bool:
        """Return whether a change that touched those things is made as an update, and not by building anew."""
        return self._view.written + len(touched) <= self._view.most_changes

    def update(self, graph: Queryable, minter: Minter, touched: set[str], version: int) -> None:
        """Read again what a change touched, from a graph that is at `version`.

        `touched` holds the IRIs of the subjects of every quad added or removed; those of nodes
        within a thing (`…#author-1`) stand for the thing. Documents whose text comes from a
        touched thing are read again too.
        """
        with self._lock:
            owners = {iri.partition("#")[0] for iri in touched}
            stale = owners | self._view.using(owners) | works_of_evidence(graph, minter, owners)
            if self._view.written + len(stale) > self._view.most_changes:
                self._rebuild(graph, minter, version)
                return
            made = list(documents(graph, minter, sorted(stale)))
            names = {(named[1], named[0], iri) for iri in stale if (named := minter.kind_and_key(iri))}
            self._view = self._view.updated(names, made, version)

    def search(
        self, q: str, kinds: Iterable[str] | None = None, limit: int = 20, offset: int = 0, *, typing: bool = False
    ) -> SearchResult:
        """Return the things that a user's text finds, best first, equals in the order of their keys.

        `q` is any text at all (see `commonplace.derived.search.query`); one without words finds nothing.
        `kinds` are those of `commonplace.model.minter.Kind` to look among; None is all. While the user is `typing`,
        the last word is the beginning of one.

        Raises ValueError for a negative `limit` or `offset`.
        """
        if limit < 0 or offset < 0:
            raise ValueError(f"limit and offset count hits: {limit}, {offset}")
        view = self._view
        asked = self._fields.ask(q, view.vocabulary, typing=typing)
        if asked is not None and kinds is not None:
            asked = self._fields.among(asked, kinds)
        return _result(view, asked, limit, offset)

    def search_each(
        self, q: str, kinds: Sequence[Kind], limit: int, *, typing: bool = False
    ) -> dict[Kind, SearchResult]:
        """Return what `search` does for each of some kinds alone, of one state of the index.

        The question is put together once: the beginning of a word, which is looked for while a user is typing, takes
        as long to prepare as to find.
        """
        view = self._view
        asked = self._fields.ask(q, view.vocabulary, typing=typing)
        questions = {kind: asked and self._fields.among(asked, [kind]) for kind in kinds}
        return {kind: _result(view, question, limit, 0) for kind, question in questions.items()}

    def matching_iris(self, q: str, kind: str) -> list[str]:
        """Return the IRIs of all things of that kind that a user's text finds, in the order of `search`."""
        view = self._view
        asked = self._fields.ask(q, view.vocabulary)
        if asked is None:
            return []
        return [found.name[2] for found in view.all(self._fields.among(asked, [kind]))]

    def _rebuild(self, graph: Queryable, minter: Minter, version: int) -> None:
        made = documents(graph, minter, subjects(graph, minter))
        segments: list[Segment] = []
        while (segment := Segment.of(self._fields, islice(made, SEGMENT_DOCUMENTS))).size:
            segments.append(segment)
        vocabulary = Vocabulary()
        for segment in segments:
            vocabulary.learn(segment.words())
        self._view = _IndexState(tuple(segments), Segment.empty(self._fields), vocabulary, version)


def _result(view: _IndexState, asked: SearchQuestion | None, limit: int, offset: int) -> SearchResult:
    """Return a page of what a question finds in a state of the index; nothing where it holds no word."""
    if asked is None:
        return SearchResult(0, (), view.version)
    total, found = view.best(asked, offset + limit)
    hits = tuple(_hit(asked, one) for one in islice(found, offset, offset + limit))
    return SearchResult(total, hits, view.version, asked)


def _hit(asked: SearchQuestion, found: RankedDocument) -> Hit:
    key, kind, iri = found.name
    shown = found.shown()
    own = asked.held_by([shown.title, *shown.body, *shown.names])
    return Hit(iri, kind, key, shown.title, snippet(shown, asked), found.score, tuple(shown.about), own)
