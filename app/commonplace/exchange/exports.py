"""Write what a library holds: works in a format of records or a style, or the graph in a syntax of RDF."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from pyoxigraph import NamedNode

from commonplace.derived.graph.rdf_text import statements_text
from commonplace.derived.graph.records import record_of
from commonplace.derived.graph.snapshot import Snapshot
from commonplace.derived.thing_versions import ThingVersions
from commonplace.errors import BadRequest, Message
from commonplace.exchange.originals import originals_of
from commonplace.exporters.formats import EXPORT_FORMATS
from commonplace.exporters.styles import BrokenStyle, UnknownStyle, bibliography, page
from commonplace.library.description import describe
from commonplace.library.screenings import included_of
from commonplace.library.work_lists import WorkFilters, all_selected
from commonplace.model.formats import FORMATS
from commonplace.model.minter import Minter

WorksOf = Callable[[Snapshot], Sequence[NamedNode]]
"""Return the works of a snapshot to write, in their order."""


def export(snapshot: Snapshot, minter: Minter, format: str, works: WorksOf | None = None) -> bytes:
    """Return works, by default all of them by key, in the format of that name.

    By default a format of RDF has the whole graph; N-Quads and TriG have every named graph too.
    """
    row = FORMATS[format]
    if row.rdf is not None and works is None:
        return snapshot.dump(row.rdf, prefixes=minter.prefixes())
    things = _things(snapshot, minter, works)
    if row.rdf is not None:
        triples = describe(snapshot, things, minter)
        return statements_text(triples, row.rdf, minter.prefixes())
    return write_records(snapshot, things, minter, format)


def _things(snapshot: Snapshot, minter: Minter, works: WorksOf | None) -> Sequence[NamedNode]:
    if works is not None:
        return works(snapshot)
    return all_selected(snapshot, minter, WorkFilters())


def write_records(snapshot: Snapshot, things: Iterable[NamedNode], minter: Minter, format: str) -> bytes:
    """Return those works in a format of records. Raises `NotFound`."""
    included = included_of(snapshot, minter) if FORMATS[format].says_included else None
    return EXPORT_FORMATS[format].whole((record_of(snapshot, thing, minter) for thing in things), included)


@dataclass(frozen=True, slots=True)
class WithOriginals:
    """An export in which untouched entries are as their files have them; `originals` of its `entries` are."""

    data: bytes
    originals: int
    entries: int

    @property
    def counts(self) -> str:
        """Return the two counts in words, for people and for a header."""
        return f"{self.originals} of {self.entries}"


def export_originals(
    snapshot: Snapshot, things: ThingVersions, minter: Minter, format: str, works: WorksOf | None = None
) -> WithOriginals:
    """Return works, by default all, untouched entries byte for byte as in their files, the others written anew.

    Raises `BadRequest` for a format in which entries cannot stand as they were.
    """
    return write_originals(snapshot, things, _things(snapshot, minter, works), minter, format)


def write_originals(
    snapshot: Snapshot, things: ThingVersions, works: Sequence[NamedNode], minter: Minter, format: str
) -> WithOriginals:
    """Return those works as `export_originals` does: files first, by version; then what is written anew, by key."""
    found = originals_of(things, works, format, snapshot.version)
    anew = [work for work in works if work not in found.works]
    count = WithOriginals(b"", len(found.works), len(works))
    only = found.files[0].whole if len(found.files) == 1 and not anew else None
    if only is not None:
        return replace(count, data=only)
    pieces: list[bytes] = []
    for file in found.files:
        if file.encoding != "utf-8" and format == "bibtex":
            pieces.append(f"% the entries of {file.name} are in {file.encoding}, as that file is".encode())
        pieces += file.pieces()
    if anew:
        if format == "bibtex" and pieces:
            pieces.append(b"% from here on: entries written anew, for they are not as in a file")
        pieces.append(write_records(snapshot, anew, minter, format))
    return replace(count, data=b"".join(piece if piece.endswith(b"\n") else piece + b"\n\n" for piece in pieces))


def formatted(
    snapshot: Snapshot,
    minter: Minter,
    style: str | Path,
    works: WorksOf | None = None,
    *,
    html: bool = False,
) -> bytes:
    """Return works, by default all, as a bibliography in a CSL style: plain text, or an HTML fragment.

    Raises `BadRequest` when there is no such style or its file is broken, `OSError` when it cannot be read.
    """
    return format_works(snapshot, _things(snapshot, minter, works), minter, style, html=html)


def format_works(
    snapshot: Snapshot, things: Iterable[NamedNode], minter: Minter, style: str | Path, *, html: bool = False
) -> bytes:
    """Return those works as a bibliography in a CSL style. Raises what `formatted` raises, and `NotFound`."""
    format: Literal["text", "html"] = "html" if html else "text"
    records = [record_of(snapshot, thing, minter) for thing in things]
    try:
        return page(bibliography(records, style, format), format).encode()
    except UnknownStyle as fault:
        raise BadRequest(str(fault), [("style", str(fault))]) from fault
    except BrokenStyle as fault:
        raise BadRequest(
            Message("%(style)s cannot be used as a style: %(fault)s", style=style, fault=fault), [("style", str(fault))]
        ) from fault
