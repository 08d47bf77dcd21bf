"""Read where a literature has gaps: what its works say of each concept, by the contexts that they are about.

A work is about a context when it describes a case there, or discusses the context. The contexts are those in which
there is a case, and their siblings among the concepts. What counts is accepted; a concept has what its narrower ones
have. What works say is kept (`commonplace.library.states`); cases are read in a few coarse questions.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from pyoxigraph import NamedNode

from commonplace.derived.graph.snapshot import PROLOGUE, Snapshot
from commonplace.library.evidence import label_of
from commonplace.library.gap_schemas import GapCell, GapConcept, GapContext, GapMap
from commonplace.library.schemas import Link
from commonplace.library.states import SURE, States, Works
from commonplace.model.minter import Minter
from commonplace.model.namespaces import RDF, SKOS

_SHOWN_BY = "cp:sector|cp:initiator|cp:leader|cp:form|cp:professionalRole|cp:skill|cp:challenge|cp:enablingCondition"
"""Dimensions whose values a case shows as stated: not the forms that are merely possible."""

_NOBODY: frozenset[str] = frozenset()


@dataclass(slots=True)
class _Cases:
    """What was read of cases: links between things, each by its IRI."""

    contexts: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    works: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    shows: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    study_of: dict[str, str] = field(default_factory=dict)
    """The first of the cases that nothing tells apart from a case."""

    def told_apart(self, cases: Iterable[str]) -> set[str]:
        """Return cases, of those that nothing tells apart the first."""
        return {self.study_of.get(case, case) for case in cases}


@dataclass(frozen=True, slots=True)
class _Tree:
    """The concepts of the library, and what is above and below each, itself included."""

    states: States
    concepts: AbstractSet[str]

    def above(self, concept: str) -> list[str]:
        """Return the concept and all broader ones; nothing for what is no concept."""
        return self.states.broader_than(concept) if concept in self.concepts else []

    def below(self, concept: str) -> list[str]:
        """Return those of the concept and all narrower ones that works say something of."""
        said = self.states.said
        return [one for one in self.states.narrower_than(concept) if one in said and one in self.concepts]

    def said_above(self, concept: str) -> list[str]:
        """Return those of the concept and all broader ones that works say something of."""
        said = self.states.said
        return [one for one in self.states.broader_than(concept) if one in said and one in self.concepts]


@dataclass(frozen=True, slots=True)
class _Column:
    """What the works about a context say of each concept by itself, without narrower and broader ones."""

    works: AbstractSet[str]
    """The works about the context."""
    cases: AbstractSet[str]
    discussing: Mapping[str, Works]
    silent: Mapping[str, Works]
    sure: Mapping[str, AbstractSet[str]]
    """By certainty, the concepts that any of the works discusses with that."""


_Said = Mapping[str, Sequence[tuple[str, Works]]]
"""Concepts with the works that say something of each, by itself: by state, and by the certainty of those that discuss
it."""


@dataclass(frozen=True, slots=True)
class FoldedMap:
    """A gap map without its deepest rows."""

    shown: GapMap
    folded: Mapping[str, int]
    """Number of rows left out below each row that is shown, by the key of its concept; none is zero."""


def gap_map(
    snapshot: Snapshot, minter: Minter, states: States, concept: NamedNode | None, context: NamedNode | None
) -> GapMap:
    """Return the map: one cell for each concept and context, in the order of the tree of concepts.

    With `concept` only that and narrower ones are rows, with `context` only that is a column; with both, the cell of
    the two says which works and cases are behind its numbers. `states` are those at the snapshot.
    """
    return folded_map(snapshot, minter, states, concept, context, None).shown


def folded_map(
    snapshot: Snapshot,
    minter: Minter,
    states: States,
    concept: NamedNode | None,
    context: NamedNode | None,
    most: int | None,
) -> FoldedMap:
    """Return the map without its deepest rows, where it has more than `most` cells; at least the highest are there."""
    cases = _read(snapshot)
    nodes = (triple.subject for triple in snapshot.triples(None, RDF["type"], SKOS["Concept"]))
    concepts = {node.value for node in nodes if isinstance(node, NamedNode)}
    tree = _Tree(states, concepts)
    every = _contexts(cases, tree)
    names = sorted(every if context is None else [context.value])
    aside = {*every, *(up for one in every for up in states.broader.get(one, ()))}
    inside = concepts if concept is None else concepts.intersection(states.narrower_than(concept.value))
    rows = inside - aside
    labels = {iri: label_of(snapshot, NamedNode(iri)) or minter.key(iri) for iri in (*rows, *names)}
    ordered, folded = _cut(list(_in_tree(rows, states.broader, labels)), len(names), most)
    columns = _columns(cases, tree, names)
    shown = _shown(cases, tree)
    keys = {iri: minter.key(iri) for iri in labels}
    named = concept.value if concept is not None and context is not None else None
    cells = []
    for iri, _ in ordered:
        below, above, showing = tree.below(iri), tree.said_above(iri), shown.get(iri)
        for name, column in columns.items():
            works, silent = _joined(column.discussing, below), _joined(column.silent, above)
            silent = silent - works if silent and works else silent
            found = (works, silent, cases.told_apart(showing & column.cases) if showing else _NOBODY)
            behind = _links(snapshot, minter, column.works, *found) if iri == named else {}
            cells.append(_cell(keys[iri], keys[name], column, below, *found, behind))
    return FoldedMap(
        GapMap(
            concepts=[GapConcept(iri=iri, key=keys[iri], label=labels[iri], depth=depth) for iri, depth in ordered],
            contexts=[
                GapContext(
                    iri=iri,
                    key=keys[iri],
                    label=labels[iri],
                    works=len(column.works),
                    cases=len(cases.told_apart(column.cases)),
                )
                for iri, column in columns.items()
            ],
            cells=cells,
            gaps=sum(not cell.works and not cell.cases for cell in cells),
            version=snapshot.version,
        ),
        {keys[iri]: count for iri, count in folded.items()},
    )


def _cell(
    concept: str,
    context: str,
    column: _Column,
    below: Iterable[str],
    works: Works,
    silent: Works,
    cases: AbstractSet[str],
    behind: Mapping[str, list[Link]],
) -> GapCell:
    surest = next((name for name in SURE if not column.sure[name].isdisjoint(below)), "low") if works else None
    return GapCell(
        concept=concept,
        context=context,
        works=len(works),
        certainty=surest,
        silent=len(silent),
        unread=len(column.works) - len(works) - len(silent),
        cases=len(cases),
        **behind,
    )


def _links(
    snapshot: Snapshot,
    minter: Minter,
    about: AbstractSet[str],
    works: Works,
    silent: Works,
    cases: AbstractSet[str],
) -> dict[str, list[Link]]:
    """Return the works and cases that the numbers of a cell count."""
    groups = {
        "discussing": works,
        "silent_works": silent,
        "unread_works": about - works - silent,
        "showing": cases,
    }
    return {
        name: [Link(iri=i, key=minter.key(i), label=label_of(snapshot, NamedNode(i))) for i in sorted(group)]
        for name, group in groups.items()
    }


def _read(snapshot: Snapshot) -> _Cases:
    read = _Cases()
    for case, there in _pairs(snapshot, "?a a cp:Case ; cp:context ?b"):
        read.contexts[case].add(there)
    for case, work in _pairs(snapshot, "?a a cp:Case ; cp:describedBy ?b"):
        read.works[case].add(work)
    for case, shown in _pairs(snapshot, f"?a a cp:Case ; {_SHOWN_BY} ?b"):
        read.shows[case].add(shown)
    for case, other in _pairs(snapshot, "?a a cp:Case ; cp:describedTogetherWith ?b"):
        read.study_of[case] = min(read.study_of.get(case, case), other)
    return read


def _pairs(snapshot: Snapshot, pattern: str) -> Iterator[tuple[str, str]]:
    for row in snapshot.select(f"{PROLOGUE}SELECT DISTINCT ?a ?b WHERE {{ {pattern} }}"):
        yield _iri(row["a"]), _iri(row["b"])


def _iri(node: object) -> str:
    return node.value if isinstance(node, NamedNode) else ""


def _contexts(cases: _Cases, tree: _Tree) -> list[str]:
    """Return the contexts of cases, and the concepts that stand beside these."""
    named = {context for contexts in cases.contexts.values() for context in contexts}
    states = tree.states
    parents = {up for context in named if context in tree.concepts for up in states.broader.get(context, ())}
    beside = {one for up in parents for one in states.narrower.get(up, ())}
    return sorted(named | (beside & tree.concepts))


def _columns(cases: _Cases, tree: _Tree, names: Sequence[str]) -> dict[str, _Column]:
    """Return the columns of contexts. What is said of each concept is cut to the works of any of them first: those are
    few of the library's, and each column looks at the rest for every concept."""
    there = {name: {case for case, contexts in cases.contexts.items() if name in contexts} for name in names}
    works: dict[str, Works] = {}
    for name in names:
        discussing = tree.states.discussing(name) if name in tree.concepts else _NOBODY
        works[name] = _NOBODY.union(discussing, *(cases.works.get(case, ()) for case in there[name]))
    said = _said(tree, _NOBODY.union(*works.values()))
    return {name: _column(said, works[name], there[name]) for name in names}


def _column(said: _Said, works: Works, cases: AbstractSet[str]) -> _Column:
    def saying(state: str) -> dict[str, Works]:
        return {one: some for one, saying in said[state] if (some := saying & works)}

    return _Column(
        works=works,
        cases=cases,
        discussing=saying("discusses"),
        silent=saying("silent"),
        sure={name: {one for one, saying in said[name] if not saying.isdisjoint(works)} for name in SURE},
    )


def _said(tree: _Tree, works: Works) -> _Said:
    """Return what some works say of the concepts, by what it is."""
    said = [(one, by_state) for one, by_state in tree.states.said.items() if one in tree.concepts]
    return {
        name: [(one, some) for one, by_state in said if name in by_state and (some := by_state[name] & works)]
        for name in ("discusses", "silent", *SURE)
    }


def _shown(cases: _Cases, tree: _Tree) -> Mapping[str, set[str]]:
    """Return by concept the cases that show it or a narrower one."""
    shown: dict[str, set[str]] = defaultdict(set)
    for case, values in cases.shows.items():
        if case not in cases.contexts:
            continue  # it stands in no column
        for value in values:
            for concept in tree.above(value):
                shown[concept].add(case)
    return shown


def _joined(sets: Mapping[str, Works], of: Iterable[str]) -> Works:
    some = [sets[one] for one in of if one in sets]
    if len(some) < 2:
        return some[0] if some else _NOBODY
    return _NOBODY.union(*some)


def _cut(
    rows: Sequence[tuple[str, int]], columns: int, most: int | None
) -> tuple[Sequence[tuple[str, int]], Mapping[str, int]]:
    """Return the rows down to the depth to which all of them have at most `most` cells, and how many are left out.

    These are told by the last row before them, below which they stand.
    """
    if most is None or len(rows) * columns <= most:
        return rows, {}
    deepest = 0
    while sum(depth <= deepest + 1 for _, depth in rows) * columns <= most:
        deepest += 1
    kept: list[tuple[str, int]] = []
    folded: dict[str, int] = defaultdict(int)
    for iri, depth in rows:
        if depth <= deepest:
            kept.append((iri, depth))
        else:
            folded[kept[-1][0]] += 1
    return kept, folded


def _in_tree(
    rows: Iterable[str], broader: Mapping[str, AbstractSet[str]], labels: Mapping[str, str]
) -> Iterator[tuple[str, int]]:
    """Yield concepts as in their tree, each once, with its depth."""
    inside = set(rows)
    children: dict[str, list[str]] = defaultdict(list)
    for one in inside:
        up = sorted(broader.get(one, _NOBODY) & inside)
        children[up[0] if up else ""].append(one)
    seen: set[str] = set()

    def walk(parent: str, depth: int) -> Iterator[tuple[str, int]]:
        for one in sorted(children.get(parent, ()), key=lambda iri: labels[iri].casefold()):
            if one not in seen:
                seen.add(one)
                yield one, depth
                yield from walk(one, depth + 1)

    yield from walk("", 0)
    for one in sorted(inside - seen):  # in a ring of concepts, each broader than the next
        yield one, 0
