"""Check that the data of a whole library keep the rules; nothing is written.

The rules are those that every change is checked against where it acts (`commonplace.curation.shacl.validation`). So a
breach is of a rule that came later, or of a log that was not written through the door (`commonplace.commit`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pyoxigraph import NamedNode

from commonplace.curation.shacl.validation import read_shapes, violations
from commonplace.curation.shacl.violation import Violation
from commonplace.derived.graph.snapshot import Snapshot
from commonplace.model.change import Version
from commonplace.model.minter import Minter
from commonplace.model.searchable_pages import Texts

REPORTED = 1_000
"""Maximum number of things of which a check says how they break the rules: the validator takes milliseconds for each,
and nobody reads more."""

_STEP = 500
"""Number of nodes that are looked at between two calls of `Progress`."""

Progress = Callable[[int, int], None]
"""Function that takes the number of nodes looked at, and of all nodes."""


@dataclass(frozen=True, slots=True)
class Checked:
    """The outcome of a check: the version, how many nodes were there to look at, and how they break the rules.

    It is `complete` unless so many break them that the rest was not looked at.
    """

    version: Version
    nodes: int
    breaches: Sequence[Violation]
    complete: bool

    def shape(self, minter: Minter) -> dict[str, Any]:
        """Return the outcome as JSON has it."""
        return {
            "version": self.version,
            "nodes": self.nodes,
            "complete": "complete" if self.complete else "truncated",
            "breaches": [_shape(one, minter) for one in self.breaches],
        }

    def lines(self, minter: Minter) -> Iterator[str]:
        """Yield the outcome in words: a line for each breach, with what to do, and one that counts them."""
        for breach in self.breaches:
            yield in_words(breach, minter)
        count = len(self.breaches)
        said = "no breach" if not count else "one breach" if count == 1 else f"{count:,} breaches"
        if not self.complete:
            said += f" at the first {REPORTED:,} nodes that break a rule; mend them, and check again"
        yield f"version {self.version}: {self.nodes:,} nodes checked, {said}"


def checked(
    snapshot: Snapshot, shapes: Path, minter: Minter, texts: Texts, progress: Progress | None = None
) -> Checked:
    """Return how the statements of a state break the rules; `texts` has the pages of the texts of works."""
    nodes = list(dict.fromkeys(t.subject for t in snapshot.triples() if isinstance(t.subject, NamedNode)))
    found = violations(snapshot, read_shapes(shapes, minter.base), REPORTED, _moving(nodes, progress), texts)
    broken = len({breach.node for breach in found})
    return Checked(snapshot.version, len(nodes), found, complete=broken < REPORTED)


def _moving(nodes: Sequence[NamedNode], progress: Progress | None) -> Iterator[NamedNode]:
    """Yield the nodes, and say now and then how many have been."""
    for number, node in enumerate(nodes):
        if progress and number % _STEP == 0:
            progress(number, len(nodes))
        yield node


def in_words(breach: Violation, minter: Minter) -> str:
    """Return a breach as a line: the thing, the property, what is wrong and what to do, and the value."""
    named = minter.kind_and_key(breach.node)
    fragment = breach.node.partition("#")[2]
    thing = f"{named[0]} {named[1]}{f'#{fragment}' if fragment else ''}" if named else breach.node
    about = f", {minter.compact(breach.path)}" if breach.path else ""
    return f"{thing}{about}: {breach.why}"


def _shape(breach: Violation, minter: Minter) -> dict[str, Any]:
    said = {
        "thing": breach.node.partition("#")[0] if minter.kind_and_key(breach.node) else breach.node,
        "node": breach.node,
        "property": minter.compact(breach.path) if breach.path else None,
        "why": breach.message,
        "value": breach.value,
    }
    return {name: value for name, value in said.items() if value is not None}
