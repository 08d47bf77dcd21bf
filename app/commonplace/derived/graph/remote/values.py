"""Write values of variables into a query: engines of others take a text, and no values beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from commonplace.derived.graph.remote.skolem import NOT_IN_IRIS
from commonplace.derived.graph.sparql_tokens import ESCAPE, SparqlToken, tokens, unescaped

_SPACE = ("space", "comment")


@dataclass(slots=True)
class _Group:
    """A pair of braces: where the first stands in the text, whether patterns stand in it, and the variables in it."""

    start: int
    holds_patterns: bool
    variables: set[str] = field(default_factory=set)


def with_values(text: str, values: Mapping[str, str]) -> str:
    """Return a query in which the variables have the values given, each written as SPARQL does, without `?`.

    A VALUES block stands at the beginning of each group that has such a variable in it, because groups are evaluated
    by themselves before they are joined.
    """
    if not values:
        return text
    everything = list(tokens(text))
    found = [token for token in everything if token.kind not in _SPACE]
    if _is_short_construct(found):
        return "".join(_written(everything, values))
    groups = _groups(found)
    outermost = next((group.start for group in groups if group.holds_patterns), None)
    blocks = {
        group.start: _block(values if group.start == outermost else _only(values, group.variables))
        for group in groups
        if group.holds_patterns
    }
    return "".join(f"{token.written}{blocks.get(token.start, '')}" for token in everything)


def with_plain_iris(text: str) -> str:
    r"""Return a query without `\u` in its IRIs where the character may stand itself: Virtuoso knows no escapes."""
    if "\\u" not in text and "\\U" not in text:
        return text
    return "".join(_plain(token.written) if token.kind == "iri" else token.written for token in tokens(text))


def _plain(iri: str) -> str:
    return ESCAPE.sub(lambda found: found[0] if NOT_IN_IRIS.search(unescaped(found[0])) else unescaped(found[0]), iri)


def words_of(text: str) -> frozenset[str]:
    """Return the keywords of a query, in capitals."""
    return frozenset(token.text.upper() for token in tokens(text) if token.kind == "word")


def _is_short_construct(found: list[SparqlToken]) -> bool:
    """Return whether a query is `CONSTRUCT WHERE { … }`, which takes triples and nothing else between its braces."""
    words = [token.text.upper() for token in found if token.kind in ("word", "mark")]
    if "CONSTRUCT" not in words:
        return False
    return words[words.index("CONSTRUCT") + 1] != "{"


def _written(found: list[SparqlToken], values: Mapping[str, str]) -> Iterator[str]:
    for token in found:
        yield values.get(token.text[1:], token.written) if token.kind == "variable" else token.written


def _groups(found: list[SparqlToken]) -> list[_Group]:
    groups: list[_Group] = []
    open_groups: list[_Group] = []
    word, is_data = "", False
    for place, token in enumerate(found):
        if token.kind == "word":
            word = token.text.upper()
            is_data = is_data or word == "VALUES"
        elif token.text == "{":
            following = found[place + 1].text.upper() if place + 1 < len(found) else ""
            is_template = word == "CONSTRUCT" and not groups
            groups.append(_Group(token.start, not (is_data or is_template or following == "SELECT")))
            open_groups.append(groups[-1])
            is_data = False
        elif token.text == "}" and open_groups:
            open_groups.pop()
        elif token.kind == "variable":
            for group in open_groups:
                group.variables.add(token.text[1:])
    return groups


def _only(values: Mapping[str, str], names: set[str]) -> dict[str, str]:
    return {name: value for name, value in values.items() if name in names}


def _block(values: Mapping[str, str]) -> str:
    if not values:
        return ""
    names = " ".join(f"?{name}" for name in values)
    return f" VALUES ({names}) {{ ({' '.join(values.values())}) }} "
