"""Keep texts, and lists of them, in a file of which the system reads what is asked for.

Such a file is sealed (`commonplace.derived.sealed`). After the seal it has a line of JSON that says where each part
begins and how long it is, and then the parts: texts, one after another; arrays of numbers; JSON. A list is an array of
the places of its texts. All processes that open the file share its bytes, and none of them makes an object of a text
before that is asked for.
"""

from __future__ import annotations

import json
import mmap
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any, Literal, overload
from weakref import WeakValueDictionary

from commonplace.library.spliced_list import RUN, SplicedList

Numbers = Literal["I", "Q"]
"""How an array holds numbers: in four bytes or in eight."""

_NUMBER = 4
_LONGEST_LINE = 400
_LONGEST_INDEX = 100_000
_BETWEEN = "\0"
"""What stands before and behind each text; one that has it itself is read all the same."""


class PackedFile:
    """A file of texts and of lists of them, which is open for as long as somebody holds one of these."""

    def __init__(self, path: Path) -> None:
        """Open a file that was found to be whole. Raises OSError, and ValueError where it is of another form."""
        self.path = path
        with path.open("rb") as file:
            file.readline(_LONGEST_LINE)
            index = json.loads(file.readline(_LONGEST_INDEX))
            start = file.tell()
            self._bytes = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self._parts = {name: (start + begin, start + begin + length) for name, (begin, length) in index.items()}
        self._whole = memoryview(self._bytes)
        self._text = self._parts["texts"][0]
        self._starts = self.numbers("starts", "Q")
        self._held: list[str] = []

    def __len__(self) -> int:
        """Return the number of texts."""
        return len(self._starts) - 1

    def __contains__(self, name: str) -> bool:
        """Return whether there is a part of that name."""
        return name in self._parts

    def numbers(self, name: str, kind: Numbers = "I") -> memoryview:
        """Return the numbers of a part."""
        start, end = self._parts[name]
        return self._whole[start:end].cast(kind) if start < end else memoryview(array(kind))

    def value(self, name: str) -> Any:
        """Return the value of a part that is JSON."""
        start, end = self._parts[name]
        return json.loads(self._bytes[start:end])

    def hold(self, count: int) -> list[str]:
        """Return the texts of the first places, and hold them from now on: each is one object for whoever has the file
        open in this process, so that sets find it sooner."""
        if len(self._held) < count:
            self._held = self.texts(0, count)
        return self._held

    def text(self, place: int) -> str:
        """Return the text of a place."""
        if place < len(self._held):
            return self._held[place]
        start, end = self._starts[place], self._starts[place + 1] - 1
        return self._bytes[self._text + start : self._text + end].decode()

    def texts(self, start: int, end: int) -> list[str]:
        """Return the texts from one place to another, this left out: a sixth of the time that they take one by one."""
        if end <= start:
            return []
        if end <= len(self._held):
            return self._held[start:end]
        of_all = slice(self._text + self._starts[start], self._text + self._starts[end] - 1)
        found = self._bytes[of_all].decode().split(_BETWEEN)
        return found if len(found) == end - start else [self.text(place) for place in range(start, end)]

    def place(self, text: str) -> int | None:
        """Return the place of a text, None where it is not in the file."""
        sought = f"{_BETWEEN}{text}{_BETWEEN}".encode()
        first, last = self._parts["texts"]
        while (found := self._bytes.find(sought, first, last)) >= 0:
            start = found + 1 - self._text
            place = bisect_left(self._starts, start)
            if place < len(self) and self._starts[place] == start and self.text(place) == text:
                return place
            first = found + 1
        return None

    def where(self, name: str, place: int, start: int, end: int) -> int | None:
        """Return where the list of that name first has a place, between two positions; None where it has not."""
        begin: int = self._parts[name][0]
        sought = array("I", [place]).tobytes()
        first, last = begin + _NUMBER * start, begin + _NUMBER * end
        while (found := self._bytes.find(sought, first, last)) >= 0:
            position, within = divmod(found - begin, _NUMBER)
            if not within:
                return position
            first = found + 1
        return None


_open: WeakValueDictionary[Path, PackedFile] = WeakValueDictionary()
"""The files that this process has open, with those that were open in the process from which it was forked."""


def packed_file(path: Path) -> PackedFile:
    """Return the file at a path, which was found to be whole. Raises OSError and ValueError."""
    found = _open.get(path)
    if found is None:
        found = _open[path] = PackedFile(path)
    return found


class PackedList(Sequence[str]):
    """A list of texts in a file. It never changes; another process takes it by the names of file and part."""

    def __init__(self, file: PackedFile, name: str) -> None:
        self._file = file
        self._name = name
        self._places = file.numbers(name)

    def __len__(self) -> int:
        return len(self._places)

    @overload
    def __getitem__(self, position: int) -> str: ...

    @overload
    def __getitem__(self, position: slice) -> list[str]: ...

    def __getitem__(self, position: int | slice) -> str | list[str]:
        if isinstance(position, int):
            return self._file.text(self._places[position])
        places = self._places[position].tolist()
        if places and places[-1] - places[0] + 1 == len(places) and places == [*range(places[0], places[-1] + 1)]:
            return self._file.texts(places[0], places[-1] + 1)
        return [self._file.text(place) for place in places]

    def __iter__(self) -> Iterator[str]:
        for start in range(0, len(self), RUN):
            yield from self[start : start + RUN]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and len(self) == len(other) and all(map(str.__eq__, self, other))

    __hash__ = None  # type: ignore[assignment]  # as a list has none

    def __reduce__(self) -> tuple[object, ...]:
        return _list_in_file, (self._file.path, self._name)

    def index(self, text: str, start: int = 0, end: int | None = None) -> int:
        """Return the position of a text. Raises ValueError where it is not in the list."""
        place = self._file.place(text)
        if place is not None:
            found = self._file.where(self._name, place, start, len(self) if end is None else min(end, len(self)))
            if found is not None:
                return found
        raise ValueError(text)

    def copy(self) -> SplicedList:
        """Return a copy, which may be changed."""
        return SplicedList(self)


def _list_in_file(path: Path, name: str) -> PackedList:
    return PackedList(packed_file(path), name)


class Packing:
    """The parts of a file that is to be written."""

    def __init__(self) -> None:
        self._places: dict[str, int] = {}
        self._parts: dict[str, bytes] = {}

    def __len__(self) -> int:
        """Return the number of texts."""
        return len(self._places)

    def places(self, texts: Iterable[str]) -> list[int]:
        """Return the places of texts, which are added where they are not there yet: those that are added one after
        another stand so in the file."""
        known = self._places
        return [known.setdefault(text, len(known)) for text in texts]

    def add_list(self, name: str, texts: Iterable[str]) -> None:
        """Add a list of texts."""
        self.add_numbers(name, self.places(texts))

    def add_numbers(self, name: str, numbers: Iterable[int], kind: Numbers = "I") -> None:
        """Add an array of numbers."""
        self._parts[name] = array(kind, numbers).tobytes()

    def add_sets(self, name: str, sets: Mapping[str, Iterable[str]]) -> None:
        """Add a mapping from texts to sets of texts (see `commonplace.library.packed_sets`)."""
        members = [sorted(self.places(texts)) for texts in sets.values()]
        self.add_list(f"{name}: names", sets)
        self.add_numbers(f"{name}: ends", accumulate(map(len, members)))
        self.add_numbers(f"{name}: members", (place for places in members for place in places))

    def add_set(self, name: str, texts: Iterable[str]) -> None:
        """Add a set of texts, likewise."""
        self.add_numbers(name, sorted(self.places(texts)))

    def add_value(self, name: str, value: object) -> None:
        """Add a value that JSON can hold."""
        self._parts[name] = json.dumps(value, separators=(",", ":")).encode()

    def pieces(self) -> Iterator[bytes]:
        """Yield what the file has after its seal."""
        encoded = [text.encode() for text in self._places]
        starts = array("Q", accumulate((len(text) + 1 for text in encoded), initial=1))
        between = _BETWEEN.encode()
        texts = between + between.join([*encoded, b""])
        parts = {"texts": texts, "starts": starts.tobytes(), **self._parts}
        ends = accumulate(map(len, parts.values()), initial=0)
        index = {name: (start, len(part)) for (name, part), start in zip(parts.items(), ends, strict=False)}
        yield json.dumps(index).encode() + b"\n"
        yield from parts.values()
