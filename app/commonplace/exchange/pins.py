"""Keep answers: a question with the version that answered it, the hash of the answer, and the answer itself.

How a question is asked is no matter of this module: it is given the canonical form of the answer. The form is kept
with the log, named by its SHA-256, which is the hash of the pin: so it can be compared with what is answered later,
and with what a later release of the program answers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from pyoxigraph import Literal, NamedNode, Quad, Triple

from commonplace.commit import Committer, Proposal
from commonplace.derived.graph.snapshot import Snapshot
from commonplace.errors import LogDamaged, Message
from commonplace.library import Library
from commonplace.library.pin_schemas import Pin
from commonplace.library.pins import pin_of
from commonplace.model.canonical_answer import CanonicalAnswer
from commonplace.model.change import ChangeSet, Entry, Note, Version
from commonplace.model.namespaces import DCTERMS, FOAF, PROV, RDF, RDFS, XSD


@dataclass(frozen=True, slots=True, kw_only=True)
class AnsweredQuestion:
    """A question, the version that was asked, and the answer in its canonical form."""

    asks: str
    version: Version
    media_type: str
    answer: CanonicalAnswer


@dataclass(frozen=True, slots=True, kw_only=True)
class Pinner:
    """A person who keeps an answer: the name for the history, and the title and note that are kept with it."""

    agent: str
    title: str | None = None
    note: str | None = None


class Pins:
    """The pins of one library. Safe to use from several threads."""

    def __init__(self, library: Library, committer: Committer) -> None:
        self._library = library
        self._committer = committer

    def keep(self, found: AnsweredQuestion, pinner: Pinner) -> tuple[Pin, Entry]:
        """Keep an answer, as one version; return its pin, whose key is that version, and the entry.

        Raises `ShapeViolation` and `BadRequest`; nothing is written then.
        """
        minter = self._library.minter
        pins: list[Pin] = []

        def propose(snapshot: Snapshot) -> Proposal:
            node = minter.thing("pin", str(snapshot.version + 1))
            quads = tuple(Quad(t.subject, t.predicate, t.object) for t in self._said(snapshot, node, found, pinner))
            message = pinner.title or f"the answer of version {found.version} to {found.asks[:200]}"

            def note() -> Note:
                digest = self._library.log.attach(found.answer.encoded)
                return Note(agent=pinner.agent, kind="pin", message=message, attachments={"answer": digest})

            return Proposal(ChangeSet(added=quads), note)

        def show(snapshot: Snapshot) -> None:
            pins[:] = [self.read(snapshot, minter.thing("pin", str(snapshot.version)))]

        entry = self._committer.commit(propose, then=show)
        assert entry is not None  # a new node is never there already
        return pins[0], entry

    def read(self, snapshot: Snapshot, node: NamedNode) -> Pin:
        """Return a pin. Raises `NotFound`."""
        return pin_of(snapshot, node, self._library.minter, self._library.log.attachment)

    def answer(self, pin: Pin) -> CanonicalAnswer:
        """Return the answer that was kept. Raises `LogDamaged` when its bytes are not those that were hashed."""
        kept = CanonicalAnswer.read(self._library.log.attachment(pin.answer_hash))
        if kept.sha256 != pin.answer_hash:
            raise LogDamaged(
                Message(
                    "the answer that was kept as %(answer_hash)s is another: run commonplace verify",
                    answer_hash=pin.answer_hash,
                )
            )
        return kept

    def _said(self, snapshot: Snapshot, node: NamedNode, found: AnsweredQuestion, pinner: Pinner) -> Iterator[Triple]:
        minter = self._library.minter
        agent = minter.thing("agent", pinner.agent)
        at = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        yield Triple(node, RDF["type"], minter.term("Pin"))
        yield Triple(node, minter.term("asks"), Literal(found.asks))
        yield Triple(node, minter.term("askedVersion"), Literal(int(found.version)))
        yield Triple(node, minter.term("answerHash"), Literal(found.answer.sha256))
        yield Triple(node, DCTERMS["format"], Literal(found.media_type))
        yield Triple(node, PROV["wasAttributedTo"], agent)
        yield Triple(node, PROV["generatedAtTime"], Literal(at, datatype=XSD["dateTime"]))
        yield Triple(node, PROV["wasGeneratedBy"], minter.change(snapshot.version + 1))
        if not any(True for _ in snapshot.triples(agent)):
            yield Triple(agent, RDF["type"], PROV["Agent"])
            yield Triple(agent, FOAF["name"], Literal(pinner.agent))
        if pinner.title:
            yield Triple(node, DCTERMS["title"], Literal(pinner.title))
        if pinner.note:
            yield Triple(node, RDFS["comment"], Literal(pinner.note))
