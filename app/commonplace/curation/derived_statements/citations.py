"""A citation is also a link between the two works: `cito:cites`, or `cp:mayCite` for a candidate."""

from __future__ import annotations

from collections.abc import Iterator

from pyoxigraph import NamedNode, Triple

from commonplace.curation.derived_statements.consequences import Consequences, is_of_class
from commonplace.curation.shacl.after import StateAfter, Statements
from commonplace.curation.shacl.data import Data
from commonplace.curation.shacl.violation import Violation
from commonplace.model.minter import Minter
from commonplace.model.namespaces import CITO

Link = tuple[NamedNode, NamedNode, NamedNode]
"""A statement between two works."""


def links_follow(made: Consequences, minter: Minter) -> None:
    """Link the works of each citation that changes, and part those of which no citation speaks any more."""
    ends = (CITO["hasCitingEntity"], CITO["hasCitedEntity"], minter.term("candidate"))
    before = Data(made.before)
    for node in made.altered(*ends):
        if is_of_class(made.after, node, CITO["Citation"]):
            for link in _links_of(made.data, node, minter):
                if not _is_in(made.after, link) and (made.wrong or not _is_in(made.before, link)):
                    made.added[Triple(*link)] = None
        if made.wrong:
            continue
        for link in _links_of(before, node, minter):
            if _is_in(made.after, link) and not _is_spoken_of(made.after, link, minter):
                made.removed[Triple(*link)] = None


def _is_in(state: Statements, link: Link) -> bool:
    return next(state.triples(*link), None) is not None


def _is_spoken_of(state: Statements, link: Link, minter: Minter) -> bool:
    """Answer whether some citation of the citing work stands for a link."""
    data = Data(state)
    citations = (triple.subject for triple in state.triples(None, CITO["hasCitingEntity"], link[0]))
    return any(link in _links_of(data, one, minter) for one in citations if isinstance(one, NamedNode))


def _links_of(data: Data, citation: NamedNode, minter: Minter) -> Iterator[Link]:
    """Return the links between works that a citation stands for."""
    said = data.about(citation)
    kinds = ((CITO["hasCitedEntity"], CITO["cites"]), (minter.term("candidate"), minter.term("mayCite")))
    for citing in said.get(CITO["hasCitingEntity"], ()):
        for predicate, link in kinds:
            for cited in said.get(predicate, ()):
                if isinstance(citing, NamedNode) and isinstance(cited, NamedNode):
                    yield citing, link, cited


def citation_disagrees(data: Data, node: NamedNode, minter: Minter) -> Iterator[Violation]:
    """Return where the works of a citation are not linked."""
    for citing, predicate, cited in _links_of(data, node, minter):
        if cited not in data.about(citing).get(predicate, ()):
            why = (
                f"The citing work has no {minter.compact(predicate.value)} for this citation. Add that, or delete the "
                "citation as well."
            )
            yield Violation(node.value, CITO["hasCitingEntity"].value, why, cited.value)


def citations_in_question(after: StateAfter, minter: Minter) -> Iterator[NamedNode]:
    """Return the citations of each work that loses a link to another by a change."""
    links = (CITO["cites"], minter.term("mayCite"))
    for citing in {triple.subject for triple in after.removed() if triple.predicate in links}:
        if isinstance(citing, NamedNode):
            for triple in after.triples(None, CITO["hasCitingEntity"], citing):
                if isinstance(triple.subject, NamedNode):
                    yield triple.subject
