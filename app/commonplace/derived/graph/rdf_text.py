"""Write statements in an RDF syntax, and nothing that a reader of that syntax could not read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pyoxigraph import Quad, RdfFormat, Triple, serialize

from commonplace.errors import Inexpressible, Message
from commonplace.model.xml_characters import why_not_xml


def statements_text(
    statements: Iterable[Triple] | Iterable[Quad], format: RdfFormat, prefixes: Mapping[str, str] | None = None
) -> bytes:
    """Return statements in an RDF syntax. Raises `Inexpressible` for what RDF/XML cannot say."""
    return readable(serialize(statements, None, format, prefixes=dict(prefixes) if prefixes else None) or b"", format)


def readable(text: bytes, format: RdfFormat) -> bytes:
    """Return a text that the engine wrote in that syntax. Raises `Inexpressible` where it is XML nobody can read."""
    if format == RdfFormat.RDF_XML:
        refuse_unreadable(text)
    return text


def refuse_unreadable(text: bytes) -> None:
    """Raise `Inexpressible` for XML that nobody can read."""
    if why := why_not_xml(text):
        raise Inexpressible(Message("%(why)s: ask for another form, as JSON or Turtle", why=why), [("Accept", why)])
