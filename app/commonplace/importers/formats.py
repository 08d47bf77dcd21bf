"""The formats that can be read, and how to tell them apart. A format is one row here and its reader beside."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePath

from commonplace.errors import BadRequest
from commonplace.importers.bibtex import read_bibtex
from commonplace.importers.csl_json import read_csl_json
from commonplace.importers.endnote_xml import read_endnote_xml
from commonplace.importers.mods import read_mods
from commonplace.importers.nbib import read_nbib
from commonplace.importers.reading import Reading
from commonplace.importers.ris import read_ris
from commonplace.importers.text_encoding import UnreadableFile, marked_encoding, refuse_no_text, unmarked_utf16

_HEAD_BYTES = 65_536
_JSON = re.compile(rb"\s*(?:\{\s*[\"}]|\[\s*[{\]])")
_ENTRY = re.compile(rb"@\s*[A-Za-z]+\s*[{(]")
_REFERENCE = re.compile(rb"^[ \t]*TY  ?- ", re.MULTILINE)
_CITATION = re.compile(rb"^PMID- *\d", re.MULTILINE)
_MODS = re.compile(rb"<(?:\w+:)?mods(?:Collection)?[\s>]")
_ENDNOTE = re.compile(rb"<records?[\s>]|<source-app\b|<ref-type\b")


@dataclass(frozen=True, slots=True)
class ImportFormat:
    """One format: `read` takes the bytes of a file and its name. Extensions begin with a dot, in lower case."""

    name: str
    read: Callable[[bytes, str], Reading]
    media_types: tuple[str, ...]
    extensions: tuple[str, ...]


IMPORT_FORMATS: dict[str, ImportFormat] = {
    made.name: made
    for made in (
        ImportFormat(
            "bibtex",
            read_bibtex,
            ("application/x-bibtex", "text/x-bibtex", "text/bibtex", "application/bibtex"),
            (".bib", ".bibtex"),
        ),
        ImportFormat(
            "ris",
            read_ris,
            ("application/x-research-info-systems", "application/x-inst-for-scientific-info", "text/x-ris"),
            (".ris",),
        ),
        ImportFormat(
            "csl-json",
            read_csl_json,
            ("application/vnd.citationstyles.csl+json",),
            (".json", ".csl.json", ".csljson"),
        ),
        ImportFormat("nbib", read_nbib, ("application/nbib", "application/x-nbib"), (".nbib", ".medline")),
        ImportFormat("endnote-xml", read_endnote_xml, ("application/x-endnote-xml",), (".xml",)),
        ImportFormat("mods", read_mods, ("application/mods+xml",), (".mods", ".mods.xml")),
    )
}
"""By the name the command line uses."""


def guess_format(filename: str, head: bytes) -> ImportFormat | None:
    """The format of a file from what it begins with (a few kilobytes), else from its name; None when neither says.

    The content comes first: a download often has the wrong extension.
    """
    encoding = marked_encoding(head) or unmarked_utf16(head)
    text = head.decode(encoding, errors="ignore").encode() if encoding else head
    start = text.lstrip()[:1]
    suffix = PurePath(filename).suffix.lower()
    if start and start in b"[{" and (suffix not in IMPORT_FORMATS["bibtex"].extensions or _JSON.match(text)):
        return IMPORT_FORMATS["csl-json"]
    if start == b"<" and (found := _xml_format(text)):
        return found
    if _CITATION.search(text):
        return IMPORT_FORMATS["nbib"]
    if _REFERENCE.search(text):
        return IMPORT_FORMATS["ris"]
    if _ENTRY.search(text):
        return IMPORT_FORMATS["bibtex"]
    return next((made for made in IMPORT_FORMATS.values() if suffix in made.extensions), None)


def _xml_format(text: bytes) -> ImportFormat | None:
    for name, mark in (("mods", _MODS), ("endnote-xml", _ENDNOTE)):
        if mark.search(text):
            return IMPORT_FORMATS[name]
    return None


def format_of(name: str | None, filename: str, data: bytes) -> ImportFormat:
    """The format of that name, or the one the file seems to be in. Raises `BadRequest`."""
    found = IMPORT_FORMATS.get(name) if name else guess_format(filename, data[:_HEAD_BYTES])
    if found is None:
        try:
            refuse_no_text(data)
        except UnreadableFile as fault:
            raise BadRequest(f"{filename}: {fault}", [(filename, str(fault))]) from fault
        known = ", ".join(IMPORT_FORMATS)
        raise BadRequest(f"{filename}: what this is cannot be told; name its format", [("format", f"one of {known}")])
    return found


def format_of_media_type(media_type: str) -> ImportFormat | None:
    """The format of a media type, its parameters ignored; None when it is none of ours."""
    bare = media_type.partition(";")[0].strip().lower()
    return next((made for made in IMPORT_FORMATS.values() if bare in made.media_types), None)
