"""Merge one thing into another: choose field by field, keep what loses, and let everything else follow.

The result is a change; nothing is written. What the change takes and sets aside stands in a record on the node that
the merged thing leaves behind, so that `commonplace.curation.merging.unmerge` can tell the two apart again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pyoxigraph import Literal, NamedNode, Quad, Triple

from commonplace.curation.editing.fields import identifier_node
from commonplace.curation.merging.following import Following, following, tombstone, weaker
from commonplace.curation.merging.preference import Rank, Side, preferred
from commonplace.curation.merging.values import KEY, Value, carried, is_own, own_statements, values_of
from commonplace.derived.graph.merged import json_object
from commonplace.derived.graph.records import record_of
from commonplace.derived.graph.snapshot import Snapshot
from commonplace.errors import BadRequest, CannotMerge, Message
from commonplace.model.change import ChangeSet
from commonplace.model.minter import Kind, Minter
from commonplace.model.namespaces import DATACITE, DCTERMS, FOAF, LITRE, PRISM, PRO, RDF, RDFS, SKOS
from commonplace.model.record_json import record_json
from commonplace.model.work_reading import Neighbourhood, read_name

SIDES = ("left", "right")


@dataclass(frozen=True, slots=True)
class Taken:
    """One value of the merged thing: the texts of both sides, which was `taken`, why, and how the other is kept.

    `taken` is `left`, `right`, `both` where they are equal, or `combined` where each gives a part.
    """

    field: str
    name: str
    left: str | None
    right: str | None
    taken: str
    why: str
    kept_as: str | None = None


@dataclass(frozen=True, slots=True)
class Merge:
    """What a merge would do: the change, what it takes for each value, what follows, and what it sets aside."""

    change: ChangeSet
    taken: tuple[Taken, ...]
    following: Following
    set_aside: Mapping[str, str]


def merge_of(
    snapshot: Snapshot,
    kind: Kind,
    left: NamedNode,
    right: NamedNode,
    minter: Minter,
    choices: Mapping[str, Side],
    ranks: tuple[Rank, Rank],
) -> Merge:
    """Return what merging `right` into `left` would do, where both are there and of that kind.

    `choices` say for fields which side's value stays. Raises `BadRequest` for a field that neither has, and
    `CannotMerge` where a concept would come to lie below itself.
    """
    return _Merging(snapshot, kind, left, right, minter, choices, ranks).result()


def name_in(snapshot: Snapshot, node: NamedNode, minter: Minter) -> str:
    """Return the name, title or label that a thing is known by, in English where there is one; else its key.

    A person's name has the family name first.
    """
    said = list(snapshot.triples(node))
    if name := read_name(Neighbourhood(said), node, minter):
        return name.inverted
    for predicate in (DCTERMS["title"], SKOS["prefLabel"], RDFS["label"]):
        texts = [t.object for t in said if t.predicate == predicate and isinstance(t.object, Literal)]
        if texts:
            return min(texts, key=lambda text: (text.language != "en", text.value)).value
    return minter.key(node.value)


@dataclass(slots=True)
class _Merging:
    snapshot: Snapshot
    kind: Kind
    left: NamedNode
    right: NamedNode
    minter: Minter
    choices: Mapping[str, Side]
    ranks: tuple[Rank, Rank]
    final: set[Triple] = field(default_factory=set)
    taken: list[Taken] = field(default_factory=list)
    set_aside: dict[str, str] = field(default_factory=dict)

    def result(self) -> Merge:
        before = own_statements(self.snapshot, self.left), own_statements(self.snapshot, self.right)
        ours = self._values(before[0], self.left, self.right)
        theirs = self._values(before[1], self.right, self.left)
        self._check_choices(ours, theirs)
        # What both have comes first, then what the left has: so the nodes of the right get other names, not the left's.
        for name in sorted({*ours, *theirs}, key=lambda name: (name not in ours, name)):
            self._take(name, ours.get(name), theirs.get(name))
        if self.kind == "work":
            self._one_doi()
            self.final.add(self._alternative_key())
        follows = following(self.snapshot, self.left, self.right, self.minter)
        gone = carried(follows.removed, self.right, self.left)
        self.final -= {t for t in (*follows.removed, *gone) if t not in follows.added}
        follows.replace((), self._printed_names(before))
        self.set_aside |= follows.set_aside
        self._without_weaker(follows)
        if self.kind == "concept":
            self._check_hierarchy(follows)
        added = [*self.final, *follows.added, *self._nodes_left_behind(follows)]
        removed = [*before[0], *before[1], *follows.removed]
        change = ChangeSet(tuple(map(_quad, dict.fromkeys(added))), tuple(map(_quad, dict.fromkeys(removed))))
        return Merge(change.net(self.snapshot.contains), tuple(self.taken), follows, self.set_aside)

    def _values(self, own: Iterable[Triple], thing: NamedNode, other: NamedNode) -> dict[str, Value]:
        """Return the values of a thing, without what joins it with the other: that is set aside."""
        statements = set(own)
        joining = {t for t in statements if is_own(t.object, other)}
        for triple in sorted(joining, key=str):
            told = f"{self.minter.compact(triple.predicate.value)}: {self.minter.key(other.value)}"
            self.set_aside[told] = "it joined the two"
        return values_of(
            statements - joining, thing, self.kind, self.minter, lambda node: name_in(self.snapshot, node, self.minter)
        )

    def _check_choices(self, ours: Mapping[str, Value], theirs: Mapping[str, Value]) -> None:
        single = {value.field for value in (*ours.values(), *theirs.values()) if value.single} - {KEY}
        known = sorted({part for name in single for part in (name, name.partition(".")[0])})
        for name, side in self.choices.items():
            if side not in SIDES:
                raise BadRequest(
                    Message("%(name)s cannot be %(side)r", name=name, side=side),
                    [(f"fields.{name}", "use left or right")],
                )
            if name not in known:
                why = Message("use one of %(known)s; of all other fields every value is kept", known=", ".join(known))
                raise BadRequest(Message("neither has a %(name)s to choose", name=name), [(f"fields.{name}", why)])

    def _chosen(self, name: str) -> Side | None:
        return self.choices.get(name) or self.choices.get(name.partition(".")[0])

    def _take(self, name: str, ours: Value | None, theirs: Value | None) -> None:
        if KEY in (name, ours and ours.field, theirs and theirs.field):
            self.final |= ours.statements if ours else frozenset()
            return
        if theirs is None:
            assert ours is not None
            self._settle(ours, theirs, *self._alone(ours, "left"))
        elif ours is None:
            self._settle(ours, theirs, *self._alone(theirs, "right"))
        elif carried(theirs.statements, self.right, self.left) == ours.statements:
            self._settle(ours, theirs, "both", "they are equal")
        elif name == "source_fields" and name not in self.choices:
            self._combine(ours, theirs)
        elif side := self._chosen(ours.field):
            self._settle(ours, theirs, side, "it was chosen")
        elif not ours.single:
            self._settle(ours, theirs, *self._better_node(ours, theirs))
        else:
            self._settle(ours, theirs, *preferred(ours, theirs, *self.ranks))

    def _alone(self, value: Value, side: Side) -> tuple[str, str]:
        chosen = self._chosen(value.field) if value.single else None
        if chosen and chosen != side:
            return chosen, "it was chosen"
        return side, "the other has none" if value.single else "every value is kept"

    def _better_node(self, ours: Value, theirs: Value) -> tuple[Side, str]:
        """Return the side whose node of one and the same identifier stays: a confirmed one, else the left's."""
        confirmed = self.minter.term("confirmed")
        sure = [any(t.object == confirmed for t in value.statements) for value in (ours, theirs)]
        return ("right", "it is confirmed") if sure == [False, True] else ("left", "it is of the one that stays")

    def _settle(self, ours: Value | None, theirs: Value | None, side: str, why: str) -> None:
        value = theirs if side == "right" else ours
        if value is not None:
            self.final |= self._placed(value) if side == "right" else value.statements
        lost, source = (ours, self.left) if side == "right" else (theirs, self.right)
        kept_as = self._keep(lost, source, value) if lost is not None and side != "both" else None
        shown = value or lost
        assert shown is not None
        mine, other = (value.text if value else None for value in (ours, theirs))
        self.taken.append(Taken(shown.field, shown.name, mine, other, side, why, kept_as))

    def _placed(self, value: Value) -> frozenset[Triple]:
        """Return a value of the right one as the left one's, its nodes under names that are free there."""
        said = carried(value.statements, self.right, self.left)
        for node in {t.subject for t in said if t.subject != self.left}:
            assert isinstance(node, NamedNode)
            free, number = node, 1
            while self._is_other(free, said, node):
                number += 1
                free = NamedNode(f"{node.value}-{number}")
            if free != node:
                said = frozenset(Triple(*(free if term == node else term for term in triple)) for triple in said)
        return said

    def _is_other(self, free: NamedNode, said: frozenset[Triple], node: NamedNode) -> bool:
        held = {t for t in self.final if t.subject == free}
        return bool(held) and held != {t for t in said if t.subject == node}

    def _keep(self, lost: Value, source: NamedNode, kept: Value | None) -> str | None:
        """Keep a value that loses: as an alternative where there is a property for that, and in the record."""
        if kept is not None and kept.field == "identifiers":
            self.set_aside[lost.name] = "; ".join(sorted(self._notes(lost))) or lost.text
            return "set aside"
        alternatives = list(self._alternatives(lost, source))
        self.final.update(alternatives)
        if lost.field == "doi":
            self.final |= self._as_identifier(lost)
            return "identifiers"
        self.set_aside[lost.name] = lost.text
        return "alternative" if alternatives else "set aside"

    def _notes(self, lost: Value) -> Iterator[str]:
        for triple in lost.statements:
            if triple.predicate in (RDFS["comment"], self.minter.term("confirmation")):
                yield self.minter.local(getattr(triple.object, "value", ""))

    def _alternatives(self, lost: Value, source: NamedNode) -> Iterator[Triple]:
        plain = [t for t in lost.statements if t.subject == source and isinstance(t.object, Literal)]
        for triple in plain:
            if lost.field == "title" and triple.predicate == DCTERMS["title"]:
                other = DCTERMS["alternative"] if self.kind == "work" else SKOS["altLabel"]
                yield Triple(self.left, other, triple.object)
            elif (lost.field == "name" and triple.predicate == FOAF["name"]) or lost.field.startswith("labels."):
                yield Triple(self.left, SKOS["altLabel"], triple.object)

    def _as_identifier(self, lost: Value) -> frozenset[Triple]:
        """Return a DOI that loses as an identifier beside the one that stays."""
        node = identifier_node(self.left, "doi", lost.text)
        said = {Triple(self.left, DATACITE["hasIdentifier"], node)}
        about = [t for t in lost.statements if "#" in str(t.subject)]
        said |= {Triple(node, t.predicate, t.object) for t in about}
        if not about:
            said |= {
                Triple(node, RDF["type"], DATACITE["Identifier"]),
                Triple(node, DATACITE["usesIdentifierScheme"], DATACITE["doi"]),
                Triple(node, LITRE["hasLiteralValue"], Literal(lost.text)),
                Triple(node, self.minter.term("confirmation"), self.minter.term("confirmed")),
            }
        return frozenset(said)

    def _combine(self, ours: Value, theirs: Value) -> None:
        """Join the fields of the source that both kept; of a field that both have the left one's stays."""
        mine, other = (json_object(value.statements) for value in (ours, theirs))
        for name, value in other.items():
            if name in mine and mine[name] != value:
                self.set_aside[f"source_fields.{name}"] = str(value)
        joined = json.dumps({**other, **mine}, ensure_ascii=False, sort_keys=True)
        self.final.add(Triple(self.left, self.minter.term("sourceFields"), Literal(joined, datatype=RDF["JSON"])))
        self.taken.append(
            Taken("source_fields", "source_fields", ours.text, theirs.text, "combined", "each has its own")
        )

    def _one_doi(self) -> None:
        """Leave one node for one DOI: a confirmed one stands for one that was only recalled."""
        about = Neighbourhood(self.final)
        plain = about.text(self.left, PRISM["doi"])
        nodes = about.nodes(self.left, DATACITE["hasIdentifier"])
        of_doi = [n for n in nodes if about.node(n, DATACITE["usesIdentifierScheme"]) == DATACITE["doi"]]
        same = [n for n in of_doi if plain and (about.text(n, LITRE["hasLiteralValue"]) or "").lower() == plain.lower()]
        recalled = [n for n in same if about.node(n, self.minter.term("confirmation")) == self.minter.term("recalled")]
        for node in recalled:
            gone = {t for t in self.final if node in (t.subject, t.object)}
            self.final -= gone
            self.set_aside[f"#{node.value.partition('#')[2]}"] = "recalled; the DOI is confirmed"

    def _alternative_key(self) -> Triple:
        return Triple(self.left, self.minter.term("alternativeKey"), Literal(self.minter.key(self.right.value)))

    def _printed_names(self, before: tuple[set[Triple], set[Triple]]) -> Iterator[Triple]:
        """Yield how the name is printed for roles that do not say it, and whose holder is called otherwise from now."""
        if self.kind not in ("person", "organization"):
            return
        stays = _name_statements(self.final, self.left, self.minter)
        for own, thing in zip(before, (self.left, self.right), strict=True):
            name = _name_statements(own, thing, self.minter)
            if name == stays:
                continue
            for held in self.snapshot.triples(None, PRO["isHeldBy"], thing):
                role = held.subject
                if isinstance(role, NamedNode) and not self._has_name(role):
                    yield from (Triple(role, predicate, value) for predicate, value in name)

    def _has_name(self, role: NamedNode) -> bool:
        names = (FOAF["familyName"], FOAF["name"])
        return any(True for predicate in names for _ in self.snapshot.triples(role, predicate))

    def _without_weaker(self, follows: Following) -> None:
        """Drop what says less than, and contradicts, what stands beside it."""
        for weak, strong in weaker(self.minter):
            for triple in [t for t in self.final if t.predicate == weak]:
                if Triple(triple.subject, strong, triple.object) in self.final:
                    self.final.discard(triple)
            for triple in list(self._links(follows, weak)):
                stronger = Triple(triple.subject, strong, triple.object)
                if stronger in follows.added or self._stays(stronger, follows):
                    follows.replace([triple])

    def _links(self, follows: Following, predicate: NamedNode) -> Iterator[Triple]:
        """Yield the links of others with that property that point to the left one after the merge."""
        yield from [t for t in follows.added if t.predicate == predicate]
        for triple in self.snapshot.triples(None, predicate, self.left):
            if triple not in follows.removed:
                yield triple

    def _stays(self, triple: Triple, follows: Following) -> bool:
        return self.snapshot.contains(_quad(triple)) and triple not in follows.removed

    def _check_hierarchy(self, follows: Following) -> None:
        """Raise `CannotMerge` where the concept would be broader than itself."""
        broader = SKOS["broader"]
        todo = [t.object for t in self.final if t.predicate == broader]
        seen: set[object] = set()
        while todo:
            node = todo.pop()
            if node == self.left:
                between = ", ".join(sorted(self.minter.key(str(getattr(one, "value", one))) for one in seen))
                raise CannotMerge(
                    Message(
                        "the two concepts cannot be one: %(between)s lies between them in the hierarchy",
                        between=between,
                    ),
                    [("from", "move that concept first, or merge it with one of the two")],
                )
            if node in seen or not isinstance(node, NamedNode):
                continue
            seen.add(node)
            todo += [t.object for t in self.snapshot.triples(node, broader) if t not in follows.removed]
            todo += [t.object for t in follows.added if t.subject == node and t.predicate == broader]

    def _nodes_left_behind(self, follows: Following) -> Iterator[Triple]:
        version = self.snapshot.version + 1
        record: dict[str, Any] = {"taken": {row.name: row.taken for row in self.taken}, "set_aside": self.set_aside}
        if self.kind == "work":
            forms = (record_of(self.snapshot, work, self.minter) for work in (self.right, self.left))
            record["forms"] = [record_json(form) for form in forms]
        text = json.dumps(record, ensure_ascii=False, sort_keys=True)
        said = Triple(self.right, self.minter.term("mergeRecord"), Literal(text, datatype=RDF["JSON"]))
        yield from tombstone(self.right, self.left, version, self.minter, said)
        for node, other in follows.collapsed.items():
            yield from tombstone(node, other, version, self.minter)


def _name_statements(own: Iterable[Triple], thing: NamedNode, minter: Minter) -> set[tuple[NamedNode, Literal]]:
    """Return the properties and values that a role repeats of the name of who holds it."""
    said = {(t.predicate, t.object) for t in own if t.subject == thing and isinstance(t.object, Literal)}
    parts = {FOAF["familyName"], FOAF["givenName"]}
    parts |= {minter.term(n) for n in ("particle", "droppingParticle", "suffix", "commaSuffix", "staticOrdering")}
    in_parts = {(predicate, value) for predicate, value in said if predicate in parts}
    return in_parts or {(predicate, value) for predicate, value in said if predicate == FOAF["name"]}


def _quad(triple: Triple) -> Quad:
    return Quad(triple.subject, triple.predicate, triple.object)
