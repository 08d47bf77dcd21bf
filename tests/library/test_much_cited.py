"""What hangs on works that many cite: what moved along is what is read anew."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad

from commonplace.derived.graph.snapshot import Snapshot
from commonplace.errors import NotFound
from commonplace.library import much_cited
from commonplace.library.citation_counts import incremental_citation_counts
from commonplace.library.citations import CitationEnd, citation_ends
from commonplace.library.evidence import evidence_nodes
from commonplace.library.much_cited import MuchCited, incremental_much_cited, much_cited_at, read_ahead
from commonplace.model.namespaces import CITO, FABIO, RDF, RDFS, XSD
from tests.library.test_lists import MINTER, History

WORKS = [MINTER.thing("work", key) for key in "abcd"]
CITATIONS = [MINTER.thing("citation", key) for key in "1234"]
EVIDENCE = [MINTER.thing("evidence", key) for key in "12"]


def statements() -> Iterator[Quad]:
    """Everything that the changes are made of."""
    yield from (Quad(work, RDF["type"], FABIO["Expression"]) for work in WORKS)
    cites = (CITO["cites"], MINTER.term("mayCite"))
    yield from (Quad(citing, said, cited) for said, citing, cited in product(cites, WORKS, WORKS))
    ends = (CITO["hasCitingEntity"], CITO["hasCitedEntity"], MINTER.term("candidate"))
    yield from (Quad(node, said, work) for node, said, work in product(CITATIONS, ends, WORKS))
    for node, number in product(CITATIONS, ("1", "2")):
        yield Quad(node, MINTER.term("referenceNumber"), Literal(number, datatype=XSD["integer"]))
        yield Quad(node, RDFS["comment"], Literal(f"note {number}"))
    yield from (Quad(node, MINTER.term("confirmation"), MINTER.term("doubted")) for node in CITATIONS)
    yield from (Quad(node, MINTER.term("work"), work) for node, work in product(EVIDENCE, WORKS))


STATEMENTS = list(statements())
CHANGES = st.lists(st.sets(st.sampled_from(STATEMENTS), min_size=1, max_size=12), min_size=1, max_size=6)


def citing(snapshot: Snapshot, work: NamedNode, kept: MuchCited | None = None) -> list[CitationEnd] | str:
    """The citations of a work as they are kept, or read anew without what is kept; or why there are none."""
    try:
        found = kept.citing(snapshot, work) if kept else citation_ends(snapshot, work, MINTER, outgoing=False)
    except NotFound as fault:
        return str(fault)
    return list(found)


def evidence(snapshot: Snapshot, work: NamedNode, kept: MuchCited | None = None) -> set[NamedNode]:
    """The pieces of evidence of a work as they are kept, or read anew without what is kept."""
    return set(kept.evidence(snapshot, work) if kept else evidence_nodes(snapshot, MINTER.term("work"), work))


@settings(max_examples=60)
@given(CHANGES, st.booleans())
def test_what_is_kept_is_what_is_read_anew(changes: list[set[Quad]], ahead: bool) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(much_cited, "MANY", 1)
        history = History()
        history.turn_round(STATEMENTS[::2])
        counts = incremental_citation_counts(history.log, MINTER)
        kept = incremental_much_cited(history.log, MINTER, counts)
        assert not much_cited_at(kept, history.graph, MINTER)(history.graph.live_snapshot()).works, "not prepared yet"
        if ahead:
            read_ahead(kept, counts, history.graph)
        else:
            kept.of(history.graph)
        for change in changes:
            history.turn_round(change)
            found = much_cited_at(kept, history.graph, MINTER)(history.graph.live_snapshot())
            assert found.works
            for work in WORKS:
                by_hand = history.graph.read(partial(citing, work=work))
                assert history.graph.read(partial(citing, work=work, kept=found)) == by_hand
                anew = history.graph.read(partial(evidence, work=work))
                assert history.graph.read(partial(evidence, work=work, kept=found)) == anew


def test_the_order_is_that_of_reference_numbers_and_then_of_keys() -> None:
    history = History()
    history.turn_round(Quad(work, RDF["type"], FABIO["Expression"]) for work in WORKS)
    history.turn_round(Quad(work, CITO["cites"], WORKS[0]) for work in WORKS[1:])
    node = CITATIONS[0]
    said = [Quad(node, CITO["hasCitingEntity"], WORKS[3]), Quad(node, CITO["hasCitedEntity"], WORKS[0])]
    history.turn_round([*said, Quad(node, MINTER.term("referenceNumber"), Literal("7", datatype=XSD["integer"]))])
    ends = history.graph.read(lambda snapshot: citation_ends(snapshot, WORKS[0], MINTER, outgoing=False))
    assert [(end.key, end.number) for end in ends] == [("d", 7), ("b", None), ("c", None)]
    assert [end.key for end in ends[1:]] == ["b", "c"]
    assert ends[0].number == 7
