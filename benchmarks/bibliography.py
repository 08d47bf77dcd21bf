"""Make a library of about 28 statements a work, always equal for one size: the SPARQL benchmark asks it.

Works with one or two authors out of a pool, venues of about 200 works, a tree of concepts, evidence
that a third of the works discuss a concept, citations and authors that follow Zipf's law, and abstracts
of a hundred words; written by the program's own writer, without the identifier nodes of real records.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from pyoxigraph import Literal, Quad

from commonplace.model.minter import Minter, slug
from commonplace.model.names import Contributor, Name
from commonplace.model.namespaces import CITO, FOAF, PROV, RDF, SKOS, XSD
from commonplace.model.record import Record
from commonplace.model.work_graph import NothingKnown
from commonplace.model.work_writing import WorkWriter

BASE = "http://127.0.0.1:8000/"
MINTER = Minter(BASE)
READERS = MINTER.thing("organization", "made-up-readers")
"""The body that answers for the evidence."""
CITATIONS = 6
BRANCHES = 10
DEPTH = 3
EVIDENCE_EVERY = 3
_SYLLABLES = "ba co de fi gu ha jo ka li mo nu pa re si to va we xo yu za bran chel dorf stein mont".split()


def _word(chance: random.Random) -> str:
    return "".join(chance.choices(_SYLLABLES, k=chance.randint(2, 4)))


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words, people and journals that a library of one size is made of, and that questions to it are about."""

    works: int
    words: tuple[str, ...]
    authors: tuple[Name, ...]
    venues: tuple[str, ...]

    def author_keys(self) -> list[str]:
        """Return the keys of the people, the most prolific first."""
        return [slug(name.full) for name in self.authors]

    def venue_keys(self) -> list[str]:
        """Return the keys of the journals."""
        return [slug(venue) for venue in self.venues]


@cache
def vocabulary(works: int) -> Vocabulary:
    """Return the words, people and journals of the library with that many works."""
    chance = random.Random(works)
    families = [_word(chance).capitalize() for _ in range(max(50, works // 10))]
    given = [_word(chance).capitalize() for _ in range(400)]
    authors = {
        slug(name.full): name
        for name in (Name(family=chance.choice(families), given=chance.choice(given)) for _ in range(works // 3 + 10))
    }
    venues = {
        slug(title): title
        for title in (
            f"Journal of {_word(chance).capitalize()} {_word(chance).capitalize()}" for _ in range(works // 200 + 1)
        )
    }
    words = tuple(_word(chance) for _ in range(20_000))
    return Vocabulary(works, words, tuple(authors.values()), tuple(venues.values()))


def leaning(chance: random.Random, count: int) -> int:
    """Return a number below `count`; the nth is drawn about in proportion to n ** (-2/3): few are drawn very often."""
    return int(count * chance.random() ** 3)


def records(works: int) -> Iterator[Record]:
    """Return the works, with keys `w0`, `w1` …"""
    known = vocabulary(works)
    chance = random.Random(works + 1)
    for number in range(works):
        names = [known.authors[leaning(chance, len(known.authors))] for _ in range(chance.randint(1, 2))]
        yield Record(
            key=f"w{number}",
            type="article-journal",
            title=" ".join(chance.choices(known.words, k=9)).capitalize(),
            contributors=tuple(Contributor("author", name) for name in dict.fromkeys(names)),
            issued=str(chance.randint(1950, 2026)),
            container_title=chance.choice(known.venues),
            abstract=" ".join(chance.choices(known.words, k=100)),
        )


def concept_keys(depth: int) -> list[str]:
    """Return the keys of the concepts that many steps below the top one (`c`, `c-0` … `c-9`, `c-0-0` …)."""
    keys = ["c"]
    for _ in range(depth):
        keys = [f"{key}-{branch}" for key in keys for branch in range(BRANCHES)]
    return keys


def quads(works: int) -> Iterator[Quad]:
    """Return every statement of the library, each once."""
    chance = random.Random(works + 2)
    yield from _concepts()
    yield Quad(READERS, RDF["type"], FOAF["Organization"])
    yield Quad(READERS, FOAF["name"], Literal("Made-up readers"))
    writer = WorkWriter(MINTER, NothingKnown())
    deepest = concept_keys(DEPTH)
    for number, record in enumerate(records(works)):
        yield from writer.quads([record])
        work = MINTER.thing("work", record.key)
        cited = {leaning(chance, number) for _ in range(CITATIONS)} if number else set()
        for other in sorted(cited):
            yield Quad(work, CITO["cites"], MINTER.thing("work", f"w{other}"))
        if number % EVIDENCE_EVERY == 0:
            yield from _evidence(record.key, chance.choice(deepest))


def _concepts() -> Iterator[Quad]:
    scheme = MINTER.thing("scheme", "made-up")
    yield Quad(scheme, RDF["type"], SKOS["ConceptScheme"])
    for depth in range(DEPTH + 1):
        for key in concept_keys(depth):
            concept = MINTER.thing("concept", key)
            yield Quad(concept, RDF["type"], SKOS["Concept"])
            yield Quad(concept, SKOS["inScheme"], scheme)
            yield Quad(concept, SKOS["notation"], Literal(key))
            yield Quad(concept, SKOS["prefLabel"], Literal(f"concept {key}", language="en"))
            if not depth:
                yield Quad(concept, SKOS["topConceptOf"], scheme)
                yield Quad(scheme, SKOS["hasTopConcept"], concept)
            else:
                above = MINTER.thing("concept", key.rpartition("-")[0])
                yield Quad(concept, SKOS["broader"], above)
                yield Quad(above, SKOS["narrower"], concept)


def _evidence(work: str, concept: str) -> Iterator[Quad]:
    term = MINTER.term
    node = MINTER.thing("evidence", f"{concept}--{work}")
    yield Quad(node, RDF["type"], term("Evidence"))
    yield Quad(node, term("work"), MINTER.thing("work", work))
    yield Quad(node, term("about"), MINTER.thing("concept", concept))
    for name, value in (
        ("state", "discusses"), ("directness", "direct"), ("certainty", "high"), ("method", "machine"),
        ("standing", "accepted"),
    ):  # fmt: skip
        yield Quad(node, term(name), term(value))
    yield Quad(node, PROV["wasAttributedTo"], READERS)
    yield Quad(node, PROV["generatedAtTime"], Literal("2026-01-01T00:00:00Z", datatype=XSD["dateTime"]))
