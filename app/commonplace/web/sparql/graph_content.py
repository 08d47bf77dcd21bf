"""A graph that comes in: RDF in any syntax, or a form of several files of it, as triples.

Nothing outside is fetched: a JSON-LD context that is somewhere else is refused. Labels of blank nodes
count within one file only; the nodes stay blank and get labels of their own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from email.message import Message
from email.parser import BytesParser
from email.policy import HTTP

from pyoxigraph import DefaultGraph, RdfFormat, Triple, parse

from commonplace.errors import BadRequest
from commonplace.model.formats import FORMATS
from commonplace.web.http.problems import HttpProblem

FORM = "multipart/form-data"
SYNTAXES = {name: format.rdf for format in FORMATS.values() if format.rdf for name in format.media_types}
READ = (*SYNTAXES, FORM)

_CHARSETS = frozenset(("utf-8", "utf8", "us-ascii"))
_REMOTE = "No LoadDocumentCallback"
_PLACE = re.compile(r"\bline (\d+)(?:,? column (\d+))?")


def read_graph(content_type: str, encoding: str, base: str, *, several: bool) -> Callable[[bytes], list[Triple]]:
    """How to read a body of that Content-Type: a function from its bytes to triples, which raises `BadRequest`.

    `base` resolves relative IRIs; `several` says whether a form of several files is taken. Raises
    `HttpProblem` (415), before any of the body is read, for what is not read here.
    """
    if encoding.strip().lower() not in ("", "identity"):
        headers = {"Accept-Encoding": "identity"}
        raise HttpProblem(
            415, f"the Content-Encoding {encoding} is not undone here", [("Content-Encoding", encoding)], headers
        )
    if _header(content_type).get_content_type() == FORM and several:
        return lambda body: [triple for part in _files(content_type, body) for triple in _of_part(part, base)]
    syntax = _syntax(content_type)
    return lambda body: _triples(body, syntax, base, "the body")


def _header(content_type: str) -> Message:
    header = Message()
    header["Content-Type"] = re.sub(r"[\r\n]", " ", content_type) or "missing/missing"
    return header


def _syntax(content_type: str, where: str = "the body") -> RdfFormat:
    header = _header(content_type)
    media_type = content_type.partition(";")[0].strip().lower()
    syntax = SYNTAXES.get(media_type)
    if syntax is None:
        said = f"{media_type} is not read here" if media_type else "there is no Content-Type"
        raise _unsupported(f"{where}: {said}; there are: {', '.join(READ)}", media_type or "missing")
    charset = str(header.get_param("charset", "utf-8")).lower()
    if charset not in _CHARSETS:
        raise _unsupported(f"{where}: RDF is sent in UTF-8, not in {charset}", f"charset {charset}")
    return syntax


def _unsupported(detail: str, given: str) -> HttpProblem:
    return HttpProblem(415, detail, [("Content-Type", given)], headers={"Accept-Post": ", ".join(READ)})


def _files(content_type: str, body: bytes) -> Iterator[Message]:
    """The files of a form (RFC 7578). Raises `BadRequest`."""
    boundary = _header(content_type).get_boundary()
    head = f'Content-Type: {FORM}; boundary="{boundary}"\r\n\r\n'.encode(errors="replace")
    form = BytesParser(policy=HTTP).parsebytes(head + body)
    parts = form.get_payload()
    if boundary is None or not isinstance(parts, list) or form.defects:
        why = "it has no boundary" if boundary is None else "; ".join(str(type(d).__doc__) for d in form.defects)
        raise BadRequest(
            f"the form cannot be read: {why or 'it has no parts'}", [("body", "is not multipart/form-data")]
        )
    for part in parts:
        assert isinstance(part, Message)
        yield part


def _of_part(part: Message, base: str) -> list[Triple]:
    name = part.get_filename() or part.get_param("name", "a part without a name", "content-disposition")
    where = f"file {name}"
    data = part.get_payload(decode=True)
    assert isinstance(data, bytes)
    return _triples(data, _syntax(str(part.get("Content-Type", "")), where), base, where)


def _triples(data: bytes, syntax: RdfFormat, base: str, where: str) -> list[Triple]:
    try:
        quads = list(parse(data, format=syntax, base_iri=base, rename_blank_nodes=True))
    except SyntaxError as fault:
        raise _fault(fault, where) from fault
    for quad in quads:
        if not isinstance(quad.graph_name, DefaultGraph):
            why = f"{where} names a graph of its own, {quad.graph_name}; the request names the graph"
            raise BadRequest(why, [(where, "send each graph by itself, or as a SPARQL update")])
    return [quad.triple for quad in quads]


def _fault(fault: SyntaxError, where: str) -> BadRequest:
    message = str(fault.msg)
    if _REMOTE in message:
        why = f"{where} has a JSON-LD context that is somewhere else, and nothing is fetched here"
        return BadRequest(why, [(where, "write the context into the document")])
    place = _PLACE.search(message)
    line = fault.lineno or (place and place[1])
    column = fault.offset or (place and place[2])
    at = ", ".join(f"{name} {number}" for name, number in (("line", line), ("column", column)) if number)
    return BadRequest(f"{where} cannot be read: {message}", [(f"{where}, {at}" if at else where, message)])
