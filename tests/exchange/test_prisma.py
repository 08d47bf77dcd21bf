"""What a version brought in is read from the lines of the log that name works, and from no others."""

from __future__ import annotations

import pytest
from pyoxigraph import Literal, NamedNode, Quad

from commonplace.commit import Proposal
from commonplace.exchange import prisma
from commonplace.exchange.prisma import PrismaCounts
from commonplace.home.opening import Home
from commonplace.model.change import ChangeSet, Entry, Note, Version
from commonplace.model.namespaces import DCTERMS, FABIO, RDF

QUOTED = f'"\n{RDF["type"]} {FABIO["Expression"]} .\n'
"""Words of a note that look like a statement."""


def test_works_are_found_in_the_lines_of_the_log_without_its_quads(
    opened: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    library, minter = opened.library, opened.library.minter
    works = [minter.thing("work", f"new{number}") for number in range(30)]
    added = [Quad(work, RDF["type"], FABIO["Expression"]) for work in works]
    added += [Quad(work, DCTERMS["abstract"], Literal(QUOTED * 5)) for work in works]
    added += [Quad(minter.thing("concept", "c"), RDF["type"], NamedNode("urn:other"))]
    before = library.read(PrismaCounts(library).of)
    opened.committer.commit(
        lambda _: Proposal(ChangeSet(added=tuple(added)), Note(agent="a", kind="edit"), keeps_shapes=True)
    )

    def no_entry(version: Version) -> Entry:
        raise AssertionError("every quad of the entry was made")

    monkeypatch.setattr(library.log, "entry", no_entry)
    monkeypatch.setattr(prisma, "_BLOCK_BYTES", 300)
    numbers = library.read(PrismaCounts(library).of)

    assert (numbers.found, numbers.records) == (before.found + 30, before.records + 30)
    assert numbers.adds_up
    assert before.found > 0
