"""How long the search index takes to build, to change and to answer, on synthetic works.

    .venv/bin/python -m benchmarks.search_index [WORKS]

Prints seconds and milliseconds, and the memory the whole process has used. The graph is made
here: each work has a title of about ten words, an abstract of a hundred, two people and a
journal, out of a vocabulary with the uneven frequencies of a language.
"""

from __future__ import annotations

import random
import resource
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from itertools import accumulate

from pyoxigraph import Literal, Quad, QueryBoolean, QuerySolutions, QueryTriples, Store, Variable

from app.derived.search import SearchIndex
from app.derived.search_documents import Term
from app.model.minter import Minter
from app.model.namespaces import DCTERMS, FABIO, FOAF, RDF

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
    """Made-up words and their cumulative weights, falling with the rank as in Zipf's law."""
    words = ["".join(random_.choices(SYLLABLES, k=random_.randint(2, 4))) for _ in range(size)]
    return words, list(accumulate(1 / (rank + 2) for rank in range(size)))


def quads(works: int, random_: random.Random) -> Iterator[Quad]:
    """The graph of that many works, their people and journals."""
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
    """How long the action takes."""
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def main(works: int) -> None:
    """Builds, changes and asks; prints a line for each."""
    random_ = random.Random(1996)
    store = Store()
    store.bulk_extend(quads(works, random_))
    graph, index = StoreGraph(store), SearchIndex()
    print(f"{works} works, {len(store)} triples")
    print(f"rebuild            {seconds(lambda: index.rebuild(graph, MINTER, 1)):8.1f} s")
    one = {MINTER.thing("work", "work-7").value}
    print(f"update, one work   {1000 * seconds(lambda: index.update(graph, MINTER, one, 2)):8.1f} ms")
    journal = {MINTER.thing("venue", "journal-0").value}
    print(f"update, a journal  {1000 * seconds(lambda: index.update(graph, MINTER, journal, 3)):8.1f} ms")
    words, _ = vocabulary(random.Random(1996))
    for name, low, high, size in (
        ("common words", 0, 20, 2),
        ("usual words", 50, 1000, 2),
        ("a rare word", 5000, 20000, 1),
    ):
        asked = [" ".join(random_.sample(words[low:high], size)) for _ in range(50)]
        times = [1000 * seconds(lambda q=q: index.search(q)) for q in asked]  # type: ignore[misc]
        total = statistics.median(index.search(q).total for q in asked)
        print(
            f"search, {name:13}{statistics.median(times):6.1f} ms median, {max(times):.1f} ms worst, {total:.0f} hits"
        )
    print(f"memory             {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:8.0f} MB in all")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
