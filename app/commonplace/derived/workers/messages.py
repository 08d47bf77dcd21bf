"""The messages between the server and its workers: questions, calls, updates, and their answers.

A message is a frame on a Unix socket: the sizes of its three parts, a JSON object, a text, and bytes. A body that is
too big to send at once lies in a file without a name, whose descriptor comes with the message.
"""

from __future__ import annotations

import json
import os
import socket
import struct
import tempfile
from array import array
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from typing import Literal as OneOf

from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse, serialize

from commonplace.derived.graph.snapshot import Update
from commonplace.errors import CommonplaceError, Message, TooLarge
from commonplace.model.change import ChangeSet, Version

_SIZES = struct.Struct("!III")
_encode = json.JSONEncoder(separators=(",", ":")).encode
_decode = json.JSONDecoder().decode
_ANY_TEXT = "surrogatepass"
_CHUNK = 262_144

HELD_BYTES = 1_000_000
"""Maximum size of a body that goes through the socket: a longer one lies in a file."""

_DESCRIPTORS = 4
_VARIABLES = NamedNode("urn:variable:")

AnswerKind = OneOf["table", "truth", "graph"]
"""The kind of answer that a query's form gives: rows (SELECT), yes or no (ASK), triples (CONSTRUCT, DESCRIBE)."""

Cut = OneOf["rows", "bytes"]
"""The limit at which an answer was cut."""

Graphs = tuple[tuple[str, ...], tuple[str, ...]]
"""A dataset that a request names: its default graphs and its named graphs, by IRI."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A query as a worker takes it.

    `forms` names the format to answer in for each kind of answer, None where the client takes none of them.
    The answer is of `version` or a newer one, or with `exact` of that very version. `values` are the terms that
    variables of the query stand for. The dataset is the query's own where `graphs` is None. `packed`: the client takes
    gzip. `described`: the query may see the named graphs in which the library describes itself. `description` is their
    content at that very version, as N-Quads; a worker makes it for another version, and where it is not given.
    """

    text: str
    forms: Mapping[AnswerKind, str | None]
    version: int
    exact: bool = False
    values: Mapping[str, NamedNode | Literal] = field(default_factory=dict)
    graphs: Graphs | None = None
    packed: bool = False
    description: bytes = b""
    described: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Spool:
    """An answer too big to hold: `size` bytes of an open file, from `start` on. Its holder closes it."""

    descriptor: int
    start: int
    size: int

    def read(self, offset: int) -> bytes:
        """Return some bytes from that offset on; none at the end."""
        return os.pread(self.descriptor, min(_CHUNK, self.size - offset), self.start + offset)

    def close(self) -> None:
        os.close(self.descriptor)


def spooled(data: bytes) -> bytes | Spool:
    """Return bytes as they go into a message: in a file, when there are many."""
    if len(data) <= HELD_BYTES:
        return data
    with tempfile.TemporaryFile() as file:
        file.write(data)
        file.flush()
        return Spool(descriptor=os.dup(file.fileno()), start=0, size=len(data))


def whole(body: bytes | Spool) -> bytes:
    """Return all bytes of a message's body; a file is closed."""
    if isinstance(body, bytes):
        return body
    with closing(body):
        pieces: list[bytes] = []
        offset = 0
        while piece := body.read(offset):
            pieces.append(piece)
            offset += len(piece)
        return b"".join(pieces)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The answer to a query: bytes in that form, of the state of that version. `cut` names the limit it was cut at."""

    form: str
    version: int
    body: bytes | Spool
    cut: Cut | None = None
    packed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A task for a worker, by its name, with the values that it is given: JSON, bytes, and an open file.

    `version` and `exact` are as in `Question`; the task may take that many `seconds`.
    """

    task: str
    given: Mapping[str, Any]
    version: int
    exact: bool = False
    seconds: float
    body: bytes = b""
    file: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """The result of a task: JSON, and bytes. `logged` are lines for the server's log."""

    given: Mapping[str, Any]
    body: bytes | Spool = b""
    logged: tuple[str, ...] = ()


@dataclass(slots=True)
class WorkerMessage:
    """One message. `descriptor` is a file that came or goes with it; its receiver closes it.

    The head of one that came is not to be changed: many a message has the same.
    """

    head: dict[str, Any]
    body: bytes = b""
    descriptor: int | None = None
    text: str = ""


ALIKE = ("ask", "answer")
"""The first members of heads that hardly differ between messages, and are written and read once: what varies with each
question is not in them. To write a query as JSON, and to read it again, takes longer than the engine takes for it."""

_READ_ONCE = tuple(f'{{"{name}"'.encode() for name in ALIKE)
_READ_ONCE_BYTES = 512
"""Maximum size of such a head: one with many graphs, or values, is hardly met again."""


def framed(message: WorkerMessage) -> bytes:
    """Return the bytes of a message, without its descriptor."""
    head = message.head
    is_alike = next(iter(head), None) in ALIKE and not head.get("graphs") and not head.get("values")
    written = _written_once(tuple(head.items())) if is_alike else _written(head)
    text = message.text.encode(errors=_ANY_TEXT)
    return b"".join((_SIZES.pack(len(written), len(text), len(message.body)), written, text, message.body))


def _written(head: dict[str, Any]) -> bytes:
    return _encode(head).encode()


@lru_cache(maxsize=512)
def _written_once(members: tuple[tuple[str, Any], ...]) -> bytes:
    return _written(dict(members))


def _read(head: bytes) -> dict[str, Any]:
    found: dict[str, Any] = _decode(head.decode())
    return found


_read_once = lru_cache(maxsize=512)(_read)


def send(connection: socket.socket, message: WorkerMessage) -> None:
    """Send a message on a blocking socket."""
    data = framed(message)
    if message.descriptor is None:
        connection.sendall(data)
        return
    sent = socket.send_fds(connection, [data], [message.descriptor])
    connection.sendall(data[sent:])


class Inbox:
    """Messages as they come in on a socket, blocking or not."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self._data = bytearray()
        self._descriptors: list[int] = []
        self._buffer = memoryview(bytearray(_CHUNK))
        self._beside = socket.CMSG_SPACE(_DESCRIPTORS * array("i").itemsize)

    def receive(self) -> bool:
        """Take in new bytes; return False when the other side has gone. Raises `BlockingIOError` as the socket does."""
        count, beside, _, _ = self.connection.recvmsg_into([self._buffer], self._beside)
        for level, kind, data in beside:
            if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
                came = array("i")
                came.frombytes(data[: len(data) - len(data) % came.itemsize])
                self._descriptors += came
        self._data += self._buffer[:count]
        return count > 0

    def next(self) -> WorkerMessage | None:
        """Return the next message, if the whole of it has come."""
        data = self._data
        if len(data) < _SIZES.size:
            return None
        head_size, text_size, body_size = _SIZES.unpack_from(data)
        start = _SIZES.size + head_size
        body = start + text_size
        end = body + body_size
        if len(data) < end:
            return None
        written = bytes(data[_SIZES.size : start])
        is_alike = head_size <= _READ_ONCE_BYTES and written.startswith(_READ_ONCE)
        head = _read_once(written) if is_alike else _read(written)
        text = data[start:body].decode(errors=_ANY_TEXT) if text_size else ""
        message = WorkerMessage(head, bytes(memoryview(data)[body:end]), text=text)
        del data[:end]
        if head.get("descriptor"):
            message.descriptor = self._descriptors.pop(0)
        return message

    def wait(self) -> WorkerMessage | None:
        """Return the next message on a blocking socket; None when the other side has gone."""
        while (message := self.next()) is None:
            if not self.receive():
                return None
        return message

    def close(self) -> None:
        """Close the socket, and descriptors that came with messages nobody took."""
        for descriptor in self._descriptors:
            os.close(descriptor)
        self._descriptors.clear()
        self.connection.close()


def refusal_message(fault: CommonplaceError) -> WorkerMessage:
    """Return an error as a message."""
    return WorkerMessage({"refused": _name_of(type(fault)), "fault": _packed(vars(fault))})


def _packed(value: Any) -> Any:
    """Return a value for JSON, in which a sentence for people keeps the template that it was made from."""
    if isinstance(value, Message):
        return {"template": value.template, "values": {name: _packed(one) for name, one in value.values.items()}}
    if isinstance(value, Mapping):
        return {name: _packed(one) for name, one in value.items()}
    return [_packed(one) for one in value] if isinstance(value, list | tuple) else value


def _unpacked(value: Any) -> Any:
    if isinstance(value, dict) and value.keys() == {"template", "values"}:
        return Message(value["template"], **{name: _unpacked(one) for name, one in value["values"].items()})
    if isinstance(value, dict):
        return {name: _unpacked(one) for name, one in value.items()}
    return [_unpacked(one) for one in value] if isinstance(value, list) else value


def refusal_of(head: Mapping[str, Any]) -> CommonplaceError:
    """Return the error in a message's head, of the class it had, with all its fields."""
    kinds = {_name_of(kind): kind for kind in CommonplaceError.kinds()}
    kind = kinds.get(head["refused"], CommonplaceError)
    said = _unpacked(head["fault"])
    fault = kind.__new__(kind, said["detail"])
    vars(fault).update(said)
    fault.errors = tuple((where, why) for where, why in fault.errors)
    return fault


def _name_of(kind: type[CommonplaceError]) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"


def update_message(update: Update, version: int) -> WorkerMessage:
    """Return a SPARQL Update as a message, to be worked out on the state of that version or a newer one."""
    graphs = [update.using_graphs, update.using_named_graphs]
    return WorkerMessage({"update": update.text, "graphs": graphs, "version": version, "exact": False})


def update_of(head: Mapping[str, Any]) -> Update:
    """Return the update in a message's head."""
    using, using_named = head["graphs"]
    return Update(head["update"], tuple(using), tuple(using_named))


def change_message(change: ChangeSet, version: int, most: int) -> WorkerMessage:
    """Return the change set of an update in the state of that version, as a message: N-Quads, the removed ones first.

    Raises `TooLarge` when the added ones have more than `most` bytes.
    """
    removed, added = (serialize(quads, format=RdfFormat.N_QUADS) or b"" for quads in (change.removed, change.added))
    if len(added) > most:
        raise TooLarge(
            Message("the update adds more than %(most)s bytes", most=f"{most:,}"), [("update", "do it in parts")]
        )
    return _with_body({"removed": len(removed), "version": version}, spooled(removed + added))


def change_of(message: WorkerMessage) -> tuple[ChangeSet, Version]:
    """Return the change set in a message, and the version that it was worked out on."""
    size, text = message.head["removed"], whole(_body_of(message))
    parts = (text[:size], text[size:])
    # Quad by quad: `tuple(parse(…))` would keep every other thread of the process waiting until the last.
    removed, added = (tuple(quad for quad in parse(part, format=RdfFormat.N_QUADS, lenient=True)) for part in parts)
    return ChangeSet(added=added, removed=removed), Version(message.head["version"])


def question_message(question: Question) -> WorkerMessage:
    """Return a question as a message."""
    return WorkerMessage(
        {
            "ask": True,
            "forms": tuple(question.forms.items()),
            "version": question.version,
            "exact": question.exact,
            "values": _written_values(question.values),
            "graphs": question.graphs,
            "packed": question.packed,
            "described": question.described,
        },
        question.description,
        text=question.text,
    )


def _written_values(values: Mapping[str, NamedNode | Literal]) -> str:
    """Return values as N-Triples, each the object of a property named by its variable."""
    triples = [Triple(_VARIABLES, NamedNode(_VARIABLES.value + name), value) for name, value in values.items()]
    return (serialize(triples, format=RdfFormat.N_TRIPLES) or b"").decode() if triples else ""


def _read_values(text: str) -> dict[str, NamedNode | Literal]:
    found: dict[str, NamedNode | Literal] = {}
    for quad in parse(text, format=RdfFormat.N_TRIPLES, lenient=True) if text else ():
        if isinstance(quad.object, NamedNode | Literal):
            found[quad.predicate.value.removeprefix(_VARIABLES.value)] = quad.object
    return found


def question_of(message: WorkerMessage) -> Question:
    """Return the question in a message."""
    head = message.head
    graphs = head["graphs"]
    return Question(
        text=message.text,
        forms=dict(head["forms"]),
        version=head["version"],
        exact=head["exact"],
        values=_read_values(head["values"]),
        graphs=None if graphs is None else (tuple(graphs[0]), tuple(graphs[1])),
        packed=head["packed"],
        description=message.body,
        described=head["described"],
    )


def call_message(call: Call) -> WorkerMessage:
    """Return a call as a message."""
    head = {
        "call": call.task,
        "given": call.given,
        "version": call.version,
        "exact": call.exact,
        "seconds": call.seconds,
        "descriptor": call.file is not None,
    }
    return WorkerMessage(head, call.body, call.file)


def call_of(message: WorkerMessage) -> Call:
    """Return the call in a message."""
    head = message.head
    return Call(
        task=head["call"],
        given=head["given"],
        version=head["version"],
        exact=head["exact"],
        seconds=head["seconds"],
        body=message.body,
        file=message.descriptor,
    )


def reply_message(reply: Reply) -> WorkerMessage:
    """Return the reply to a call as a message."""
    head: dict[str, Any] = {"reply": reply.given, "logged": reply.logged}
    return _with_body(head, reply.body)


def reply_of(message: WorkerMessage) -> Reply:
    """Return the reply in a message."""
    return Reply(given=message.head["reply"], body=_body_of(message), logged=tuple(message.head["logged"]))


def _with_body(head: dict[str, Any], body: bytes | Spool) -> WorkerMessage:
    if isinstance(body, Spool):
        return WorkerMessage(
            head | {"descriptor": True, "start": body.start, "size": body.size}, descriptor=body.descriptor
        )
    return WorkerMessage(head, body)


def _body_of(message: WorkerMessage) -> bytes | Spool:
    if message.descriptor is None:
        return message.body
    return Spool(descriptor=message.descriptor, start=message.head["start"], size=message.head["size"])


def answer_message(answer: Answer) -> WorkerMessage:
    """Return an answer as a message."""
    head: dict[str, Any] = {
        "answer": answer.form,
        "version": answer.version,
        "cut": answer.cut,
        "packed": answer.packed,
    }
    return _with_body(head, answer.body)


def answer_of(message: WorkerMessage) -> Answer:
    """Return the answer in a message."""
    head: Mapping[str, Any] = message.head
    body = _body_of(message)
    return Answer(form=head["answer"], version=head["version"], body=body, cut=head["cut"], packed=head["packed"])
