"""Write records in any format of records: the rows of `commonplace.model.formats` that are written and are no RDF."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType
from typing import cast

from commonplace.model.formats import EXPORTED, FORMATS, Format
from commonplace.model.record import Record

Write = Callable[[Iterable[Record]], Iterator[str]]
"""What a module of this folder has: one piece of text for each record."""

Key = Callable[[str], str]

Included = Callable[[Record], bool | None]
"""Return whether the review keeps the work of a record; None where it has not decided."""


@dataclass(frozen=True, slots=True)
class ExportFormat:
    """A format of records, with its writer. All that is written is UTF-8."""

    format: Format

    @property
    def _module(self) -> ModuleType:
        return import_module(f"commonplace.exporters.{self.format.module}")

    @property
    def frame(self) -> tuple[bytes, bytes, bytes]:
        """Return what stands before, between and after the records of a file."""
        before, between, after = self.format.frame
        return before.encode(), between.encode(), after.encode()

    def some(self, records: Iterable[Record]) -> bytes:
        """Return some records as they stand one after another within a file."""
        write = cast(Write, self._module.write)
        return self.format.frame[1].join(write(records)).encode(errors="surrogatepass")

    def whole(self, records: Iterable[Record], included: Included | None = None) -> bytes:
        """Return records as a file of their own, with what a review decided of each where the format says that."""
        before, _, after = self.frame
        if included is None or not self.format.says_included:
            return before + self.some(records) + after
        rows = cast(Callable[[Iterable[Record], Included], Iterator[str]], self._module.write)(records, included)
        return before + self.format.frame[1].join(rows).encode(errors="surrogatepass") + after

    @property
    def safe_key(self) -> Key:
        """Return the function that gives a key as it stands in the format, where not every key may."""
        return cast(Key, getattr(self._module, "safe_key", str))


EXPORT_FORMATS = {name: ExportFormat(FORMATS[name]) for name in EXPORTED if FORMATS[name].rdf is None}
"""Every format of records that is written, by name."""
