"""Shapes at the door: a change is judged where it acts, and only there."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad
from rdflib import Graph

from commonplace.curation.shacl import Violation, read_shapes, violations, violations_after
from commonplace.errors import ShapeViolation
from commonplace.model.change import ChangeSet
from commonplace.model.namespaces import DCTERMS, FOAF, RDF
from commonplace.settings import SHIPPED_ONTOLOGY
from tests.conftest import BASE
from tests.curation.works import BOVAIRD, OSTROM, SmallLibrary


@pytest.fixture
def small(tmp_path: Path) -> SmallLibrary:
    made = SmallLibrary(tmp_path / "home")
    made.add(OSTROM, BOVAIRD)
    return made


@pytest.fixture(scope="module")
def shapes() -> Graph:
    return read_shapes(SHIPPED_ONTOLOGY / "shapes.ttl", BASE)


def found(small: SmallLibrary, shapes: Graph, *added: Quad, removed: tuple[Quad, ...] = ()) -> list[Violation]:
    change = ChangeSet(added=added, removed=removed)
    return small.library.read(lambda state: violations_after(state, change, shapes))


def test_what_the_writer_makes_keeps_the_shapes(small: SmallLibrary, shapes: Graph) -> None:
    assert violations((quad.triple for quad in small.contents()), shapes) == []


def test_a_breach_has_node_path_and_message(small: SmallLibrary, shapes: Graph) -> None:
    ostrom = small.minter.thing("person", "elinor-ostrom")

    (breach,) = found(small, shapes, Quad(ostrom, FOAF["name"], Literal("Lin Ostrom")))

    assert (breach.node, breach.path) == (ostrom.value, FOAF["name"].value)
    assert "exactly one name" in breach.message
    assert breach.where == f"{ostrom.value} {FOAF['name'].value}"


def test_taking_away_what_is_needed_is_a_breach(small: SmallLibrary, shapes: Graph) -> None:
    ostrom = small.minter.thing("person", "elinor-ostrom")
    name = next(quad for quad in small.said_of(ostrom) if quad.predicate == FOAF["name"])

    assert [breach.node for breach in found(small, shapes, removed=(name,))] == [ostrom.value]


def test_changing_one_value_of_a_work_is_no_breach(small: SmallLibrary, shapes: Graph) -> None:
    work = small.minter.thing("work", "ostrom1996")
    old = next(quad for quad in small.said_of(work) if quad.predicate == DCTERMS["title"])

    assert found(small, shapes, Quad(work, DCTERMS["title"], Literal("Another")), removed=(old,)) == []


def test_removing_from_a_named_graph_takes_nothing_from_the_default_graph(small: SmallLibrary, shapes: Graph) -> None:
    ostrom = small.minter.thing("person", "elinor-ostrom")
    name = next(quad for quad in small.said_of(ostrom) if quad.predicate == FOAF["name"])
    elsewhere = Quad(name.subject, name.predicate, name.object, NamedNode("http://example.org/graph"))

    assert found(small, shapes, removed=(elsewhere,)) == []


def test_a_broken_change_is_refused_and_nothing_is_written(small: SmallLibrary) -> None:
    before, head = small.contents(), small.library.log.head()
    ghost = small.minter.thing("evidence", "ghost")

    with pytest.raises(ShapeViolation, match="nothing was written") as refused:
        small.commit(Quad(ghost, RDF["type"], small.minter.term("Evidence")))

    assert refused.value.errors
    assert all(where.partition(" ")[0] == ghost.value and why for where, why in refused.value.errors)
    assert (small.contents(), small.library.log.head()) == (before, head)
