"""Hold a part of the search index, a segment, and find the best of its documents.

Equal hits come in the order of their names. The engine knows no such order, but of equals it
gives those first that were written first. A segment that was written once, in the order of names,
is therefore read from the top as far as is asked. It is never written to again, so that it may lie
in files that others read too; the numbers of its documents that are no longer true are held beside it. Later
changes are in a segment without order, kept small, whose hits are all read and sorted here; the last of them are in no
segment yet (see `recent`).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from heapq import merge, nsmallest
from itertools import islice
from pathlib import Path
from typing import Protocol, cast, overload
from urllib.parse import unquote

from tantivy import DocAddress, Index, Occur, Query, Searcher

from commonplace.derived.search.documents import DocumentName, SearchDocument
from commonplace.derived.search.query import TIERS, SearchFields, Shown
from commonplace.model.minter import Kind

WHOLE_BYTES = 256_000_000
CHANGE_BYTES = 16_000_000
"""Maximum memory that the indexing thread fills before it writes: what it writes at once keeps its order."""

AT_ONCE = 1_000
"""Number of documents that the indexing thread is given in a row: it would wait for each, and be woken again."""


@dataclass(frozen=True, slots=True)
class FoundDocument:
    """A document that a query finds; the greater the score the better."""

    score: int
    name: DocumentName
    address: DocAddress
    searcher: Searcher

    def shown(self) -> Shown:
        """Return what it is shown by."""
        return Shown.unpacked(bytes(self.searcher.doc(self.address).get_all("shown")[0]))

    @property
    def rank(self) -> tuple[int, DocumentName]:
        """The key that hits are sorted by, the best first."""
        return (-self.score, self.name)


Kinds = AbstractSet[str] | None
"""Kinds of things, None for all."""


class RankedDocument(Protocol):
    """A document that is found, wherever it lies."""

    @property
    def score(self) -> int:
        """The greater the better."""
        ...

    @property
    def name(self) -> DocumentName:
        """The name of the document."""
        ...

    @property
    def rank(self) -> tuple[int, DocumentName]:
        """The key that hits are sorted by, the best first."""
        ...

    def shown(self) -> Shown:
        """Return what it is shown by."""
        ...


Scored = tuple[int, DocumentName, DocAddress]
"""Minus the score of a document, its name, which no other has, and its place."""


@dataclass(frozen=True, slots=True)
class Removals:
    """Documents of one kind that are not to be found any more: their numbers, and the query for them."""

    numbers: frozenset[int]
    query: Query


def merged(many: Iterable[Sequence[RankedDocument]]) -> Iterator[RankedDocument]:
    """Return what is found in several places, in each the best first, as one."""
    lists = [found for found in many if found]
    return iter(lists[0]) if len(lists) == 1 else merge(*lists, key=lambda found: found.rank)


class StoredNames(Sequence[DocumentName]):
    """Names as they lie in a file: each is the end of an IRI, after what all IRIs of things begin with.

    Tuples by the hundred thousand would be looked through for garbage again and again.
    """

    def __init__(self, begun: str, ends: Sequence[str]) -> None:
        """Take what `ends_of` returns. Raises ValueError where that is not so."""
        if not all("/" in end for end in ends):
            raise ValueError("these are no stored names")
        self._begun = begun
        self._ends = ends

    @staticmethod
    def ends_of(names: Iterable[DocumentName], begun: str) -> Iterator[str]:
        """Yield the end of the IRI of each name: its kind and its key, percent-encoded."""
        return (iri.removeprefix(begun) for _, _, iri in names)

    def __len__(self) -> int:
        return len(self._ends)

    @overload
    def __getitem__(self, place: int) -> DocumentName: ...
    @overload
    def __getitem__(self, place: slice) -> list[DocumentName]: ...
    def __getitem__(self, place: int | slice) -> DocumentName | list[DocumentName]:
        return list(map(self._name, self._ends[place])) if isinstance(place, slice) else self._name(self._ends[place])

    def _name(self, end: str) -> DocumentName:
        kind, _, key = end.partition("/")
        return unquote(key), cast(Kind, kind), self._begun + end


@dataclass(frozen=True, slots=True)
class Segment:
    """Documents at one moment. A change makes a new segment; the old one answers as before."""

    fields: SearchFields
    index: Index
    searcher: Searcher
    names: list[DocumentName] | StoredNames
    """Names by number; shared with earlier segments of one index, and only added to."""
    ordered: bool
    gone: Mapping[Kind, Removals] = field(default_factory=dict)
    """The documents that are not to be found any more, by kind."""

    @classmethod
    def empty(cls, fields: SearchFields, directory: Path | None = None) -> Segment:
        """Return a segment for changes: in memory, or in an empty directory."""
        index = fields.index(directory)
        return cls(fields, index, index.searcher(), [], ordered=False)

    @classmethod
    def of(cls, fields: SearchFields, documents: Iterable[SearchDocument], directory: Path | None = None) -> Segment:
        """Return a segment of documents that come in the order of their names: in memory, or in an empty directory."""
        segment = cls.empty(fields, directory)._written((), documents, WHOLE_BYTES)
        return replace(segment, ordered=segment.searcher.num_segments <= 1)

    @classmethod
    def opened(cls, fields: SearchFields, directory: Path, names: StoredNames) -> Segment:
        """Return the segment that `of` made in a directory, of documents of those names.

        Raises ValueError where it has fewer or more.
        """
        index = fields.index(directory)
        searcher = index.searcher()
        if searcher.num_docs != len(names):
            raise ValueError(f"{directory} has {searcher.num_docs} documents, and {len(names)} names")
        return cls(fields, index, searcher, names, ordered=searcher.num_segments <= 1)

    @property
    def size(self) -> int:
        """The number of documents that were ever written to it."""
        return len(self.names)

    def without(self, stale: Collection[DocumentName]) -> Segment:
        """Return an ordered segment without the documents of stale names; its files stay as they are."""
        places = ((bisect_left(self.names, name), name) for name in stale)
        return self._leaving_out({name: at for at, name in places if self.names[at : at + 1] == [name]})

    def hiding(self, stale: Collection[DocumentName]) -> Segment:
        """Return a segment for changes without the documents of stale names, which go when it is next written."""
        return self._leaving_out(self._newest(stale))

    def replaced(self, stale: Collection[DocumentName], documents: Collection[SearchDocument]) -> Segment:
        """Return a segment for changes without the documents of stale names, and with those given.

        They are visible at once or not at all.
        """
        gone = self.hiding(stale).gone.values()
        numbers = [number for of_kind in gone for number in of_kind.numbers]
        return self._written(numbers, documents, CHANGE_BYTES) if numbers or documents else self

    def _newest(self, names: Collection[DocumentName]) -> dict[DocumentName, int]:
        """Return the numbers of the documents of those names, of each name that which was written last."""
        return {name: number for number, name in enumerate(self.names) if name in names}

    def _leaving_out(self, numbers: Mapping[DocumentName, int]) -> Segment:
        """Return the segment without the documents of those names and numbers, too."""
        gone = dict(self.gone)
        for kind in {name[1] for name in numbers}:
            before = gone[kind].numbers if kind in gone else frozenset()
            more = before.union(number for name, number in numbers.items() if name[1] == kind)
            if more != before:
                gone[kind] = Removals(more, self.fields.numbered(more))
        return replace(self, gone=gone) if numbers else self

    def best(self, query: Query, limit: int, kinds: Kinds = None) -> tuple[int, list[FoundDocument]]:
        """Return how many documents the query finds, and at least the best `limit` of them, in order.

        `kinds` are those of all documents that it may find, None where they may be of any.
        """
        if not self.ordered:
            scored = self._scored(self._all_hits(query, kinds))
            return len(scored), [self._found(one) for one in nsmallest(limit, scored)]
        answer = self.searcher.search(self._present(query, kinds), limit=max(1, min(limit, self.size)))
        found = [self._found(one) for one in self._scored(answer.hits)]
        return answer.count, found  # type: ignore[attr-defined]  # the stub leaves count out

    def all(self, query: Query, kinds: Kinds = None) -> list[FoundDocument]:
        """Return all documents that the query finds, in order; `kinds` are as in `best`."""
        scored = self._scored(self._all_hits(query, kinds))
        return [self._found(one) for one in (scored if self.ordered else sorted(scored))]

    def words(self) -> Iterator[str]:
        """Return the different words of each tier of its documents."""
        for tier in TIERS:
            for word, _ in self.searcher.terms_with_prefix(tier, ""):
                yield word

    def _present(self, query: Query, kinds: Kinds) -> Query:
        """Return the query among the documents that are not gone."""
        gone = [(Occur.MustNot, one.query) for kind, one in self.gone.items() if kinds is None or kind in kinds]
        return Query.boolean_query([(Occur.Must, query), *gone]) if gone else query

    def _all_hits(self, query: Query, kinds: Kinds) -> list[tuple[float, DocAddress]]:
        """Return all that the engine finds, in its order."""
        query = self._present(query, kinds)
        # Counted first, because the engine sets aside room for as many as it is asked for.
        total: int = self.searcher.search(query, limit=1).count  # type: ignore[attr-defined]
        return self.searcher.search(query, limit=total, count=False).hits if total else []

    def _scored(self, hits: list[tuple[float, DocAddress]]) -> list[Scored]:
        """Return what the engine finds by score and name, which sort as `FoundDocument.rank` does."""
        numbers = self.searcher.fast_field_values("number", [address for _, address in hits])
        return [
            (-round(score), self.names[int(number or 0)], address)
            for (score, address), number in zip(hits, numbers, strict=True)
        ]

    def _found(self, scored: Scored) -> FoundDocument:
        return FoundDocument(-scored[0], scored[1], scored[2], self.searcher)

    def _written(self, gone: Collection[int], documents: Iterable[SearchDocument], memory: int) -> Segment:
        assert isinstance(self.names, list), "what was written once is not written to again"
        writer = self.index.writer(memory, 1)
        try:
            if gone:
                writer.delete_documents_by_query(self.fields.numbered(gone))
            left = iter(documents)
            while some := list(islice(left, AT_ONCE)):
                made = [self.fields.document(one, number) for number, one in enumerate(some, len(self.names))]
                for one in made:
                    writer.add_document(one)
                self.names.extend((one.key, one.kind, one.iri) for one in some)
            writer.commit()
        except BaseException:
            writer.rollback()
            raise
        finally:
            writer.wait_merging_threads()  # ends the writer's threads and frees its lock
        self.index.reload()
        return replace(self, searcher=self.index.searcher(), gone={})
