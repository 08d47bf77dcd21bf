"""Write entries as RDF Patch text, and read them back.

Format: RDF Patch (the text form Jena and RDF Delta read). Header lines `H name term .`, then
`TX .`, removals `D s p o g .`, additions `A s p o g .`, `TC .`. The header also carries what
lets a reader find its way and trust it: the body's length in bytes and SHA-256, the SHA-256
of the whole entry before (a chain), and last the SHA-256 of the header lines above.
"""

from __future__ import annotations

import hashlib
import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, parse, serialize

from commonplace.errors import LogDamaged
from commonplace.model.change import ChangeSet, Entry, Note, Version
from commonplace.model.namespaces import XSD
from commonplace.model.quad_text import QuadText

BEGIN = b"TX .\n"
COMMIT = b"TC .\n"
REMOVAL, ADDITION = b"D ", b"A "
"""Beginnings of the lines of a body; removals come first."""

HELD_BYTES = 1_000_000
"""Maximum length of the removals or additions that are made into quads before they are asked for."""

_HEADER_IRI = "urn:x-rdf-patch:header:"
_HEADER_CHECKSUM = b"H header-sha256 "
_HEADER_LINE = re.compile(rb"H ([A-Za-z0-9-]+) (.+) \.\n")
_BODY_CHECKSUM = re.compile(rb'^H body-sha256 "([0-9a-f]{64})" \.$', re.MULTILINE)
_PLAIN_TERM = re.compile(r'<([^<>"{}|^`\\\x00-\x20]*)>|"([^"\\]*)"(?:\^\^<[^<>"\\\s]*>)?')
"""Matches a term whose value stands in it as it is, without an escape: nearly all are such."""


@dataclass(frozen=True, slots=True)
class Header:
    """The header of an entry: what is needed without reading the body."""

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
    """Return an entry as RDF Patch bytes. `chain` is the SHA-256 of the entry before it."""
    return b"".join(entry_text(entry, chain))


def entry_text(entry: Entry, chain: str) -> Iterator[bytes]:
    """Return an entry as RDF Patch in pieces, for one too big to hold twice.

    Its body is gone through once before, where `body_digest` has not done that.
    """
    header = _header(entry, chain, *body_digest(entry.change))
    return itertools.chain([header, BEGIN], _body(entry.change), [COMMIT])


def body_digest(change: ChangeSet) -> tuple[int, str]:
    """Return the length in bytes and the SHA-256 of the body of a change.

    The body of one that only adds, as text, is gone through at the first call: whoever has to wait for the rest of an
    entry may call this meanwhile.
    """
    if isinstance(change.added, QuadText) and not change.removed:
        return change.added.digest_with(ADDITION)
    length, checksum = 0, hashlib.sha256()
    for piece in _body(change):
        length += len(piece)
        checksum.update(piece)
    return length, checksum.hexdigest()


def _header(entry: Entry, chain: str, body_length: int, body_sha256: str) -> bytes:
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
    if entry.note.piece is not None:
        header.append(("piece", Literal(entry.note.piece)))
    header += [(f"attachment-{role}", Literal(digest)) for role, digest in sorted(entry.note.attachments.items())]
    header += [
        ("body-length", Literal(body_length)),
        ("body-sha256", Literal(body_sha256)),
        ("chain", Literal(chain)),
    ]
    lines = b"".join(f"H {name} {term} .\n".encode() for name, term in header)
    checksum = f'"{hashlib.sha256(lines).hexdigest()}" .\n'.encode()
    return lines + _HEADER_CHECKSUM + checksum


def _body(change: ChangeSet) -> Iterator[bytes]:
    yield from _lines(REMOVAL, change.removed)
    yield from _lines(ADDITION, change.added)


def _lines(operation: bytes, quads: Sequence[Quad]) -> Iterator[bytes]:
    if not isinstance(quads, QuadText):
        text = serialize(quads, format=RdfFormat.N_QUADS) or b""
        quads = QuadText(lambda: [text])
    return quads.begun_with(operation)


def read_header(text: bytes, where: str) -> Header:
    """Return the header in its lines (everything before `TX .`). Raises `LogDamaged` naming `where`."""
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
                piece=terms.get("piece"),
                attachments=_attachments(terms),
            ),
            body_length=int(terms["body-length"]),
            body_sha256=terms["body-sha256"],
            chain=terms["chain"],
        )
    except (KeyError, ValueError, SyntaxError) as fault:
        raise LogDamaged(f"{where}: the entry's header cannot be read: {fault!r}") from fault


def _header_terms(text: bytes) -> dict[str, str]:
    """Return header names to values. A header term is an RDF term; one with an escape is left to the parser."""
    if _HEADER_LINE.sub(b"", text):
        raise ValueError("a line of it is not `H name term .`")
    found = _plain_terms(text) or _parsed_terms(text)
    if found["header-sha256"] != hashlib.sha256(text[: text.rfind(_HEADER_CHECKSUM)]).hexdigest():
        raise ValueError("it does not have the checksum it gives")
    return found


def _plain_terms(text: bytes) -> dict[str, str] | None:
    """Return header names to values where every term is plain, None where one is not.

    A history reads many headers, and the parser takes several times as long.
    """
    found: dict[str, str] = {}
    for name, term in _HEADER_LINE.findall(text):
        plain = _PLAIN_TERM.fullmatch(term.decode())
        if plain is None:
            return None
        found[name.decode()] = plain[plain.lastindex or 1]
    return found


def _parsed_terms(text: bytes) -> dict[str, str]:
    triples = _HEADER_LINE.sub(rb"<%s> <%s\1> \2 .\n" % (_HEADER_IRI.encode(), _HEADER_IRI.encode()), text)
    found: dict[str, str] = {}
    for quad in parse(triples, format=RdfFormat.N_TRIPLES):
        if isinstance(quad.object, NamedNode | Literal):
            found[quad.predicate.value.removeprefix(_HEADER_IRI)] = quad.object.value
    return found


def _attachments(terms: Mapping[str, str]) -> dict[str, str]:
    start = "attachment-"
    return {name.removeprefix(start): value for name, value in terms.items() if name.startswith(start)}


def read_body(body: bytes, header: Header, where: str) -> ChangeSet:
    """Return the change set in the lines between `TX .` and `TC .`.

    Raises `LogDamaged` naming `where` when they are not what was written.
    """
    return read_pieces(lambda: [body], header, where)


def checked_body(header: bytes, body: bytes, where: str) -> bytes:
    """Return a body whose checksum is the one in the lines of its header, which are not read but for that.

    Raises `LogDamaged` naming `where`.
    """
    said = _BODY_CHECKSUM.search(header)
    if said is None or said[1].decode() != hashlib.sha256(body).hexdigest():
        raise LogDamaged(f"{where}: the body does not have the checksum that its header gives")
    return body


def read_pieces(pieces: Callable[[], Iterable[bytes]], header: Header, where: str) -> ChangeSet:
    """Return the change set of a body that `pieces` gives from its beginning at each call, in pieces of whole lines.

    A long body stays where it is. One that only adds is not read here; whoever reads its additions, each time, is told
    at their end when they are not what was written. Raises `LogDamaged` naming `where`, as `read_body` does.
    """
    if header.body_length > HELD_BYTES and next(iter(pieces()), b"").startswith(ADDITION):
        return ChangeSet(added=QuadText(lambda: _additions_checked(pieces(), header, where)))
    checksum, added, removed = hashlib.sha256(), 0, 0
    for piece in pieces():
        checksum.update(piece)
        additions = _additions(piece)
        removed += additions
        added += len(piece) - additions
    _compare(checksum.hexdigest(), header, where)
    return ChangeSet(
        added=_quads(added, lambda: (_without(ADDITION, piece[_additions(piece) :]) for piece in pieces())),
        removed=_quads(removed, lambda: (_without(REMOVAL, piece[: _additions(piece)]) for piece in pieces())),
    )


def _additions_checked(pieces: Iterable[bytes], header: Header, where: str) -> Iterator[bytes]:
    checksum = hashlib.sha256()
    for piece in pieces:
        checksum.update(piece)
        yield _without(ADDITION, piece)
    _compare(checksum.hexdigest(), header, where)


def _compare(checksum: str, header: Header, where: str) -> None:
    if checksum != header.body_sha256:
        raise LogDamaged(f"{where}: the body of version {header.version} does not have the checksum its header gives")


def _additions(piece: bytes) -> int:
    """Return the offset of the first addition in some lines of a body; their end when there is none."""
    if piece.startswith(ADDITION):
        return 0
    return piece.find(b"\n" + ADDITION) + 1 or len(piece)


def _without(operation: bytes, lines: bytes) -> bytes:
    return b"\n".join(lines[len(operation) :].split(b"\n" + operation))  # faster than `replace`, which counts first


def _quads(size: int, chunks: Callable[[], Iterable[bytes]]) -> Sequence[Quad]:
    text = QuadText(chunks)
    return text if size > HELD_BYTES else tuple(text)


def entry_of(header: Header, change: ChangeSet) -> Entry:
    """Return the entry that a header and a change set make."""
    return Entry(
        version=header.version,
        id=header.id,
        previous=header.previous,
        at=header.at,
        note=header.note,
        change=change,
    )
