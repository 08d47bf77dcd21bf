"""Make a backup an RO-Crate that a repository can archive: N-Quads, receipts, and metadata that name every file.

Source: RO-Crate Metadata Specification 1.1 (https://w3id.org/ro/crate/1.1).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pyoxigraph import RdfFormat

from commonplace import __version__
from commonplace.errors import storing
from commonplace.library import Library
from commonplace.model.change import Version
from commonplace.patchlog.log import PatchLog, versions
from commonplace.patchlog.rdf_patch import Header
from commonplace.processes.whole_file import write_whole

METADATA = "ro-crate-metadata.json"
SPECIFICATION = "https://w3id.org/ro/crate/1.1"
QUADS = "library.nq"

_OWN_TERMS = {"sha256": "http://schema.org/sha256"}
"""Terms that the context of RO-Crate 1.1 does not have."""

Entity = dict[str, Any]

_MEDIA_TYPES = {".rdfp": "application/rdf-patch", ".json": "application/json", ".nq": "application/n-quads"}
_ROLES = {
    "source": "a file as it was imported",
    "receipt": "the receipt of an import",
    "decisions": "the receipt of the decisions of a review tool",
    "answers": "what registration agencies answered",
    "merge": "what a merge did",
    "text": "the text of a work as it came",
    "text-pages": "the text of a work by page",
}
"""What the files are that versions name, by their roles."""


def write_crate(folder: Path, licence: str | None = None) -> Path:
    """Add to a finished backup what makes it an RO-Crate; return the file with the metadata.

    N-Quads and receipts follow from the log and are written for who reads no log. `licence` is the address of the
    licence of the data. Raises `NoRoom`.
    """
    library = Library.open(folder, None, access="read")
    head = library.newest()
    with storing("the crate", folder):
        library.read(lambda snapshot: write_whole(folder / QUADS, (snapshot.dump(RdfFormat.N_QUADS),)), head)
        receipts = list(_write_receipts(folder, library.log, head))
        entities = list(_entities(folder, library, head, receipts, licence))
        document = {"@context": [f"{SPECIFICATION}/context", _OWN_TERMS], "@graph": entities}
        write_whole(folder / METADATA, (json.dumps(document, indent=1, ensure_ascii=False).encode(),))
    return folder / METADATA


def _write_receipts(folder: Path, log: PatchLog, head: Version) -> Iterator[Path]:
    """Write the receipt of each import under its version, and return the files."""
    for header in _headers(log, head):
        if digest := header.note.attachments.get("receipt"):
            path = folder / "receipts" / f"{header.version}.json"
            path.parent.mkdir(exist_ok=True)
            if not path.exists():
                write_whole(path, (log.attachment(digest),))
            yield path


def _headers(log: PatchLog, head: Version) -> Iterator[Header]:
    return (log.header(version) for version in versions(log) if version <= head)


def _entities(
    folder: Path, library: Library, head: Version, receipts: list[Path], licence: str | None
) -> Iterator[Entity]:
    files = [*_log_files(folder), *_attached_files(folder, library.log, head)]
    files += [_file(folder, path, f"Receipt of the import that made version {path.stem}") for path in receipts]
    files.append(_file(folder, folder / QUADS, f"All statements of version {head}, in N-Quads"))
    yield {
        "@id": METADATA,
        "@type": "CreativeWork",
        "conformsTo": {"@id": SPECIFICATION},
        "about": {"@id": "./"},
    }
    made = library.log.header(head).at if head else datetime.now(UTC)
    root: Entity = {
        "@id": "./",
        "@type": "Dataset",
        "name": f"A Commonplace library, version {head}",
        "description": "A knowledge graph and bibliography of a literature: its whole history as an append-only log "
        "of RDF Patch, the files that were imported with their receipts, and its newest state in N-Quads. "
        "`commonplace restore` makes a library of it.",
        "datePublished": made.isoformat(timespec="seconds"),
        "identifier": library.minter.base,
        "version": str(head),
        "hasPart": [{"@id": file["@id"]} for file in files],
    }
    if licence:
        root["license"] = {"@id": licence}
    yield root
    yield from files
    if licence:
        yield {"@id": licence, "@type": "CreativeWork", "name": licence}
    yield {"@id": "#commonplace", "@type": "SoftwareApplication", "name": "Commonplace", "version": __version__}
    yield {
        "@id": "#backup",
        "@type": "CreateAction",
        "name": "Making of this crate",
        "endTime": datetime.now(UTC).isoformat(timespec="seconds"),
        "instrument": {"@id": "#commonplace"},
        "result": {"@id": "./"},
    }


def _log_files(folder: Path) -> Iterator[Entity]:
    for segment in sorted((folder / "log" / "segments").glob("*.rdfp")):
        first = int(segment.stem)
        yield _file(folder, segment, f"Log of changes from version {first} on, in RDF Patch")
    yield _file(folder, folder / "log" / "base-iri", "What every IRI of the library begins with", "text/plain")
    withheld = folder / "log" / "files" / "withheld"
    if withheld.exists():
        yield _file(folder, withheld, "SHA-256 of the files that are left out: they may not be passed on", "text/plain")


def _attached_files(folder: Path, log: PatchLog, head: Version) -> Iterator[Entity]:
    """Yield the files that versions name, each once, under the name that an import gave it."""
    told: set[str] = set(log.withheld())
    for header in _headers(log, head):
        named = header.note.attachments
        for role, digest in named.items():
            if digest in told:
                continue
            told.add(digest)
            path = folder / "log" / "files" / digest[:2] / digest
            media, name = None, f"{_ROLES.get(role, role)}, of version {header.version}"
            if role == "source" and "receipt" in named:
                receipt = json.loads(log.attachment(named["receipt"]))
                name = f"{receipt.get('file')}: {name}"
            elif role in ("receipt", "decisions", "merge", "text-pages"):
                media = "application/json"
            yield _file(folder, path, name, media)


def _file(folder: Path, path: Path, name: str, media: str | None = None) -> Entity:
    entity: Entity = {
        "@id": path.relative_to(folder).as_posix(),
        "@type": "File",
        "name": name,
        "contentSize": str(path.stat().st_size),
        "sha256": _checksum(path),
    }
    if found := media or _MEDIA_TYPES.get(path.suffix):
        entity["encodingFormat"] = found
    return entity


def _checksum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
