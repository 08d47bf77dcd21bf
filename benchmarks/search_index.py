"""Measure how long the search index takes to build, to change and to answer, on synthetic works.

    .venv/bin/python -m benchmarks.search_index [WORKS]

Prints seconds, milliseconds and the memory they take, each beside what a plain index of the
engine needs in the same run for the same titles and abstracts (one field, words as they
stand, no graph to read), so that the ratio says something on any machine. The graph is made
here: each work has a title of about ten words, an abstract of a hundred, two people and a
journal, out of a vocabulary with the uneven frequencies of a language.
"""

from __future__ import annotations

import ctypes
import gc
import os
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import accumulate
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Quad, QueryBoolean, QuerySolutions, QueryTriples, Store, Variable
from tantivy import Document, Index, SchemaBuilder

from commonplace.derived.graph.snapshot import Term
from commonplace.derived.search.index import SearchIndex
from commonplace.model.minter import Minter
from commonplace.model.namespaces import DCTERMS, FABIO, FOAF, RDF

MINTER = Minter("http://127.0.0.1:8000/")
SYLLABLES = (
    "co",
    "pro",
    "duc",
    "tion",
    "ser",
    "vice",
    "pub",
    "lic",
    "ci",
    "ti",
    "zen",
    "ship",
    "gov",
    "ern",
    "é",
    "que",
)


class StoreGraph:
    """A store behind the face that search reads."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def query(
        self, text: str, substitutions: Mapping[Variable, Term] | None = None
    ) -> QuerySolutions | QueryTriples | QueryBoolean:
        return self.store.query(text, substitutions=dict(substitutions) if substitutions else None)


def vocabulary(random_: random.Random, size: int = 20_000) -> tuple[list[str], list[float]]:
    """Return made-up words and their cumulative weights, falling with the rank as in Zipf's law."""
    words = ["".join(random_.choices(SYLLABLES, k=random_.randint(2, 4))) for _ in range(size)]
    return words, list(accumulate(1 / (rank + 2) for rank in range(size)))


def quads(works: int, random_: random.Random) -> Iterator[Quad]:
    """Return the graph of that many works, their people and journals."""
    words, weights = vocabulary(random_)

    def text(length: int) -> str:
        return " ".join(random_.choices(words, cum_weights=weights, k=length))

    people, journals = works // 2 + 1, works // 500 + 1
    for number in range(people):
        person = MINTER.thing("person", f"person-{number}")
        yield Quad(person, RDF["type"], FOAF["Person"])
        yield Quad(person, FOAF["name"], Literal(text(2).title()))
    for number in range(journals):
        journal = MINTER.thing("venue", f"journal-{number}")
        yield Quad(journal, RDF["type"], FABIO["Journal"])
        yield Quad(journal, DCTERMS["title"], Literal(f"Journal of {text(3)}"))
    for number in range(works):
        work = MINTER.thing("work", f"work-{number}")
        yield Quad(work, RDF["type"], FABIO["Expression"])
        yield Quad(work, DCTERMS["title"], Literal(text(10).capitalize()))
        yield Quad(work, DCTERMS["abstract"], Literal(text(100)))
        yield Quad(work, DCTERMS["isPartOf"], MINTER.thing("venue", f"journal-{random_.randrange(journals)}"))
        for _ in range(2):
            person = MINTER.thing("person", f"person-{random_.randrange(people)}")
            yield Quad(work, DCTERMS["creator"], person)


def seconds(action: Callable[[], object]) -> float:
    """Return how long the action takes."""
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def resident() -> float:
    """Return the megabytes of memory that the process holds, once it has given back what it can."""
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


class PlainIndex:
    """The engine with nothing around it: each title and abstract in one field."""

    def __init__(self) -> None:
        builder = SchemaBuilder()
        builder.add_text_field("text", stored=True)
        self.index = Index(builder.build())

    def add(self, texts: Iterable[list[str]]) -> None:
        writer = self.index.writer(256_000_000, 1)
        for parts in texts:
            document = Document()
            for part in parts:
                document.add_text("text", part)
            writer.add_document(document)
        writer.commit()
        writer.wait_merging_threads()
        self.index.reload()

    def search(self, q: str) -> object:
        """Return the first page with its texts."""
        searcher = self.index.searcher()
        query = self.index.parse_query(q, ["text"], conjunction_by_default=True)
        return [searcher.doc(address) for _, address in searcher.search(query, 20).hits]


def show(what: str, ours: float, plain: float, unit: str, note: str = "") -> None:
    """Print one line: ours, the plain index's, and their ratio."""
    print(f"{what:24}{ours:9.1f} {unit:3}{plain:9.1f} {unit:3}{ours / plain if plain else 0:8.1f} ×  {note}")


def main(works: int) -> None:
    """Build, change and ask; print a line for each."""
    random_ = random.Random(1996)
    store = Store()
    store.bulk_extend(quads(works, random_))
    texts = [[text(store, work, DCTERMS["title"]), text(store, work, DCTERMS["abstract"])] for work in range(works)]
    graph, index, plain = StoreGraph(store), SearchIndex(), PlainIndex()
    print(f"{works} works, {len(store)} triples{'':9}Commonplace    plain index    ratio")
    before = resident()
    plain_seconds = seconds(lambda: plain.add(texts))
    between = resident()
    own_seconds = seconds(lambda: index.rebuild(graph, MINTER, 1))
    show("rebuild", own_seconds, plain_seconds, "s")
    show("memory", resident() - between, between - before, "MB")
    one, journal = ({MINTER.thing(*of).value} for of in (("work", "work-7"), ("venue", "journal-0")))
    single = [1000 * seconds(lambda: plain.add(texts[:1])) for _ in range(20)]
    for name, touched, times in (("update, one work", one, 20), ("update, a journal", journal, 3)):
        taken = [1000 * seconds(lambda t=touched: index.update(graph, MINTER, t, 2)) for _ in range(times)]  # type: ignore[misc]
        show(name, statistics.median(taken), statistics.median(single), "ms", f"{max(taken):.1f} ms worst")
    words, _ = vocabulary(random.Random(1996))
    for name, low, high, size in (
        ("one common word", 0, 20, 1),
        ("common words", 0, 20, 2),
        ("usual words", 50, 1000, 2),
        ("a rare word", 5000, 20000, 1),
    ):
        asked = [" ".join(random_.sample(words[low:high], size)) for _ in range(50)]
        own = [1000 * seconds(lambda q=q: index.search(q)) for q in asked]  # type: ignore[misc]
        others = [1000 * seconds(lambda q=q: plain.search(q)) for q in asked]  # type: ignore[misc]
        total = statistics.median(index.search(q).total for q in asked)
        note = f"{max(own):.1f} ms worst, {total:.0f} hits"
        show(name, statistics.median(own), statistics.median(others), "ms", note)


def text(store: Store, work: int, name: NamedNode) -> str:
    """Return that text of a work."""
    (quad,) = store.quads_for_pattern(MINTER.thing("work", f"work-{work}"), name, None)
    assert isinstance(quad.object, Literal)
    return quad.object.value


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
