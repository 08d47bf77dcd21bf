"""The rules of the data at the door: a change is judged where it acts, and only there."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, parse
from pyshacl import validate
from rdflib import SH, Graph
from rdflib.plugins.sparql import processor
from rdflib.plugins.sparql.parser import parseQuery

from commonplace.curation.shacl import rdflib_view
from commonplace.curation.shacl.after import StateAfter
from commonplace.curation.shacl.data import Data
from commonplace.curation.shacl.validation import Shapes, read_shapes, violations, violations_after
from commonplace.curation.shacl.violation import Violation
from commonplace.derived.graph.embedded import EmbeddedGraph
from commonplace.errors import ShapeViolation
from commonplace.model.change import ChangeSet, Version
from commonplace.model.namespaces import CITO, DATACITE, DCTERMS, FOAF, PRISM, RDF, RDFS
from commonplace.settings import SHIPPED_ONTOLOGY
from tests.conftest import BASE
from tests.curation.works import BOVAIRD, OSTROM, SmallLibrary
from tests.data.shape_examples import BREACHES, GOOD, Breach, aimed, example


@pytest.fixture
def small(tmp_path: Path) -> SmallLibrary:
    made = SmallLibrary(tmp_path / "home")
    made.add(OSTROM, BOVAIRD)
    return made


@pytest.fixture(scope="module")
def shapes() -> Shapes:
    return read_shapes(SHIPPED_ONTOLOGY / "shapes.ttl", BASE)


@pytest.fixture(scope="module")
def validated() -> Graph:
    """Return the shapes as any validator reads them."""
    return Graph().parse(SHIPPED_ONTOLOGY / "shapes.ttl", publicID=BASE)


def found(small: SmallLibrary, shapes: Shapes, *added: Quad, removed: tuple[Quad, ...] = ()) -> list[Violation]:
    change = ChangeSet(added=added, removed=removed)
    return small.library.read(lambda snapshot: violations_after(StateAfter(snapshot, change), shapes))


def test_what_the_writer_makes_keeps_the_shapes(small: SmallLibrary, shapes: Shapes) -> None:
    assert small.library.read(lambda snapshot: violations(snapshot, shapes)) == []


def test_a_breach_has_node_path_and_message(small: SmallLibrary, shapes: Shapes) -> None:
    ostrom = small.minter.thing("person", "elinor-ostrom")

    (breach,) = found(small, shapes, Quad(ostrom, FOAF["name"], Literal("Lin Ostrom")))

    assert (breach.node, breach.path) == (ostrom.value, FOAF["name"].value)
    assert "exactly one name" in breach.message
    assert breach.where == f"{ostrom.value} {FOAF['name'].value}"


def test_taking_away_what_is_needed_is_a_breach(small: SmallLibrary, shapes: Shapes) -> None:
    ostrom = small.minter.thing("person", "elinor-ostrom")
    name = next(quad for quad in small.said_of(ostrom) if quad.predicate == FOAF["name"])

    assert [breach.node for breach in found(small, shapes, removed=(name,))] == [ostrom.value]


def test_changing_one_value_of_a_work_is_no_breach(small: SmallLibrary, shapes: Shapes) -> None:
    work = small.minter.thing("work", "ostrom1996")
    old = next(quad for quad in small.said_of(work) if quad.predicate == DCTERMS["title"])

    assert found(small, shapes, Quad(work, DCTERMS["title"], Literal("Another")), removed=(old,)) == []


def test_removing_from_a_named_graph_takes_nothing_from_the_default_graph(small: SmallLibrary, shapes: Shapes) -> None:
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


@pytest.mark.parametrize(
    "breach", [*BREACHES, *(Breach(kind, "none") for kind in GOOD)], ids=lambda b: f"{b.of}-{b.shape}"
)
def test_the_quick_checks_and_the_validator_agree(breach: Breach, shapes: Shapes, validated: Graph) -> None:
    iri, data = GOOD[breach.of][0], example(breach.of, breach.drop, breach.add)
    _, report, _ = validate(data, shacl_graph=aimed(validated, data, iri))
    assert isinstance(report, Graph)
    breaks = (None, SH.resultSeverity, SH.Violation) in report

    failed = graph_of(data).read(lambda snapshot: shapes.checks.failed(Data(snapshot), NamedNode(BASE + iri)))

    assert bool(failed) == breaks
    assert all(failed.values()) or breach.shape == "identifier-recalled", "that rule alone is left to the validator"


def graph_of(data: Graph) -> EmbeddedGraph:
    """Return the engine's graph of what an rdflib graph has."""
    graph = EmbeddedGraph.in_memory(BASE)
    text = data.serialize(format="nt").encode()
    added = tuple(Quad(*quad.triple) for quad in parse(text, format=RdfFormat.N_TRIPLES))
    graph.apply(Version(1), ChangeSet(added=added))
    return graph


def test_a_part_of_shacl_that_is_not_compiled_is_left_to_the_validator(tmp_path: Path) -> None:
    path = tmp_path / "shapes.ttl"
    path.write_text(
        "@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix ex: <http://example.org/> .\n"
        "ex:shape a sh:NodeShape ; sh:targetClass ex:Thing ; sh:property ex:size .\n"
        'ex:size a sh:PropertyShape ; sh:path ex:size ; sh:maxExclusive 10 ; sh:message "Too large." .\n'
    )
    data = Graph().parse(
        data="@prefix ex: <http://example.org/> . ex:a a ex:Thing ; ex:size 9 . ex:b a ex:Thing ; ex:size 10 .",
        format="turtle",
    )

    found = graph_of(data).read(lambda snapshot: violations(snapshot, Shapes(path, BASE)))

    assert [(breach.node, breach.why) for breach in found] == [("http://example.org/b", "Too large. (10)")]


def test_deleting_a_work_alone_lists_what_hangs_on_it(small: SmallLibrary, shapes: Shapes) -> None:
    ostrom, bovaird = (small.minter.thing("work", key) for key in ("ostrom1996", "bovaird2007"))
    small.commit(Quad(bovaird, CITO["cites"], ostrom))

    breaches = found(small, shapes, removed=tuple(small.said_of(ostrom)))

    assert {(breach.node, breach.path) for breach in breaches} == {
        (f"{ostrom.value}#author-1", None),
        (f"{ostrom.value}#doi", None),
        (bovaird.value, CITO["cites"].value),
    }
    assert [breach.value for breach in breaches if breach.path] == [ostrom.value]
    assert all("would not" in breach.message for breach in breaches)


def test_a_link_to_nothing_is_a_breach_by_whatever_property(small: SmallLibrary, shapes: Shapes) -> None:
    note, nothing = NamedNode("http://example.org/note"), small.minter.thing("work", "nothing")
    added = Quad(note, NamedNode("http://example.org/on"), nothing)

    assert [breach.value for breach in found(small, shapes, added)] == [nothing.value]
    elsewhere = Quad(note, added.predicate, NamedNode("https://doi.org/10.1/x"))
    assert found(small, shapes, elsewhere) == []
    assert found(small, shapes, Quad(note, added.predicate, NamedNode(f"{BASE}id/change/1"))) == []


def test_a_node_that_its_thing_no_longer_points_to_is_a_breach(small: SmallLibrary, shapes: Shapes) -> None:
    ostrom = small.minter.thing("work", "ostrom1996")
    (link,) = (quad for quad in small.said_of(ostrom) if quad.predicate == DATACITE["hasIdentifier"])

    (breach,) = found(small, shapes, removed=(link,))

    assert breach.where == f"{ostrom.value}#doi"
    identifier = tuple(small.said_of(NamedNode(breach.node)))
    assert found(small, shapes, removed=(link, *identifier)) == []


def test_a_plain_identifier_that_is_recalled_is_a_breach_whichever_of_the_two_is_new(
    small: SmallLibrary, shapes: Shapes
) -> None:
    ostrom = small.minter.thing("work", "ostrom1996")
    sure = small.minter.term("confirmation")
    node = small.minter.thing("work", "ostrom1996", "doi")
    confirmed, recalled = (Quad(node, sure, small.minter.term(term)) for term in ("confirmed", "recalled"))
    (plain,) = (quad for quad in small.said_of(ostrom) if quad.predicate == PRISM["doi"])

    (breach,) = found(small, shapes, recalled, removed=(confirmed,))
    assert "only recalled" in breach.message

    small.commit(recalled, removed=(confirmed, plain))
    (breach,) = found(small, shapes, plain)
    assert breach.node == node.value


def test_a_subclass_of_a_kind_is_judged_as_that_kind(small: SmallLibrary, shapes: Shapes) -> None:
    poet, kind = NamedNode("http://example.org/poet"), NamedNode("http://example.org/Poet")
    small.commit(Quad(kind, RDFS["subClassOf"], FOAF["Person"]))

    assert [breach.path for breach in found(small, shapes, Quad(poet, RDF["type"], kind))] == [FOAF["name"].value]


def test_many_breaches_are_told_of_some_nodes(small: SmallLibrary, shapes: Shapes) -> None:
    people = [NamedNode(f"http://example.org/{number}") for number in range(300)]
    change = ChangeSet(added=tuple(Quad(one, RDF["type"], FOAF["Person"]) for one in people))

    found = small.library.read(lambda snapshot: violations_after(StateAfter(snapshot, change), shapes, reported=10))

    assert len(found) == 10


def recalled(small: SmallLibrary, shapes: Shapes) -> list[Violation]:
    """Return the breaches there are where the DOI of a work that stands plainly is called recalled."""
    doi, term = small.minter.thing("work", "ostrom1996", "doi"), small.minter.term("confirmation")
    before = tuple(quad for quad in small.said_of(doi) if quad.predicate == term)
    return found(small, shapes, Quad(doi, term, small.minter.term("recalled")), removed=before)


def test_the_queries_of_the_shapes_are_read_once(
    small: SmallLibrary, shapes: Shapes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To read one takes far longer than to evaluate it, and leaves much for the garbage collector."""
    read: list[str] = []

    def reading(text: str) -> object:
        read.append(text)
        return parseQuery(text)

    monkeypatch.setattr(rdflib_view, "parseQuery", reading)
    monkeypatch.setattr(processor, "parseQuery", reading)
    rdflib_view._read.cache_clear()
    breaches = [recalled(small, shapes) for _ in range(3)]
    assert len(read) == 1
    assert [len(each) for each in breaches] == [1, 1, 1]
    assert len({each.message for several in breaches for each in several}) == 1


def test_breaches_are_found_by_several_threads_at_once(small: SmallLibrary, shapes: Shapes) -> None:
    alone = recalled(small, shapes)
    with ThreadPoolExecutor(4) as threads:
        together = list(threads.map(lambda _: recalled(small, shapes), range(8)))
    assert together == [alone] * 8
    assert alone
