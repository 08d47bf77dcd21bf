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

    def whole(self, records: Iterable[Record]) -> bytes:
        """Return records as a file of their own."""
        before, _, after = self.frame
        return before + self.some(records) + after

    @property
    def safe_key(self) -> Key:
        """Return the function that gives a key as it stands in the format, where not every key may."""
        return cast(Key, getattr(self._module, "safe_key", str))


EXPORT_FORMATS = {name: ExportFormat(FORMATS[name]) for name in EXPORTED if FORMATS[name].rdf is None}
"""Every format of records that is written, by name."""
