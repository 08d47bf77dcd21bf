"""Values of parameters: what they may be, and that they never become query text."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, QuerySolutions, Store, Variable

from commonplace.library.named_queries import NamedQuery, Parameter, ParameterError, read_query
from commonplace.model.minter import Minter

MINTER = Minter("https://library.example/lit/")
BASE = MINTER.base

TEXT = """\
#+ question: Which of them?
#+ description: every type of parameter
#+ keywords: [test]
#+ parameters:
#+   - {name: work, type: work, description: a work, example: alpha}
#+   - {name: person, type: person, description: a person, example: ann, required: false}
#+   - {name: venue, type: venue, description: a venue, example: journal, default: journal}
#+   - {name: word, type: string, description: a word, example: hello, required: false}
#+   - {name: thing, type: iri, description: anything, example: "urn:x", required: false}
#+   - {name: limit, type: integer, description: how many, example: 2, default: 20, minimum: 1, maximum: 50}
SELECT ?work ?person ?venue ?word ?thing
WHERE { ?work ?person ?venue ; ?word ?thing }
LIMIT 20 # ${limit}
"""


@pytest.fixture(scope="module")
def query(tmp_path_factory: pytest.TempPathFactory) -> NamedQuery:
    path = tmp_path_factory.mktemp("queries") / "every-type.rq"
    path.write_text(TEXT, "utf-8")
    return read_query(path)


def bound(query: NamedQuery, **values: str) -> dict[str, NamedNode | Literal]:
    return {v.value: term for v, term in query.bind({"work": "alpha", **values}, MINTER).items()}


def test_keys_and_iris_name_the_same_thing(query: NamedQuery) -> None:
    expected = NamedNode(f"{BASE}id/work/alpha")
    assert bound(query, work="alpha")["work"] == bound(query, work=f"{BASE}id/work/alpha")["work"] == expected


def test_defaults_are_filled_in_and_the_rest_stays_open(query: NamedQuery) -> None:
    assert bound(query) == {"work": MINTER.thing("work", "alpha"), "venue": MINTER.thing("venue", "journal")}


def test_a_type_of_several_kinds_takes_each_of_them(query: NamedQuery) -> None:
    bank, book = MINTER.thing("organization", "bank"), MINTER.thing("work", "book")
    assert bound(query, person="organization/bank")["person"] == bound(query, person=bank.value)["person"] == bank
    assert bound(query, venue="work/book")["venue"] == bound(query, venue=book.value)["venue"] == book


def test_a_key_is_encoded_as_the_minter_does(query: NamedQuery) -> None:
    assert bound(query, work="organization/x y")["work"] == MINTER.thing("work", "organization/x y")


def test_strings_and_foreign_iris(query: NamedQuery) -> None:
    assert bound(query, word='a "quoted" word')["word"] == Literal('a "quoted" word')
    assert bound(query, thing="urn:isbn:1")["thing"] == NamedNode("urn:isbn:1")
    assert bound(query, work="https://other.example/w/1")["work"] == NamedNode("https://other.example/w/1")


def test_integers_are_written_and_not_bound(query: NamedQuery) -> None:
    assert "limit" not in bound(query, limit="7")
    assert "LIMIT 7 # ${limit}" in query.render({"limit": "7"})
    assert "LIMIT 20 # ${limit}" in query.render({})


@pytest.mark.parametrize(
    ("values", "where", "why"),
    [
        ({"work": ""}, "work", "is empty"),
        ({"work": f"{BASE}id/person/ann"}, "work", "is the IRI of a person, not of a work"),
        ({"work": f"{BASE}id/work/alpha#author-1"}, "work", "is not the IRI of a thing"),
        ({"work": f"{BASE}id/nothing"}, "work", "is not the IRI of a thing"),
        ({"work": "http://other.example/a b"}, "work", "is not an absolute IRI"),
        ({"work": "\ud800"}, "work", "is not valid Unicode"),
        ({"thing": "not an iri"}, "thing", "is not an absolute IRI"),
        ({"limit": "ten"}, "limit", "is not a whole number"),
        ({"limit": "٣"}, "limit", "is not a whole number"),
        ({"limit": "1_0"}, "limit", "is not a whole number"),
        ({"limit": "5\n"}, "limit", "is not a whole number"),
        ({"limit": "0"}, "limit", "is 0, less than 1"),
        ({"limit": "51"}, "limit", "is 51, more than 50"),
        ({"lmit": "5"}, "lmit", "is not a parameter of this query"),
    ],
)
def test_what_does_not_fit_is_refused(query: NamedQuery, values: dict[str, str], where: str, why: str) -> None:
    for call in (lambda v: query.bind(v, MINTER), lambda v: query.sparql(MINTER, v)):
        with pytest.raises(ParameterError) as refused:
            call({"work": "alpha", **values})
        ((found_where, found_why),) = refused.value.errors
        assert found_where == where
        assert found_why.startswith(why)


def test_everything_wrong_is_said_at_once(query: NamedQuery) -> None:
    with pytest.raises(ParameterError) as refused:
        query.bind({"limit": "x", "other": "y"}, MINTER)
    assert sorted(where for where, _ in refused.value.errors) == ["limit", "other", "work"]
    assert isinstance(refused.value, ValueError)


def test_render_checks_integers(query: NamedQuery) -> None:
    with pytest.raises(ParameterError, match="limit: is not a whole number"):
        query.render({"limit": "1 OFFSET 3"})


def test_the_text_for_elsewhere_leaves_open_what_is_not_given(query: NamedQuery) -> None:
    last = query.sparql(MINTER, {"work": "alpha", "limit": "3"}).rstrip().split("\n")[-1]
    assert last == (
        "VALUES (?work ?person ?venue ?word ?thing) "
        f"{{ (<{BASE}id/work/alpha> UNDEF <{BASE}id/venue/journal> UNDEF UNDEF) }}"
    )


ENCODABLE = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)


@given(ENCODABLE.filter(lambda key: not key.lower().startswith(("http://", "https://"))))
def test_any_key_is_bound_to_its_thing(key: str) -> None:
    term = Parameter(name="work", type="work", description="a work", example="alpha").term(key, MINTER)
    assert isinstance(term, NamedNode)
    assert MINTER.kind_and_key(term.value) == ("work", key)


@given(ENCODABLE.map(lambda rest: "http://" + rest))
def test_any_web_address_is_an_iri_or_refused(address: str) -> None:
    parameter = Parameter(name="work", type="work", description="a work", example="alpha")
    try:
        expected = NamedNode(address)
    except ValueError:
        with pytest.raises(ValueError, match="is not an absolute IRI"):
            parameter.term(address, MINTER)
    else:
        assert parameter.term(address, MINTER) == expected


@given(word=ENCODABLE, work=ENCODABLE.filter(lambda key: not key.lower().startswith("http")))
def test_any_value_comes_back_from_the_engine_as_it_went_in(word: str, work: str) -> None:
    query = NamedQuery(
        name="echo",
        question="What was asked?",
        description="the values themselves",
        keywords=("test",),
        parameters=(
            Parameter(name="work", type="work", description="a work", example="alpha"),
            Parameter(name="word", type="string", description="a word", example="hello"),
        ),
        columns=(),
        form="SELECT",
        text="SELECT ?work ?word WHERE { VALUES ?x { 1 } }",
        path=Path("echo.rq"),
    )
    values = {"work": work, "word": word}
    terms = query.bind(values, MINTER)
    assert terms == {Variable("work"): MINTER.thing("work", work), Variable("word"): Literal(word)}
    substituted = Store().query(query.render(values), substitutions=dict(terms))
    in_text = Store().query(query.sparql(MINTER, values))
    for answer in (substituted, in_text):
        assert isinstance(answer, QuerySolutions)
        assert [(row["work"], row["word"]) for row in answer] == [(MINTER.thing("work", work), Literal(word))]


@given(st.integers())
def test_an_integer_in_its_bounds_is_itself(number: int) -> None:
    parameter = Parameter(
        name="limit", type="integer", description="n", example="1", default="1", minimum=-5, maximum=10**6
    )
    if -5 <= number <= 10**6:
        assert parameter.term(str(number), MINTER) == Literal(number)
    else:
        with pytest.raises(ValueError, match="is"):
            parameter.term(str(number), MINTER)
