"""Find what a reader is asked to begin with: the title of the library, its first question, and examples that are there.

All of it follows from the data, so that the front page of any literature speaks of that literature.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

from pyoxigraph import Literal, NamedNode, Quad, Variable

from commonplace.derived.graph.snapshot import PROLOGUE, Snapshot
from commonplace.errors import BadRequest
from commonplace.library.dataset import dataset_name
from commonplace.library.evidence import label_of
from commonplace.library.named_queries import NamedQuery, Parameter
from commonplace.library.named_things import has, named_thing
from commonplace.library.parameters import KINDS_OF_TYPE
from commonplace.library.states import States
from commonplace.model.minter import Minter
from commonplace.model.namespaces import DCTERMS, FABIO, FOAF, RDF, SKOS

_LABELLED = f"""{PROLOGUE}SELECT ?concept ?words WHERE {{ ?concept a skos:Concept ; skos:prefLabel|skos:altLabel ?label
FILTER(LCASE(STR(?label)) = LCASE(?words)) }} ORDER BY ?concept LIMIT 1"""


def title_of(snapshot: Snapshot, minter: Minter) -> str | None:
    """Return the title that the data give the library (`dcterms:title` of the dataset), or None."""
    return label_of(snapshot, dataset_name(minter))


def description_of(snapshot: Snapshot, minter: Minter) -> str | None:
    """Return the description that the data give the library, in English where there is a choice, or None."""
    found = [t.object for t in snapshot.triples(dataset_name(minter), DCTERMS["description"])]
    texts = [one for one in found if isinstance(one, Literal)]
    return next((one.value for one in sorted(texts, key=lambda one: (one.language != "en", one.value))), None)


def concept_most_read(snapshot: Snapshot, states: States) -> NamedNode | None:
    """Return the concept that most works were read for, those that are silent included; None where no work was read."""
    read = (NamedNode(about) for about in states.most_read())
    return next((one for one in read if snapshot.contains(Quad(one, RDF["type"], SKOS["Concept"]))), None)


def concept_called(snapshot: Snapshot, minter: Minter, words: str) -> NamedNode | None:
    """Return the concept with that key, IRI or label, or None where the words name no concept."""
    try:
        return named_thing(snapshot, minter, "concept", words, "question")
    except BadRequest:
        return _one(snapshot.select(_LABELLED, {Variable("words"): Literal(words.strip())}), "concept")


def _one(rows: Iterable[object], name: str) -> NamedNode | None:
    for row in rows:
        node = row[name]  # type: ignore[index]  # a solution is indexed by name
        return node if isinstance(node, NamedNode) else None
    return None


def examples_there(
    snapshot: Snapshot,
    minter: Minter,
    queries: Iterable[NamedQuery],
    concept: NamedNode | None,
    venues: Sequence[NamedNode],
) -> dict[str, dict[str, str] | None]:
    """Return values for the parameters that each query needs, by its name, that name things of this library.

    The example of the query file, or its default, counts where it is there; else another thing of its kind does,
    first of all `concept`. A query that needs a kind of thing of which there is none has None.
    """
    others = {
        "concept": _keys(minter, [concept] if concept else [], _of_class(snapshot, SKOS["Concept"])),
        "claim": _keys(minter, _of_class(snapshot, minter.term("Claim"))),
        "work": _keys(minter, _of_class(snapshot, FABIO["Expression"])),
        "person": _keys(minter, _of_class(snapshot, FOAF["Person"])),
        "case": _keys(minter, _of_class(snapshot, minter.term("Case"))),
        "venue": [f"{kind}/{key}" for node in venues[:2] for kind, key in _named(minter, node)],
    }
    return {query.name: _examples(snapshot, minter, query.parameters, others) for query in queries}


def _examples(
    snapshot: Snapshot, minter: Minter, parameters: Iterable[Parameter], others: Mapping[str, Sequence[str]]
) -> dict[str, str] | None:
    values: dict[str, str] = {}
    for parameter in parameters:
        given = parameter.example if parameter.required else parameter.default
        if given is None:
            continue
        if parameter.type not in KINDS_OF_TYPE or has(snapshot, _node(parameter, given, minter)):
            if parameter.required:
                values[parameter.name] = given
            continue
        taken = set(values.values())
        other = next((key for key in others[parameter.type] if key not in taken), None)
        if other is None:
            return None
        values[parameter.name] = other
    return values


def _node(parameter: Parameter, given: str, minter: Minter) -> NamedNode:
    term = parameter.term(given, minter)
    assert isinstance(term, NamedNode)  # as the types of things have it
    return term


def _of_class(snapshot: Snapshot, of_class: NamedNode) -> Iterator[NamedNode]:
    """Yield two things of a class, as a path has two ends."""
    subjects = (triple.subject for triple in snapshot.triples(None, RDF["type"], of_class))
    yield from islice((node for node in subjects if isinstance(node, NamedNode)), 2)


def _named(minter: Minter, node: NamedNode) -> Iterator[tuple[str, str]]:
    if named := minter.kind_and_key(node.value):
        yield named


def _keys(minter: Minter, *nodes: Iterable[NamedNode]) -> list[str]:
    return list(dict.fromkeys(minter.key(node.value) for group in nodes for node in group))
