"""Keep the search index in files, so that it need not be built at each start, nor by the process that asks it.

`derived/search/{version}-{id}-{making}/` holds the index of that version of the log whose entry has that id, as
this very code makes it, in parts: `0`, `0.json`, `0.names` and so on. A part is a `segment`, written
once; beside it are the words it has and the names of its documents, one a line. The directory is sealed
(`commonplace.derived.sealed`); one that is not what was written is thrown away. It may all be deleted at any time.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from importlib import metadata
from itertools import chain
from pathlib import Path
from typing import TypeVar

from commonplace.derived.sealed import LogPosition, seal_directory, sealed_fault
from commonplace.derived.search.documents import SearchDocument
from commonplace.derived.search.from_graph import Queryable, documents, subjects
from commonplace.derived.search.query import SearchFields
from commonplace.derived.search.segment import Segment, StoredNames
from commonplace.derived.search.vocabulary import Vocabulary
from commonplace.model.change import EMPTY, Version
from commonplace.model.minter import Minter
from commonplace.patchlog.log import PatchLog
from commonplace.processes.garbage_collection import rarely_collected
from commonplace.processes.state import is_there
from commonplace.processes.whole_file import sync_directory

log = logging.getLogger(__name__)

T = TypeVar("T")


def write_part(graph: Queryable, minter: Minter, directory: Path, part: int, parts: int) -> None:
    """Write one of `parts` parts of the index of a graph, counted from 0, to an existing directory.

    Raises OSError when it cannot be written.
    """
    things = share(subjects(graph, minter), part, parts)
    write_documents(documents(graph, minter, things), minter, directory / str(part))


def write_iris(file: Path, iris: Iterable[str]) -> None:
    """Write IRIs to a file, one a line. Raises OSError."""
    file.write_text("".join(f"{iri}\n" for iri in iris), encoding="utf-8")


def read_iris(file: Path) -> list[str]:
    """Return the IRIs in a file, one a line."""
    return file.read_text(encoding="utf-8").split("\n")[:-1]


def share(things: Sequence[T], part: int, parts: int) -> Sequence[T]:
    """Return one of `parts` equal shares of things that are in order, counted from 0."""
    size = -(-len(things) // parts)
    return things[part * size : (part + 1) * size]


def write_documents(made: Iterable[SearchDocument], minter: Minter, place: Path) -> None:
    """Write a part of an index, of documents that come in the order of their names, to a directory that is not there.

    Raises OSError when it cannot be written.
    """
    fields = SearchFields()
    place.mkdir()
    with rarely_collected():
        segment = Segment.of(fields, made, place)
    vocabulary = Vocabulary()
    vocabulary.learn(set(segment.words()))  # many stand in several tiers
    place.with_suffix(".json").write_text(json.dumps(vocabulary.families(), ensure_ascii=False), encoding="utf-8")
    begun = f"{minter.base}id/"
    with place.with_suffix(".names").open("w", encoding="utf-8") as file:
        file.write(begun)
        file.writelines(f"\n{end}" for end in StoredNames.ends_of(segment.names, begun))


def emptied(directory: Path) -> None:
    """Delete what a directory holds."""
    for one in directory.iterdir():
        shutil.rmtree(one) if one.is_dir() else one.unlink()


def read_parts(fields: SearchFields, parts: Sequence[Path]) -> tuple[tuple[Segment, ...], Vocabulary]:
    """Return the segments in directories, and their words. Raises OSError or ValueError where one is not whole."""
    segments: list[Segment] = []
    vocabulary = Vocabulary()
    for place in parts:
        begun, *ends = place.with_suffix(".names").read_text(encoding="utf-8").split("\n")
        segments.append(Segment.opened(fields, place, StoredNames(begun, ends)))
        vocabulary.take_in(json.loads(place.with_suffix(".json").read_text(encoding="utf-8")))
    return tuple(segments), vocabulary


class SearchFiles:
    """The indexes kept for one home, in a directory that may be deleted at any time."""

    def __init__(self, directory: Path, log: PatchLog) -> None:
        self._directory = directory
        self._log = log

    def newest(self, head: Version) -> tuple[Version, list[Path]] | None:
        """Return the newest index of a version up to that one: the version, and its parts. None when there is none."""
        for number, path in sorted(((number, path) for path, number in self.all()), reverse=True):
            if number > head:
                continue
            if (why := self.fault_of(path, number)) is None:
                parts = (one.with_suffix("") for one in path.glob("*.json"))
                return number, sorted(parts, key=lambda part: int(part.name))
            log.warning("the search index %s is not used, but made again: %s", path, why)
            shutil.rmtree(path, ignore_errors=True)
        return None

    def all(self) -> Iterator[tuple[Path, Version]]:
        """Return each index of this log that this code has made, and its version."""
        for path in self._directory.glob(f"*-{making()}"):
            if (number := self._version_of(path)) > EMPTY:
                yield path, number

    def fault_of(self, path: Path, version: Version) -> str | None:
        """Return what is wrong with an index of that version, None when it is what was written."""
        return sealed_fault(path, self._log, version)

    @contextmanager
    def writing(self) -> Iterator[tuple[Path, Callable[[Version], None]]]:
        """Give an empty directory for the parts of an index, and a function to call with their version once whole.

        Indexes of earlier versions go then. Raises OSError where nothing can be written.
        """
        self._directory.mkdir(parents=True, exist_ok=True)
        place = Path(tempfile.mkdtemp(".part", f"{os.getpid()}-", self._directory))

        def keep(version: Version) -> None:
            target = self._directory / self._name(version)
            if not target.exists():
                seal_directory(place, LogPosition.of(self._log, version))
                place.rename(target)
                sync_directory(self._directory)
            for other in self._directory.iterdir():
                if other != target and self._version_of(other) <= version and not _is_being_written(other):
                    shutil.rmtree(other, ignore_errors=True)

        try:
            yield place, keep
        finally:
            shutil.rmtree(place, ignore_errors=True)

    def _version_of(self, path: Path) -> Version:
        """Return the version whose index a directory of that name holds, as this code makes it; 0 for any other."""
        digits = path.name.partition("-")[0]
        number = Version(int(digits)) if digits.isdecimal() else EMPTY
        known = EMPTY < number <= self._log.head() and path.name == self._name(number)
        return number if known else EMPTY

    def _name(self, version: Version) -> str:
        return f"{version:08d}-{self._log.header(version).id.removeprefix('urn:uuid:')}-{making()}"


def _is_being_written(path: Path) -> bool:
    """Return whether a directory belongs to a process that is still there."""
    return path.suffix == ".part" and is_there(path.stem.partition("-")[0])


@lru_cache(maxsize=1)
def making() -> str:
    """Return the mark of the indexes that this very code makes: it can use no others."""
    sources = sorted(Path(__file__).parent.glob("*.py"))
    code = chain((path.read_bytes() for path in sources), (metadata.version("tantivy").encode(),))
    return hashlib.sha256(b"\0".join(code)).hexdigest()[:12]
