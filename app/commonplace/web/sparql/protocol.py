"""Read a request of the SPARQL 1.1 Protocol: the operation it asks for, or why it asks for none (4xx).

The functions here are pure, over method, query string, content type and body. Section numbers are those of
https://www.w3.org/TR/sparql11-protocol/. Parameters that nobody has specified are ignored, because clients send
their own (`format`, `output`, `timeout` …).
"""

from __future__ import annotations

import re
from binascii import a2b_qp
from codecs import BOM_UTF8
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import Message as MimeMessage

from pyoxigraph import NamedNode

from commonplace.errors import BadRequest, Message
from commonplace.web.http.problems import HttpProblem

FORM = "application/x-www-form-urlencoded"
QUERY = "application/sparql-query"
UPDATE = "application/sparql-update"
MEDIA_TYPES = (FORM, QUERY, UPDATE)

METHODS = ("GET", "HEAD", "POST")
ALLOW = ", ".join((*METHODS, "OPTIONS"))

_QUERY_ONLY = ("default-graph-uri", "named-graph-uri", "at")
_UPDATE_ONLY = ("using-graph-uri", "using-named-graph-uri", "message")
_ONCE = ("query", "update", "at", "message")
_CHARSETS = frozenset(("utf-8", "utf8", "us-ascii"))
_BROKEN_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2}).{0,2}", re.DOTALL)

Parameters = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class QueryOperation:
    """A query (2.1): its text, the dataset that the request names, and the version asked for as given (`at`).

    With no graph in either tuple the request names no dataset: that of the query counts, or the default.
    """

    text: str
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    at: str | None = None


@dataclass(frozen=True, slots=True)
class UpdateOperation:
    """An update (2.2): its text, the graphs that its patterns see, and why it is made (`message`)."""

    text: str
    using_graphs: tuple[str, ...] = ()
    using_named_graphs: tuple[str, ...] = ()
    message: str = ""


@dataclass(frozen=True, slots=True)
class ServiceDescription:
    """A GET without a query (SPARQL 1.1 Service Description, 2)."""


ProtocolOperation = QueryOperation | UpdateOperation | ServiceDescription


def read_operation(method: str, query_string: bytes, content_type: str | None, body: bytes) -> ProtocolOperation:
    """Return the one operation that a request asks for.

    `content_type` is the header as it came, None when absent; the body of a GET is ignored. Raises
    `BadRequest` (400), or `HttpProblem` with 405 or 415 and the headers these want.
    """
    media_type = media_type_of(method, content_type)
    address = _parameters(_text(query_string, "the address"), "the address")
    if media_type is None and len(address) == 1 and address[0][0] == "query":
        return QueryOperation(address[0][1])  # nearly every request: there is nothing else to be looked for
    if media_type is None:
        return _by_get(address)
    text = _text(body, "the body")
    if media_type == FORM:
        return _by_form(address, _parameters(text, "the form"))
    _refuse(
        address,
        ("query", "update"),
        Message("the body of a POST as %(media_type)s is the whole text; the address has none", media_type=media_type),
    )
    if media_type == QUERY:
        return _query(text, address)
    return _update(text, address)


def media_type_of(method: str, content_type: str | None) -> str | None:
    """Return the media type of a POST, None for GET and HEAD, before the body is read.

    Raises `HttpProblem`: 405 for another method, 415 for another media type or a charset that is not UTF-8.
    """
    if method not in METHODS:
        raise HttpProblem(
            405,
            Message("%(method)s is not allowed here; use %(allow)s", method=method, allow=ALLOW),
            headers={"Allow": ALLOW},
        )
    if method != "POST":
        return None
    message = MimeMessage()
    message["Content-Type"] = (content_type or "").replace("\r", " ").replace("\n", " ")
    media_type = (content_type or "").partition(";")[0].strip().lower()
    if media_type not in MEDIA_TYPES:
        said = (
            Message("%(media_type)r is not taken here", media_type=media_type)
            if media_type
            else "there is no Content-Type"
        )
        why = Message(
            "%(said)s: POST a form (query=… or update=…), or the text itself as %(query)s or %(update)s",
            said=said,
            query=QUERY,
            update=UPDATE,
        )
        raise _unsupported(why, media_type or "missing")
    charset = message.get_param("charset", "utf-8")
    if not isinstance(charset, str) or charset.strip().lower() not in _CHARSETS:
        raise _unsupported(
            Message("SPARQL is sent in UTF-8, not in %(charset)s", charset=charset), f"charset {charset}"
        )
    return media_type


def _unsupported(detail: str, given: str) -> HttpProblem:
    return HttpProblem(415, detail, [("Content-Type", given)], headers={"Accept-Post": ", ".join(MEDIA_TYPES)})


def _text(data: bytes, where: str) -> str:
    """Return bytes as text, without a byte order mark."""
    try:
        return data.decode("utf-8-sig" if data.startswith(BOM_UTF8) else "utf-8")
    except UnicodeDecodeError as fault:
        raise BadRequest(
            Message(
                "%(where)s is not UTF-8: %(reason)s at byte %(start)s",
                where=where,
                reason=fault.reason,
                start=fault.start,
            ),
            [(where, Message("byte %(start)s", start=fault.start))],
        ) from fault


def _parameters(text: str, where: str) -> Parameters:
    """Return names and values, each decoded once."""
    broken = _BROKEN_ESCAPE.search(text)
    if broken:
        raise BadRequest(
            Message(
                "%(where)s has a broken percent-encoding: %(broken)r at character %(start)s",
                where=where,
                broken=broken[0],
                start=broken.start() + 1,
            ),
            [(where, "write a per cent sign as %25")],
        )
    try:
        fields = [field.partition("=") for field in text.split("&") if field]
        parameters = [(_decoded(name), _decoded(value)) for name, _, value in fields]
    except UnicodeDecodeError as fault:
        raise BadRequest(
            Message(
                "%(where)s cannot be read: its percent-encoded bytes are not UTF-8 (%(reason)s)",
                where=where,
                reason=fault.reason,
            ),
            [(where, "is not percent-encoded UTF-8")],
        ) from fault
    if len(parameters) > 1:
        _given_once(parameters)
    return parameters


def _decoded(part: str) -> str:
    """Return a name or value of a form, decoded; all its escapes are whole.

    With another sign before them they are escapes of quoted-printable, which the standard library reads many times
    faster."""
    part = part.replace("+", " ")
    if "%" not in part:
        return part
    return a2b_qp(part.encode().replace(b"=", b"=3D").replace(b"%", b"=")).decode()


def _by_get(address: Parameters) -> ProtocolOperation:
    """Return the operation of a GET (2.1.1); an update is never sent so (2.2)."""
    if _values(address, "update"):
        raise BadRequest("an update is sent by POST", [("update", "given in the address of a GET")])
    query = _one(address, "query")
    if query is not None:
        return _query(query, address)
    _refuse(address, (*_QUERY_ONLY, *_UPDATE_ONLY), "there is no query")
    return ServiceDescription()


def _by_form(address: Parameters, form: Parameters) -> ProtocolOperation:
    """Return the operation of a form (2.1.2, 2.2.1). The dataset may stand in the address too, the text may not."""
    _refuse(address, ("query", "update"), "a form holds the text, not the address")
    together = [*address, *form]
    _given_once(together)
    query, update = _one(form, "query"), _one(form, "update")
    if query is not None and update is not None:
        raise BadRequest("a request is a query or an update, not both", [("update", "given with query")])
    if query is not None:
        return _query(query, together)
    if update is not None:
        return _update(update, together)
    raise BadRequest("there is neither a query nor an update in the form", [("query", "missing")])


def _query(text: str, parameters: Parameters) -> QueryOperation:
    _refuse(parameters, _UPDATE_ONLY, "this is a query; its dataset is default-graph-uri and named-graph-uri")
    return QueryOperation(
        text, _graphs(parameters, "default-graph-uri"), _graphs(parameters, "named-graph-uri"), _one(parameters, "at")
    )


def _update(text: str, parameters: Parameters) -> UpdateOperation:
    _refuse(parameters, _QUERY_ONLY, "this is an update; its dataset is using-graph-uri and using-named-graph-uri")
    return UpdateOperation(
        text,
        _graphs(parameters, "using-graph-uri"),
        _graphs(parameters, "using-named-graph-uri"),
        _one(parameters, "message") or "",
    )


def _values(parameters: Parameters, name: str) -> tuple[str, ...]:
    return tuple(value for key, value in parameters if key == name)


def _one(parameters: Parameters, name: str) -> str | None:
    return next(iter(_values(parameters, name)), None)


def _given_once(parameters: Parameters) -> None:
    for name in _ONCE:
        times = len(_values(parameters, name))
        if times > 1:
            raise BadRequest(
                Message("exactly one %(name)s, please", name=name),
                [(name, Message("given %(times)s times", times=times))],
            )


def _refuse(parameters: Parameters, names: Sequence[str], why: str) -> None:
    """Refuse parameters that have no meaning in this request: to ignore one would answer another question."""
    found = [name for name in names if _values(parameters, name)]
    if found:
        raise BadRequest(
            Message("%(why)s; the request has %(found)s", why=why, found=", ".join(found)),
            [(name, "has no place here") for name in found],
        )


def _graphs(parameters: Parameters, name: str) -> tuple[str, ...]:
    given = tuple(value for value in _values(parameters, name) if value)  # an empty one, as forms send it, is none
    for iri in given:
        try:
            NamedNode(iri)
        except ValueError as fault:
            raise BadRequest(
                Message("a graph's address is not an IRI: %(fault)s", fault=fault),
                [(name, Message("%(iri)r: %(fault)s", iri=iri, fault=fault))],
            ) from fault
    return given
