"""An update's change set does what the engine's own update does, and says exactly what that is."""

from __future__ import annotations

import random

import pytest
from pyoxigraph import BlankNode, CanonicalizationAlgorithm, Dataset, NamedNode, Quad, Store

from commonplace.derived.graph.snapshot import GraphName, Update
from commonplace.derived.graph.update import changes_of_update
from commonplace.errors import BadRequest, CommonplaceError, QueryRefused
from commonplace.model.change import ChangeSet

BASE = "http://example.org/"
OWN = NamedNode(f"{BASE}graph/ontology")
DATA = """
BASE <http://example.org/>
INSERT DATA {
  <a> <knows> <b> , <c> ; <name> "A" , "A"@en , 1 . <b> <knows> <a> . <c> <name> "C" . <d> <friend> [ <name> "X" ] .
  GRAPH <g1> { <a> <knows> <b> . <x> <name> "X1" . <y> <friend> [ <name> "Y" ; <knows> ( <a> <b> ) ] }
  GRAPH <g2> { <a> <knows> <d> . <x> <name> "X2" }
  GRAPH <graph/ontology> { <ontology#Case> <name> "Case" }
}
"""


def stored() -> Store:
    store = Store()
    store.update(DATA)
    return store


def is_system_graph(graph: GraphName) -> bool:
    return graph == OWN


def changed(text: str, store: Store, *using: tuple[str, ...], private: bool = False) -> ChangeSet:
    return changes_of_update(store, BASE, Update(text, *using), is_system_graph, private=private)


def same(one: Store, other: Store) -> bool:
    """Whether two states differ in the labels of blank nodes only."""
    canonical = []
    for store in (one, other):
        dataset = Dataset(iter(store))
        dataset.canonicalize(CanonicalizationAlgorithm.UNSTABLE)
        canonical.append(dataset)
    return canonical[0] == canonical[1]


def applied(change: ChangeSet, store: Store) -> Store:
    """A copy of the store with the change made, which must be net against it."""
    after = Store()
    after.extend(iter(store))
    for quad in change.removed:
        assert quad in after, f"removed, and was not there: {quad}"
        after.remove(quad)
    for quad in change.added:
        assert quad not in after, f"added, and was there: {quad}"
        after.add(quad)
    return after


FORMS = [
    "INSERT DATA { <n> <p> <o> , <o> ; <q> [ <r> ( 1 2 'three' ) ] . GRAPH <g1> { <a> <knows> <b> . <n> <p> <o> } }",
    "DELETE DATA { <a> <knows> <b> . <nobody> <knows> <b> . GRAPH <g1> { <a> <knows> <b> } }",
    "DELETE WHERE { ?s <knows> ?o }",
    "DELETE WHERE { ?s <knows> ?o . GRAPH ?g { ?s <knows> ?x } }",
    "DELETE { ?s ?p ?o } WHERE { ?s ?p ?o FILTER(isLITERAL(?o)) }",
    "DELETE { ?s <knows> ?o } INSERT { ?o <knownBy> ?s } WHERE { ?s <knows> ?o }",
    "DELETE { ?s ?p ?o } INSERT { ?s ?p ?o } WHERE { ?s ?p ?o }",
    "INSERT { ?s <seen> [ <in> ?g ; <as> _:b ] . _:b <of> ?s } WHERE { GRAPH ?g { ?s ?p ?o } }",
    "INSERT { GRAPH ?g { ?o ?p ?s } } WHERE { GRAPH ?g { ?s ?p ?o } }",
    "INSERT { ?o ?p ?unbound . <fixed> <p> <o> } WHERE { ?s ?p ?o }",
    "INSERT { ?o <of> ?s } WHERE { ?s <name> ?o }",
    "WITH <g1> DELETE { ?s ?p ?o } INSERT { ?s ?p 'new' . GRAPH <g2> { ?s ?p ?o } } WHERE { ?s ?p ?o }",
    "WITH <g1> DELETE { ?s ?p ?o } INSERT { <s> <p> <o> } WHERE { ?s ?p ?o . GRAPH <g2> { ?s ?q ?r } }",
    "INSERT { ?s ?p ?o } USING <g1> WHERE { ?s ?p ?o }",
    "INSERT { ?s ?p ?o } USING <g1> USING <g2> WHERE { ?s ?p ?o }",
    "INSERT { ?s ?p ?o } USING NAMED <g1> WHERE { GRAPH ?g { ?s ?p ?o } }",
    "INSERT { ?s ?p ?o } USING <g2> USING NAMED <g1> WHERE { ?s <name> ?n . GRAPH ?g { ?s ?p ?o } }",
    "WITH <g2> INSERT { ?s <w> ?o } USING <g1> WHERE { ?s <name> ?o }",
    "DELETE { ?s <name> ?old } INSERT { ?s <name> ?new } WHERE { ?s <name> ?old BIND(CONCAT(STR(?old), '!') AS ?new) }",
    "INSERT { ?s <n> ?n } WHERE { SELECT ?s (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?s }",
    "INSERT { <a> <maybe> ?x } WHERE { <a> <knows> ?y OPTIONAL { ?y <name> ?x } }",
    "INSERT { <a> <reach> ?x } WHERE { <a> <knows>+ ?x MINUS { ?x <name> 'C' } }",
    "DELETE { <a> <knows> <b> } WHERE { FILTER EXISTS { GRAPH <g2> { <a> <knows> <d> } } }",
    "CLEAR GRAPH <g1>",
    "CLEAR DEFAULT",
    "DROP GRAPH <g2>",
    "CLEAR SILENT GRAPH <nothing>",
    "CREATE GRAPH <g3>",
    "CREATE SILENT GRAPH <g1>",
    "COPY <g1> TO <g2>",
    "COPY GRAPH <g1> TO DEFAULT",
    "MOVE DEFAULT TO <g3>",
    "MOVE <g1> TO <g2>",
    "ADD <g1> TO DEFAULT",
    "ADD DEFAULT TO GRAPH <g2>",
    "MOVE <g1> TO <g1>",
    "PREFIX e: <http://example.org/> INSERT DATA { e:a\\-b e:p 'x;y' ; a e:T } # } ; DROP ALL",
    "INSERT DATA { <n> <p> 'a # b' , '''long 'one' ;\n}''' , \"\"\"an \"other\" \\u0041\"\"\" , <iri#hash> }",
    "",
]


@pytest.mark.parametrize("text", FORMS)
@pytest.mark.parametrize("private", [False, True])
def test_every_form_does_what_the_engine_does(text: str, private: bool) -> None:
    before, engine, given = stored(), stored(), Store()
    given.extend(iter(before))
    engine.clear()
    engine.extend(iter(before))
    change = changed(text, given, private=private)
    engine.update(text, base_iri=BASE)
    assert same(applied(change, before), engine)
    assert set(given) == set(before), "the store it was worked out on has changed"


@pytest.mark.parametrize("seed", range(40))
def test_operations_see_what_those_before_them_did(seed: int) -> None:
    choose = random.Random(seed)
    text = " ;\n".join(choose.sample([form for form in FORMS if form and not form.startswith("PREFIX")], 4))
    before, engine, private = stored(), Store(), Store()
    engine.extend(iter(before))
    private.extend(iter(before))
    try:
        change = changed(text, before)
    except BadRequest as failed:  # a graph emptied before is not there any more: the engine records empty ones
        if "there is nothing in that graph" not in failed.detail:
            raise
        return
    engine.update(text.replace("DROP GRAPH", "DROP SILENT GRAPH").replace("CLEAR G", "CLEAR SILENT G"), base_iri=BASE)
    assert same(applied(change, before), engine)
    again = changed(text, private, private=True)
    assert same(applied(again, before), engine)
    assert set(private) == set(before), "a private store is not left as it was"


def test_a_prologue_holds_for_what_follows_it() -> None:
    text = """PREFIX p: <http://one.example/> INSERT DATA { p:a p:b p:c } ;
              PREFIX p: <http://two.example/> BASE <http://three.example/> INSERT DATA { p:a <b> p:c }"""
    assert {str(quad) for quad in changed(text, Store()).added} == {
        "<http://one.example/a> <http://one.example/b> <http://one.example/c>",
        "<http://two.example/a> <http://three.example/b> <http://two.example/c>",
    }


def test_what_is_done_and_taken_back_is_no_change() -> None:
    text = "INSERT DATA { <n> <p> <o> } ; DELETE WHERE { <n> ?p ?o } ; DELETE DATA { <a> <knows> <b> } ; "
    assert not changed(text + "INSERT { ?s <knows> <b> } WHERE { ?s <knows> <c> }", stored())
    assert not changed("DELETE { ?s ?p ?o } INSERT { ?s ?p ?o } WHERE { ?s ?p ?o }", stored())


def test_blank_nodes_of_the_store_keep_their_labels_and_those_of_a_template_are_new_in_each_solution() -> None:
    store = stored()
    before = {term for quad in store for term in (quad.subject, quad.object) if isinstance(term, BlankNode)}
    moved = changed(
        "MOVE <g1> TO <g9> ; DELETE { ?s <friend> ?o } INSERT { ?s <f> ?o } WHERE { ?s <friend> ?o }", store
    )
    assert {t for quad in moved.added for t in (quad.subject, quad.object) if isinstance(t, BlankNode)} <= before
    made = changed("INSERT { [] <of> ?s } WHERE { ?s <knows> ?o }", store).added
    assert len({quad.subject for quad in made}) == len(made) == 3


def test_the_librarys_own_graphs_are_left_out_of_all_and_named_and_stand_in_what_names_them() -> None:
    for text in ("DROP ALL", "CLEAR NAMED", "CLEAR ALL ; DROP NAMED"):
        change = changed(text, stored())
        assert change.removed
        assert not [quad for quad in change.removed if quad.graph_name == OWN]
    assert [quad.graph_name for quad in changed(f"DROP GRAPH {OWN}", stored()).removed] == [OWN]


def test_the_dataset_of_the_request() -> None:
    text = "INSERT { ?s <seen> ?o } WHERE { ?s <name> ?o }"
    using = (f"{BASE}g1",)
    seen = {quad.subject for quad in changed(text, stored(), using).added}
    assert {subject for subject in seen if isinstance(subject, NamedNode)} == {NamedNode(f"{BASE}x")}
    named = "INSERT { ?g <has> ?s } WHERE { GRAPH ?g { ?s <name> ?o } }"
    assert {quad.subject for quad in changed(named, stored(), (), using).added} == {NamedNode(f"{BASE}g1")}
    assert not changed(text, stored(), (), using)
    for clash in (
        "WITH <g1> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }",
        "INSERT { ?s ?p ?o } USING NAMED <g1> WHERE { ?s ?p ?o }",
    ):
        with pytest.raises(BadRequest, match="names a dataset"):
            changed(clash, stored(), using)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("INSERT DATA { <a> <b> }", "line 1, column"),
        ("INSERT DATA { <a> <b> <c> } ;\n  INSERT DATA { <a> ?b <c> }", "line 2, column"),
        ("INSERT DATA { <a> <b> <c> } ;\nDELETE { _:x <b> <c> } WHERE { ?s ?p ?o }", "line 2, column"),
        ("INSERT DATA { nope:a <b> <c> }", "line 1, column"),
        ("DELETE { ?s ?p ?o }", "end of the text"),
        ("CLEAR XYZ", "line 1, column 7"),
        ("CLEAR ALL DROP ALL", "line 1, column 11"),
        ("SELECT * { ?s ?p ?o }", "line 1, column 1"),
        ("INSERT DATA { _:b <p> <o> } ; INSERT DATA { _:b <p> <o> }", "two INSERT DATA"),
        ("INSERT { 'literal' <p> ?o } WHERE { ?s ?p ?o }", "literal cannot be a subject"),
        ("LOAD <http://127.0.0.1/>", "LOAD"),
        ("LOAD SILENT <http://127.0.0.1/> INTO GRAPH <g>", "LOAD"),
        ("CLEAR ALL ; load <http://127.0.0.1/>", "LOAD"),
        ("INSERT { ?s ?p ?o } WHERE { SERVICE <http://127.0.0.1/> { ?s ?p ?o } }", "SERVICE"),
        ("INSERT { ?s ?p ?o } WHERE { SERVICE SILENT <http://127.0.0.1/> { ?s ?p ?o } }", "SERVICE"),
        ("DELETE { ?s ?p ?o } WHERE { FILTER EXISTS { service<http://127.0.0.1/> { ?s ?p ?o } } }", "SERVICE"),
        ("INSERT { ?s <b> <<( ?s ?p ?o )>> } WHERE { ?s ?p ?o }", "RDF 1.2"),
    ],
)
def test_what_is_no_update_is_refused_with_its_place(text: str, said: str) -> None:
    with pytest.raises(QueryRefused) as refused:
        changed(text, stored())
    assert said in f"{refused.value.detail} {refused.value.errors}"


@pytest.mark.parametrize(
    "text",
    ["CREATE GRAPH <g1>", "COPY <nothing> TO <g1>", "MOVE <nothing> TO DEFAULT", "DROP GRAPH <g1> ; ADD <g1> TO <g2>"],
)
def test_an_operation_that_fails_says_which_graph_and_silent_lets_it_pass(text: str) -> None:
    with pytest.raises(CommonplaceError) as failed:
        changed(text, stored())
    assert "http://example.org/" in failed.value.errors[0][0]
    words = text.split(" ; ")
    silent = words[-1].replace(" ", " SILENT ", 1)
    assert len(changed(" ; ".join([*words[:-1], silent]), stored()).added) == 0


def test_the_words_load_and_service_are_innocent_where_they_are_names() -> None:
    text = 'INSERT DATA { <load> <service> "LOAD SERVICE" } # LOAD'
    assert changed(text, Store()).added[0] == Quad(
        NamedNode(f"{BASE}load"), NamedNode(f"{BASE}service"), changed(text, Store()).added[0].object
    )
