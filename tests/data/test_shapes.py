"""shapes.ttl: the reference set conforms, and every rule is broken by an example that yields its message."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pyshacl import validate
from rdflib import RDF, SH, Graph, Namespace, URIRef
from rdflib.term import Node

from commonplace.model.roles import ROLES
from commonplace.model.types import FABIO_CLASS
from tests.data.shape_examples import BREACHES, GOOD, Breach, aimed, example

PROJECT = Path(__file__).parents[2]
BASE = "http://127.0.0.1:8000/"
CP = Namespace(BASE + "ontology#")
SHAPES = Namespace(BASE + "shapes#")


@pytest.fixture(scope="module")
def shapes() -> Graph:
    return Graph().parse(PROJECT / "ontology" / "shapes.ttl", publicID=BASE)


@pytest.fixture(scope="module")
def ontology() -> Graph:
    return Graph().parse(PROJECT / "ontology" / "commonplace.ttl", publicID=BASE)


def findings(data: Graph, shapes: Graph, iri: str) -> dict[Node, set[str]]:
    """Return what the validator reports of a node, warnings included: the rule, and its messages."""
    _, report, _ = validate(data, shacl_graph=aimed(shapes, data, iri))
    assert isinstance(report, Graph)
    found: dict[Node, set[str]] = {}
    for result in report.subjects(SH.focusNode, URIRef(BASE + iri)):
        rule = report.value(result, SH.sourceConstraint) or report.value(result, SH.sourceShape)
        assert rule is not None
        found.setdefault(rule, set()).update(str(message) for message in report.objects(result, SH.resultMessage))
    return found


def test_the_reference_set_conforms(loaded: Graph, shapes: Graph) -> None:
    conforms, _, report = validate(loaded, shacl_graph=shapes, allow_warnings=True)
    assert conforms, f"data/ breaks the shapes; each message says what to do:\n{report}"


def test_the_shapes_are_shapes(shapes: Graph) -> None:
    conforms, _, report = validate(Graph(), shacl_graph=shapes, meta_shacl=True)
    assert conforms, report


@pytest.mark.parametrize("kind", GOOD)
def test_a_good_example_has_no_finding(kind: str, shapes: Graph) -> None:
    assert findings(example(kind), shapes, GOOD[kind][0]) == {}


@pytest.mark.parametrize("breach", BREACHES, ids=lambda breach: f"{breach.shape}")
def test_a_breach_yields_the_message_of_its_rule(breach: Breach, shapes: Graph) -> None:
    found = findings(example(breach.of, breach.drop, breach.add), shapes, GOOD[breach.of][0])
    rule = SHAPES[breach.shape]
    assert {str(message) for message in shapes.objects(rule, SH.message)} == found.get(rule)
    assert set(found) == {rule} | {SHAPES[name] for name in breach.also.split()}


def test_every_rule_has_a_breach(shapes: Graph) -> None:
    rules = {str(rule).removeprefix(SHAPES) for rule in shapes.subjects(SH.message, None)}
    tested = {breach.shape for breach in BREACHES}
    assert rules - tested == set(), "add to tests/data/shape_examples.py a Breach of each of these rules"
    assert tested - rules == set(), "these breaches are of rules that are gone: remove them"


def test_a_message_is_in_english_and_in_french_and_names_one_set_of_terms(shapes: Graph) -> None:
    term = re.compile(r"\b[a-z]+:[A-Za-z][\w-]*|id/\w+/")
    for rule in set(shapes.subjects(SH.message, None)):
        said = {str(getattr(one, "language", "")): str(one) for one in shapes.objects(rule, SH.message)}
        assert set(said) == {"en", "fr"}, rule
        assert "%" not in said["en"], f"{rule}: a page would take it for the place of a value"
        assert set(term.findall(said["fr"])) == set(term.findall(said["en"])), rule


def test_a_message_says_what_is_wrong_and_what_to_do(shapes: Graph) -> None:
    for rule, message in shapes.subject_objects(SH.message):
        sentences = re.findall(r"[^.]+(?:\.\w[^.]*)*\.(?=\s|$)", str(message))
        assert len(sentences) >= 2, f"{rule}: one sentence that says what is wrong, one that says what to do"


def test_a_link_to_a_thing_of_the_library_leads_to_one_that_is_there(shapes: Graph) -> None:
    for rule, pattern in shapes.subject_objects(SH.pattern):
        if (
            str(pattern).startswith("/id/")
            and (rule, RDF.type, SH.PropertyShape) in shapes
            and shapes.value(rule, SH.message)
        ):
            named = shapes.value(rule, SH["class"]) or shapes.value(rule, SH.node)
            assert named, f"{rule}: add sh:class, or sh:node where it may be of several classes"


def test_the_rules_of_every_kind_are_reached(shapes: Graph) -> None:
    used = set(shapes.objects(None, SH.property))
    for rule in shapes.subjects(RDF.type, SH.PropertyShape):
        assert rule in used, f"{rule} belongs to no node shape: name it with sh:property"


def test_the_types_of_a_work_are_those_of_csl(shapes: Graph) -> None:
    pattern = re.compile(str(shapes.value(SHAPES["work-type"], SH.pattern)))
    assert [name for name in FABIO_CLASS if not pattern.search(name)] == []
    assert not pattern.search("article journal")


def test_the_roles_are_those_of_the_model(shapes: Graph) -> None:
    pattern = re.compile(str(shapes.value(SHAPES["role-role"], SH.pattern)))
    for role in ROLES:
        iri = f"http://purl.org/spar/pro/{role.pro}" if role.pro else str(CP[role.csl])
        assert pattern.search(iri), f"allow {iri} in the pattern of role-role in shapes.ttl"


@pytest.mark.parametrize(
    ("rule", "values", "without"),
    [
        ("work-status", "PublicationStatus", ""),
        ("identifier-confirmation", "Confirmation", ""),
        ("citation-confirmation", "Confirmation", ""),
        ("doubt-confirmation", "Confirmation", "confirmed"),
        ("correction-fault", "Fault", ""),
        ("evidence-state", "State", ""),
        ("screening-stage", "Stage", ""),
        ("screening-verdict", "Verdict", ""),
        ("evidence-directness", "Directness", ""),
        ("evidence-certainty", "Certainty", ""),
        ("evidence-method", "Method", ""),
        ("evidence-standing", "Standing", ""),
        ("evidence-quote-check", "QuoteCheck", ""),
        ("characteristic-directness", "Directness", ""),
        ("characteristic-certainty", "Certainty", ""),
        ("characteristic-quote-check", "QuoteCheck", ""),
    ],
)
def test_the_values_of_a_rule_are_those_of_the_ontology(
    rule: str, values: str, without: str, shapes: Graph, ontology: Graph
) -> None:
    allowed = re.fullmatch(r"ontology#\((.*)\)\$", str(shapes.value(SHAPES[rule], SH.pattern)))
    assert allowed, f"{rule}: the pattern is a list of our own terms"
    declared = {str(term).removeprefix(CP) for term in ontology.subjects(RDF.type, CP[values])}
    assert set(allowed[1].split("|")) == declared - {without}
