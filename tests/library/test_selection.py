"""Pages of a list: their order, whatever the texts are that it is sorted by, and that they add up."""

from __future__ import annotations

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Store

from commonplace.derived.graph.store_snapshot import StoreSnapshot
from commonplace.library.selection import Selection
from commonplace.library.work_lists import ORDERS
from commonplace.model.change import Version
from commonplace.model.namespaces import DCTERMS, FABIO, RDF
from tests.conftest import BASE

TITLES: dict[str, list[str]] = {
    "tab": ["a\ttab"],
    "line": ["a\nline"],
    "quoted": ['a "quoted" \\ one'],
    "same-2": ["The same"],
    "same-1": ["the SAME"],
    "two": ["Zebra", "Älter"],
    "none": [],
    "empty": [""],
}


@pytest.fixture(scope="module")
def snapshot() -> StoreSnapshot:
    """Works with those titles, and one that is a blank node, which no list can name."""
    store = Store()
    for key, titles in TITLES.items():
        work = NamedNode(f"{BASE}id/work/{key}")
        store.add(Quad(work, RDF["type"], FABIO["Expression"]))
        store.extend(Quad(work, DCTERMS["title"], Literal(title, language="en")) for title in titles)
    store.add(Quad(BlankNode("nameless"), RDF["type"], FABIO["Expression"]))
    return StoreSnapshot(store, BASE, Version(1))


def pages(snapshot: StoreSnapshot, sort: str | None, limit: int) -> list[list[str]]:
    """The keys on each page, by the cursor of the one before."""
    selection = Selection(["?thing a fabio:Expression ."])
    cursor: str | None = None
    found: list[list[str]] = []
    while not found or cursor:
        page = selection.page(snapshot, ORDERS[sort] if sort else None, limit, cursor)
        assert page.total == len(TITLES)
        found.append([thing.value.rpartition("/")[2] for thing in page.things])
        cursor = page.cursor
    return found


@pytest.mark.parametrize("limit", [1, 2, 3, 8, 100])
def test_titles_are_folded_and_equal_ones_stand_in_the_order_of_their_iris(snapshot: StoreSnapshot, limit: int) -> None:
    rising = ["empty", "none", "tab", "line", "quoted", "two", "same-1", "same-2"]
    falling = ["same-1", "same-2", "two", "quoted", "line", "tab", "empty", "none"]
    assert [key for page in pages(snapshot, "title", limit) for key in page] == rising
    assert [key for page in pages(snapshot, "-title", limit) for key in page] == falling
    assert [key for page in pages(snapshot, None, limit) for key in page] == sorted(TITLES)
    assert all(len(page) == limit for page in pages(snapshot, "title", limit)[:-1])
