"""A citation is also a link between the two works: `cito:cites`, or `cp:mayCite` for a candidate."""

from __future__ import annotations

from collections.abc import Iterator

from pyoxigraph import NamedNode, Triple

from commonplace.curation.derived_statements.consequences import Consequences
from commonplace.curation.shacl.after import StateAfter, Statements
from commonplace.curation.shacl.data import Data
from commonplace.curation.shacl.violation import Violation
from commonplace.errors import Message
from commonplace.model.minter import Minter
from commonplace.model.namespaces import CITO

CitationStatement = tuple[NamedNode, NamedNode, NamedNode]
"""A statement between two works."""


def links_follow(made: Consequences, minter: Minter) -> None:
    """Link the works of each citation that changes, and part those of which no citation speaks any more.

    A work does not say that it may cite what it cites for certain.
    """
    ends = (CITO["hasCitingEntity"], CITO["hasCitedEntity"], minter.term("candidate"))
    altered = made.altered(*ends)
    before = Data(made.before)
    for predicate in (CITO["cites"], minter.term("mayCite")):
        for node in altered:
            _add_links(made, [link for link in _links_of(made.data, node, minter) if link[1] == predicate])
            if made.wrong is None:
                _remove_links(made, [link for link in _links_of(before, node, minter) if link[1] == predicate], minter)
    _settle_certain(made, minter)


def _add_links(made: Consequences, links: list[CitationStatement]) -> None:
    """Add the links that are missing; not those that the change itself takes away, which is refused."""
    for citing, predicate, cited in links:
        is_said = _is_in(made.after, (citing, predicate, cited))
        is_taken_away = made.wrong is None and _is_in(made.before, (citing, predicate, cited))
        if not is_said and not is_taken_away and not (predicate != CITO["cites"] and _is_certain(made, citing, cited)):
            made.added[Triple(citing, predicate, cited)] = None


def _remove_links(made: Consequences, links: list[CitationStatement], minter: Minter) -> None:
    for link in links:
        if _is_in(made.after, link) and not _is_spoken_of(made.after, link, minter):
            made.removed[Triple(*link)] = None


def _settle_certain(made: Consequences, minter: Minter) -> None:
    """Where what is cited for certain has changed, let `cp:mayCite` say the rest of what may be cited."""
    may = minter.term("mayCite")
    changed = {triple.subject for triple in (*made.added, *made.removed) if triple.predicate == CITO["cites"]}
    for citing in dict.fromkeys((*made.altered(CITO["cites"]), *changed)):
        if not isinstance(citing, NamedNode):
            continue
        for triple in made.after.triples(citing, may):
            if isinstance(triple.object, NamedNode) and _is_certain(made, citing, triple.object):
                made.removed[triple] = None
        for citation in _citations_of(made.after, citing):
            _add_links(made, [link for link in _links_of(made.data, citation, minter) if link[1] == may])


def _is_certain(made: Consequences, citing: NamedNode, cited: NamedNode) -> bool:
    """Answer whether a work will cite another for certain."""
    triple = Triple(citing, CITO["cites"], cited)
    return triple in made.added or (triple not in made.removed and _is_in(made.after, (citing, CITO["cites"], cited)))


def _is_in(state: Statements, link: CitationStatement) -> bool:
    return next(state.triples(*link), None) is not None


def _is_spoken_of(state: Statements, link: CitationStatement, minter: Minter) -> bool:
    """Answer whether some citation of the citing work stands for a link."""
    data = Data(state)
    return any(link in _links_of(data, one, minter) for one in _citations_of(state, link[0]))


def _citations_of(state: Statements, citing: NamedNode) -> Iterator[NamedNode]:
    for triple in state.triples(None, CITO["hasCitingEntity"], citing):
        if isinstance(triple.subject, NamedNode):
            yield triple.subject


def _links_of(data: Data, citation: NamedNode, minter: Minter) -> Iterator[CitationStatement]:
    """Return the links between works that a citation stands for."""
    said = data.about(citation)
    if CITO["Citation"] not in data.classes(citation):
        return
    kinds = ((CITO["hasCitedEntity"], CITO["cites"]), (minter.term("candidate"), minter.term("mayCite")))
    for citing in said.get(CITO["hasCitingEntity"], ()):
        for predicate, link in kinds:
            for cited in said.get(predicate, ()):
                if isinstance(citing, NamedNode) and isinstance(cited, NamedNode):
                    yield citing, link, cited


def citation_disagrees(data: Data, node: NamedNode, minter: Minter) -> Iterator[Violation]:
    """Return where the works of a citation are not linked."""
    for citing, predicate, cited in _links_of(data, node, minter):
        said = data.about(citing)
        if cited not in said.get(predicate, ()) and cited not in said.get(CITO["cites"], ()):
            why = Message(
                "The citing work has no %(compact)s for this citation. Add that, or delete the citation as well.",
                compact=minter.compact(predicate.value),
            )
            yield Violation(node.value, CITO["hasCitingEntity"].value, why, cited.value)


def citations_in_question(after: StateAfter, minter: Minter) -> Iterator[NamedNode]:
    """Return the citations of each work that loses a link to another by a change."""
    links = (CITO["cites"], minter.term("mayCite"))
    for citing in {triple.subject for triple in after.removed() if triple.predicate in links}:
        if isinstance(citing, NamedNode):
            yield from _citations_of(after, citing)
