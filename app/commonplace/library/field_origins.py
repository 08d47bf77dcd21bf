"""Find out from the log where each field of a work comes from; nothing is stored for it.

A value that stands in a state entered with the last version that added its statement. What entered before,
was taken away and came back (an undo, an edit that returns to it) has both: when it came back, and first.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from pyoxigraph import DefaultGraph, Literal, NamedNode, RdfFormat, Triple, serialize

from commonplace.derived.graph.records import is_work
from commonplace.derived.graph.snapshot import Snapshot
from commonplace.derived.thing_versions import ThingVersions, change_in
from commonplace.errors import Message, NotFound
from commonplace.library.evidence import label_of
from commonplace.library.history_schemas import FieldOrigin, Origin, Source
from commonplace.model.change import Version
from commonplace.model.identifiers import doi_key
from commonplace.model.minter import Minter
from commonplace.model.namespaces import DCTERMS, PRISM, PRO
from commonplace.model.other_titles import TERMS
from commonplace.model.roles import ROLES
from commonplace.model.work_graph import LITERAL_FIELDS, OWN_FIELDS
from commonplace.model.work_reading import Neighbourhood, read_name
from commonplace.patchlog.log import PatchLog, SearchableBytes
from commonplace.patchlog.rdf_patch import ADDITION

ROLE_FIELDS = {"author": "authors", "editor": "editors"}
"""Fields of a work that hold the people of one role; people of other roles are in `contributors`."""


@dataclass(frozen=True, slots=True)
class StatedField:
    """A field of a work, its value as text, and the statement that says it."""

    field: str
    value: str
    statement: Triple


def origins_of(snapshot: Snapshot, things: ThingVersions, work: NamedNode, minter: Minter) -> list[FieldOrigin]:
    """Return a row for each value of each field of the work, with its origin. Raises `NotFound`."""
    stated = stated_fields(snapshot, work, minter)
    added = _added(things, work, {one.statement for one in stated}, snapshot.version)
    origins = Origins(things.log, work)
    found = []
    for one in stated:
        versions = added.get(one.statement)
        if not versions:
            continue  # said by no version: a state that did not come from this log
        last, first = versions[-1], versions[0]
        found.append(
            FieldOrigin(
                field=one.field,
                value=one.value,
                entered=origins.of(last),
                first_entered=origins.of(first) if first != last else None,
            )
        )
    return found


def stated_fields(snapshot: Snapshot, work: NamedNode, minter: Minter) -> list[StatedField]:
    """Return the fields of a work with their statements, in the order of its JSON. Raises `NotFound`."""
    if not is_work(snapshot, work):
        raise NotFound(Message("there is no work %(key)r", key=minter.key(work.value)))
    names = {predicate.value: field for field, predicate in predicates_of_works(minter)}
    found: list[StatedField] = []
    for triple in snapshot.triples(work):
        field = names.get(triple.predicate.value)
        if field is not None:
            found.append(StatedField(field, _text(snapshot, triple.object, minter), triple))
        elif triple.predicate == PRO["isDocumentContextFor"] and isinstance(triple.object, NamedNode):
            found.append(_contribution(snapshot, triple, triple.object, minter))
    order = ["type", "title", "authors", "editors", "contributors", *dict.fromkeys(names.values())]
    return sorted(found, key=lambda one: (order.index(one.field), str(one.statement.object)))


def predicates_of_works(minter: Minter) -> Iterator[tuple[str, NamedNode]]:
    """Yield the fields of a work that are statements of its own, and the property of each."""
    yield from (
        ("type", DCTERMS["type"]),
        ("citation_key", minter.term("citationKey")),
        ("alternative_keys", minter.term("alternativeKey")),
        ("issued", DCTERMS["issued"]),
        ("available", DCTERMS["available"]),
        ("container_title", DCTERMS["isPartOf"]),
        ("publisher", DCTERMS["publisher"]),
        ("isbn", PRISM["isbn"]),
        ("issn", PRISM["issn"]),
        ("keywords", PRISM["keyword"]),
        ("status", minter.term("status")),
    )
    yield from LITERAL_FIELDS
    yield from ((name, minter.term(term)) for name, term in (*TERMS.items(), *OWN_FIELDS))


def _contribution(snapshot: Snapshot, triple: Triple, node: NamedNode, minter: Minter) -> StatedField:
    about = Neighbourhood(snapshot.triples(node))
    said, agent = about.node(node, PRO["withRole"]), about.node(node, PRO["isHeldBy"])
    role = next((role.csl for role in ROLES if said == role.term(minter)), "contributor")
    name = read_name(about, node, minter)
    if name is None and agent is not None:
        name = read_name(Neighbourhood(snapshot.triples(agent)), agent, minter)
    return StatedField(ROLE_FIELDS.get(role, "contributors"), name.inverted if name else "", triple)


def _text(snapshot: Snapshot, term: object, minter: Minter) -> str:
    if isinstance(term, Literal):
        return term.value
    if isinstance(term, NamedNode):
        return label_of(snapshot, term) or minter.local(term.value)
    return str(term)


def _added(things: ThingVersions, work: NamedNode, wanted: set[Triple], until: Version) -> dict[Triple, list[Version]]:
    """Return the versions that added each statement, oldest first.

    A line of the log is the statement as the engine writes it: it is compared, and parsed only where none is equal.
    """
    ordered = list(wanted)
    texts = serialize(ordered, format=RdfFormat.N_TRIPLES) or b""
    statements = dict(zip((ADDITION + line for line in texts.split(b"\n")), ordered, strict=False))
    touching = [(version, lines) for version, lines in things.lines(work.value) if version <= until]
    found: dict[Triple, list[Version]] = {}
    for version, lines in touching:
        for line in lines.split(b"\n"):
            if (statement := statements.get(line)) is not None:
                found.setdefault(statement, []).append(version)
    if len(found) < len(wanted):
        _add_parsed(touching, wanted - found.keys(), found)
    return found


def _add_parsed(
    touching: Iterable[tuple[Version, bytes]], wanted: set[Triple], found: dict[Triple, list[Version]]
) -> None:
    """Find statements whose lines another writer wrote in another way."""
    for version, lines in touching:
        for quad in change_in(lines).added:
            if quad.graph_name == DefaultGraph() and quad.triple in wanted:
                found.setdefault(quad.triple, []).append(version)


class Origins:
    """Origins of the fields of one work, by version. Each receipt is read once."""

    def __init__(self, log: PatchLog, work: NamedNode) -> None:
        self._log = log
        self._work = work.value
        self._known: dict[Version, Origin] = {}

    def of(self, version: Version) -> Origin:
        """Return who made a version, when, by what kind of write, and from which entries of a file."""
        if version not in self._known:
            header = self._log.header(version)
            self._known[version] = Origin(
                version=version,
                at=header.at.isoformat(),
                agent=header.note.agent,
                kind=header.note.kind,
                message=header.note.message or None,
                undoes=header.note.undoes,
                sources=list(self._sources(version)) or None,
            )
        return self._known[version]

    def _sources(self, version: Version) -> Iterator[Source]:
        """Return the entries of the imported file that became this work, or were added to it."""
        attachments = self._log.header(version).note.attachments
        if "receipt" not in attachments:
            return
        with self._log.attached(attachments["receipt"]) as text:
            receipt, items = items_of_work(text, self._work)
        if not items:
            return
        agencies = self._agencies(attachments.get("answers"))
        for item in items:
            if item["fate"] in ("new", "updated"):
                yield Source(
                    file=receipt["file"],
                    sha256=receipt["sha256"],
                    receipt=f"/imports/{version}",
                    position=item["position"],
                    line=item["line"],
                    key=item.get("key"),
                    agency=agencies.get(doi_key(item.get("key") or "")),
                )

    def _agencies(self, answers: str | None) -> dict[str, str]:
        """Return the agency that described each DOI of an import by DOI."""
        if answers is None:
            return {}
        rows: list[dict[str, Any]] = [
            json.loads(line) for line in gzip.decompress(self._log.attachment(answers)).splitlines()
        ]
        return {doi_key(row["doi"]): row["agency"] for row in rows if row.get("doi") and row.get("agency")}


_ITEMS, _ITEM = b',"items":[', b'{"position":'
"""Beginnings of the items of a receipt, and of each of them, as `Receipt.json_text` writes them."""


def items_of_work(receipt: SearchableBytes, work: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return a receipt without its items, and those of its items that are of the work of that IRI.

    A receipt of many entries is not parsed: it is searched for the IRI.
    """
    begin = receipt.find(_ITEMS + _ITEM, 0)
    if begin < 0:  # it has no items, or was written in another form
        whole = json.loads(receipt[:])
        return whole, [item for item in whole["items"] if item.get("work") == work]
    needle = b',"work":' + json.dumps(work, ensure_ascii=False).encode()
    found, at = [], receipt.find(needle, begin)
    while at >= 0:
        start = receipt.rfind(_ITEM, begin, at)
        following = receipt.find(b"," + _ITEM, at)
        text = receipt[start : following if following >= 0 else None]
        found.append(json.JSONDecoder().raw_decode(text.decode())[0])  # after the last one other things follow
        at = receipt.find(needle, at + len(needle))
    return json.loads(receipt[:begin] + b"}"), found
