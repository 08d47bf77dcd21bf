"""Works as answers: one by key, lists by filter, references and citations."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pyoxigraph import BlankNode, Literal, NamedNode

from commonplace.derived.graph.records import is_work, neighbourhood, work_of_alternative_key
from commonplace.derived.graph.snapshot import Snapshot
from commonplace.errors import BadRequest, NotFound
from commonplace.library.evidence import (
    CLAIM_STATES,
    CONCEPT_STATES,
    UNREAD,
    coverage,
    evidence_of_work,
    label_of,
    states_on_claim,
    states_on_concept,
)
from commonplace.library.schemas import Agent, Citation, Doubt, Identifier, Link, OtherContributor, ReferenceText, Work
from commonplace.library.selection import Order, Selected, Selection
from commonplace.model.minter import Kind, Minter
from commonplace.model.namespaces import CITO, DATACITE, DCTERMS, FABIO, LITRE, PRO, RDFS, XSD
from commonplace.model.relations import read_reference_json
from commonplace.model.types import FABIO_CLASS
from commonplace.model.work_reading import Contribution, Neighbourhood, read_contributions, read_work


def _works_of_first_author(state: Snapshot, node: NamedNode | BlankNode) -> Iterator[NamedNode]:
    """The works in which that node is a role, or holds one: what is said of it may be what they are sorted by."""
    held = [t.subject for t in state.triples(None, PRO["isHeldBy"], node)]
    for role in (node, *held):
        if isinstance(role, NamedNode | BlankNode):
            contexts = state.triples(None, PRO["isDocumentContextFor"], role)
            yield from (t.subject for t in contexts if isinstance(t.subject, NamedNode))


ORDERS: dict[str, Order] = {
    "key": Order("?thing cp:citationKey ?value"),
    "title": Order("?thing dcterms:title ?value", folded=True),
    "-title": Order("?thing dcterms:title ?value", folded=True, descending=True),
    "year": Order("?thing fabio:hasPublicationYear ?value"),
    "-year": Order("?thing fabio:hasPublicationYear ?value", descending=True),
    "author": Order(
        "?thing pro:isDocumentContextFor ?role . ?role pro:withRole pro:author ; cp:position 1 ; pro:isHeldBy ?first . "
        "?first foaf:name ?name "
        "OPTIONAL { ?first foaf:familyName ?family } BIND(COALESCE(?family, ?name) AS ?value)",
        folded=True,
        reach=_works_of_first_author,
    ),
}
"""What `sort` may be, besides `relevance` (with `q`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkFilters:
    """What `/works` can be asked for; things by key or IRI. `year` is `2010`, `2010..2020`, `..2020` or `2010..`."""

    q: str | None = None
    discusses: str | None = None
    claim: str | None = None
    state: str | None = None
    author: str | None = None
    case: str | None = None
    type: str | None = None
    year: str | None = None
    venue: str | None = None
    cites: str | None = None
    cited_by: str | None = None


def work_of(state: Snapshot, work: NamedNode, minter: Minter, *, whole: bool = False) -> Work:
    """The shape of one work; `whole` adds its doubts. Raises `NotFound`."""
    if not is_work(state, work):
        raise NotFound(f"there is no work {minter.key(work.value)!r}")
    about = neighbourhood(state, work)
    record = read_work(about, work, minter)
    people = [(c.contributor.role, agent_of(c, minter)) for c in read_contributions(about, work, minter)]
    container = about.node(work, DCTERMS["isPartOf"])
    status = about.node(work, minter.term("status"))
    return Work(
        iri=work.value,
        key=record.key,
        type=record.type,
        title=record.title,
        rich_title=record.rich.get("title"),
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
        identifiers=identifiers_of(state, work, minter) or None,
        doubts=list(_doubts(state, work, minter)) or None if whole else None,
        evidence=evidence_of_work(state, work, minter),
        version=state.version,
    )


def agent_of(contribution: Contribution, minter: Minter) -> Agent:
    """A contributor as the contract shows it."""
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


def identifiers_of(state: Snapshot, thing: NamedNode, minter: Minter) -> list[Identifier]:
    """Every identifier of a thing with how sure it is, by scheme and value."""
    found = []
    for triple in state.triples(thing, DATACITE["hasIdentifier"]):
        node = triple.object
        if not isinstance(node, NamedNode):
            continue
        about = Neighbourhood(state.triples(node))
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


def _doubts(state: Snapshot, work: NamedNode, minter: Minter) -> Iterator[Doubt]:
    nodes = [t.subject for t in state.triples(None, minter.term("onWork"), work) if isinstance(t.subject, NamedNode)]
    for node in sorted(nodes, key=lambda node: node.value):
        about = Neighbourhood(state.triples(node))
        sure = about.node(node, minter.term("confirmation"))
        yield Doubt(
            field=about.text(node, minter.term("field")) or "",
            confirmation=minter.local(sure.value) if sure else "unknown",
            alternative=about.texts(node, minter.term("alternative")) or None,
            note=about.text(node, RDFS["comment"]),
        )


def thing(state: Snapshot, minter: Minter, kind: Kind, given: str, where: str) -> NamedNode:
    """The thing a client names by key or IRI. Raises `BadRequest` saying `where` when there is none."""
    nothing = BadRequest(f"there is no {kind} {given!r}", [(where, f"no {kind} has this key or IRI")])
    if not given:
        raise nothing
    try:
        node = NamedNode(given) if given.startswith(minter.base) else minter.thing(kind, given)
    except ValueError as fault:
        raise nothing from fault
    there = known_thing(state, minter, node)
    if there is None:
        raise nothing
    return there


def known_thing(state: Snapshot, minter: Minter, node: NamedNode) -> NamedNode | None:
    """Return the thing itself; the work that has the key in its IRI as an alternative one; None where there is none."""
    if has(state, node):
        return node
    named = minter.kind_and_key(node.value)
    return work_of_alternative_key(state, named[1], minter) if named and named[0] == "work" else None


def has(state: Snapshot, node: NamedNode) -> bool:
    """Whether anything is said of it."""
    return any(True for _ in state.triples(node))


def select_works(state: Snapshot, minter: Minter, filters: WorkFilters, ranked: list[NamedNode] | None) -> Selected:
    """The works the filters select, and the coverage when asked with `discusses` or `claim`.

    Raises `BadRequest` naming the parameter that cannot be understood.
    """
    selection = Selection(ranked=ranked, kind=FABIO["Expression"])
    counts = _by_state(state, minter, filters, selection)
    if filters.author is not None:
        person = _agent(state, minter, filters.author)
        selection.where("?thing dcterms:creator ?author .", author=person)
    if filters.case is not None:
        selection.where("?case cp:describedBy ?thing .", case=thing(state, minter, "case", filters.case, "case"))
    if filters.venue is not None:
        selection.where("?thing dcterms:isPartOf ?venue .", venue=thing(state, minter, "venue", filters.venue, "venue"))
    if filters.type is not None:
        if filters.type not in FABIO_CLASS:
            raise BadRequest(
                f"{filters.type!r} is not a CSL type", [("type", "use a CSL type such as article-journal")]
            )
        selection.where("?thing dcterms:type ?type .", type=Literal(filters.type))
    if filters.year is not None:
        _by_year(filters.year, selection)
    if filters.cites is not None:
        cited = thing(state, minter, "work", filters.cites, "cites")
        selection.where("?thing cito:cites ?cited .", cited=cited)
    if filters.cited_by is not None:
        citing = thing(state, minter, "work", filters.cited_by, "cited_by")
        selection.where("?citing cito:cites ?thing .", citing=citing)
    return Selected(selection, counts)


def _agent(state: Snapshot, minter: Minter, given: str) -> NamedNode:
    try:
        return thing(state, minter, "person", given, "author")
    except BadRequest:
        return thing(state, minter, "organization", given, "author")


def _by_state(state: Snapshot, minter: Minter, filters: WorkFilters, selection: Selection) -> dict[str, int] | None:
    if filters.discusses is not None and filters.claim is not None:
        raise BadRequest("ask for discusses or for claim, not for both at once", [("claim", "given with discusses")])
    if filters.discusses is not None:
        concept = thing(state, minter, "concept", filters.discusses, "discusses")
        states, names, wanted = states_on_concept(state, concept), CONCEPT_STATES, {"discusses"}
    elif filters.claim is not None:
        claim = thing(state, minter, "claim", filters.claim, "claim")
        states, names, wanted = states_on_claim(state, claim), CLAIM_STATES, {"supports", "contradicts", "mixed"}
    elif filters.state is not None:
        raise BadRequest("state needs discusses or claim beside it", [("state", "a state is of a concept or a claim")])
    else:
        return None
    if filters.state is not None:
        if filters.state not in names:
            raise BadRequest(f"there is no state {filters.state!r}", [("state", f"use one of {', '.join(names)}")])
        wanted = {filters.state}
    if wanted == {UNREAD}:
        selection.without(states)
    else:
        selection.among(work for work, said in states.items() if said in wanted)
    return coverage(state, states, names)


def _by_year(given: str, selection: Selection) -> None:
    match = re.fullmatch(r"(-?\d{1,4})?(\.\.)?(-?\d{1,4})?", given)
    if not match or not (match[1] or match[3]) or (match[1] and match[3] and not match[2]):
        raise BadRequest(f"{given!r} is not a year or range", [("year", "use 2010, 2010..2020, ..2020 or 2010..")])
    first = match[1]
    last = match[3] if match[2] else match[1]
    selection.where("?thing fabio:hasPublicationYear ?year .")
    if first:
        selection.where("FILTER(?year >= ?firstYear)", firstYear=_year(first))
    if last:
        selection.where("FILTER(?year <= ?lastYear)", lastYear=_year(last))


def _year(given: str) -> Literal:
    return Literal(f"{int(given):04d}", datatype=XSD["gYear"])


def order_of(sort: str | None, *, searching: bool) -> Order | None:
    """The order `sort` names; None is by relevance, the default with `q`. Raises `BadRequest`."""
    if sort is None:
        return None if searching else ORDERS["key"]
    if sort == "relevance" and searching:
        return None
    if sort not in ORDERS:
        choices = ", ".join([*ORDERS, "relevance (with q)"])
        raise BadRequest(f"cannot sort by {sort!r}", [("sort", f"use one of {choices}")])
    return ORDERS[sort]


def citations_of(state: Snapshot, work: NamedNode, minter: Minter, *, outgoing: bool) -> list[Citation]:
    """What a work cites (`outgoing`) or what cites it, ambiguous candidates included and marked.

    By reference number, then by key. Raises `NotFound`.
    """
    if not is_work(state, work):
        raise NotFound(f"there is no work {minter.key(work.value)!r}")
    said = _citation_nodes(state, work, minter, outgoing)
    ends: set[NamedNode] = set()
    for predicate in (CITO["cites"], minter.term("mayCite")):
        for triple in state.triples(work, predicate) if outgoing else state.triples(None, predicate, work):
            end = triple.object if outgoing else triple.subject
            if isinstance(end, NamedNode) and is_work(state, end):
                ends.add(end)
    found = []
    for end in ends:
        number, sure, note = said.get(end, (None, "confirmed", None))
        shape = work_of(state, end, minter)
        found.append(Citation(work=shape, confirmation=sure, reference_number=number, note=note))
    return sorted(found, key=lambda c: (c.reference_number is None, c.reference_number or 0, c.work.key))


def references_as_text(state: Snapshot, work: NamedNode, minter: Minter) -> list[ReferenceText]:
    """The references of a work whose works the library does not hold, by number."""
    found: list[ReferenceText] = []
    for triple in state.triples(work, minter.term("referenceText")):
        try:
            kept = read_reference_json(triple.object.value if isinstance(triple.object, Literal) else "")
        except (ValueError, KeyError, TypeError):
            continue  # written by somebody else, in another form than the model's
        found += [ReferenceText(number=one.number, text=one.text, doi=one.doi) for one in kept]
    return sorted(found, key=lambda reference: reference.number)


def _citation_nodes(
    state: Snapshot, work: NamedNode, minter: Minter, outgoing: bool
) -> dict[NamedNode, tuple[int | None, str, str | None]]:
    """What is said of each citation: the work at its other end to number, confirmation, note."""
    citing, cited, candidate = CITO["hasCitingEntity"], CITO["hasCitedEntity"], minter.term("candidate")
    here = (citing,) if outgoing else (cited, candidate)
    found: dict[NamedNode, tuple[int | None, str, str | None]] = {}
    for predicate in here:
        for triple in state.triples(None, predicate, work):
            node = triple.subject
            if not isinstance(node, NamedNode):
                continue
            about = Neighbourhood(state.triples(node))
            number = about.text(node, minter.term("referenceNumber"))
            sure = about.node(node, minter.term("confirmation"))
            others = about.nodes(node, cited) + about.nodes(node, candidate) if outgoing else about.nodes(node, citing)
            for other in others:
                found[other] = (
                    int(number) if number else None,
                    minter.local(sure.value) if sure else "confirmed",
                    about.text(node, RDFS["comment"]),
                )
    return found


def title_link(state: Snapshot, node: NamedNode, minter: Minter) -> Link:
    """A link with the thing's own label."""
    return Link(iri=node.value, key=minter.key(node.value), label=label_of(state, node))
