"""Read where a literature has gaps: what its works say of each concept, by the contexts that they are about.

A work is about a context when it describes a case there, or discusses the context. The contexts are those in which
there is a case, and their siblings among the concepts. What counts is accepted; a concept has what its narrower ones
have. All of it is read in a few coarse questions and put together here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from pyoxigraph import NamedNode

from commonplace.derived.graph.snapshot import PROLOGUE, Snapshot
from commonplace.library.evidence import label_of
from commonplace.library.gap_schemas import GapCell, GapConcept, GapContext, GapMap
from commonplace.library.schemas import Link
from commonplace.model.minter import Minter

_SHOWN_BY = "cp:sector|cp:initiator|cp:leader|cp:form|cp:professionalRole|cp:skill|cp:challenge|cp:enablingCondition"
"""Dimensions whose values a case shows as stated: not the forms that are merely possible."""

_CERTAINTIES = ("high", "moderate", "low")


@dataclass(slots=True)
class _Read:
    """What was read: links between things, each by its IRI."""

    broader: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    concepts: set[str] = field(default_factory=set)
    said: list[tuple[str, str, str, str]] = field(default_factory=list)
    """Work, concept, state and certainty of each piece of evidence."""
    case_contexts: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    case_works: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    case_shows: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    study_of: dict[str, str] = field(default_factory=dict)
    """The first of the cases that nothing tells apart from a case."""


@dataclass(frozen=True, slots=True)
class _Gathered:
    """What each concept, its narrower ones included, has: works by state, and cases that show it."""

    discussing: Mapping[str, Mapping[str, str]]
    """By concept: the works that discuss it, each with its best certainty."""
    silent: Mapping[str, set[str]]
    shown: Mapping[str, set[str]]
    works: Mapping[str, set[str]]
    """By context: the works about it."""
    cases: Mapping[str, set[str]]
    """By context: its cases, those told apart."""


def gap_map(snapshot: Snapshot, minter: Minter, concept: NamedNode | None, context: NamedNode | None) -> GapMap:
    """Return the map: one cell for each concept and context, in the order of the tree of concepts.

    With `concept` only that and narrower ones are rows, with `context` only that is a column; with both, the cell of
    the two says which works and cases are behind its numbers.
    """
    read = _read(snapshot, minter)
    above = _closure(read)
    every = _contexts(read)
    columns = sorted(every if context is None else [context.value])
    aside = set(every) | {up for one in every for up in read.broader.get(one, ())}
    rows = [one for one in read.concepts - aside if concept is None or concept.value in above[one]]
    gathered = _gather(read, above, every if context is None else columns)
    labels = {iri: label_of(snapshot, NamedNode(iri)) or minter.key(iri) for iri in (*rows, *columns)}
    ordered = list(_in_tree(rows, read.broader, labels))
    named = concept.value if concept is not None and context is not None else None
    cells = []
    for iri, _ in ordered:
        for column in columns:
            behind = _links(snapshot, minter, gathered, iri, column) if iri == named else {}
            cells.append(_cell(minter, gathered, iri, column, behind))
    return GapMap(
        concepts=[GapConcept(iri=iri, key=minter.key(iri), label=labels[iri], depth=depth) for iri, depth in ordered],
        contexts=[
            GapContext(
                iri=iri,
                key=minter.key(iri),
                label=labels[iri],
                works=len(gathered.works.get(iri, ())),
                cases=len(gathered.cases.get(iri, ())),
            )
            for iri in columns
        ],
        cells=cells,
        gaps=sum(not cell.works and not cell.cases for cell in cells),
        version=snapshot.version,
    )


def _cell(minter: Minter, gathered: _Gathered, concept: str, context: str, behind: Mapping[str, list[Link]]) -> GapCell:
    about = gathered.works.get(context, set())
    said = {work: sure for work, sure in gathered.discussing.get(concept, {}).items() if work in about}
    silent = (gathered.silent.get(concept, set()) & about) - said.keys()
    shown = gathered.shown.get(concept, set()) & gathered.cases.get(context, set())
    return GapCell(
        concept=minter.key(concept),
        context=minter.key(context),
        works=len(said),
        certainty=min(said.values(), key=_CERTAINTIES.index) if said else None,
        silent=len(silent),
        unread=len(about) - len(said) - len(silent),
        cases=len(shown),
        **behind,
    )


def _links(
    snapshot: Snapshot, minter: Minter, gathered: _Gathered, concept: str, context: str
) -> dict[str, list[Link]]:
    """Return the works and cases that the numbers of a cell count."""
    about = gathered.works.get(context, set())
    said = gathered.discussing.get(concept, {}).keys() & about
    silent = (gathered.silent.get(concept, set()) & about) - said
    groups = {
        "discussing": said,
        "silent_works": silent,
        "unread_works": about - said - silent,
        "showing": gathered.shown.get(concept, set()) & gathered.cases.get(context, set()),
    }
    return {
        name: [Link(iri=i, key=minter.key(i), label=label_of(snapshot, NamedNode(i))) for i in sorted(group)]
        for name, group in groups.items()
    }


def _read(snapshot: Snapshot, minter: Minter) -> _Read:
    read = _Read()
    for concept, up in _pairs(snapshot, "?a a skos:Concept OPTIONAL { ?a skos:broader ?b }"):
        read.concepts.add(concept)
        if up:
            read.broader[concept].add(up)
    rows = snapshot.select(
        f"""{PROLOGUE}SELECT ?work ?about ?state ?certainty WHERE {{ ?evidence cp:standing cp:accepted ;
        cp:state ?state ; cp:work ?work ; cp:about ?about . ?about a skos:Concept .
        OPTIONAL {{ ?evidence cp:certainty ?certainty }} }}"""
    )
    for row in rows:
        work, about, state, sure = (_iri(row[name]) for name in ("work", "about", "state", "certainty"))
        certainty = minter.local(sure) if sure else "low"
        read.said.append((work, about, minter.local(state), certainty if certainty in _CERTAINTIES else "low"))
    for case, there in _pairs(snapshot, "?a a cp:Case ; cp:context ?b"):
        read.case_contexts[case].add(there)
    for case, work in _pairs(snapshot, "?a a cp:Case ; cp:describedBy ?b"):
        read.case_works[case].add(work)
    for case, shown in _pairs(snapshot, f"?a a cp:Case ; {_SHOWN_BY} ?b"):
        read.case_shows[case].add(shown)
    for case, other in _pairs(snapshot, "?a a cp:Case ; cp:describedTogetherWith ?b"):
        read.study_of[case] = min(read.study_of.get(case, case), other)
    return read


def _pairs(snapshot: Snapshot, pattern: str) -> Iterator[tuple[str, str]]:
    for row in snapshot.select(f"{PROLOGUE}SELECT DISTINCT ?a ?b WHERE {{ {pattern} }}"):
        yield _iri(row["a"]), _iri(row["b"])


def _iri(node: object) -> str:
    return node.value if isinstance(node, NamedNode) else ""


def _closure(read: _Read) -> dict[str, set[str]]:
    """Return each concept with all that are above it, itself included."""
    found: dict[str, set[str]] = {}
    for concept in read.concepts | {about for _, about, _, _ in read.said}:
        reached, waiting = {concept}, [concept]
        while waiting:
            for one in read.broader.get(waiting.pop(), ()):
                if one not in reached:
                    reached.add(one)
                    waiting.append(one)
        found[concept] = reached
    return found


def _contexts(read: _Read) -> list[str]:
    """Return the contexts of cases, and the concepts that stand beside these."""
    named = {context for contexts in read.case_contexts.values() for context in contexts}
    parents = {up for context in named for up in read.broader.get(context, ())}
    return sorted(named | {one for one in read.concepts if read.broader.get(one, set()) & parents})


def _gather(read: _Read, above: Mapping[str, set[str]], contexts: Iterable[str]) -> _Gathered:
    wanted = set(contexts)
    discussing, silent = _states(read, above)
    works: dict[str, set[str]] = {context: set(discussing.get(context, ())) for context in wanted}
    cases: dict[str, set[str]] = defaultdict(set)
    shown: dict[str, set[str]] = defaultdict(set)
    for case, there in read.case_contexts.items():
        for context in there & wanted:
            cases[context].add(read.study_of.get(case, case))
            works[context] |= read.case_works.get(case, set())
        for value in read.case_shows.get(case, ()):
            for concept in above.get(value, ()):
                shown[concept].add(read.study_of.get(case, case))
    return _Gathered(discussing, silent, shown, works, cases)


def _states(
    read: _Read, above: Mapping[str, set[str]]
) -> tuple[Mapping[str, Mapping[str, str]], Mapping[str, set[str]]]:
    """Return by concept the works that discuss it or a narrower one, and those silent on it or a broader one."""
    discussing: dict[str, dict[str, str]] = defaultdict(dict)
    silent: dict[str, set[str]] = defaultdict(set)
    below: dict[str, set[str]] = defaultdict(set)
    for concept in read.concepts:
        for up in above[concept]:
            below[up].add(concept)
    for work, about, state, certainty in read.said:
        if state == "discusses":
            for concept in above[about]:
                best = discussing[concept].get(work, certainty)
                discussing[concept][work] = min(best, certainty, key=_CERTAINTIES.index)
        elif state == "silent":
            for concept in below[about]:
                silent[concept].add(work)
    return discussing, silent


def _in_tree(
    rows: Iterable[str], broader: Mapping[str, set[str]], labels: Mapping[str, str]
) -> Iterator[tuple[str, int]]:
    """Yield concepts as in their tree, each once, with its depth."""
    inside = set(rows)
    children: dict[str, list[str]] = defaultdict(list)
    for one in inside:
        up = sorted(broader.get(one, set()) & inside)
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
