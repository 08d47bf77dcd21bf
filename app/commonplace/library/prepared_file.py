"""Keep what was prepared of a large library in a file, so that a start reads it and need not make it anew.

The file is derived, and sealed (`commonplace.derived.sealed`): `derived/prepared/{version}-{id}-{code}.prepared` is
of that version of the log whose entry has that id, as this very code makes it: how a list is sorted may be another
matter in the next. Lists and sets stay in the file, and each of the other values is read when it is first asked for, by
the processes that need it (`commonplace.library.packed_file`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import NamedNode

from commonplace.derived.sealed import LogPosition, check_sealed, replace_sealed, whole_files
from commonplace.library.citation_counts import CitationCounts
from commonplace.library.citations import CitationEnd, CitationEnds
from commonplace.library.creators import Creators
from commonplace.library.much_cited import MuchCited
from commonplace.library.packed_file import PackedFile, PackedList, Packing, packed_file
from commonplace.library.packed_sets import PackedSet, packed_set, packed_sets
from commonplace.library.sorted_list import SortedList
from commonplace.library.states import States, Works
from commonplace.library.totals import Totals
from commonplace.model.minter import Minter
from commonplace.processes.garbage_collection import rarely_collected
from commonplace.processes.own_code import mark_of_code

_ENDING = ".prepared"
"""How the name of a file ends."""

BY_YEAR = "works by year"
"""The name of the list whose texts come first in the file: pages count works by year, in that order."""


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
    return directory / f"{origin.version:08d}-{origin.id.removeprefix('urn:uuid:')}-{mark_of_code()}{_ENDING}"


def write_prepared(directory: Path, origin: LogPosition, prepared: Prepared) -> None:
    """Write the file of a version. Those of earlier versions go. Raises OSError."""
    packing, states = Packing(), prepared.states
    packing.places(prepared.lists[BY_YEAR].things)
    said: dict[str, dict[str, Works]] = {}
    for about, works_by_state in states.said.items():
        for state, works in works_by_state.items():
            said.setdefault(state, {})[about] = works
    for state, sets in said.items():
        packing.add_sets(f"said: {state}", sets)
    packing.add_set("with abstract", states.with_abstract)
    packing.add_sets("broader", states.broader)
    packing.add_sets("narrower", states.narrower)
    for created in prepared.creators.values():
        packing.places(created)
    for name, counts in (("certain", prepared.counts.certain), ("possible", prepared.counts.possible)):
        packing.add_list(f"cited, {name}", counts)
        packing.add_numbers(f"counts, {name}", counts.values())
    shared = len(packing)
    packing.add_sets("creators", prepared.creators)
    for name, listed in prepared.lists.items():
        packing.add_list(f"things: {name}", listed.things)
        packing.add_list(f"values: {name}", listed.values)
    _add_much_cited(prepared.much_cited.counted_by(prepared.counts), packing)
    totals = {of_class.value: count for of_class, count in prepared.totals.items()}
    packing.add_value("numbers", {"size": prepared.size, "totals": totals, "works": states.works, "shared": shared})
    packing.add_value("names", {"states": [*said], "lists": [*prepared.lists]})
    directory.mkdir(parents=True, exist_ok=True)
    replace_sealed(prepared_path(directory, origin), "[!.]*", origin, packing.pieces())


class PreparedFile:
    """What a file holds of what was prepared."""

    def __init__(self, file: PackedFile, minter: Minter) -> None:
        self._file = file
        self._minter = minter
        self._numbers = file.value("numbers")
        self._names = file.value("names")

    @property
    def _shared(self) -> list[str]:
        """The texts that are in sets, most of them of works: each is one object, wherever it is."""
        return self._file.hold(self._numbers["shared"])

    def _sets(self, name: str) -> dict[str, PackedSet]:
        return packed_sets(self._file, name, self._numbers["shared"])

    @property
    def size(self) -> int:
        return int(self._numbers["size"])

    @property
    def totals(self) -> Totals:
        return Counter({NamedNode(of_class): count for of_class, count in self._numbers["totals"].items()})

    @property
    def lists(self) -> dict[str, SortedList]:
        """The lists, which stay in the file."""
        both = ("things", "values")
        return {
            name: SortedList(*(PackedList(self._file, f"{part}: {name}") for part in both))
            for name in self._names["lists"]
        }

    def states(self) -> States:
        """Read of what works say anything; which works these are is read when it is asked."""
        said: dict[str, dict[str, PackedSet]] = {}
        for state in self._names["states"]:
            for about, works in self._sets(f"said: {state}").items():
                said.setdefault(about, {})[state] = works
        held = packed_set(self._file, "with abstract", self._numbers["shared"])
        return States(self._numbers["works"], said, self._sets("broader"), self._sets("narrower"), held)

    def creators(self) -> Creators:
        """Read who created which works."""
        with rarely_collected():
            return self._sets("creators")

    def counts(self) -> CitationCounts:
        """Read how often works are cited."""

        def counted(name: str) -> dict[str, int]:
            cited = map(self._shared.__getitem__, self._file.numbers(f"cited, {name}"))
            return dict(zip(cited, self._file.numbers(f"counts, {name}"), strict=True))

        with rarely_collected():
            return CitationCounts(counted("certain"), counted("possible"))

    def much_cited(self) -> MuchCited:
        """Read what hangs on the works that many cite."""
        works, evidence, said = self._file.value("much cited")

        def ends(number: int, work: str) -> CitationEnds:
            end = {iri: CitationEnd(NamedNode(iri), self._minter.key(iri), *of) for iri, of in said[work].items()}
            return CitationEnds(PackedList(self._file, f"citing {number}"), end, self._minter)

        return MuchCited(
            frozenset(works),
            self._minter,
            {work: ends(number, work) for number, work in enumerate(said)},
            {work: tuple(map(NamedNode, nodes)) for work, nodes in evidence.items()},
        )


def _add_much_cited(much_cited: MuchCited, packing: Packing) -> None:
    said = {}
    for number, (work, ends) in enumerate(much_cited.kept_citations.items()):
        packing.add_list(f"citing {number}", ends.iris)
        said[work] = {iri: [one.confirmation, one.number, one.note] for iri, one in ends.said.items()}
    evidence = {work: [node.value for node in nodes] for work, nodes in much_cited.kept_evidence.items()}
    packing.add_value("much cited", [[*much_cited.works], evidence, said])


def newest_prepared(directory: Path, minter: Minter) -> Iterator[tuple[LogPosition, PreparedFile]]:
    """Yield what is in the files of this code, the newest first; a file that is not what was written goes."""

    def read(path: Path) -> tuple[LogPosition, PreparedFile]:
        return check_sealed(path), PreparedFile(packed_file(path), minter)

    newest_first = sorted(directory.glob(f"*-{mark_of_code()}{_ENDING}"), reverse=True)
    return (found for _, found in whole_files(newest_first, read))
