"""Write what several works say, each statement once: the second step from records to statements (see `work_graph`)."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator

from pyoxigraph import NamedNode, Quad, RdfFormat, Triple, parse

from commonplace.model.minter import Minter
from commonplace.model.record import Record
from commonplace.model.work_graph import SUBJECT, Known, WorkMapping, WorkText


class WorkWriter:
    """Writes the works of one change, and the people, venues and bodies first met in them.

    What the home already says of people, venues and bodies is left out.
    """

    def __init__(self, minter: Minter, known: Known, keys: Container[str] = ()) -> None:
        """Prepare for the works of one change; `keys` are those of all of them: a part may come before its whole."""
        self._known = known
        self._mapping = WorkMapping(minter, known, keys)
        self._described: dict[str, bytes] = {}
        self._agents: dict[str, tuple[str, bytes] | None] = {}
        self._shared: set[bytes] = set()

    def quads(self, records: Iterable[Record]) -> Iterator[Quad]:
        """Return all that the graph is to say of those records, and of people, venues and publishers first met here."""
        for record in records:
            lines = b"".join(self.lines(self.text(record)))
            yield from parse(lines, format=RdfFormat.N_QUADS, lenient=True)

    def triples(self, record: Record) -> list[Triple]:
        """Return what `quads` does for one record, without the name of the graph."""
        return [quad.triple for quad in self.quads([record])]

    def text(self, record: Record) -> WorkText:
        """Return what a record says, its people and bodies under the IRIs that the home has for their names."""
        return self._mapping.text(record)

    def fits(self, text: WorkText) -> bool:
        """Return whether text that was made without knowing any name has the IRIs that the home has for its names."""
        agents = self._agents
        for _, (iri, name_slug, _, _) in text.agents:
            known = agents[name_slug] if name_slug in agents else self._agent(name_slug)
            if known and known[0] != iri:
                return False
        for iri, _ in text.bodies:  # one that was written before is what the home has
            if iri not in self._described and str(self._known.standing_for(NamedNode(iri[1:-1]))) != iri:
                return False
        return True

    def lines(self, text: WorkText) -> list[bytes]:
        """Return what is to be said for a work, each piece of lines about one thing."""
        pieces: list[bytes] = []
        own = text.own
        for node, (iri, name_slug, description, printed) in text.agents:
            described = self._described.get(iri)
            if described is None:
                known = self._agent(name_slug)
                described = self._described[iri] = known[1] if known else description
                if known is None:
                    pieces.append(description.replace(SUBJECT, iri.encode()))
            if described != description:
                own += printed.replace(SUBJECT, own[: own.index(b">")] + node.encode())
        pieces.append(own)
        for iri, description in text.bodies:
            if iri not in self._described:
                self._described[iri] = description
                if not self._known.is_described(NamedNode(iri[1:-1])):
                    pieces.append(description)
        for lines in text.shared:
            if lines not in self._shared:
                self._shared.add(lines)
                pieces.append(lines)
        return pieces

    def _agent(self, name_slug: str) -> tuple[str, bytes] | None:
        """Return the IRI and description of the person or body that the home knows by that name."""
        if name_slug not in self._agents:
            known = self._known.agent(name_slug)
            self._agents[name_slug] = (str(known[0]), self._mapping.description(known[1])) if known else None
        return self._agents[name_slug]
