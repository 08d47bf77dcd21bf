"""Keep what was prepared of a large library in a file, so that a start reads it and need not make it anew.

The file is derived, and sealed (`commonplace.derived.sealed`): `derived/prepared/{version}-{id}-{making}.json` is of
that version of the log whose entry has that id, as this very code makes it. It has one JSON object: `texts`, and what
was prepared, in which a number stands for the text of that place. Texts stand there once, as they do in memory.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from importlib import metadata
from itertools import chain
from pathlib import Path
from sys import intern
from typing import Any

from pyoxigraph import NamedNode

import commonplace
from commonplace.derived.sealed import LogPosition, read_sealed, replace_sealed, whole_files
from commonplace.library.citation_counts import CitationCounts
from commonplace.library.citations import CitationEnd, CitationEnds
from commonplace.library.creators import Creators
from commonplace.library.much_cited import MuchCited
from commonplace.library.sorted_list import SortedList
from commonplace.library.states import States, Works
from commonplace.library.totals import Totals
from commonplace.model.minter import Minter
from commonplace.processes.garbage_collection import rarely_collected


@dataclass(frozen=True, slots=True)
class Prepared:
    """What was prepared of a version of the library."""

    size: int
    """Number of statements of all graphs."""
    totals: Totals
    states: States
    creators: Creators
    counts: CitationCounts
    much_cited: MuchCited
    lists: Mapping[str, SortedList]
    """Lists by the names that they have in the file."""


def prepared_path(directory: Path, origin: LogPosition) -> Path:
    """Return the path of the file of a version of a log."""
    return directory / f"{origin.version:08d}-{origin.id.removeprefix('urn:uuid:')}-{_making()}.json"


@lru_cache(maxsize=1)
def _making() -> str:
    """Return the mark of what this very code prepares: how a list is sorted may be another matter in the next."""
    sources = sorted(Path(commonplace.__file__).parent.rglob("*.py"))
    code = chain((path.read_bytes() for path in sources), (metadata.version("pyoxigraph").encode(),))
    return hashlib.sha256(b"\0".join(code)).hexdigest()[:12]


def write_prepared(directory: Path, origin: LogPosition, prepared: Prepared) -> None:
    """Write the file of a version. Those of earlier versions go. Raises OSError."""
    texts = _Texts()
    states = prepared.states
    given = {
        "size": prepared.size,
        "totals": {of_class.value: count for of_class, count in prepared.totals.items()},
        "states": {
            "works": states.works,
            "said": texts.nested({about: texts.sets(said) for about, said in states.said.items()}),
            "broader": texts.sets(states.broader),
            "narrower": texts.sets(states.narrower),
            "with_abstract": texts.places(states.with_abstract),
        },
        "creators": texts.sets(prepared.creators),
        "counts": [texts.nested(counts) for counts in (prepared.counts.certain, prepared.counts.possible)],
        "much_cited": _much_cited_as_json(prepared.much_cited, texts),
        "lists": {
            name: [texts.places(listed.things), texts.places(listed.values)] for name, listed in prepared.lists.items()
        },
    }
    text = json.dumps({"texts": texts.all, **given}, separators=(",", ":")).encode()
    directory.mkdir(parents=True, exist_ok=True)
    replace_sealed(prepared_path(directory, origin), "*.json", origin, [text])


def read_prepared(path: Path, minter: Minter) -> tuple[LogPosition, Prepared]:
    """Return what a file holds, and the version that it is of. Raises OSError, and `NotSealed` where it is not what was
    written."""
    origin, text = read_sealed(path)
    with rarely_collected():
        return origin, _prepared(json.loads(text), minter)


def _prepared(given: Mapping[str, Any], minter: Minter) -> Prepared:
    """Return what a file holds, from the object in it."""
    texts = [intern(one) for one in given["texts"]]
    states = given["states"]
    said = {about: _sets(texts, some) for about, some in _named(texts, states["said"])}
    broader, narrower = (_sets(texts, states[name]) for name in ("broader", "narrower"))
    return Prepared(
        given["size"],
        Counter({NamedNode(of_class): count for of_class, count in given["totals"].items()}),
        States(states["works"], said, broader, narrower, frozenset(_at(texts, states["with_abstract"]))),
        _sets(texts, given["creators"]),
        CitationCounts(*(dict(_named(texts, counts)) for counts in given["counts"])),
        _much_cited(given["much_cited"], texts, minter),
        {name: SortedList(*(list(_at(texts, places)) for places in both)) for name, both in given["lists"].items()},
    )


def _much_cited_as_json(much_cited: MuchCited, texts: _Texts) -> dict[str, Any]:
    citations = {
        work: [
            texts.places(ends.iris),
            texts.nested({iri: [one.confirmation, one.number, one.note] for iri, one in ends.said.items()}),
        ]
        for work, ends in much_cited.kept_citations.items()
    }
    evidence = {work: [node.value for node in nodes] for work, nodes in much_cited.kept_evidence.items()}
    return {
        "works": texts.places(much_cited.works),
        "citations": texts.nested(citations),
        "evidence": texts.nested({work: texts.places(nodes) for work, nodes in evidence.items()}),
    }


def _much_cited(given: Mapping[str, Any], texts: Sequence[str], minter: Minter) -> MuchCited:
    def ends(iris: Iterable[int], said: Iterable[Any]) -> CitationEnds:
        said_of = {iri: CitationEnd(NamedNode(iri), minter.key(iri), *of) for iri, of in _named(texts, said)}
        return CitationEnds(list(_at(texts, iris)), said_of, minter)

    return MuchCited(
        frozenset(_at(texts, given["works"])),
        minter,
        {work: ends(*kept) for work, kept in _named(texts, given["citations"])},
        {work: tuple(map(NamedNode, _at(texts, nodes))) for work, nodes in _named(texts, given["evidence"])},
    )


def newest_prepared(directory: Path, minter: Minter) -> Iterator[tuple[LogPosition, Prepared]]:
    """Yield what is in the files of this code, the newest first; a file that is not what was written goes."""
    newest_first = sorted(directory.glob(f"*-{_making()}.json"), reverse=True)
    return (read for _, read in whole_files(newest_first, partial(read_prepared, minter=minter)))


class _Texts:
    """Texts, each with its place."""

    def __init__(self) -> None:
        self._places: dict[str, int] = {}

    @property
    def all(self) -> list[str]:
        """The texts in order."""
        return list(self._places)

    def places(self, texts: Iterable[str]) -> list[int]:
        """Return the places of texts, which are added where they are not there yet."""
        known = self._places
        return [known.setdefault(text, len(known)) for text in texts]

    def nested(self, by_text: Mapping[str, object]) -> list[object]:
        """Return a mapping as pairs of a place and what stands there."""
        return [[place, value] for place, value in zip(self.places(by_text), by_text.values(), strict=True)]

    def sets(self, by_text: Mapping[str, Works]) -> list[object]:
        """Return a mapping to sets as pairs of a place and the places of the texts of a set."""
        return self.nested({text: self.places(works) for text, works in by_text.items()})


def _at(texts: Sequence[str], places: Iterable[int]) -> Iterator[str]:
    return map(texts.__getitem__, places)


def _named(texts: Sequence[str], pairs: Iterable[Any]) -> Iterator[tuple[str, Any]]:
    return ((texts[place], value) for place, value in pairs)


def _sets(texts: Sequence[str], pairs: Iterable[Any]) -> dict[str, set[str]]:
    return {text: set(_at(texts, places)) for text, places in _named(texts, pairs)}
