"""Read a work: its fields and names, what it cites, and what cites it."""

from __future__ import annotations

from collections.abc import Iterable

from pyoxigraph import NamedNode

from commonplace.derived.graph.merged import merged_things, record_of_merge, version_of_merge
from commonplace.derived.graph.records import neighbourhood, said_of
from commonplace.derived.graph.snapshot import Ahead, Snapshot
from commonplace.errors import Message, NotFound
from commonplace.library.affected import affecting, beneath_work
from commonplace.library.evidence import evidence_of_work, label_of
from commonplace.library.related_works import related_works
from commonplace.library.schemas import (
    Agent,
    Doubt,
    Identifier,
    Link,
    MergedThing,
    OtherContributor,
    Work,
)
from commonplace.library.work_texts import text_of_work
from commonplace.model.minter import Minter
from commonplace.model.namespaces import CITO, DATACITE, DCTERMS, LITRE, PRO, PROV, RDF, RDFS
from commonplace.model.other_titles import TERMS, by_language
from commonplace.model.record import Record
from commonplace.model.set_aside import TERM as SET_ASIDE
from commonplace.model.set_aside import by_field
from commonplace.model.work_reading import Contribution, Neighbourhood, is_work, read_contributions, read_work

_BESIDE_WORKS = Ahead(
    but=frozenset((CITO["cites"], CITO["hasCitedEntity"], CITO["hasCitingEntity"])),
    further=frozenset((PRO["isHeldBy"], PROV["wasAttributedTo"], PROV["wasQuotedFrom"])),
)
"""What a work is shown with: roles and who has them, venue, identifiers, evidence, doubts, relations."""


def read_works_ahead(snapshot: Snapshot, works: Iterable[NamedNode]) -> None:
    """Read in a few questions what `work_of` looks at one by one, where the graph is far away."""
    snapshot.read_ahead(works, _BESIDE_WORKS)


def work_of(
    snapshot: Snapshot,
    work: NamedNode,
    minter: Minter,
    *,
    whole: bool = False,
    evidence: bool = True,
    evidence_at: Iterable[NamedNode] | None = None,
) -> Work:
    """Return one work; `whole` adds its doubts, relations and what was merged into it.

    Without `evidence` what the work says is left out, which takes half the time. `evidence_at` are its pieces of
    evidence, where they are known. Raises `NotFound`.
    """
    read_works_ahead(snapshot, [work])
    about = neighbourhood(snapshot, work)
    if not is_work(about, work):
        raise NotFound(Message("there is no work %(key)r", key=minter.key(work.value)))
    contributions = read_contributions(about, work, minter)
    record = read_work(about, work, minter, contributions)
    people = [(c.contributor.role, agent_of(c, minter)) for c in contributions]
    container = about.node(work, DCTERMS["isPartOf"])
    status = about.node(work, minter.term("status"))
    return Work(
        iri=work.value,
        key=record.key,
        type=record.type,
        title=record.title,
        rich_title=record.rich.get("title"),
        alternative_titles=_alternative_titles(about, work, record),
        original_titles=by_language(record.original_titles),
        translated_titles=by_language(record.translated_titles),
        transliterated_titles=by_language(record.transliterated_titles),
        authors=[agent for role, agent in people if role == "author"] or None,
        editors=[agent for role, agent in people if role == "editor"] or None,
        contributors=[
            OtherContributor(role=role, **agent.model_dump())
            for role, agent in people
            if role not in ("author", "editor")
        ]
        or None,
        year=record.year,
        issued=record.issued,
        available=record.available,
        container_title=record.container_title,
        container=Link(iri=container.value, key=minter.key(container.value)) if container else None,
        collection_title=record.collection_title,
        volume=record.volume,
        issue=record.issue,
        number=record.number,
        page=record.page,
        edition=record.edition,
        genre=record.genre,
        publisher=record.publisher,
        publisher_place=record.publisher_place,
        doi=record.doi,
        isbn=list(record.isbn) or None,
        issn=list(record.issn) or None,
        url=record.url,
        language=record.language,
        abstract=record.abstract,
        rich_abstract=record.rich.get("abstract"),
        keywords=list(record.keywords) or None,
        note=record.note,
        rich_note=record.rich.get("note"),
        status=minter.local(status.value) if status else None,
        citation_key=record.key,
        alternative_keys=list(record.alternative_keys) or None,
        identifiers=identifiers_of(snapshot, work, minter) or None,
        doubts=[doubt for _, doubt in doubts_of(snapshot, work, minter)] or None if whole else None,
        relations=related_works(snapshot, work, minter) or None if whole else None,
        set_aside=by_field(about.texts(work, minter.term(SET_ASIDE))) or None,
        affected_by=affecting(snapshot, beneath_work(snapshot, work, minter), minter) if whole else None,
        evidence=evidence_of_work(snapshot, work, minter, evidence_at) if evidence else [],
        text=text_of_work(snapshot, work, minter) if whole else None,
        merged=merged_into_it(snapshot, work, minter) if whole else None,
        version=snapshot.version,
    )


def merged_into_it(snapshot: Snapshot, thing: NamedNode, minter: Minter) -> list[MergedThing] | None:
    """Return what was merged into a thing, and what that said of it that the thing does not say; None for nothing."""
    found = []
    for node in merged_things(snapshot, minter, thing):
        set_aside = record_of_merge(snapshot.triples(node), minter).get("set_aside")
        by = version_of_merge(snapshot, node, minter)
        found.append(MergedThing(iri=node.value, key=minter.key(node.value), merged_by=by, set_aside=set_aside or None))
    return found or None


def _alternative_titles(about: Neighbourhood, work: NamedNode, record: Record) -> list[str] | None:
    """Return the alternative titles that are none of the titles in a language which the record has by their kinds."""
    by_kind = {title for field in TERMS for title in getattr(record, field)}
    return [title.text for title in about.titles(work, DCTERMS["alternative"]) if title not in by_kind] or None


def agent_of(contribution: Contribution, minter: Minter) -> Agent:
    """Return a contributor as the API shows it."""
    name = contribution.contributor.name
    return Agent(
        iri=contribution.agent.value,
        key=minter.key(contribution.agent.value),
        family=name.family,
        given=name.given,
        particle=name.particle,
        dropping_particle=name.dropping_particle,
        suffix=name.suffix,
        comma_suffix=name.comma_suffix or None,
        static_ordering=name.static_ordering or None,
        literal=name.literal,
    )


def identifiers_of(snapshot: Snapshot, thing: NamedNode, minter: Minter) -> list[Identifier]:
    """Return every identifier of a thing with how sure it is, in the order of schemes and values."""
    found = []
    for triple in snapshot.triples(thing, DATACITE["hasIdentifier"]):
        node = triple.object
        if not isinstance(node, NamedNode):
            continue
        about = said_of(snapshot, node)
        scheme, value = about.node(node, DATACITE["usesIdentifierScheme"]), about.text(node, LITRE["hasLiteralValue"])
        sure = about.node(node, minter.term("confirmation"))
        if scheme is None or value is None:
            continue
        found.append(
            Identifier(
                scheme=scheme.value.removeprefix(DATACITE.iri),
                value=value,
                confirmation=minter.local(sure.value) if sure else "unknown",
                note=about.text(node, RDFS["comment"]),
            )
        )
    return sorted(found, key=lambda identifier: (identifier.scheme, identifier.value))


def doubts_of(snapshot: Snapshot, work: NamedNode, minter: Minter) -> list[tuple[NamedNode, Doubt]]:
    """Return the doubts about fields of a work, each with its node, in the order of the nodes."""
    nodes = [t.subject for t in snapshot.triples(None, minter.term("onWork"), work) if isinstance(t.subject, NamedNode)]
    found = []
    for node in sorted(nodes, key=lambda node: node.value):
        about = said_of(snapshot, node)
        if minter.term("Doubt") not in about.nodes(node, RDF["type"]):
            continue  # a decision on two works is about them, too
        sure = about.node(node, minter.term("confirmation"))
        doubt = Doubt(
            field=about.text(node, minter.term("field")) or "",
            confirmation=minter.local(sure.value) if sure else "unknown",
            alternative=about.texts(node, minter.term("alternative")) or None,
            note=about.text(node, RDFS["comment"]),
        )
        found.append((node, doubt))
    return found


def title_link(snapshot: Snapshot, node: NamedNode, minter: Minter, language: str = "en") -> Link:
    """Return a link with the label of the thing, in that language where there is a choice."""
    return Link(iri=node.value, key=minter.key(node.value), label=label_of(snapshot, node, language))
