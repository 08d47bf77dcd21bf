"""A map that is carried over a change is the map that is made anew."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode, Quad

from commonplace.errors import NotFound
from commonplace.library import placed_maps
from commonplace.library.map_reading import MapFilters
from commonplace.library.map_schemas import Layout
from commonplace.library.placed_maps import PlacedMap, PlacedMaps, placed, placed_map
from commonplace.model.namespaces import CITO, DCTERMS, FABIO, FOAF, PRO, RDF, SKOS
from tests.library.test_lists import MINTER, NAMES, PEOPLE, YEARS, History
from tests.library.test_map_reading import CONCEPTS, EVIDENCE, FILTERS, MOSTLY, SOME, WORKS

ROLES: list[NamedNode | BlankNode] = [MINTER.thing("work", "a", "author-1"), BlankNode("role")]


def _said() -> Iterator[Quad]:
    """Yield statements from which what a map says of its things follows, and others that matter to no map."""

    def those(
        subjects: Sequence[NamedNode | BlankNode],
        predicate: NamedNode,
        objects: Sequence[NamedNode | BlankNode | Literal],
    ) -> Iterator[Quad]:
        yield from (Quad(subject, predicate, object) for subject, object in product(subjects, objects))

    yield from those(WORKS, MINTER.term("citationKey"), [Literal("one")])
    yield from those(WORKS, DCTERMS["title"], NAMES)
    yield from those(WORKS, DCTERMS["abstract"], NAMES)
    yield from those(WORKS, FABIO["hasPublicationYear"], YEARS)
    yield from those(WORKS, MINTER.term("status"), [MINTER.term("retracted")])
    yield from those(WORKS, PRO["isDocumentContextFor"], ROLES)
    yield from those(ROLES, PRO["withRole"], [PRO["author"], PRO["translator"]])
    yield from those(ROLES, MINTER.term("position"), [Literal(1), Literal(2)])
    yield from those(ROLES, PRO["isHeldBy"], PEOPLE)
    yield from those(PEOPLE, FOAF["name"], NAMES)
    yield from those(PEOPLE, FOAF["familyName"], NAMES[:1])
    yield from those(PEOPLE, MINTER.term("particle"), [Literal("van")])
    yield from those(CONCEPTS, SKOS["prefLabel"], [Literal("label", language="en"), Literal("nom", language="fr")])
    yield from those([MINTER.thing("work", "z")], RDF["type"], [FABIO["Expression"]])
    yield from those(EVIDENCE, MINTER.term("state"), [MINTER.term("silent")])
    yield from those(EVIDENCE, MINTER.term("standing"), [MINTER.term("rejected")])


SAID = list(_said())
TURNED = st.one_of(
    st.frozensets(st.sampled_from(SAID), min_size=1, max_size=6),
    st.frozensets(st.sampled_from([*SAID, *SOME, *MOSTLY]), min_size=1, max_size=6),
)
"""What a version turns round: things alone, or links as well."""


@settings(max_examples=150)
@given(
    st.frozensets(st.sampled_from([*SOME, *SAID]), min_size=30, max_size=90),
    st.lists(TURNED, min_size=1, max_size=4),
    FILTERS,
    st.integers(1, 8),
    st.sampled_from(get_args(Layout)),
)
def test_a_map_that_is_carried_over_is_the_map_made_anew(
    library: frozenset[Quad], changes: list[frozenset[Quad]], filters: MapFilters, limit: int, layout: Layout
) -> None:
    history = History()
    history.turn_round(library | set(MOSTLY))
    kept = PlacedMaps(history.log)
    for change in [frozenset[Quad](), *changes]:
        if change:
            history.turn_round(change)

        def both() -> list[object]:
            found: list[object] = []
            for place in (kept.of, placed_map):
                try:
                    found.append(history.graph.read(lambda s, p=place: p(s, MINTER, filters, limit, layout)))  # type: ignore[misc]
                except NotFound as fault:
                    found.append(str(fault))
            return found

        carried, anew = both()
        assert carried == anew


@pytest.mark.parametrize(
    ("change", "is_carried"),
    [
        ({Quad(WORKS[0], DCTERMS["title"], Literal("Another"))}, True),
        ({Quad(WORKS[0], DCTERMS["abstract"], Literal("Words"))}, True),
        ({Quad(MINTER.thing("work", "new"), RDF["type"], FABIO["Expression"])}, True),
        (
            {Quad(EVIDENCE[1], MINTER.term("work"), WORKS[1]), Quad(EVIDENCE[1], MINTER.term("about"), CONCEPTS[0])},
            True,
        ),
        ({Quad(WORKS[0], CITO["cites"], WORKS[2])}, False),
        ({Quad(EVIDENCE[0], MINTER.term("standing"), MINTER.term("accepted"))}, False),
    ],
    ids=["a title", "an abstract", "a work without links", "silence", "a citation", "evidence withdrawn"],
)
def test_only_a_change_of_links_places_things_anew(
    change: set[Quad], is_carried: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second piece of evidence says that a work is silent, and then of which."""
    history = History()
    says, accepted = MINTER.term("state"), Quad(EVIDENCE[0], MINTER.term("standing"), MINTER.term("accepted"))
    history.turn_round(
        {
            *(Quad(work, RDF["type"], FABIO["Expression"]) for work in WORKS),
            *(Quad(concept, RDF["type"], SKOS["Concept"]) for concept in CONCEPTS),
            Quad(WORKS[0], CITO["cites"], WORKS[1]),
            Quad(EVIDENCE[0], says, MINTER.term("discusses")),
            Quad(EVIDENCE[0], MINTER.term("work"), WORKS[0]),
            Quad(EVIDENCE[0], MINTER.term("about"), CONCEPTS[0]),
            Quad(EVIDENCE[1], says, MINTER.term("silent")),
            Quad(EVIDENCE[1], MINTER.term("standing"), MINTER.term("accepted")),
            accepted,
        }
    )
    kept = PlacedMaps(history.log)
    made: list[int] = []

    def counted(*given: object) -> object:
        made.append(1)
        return placed(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(placed_maps, "placed", counted)
    for turned in (set(), change):
        if turned:
            history.turn_round(turned)
        history.graph.read(lambda snapshot: kept.of(snapshot, MINTER, MapFilters(), 10, "network"))
    assert len(made) == (1 if is_carried else 2)


def test_a_citation_beside_the_map_is_counted_and_nothing_is_read_or_placed_anew(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Of what is not on the map nothing is seen there but that there is more; of what is, how many links it has."""
    history = History()
    many = [MINTER.thing("work", f"m{number}") for number in range(8)]
    history.turn_round(Quad(work, RDF["type"], FABIO["Expression"]) for work in many)
    history.turn_round(Quad(one, CITO["cites"], other) for one in many[:4] for other in many[:4] if one != other)
    kept = PlacedMaps(history.log)

    def of(limit: int) -> PlacedMap:
        return history.graph.read(lambda snapshot: kept.of(snapshot, MINTER, MapFilters(), limit, "network"))

    first = of(4)
    for name in ("placed", "linked_things"):
        monkeypatch.setattr(placed_maps, name, None)
    history.turn_round([Quad(many[6], CITO["cites"], many[7])])
    assert (of(4).linked.total, first.linked.total) == (6, 4)
    history.turn_round([Quad(many[6], CITO["cites"], many[3])])
    after = of(4)
    assert [(thing.key, thing.links) for thing in after.linked.things] == [("m3", 7), ("m0", 6), ("m1", 6), ("m2", 6)]
    assert dict(zip([t.iri for t in after.linked.things], after.places, strict=True)) == dict(
        zip([t.iri for t in first.linked.things], first.places, strict=True)
    )
