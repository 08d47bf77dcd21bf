"""Works, people, venues, concepts and doubts, asked of the small library."""

from __future__ import annotations

from tests.queries.conftest import Ask


def test_every_role_of_a_person(ask: Ask) -> None:
    assert ask("works-of-person", "key role position name", person="ann") == [
        ("alpha", "author", "1", "Ann"),
        ("beta", "author", "2", "Ann"),
        ("gamma", "section-editor", "1", "Ann"),
    ]


def test_works_of_a_body(ask: Ask) -> None:
    assert ask("works-of-person", "key", person="organization/bank") == [("zeta",)]


def test_co_authors_by_works_shared(ask: Ask) -> None:
    found = ask("co-authors", "coAuthor works firstYear lastYear keys", person="ann")
    assert [row[:4] for row in found] == [("bob", "2", "1996", "2001"), ("cy", "1", "2001", "2001")]
    assert set(found[0][4].split()) == {"alpha", "beta"}
    assert ask("co-authors", "coAuthor", person="organization/bank") == []


def test_works_by_year_count_those_without_one(ask: Ask) -> None:
    found = ask("works-by-year", "year works keys")
    assert found[0] == ("", "1", "epsilon")
    assert found[1] == ("1996", "1", "alpha")
    assert sum(int(works) for _, works, _ in found) == 7


def test_venues_with_their_works(ask: Ask) -> None:
    assert ask("venues-of-set", "venue title kind works firstYear lastYear") == [
        ("journal", "Journal", "Journal", "2", "1996", "2001"),
        ("eta", "Eta", "Book", "1", "2015", "2015"),
    ]


def test_a_venue_may_be_a_work(ask: Ask) -> None:
    assert ask("venues-of-set", "keys", venue="work/eta") == [("zeta",)]


def test_the_concept_tree(ask: Ask) -> None:
    tree = {row[0]: row[1:] for row in ask("concept-tree", "key label labelFr definition broaderKey works")}
    assert len(tree) == 12
    assert tree["co-production"] == ("co-production", "coproduction", "Made together.", "", "4")
    assert tree["citizen-led"] == ("citizen-led", "", "", "co-production", "1")
    assert tree["owned"] == ("owned", "détenu", "", "citizen-led", "1")
    assert tree["driven"][-1] == "0"


def test_a_recalled_identifier_and_an_issn_are_no_identifier(ask: Ask) -> None:
    assert ask("works-without-identifier", "key unconfirmed status") == [
        ("epsilon", "", ""),
        ("beta", "10.1/b", "recalled"),
        ("zeta", "", ""),
        ("eta", "", ""),
    ]


def test_every_kind_of_doubt_in_one_table(ask: Ask) -> None:
    assert ask("facts-in-doubt", "key kind field status value alternative") == [
        ("beta", "identifier", "doi", "recalled", "10.1/b", ""),
        ("delta", "citation", "", "ambiguous", "alpha", ""),
        ("delta", "citation", "", "ambiguous", "gamma", ""),
        ("gamma", "doubt", "year", "conflicting", "", "2006"),
        ("zeta", "citation", "", "probable", "delta", ""),
        ("zeta", "correction", "year", "error", "2004", "2005"),
    ]


def test_doubts_of_one_work(ask: Ask) -> None:
    assert ask("facts-in-doubt", "kind note", work="beta") == [("identifier", "from memory")]
    assert ask("facts-in-doubt", "kind", work="alpha") == []
