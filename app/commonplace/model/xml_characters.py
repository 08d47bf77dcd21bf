"""Find characters that XML 1.0 cannot hold: controls, lone surrogates, U+FFFE and U+FFFF.

A text with one of them can be kept and asked for as JSON, and no answer in XML that holds it can be read. Source:
Extensible Markup Language 1.0, fifth edition, production 2 (Char).
"""

from __future__ import annotations

import re

from commonplace.errors import Message

_CONTROLS = "\x00-\x08\x0b\x0c\x0e-\x1f"
_FORBIDDEN = re.compile(f"[{_CONTROLS}\ud800-\udfff\ufffe\uffff]")
_GAP = re.compile(f" ?[{_CONTROLS}]+ ?")
_CONTROL_BYTES = bytes((*range(9), 11, 12, *range(14, 32)))
_NONCHARACTERS = (b"\xef\xbf\xbe", b"\xef\xbf\xbf")
_NAMELESS = re.compile(rb'<oxprefix: xmlns:oxprefix="([^"]*)"')
"""What the engine writes in RDF/XML for a property whose IRI does not end in a name of XML."""

EDGE_BYTES = 64
"""Maximum number of bytes in which such a thing begins that `why_not_xml` looks for."""


def forbidden(text: str) -> str | None:
    """Return the name of the first character that XML cannot hold (`U+0001`), None where there is none."""
    found = _FORBIDDEN.search(text)
    return f"U+{ord(found[0]):04X}" if found else None


def without_forbidden(text: str) -> str:
    """Return the text without them. Where a control was there is a space, so that no two words become one."""
    return _FORBIDDEN.sub("", _GAP.sub(" ", text)).strip(" ")


def visible(text: str) -> str:
    """Return the text with them written out, as `\\u0001`: what is said of them in messages and receipts."""
    return _FORBIDDEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def why_not_xml(data: bytes) -> str | None:
    """Return why XML that the engine wrote cannot be read; None where it can be."""
    if len(data.translate(None, _CONTROL_BYTES)) < len(data) or any(one in data for one in _NONCHARACTERS):
        name = forbidden(data.decode(errors="replace"))
        return Message("a text in it has the character %(name)s, which XML cannot hold", name=name)
    if b"<oxprefix: " in data and (found := _NAMELESS.search(data)):
        return Message(
            "the property <%(property)s> does not end in a name, and RDF/XML cannot write it",
            property=found[1].decode(),
        )
    return None
