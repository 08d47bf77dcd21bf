"""Define the twelve kinds of query, and the mixes of them that servers are compared by.

A mix is a list of requests, alike for every server: each has its random work, author, venue, concept
or word. `docs/benchmarks.md` says what each kind asks.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import accumulate, islice

from benchmarks.bibliography import BASE, concept_keys, leaning, vocabulary

JSON = "application/sparql-results+json"
N_TRIPLES = "application/n-triples"
PROLOGUE = f"""PREFIX cito: <http://purl.org/spar/cito/>
PREFIX cp: <{BASE}ontology#>
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX fabio: <http://purl.org/spar/fabio/>
PREFIX foaf: <http://xmlns.com/foaf/0.1/>
PREFIX pro: <http://purl.org/spar/pro/>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
"""
LONG = 10
"""Minimum number of letters of a word that is looked for in titles."""
DISTINCT = 3000
"""Number of queries that repeated traffic chooses among, by Zipf's law."""


@dataclass(frozen=True, slots=True)
class Query:
    """One query, its kind, and the media type it is asked in."""

    kind: str
    text: str
    accept: str = JSON


class Chosen:
    """Random things of a library with that many works."""

    def __init__(self, works: int, seed: int) -> None:
        self.chance = random.Random(seed)
        self.works = works
        known = vocabulary(works)
        self._authors, self._venues = known.author_keys(), known.venue_keys()
        self._words = [word for word in known.words if len(word) >= LONG]

    def work(self) -> str:
        return f"<{BASE}id/work/w{self.chance.randrange(self.works)}>"

    def author(self) -> str:
        return f"<{BASE}id/person/{self._authors[leaning(self.chance, len(self._authors))]}>"

    def venue(self) -> str:
        return f"<{BASE}id/venue/{self.chance.choice(self._venues)}>"

    def concept(self) -> str:
        """Return a concept with ten narrower ones."""
        return f"<{BASE}id/concept/{self.chance.choice(concept_keys(2))}>"

    def word(self) -> str:
        """Return a word long enough to be in few titles."""
        return self.chance.choice(self._words)


def _look_up(some: Chosen) -> str:
    return f"SELECT ?p ?o WHERE {{ {some.work()} ?p ?o }}"


def _two_hops(some: Chosen) -> str:
    return f"SELECT DISTINCT ?far WHERE {{ {some.work()} cito:cites ?near . ?near cito:cites ?far }}"


def _work_page(some: Chosen) -> str:
    work = some.work()
    return f"""SELECT ?title ?year ?journal ?position ?name WHERE {{
  {work} dcterms:title ?title ; fabio:hasPublicationYear ?year ; pro:isDocumentContextFor ?role .
  ?role cp:position ?position ; pro:isHeldBy ?person . ?person foaf:name ?name .
  OPTIONAL {{ {work} dcterms:isPartOf ?venue . ?venue dcterms:title ?journal }} }} ORDER BY ?position"""


def _construct(some: Chosen) -> str:
    work = some.work()
    return f"""CONSTRUCT {{ {work} dcterms:title ?title ; cito:cites ?cited . ?cited dcterms:title ?other }}
WHERE {{ {work} dcterms:title ?title . OPTIONAL {{ {work} cito:cites ?cited . ?cited dcterms:title ?other }} }}"""


def _ask(some: Chosen) -> str:
    return f"ASK {{ {some.work()} cito:cites <{BASE}id/work/w{leaning(some.chance, min(100, some.works))}> }}"


def _by_author(some: Chosen) -> str:
    return f"""SELECT ?work ?title ?year WHERE {{
  ?work dcterms:creator {some.author()} ; dcterms:title ?title ; fabio:hasPublicationYear ?year }}
ORDER BY DESC(?year) ?work"""


def _concept(some: Chosen) -> str:
    """Ask for works on a concept, the state as a filter: Oxigraph would begin with all evidence of it (400 ms)."""
    return f"""SELECT ?work ?title WHERE {{
  {some.concept()} skos:narrower* ?concept .
  ?evidence cp:about ?concept ; cp:state ?state ; cp:work ?work . ?work dcterms:title ?title .
  FILTER(?state = cp:discusses) }} ORDER BY ?work LIMIT 50"""


def _co_authors(some: Chosen) -> str:
    author = some.author()
    return f"""SELECT ?other (COUNT(DISTINCT ?work) AS ?works) WHERE {{
  ?work dcterms:creator {author} , ?other . FILTER(?other != {author}) }}
GROUP BY ?other ORDER BY DESC(?works) ?other LIMIT 20"""


def _paging(some: Chosen) -> str:
    return f"""SELECT ?work ?title ?year WHERE {{
  ?work dcterms:isPartOf {some.venue()} ; dcterms:title ?title ; fabio:hasPublicationYear ?year }}
ORDER BY DESC(?year) ?work LIMIT 20 OFFSET {20 * some.chance.randint(0, 5)}"""


def _top_authors(some: Chosen) -> str:
    return f"""SELECT ?author (COUNT(?work) AS ?works) WHERE {{ ?work dcterms:creator ?author }}
GROUP BY ?author ORDER BY DESC(?works) ?author LIMIT {some.chance.randint(5, 60)}"""


def _contains(some: Chosen) -> str:
    return f'SELECT ?work ?title WHERE {{ ?work dcterms:title ?title . FILTER(CONTAINS(?title, "{some.word()}")) }}'


def _by_year(some: Chosen) -> str:
    return f"""SELECT ?year (COUNT(?work) AS ?works) WHERE {{
  ?work fabio:hasPublicationYear ?year . FILTER(STR(?year) >= "{some.chance.randint(1950, 2000)}") }}
GROUP BY ?year ORDER BY ?year"""


KINDS: dict[str, Callable[[Chosen], str]] = {
    "look-up": _look_up,
    "two hops": _two_hops,
    "work page": _work_page,
    "CONSTRUCT": _construct,
    "ASK": _ask,
    "by author": _by_author,
    "concept": _concept,
    "co-authors": _co_authors,
    "paging": _paging,
    "top authors": _top_authors,
    "CONTAINS": _contains,
    "by year": _by_year,
}
POINT = ("look-up", "two hops", "work page", "CONSTRUCT", "ASK")
INTERACTIVE = (*POINT, "by author", "concept", "co-authors", "paging")
SITE = {
    "look-up": 20, "work page": 32, "two hops": 8, "CONSTRUCT": 6, "ASK": 5, "by author": 11, "concept": 6,
    "co-authors": 4, "paging": 7, "top authors": 0.3, "CONTAINS": 0.4, "by year": 0.3,
}  # fmt: skip
"""Percent of the requests: most are for one work, and one in a hundred reads the whole graph."""

WEIGHTS: dict[str, dict[str, float]] = {
    "point": dict.fromkeys(POINT, 1),
    "interactive": dict.fromkeys(INTERACTIVE, 1),
    "site": SITE,
    "full": dict.fromkeys(KINDS, 1),
}
MIXES = (*WEIGHTS, "repeated", "conditional")
"""The four of queries that are all different; the same 3,000 again and again; and those that end in 304."""


def queries(mix: str, works: int, count: int, seed: int = 1) -> list[Query]:
    """Return that many queries of one mix, for a library with that many works; always equal for one seed."""
    if mix not in WEIGHTS:
        drawn = list(_distinct(works, min(DISTINCT, count), seed))
        chance = random.Random(seed + 1)
        zipf = list(accumulate(1 / rank for rank in range(1, len(drawn) + 1)))
        return chance.choices(drawn, cum_weights=zipf, k=count) if mix == "repeated" else drawn
    some = Chosen(works, seed)
    return [query(kind, some) for kind in islice(_kinds(WEIGHTS[mix], some.chance), count)]


def _kinds(weights: dict[str, float], chance: random.Random) -> Iterator[str]:
    """Return kinds without end, by weight and evenly spread: a short run meets as many heavy ones as a long one.

    The one that is most owed comes next ("smooth weighted round robin"); debts begin at random.
    """
    total = sum(weights.values())
    owed = {kind: chance.uniform(0, total) for kind in weights}
    while True:
        for kind, weight in weights.items():
            owed[kind] += weight
        most = max(owed, key=owed.__getitem__)
        owed[most] -= total
        yield most


def query(kind: str, some: Chosen) -> Query:
    """Return a query of that kind."""
    return Query(kind, PROLOGUE + KINDS[kind](some), N_TRIPLES if kind == "CONSTRUCT" else JSON)


def _distinct(works: int, count: int, seed: int) -> Iterator[Query]:
    """Return queries of a site's traffic, each once; fewer where a small library has too few things."""
    seen: set[str] = set()
    for each in queries("site", works, 4 * count, seed):
        if each.text not in seen and len(seen) < count:
            seen.add(each.text)
            yield each
