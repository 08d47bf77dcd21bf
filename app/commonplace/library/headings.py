"""Read concepts, claims and cases: what works speak of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pyoxigraph import Literal, NamedNode

from commonplace.derived.graph.snapshot import Snapshot
from commonplace.errors import Message, NotFound
from commonplace.library.affected import affecting, beneath_case, beneath_claim
from commonplace.library.evidence import evidence_about, quote_page
from commonplace.library.schemas import Case, Characteristic, Claim, Concept, Link
from commonplace.library.selection import Order, Selection
from commonplace.library.states import States
from commonplace.library.works import merged_into_it, title_link
from commonplace.model.case_dimensions import DIMENSIONS, TEXT_DIMENSIONS
from commonplace.model.minter import Minter
from commonplace.model.namespaces import RDF, RDFS, SKOS
from commonplace.model.work_reading import Neighbourhood

CONCEPT_ORDER = Order(
    "?thing skos:prefLabel ?label FILTER(LANG(?label) = 'en') BIND(STR(?label) AS ?value)", folded=True
)


def select_concepts(ranked: list[NamedNode] | None) -> Selection:
    """Select every concept."""
    return Selection(ranked=ranked, kind=SKOS["Concept"])


def select_claims(ranked: list[NamedNode] | None) -> Selection:
    """Select every claim."""
    return Selection(["?thing a cp:Claim ."], ranked=ranked)


def select_cases(ranked: list[NamedNode] | None) -> Selection:
    """Select every case."""
    return Selection(["?thing a cp:Case ."], ranked=ranked)


def concept_of(snapshot: Snapshot, node: NamedNode, minter: Minter, states: States | None = None) -> Concept:
    """Return a concept; with the `states` at the snapshot whole: its coverage, and what was merged into it.

    Raises `NotFound`.
    """
    _must_be(snapshot, node, SKOS["Concept"], "concept", minter)
    about = Neighbourhood(snapshot.triples(node))
    labels = _one_each(snapshot, node, SKOS["prefLabel"])
    key = minter.key(node.value)
    return Concept(
        iri=node.value,
        key=key,
        label=labels.get("en") or next(iter(labels.values()), key),
        labels=labels,
        alternative_labels=_tagged(snapshot, node, SKOS["altLabel"]) or None,
        definitions=_one_each(snapshot, node, SKOS["definition"]) or None,
        broader=_links(snapshot, about.nodes(node, SKOS["broader"]), minter),
        narrower=_links(snapshot, about.nodes(node, SKOS["narrower"]), minter),
        related=_links(snapshot, about.nodes(node, SKOS["related"]), minter),
        followed=True if about.text(node, minter.term("followed")) == "true" else None,
        coverage=states.on_concept(node.value).coverage() if states else None,
        extent=states.on_concept(node.value).extent() if states else None,
        works=f"/works?discusses={key}",
        merged=merged_into_it(snapshot, node, minter) if states else None,
        version=snapshot.version,
    )


def claim_of(snapshot: Snapshot, node: NamedNode, minter: Minter, states: States | None = None) -> Claim:
    """Return a claim with its evidence, and with the `states` at the snapshot its coverage. Raises `NotFound`."""
    _must_be(snapshot, node, minter.term("Claim"), "claim", minter)
    about = Neighbourhood(snapshot.triples(node))
    labels = _one_each(snapshot, node, RDFS["label"])
    return Claim(
        iri=node.value,
        key=minter.key(node.value),
        label=labels.get("en") or next(iter(labels.values()), ""),
        labels=labels,
        made_by=_links(snapshot, about.nodes(node, minter.term("madeBy")), minter),
        cases=_links(snapshot, about.nodes(node, minter.term("restsOn")), minter),
        concepts=_links(snapshot, about.nodes(node, minter.term("concerns")), minter),
        evidence=evidence_about(snapshot, node, minter),
        affected_by=affecting(snapshot, beneath_claim(snapshot, node, minter), minter),
        coverage=states.on_claim(node.value).coverage() if states else None,
        extent=states.on_claim(node.value).extent() if states else None,
        version=snapshot.version,
    )


def case_of(snapshot: Snapshot, node: NamedNode, minter: Minter) -> Case:
    """Return a case with all its dimensions. Raises `NotFound`."""
    _must_be(snapshot, node, minter.term("Case"), "case", minter)
    about = Neighbourhood(snapshot.triples(node))
    labels = _one_each(snapshot, node, RDFS["label"])
    found = {name: _links(snapshot, about.nodes(node, minter.term(term)), minter) for name, term in DIMENSIONS.items()}
    claims = (t.subject for t in snapshot.triples(None, minter.term("restsOn"), node))
    return Case(
        iri=node.value,
        key=minter.key(node.value),
        label=labels.get("en") or next(iter(labels.values()), ""),
        labels=labels,
        activity=_text(snapshot, node, minter.term("activity")),
        place=_text(snapshot, node, minter.term("place")),
        country=about.text(node, minter.term("country")),
        dimensions={name: links for name, links in found.items() if links},
        described_by=_links(snapshot, about.nodes(node, minter.term("describedBy")), minter),
        described_together_with=_links(snapshot, about.nodes(node, minter.term("describedTogetherWith")), minter),
        characteristics=_characteristics(snapshot, node, minter),
        claims=_links(snapshot, (claim for claim in claims if isinstance(claim, NamedNode)), minter),
        affected_by=affecting(snapshot, beneath_case(snapshot, node, minter), minter),
        note=_text(snapshot, node, RDFS["comment"]),
        version=snapshot.version,
    )


def case_in_list(snapshot: Snapshot, node: NamedNode, minter: Minter) -> tuple[Link, str | None]:
    """Return a link to a case, and its place, as they are on `case_of`: what a list of cases says."""
    label = _text(snapshot, node, RDFS["label"]) or ""
    return Link(iri=node.value, key=minter.key(node.value), label=label), _text(snapshot, node, minter.term("place"))


def _characteristics(snapshot: Snapshot, case: NamedNode, minter: Minter) -> list[Characteristic]:
    """Return what works say of the dimensions of a case, in the order of the dimensions."""
    names = {minter.term(term): name for name, term in DIMENSIONS.items()}
    names |= {minter.term(name): name for name in TEXT_DIMENSIONS}
    subjects = (t.subject for t in snapshot.triples(None, minter.term("onCase"), case))
    found = [_characteristic(snapshot, node, names, minter) for node in subjects if isinstance(node, NamedNode)]
    order = list(names.values())
    return sorted((one for one in found if one is not None), key=lambda one: (order.index(one.dimension), one.iri))


def _characteristic(
    snapshot: Snapshot, node: NamedNode, names: Mapping[NamedNode, str], minter: Minter
) -> Characteristic | None:
    """Return one characteristic, or None where it is of no dimension that is known, or does not say what it must."""
    about = Neighbourhood(snapshot.triples(node))
    dimension, work = about.node(node, minter.term("dimension")), about.node(node, minter.term("work"))
    directness, certainty = about.node(node, minter.term("directness")), about.node(node, minter.term("certainty"))
    if dimension is None or dimension not in names or work is None or directness is None or certainty is None:
        return None
    check = about.node(node, minter.term("quoteCheck"))
    return Characteristic(
        iri=node.value,
        dimension=names[dimension],
        dimension_iri=dimension.value,
        values=_links(snapshot, about.nodes(node, minter.term("value")), minter),
        source=minter.key(work.value),
        source_iri=work.value,
        directness=minter.local(directness.value),
        certainty=minter.local(certainty.value),
        quote=about.text(node, minter.term("quote")),
        quote_check=minter.local(check.value) if check else None,
        quote_page=quote_page(about, node, minter),
        locator=about.text(node, minter.term("locator")),
        note=_text(snapshot, node, RDFS["comment"]),
    )


def _must_be(snapshot: Snapshot, node: NamedNode, kind: NamedNode, word: str, minter: Minter) -> None:
    if not any(True for _ in snapshot.triples(node, RDF["type"], kind)):
        raise NotFound(Message("there is no %(word)s %(key)r", word=word, key=minter.key(node.value)))


def _tagged(snapshot: Snapshot, node: NamedNode, predicate: NamedNode) -> dict[str, list[str]]:
    """Return values by language tag, both sorted; untagged ones under `und` (BCP 47: undetermined)."""
    found: dict[str, list[str]] = {}
    for triple in snapshot.triples(node, predicate):
        if isinstance(triple.object, Literal):
            found.setdefault(triple.object.language or "und", []).append(triple.object.value)
    return {tag: sorted(found[tag]) for tag in sorted(found)}


def _one_each(snapshot: Snapshot, node: NamedNode, predicate: NamedNode) -> dict[str, str]:
    return {tag: values[0] for tag, values in _tagged(snapshot, node, predicate).items()}


def _text(snapshot: Snapshot, node: NamedNode, predicate: NamedNode) -> str | None:
    """Return the value in English where there is one, else in the first language there is."""
    found = _one_each(snapshot, node, predicate)
    return found.get("en") or next(iter(found.values()), None)


def _links(snapshot: Snapshot, nodes: Iterable[NamedNode], minter: Minter) -> list[Link] | None:
    return [title_link(snapshot, node, minter) for node in sorted(nodes, key=lambda node: node.value)] or None
