"""Which statements follow from others, and where they disagree.

They stand in the graph so that simple queries stay simple. A change that alters what they follow from takes them along
(`with_consequences`); one that says otherwise itself is refused, like any breach of the rules (`disagreements`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from pyoxigraph import NamedNode, Triple

from commonplace.curation.derived_statements.citations import citation_disagrees, links_follow
from commonplace.curation.derived_statements.consequences import Consequences
from commonplace.curation.derived_statements.identifiers import identifiers_follow
from commonplace.curation.derived_statements.names import name_disagrees, names_follow
from commonplace.curation.derived_statements.quote_checks import quote_check_disagrees, quote_checks_follow
from commonplace.curation.derived_statements.works import (
    key_disagrees,
    rich_text_disagrees,
    rich_texts_follow,
    shortcuts_disagree,
    shortcuts_follow,
    year_disagrees,
    years_follow,
)
from commonplace.curation.quotes import QUOTING
from commonplace.curation.shacl.after import StateAfter, Statements
from commonplace.curation.shacl.data import Data
from commonplace.curation.shacl.violation import Violation
from commonplace.model.minter import Minter
from commonplace.model.namespaces import CITO, DCTERMS, FABIO, FOAF, PRO, SKOS
from commonplace.model.roles import ROLES
from commonplace.model.searchable_pages import Texts, no_texts

_FOLLOW: Sequence[Callable[[Consequences, Minter], None]] = (
    names_follow,
    years_follow,
    rich_texts_follow,
    identifiers_follow,
    shortcuts_follow,
    quote_checks_follow,
    links_follow,
)

_WORK = (year_disagrees, rich_text_disagrees, shortcuts_disagree, key_disagrees)


def with_consequences(after: StateAfter, minter: Minter, texts: Texts = no_texts) -> StateAfter:
    """Return the state after a net change and what follows from it; the one given where nothing does.

    What the change itself adds of a statement that follows from others stays, right or wrong. `texts` has the pages of
    the texts of works, which quotes are compared with.
    """
    return _followed(Consequences(after, texts), minter)


def made_to_agree(after: StateAfter, minter: Minter, texts: Texts = no_texts) -> StateAfter:
    """Return the state after a net change, where it would let statements disagree with those set right.

    This is for a change that takes statements back as they were: where they agree, nothing more follows.
    """

    def is_wrong(data: Data, node: NamedNode, predicate: NamedNode) -> bool:
        return any(found.path == predicate.value for found in disagreements(data, node, minter))

    return _followed(Consequences(after, texts, is_wrong), minter)


def _followed(made: Consequences, minter: Minter) -> StateAfter:
    for follow in _FOLLOW:
        follow(made, minter)
    return made.state()


def follows(state: Statements, triple: Triple, minter: Minter) -> bool:
    """Answer whether a statement about a thing is one that follows from others about it."""
    subject, predicate, _ = triple
    if predicate in (minter.term("quoteCheck"), minter.term("quotePage")):
        return True
    source = _SOURCES.get(predicate)
    return source is not None and isinstance(subject, NamedNode) and any(True for _ in state.triples(subject, source))


_SOURCES = {
    FOAF["name"]: FOAF["familyName"],
    FABIO["hasPublicationYear"]: DCTERMS["issued"],
    **{role.shortcut: PRO["isDocumentContextFor"] for role in ROLES if role.shortcut},
}
"""Properties whose values follow from those of another."""


def disagreements(data: Data, node: NamedNode, minter: Minter) -> Iterator[Violation]:
    """Return where a node says something else than what it follows from."""
    classes = data.classes(node)
    if FABIO["Expression"] in classes:
        for disagrees in _WORK:
            yield from disagrees(data, node, minter)
    elif FOAF["Person"] in classes:
        yield from name_disagrees(data, node, minter)
    elif SKOS["Concept"] in classes:
        yield from key_disagrees(data, node, minter)
    elif CITO["Citation"] in classes:
        yield from citation_disagrees(data, node, minter)
    elif any(minter.term(name) in classes for name in QUOTING):
        yield from quote_check_disagrees(data, node, minter)
