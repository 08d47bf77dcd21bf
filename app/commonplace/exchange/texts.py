"""Keep the texts of works: file and pages beside the log by their SHA-256, and in the log what is said of them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from pyoxigraph import Literal, NamedNode, Quad, Triple

from commonplace.commit import Committer, Proposal
from commonplace.curation.editing.edits import judged
from commonplace.curation.editing.fields import Edit
from commonplace.derived.graph.records import is_work
from commonplace.derived.graph.snapshot import Snapshot
from commonplace.errors import BadRequest, Message, NotFound
from commonplace.exchange.edits import Editor
from commonplace.library import Library
from commonplace.library.text_schemas import KeptText, PageOfText
from commonplace.library.work_texts import FILE, PAGES, StatedText, required_text, stated_text
from commonplace.model.change import ChangeSet, Entry, Note, Version
from commonplace.model.kept_pages import KeptPages
from commonplace.model.licences import licence_iri
from commonplace.model.namespaces import BIBO, DCTERMS, FABIO, FRBR, RDF
from commonplace.patchlog.kept_files import read_kept


@dataclass(frozen=True, slots=True)
class GivenText:
    """A text that is to be kept: the bytes of its file, their media type, its pages, and the licence it is under."""

    data: bytes
    media_type: str
    pages: KeptPages
    licence: str | None = None
    """An SPDX identifier, or the address of a licence."""


@dataclass(frozen=True, slots=True)
class Keeping:
    """What became of a text that was to be kept."""

    entry: Entry | None
    """None where that very text was kept under that licence already."""
    shown: KeptText
    """What is said of it, without its pages, in the state that this made."""
    was_there: bool
    """Whether a text of the work was kept before."""


class Texts:
    """The texts of the works of one library. Safe to use from several threads."""

    def __init__(self, library: Library, committer: Committer) -> None:
        self._library = library
        self._committer = committer

    def keep(self, key: str, given: GivenText, editor: Editor, expected: Version | None = None) -> Keeping:
        """Keep a text of a work, in the place of the one that was kept, as one version.

        Raises `NotFound` for a work that is not there, `BadRequest` for a licence that names none, and `Conflict` when
        `expected` is given and is not the head; nothing is written then.
        """
        licence = _licence(given.licence)
        file, pages = hashlib.sha256(given.data).hexdigest(), hashlib.sha256(given.pages.encoded).hexdigest()

        were: list[StatedText | None] = []
        shown: list[KeptText] = []

        def propose(snapshot: Snapshot) -> Proposal:
            work = self._work(snapshot, key)
            before = stated_text(snapshot, work, self._library.minter)
            were.append(before)
            if before is not None and (before.file, before.pages, before.licence) == (file, pages, licence):
                return Proposal(ChangeSet(), Note(agent=editor.agent, kind="text"))
            edit = Edit(snapshot, self._library.minter, editor.agent, datetime.now(UTC))
            added = _said(edit, work, given, (file, pages), licence)
            removed = _owned(snapshot, work, before) if before else ()
            note = self._note(key, given, editor)  # its files are there before quotes are compared with them
            return Proposal(_change(added, removed), note)

        def show(snapshot: Snapshot) -> None:
            shown.append(self.shown(snapshot, key, pages=False))

        entry = self._committer.commit(propose, expected, show)
        if entry is None:
            self._library.read(show)
        return Keeping(entry, shown[-1], were[-1] is not None)

    def _note(self, key: str, given: GivenText, editor: Editor) -> Note:
        attach = self._library.log.attach
        kept = {FILE: attach(given.data), PAGES: attach(given.pages.encoded)}
        count = len(given.pages.pages)
        message = editor.message or f"the text of work {key}: {count} page{'s' if count != 1 else ''}"
        return Note(agent=editor.agent, kind="text", message=message, attachments=kept)

    def take_away(self, key: str, editor: Editor, expected: Version | None = None) -> Entry:
        """Take the text away from a work, as one version; the files stay with the log, for its past and for an undo.

        Raises `NotFound`, and `Conflict` when `expected` is given and is not the head.
        """

        def propose(snapshot: Snapshot) -> Proposal:
            work = self._work(snapshot, key)
            before = required_text(snapshot, work, self._library.minter)
            message = editor.message or f"the text of work {key} is taken away"
            return Proposal(
                _change((), _owned(snapshot, work, before)), Note(agent=editor.agent, kind="text", message=message)
            )

        entry = self._committer.commit(propose, expected)
        if entry is None:
            raise NotFound(Message("no text of the work %(key)r is kept", key=key))
        return entry

    def _work(self, snapshot: Snapshot, key: str) -> NamedNode:
        """Return the node of a work. Raises `NotFound`."""
        work = self._library.minter.thing("work", key)
        if not is_work(snapshot, work):
            raise NotFound(Message("there is no work %(key)r", key=key))
        return work

    def stated(self, snapshot: Snapshot, key: str) -> StatedText:
        """Return what is said of the text of a work. Raises `NotFound`."""
        return required_text(snapshot, self._work(snapshot, key), self._library.minter)

    def shown(self, snapshot: Snapshot, key: str, *, pages: bool = True) -> KeptText:
        """Return the text of a work, with or without its pages. Raises `NotFound`, and `LogDamaged`."""
        work = self._work(snapshot, key)
        stated = required_text(snapshot, work, self._library.minter)
        listed = self.pages(stated).pages if pages else ()
        return KeptText(
            **stated.shape(work, self._library.minter).model_dump(),
            work=key,
            work_iri=work.value,
            pages=[PageOfText(page=number, text=text) for number, text in enumerate(listed, 1)] or None,
            version=snapshot.version,
        )

    def pages(self, stated: StatedText) -> KeptPages:
        """Return the pages of a text. Raises `NotFound` where they were left out of a backup, and `LogDamaged`."""
        return KeptPages.read(read_kept(self._library.log, stated.pages))

    def file(self, stated: StatedText) -> bytes:
        """Return the file of a text as it came. Raises what `pages` raises."""
        return read_kept(self._library.log, stated.file)


def _licence(given: str | None) -> str | None:
    """Return the IRI of a licence. Raises `BadRequest`."""
    if given is None:
        return None
    try:
        return licence_iri(given)
    except ValueError as fault:
        raise BadRequest(str(fault), [("licence", "give an SPDX identifier or an address, or leave it out")]) from fault


def _said(
    edit: Edit, work: NamedNode, given: GivenText, hashes: tuple[str, str], licence: str | None
) -> Iterator[Triple]:
    """Yield what is said of a text and of who keeps it."""
    minter = edit.minter
    node = minter.thing("work", minter.key(work.value), "text")
    file, pages = hashes
    yield Triple(work, FRBR["embodiment"], node)
    yield Triple(node, RDF["type"], FABIO["DigitalManifestation"])
    yield Triple(node, DCTERMS["format"], Literal(given.media_type))
    yield Triple(node, minter.term("fileHash"), Literal(file))
    yield Triple(node, minter.term("pagesHash"), Literal(pages))
    yield Triple(node, BIBO["numPages"], Literal(len(given.pages.pages)))
    for number in given.pages.without_text:
        yield Triple(node, minter.term("pageWithoutText"), Literal(number))
    if licence:
        yield Triple(node, DCTERMS["license"], NamedNode(licence))
    yield from judged(edit, node)


def _owned(snapshot: Snapshot, work: NamedNode, text: StatedText) -> Iterator[Triple]:
    yield Triple(work, FRBR["embodiment"], text.node)
    yield from snapshot.triples(text.node)


def _change(added: Iterator[Triple] | tuple[Triple, ...], removed: Iterator[Triple] | tuple[Triple, ...]) -> ChangeSet:
    """Return the change that adds and removes those statements."""
    return ChangeSet(
        tuple(Quad(t.subject, t.predicate, t.object) for t in added),
        tuple(Quad(t.subject, t.predicate, t.object) for t in removed),
    )
