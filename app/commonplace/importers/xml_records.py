"""Find the elements of an XML file that are its entries, safely.

Nothing is fetched and no entity is expanded; a file that declares some is refused, and so is one that is
nested or long beyond what the parser allows. What is broken is read up to where it breaks, and told.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from lxml import etree

from commonplace.errors import Message
from commonplace.importers.broken_entries import read_or_broken
from commonplace.importers.entry_draft import EntryDraft, Keys
from commonplace.importers.missing_keys import with_keys
from commonplace.importers.reading import Fault, Reading
from commonplace.importers.text_encoding import UnreadableFile, decode_text, is_wide, refuse_no_text
from commonplace.model.record import ReadEntry, Record
from commonplace.model.xml_characters import forbidden

_SURROGATE = re.compile(rb"\xed[\xa0-\xbf][\x80-\xbf]")
_DECLARED = re.compile(rb"""\s*<\?xml[^>]*?\sencoding\s*=\s*["']([^"']+)["']""")
_REFERENCE = re.compile(rb"&#(?:(\d{1,12})|[xX]([0-9A-Fa-f]{1,12}));")
_LAST_CHARACTER = 0x10FFFF
_TOLD = 20
"""Maximum number of the parser's complaints that are told; one broken tag makes many."""


@dataclass(frozen=True, slots=True)
class XmlEntries:
    """How entries stand in a format: the local `name` of their element, their key, and their record."""

    format: str
    name: str
    key: Callable[[etree._Element], str | None]
    record: Callable[[EntryDraft, etree._Element, str], Record]


def read_entries(data: bytes, filename: str, how: XmlEntries) -> Reading:
    """Read a file. Raises `UnreadableFile` when it is empty, no XML, declares entities, or holds no such entry."""
    refuse_no_text(data)
    root, told, faults = _root(data)
    found = [element for element in root.iter("{*}" + how.name) if not _within_another(element, how.name)]
    if not found:
        raise UnreadableFile(
            Message("not %(format)s: there is no element %(name)s in it", format=how.format, name=how.name)
        )
    broken = frozenset(fault.line for fault in faults)
    entries = with_keys(_entries(found, how, broken), map(how.key, found))
    return Reading(filename=filename, entries=entries, total=len(found), faults=[*told, *faults])


def _root(data: bytes) -> tuple[etree._Element, list[Fault], list[Fault]]:
    """Return the outermost element, what is to be told of the encoding, and what is wrong within entries."""
    data, is_utf8, told = _as_utf8(data)
    data, faults = _without_references(data)
    parser = etree.XMLParser(
        encoding="utf-8" if is_utf8 else None,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        recover=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as fault:
        raise UnreadableFile(Message("this is not XML: %(fault)s", fault=fault)) from fault
    if root is None:
        raise UnreadableFile("this is not XML: there is no element in it")
    declared: Any = root.getroottree().docinfo.internalDTD  # the stubs lack iterentities
    if declared is not None and any(True for _ in declared.iterentities()):
        raise UnreadableFile("it declares XML entities, which a bibliography has no use for: it is not read")
    complaints = [error for error in parser.error_log if error.level >= etree.ErrorLevels.ERROR]
    faults += [
        Fault(line=max(1, one.line), why=Message("broken XML: %(message)s", message=one.message))
        for one in complaints[:_TOLD]
    ]
    if len(complaints) > _TOLD:
        faults.append(
            Fault(line=faults[-1].line, why=Message("%(count)s more faults of the XML", count=len(complaints) - _TOLD))
        )
    return root, told, faults


def _as_utf8(data: bytes) -> tuple[bytes, bool, list[Fault]]:
    """Return the bytes as the parser takes them, whether they are UTF-8 whatever they declare, and what was wrong.

    It knows no UTF-32, what it makes of half a pair of surrogates is no text, and it takes bytes that are no UTF-8 and
    declare no other encoding for nothing.
    """
    if not (is_wide(data) or _SURROGATE.search(data) or _is_wrongly_utf8(data)):
        return data, False, []
    text, faults = decode_text(data)
    return text.encode(), True, faults


def _is_wrongly_utf8(data: bytes) -> bool:
    """Return whether the bytes are to be UTF-8, as XML is that declares nothing else, and are not."""
    declared = _DECLARED.match(data)
    if data.isascii() or (declared and declared[1].lower() != b"utf-8"):
        return False
    try:
        data.decode()
    except UnicodeDecodeError:
        return True
    return False


def _without_references(data: bytes) -> tuple[bytes, list[Fault]]:
    """Return the bytes without references by number to characters that XML cannot hold, and what was left out."""
    faults: list[Fault] = []
    if b"&#" not in data:
        return data, faults
    pieces: list[bytes] = []
    end = 0
    for found in _REFERENCE.finditer(data):
        name = _character(int(found[1]) if found[1] else int(found[2], 16))
        if name:
            pieces.append(data[end : found.start()])
            line = data.count(b"\n", 0, found.start()) + 1
            why = Message(
                "%(found)s stands for the character %(name)s, which XML cannot hold: left out",
                found=found[0].decode(),
                name=name,
            )
            faults.append(Fault(line=line, why=why))
            end = found.end()
    return b"".join((*pieces, data[end:])) if pieces else data, faults


def _character(number: int) -> str | None:
    """Return the name of the character of that number where XML cannot hold it."""
    return f"U+{number:X}" if number > _LAST_CHARACTER else forbidden(chr(number))


def _local_name(element: etree._Element) -> str:
    """Return the name of an element without its namespace; broken XML may have one that is no name (`re:s:`)."""
    return str(element.tag).rpartition("}")[2].replace(":", "-")


def _within_another(element: etree._Element, name: str) -> bool:
    return any(_local_name(above) == name for above in element.iterancestors())


def _entries(found: list[etree._Element], how: XmlEntries, broken: frozenset[int]) -> Iterator[ReadEntry]:
    keys = Keys()
    for position, element in enumerate(found, 1):
        raw = etree.tostring(element, encoding="unicode", with_tail=False)
        read = partial(_entry, position, element, raw, how, broken, keys)
        yield read_or_broken(position, _line(element), raw, None, read)


def _entry(
    position: int, element: etree._Element, raw: str, how: XmlEntries, broken: frozenset[int], keys: Keys
) -> ReadEntry:
    """Return the entry of an element; `broken` are the lines where the XML is not well-formed."""
    draft = EntryDraft()
    line = _line(element)
    given = how.key(element)
    key = keys.of(draft, given, "key", line)
    record = how.record(draft, element, key)
    if broken and any(line <= fault <= line + raw.count("\n") for fault in broken):
        draft.lose("XML", "", "the XML is broken within this entry; what could be read of it was")
    return ReadEntry(position=position, line=line, raw=raw, key=given, record=record, losses=tuple(draft.losses))


def _line(element: Any) -> int:
    """Return the line that an element begins in, from 1. (Any: the stubs leave `sourceline` without a type.)"""
    return int(element.sourceline or 1)


def text_of(element: etree._Element | None) -> str:
    """Return all text within an element, white space as single spaces; empty where there is no element."""
    if element is None:
        return ""
    return " ".join("".join(str(piece) for piece in element.itertext()).split())


def child(element: etree._Element, *path: str) -> etree._Element | None:
    """Return the first element at that path of local names below `element`."""
    return next(iter(children(element, *path)), None)


def children(element: etree._Element, *path: str) -> list[etree._Element]:
    """Return the elements at that path of local names below `element`, in their order."""
    return list(element.iterfind("/".join("{*}" + name for name in path)))


def leaves(element: etree._Element, above: str = "") -> Iterator[tuple[str, etree._Element]]:
    """Yield the elements with text and without elements in them, each with its path of local names below `element`."""
    for inner in element.iterchildren("{*}*"):
        path = f"{above}/{_local_name(inner)}".lstrip("/")
        if any(True for _ in inner.iterchildren("{*}*")):
            yield from leaves(inner, path)
        elif text_of(inner):
            yield path, inner
