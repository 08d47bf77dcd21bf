"""Make a literature of any size, always equal for one seed, for the benchmarks to run on.

Works, authors, journals, 100-word abstracts, and citations that follow Zipf's law: few works are cited
by very many. About 55 statements a work.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

from pyoxigraph import Quad

from commonplace.model.minter import Minter
from commonplace.model.names import Contributor, Name
from commonplace.model.namespaces import CITO
from commonplace.model.record import Record
from commonplace.model.work_graph import NothingKnown
from commonplace.model.work_writing import WorkWriter

_SYLLABLES = "ba co de fi gu ha jo ka li mo nu pa re si to va we xo yu za bran chel dorf stein mont".split()
CITATIONS = 6
AUTHORS = 3
WORDS = 100


def _word(chance: random.Random) -> str:
    return "".join(chance.choices(_SYLLABLES, k=chance.randint(2, 4)))


def records(count: int, seed: int = 1) -> Iterator[Record]:
    """Return that many works, with keys `w0`, `w1` …"""
    chance = random.Random(seed)
    words = [_word(chance) for _ in range(20_000)]
    families = [_word(chance).capitalize() for _ in range(max(50, count // 4))]
    given = [_word(chance).capitalize() for _ in range(400)]
    journals = [
        f"Journal of {_word(chance).capitalize()} {_word(chance).capitalize()}" for _ in range(count // 200 + 1)
    ]
    for number in range(count):
        names = [Name(family=chance.choice(families), given=chance.choice(given)) for _ in range(AUTHORS)]
        first = chance.randint(1, 900)
        yield Record(
            key=f"w{number}",
            type="article-journal",
            title=" ".join(chance.choices(words, k=9)).capitalize(),
            contributors=tuple(Contributor("author", name) for name in dict.fromkeys(names)),
            issued=str(chance.randint(1950, 2026)),
            container_title=chance.choice(journals),
            volume=str(chance.randint(1, 90)),
            issue=str(chance.randint(1, 12)),
            page=f"{first}-{first + chance.randint(3, 40)}",
            doi=f"10.5555/made.{number}",
            language="en",
            abstract=" ".join(chance.choices(words, k=WORDS)),
        )


def quads(count: int, minter: Minter, seed: int = 1) -> Iterator[Quad]:
    """Return the works and the citations among them, as statements."""
    writer = WorkWriter(minter, NothingKnown())
    yield from writer.quads(records(count, seed))
    chance = random.Random(seed + 1)
    for number in range(1, count):
        citing = minter.thing("work", f"w{number}")
        for _ in range(CITATIONS):
            # The nth most cited work is cited in proportion to 1/n: the square of a uniform leans the same way.
            cited = minter.thing("work", f"w{int(number * chance.random() ** 3)}")
            if cited != citing:
                yield Quad(citing, CITO["cites"], cited)
