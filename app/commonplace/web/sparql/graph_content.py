"""Read a graph that comes in: RDF in any syntax, or a form of several files of it, as triples.

It is read by a worker (`commonplace.derived.workers`), which can be ended: the engine's readers have a stack of a
certain depth, and some take time or memory without bound. Nothing outside is fetched: a JSON-LD context that is
somewhere else is refused. Labels of blank nodes count within one file only; the nodes stay blank and get labels of
their own.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator
from email.message import Message as MimeMessage
from email.parser import BytesParser
from email.policy import HTTP
from itertools import chain, islice
from typing import BinaryIO
from xml.parsers import expat

from pyoxigraph import DefaultGraph, RdfFormat, Triple, parse, serialize

from commonplace.derived.graph.guard import refuse_rdf_12
from commonplace.derived.workers.messages import HELD_BYTES, Call, Reply, Spool
from commonplace.derived.workers.pool import Lane, WorkerPool
from commonplace.errors import BadRequest, Broken, Message, OutOfMemory, OutOfTime, TooLarge
from commonplace.model.formats import FORMATS
from commonplace.web.http.problems import HttpProblem

FORM = "multipart/form-data"
SYNTAXES = {name: format.rdf for format in FORMATS.values() if format.rdf for name in format.media_types}
READ = (*SYNTAXES, FORM)

_CHARSETS = frozenset(("utf-8", "utf8", "us-ascii"))
JSON_DEPTH = 500
"""Maximum depth of JSON-LD. Nobody writes a tenth of it."""

LINE_FEED = b"\n"

_JSON_MARK = re.compile(rb'"(?:[^"\\]++|\\.)*+"?|[][{}]', re.DOTALL)
"""A string, or a bracket that is in none."""
_ENTITY = b"<!ENTITY"
_AMPLIFIED = 43
"""Expat's XML_ERROR_AMPLIFICATION_LIMIT_BREACH, which has no name in Python."""
_REMOTE = "No LoadDocumentCallback"
_PLACE = re.compile(r"\bline (\d+)(?:,? column (\d+))?")


TASK = "read graph"
"""Name of what a worker does: see `read_in_worker`."""

EXPANDED = 5
"""Maximum size of a graph as N-Triples, where IRIs are written out, in sizes of the largest body: a few prefixes or
entities can stand for far more than fits on a disk."""

_BATCH = 1_000


def refuse_unread(content_type: str, *, several: bool) -> None:
    """Raise `HttpProblem` (415), before any of a body is read, for one of a kind that is not read here.

    `several` says whether a form of several files is taken.
    """
    if not (several and _is_form(content_type)):
        _syntax(content_type)


async def read_graph(
    workers: WorkerPool, body: BinaryIO, content_type: str, base: str, most: int, client: str
) -> bytes | Spool:
    """Let a worker read a body of that Content-Type; return its triples as N-Triples.

    `base` resolves relative IRIs; `most` is the size of the largest body. Raises `BadRequest` for what cannot be read,
    and for what takes too long, or too much memory, or is nested too deeply.
    """
    body.flush()
    call = Call(
        task=TASK,
        given={"content type": content_type, "base": base, "most": EXPANDED * most},
        version=0,
        seconds=workers.limits.seconds,
        file=body.fileno(),
    )
    try:
        reply = await workers.call(call, client, Lane.QUERIES)
    except Broken as fault:
        why = Message("it is nested too deeply")
        raise BadRequest(Message("the body cannot be read: %(why)s", why=why), [("the body", why)]) from fault
    except (OutOfTime, OutOfMemory) as fault:
        bound = (
            f"{call.seconds:g} s"
            if isinstance(fault, OutOfTime)
            else Message("%(memory)s bytes of memory", memory=f"{workers.limits.memory:,}")
        )
        why = Message("reading it takes more than %(bound)s: it is nested deeply, or is too much at once", bound=bound)
        raise BadRequest(
            Message("the body cannot be read: %(why)s", why=why), [("the body", "nest it less, or send parts of it")]
        ) from fault
    return reply.body


def read_in_worker(call: Call) -> Reply:
    """Read the file of a call, as `read_graph` has it. Raises `BadRequest`, and `TooLarge` for what it would become."""
    assert call.file is not None
    content_type, base, most = call.given["content type"], call.given["base"], call.given["most"]
    data = os.pread(call.file, os.fstat(call.file).st_size, 0)
    with tempfile.TemporaryFile() as target:
        _write(_triples_in(content_type, data, base), target, most)
        target.flush()
        size = target.tell()
        if size <= HELD_BYTES:
            target.seek(0)
            return Reply(given={}, body=target.read())
        return Reply(given={}, body=Spool(descriptor=os.dup(target.fileno()), start=0, size=size))


def _write(triples: Iterator[Triple], target: BinaryIO, most: int) -> None:
    """Write triples as N-Triples. Raises `TooLarge` when they would be more than that many bytes."""
    while batch := list(islice(triples, _BATCH)):
        serialize(batch, target, format=RdfFormat.N_TRIPLES)
        if target.tell() > most:
            why = Message("written out in full, the graph has more than %(most)s bytes", most=f"{most:,}")
            raise TooLarge(why, [("the body", "send it in parts, by POST")])


def _triples_in(content_type: str, data: bytes, base: str) -> Iterator[Triple]:
    if _is_form(content_type):
        return chain.from_iterable(_of_part(part, base) for part in _files(content_type, data))
    return _triples(data, _syntax(content_type), base, "the body")


def _is_form(content_type: str) -> bool:
    return _header(content_type).get_content_type() == FORM


def _header(content_type: str) -> MimeMessage:
    header = MimeMessage()
    header["Content-Type"] = re.sub(r"[\r\n]", " ", content_type) or "missing/missing"
    return header


def _syntax(content_type: str, where: str = "the body") -> RdfFormat:
    header = _header(content_type)
    media_type = content_type.partition(";")[0].strip().lower()
    syntax = SYNTAXES.get(media_type)
    if syntax is None:
        said = (
            Message("%(media_type)s is not read here", media_type=media_type)
            if media_type
            else "there is no Content-Type"
        )
        raise _unsupported(
            Message("%(where)s: %(said)s; there are: %(known)s", where=where, said=said, known=", ".join(READ)),
            media_type or "missing",
        )
    charset = str(header.get_param("charset", "utf-8")).lower()
    if charset not in _CHARSETS:
        raise _unsupported(
            Message("%(where)s: RDF is sent in UTF-8, not in %(charset)s", where=where, charset=charset),
            f"charset {charset}",
        )
    return syntax


def _unsupported(detail: str, given: str) -> HttpProblem:
    return HttpProblem(415, detail, [("Content-Type", given)], headers={"Accept-Post": ", ".join(READ)})


def _files(content_type: str, body: bytes) -> Iterator[MimeMessage]:
    """Return the files of a form (RFC 7578). Raises `BadRequest`."""
    boundary = _header(content_type).get_boundary()
    head = f'Content-Type: {FORM}; boundary="{boundary}"\r\n\r\n'.encode(errors="replace")
    form = BytesParser(policy=HTTP).parsebytes(head + body)
    parts = form.get_payload()
    if boundary is None or not isinstance(parts, list) or form.defects:
        why = (
            Message("it has no boundary") if boundary is None else "; ".join(str(type(d).__doc__) for d in form.defects)
        )
        raise BadRequest(
            Message("the form cannot be read: %(why)s", why=why or Message("it has no parts")),
            [("body", "is not multipart/form-data")],
        )
    for part in parts:
        assert isinstance(part, MimeMessage)
        yield part


def _of_part(part: MimeMessage, base: str) -> Iterator[Triple]:
    name = part.get_filename() or part.get_param("name", "a part without a name", "content-disposition")
    where = f"file {name}"
    data = part.get_payload(decode=True)
    assert isinstance(data, bytes)
    return _triples(data, _syntax(str(part.get("Content-Type", "")), where), base, where)


def _triples(data: bytes, syntax: RdfFormat, base: str, where: str) -> Iterator[Triple]:
    if syntax == RdfFormat.RDF_XML:
        _refuse_expansion(data, where)
    if syntax == RdfFormat.JSON_LD:
        _refuse_depth(data, where)
    try:
        for quad in parse(data, format=syntax, base_iri=base, rename_blank_nodes=True):
            if not isinstance(quad.graph_name, DefaultGraph):
                why = Message(
                    "%(where)s names a graph of its own, %(graph_name)s; the request names the graph",
                    where=where,
                    graph_name=quad.graph_name,
                )
                raise BadRequest(why, [(where, "send each graph by itself, or as a SPARQL update")])
            refuse_rdf_12((quad,))
            yield quad.triple
    except SyntaxError as fault:
        raise _fault(fault, where) from fault


def _refuse_depth(data: bytes, where: str) -> None:
    """Raise `BadRequest` for JSON that is nested more deeply than `JSON_DEPTH`.

    The engine would take time with the square of the depth, and then break down.
    """
    depth = 0
    for found in _JSON_MARK.finditer(data):
        mark = found[0]
        if mark in b"[{":
            depth += 1
            if depth > JSON_DEPTH:
                place = f"{where}, line {data.count(LINE_FEED, 0, found.start()) + 1}"
                why = Message("it is nested more than %(most)s deep", most=JSON_DEPTH)
                raise BadRequest(Message("%(where)s cannot be read: %(why)s", where=where, why=why), [(place, why)])
        elif mark in b"]}":
            depth -= 1


def _refuse_expansion(data: bytes, where: str) -> None:
    """Raise `BadRequest` for XML whose entities stand for far more than they are.

    Expat goes through it first: it expands what OWL files use honestly, and stops at what is meant to fill a memory.
    What else it finds wrong is left to the engine to say.
    """
    if _ENTITY not in data:
        return
    parser = expat.ParserCreate()
    try:
        parser.Parse(data, True)
    except expat.ExpatError as fault:
        if fault.code == _AMPLIFIED:
            why = Message("its entities stand for more than a hundred times what they are")
            place = f"{where}, line {fault.lineno}"
            raise BadRequest(
                Message("%(where)s cannot be read: %(why)s", where=where, why=why), [(place, why)]
            ) from fault


def _fault(fault: SyntaxError, where: str) -> BadRequest:
    message = str(fault.msg)
    if _REMOTE in message:
        why = Message(
            "%(where)s has a JSON-LD context that is somewhere else, and nothing is fetched here", where=where
        )
        return BadRequest(why, [(where, "write the context into the document")])
    place = _PLACE.search(message)
    line = fault.lineno or (place and place[1])
    column = fault.offset or (place and place[2])
    at = ", ".join(f"{name} {number}" for name, number in (("line", line), ("column", column)) if number)
    return BadRequest(
        Message("%(where)s cannot be read: %(message)s", where=where, message=message),
        [(f"{where}, {at}" if at else where, message)],
    )
