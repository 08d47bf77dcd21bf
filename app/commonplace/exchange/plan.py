"""Plan an import: the fate of every entry, the statements of every new and updated work, and the receipt."""

from __future__ import annotations

import hashlib
import logging
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace

from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, parse, serialize

from commonplace.curation.additions import Additions
from commonplace.curation.authorities import KnownInGraph
from commonplace.curation.derived_statements.rules import with_consequences
from commonplace.curation.duplicates.candidates import Candidate
from commonplace.curation.duplicates.candidates_of_import import similar_to
from commonplace.curation.duplicates.particulars import Particulars, particulars_of
from commonplace.curation.known_works import KnownWorks
from commonplace.curation.matching import Matcher, fields_added, fill_gaps
from commonplace.curation.shacl.after import StateAfter
from commonplace.derived.graph.snapshot import Snapshot
from commonplace.errors import Message
from commonplace.exchange.entry_file import PreparedPlace
from commonplace.exchange.loss_counts import loss_counts
from commonplace.exchange.prepared import PreparedEntry
from commonplace.exchange.receipts import (
    FATES,
    PLAINLY_IN,
    FileFault,
    LossShape,
    Receipt,
    ReceiptItem,
    SimilarShape,
)
from commonplace.exchange.replayable_text import ReplayableText
from commonplace.exchange.similar_apart import APART_WORKS, SimilarApart
from commonplace.importers.reading import Fault
from commonplace.model.change import ChangeSet, Version
from commonplace.model.match_key import MatchKey, match_key
from commonplace.model.minter import Minter, address_key
from commonplace.model.quad_text import QuadText
from commonplace.model.record import Loss, Record
from commonplace.model.relations import gravest, status_of_fields
from commonplace.model.searchable_pages import Texts, no_texts
from commonplace.model.work_graph import WorkText, source_fields
from commonplace.model.work_writing import WorkWriter

log = logging.getLogger(__name__)

HELD_BYTES = 1_000_000
"""Maximum size of a change, in bytes of text, that is held as quads; a larger one is text in a file."""

SHOWN_KEYS = 3
"""Maximum number of works that a loss names as sharing a DOI."""


@dataclass(slots=True)
class ImportPlan:
    """What an import would do to one state of the library, decided entry by entry."""

    snapshot: Snapshot
    minter: Minter
    known: KnownWorks | None = None
    """What is known of the works of the state; read from it where it is not given."""
    texts: Texts = no_texts
    """The pages of the texts of works, which quotes are compared with anew where a work gains something."""
    items: list[ReceiptItem] = field(default_factory=list)
    matcher: Matcher = field(init=False)
    works: dict[str, Record | PreparedPlace] = field(default_factory=dict)
    """New and updated works by key: a record, or the place of an entry that is written as it came."""
    related: set[frozenset[str]] = field(default_factory=set)
    """Pairs of keys of works that the import itself relates, so that their likeness is not reported."""
    _known: KnownInGraph = field(init=False)
    _reader: WorkWriter = field(init=False)
    """Writes the statements of an entry as this state would have them."""
    _new_works: list[tuple[ReceiptItem, MatchKey]] = field(default_factory=list)
    _apart: SimilarApart | None = None

    def __post_init__(self) -> None:
        self.matcher = Matcher(self.snapshot, self.minter, self.known)
        self._known = _KnownToPlan(self.snapshot, self.minter, self.matcher)
        self._reader = WorkWriter(self.minter, self._known, self.works)

    def take(self, entry: PreparedEntry, held: PreparedPlace) -> str | None:
        """Decide one entry's fate, and return the key of its work, None when it failed.

        A key that was made for an entry whose source has none is no loss when the work has another.
        """
        if entry.match_key is None:
            error = entry.error or "this entry could not be read"
            self._item(entry, "failed", None, entry.losses, error)
            return None
        candidates = self.matcher.candidates(entry.match_key)
        if not candidates:
            return self._new(entry, held, entry.losses)
        if not entry.match_key.key_is_made and entry.match_key.key in candidates and self._is_said(held):
            self._item(entry, "matched", entry.match_key.key, entry.losses).matched_on = PLAINLY_IN
            return entry.match_key.key
        record = held.record
        match = self.matcher.match(record)
        if match is None:
            return self._new(entry, held, (*entry.losses, *self._shared_doi(entry.match_key.doi)))
        found = match.record
        filled = fill_gaps(found, record)
        alternative, taken = self._alternative_keys(found, record)
        made = replace(filled.record, alternative_keys=alternative) if alternative else filled.record
        losses = (*entry.losses, *filled.conflicts, *taken)
        item = self._item(entry, "matched" if filled.record == found else "updated", found.key, losses)
        item.matched_on = list(match.grounds)
        if made != found:
            self._keep(made)
            item.added = fields_added(found, made)
        return found.key

    def _alternative_keys(self, found: Record, record: Record) -> tuple[tuple[str, ...], list[Loss]]:
        """Return the alternative keys of a work with those that an entry brings, and the losses of others.

        Nothing when the entry brings none. A key that was made for the entry is none of its own.
        """
        brought = record.alternative_keys if record.key_is_made else (record.key, *record.alternative_keys)
        new: dict[str, None] = {}
        taken: list[Loss] = []
        for key in brought:
            holder = self.matcher.key_of_work(key)
            if holder is None:
                new[key] = None
            elif holder != found.key:
                why = Message(
                    "the library has this work as %(key)r, and another one, %(holder)r, has this key",
                    key=found.key,
                    holder=holder,
                )
                taken.append(Loss(field="key", raw=key, why=why))
        return (tuple(sorted({*found.alternative_keys, *new})) if new else ()), taken

    def _is_said(self, held: PreparedPlace) -> bool:
        """Return whether the state has every statement of an entry already, about the work of its key.

        The entry then adds nothing and contradicts nothing. This is asked first, because to read a work back from the
        graph takes many times as long.
        """
        lines = b"".join(self._reader.lines(_text(self._reader, held)))
        quads = parse(lines, format=RdfFormat.N_QUADS, lenient=True)
        return all(map(self.snapshot.contains, quads))

    def _new(self, entry: PreparedEntry, held: PreparedPlace, losses: tuple[Loss, ...]) -> str:
        assert entry.match_key is not None
        wanted = entry.match_key.key
        key = self._free_key(entry.match_key, held)
        others = entry.match_key.alternative_keys
        taken = [*filter(self.matcher.holds, others)]
        losses = (*losses, *(Loss(field="key", raw=one, why="another work has this key") for one in taken))
        if key == wanted and key not in others and not taken:
            self.works[key] = held
            self.matcher.learn(entry.match_key, held)
        else:
            if address_key(wanted) != wanted and not self.matcher.holds(wanted):
                others = (wanted, *others)  # it ends no address, and is a key to ask and match by all the same
            left = tuple(dict.fromkeys(one for one in others if one != key and one not in taken))
            self._keep(replace(held.record, key=key, alternative_keys=left))
            if key != wanted and not entry.match_key.key_is_made:
                reason = "another work has this key" if address_key(wanted) == wanted else "no address ends so"
                losses = (
                    *losses,
                    Loss(
                        field="key",
                        raw=wanted,
                        why=Message("%(reason)s; this one is imported as %(key)r", reason=reason, key=key),
                    ),
                )
        of = entry.match_key._replace(key=key)
        self._new_works.append((self._item(entry, "new", key, losses), of))
        return key

    def _free_key(self, wanted: MatchKey, held: PreparedPlace) -> str:
        """Return the key that a new work wants, or one like it that no work has."""
        if not self.matcher.holds(key := address_key(wanted.key)):
            return key
        return self.matcher.free_made_key(held.record) if wanted.key_is_made else self.matcher.free_key(key)

    def _shared_doi(self, doi: str | None) -> Iterator[Loss]:
        """Yield the loss that tells of other works with the same DOI, where there are any."""
        others = self.matcher.keys_of_doi(doi) if doi else []
        if doi and len(others) == 1:
            why = Message("%(others)r has this DOI, too, and is another work; both keep it", others=others[0])
            yield Loss(field="doi", raw=doi, why=why)
        elif doi and others:
            shown = [repr(key) for key in others[:SHOWN_KEYS]]
            if len(others) > SHOWN_KEYS:
                count = len(others)
                why = Message("%(count)s works have this DOI, too, and are other works; all keep it", count=count)
            else:
                why = Message(
                    "%(keys)s and %(other)s have this DOI, too, and are other works; all keep it",
                    keys=", ".join(shown[:-1]),
                    other=shown[-1],
                )
            yield Loss(field="doi", raw=doi, why=why)

    def begin_similar(self) -> None:
        """Let another process look for similar works, where there are many new ones. Call it after the last entry."""
        if len(self._new_works) >= APART_WORKS and self._apart is None:
            try:
                self._apart = SimilarApart(self.works[of.key] for _, of in self._new_works)
            except OSError as fault:
                log.warning("similar works are looked for in the server itself: %s", fault)

    def find_similar(self) -> None:
        """Note for each new work the works that it may be, or is related to. Call it after the last entry is taken."""
        found = self._similar_works()
        for item, of in self._new_works:
            candidates = [one for one in found.get(of.key, ()) if frozenset(one.keys) not in self.related]
            for proposes in ("same", "relation"):
                named = [self._similar(one, of.key) for one in candidates if one.proposes == proposes]
                if named and proposes == "same":
                    item.similar = named
                elif named:
                    item.related = named

    def _similar_works(self) -> dict[str, list[Candidate]]:
        known, apart = self.matcher.known, self._apart
        if apart is not None:
            self._apart = None  # it answers once
            with closing(apart):
                if (found := apart.found(self.snapshot, self.minter, known)) is not None:
                    return found
        new = (self._particulars(of.key) for _, of in self._new_works)
        return similar_to(new, self.snapshot, self.minter, known) if self._new_works else {}

    def close(self) -> None:
        """End the process that looks for similar works, if there is one."""
        if self._apart is not None:
            self._apart.close()

    def _record(self, key: str) -> Record:
        held = self.works[key]
        return held if isinstance(held, Record) else held.record

    def _particulars(self, key: str) -> Particulars:
        held = self.works[key]
        return particulars_of(held) if isinstance(held, Record) else held.particulars

    def _similar(self, candidate: Candidate, key: str) -> SimilarShape:
        return SimilarShape(
            work=self.minter.iri("work", candidate.other(key)),
            relation=candidate.relation or None,
            score=candidate.score,
            reasons=list(candidate.reasons),
        )

    def records(self) -> Iterator[Record]:
        """Yield the record of every new and updated work."""
        yield from map(self._record, self.works)

    def change(self) -> ChangeSet:
        """Return the statements of new and updated works that the state does not have: net, each of them once.

        A large change is text that its first reader makes: the state must not change before that.
        """
        state = Additions(self.snapshot)
        text = ReplayableText(self._additions(self.works, state))
        if not text.exceeds(HELD_BYTES):
            return ChangeSet(added=tuple(QuadText(text.pieces)), removed=tuple(self._outgrown()))
        follows = self._consequences(state)
        text.end_with(serialize(follows.added, format=RdfFormat.N_QUADS) or b"")
        return ChangeSet(added=QuadText(text.pieces, text.file), removed=(*self._outgrown(), *follows.removed))

    def _consequences(self, state: Additions) -> ChangeSet:
        """Return what follows for other things from what works gain that the state has: of evidence, its quote checks.

        Of a short change this is found when it is committed.
        """
        thing = self.minter.thing
        gaining = {key: held for key, held in self.works.items() if state.is_said(thing("work", key))}
        text = b"".join(self._additions(gaining, state))
        own = ChangeSet(added=tuple(parse(text, format=RdfFormat.N_QUADS, lenient=True)))
        whole = with_consequences(StateAfter(self.snapshot, own), self.minter, self.texts).change
        said = set(own.added)
        return ChangeSet(tuple(quad for quad in whole.added if quad not in said), whole.removed)

    def _additions(self, works: Mapping[str, Record | PreparedPlace], state: Additions) -> Iterator[bytes]:
        """Yield the statements of those works that the state does not have."""
        writer = WorkWriter(self.minter, self._known, self.works)
        for held in works.values():
            yield from map(state.of, writer.lines(_text(writer, held)))

    def _outgrown(self) -> Iterator[Quad]:
        """Yield what updated works no longer say: their other fields as they were, and a status less grave."""
        for held in self.works.values():
            if isinstance(held, Record) and held.extra:
                status = status_of_fields(held.extra)
                said: dict[str, NamedNode | Literal] = {"sourceFields": source_fields(held)}
                if status:
                    said["status"] = self.minter.term(status)
                for term, stays in said.items():
                    for triple in self.snapshot.triples(self.minter.thing("work", held.key), self.minter.term(term)):
                        if triple.object != stays:
                            yield Quad(triple.subject, triple.predicate, triple.object)

    def receipt(
        self, name: str, source: bytes, format: str, version: Version | None, faults: Iterable[Fault] = ()
    ) -> Receipt:
        """Return the receipt with the fate of every entry; without a version, that of a dry run."""
        self.find_similar()
        counted = Counter(item.fate for item in self.items)
        return Receipt(
            loss_counts=loss_counts(loss for item in self.items for loss in item.losses),
            id=str(version) if version else None,
            version=version,
            file=name,
            sha256=hashlib.sha256(source).hexdigest(),
            format=format,
            entries=len(self.items),
            fates={fate: counted[fate] for fate in FATES},
            items=self.items,
            faults=[FileFault(line=fault.line, why=fault.why, raw=fault.raw) for fault in faults],
            undo=f"/changes/{version}/undo" if version else None,
        )

    def _keep(self, record: Record) -> None:
        if status := status_of_fields(record.extra):
            graver = gravest([status, *self._statuses(record.key)])
            if graver and graver != status:
                record = replace(record, extra={**record.extra, "status": graver})
        self.works[record.key] = record
        self.matcher.learn(match_key(record), record)

    def _statuses(self, key: str) -> Iterator[str | None]:
        """Yield the publication statuses that the state knows of a work."""
        for triple in self.snapshot.triples(self.minter.thing("work", key), self.minter.term("status")):
            if isinstance(triple.object, NamedNode):
                yield self.minter.local(triple.object.value)

    def _item(
        self, entry: PreparedEntry, fate: str, key: str | None, losses: tuple[Loss, ...], error: str | None = None
    ) -> ReceiptItem:
        item = ReceiptItem(
            position=entry.position,
            line=entry.line,
            key=entry.key,
            fate=fate,
            work=self.minter.iri("work", key) if key else None,
            status=gravest([entry.status, *(self._statuses(key) if key and fate != "new" else ())]),
            losses=tuple([LossShape(field=loss.field, raw=loss.raw, why=loss.why) for loss in losses]),
            error=error,
        )
        self.items.append(item)
        return item


class _KnownToPlan(KnownInGraph):
    """The names that a home knows, and the keys of works that a plan has matched or made so far."""

    def __init__(self, snapshot: Snapshot, minter: Minter, matcher: Matcher) -> None:
        super().__init__(snapshot, minter)
        self._matcher = matcher

    def key_of_work(self, key: str) -> str | None:
        return self._matcher.key_of_work(key)


def _text(writer: WorkWriter, held: Record | PreparedPlace) -> WorkText:
    """Return the statements of a work: as prepared, where the home knows its names by no other IRI."""
    if isinstance(held, Record):
        return writer.text(held)
    text = held.text
    return text if text and writer.fits(text) else writer.text(held.record)
