"""Give an answer one form whose bytes depend on what it says alone, so that two answers can be compared by a hash.

Left out is what changes while the answer does not: where the next page is, the version, the order of rows that
SPARQL leaves open. A page of the API, a table, a graph and plain text each have a canonical form in JSON, written
with sorted members and no spaces, in UTF-8 (as RFC 8785 has it, for the values that occur here).
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

TABLE = "application/sparql-results+json"
STATEMENTS = "application/n-triples"

PASSING = frozenset(("version", "next"))
"""Members that say when and where an answer was asked for, not what it is."""

NAMES = ("iri", "id", "key", "name")
"""Members by which the items of a list are told apart: the first of them that all items have."""

WHOLE = "answer"
"""Name of the one entry of an answer that has no parts of its own, and no name."""

ChangeKind = Literal["added", "removed", "changed"]


@dataclass(frozen=True, slots=True)
class CanonicalAnswer:
    """The canonical form of an answer, as JSON values."""

    content: Any

    @property
    def encoded(self) -> bytes:
        """Return the form as it is kept and hashed."""
        return _text(self.content).encode()

    @property
    def sha256(self) -> str:
        """Return the SHA-256 of the form, in hexadecimal."""
        return hashlib.sha256(self.encoded).hexdigest()

    @classmethod
    def read(cls, data: bytes) -> CanonicalAnswer:
        """Return the form that was kept as those bytes."""
        return cls(json.loads(data))


@dataclass(frozen=True, slots=True)
class Difference:
    """One entry of an answer that another answer has not, or has otherwise.

    `name` tells the entry from others of its answer; of one that `changed`, `members` are the names of what differs.
    """

    change: ChangeKind
    name: str
    then: Any = None
    now: Any = None
    members: tuple[str, ...] = ()


def canonical(media_type: str, body: bytes) -> CanonicalAnswer:
    """Return the canonical form of a body of that media type. Raises `ValueError` when it is not what it says."""
    if media_type == TABLE:
        return CanonicalAnswer(_table(json.loads(body)))
    if media_type == STATEMENTS:
        return CanonicalAnswer({"statements": sorted(line for line in body.decode().splitlines() if line)})
    if media_type == "application/json" or media_type.endswith("+json"):
        return CanonicalAnswer(_page(json.loads(body)))
    return CanonicalAnswer({"lines": body.decode().splitlines()})


def joined(pages: Sequence[CanonicalAnswer]) -> CanonicalAnswer:
    """Return one list of the pages of a list; all but the items are as on the first page."""
    first = pages[0].content
    if len(pages) == 1:
        return pages[0]
    return CanonicalAnswer({**first, "items": [item for page in pages for item in page.content["items"]]})


def differences(then: CanonicalAnswer, now: CanonicalAnswer) -> list[Difference]:
    """Return what was removed, changed and added between two answers to one question, by the order of each."""
    before, after = entries_of(then.content), entries_of(now.content)
    both = [name for name in before if name in after]
    return [
        *(Difference("removed", name, then=before[name]) for name in before if name not in after),
        *(_changed(name, before[name], after[name]) for name in both if before[name] != after[name]),
        *(Difference("added", name, now=after[name]) for name in after if name not in before),
    ]


def _changed(name: str, then: Any, now: Any) -> Difference:
    if not isinstance(then, Mapping) or not isinstance(now, Mapping):
        return Difference("changed", name, then, now)
    members = tuple(sorted(member for member in {*then, *now} if then.get(member) != now.get(member)))
    before, after = ({member: side[member] for member in members if member in side} for side in (then, now))
    return Difference("changed", name, before, after, members)


def _table(results: Mapping[str, Any]) -> dict[str, Any]:
    """Return SPARQL results with their rows in an order of their own: SPARQL promises none."""
    if "boolean" in results:
        return {"boolean": results["boolean"]}
    rows = sorted(results["results"]["bindings"], key=_text)
    return {"columns": results["head"].get("vars", []), "rows": rows}


def _page(found: Any) -> Any:
    if not isinstance(found, dict):
        return found
    return {name: _lasting(value) for name, value in found.items() if name not in PASSING}


def _lasting(value: Any) -> Any:
    """Return a value without the version of the answer, which each thing in it repeats.

    The version of evidence is its own, and so is one of what is no thing: the version of a change.
    """
    if isinstance(value, list):
        return [_lasting(one) for one in value]
    if not isinstance(value, dict):
        return value
    repeats = value.get("kind") not in (None, "evidence") and "iri" in value
    return {name: _lasting(one) for name, one in value.items() if not (repeats and name == "version")}


def entries_of(content: Any) -> dict[str, Any]:
    """Return what an answer consists of, each under a name of its own."""
    if not isinstance(content, Mapping):
        return {WHOLE: content}
    for member in ("rows", "statements", "lines", "items"):
        if isinstance(content.get(member), list):
            rest = {name: value for name, value in content.items() if name != member}
            return {**dict(_named(content[member])), **rest}
    return {next((str(content[name]) for name in NAMES if name in content), WHOLE): content}


def _named(items: Sequence[Any]) -> Iterator[tuple[str, Any]]:
    """Yield items with their names; equal names are numbered."""
    by = next((name for name in NAMES if items and all(isinstance(i, Mapping) and name in i for i in items)), None)
    seen: Counter[str] = Counter()
    for item in items:
        name = item if isinstance(item, str) else str(item[by]) if by else _text(item)
        seen[name] += 1
        yield (name if seen[name] == 1 else f"{name} ({seen[name]})"), item


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
