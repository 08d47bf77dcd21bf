"""Entries as RDF Patch text, and back.

Format: RDF Patch (the text form Jena and RDF Delta read). Header lines `H name term .`, then
`TX .`, removals `D s p o g .`, additions `A s p o g .`, `TC .`. The header also carries what
lets a reader find its way and trust it: the body's length in bytes and SHA-256, the SHA-256
of the whole entry before (a chain), and last the SHA-256 of the header lines above.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, parse, serialize

from app.errors import LogDamaged
from app.model.change import ChangeSet, Entry, Note, Version
from app.model.namespaces import XSD

BEGIN = b"TX .\n"
COMMIT = b"TC .\n"
_HEADER_IRI = "urn:x-rdf-patch:header:"
_HEADER_CHECKSUM = b"H header-sha256 "
_HEADER_LINE = re.compile(rb"H ([A-Za-z0-9-]+) (.+) \.\n")


@dataclass(frozen=True, slots=True)
class Header:
    """The header of an entry as text: what is needed without reading the body."""

    version: Version
    id: str
    previous: str | None
    at: datetime
    note: Note
    body_length: int
    body_sha256: str
    chain: str
    """SHA-256 of the bytes of the entry before; of nothing for the first."""


def write_entry(entry: Entry, chain: str) -> bytes:
    """The entry as RDF Patch bytes. `chain` is the SHA-256 of the entry before it."""
    body = _lines(b"D ", entry.change.removed) + _lines(b"A ", entry.change.added)
    header: list[tuple[str, NamedNode | Literal]] = [
        ("id", NamedNode(entry.id)),
        ("version", Literal(entry.version)),
        ("at", Literal(entry.at.isoformat(), datatype=XSD["dateTime"])),
        ("agent", Literal(entry.note.agent)),
        ("kind", Literal(entry.note.kind)),
        ("message", Literal(entry.note.message)),
    ]
    if entry.previous:
        header.insert(1, ("prev", NamedNode(entry.previous)))
    if entry.note.undoes is not None:
        header.append(("undoes", Literal(entry.note.undoes)))
    header += [(f"attachment-{role}", Literal(digest)) for role, digest in sorted(entry.note.attachments.items())]
    header += [
        ("body-length", Literal(len(body))),
        ("body-sha256", Literal(hashlib.sha256(body).hexdigest())),
        ("chain", Literal(chain)),
    ]
    lines = b"".join(f"H {name} {term} .\n".encode() for name, term in header)
    checksum = f'"{hashlib.sha256(lines).hexdigest()}" .\n'.encode()
    return lines + _HEADER_CHECKSUM + checksum + BEGIN + body + COMMIT


def _lines(operation: bytes, quads: Iterable[Quad]) -> bytes:
    text = serialize(quads, format=RdfFormat.N_QUADS)
    if not text:
        return b""
    return operation + text[:-1].replace(b"\n", b"\n" + operation) + b"\n"


def read_header(text: bytes, where: str) -> Header:
    """The header from its lines (everything before `TX .`). Raises `LogDamaged` naming `where`."""
    try:
        terms = _header_terms(text)
        return Header(
            version=Version(int(terms["version"])),
            id=terms["id"],
            previous=terms.get("prev"),
            at=datetime.fromisoformat(terms["at"]),
            note=Note(
                agent=terms["agent"],
                kind=terms["kind"],
                message=terms["message"],
                undoes=Version(int(terms["undoes"])) if "undoes" in terms else None,
                attachments=_attachments(terms),
            ),
            body_length=int(terms["body-length"]),
            body_sha256=terms["body-sha256"],
            chain=terms["chain"],
        )
    except (KeyError, ValueError, SyntaxError) as fault:
        raise LogDamaged(f"{where}: the entry's header cannot be read: {fault!r}") from fault


def _header_terms(text: bytes) -> dict[str, str]:
    """Header names to values, read by the N-Triples parser: a header term is an RDF term."""
    if _HEADER_LINE.sub(b"", text):
        raise ValueError("a line of it is not `H name term .`")
    triples = _HEADER_LINE.sub(rb"<%s> <%s\1> \2 .\n" % (_HEADER_IRI.encode(), _HEADER_IRI.encode()), text)
    found: dict[str, str] = {}
    for quad in parse(triples, format=RdfFormat.N_TRIPLES):
        if isinstance(quad.object, NamedNode | Literal):
            found[quad.predicate.value.removeprefix(_HEADER_IRI)] = quad.object.value
    if found["header-sha256"] != hashlib.sha256(text[: text.rfind(_HEADER_CHECKSUM)]).hexdigest():
        raise ValueError("it does not have the checksum it gives")
    return found


def _attachments(terms: Mapping[str, str]) -> dict[str, str]:
    start = "attachment-"
    return {name.removeprefix(start): value for name, value in terms.items() if name.startswith(start)}


def read_body(body: bytes, header: Header, where: str) -> ChangeSet:
    """The change set in the lines between `TX .` and `TC .`. Raises `LogDamaged` when they are not what was written."""
    if hashlib.sha256(body).hexdigest() != header.body_sha256:
        raise LogDamaged(f"{where}: the body of version {header.version} does not have the checksum its header gives")
    additions = 0 if body.startswith(b"A ") else body.find(b"\nA ") + 1
    if additions == 0 and not body.startswith(b"A "):
        additions = len(body)
    return ChangeSet(
        added=_quads(body[additions:], b"A "),
        removed=_quads(body[:additions], b"D "),
    )


def _quads(lines: bytes, operation: bytes) -> tuple[Quad, ...]:
    text = lines[2:].replace(b"\n" + operation, b"\n")
    # What was written was checked when it was made: lenient parsing is faster and loses nothing.
    return tuple(parse(text, format=RdfFormat.N_QUADS, lenient=True))


def entry_of(header: Header, change: ChangeSet) -> Entry:
    """The entry that header and change set make."""
    return Entry(
        version=header.version,
        id=header.id,
        previous=header.previous,
        at=header.at,
        note=header.note,
        change=change,
    )
