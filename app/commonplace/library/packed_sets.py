"""Read sets of texts from a file when somebody asks what is in them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import TypeVar, cast

from commonplace.library.packed_file import PackedFile, PackedList

FEW = 1_000
"""Maximum number of texts that are read one by one; for more, all that sets share are read at once, and held."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Members:
    """The texts of the sets of one part of a file, by their places, which rise in each set."""

    file: PackedFile
    places: memoryview
    shared: int
    """How many of the file's texts, the first, are in sets. Each is one object for all of them, so that two sets are
    compared in less time."""

    def between(self, start: int, end: int) -> frozenset[str]:
        places = self.places[start:end]
        if len(places) <= FEW:
            return frozenset(map(self.file.text, places))
        texts = self.file.hold(self.shared)
        if places[-1] - places[0] + 1 == len(places):  # as those of all works are: no other is between
            return frozenset(texts[places[0] : places[-1] + 1])
        return frozenset(map(texts.__getitem__, places))


class PackedSet(AbstractSet[str]):
    """A set of texts in a file, which never changes. Pickled, it is a `frozenset` of the texts.

    A library of a million works has thousands of them, and a page asks for a few. How many texts it has is known
    without reading it.
    """

    __slots__ = ("_end", "_members", "_start", "_texts")

    def __init__(self, members: _Members, start: int, end: int) -> None:
        self._members = members
        self._start = start
        self._end = end
        self._texts: frozenset[str] | None = None

    def _read(self) -> frozenset[str]:
        if self._texts is None:
            self._texts = self._members.between(self._start, self._end)
        return self._texts

    def __len__(self) -> int:
        return self._end - self._start

    def __iter__(self) -> Iterator[str]:
        return iter(self._read())

    def __contains__(self, text: object) -> bool:
        return text in self._read()

    def isdisjoint(self, other: Iterable[object]) -> bool:
        """Return whether it has none of those."""
        return self._read().isdisjoint(other)

    def __eq__(self, other: object) -> bool:
        return self._read() == (built_in(other) if isinstance(other, AbstractSet) else other)

    __hash__ = None  # type: ignore[assignment]  # as a set has none

    # What two sets have in common is found by Python's own, in a small part of the time that `AbstractSet` takes.

    def __and__(self, other: AbstractSet[object]) -> AbstractSet[str]:
        return self._read() & built_in(other)

    __rand__ = __and__

    def __or__(self, other: AbstractSet[T]) -> AbstractSet[str | T]:
        return self._read() | built_in(other)

    __ror__ = __or__

    def __sub__(self, other: AbstractSet[object]) -> AbstractSet[str]:
        return self._read() - built_in(other)

    def __rsub__(self, other: AbstractSet[T]) -> AbstractSet[T]:
        return built_in(other) - self._read()

    def __reduce__(self) -> tuple[object, ...]:
        return frozenset, (list(self),)


def built_in(texts: AbstractSet[T]) -> AbstractSet[T]:
    """Return Python's own set of the texts, also where they are in a file: it takes less time to ask it often."""
    return cast(AbstractSet[T], texts._read()) if isinstance(texts, PackedSet) else texts


def packed_set(file: PackedFile, name: str, shared: int) -> PackedSet:
    """Return a set that was added to a file, all of whose texts are of the first `shared`."""
    places = file.numbers(name)
    return PackedSet(_Members(file, places, shared), 0, len(places))


def packed_sets(file: PackedFile, name: str, shared: int) -> dict[str, PackedSet]:
    """Return a mapping to sets that was added to a file, all of whose texts are of the first `shared`."""
    members = _Members(file, file.numbers(f"{name}: members"), shared)
    ends = file.numbers(f"{name}: ends").tolist()
    names = PackedList(file, f"{name}: names")
    return {one: PackedSet(members, start, end) for one, start, end in zip(names, [0, *ends], ends, strict=False)}
