"""Choose, of many statements, those that are not there yet; all statements about a new thing are new."""

from __future__ import annotations

from pyoxigraph import NamedNode, RdfFormat, parse, serialize

from commonplace.derived.graph.snapshot import Snapshot

ASKED_SINGLY = 2_000
"""Maximum number of things that are looked at one by one: for more it pays to learn first which things there are."""


class Additions:
    """What of N-Quads text (of the default graph) a state does not hold."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._asked = 0
        self._things: set[bytes] | None = None

    def of(self, lines: bytes) -> bytes:
        """Return the lines, all about one thing or fragments of it, that the state does not hold."""
        if not self._may_be_said(lines[1 : lines.index(b">")].partition(b"#")[0]):
            return lines
        quads = parse(lines, format=RdfFormat.N_QUADS, lenient=True)
        new = [quad for quad in quads if not self._snapshot.contains(quad)]
        return serialize(new, format=RdfFormat.N_QUADS) or b""

    def is_said(self, thing: NamedNode) -> bool:
        """Return whether the state says anything of a thing."""
        return self._may_be_said(thing.value.encode()) and next(self._snapshot.triples(thing), None) is not None

    def _may_be_said(self, thing: bytes) -> bool:
        """Return whether anything may be said of the thing of that IRI, or of a fragment of it."""
        if self._things is None:
            self._asked += 1
            if self._asked <= ASKED_SINGLY:
                return True
            self._things = self._all_things()
        return thing in self._things

    def _all_things(self) -> set[bytes]:
        rows = self._snapshot.select("SELECT DISTINCT ?s WHERE { ?s ?p ?o }")
        return {node.value.partition("#")[0].encode() for (node,) in rows if isinstance(node, NamedNode)}
