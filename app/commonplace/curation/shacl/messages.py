"""Read the messages of shapes, which say one thing in several languages (`sh:message` with language tags)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from pyoxigraph import Literal, RdfFormat, Triple, parse

from commonplace.derived.graph.snapshot import Term
from commonplace.model.namespaces import SH

SAID_IN = "en"
"""Language of the messages as the program keeps them: a page says them in its own."""


def own_message(messages: Iterable[Term]) -> str:
    """Return the message in the program's own language; of shapes that have none in it, the first."""
    found = [one for one in messages if isinstance(one, Literal)]
    return next((one.value for one in found if one.language == SAID_IN), found[0].value)


def messages_in(path: Path, language: str) -> Iterator[tuple[str, str]]:
    """Yield the messages of a file of shapes that have a wording in a language: in the program's own, and in that."""
    by_shape: dict[object, list[Term]] = {}
    for quad in parse(path=path, format=RdfFormat.TURTLE, base_iri="http://shapes.invalid/"):
        if quad.predicate == SH["message"] and not isinstance(quad.object, Triple):
            by_shape.setdefault(quad.subject, []).append(quad.object)
    for messages in by_shape.values():
        for one in messages:
            if isinstance(one, Literal) and one.language == language:
                yield own_message(messages), one.value
