"""Write entries as they stood in their files, byte for byte, where the work is untouched since its import.

The log keeps the file and the receipt of every import, and nothing more is needed: an entry is found in its file again
by its own text.
"""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from pyoxigraph import NamedNode

from commonplace.derived.thing_versions import ThingVersions
from commonplace.errors import BadRequest, Message
from commonplace.importers.bibtex.reader import open_bibtex
from commonplace.importers.ris import read_ris
from commonplace.importers.text_encoding import is_wide
from commonplace.model.change import Version
from commonplace.patchlog.log import PatchLog

ORIGINAL_FORMATS = ("bibtex", "ris")
"""Formats whose entries from several files can stand beside one another unchanged."""


@dataclass(slots=True)
class OriginalFile:
    """The part of an imported file that is written: the whole of it, or its definitions and some entries."""

    name: str
    encoding: str
    whole: bytes | None = None
    definitions: list[bytes] = field(default_factory=list)
    entries: list[bytes] = field(default_factory=list)

    def pieces(self) -> Iterator[bytes]:
        """Yield the bytes to write, without a byte order mark."""
        if self.whole is not None:
            yield self.whole.removeprefix(codecs.BOM_UTF8)
        else:
            yield from self.definitions
            yield from self.entries


@dataclass(slots=True)
class Originals:
    """The parts of files with entries of the works asked for, and the works that have such entries."""

    files: list[OriginalFile] = field(default_factory=list)
    works: set[NamedNode] = field(default_factory=set)


def originals_of(things: ThingVersions, works: Sequence[NamedNode], format: str, until: Version) -> Originals:
    """Return the entries, in imported files of a format, of those works that were not touched since.

    Raises `BadRequest` for a format whose entries cannot be taken out of their files.
    """
    if format not in ORIGINAL_FORMATS:
        known = " and ".join(ORIGINAL_FORMATS)
        raise BadRequest(
            Message("original entries are for %(known)s, not for %(format)s", known=known, format=format),
            [("original", Message("only with %(known)s", known=known))],
        )
    by_version: dict[Version, set[str]] = {}
    for work in works:
        touching = [version for version in things.history(work.value) if version <= until]
        if len(touching) == 1:
            by_version.setdefault(touching[0], set()).add(work.value)
    made = Originals()
    for version in sorted(by_version):
        _take(things.log, version, by_version[version], format, made)
    return made


def _take(log: PatchLog, version: Version, works: set[str], format: str, made: Originals) -> None:
    """Add the entries of those works from the file that a version imported."""
    attachments = log.header(version).note.attachments
    if "receipt" not in attachments or "source" not in attachments:
        return
    receipt = json.loads(log.attachment(attachments["receipt"]))
    if receipt["format"] != format:
        return
    data = log.attachment(attachments["source"])
    if is_wide(data):
        return  # its bytes cannot stand beside those of other files
    added = _added(receipt["items"])
    raws, definitions = _read_again(data, format)
    file = OriginalFile(receipt["file"], _encoding(data))
    wanted = {place for place, work in added.items() if work in works}
    found = _entries(data, file.encoding, raws, wanted)
    if len(found) == len(receipt["items"]):
        file.whole = data
    else:
        file.definitions = [text.encode(file.encoding, errors="replace") for text in definitions]
        file.entries = [found[place] for place in sorted(found)]
    if found:
        made.files.append(file)
        made.works |= {NamedNode(added[place]) for place in found}


def _added(items: Iterable[dict[str, Any]]) -> dict[int, str]:
    """Return works by the positions of their entries, where no other entry of the file added to the work."""
    rows = list(items)
    updated = {row["work"] for row in rows if row["fate"] == "updated" or row.get("added")}
    return {row["position"]: row["work"] for row in rows if row["fate"] == "new" and row["work"] not in updated}


def _read_again(data: bytes, format: str) -> tuple[list[tuple[int, str]], list[str]]:
    """Return the position and text of each entry of a file, and the texts that entries depend on.

    Those are the preambles, strings and data containers of a BibTeX file.
    """
    if format == "ris":
        return [(entry.position, entry.raw) for entry in read_ris(data)], []
    pieces = open_bibtex(data)[0]
    preambles = [f"@preamble{{{text}}}" for text in pieces.preserved.get("preamble", ())]
    others = [text for kind in ("string", "xdata") for text in pieces.preserved.get(kind, ())]
    return [(draft.position, draft.raw) for draft in pieces.drafts], preambles + others


def _entries(data: bytes, encoding: str, raws: Iterable[tuple[int, str]], wanted: set[int]) -> dict[int, bytes]:
    """Return the bytes of the wanted entries by position, without those whose text is not found in the file."""
    position = 0
    found: dict[int, bytes] = {}
    for place, raw in raws:
        for text in _line_ends(raw):
            try:
                sought = text.encode(encoding)
            except UnicodeEncodeError:
                break
            start = data.find(sought, position)
            if start >= 0:
                position = start + len(sought)
                if place in wanted:
                    found[place] = sought
                break
    return found


def _line_ends(raw: str) -> tuple[str, ...]:
    """Return a text with each kind of line end that its file may have: readers make every line end one character."""
    return (raw, raw.replace("\n", "\r\n"), raw.replace("\n", "\r")) if "\n" in raw else (raw,)


def _encoding(data: bytes) -> str:
    """Return the encoding that a file, not in UTF-16, was read in (`commonplace.importers.text_encoding`)."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"
