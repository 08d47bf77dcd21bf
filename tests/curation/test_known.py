"""People, bodies, venues and works that a home already names."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad

from commonplace.curation.authorities import KnownInGraph
from commonplace.model.names import Contributor, Name
from commonplace.model.namespaces import DCTERMS, FOAF, PRO, RDF, SKOS
from tests.curation.works import BOVAIRD, OSTROM, SmallLibrary, person


@pytest.fixture
def small(tmp_path: Path) -> SmallLibrary:
    made = SmallLibrary(tmp_path / "home")
    made.add(OSTROM)
    made.commit(Quad(made.minter.thing("person", "elinor-ostrom"), SKOS["altLabel"], Literal("E. Ostrom")))
    return made


def agent(small: SmallLibrary, name_slug: str) -> tuple[NamedNode, Name] | None:
    """What is known by that name, which must be the same however it is found out."""
    singly, at_once = (
        small.library.read(lambda snapshot, most=most: KnownInGraph(snapshot, small.minter, most).agent(name_slug))  # type: ignore[misc]
        for most in (1_000, 0)
    )
    assert singly == at_once
    return singly


def test_a_person_is_known_by_every_form_of_the_name(small: SmallLibrary) -> None:
    ostrom = (small.minter.thing("person", "elinor-ostrom"), Name(family="Ostrom", given="Elinor"))

    assert agent(small, "elinor-ostrom") == ostrom
    assert agent(small, "e-ostrom") == ostrom
    assert agent(small, "vincent-ostrom") is None


def test_another_form_of_a_name_makes_no_second_person(small: SmallLibrary) -> None:
    small.add(replace(BOVAIRD, contributors=(person("Ostrom", "E."),)))

    types = (quad for quad in small.contents() if quad.predicate == RDF["type"])
    people = {quad.subject for quad in types if quad.object == FOAF["Person"]}
    assert people == {small.minter.thing("person", "elinor-ostrom")}
    role = small.minter.thing("work", "bovaird2007", "author-1")
    said = {(quad.predicate, quad.object) for quad in small.said_of(role)}
    assert (PRO["isHeldBy"], small.minter.thing("person", "elinor-ostrom")) in said
    assert (FOAF["givenName"], Literal("E.")) in said, "the name as it is printed stays with the role"


def test_a_body_is_known(small: SmallLibrary) -> None:
    bank = Name(literal="World Bank")
    small.add(replace(BOVAIRD, contributors=(Contributor("author", bank),)))

    assert agent(small, "world-bank") == (small.minter.thing("organization", "world-bank"), bank)


def test_labels_of_what_is_no_agent_are_not_names(small: SmallLibrary) -> None:
    venue = small.minter.thing("venue", "world-development")
    small.commit(Quad(venue, SKOS["altLabel"], Literal("W. Dev.")))

    assert agent(small, "w-dev") is None


def test_venues_and_works_that_are_there(small: SmallLibrary) -> None:
    minter = small.minter

    def known(state_known: KnownInGraph) -> list[object]:
        return [
            state_known.is_described(minter.thing("venue", "world-development")),
            state_known.is_described(minter.thing("venue", "nature")),
            state_known.key_of_work("ostrom1996"),
            state_known.key_of_work("bovaird2007"),
        ]

    assert small.library.read(lambda snapshot: known(KnownInGraph(snapshot, minter))) == [
        True,
        False,
        "ostrom1996",
        None,
    ]


def test_a_venue_is_described_once(small: SmallLibrary) -> None:
    small.add(replace(BOVAIRD, container_title="World  development"))

    venue = small.minter.thing("venue", "world-development")
    assert [q.object for q in small.said_of(venue) if q.predicate == DCTERMS["title"]] == [Literal("World Development")]
