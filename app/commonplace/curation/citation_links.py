"""Link works as agencies say, in a change set: citations, versions, reviews, corrections, retractions.

A reference becomes a citation where the library holds its work: by DOI (confirmed), or by title and year
and whatever else both sides give (probable). The others are kept as text. What was kept as text, or as
the address of a DOI, becomes a link when a later import brings the work.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from pyoxigraph import Literal, NamedNode, Quad

from commonplace.curation.matching import Matcher
from commonplace.derived.graph.snapshot import Snapshot
from commonplace.model.change import ChangeSet
from commonplace.model.identifiers import doi_key
from commonplace.model.minter import Minter, slug
from commonplace.model.namespaces import CITO, RDF
from commonplace.model.record import Record
from commonplace.model.relations import STATUSES, Reference, Relation, doi_iri, read_reference_json, reference_json

_STATUS_BY_NOTICE = {
    CITO["corrects"]: "corrected",
    CITO["critiques"]: "expression-of-concern",
    CITO["retracts"]: "retracted",
}
"""What a work becomes of which a notice says this."""

_FEWEST_WORDS = 3
"""A title must have as many for a reference without a DOI to be recognised by it."""


@dataclass(slots=True)
class DoiLinks:
    """The links of one import. `matcher` must know the works of the import before anything is linked."""

    snapshot: Snapshot
    minter: Minter
    matcher: Matcher
    changed: set[str] = field(default_factory=set)
    """Keys of the works that these links change."""
    _added: list[Quad] = field(default_factory=list)
    _removed: list[Quad] = field(default_factory=list)
    _statuses: dict[str, str] = field(default_factory=dict)
    _cited: set[tuple[str, str]] = field(default_factory=set)

    def link(self, key: str, references: Iterable[Reference], relations: Iterable[Relation]) -> None:
        """Take in the references and relations of the work with that key."""
        relations = list(relations)
        listed = list(_with_related(references, relations))
        left = [reference for reference in listed if not self._cites(key, reference)]
        if listed:
            self._keep_text(key, left)
        for relation in relations:
            if relation.property != CITO["cites"]:
                self._relate(key, relation)

    def cite(self, citing: str, cited: str) -> NamedNode | None:
        """Let one work cite another for certain; return the node of that citation where it is new."""
        node = self.minter.thing("citation", f"{citing}--{cited}")
        if citing == cited or (citing, cited) in self._cited or any(True for _ in self.snapshot.triples(node)):
            return None
        if self.snapshot.contains(Quad(self._work(citing), CITO["cites"], self._work(cited))):
            return None
        self._cite(citing, cited, "confirmed")
        return node

    def cited_by_address(self, key: str, doi: str) -> bool:
        """Say that a work of that DOI, which the library does not hold, cites a work; return whether that is new."""
        work, address = self._work(key), doi_iri(doi)
        self._add(key, work, CITO["isCitedBy"], address)
        return not self.snapshot.contains(Quad(work, CITO["isCitedBy"], address))

    def keep_dois(self, key: str, dois: Iterable[str], source: str) -> list[str]:
        """Keep DOIs, with their source, as references of a work beside those kept before; return those that are new."""
        kept: list[Reference] = []
        for triple in self.snapshot.triples(self._work(key), self.minter.term("referenceText")):
            kept += _read(triple.object.value if isinstance(triple.object, Literal) else "")
        known = {doi_key(one.doi) for one in kept if one.doi}
        new = [doi for doi in dois if doi_key(doi) not in known]
        first = max((one.number for one in kept), default=0) + 1
        added = [Reference(number=n, text=f"doi:{doi} ({source})", doi=doi) for n, doi in enumerate(new, first)]
        if added:
            self._keep_text(key, [*kept, *added])
        return new

    def arrive(self, records: Iterable[Record]) -> None:
        """Let what earlier works say of these by DOI, as text or as an address, be said of the works themselves."""
        arrived = {doi_key(record.doi): record.key for record in records if record.doi}
        for doi, key in arrived.items():
            self._move(doi_iri(doi), key)
        if arrived:
            self._match_kept_text(arrived)

    def become(self, key: str, status: str | None) -> None:
        """Give a work a publication status, unless it has a graver one."""
        held = self.status(key)
        if status is None or (held and STATUSES.index(held) >= STATUSES.index(status)):
            return
        work, term = self._work(key), self.minter.term("status")
        for name in self._held_statuses(work):
            self._removed.append(Quad(work, term, self.minter.term(name)))
        self._added = [quad for quad in self._added if (quad.subject, quad.predicate) != (work, term)]
        self._statuses[key] = status
        self._add(key, work, term, self.minter.term(status))

    def status(self, key: str) -> str | None:
        """Return the gravest status that a work has or is given."""
        return max(
            (*self._held_statuses(self._work(key)), *filter(None, [self._statuses.get(key)])),
            key=STATUSES.index,
            default=None,
        )

    def change(self) -> ChangeSet:
        """Return the change that all links make."""
        return ChangeSet(added=tuple(self._added), removed=tuple(self._removed))

    def _work(self, key: str) -> NamedNode:
        return self.minter.thing("work", key)

    def _add(self, key: str, subject: NamedNode, predicate: NamedNode, object: NamedNode | Literal) -> None:
        quad = Quad(subject, predicate, object)
        self._added.append(quad)
        if not self.snapshot.contains(quad):
            self.changed.add(key)

    def _cites(self, key: str, reference: Reference) -> bool:
        """Make a citation of a reference to a work that is held; whether it is one."""
        cited = self.matcher.key_of_doi(reference.doi) if reference.doi else None
        if cited is not None:
            self._cite(key, cited, "confirmed", reference.number)
            return True
        recognised = None if reference.doi else self._recognised(reference)
        if recognised is not None and recognised != key:
            self._cite(key, recognised, "probable", reference.number)
            return True
        return False

    def _cite(self, citing: str, cited: str, confirmation: str, number: int | None = None) -> None:
        """Add a citation with its node; leave one that is there already as it is."""
        if citing == cited or (citing, cited) in self._cited:
            return
        self._cited.add((citing, cited))
        self._add(citing, self._work(citing), CITO["cites"], self._work(cited))
        node = self.minter.thing("citation", f"{citing}--{cited}")
        if any(True for _ in self.snapshot.triples(node)):
            return
        self._add(citing, node, RDF["type"], CITO["Citation"])
        self._add(citing, node, CITO["hasCitingEntity"], self._work(citing))
        self._add(citing, node, CITO["hasCitedEntity"], self._work(cited))
        self._add(citing, node, self.minter.term("confirmation"), self.minter.term(confirmation))
        if number is not None:
            self._add(citing, node, self.minter.term("referenceNumber"), Literal(number))

    def _recognised(self, reference: Reference) -> str | None:
        """Return the work that a reference without a DOI must be, if there is one."""
        if not reference.title or not reference.year or len(reference.title.split()) < _FEWEST_WORDS:
            return None
        sought = Record(
            key="",
            type="",
            title=reference.title,
            issued=reference.year,
            volume=reference.volume,
            page=reference.first_page,
        )
        found = self.matcher.recognise(sought)
        if found is None or found.year is None or not _names_agree(found, reference.author):
            return None
        return found.key

    def _keep_text(self, key: str, left: list[Reference]) -> None:
        """Keep the references that are no citations, in place of those kept before."""
        work, term = self._work(key), self.minter.term("referenceText")
        text = Literal(reference_json(left), datatype=RDF["JSON"]) if left else None
        for triple in self.snapshot.triples(work, term):
            if triple.object != text:
                self._removed.append(Quad(work, term, triple.object))
                self.changed.add(key)
        self._added = [quad for quad in self._added if (quad.subject, quad.predicate) != (work, term)]
        if text is not None:
            self._add(key, work, term, text)

    def _relate(self, key: str, relation: Relation) -> None:
        other = self.matcher.key_of_doi(relation.doi) if relation.doi else None
        if other == key:
            return
        self.become(key, relation.own_status)
        if other is not None and relation.other_status:
            self.become(other, relation.other_status)
        if other is not None and relation.property == CITO["isCitedBy"]:
            self._cite(other, key, "confirmed")
        elif target := self._work(other) if other is not None else _address(relation):
            self._add(key, self._work(key), relation.property, target)

    def _move(self, address: NamedNode, key: str) -> None:
        """Let statements that name a work by the address of its DOI name the work itself."""
        pending = [q for q in self._added if q.object == address]
        for quad in (
            *(Quad(t.subject, t.predicate, t.object) for t in self.snapshot.triples(None, None, address)),
            *pending,
        ):
            named = self.minter.kind_and_key(quad.subject.value) if isinstance(quad.subject, NamedNode) else None
            if named is None or named[0] != "work":
                continue
            if quad in pending:
                self._added.remove(quad)
            else:
                self._removed.append(quad)
            status = _STATUS_BY_NOTICE.get(quad.predicate)
            self._relate(named[1], Relation(property=quad.predicate, doi=self._doi(key), other_status=status))

    def _doi(self, key: str) -> str | None:
        return self.matcher.record(key).doi

    def _match_kept_text(self, arrived: dict[str, str]) -> None:
        """Turn references that were kept as text, and have the DOI of a work that has come, into citations."""
        term = self.minter.term("referenceText")
        for triple in list(self.snapshot.triples(None, term)):
            named = self.minter.kind_and_key(triple.subject.value) if isinstance(triple.subject, NamedNode) else None
            if named is None or not isinstance(triple.object, Literal) or self._is_rewritten(triple.subject, term):
                continue
            kept = list(_read(triple.object.value))
            cited = [ref for ref in kept if ref.doi and doi_key(ref.doi) in arrived]
            if cited:
                for reference in cited:
                    self._cites(named[1], reference)
                self._keep_text(named[1], [ref for ref in kept if ref not in cited])

    def _is_rewritten(self, work: object, term: NamedNode) -> bool:
        return any((quad.subject, quad.predicate) == (work, term) for quad in (*self._added, *self._removed))

    def _held_statuses(self, work: NamedNode) -> Iterator[str]:
        for triple in self.snapshot.triples(work, self.minter.term("status")):
            if isinstance(triple.object, NamedNode) and (name := self.minter.local(triple.object.value)) in STATUSES:
                yield name


def _with_related(references: Iterable[Reference], relations: Iterable[Relation]) -> Iterator[Reference]:
    """Yield a work's references, and after them the works that only its relations say it cites."""
    listed = list(references)
    yield from listed
    dois = {doi_key(reference.doi or "") for reference in listed}
    others = (r for r in relations if r.property == CITO["cites"] and doi_key(r.doi or "") not in dois)
    for number, relation in enumerate(others, len(listed) + 1):
        yield Reference(number=number, text=relation.doi or relation.iri or "", doi=relation.doi)


def _address(relation: Relation) -> NamedNode | None:
    if relation.doi:
        return doi_iri(relation.doi)
    return NamedNode(relation.iri) if relation.iri else None


def _names_agree(record: Record, author: str | None) -> bool:
    """Return whether the first author's family name is in the name that the reference gives, where both have one."""
    names = record.names("author") or record.names("editor")
    if not author or not names:
        return True
    family = slug(names[0].family or names[0].literal or "")
    return f"-{family}-" in f"-{slug(author)}-"


def _read(text: str) -> Iterator[Reference]:
    try:
        yield from read_reference_json(text)
    except (ValueError, KeyError, TypeError):
        return  # written by someone else, in another form: not ours to rewrite
