"""The node of an identifier has the value that stands plain on its thing (`prism:doi` and the like)."""

from __future__ import annotations

from collections.abc import Iterator

from pyoxigraph import Literal, NamedNode

from commonplace.curation.derived_statements.consequences import Consequences, texts
from commonplace.curation.shacl.after import Statements
from commonplace.model.minter import Minter
from commonplace.model.namespaces import DATACITE, LITRE, PRISM
from commonplace.model.work_graph import SCHEMES

_VALUE = LITRE["hasLiteralValue"]


def identifiers_follow(made: Consequences, minter: Minter) -> None:
    """Give the node of an identifier the value that its thing has got in place of the one before.

    A thing may have several: where it cannot be told which took the place of which, the nodes stay as they are.
    """
    for name, scheme in SCHEMES.items():
        for thing in made.altered(PRISM[name]):
            was, now = (set(texts(state, thing, PRISM[name])) for state in (made.before, made.after))
            if len(was - now) == len(now - was) == 1:
                (old,), (new,) = was - now, now - was
                for node in _nodes_of(made.after, thing, scheme, old):
                    if made.may_set(node, _VALUE):
                        made.set(node, _VALUE, [Literal(new)])


def _nodes_of(state: Statements, thing: NamedNode, scheme: str, value: str) -> Iterator[NamedNode]:
    """Yield the nodes of a thing's identifiers of one scheme that have that value."""
    for triple in state.triples(thing, DATACITE["hasIdentifier"]):
        node = triple.object
        if not isinstance(node, NamedNode) or value not in texts(state, node, _VALUE):
            continue
        if next(state.triples(node, DATACITE["usesIdentifierScheme"], DATACITE[scheme]), None) is not None:
            yield node
