"""Writing what a library holds: works in a bibliographic format, or the graph in an RDF syntax."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from pyoxigraph import NamedNode, serialize

from commonplace.derived.graph.records import record_of
from commonplace.derived.graph.snapshot import Snapshot
from commonplace.errors import BadRequest
from commonplace.exchange.originals import originals_of
from commonplace.exporters.formats import EXPORT_FORMATS
from commonplace.exporters.styles import BrokenStyle, UnknownStyle, bibliography, page
from commonplace.library.description import describe
from commonplace.library.works import WorkFilters, select_works
from commonplace.model.formats import FORMATS
from commonplace.model.minter import Minter
from commonplace.patchlog.log import PatchLog


def export(state: Snapshot, minter: Minter, format: str, filters: WorkFilters | None = None) -> bytes:
    """Return what the filters select, by key, or everything, in the format of that name.

    Without filters a format of RDF has the whole graph; N-Quads and TriG have every named graph too.
    """
    row = FORMATS[format]
    if row.rdf is not None and filters in (None, WorkFilters()):
        return state.dump(row.rdf, prefixes=minter.prefixes())
    selection = select_works(state, minter, filters or WorkFilters(), None).selection
    things = selection.everything(state)
    if row.rdf is not None:
        triples = describe(state, things, minter)
        return serialize(triples, None, row.rdf, prefixes=minter.prefixes()) or b""
    return write_records(state, things, minter, format)


def write_records(state: Snapshot, things: Iterable[NamedNode], minter: Minter, format: str) -> bytes:
    """Those works in a bibliographic format. Raises `NotFound`."""
    return EXPORT_FORMATS[format].whole(record_of(state, thing, minter) for thing in things)


@dataclass(frozen=True, slots=True)
class WithOriginals:
    """An export in which untouched entries are as their files have them: how many of how many are."""

    data: bytes
    originals: int
    entries: int

    @property
    def told(self) -> str:
        """The counts, for people and for a header."""
        return f"{self.originals} of {self.entries}"


def export_originals(
    state: Snapshot, log: PatchLog, minter: Minter, format: str, filters: WorkFilters | None = None
) -> WithOriginals:
    """What the filters select, untouched entries byte for byte as in their files, the others written anew.

    Raises `BadRequest` for a format in which entries cannot stand as they were.
    """
    selection = select_works(state, minter, filters or WorkFilters(), None).selection
    return write_originals(state, log, selection.everything(state), minter, format)


def write_originals(
    state: Snapshot, log: PatchLog, things: Sequence[NamedNode], minter: Minter, format: str
) -> WithOriginals:
    """Those works likewise. Files come first, by version; then what is written anew, by key."""
    found = originals_of(log, things, format, state.version)
    anew = [thing for thing in things if thing not in found.works]
    count = WithOriginals(b"", len(found.works), len(things))
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
        pieces.append(write_records(state, anew, minter, format))
    return replace(count, data=b"".join(piece if piece.endswith(b"\n") else piece + b"\n\n" for piece in pieces))


def formatted(
    state: Snapshot,
    minter: Minter,
    style: str | Path,
    filters: WorkFilters | None = None,
    *,
    html: bool = False,
) -> bytes:
    """What the filters select, or everything, as a bibliography in a CSL style: plain text, or an HTML fragment.

    Raises `BadRequest` when there is no such style or its file is broken, `OSError` when it cannot be read.
    """
    selection = select_works(state, minter, filters or WorkFilters(), None).selection
    return format_works(state, selection.everything(state), minter, style, html=html)


def format_works(
    state: Snapshot, things: Iterable[NamedNode], minter: Minter, style: str | Path, *, html: bool = False
) -> bytes:
    """Those works as a bibliography in a CSL style. Raises as `formatted`, and `NotFound`."""
    format: Literal["text", "html"] = "html" if html else "text"
    records = [record_of(state, thing, minter) for thing in things]
    try:
        return page(bibliography(records, style, format), format).encode()
    except UnknownStyle as fault:
        raise BadRequest(str(fault), [("style", str(fault))]) from fault
    except BrokenStyle as fault:
        raise BadRequest(f"{style} cannot be used as a style: {fault}", [("style", str(fault))]) from fault
