"""Keep annotations of other programs as evidence: all of a document as one version."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal
from urllib.parse import unquote, urlsplit

from pyoxigraph import Literal as RdfLiteral
from pyoxigraph import NamedNode, Quad

from commonplace.commit import Committer, Proposal
from commonplace.curation.editing.edits import created
from commonplace.curation.editing.fields import Edit
from commonplace.derived.graph.snapshot import PROLOGUE, Snapshot
from commonplace.errors import BadRequest, Message
from commonplace.exchange.edits import Editor
from commonplace.library import Library
from commonplace.library.dois import doi_pattern
from commonplace.library.evidence import evidence_of_work
from commonplace.library.named_things import known_thing
from commonplace.model.annotation_reading import ABOUT, AnnotationFault, Members
from commonplace.model.annotations import read_annotation
from commonplace.model.change import ChangeSet, Entry, Note, Version
from commonplace.model.hypothesis import read_row
from commonplace.model.identifiers import doi_key, normal_doi
from commonplace.model.minter import Kind, Minter

Fate = Literal["new", "matched", "failed"]
Reader = Callable[[Mapping[str, Any]], Members]

MARK = re.compile(
    rb'ns/anno\.jsonld|"type"\s*:\s*\[?\s*"Annotation|"export_userid"|\A\s*\{\s*"(?:rows|total|annotations)"\s*:'
)
"""Found at the beginning of a file of annotations, and of no bibliography in JSON."""

MARKED_BYTES = 4_096
"""Number of bytes of a file in which the mark is looked for."""

_ADDRESS = re.compile(r"/(?:works|id/work)/(?P<key>.+)")
_SAME = ("about_iri", "state", "quote", "locator")
"""Members that two pieces of evidence of one work share when they are one."""


@dataclass(frozen=True, slots=True)
class AnnotationFate:
    """What became of one annotation; `node` is its evidence, unless it failed for the reason that `error` says."""

    position: int
    fate: Fate
    node: NamedNode | None = None
    where: str | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class KeptAnnotations:
    """What became of a document of annotations; `entry` is None where nothing was written."""

    items: tuple[AnnotationFate, ...]
    entry: Entry | None

    @property
    def fates(self) -> dict[str, int]:
        """Return the number of annotations of each fate."""
        counted = Counter(item.fate for item in self.items)
        return {fate: counted[fate] for fate in ("new", "matched", "failed")}


def looks_like_annotations(data: bytes) -> bool:
    """Return whether a file begins as annotations do, of the W3C or of Hypothesis."""
    return MARK.search(data[:MARKED_BYTES]) is not None


def documents_of(document: object) -> list[tuple[Reader, Mapping[str, Any]]]:
    """Return the annotations in a JSON document, each with what reads it: one, a list, a page, an export.

    Raises `BadRequest` where there are none.
    """
    found = list(_documents(document))
    if not found:
        why = "send an annotation, a list of them, an AnnotationPage, or rows as Hypothesis's API and exports have them"
        raise BadRequest("there is no annotation in this", [("body", why)])
    return found


def _documents(document: object, *, is_listed: bool = False) -> Iterator[tuple[Reader, Mapping[str, Any]]]:
    if isinstance(document, list):
        for one in document:
            yield from _documents(one, is_listed=True)
        return
    members = document if isinstance(document, Mapping) else {}
    for name in ("rows", "annotations", "items", "first"):
        if isinstance(members.get(name), list | dict):
            yield from _documents(members[name])
            return
    if "type" in members or "target" in members or "uri" in members:
        yield (read_row if "uri" in members and "type" not in members else read_annotation), members
    elif is_listed:
        yield _refuse, members


def _refuse(other: Mapping[str, Any]) -> Members:
    found = ", ".join(other) or "no member"
    why = Message("this is no annotation: it has no target and no uri, but %(found)s", found=found)
    raise AnnotationFault("annotation", why)


class Annotations:
    """Annotations that come in to one library. Safe to use from several threads."""

    def __init__(self, library: Library, committer: Committer) -> None:
        self._library = library
        self._committer = committer

    def keep(
        self,
        document: object,
        editor: Editor,
        expected: Version | None = None,
        *,
        dry_run: bool = False,
        then: Callable[[Snapshot, Sequence[AnnotationFate]], object] | None = None,
    ) -> KeptAnnotations:
        """Make evidence of each annotation of a document, as one version; what is there already is matched.

        `then` is called with the state that was made, or the newest where nothing was, and what became of each.
        An annotation that cannot be evidence fails alone. Raises `BadRequest` where there is none in the document,
        `ShapeViolation`, and `Conflict` when `expected` is given and is not the head; nothing is written then.
        """
        documents = documents_of(document)
        items: list[AnnotationFate] = []

        def propose(snapshot: Snapshot) -> Proposal:
            edit = Edit(snapshot, self._library.minter, editor.agent, datetime.now(UTC), editor.decides)
            made = _AnnotationEvidence(edit)
            items[:] = [made.item(position, *one) for position, one in enumerate(documents, 1)]
            counted = sum(item.fate == "new" for item in items)
            message = editor.message or f"{counted} of {len(items)} annotations as evidence"
            return Proposal(ChangeSet(tuple(made.quads)), Note(agent=editor.agent, kind="annotations", message=message))

        def look(snapshot: Snapshot) -> None:
            if then is not None:
                then(snapshot, items)

        if dry_run:
            self._library.read(propose)
            entry = None
        else:
            entry = self._committer.commit(propose, expected, look)
        if entry is None:
            self._library.read(look)
        return KeptAnnotations(tuple(items), entry)


class _AnnotationEvidence:
    """Makes evidence of annotations, one after another, in one state."""

    def __init__(self, edit: Edit) -> None:
        self._edit = edit
        self._here: dict[str, list[tuple[NamedNode, tuple[str | None, ...]]]] = {}
        self._taken: set[NamedNode] = set()
        self.quads: dict[Quad, None] = {}

    def item(self, position: int, read: Reader, document: Mapping[str, Any]) -> AnnotationFate:
        """Return what becomes of an annotation, and add its statements."""
        try:
            values = self._values(read(document))
            return self._made(position, values)
        except AnnotationFault as fault:
            return AnnotationFate(position, "failed", where=fault.where, error=fault.why)
        except BadRequest as fault:
            where, why = fault.errors[0] if fault.errors else ("annotation", "")
            return AnnotationFate(position, "failed", where=where, error=f"{fault.detail}: {why}".rstrip(": "))

    def _values(self, members: Members) -> dict[str, Any]:
        """Return the members of evidence, with its things as IRIs. Raises `AnnotationFault`."""
        snapshot, minter = self._edit.snapshot, self._edit.minter
        work = work_named(snapshot, minter, members["work"])
        if "about" not in members:
            raise AnnotationFault("body", "say what it is about: a concept or claim as body, or a tag concept:KEY")
        about = about_named(snapshot, minter, members["about"])
        is_claim = (minter.kind_and_key(about.value) or ("", ""))[0] == "claim"
        state = members.get("state") or (None if is_claim else "discusses")
        allowed = ("supports", "contradicts", "silent") if is_claim else ("discusses", "silent")
        if state not in allowed:
            told = Message("not %(state)r", state=state) if state else "it is not said"
            raise AnnotationFault(
                "cp:state",
                Message(
                    "of this a work is %(allowed)s, and %(told)s: give it, or tag it",
                    allowed=" or ".join(allowed),
                    told=told,
                ),
            )
        known = {"certainty": "low", **members, "work": work.value, "about": about.value, "state": state}
        if state != "silent":
            known.setdefault("directness", "indirect")
        if "quoted_from" in members:
            known["quoted_from"] = work_named(snapshot, minter, members["quoted_from"]).value
        return known

    def _made(self, position: int, values: dict[str, Any]) -> AnnotationFate:
        work = values["work"]
        there = self._here.setdefault(work, self._known(NamedNode(work)))
        said = tuple(values.get(name.removesuffix("_iri")) for name in _SAME)
        for node, other in there:
            if other == said:
                return AnnotationFate(position, "matched", node)
        node = self._free(values)
        change = created(self._edit, "evidence", node, values)
        self._taken.add(node)
        there.append((node, said))
        self.quads.update(dict.fromkeys(change.added))
        return AnnotationFate(position, "new", node)

    def _known(self, work: NamedNode) -> list[tuple[NamedNode, tuple[str | None, ...]]]:
        """Return what the library knows of a work: each piece of evidence, by what makes it one with another."""
        found = evidence_of_work(self._edit.snapshot, work, self._edit.minter)
        return [(NamedNode(one.iri), tuple(getattr(one, name) for name in _SAME)) for one in found]

    def _free(self, values: Mapping[str, Any]) -> NamedNode:
        """Return the IRI of new evidence, which nothing has."""
        minter = self._edit.minter
        stem = f"{minter.key(values['about'])}--{minter.key(values['work'])}"
        number = 1
        while True:
            node = minter.thing("evidence", stem if number == 1 else f"{stem}-{number}")
            if node not in self._taken and not any(True for _ in self._edit.snapshot.triples(node)):
                return node
            number += 1


def work_named(snapshot: Snapshot, minter: Minter, source: str) -> NamedNode:
    """Return the work that a target names: by IRI or address of a library, by DOI, by its own address, or by key.

    Raises `AnnotationFault`.
    """
    key = _ADDRESS.search(unquote(urlsplit(source).path)) if "://" in source else None
    for named in filter(None, (key and key["key"], source if "://" not in source else None)):
        if (node := _known(snapshot, minter, "work", named)) is not None:
            return node
    for node in (_by_doi(snapshot, source), _by_address(snapshot, source)):
        if node is not None:
            return node
    raise AnnotationFault(
        "target",
        Message("the library has no work %(source)r: by IRI, key, DOI or its own address", source=source[:200]),
    )


def about_named(snapshot: Snapshot, minter: Minter, given: str) -> NamedNode:
    """Return the concept or claim that is named: by IRI, as `concept:KEY`, by key, or by a label.

    Raises `AnnotationFault`.
    """
    tagged = ABOUT.fullmatch(given)
    key = given.rpartition("/")[2] if "://" in given else (tagged[2] if tagged else given)
    kinds: tuple[Kind, ...] = ("concept", "claim")
    if (tagged and tagged[1] == "claim") or "/claim" in given:
        kinds = ("claim",)
    for kind in kinds:
        if (node := _known(snapshot, minter, kind, unquote(key))) is not None:
            return node
    rows = snapshot.select(
        f"""{PROLOGUE}SELECT DISTINCT ?thing WHERE {{ VALUES ?says {{ skos:prefLabel skos:altLabel rdfs:label }}
        ?thing ?says ?label . FILTER(LCASE(STR(?label)) = LCASE({RdfLiteral(given)}))
        VALUES ?kind {{ skos:Concept cp:Claim }} ?thing a ?kind }} ORDER BY STR(?thing)"""
    )
    found = [node for row in rows if isinstance(node := row["thing"], NamedNode)]
    if len(found) == 1:
        return found[0]
    why = (
        Message("%(given)r is the label of several", given=given[:200])
        if found
        else Message("the library has no concept or claim %(given)r", given=given[:200])
    )
    raise AnnotationFault(
        "body", Message("%(why)s: name one by its IRI, or by a tag concept:KEY or claim:KEY", why=why)
    )


def _known(snapshot: Snapshot, minter: Minter, kind: Kind, key: str) -> NamedNode | None:
    try:
        return known_thing(snapshot, minter, minter.thing(kind, key))
    except ValueError:
        return None


def _by_doi(snapshot: Snapshot, source: str) -> NamedNode | None:
    try:
        doi = doi_key(normal_doi(source))
    except ValueError:
        return None
    return _work_with(snapshot, f"{doi_pattern('?work', '?doi')} FILTER(LCASE(STR(?doi)) = {RdfLiteral(doi.lower())})")


def _by_address(snapshot: Snapshot, source: str) -> NamedNode | None:
    address = RdfLiteral(source.partition("#")[0])
    return _work_with(snapshot, f"?work foaf:page ?page FILTER(STR(?page) = {address})")


def _work_with(snapshot: Snapshot, pattern: str) -> NamedNode | None:
    rows = snapshot.select(
        f"{PROLOGUE}SELECT ?work WHERE {{ ?work a fabio:Expression . {pattern} }} ORDER BY STR(?work)"
    )
    return next((node for row in rows if isinstance(node := row["work"], NamedNode)), None)
