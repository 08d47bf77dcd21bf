"""How often works are cited: the counts that moved along are those that the statements give."""

from __future__ import annotations

from functools import partial
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, Quad

from commonplace.library.citation_counts import count_citations, incremental_citation_counts, most_cited
from commonplace.library.named_queries import read_query
from commonplace.model.namespaces import CITO, FABIO, RDF
from commonplace.settings import QUERIES
from tests.library.test_lists import MINTER, History

WORKS = [MINTER.thing("work", key) for key in "abcdef"]
CITATIONS = [
    Quad(citing, predicate, cited)
    for predicate, citing, cited in product((CITO["cites"], MINTER.term("mayCite")), WORKS, WORKS)
]
KNOWN = [
    Quad(work, *said)
    for work in WORKS[:5]  # the last one is cited, and not in the library
    for said in ((RDF["type"], FABIO["Expression"]), (MINTER.term("citationKey"), Literal(MINTER.key(work.value))))
]
CHANGES = st.lists(st.sets(st.sampled_from(CITATIONS), min_size=1, max_size=40), min_size=1, max_size=5)


@settings(max_examples=60)
@given(CHANGES, st.integers(1, 6))
def test_kept_counts_give_the_answer_of_the_query(changes: list[set[Quad]], limit: int) -> None:
    query = read_query(QUERIES / "most-cited.rq")
    text = query.render({"limit": str(limit)})
    history = History()
    history.turn_round(KNOWN)
    kept = incremental_citation_counts(history.log, MINTER)
    for change in changes:
        history.turn_round(change)
        counts = kept.of(history.graph).value
        assert counts == history.graph.read(count_citations)
        found = history.graph.read(partial(most_cited, counts=counts, limit=limit))
        names = found["head"]["vars"]
        shown = [
            [row[name]["value"] if name in row else None for name in names] for row in found["results"]["bindings"]
        ]
        rows = history.graph.read(lambda snapshot: snapshot.select(text))
        assert shown == [[row[name].value if row[name] else None for name in names] for row in rows]
