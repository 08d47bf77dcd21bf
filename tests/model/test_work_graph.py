"""Records to statements and back: nothing a record holds is lost on the way through the graph."""

from __future__ import annotations

from dataclasses import replace

import pyshacl
import pytest
import rdflib
from hypothesis import given, settings
from pyoxigraph import NamedNode, RdfFormat, serialize

from commonplace.model.minter import Minter
from commonplace.model.names import Contributor, Name
from commonplace.model.record import Record
from commonplace.model.roles import ROLES
from commonplace.model.work_graph import NothingKnown
from commonplace.model.work_reading import Neighbourhood, read_work
from commonplace.model.work_writing import WorkWriter
from tests.conftest import BASE, ROOT
from tests.exporters.record_strategies import records

MINTER = Minter(BASE)
RANK = {role.csl: number for number, role in enumerate(ROLES)}
SHAPES = rdflib.Graph().parse(ROOT / "ontology" / "shapes.ttl", publicID=BASE)


def through_the_graph(record: Record) -> Record:
    triples = WorkWriter(MINTER, NothingKnown()).triples(record)
    return read_work(Neighbourhood(dict.fromkeys(triples)), MINTER.thing("work", record.key), MINTER)


def as_the_graph_holds(record: Record) -> Record:
    """What the graph does not hold of a record: the order across roles, and the order of sets."""
    return replace(
        record,
        contributors=tuple(sorted(record.contributors, key=lambda c: RANK[c.role])),
        keywords=tuple(sorted(set(record.keywords))),
        isbn=tuple(sorted(record.isbn)),
        issn=tuple(sorted(record.issn)),
        extra=dict(record.extra),
        part_of=None,  # the whole is not there
    )


@settings(max_examples=150)
@given(record=records)
def test_a_record_comes_back_as_it_was(record: Record) -> None:
    assert through_the_graph(record) == as_the_graph_holds(record)


@settings(max_examples=10)
@given(record=records)
def test_what_a_writer_says_keeps_the_shapes(record: Record) -> None:
    triples = WorkWriter(MINTER, NothingKnown()).triples(record)
    data = rdflib.Graph().parse(data=serialize(triples, format=RdfFormat.N_TRIPLES), format="nt")
    conforms, _, text = pyshacl.validate(data, shacl_graph=SHAPES, allow_warnings=True)
    assert conforms, text


@pytest.mark.parametrize(
    "issued", ["-0043-03-15", "-0043-03", "-0043", "0000", "0000-05-01", "-0100/-0044", "0044-03-15"]
)
def test_a_date_before_christ_keeps_the_shapes_and_comes_back(issued: str) -> None:
    record = Record(key="a", type="book", title="T", issued=issued, available=issued)
    triples = WorkWriter(MINTER, NothingKnown()).triples(record)
    data = rdflib.Graph().parse(data=serialize(triples, format=RdfFormat.N_TRIPLES), format="nt")
    assert not [value for value in data.objects() if isinstance(value, rdflib.Literal) and value.ill_typed]
    conforms, _, text = pyshacl.validate(data, shacl_graph=SHAPES, allow_warnings=True)
    assert conforms, text
    assert through_the_graph(record) == as_the_graph_holds(record)
    assert record.year == (44 if issued == "0044-03-15" else None)


def test_two_forms_of_one_name_are_one_person_and_each_is_printed_as_it_was() -> None:
    first = Record(key="a", type="book", contributors=(Contributor("author", Name(family="Jetté", given="Yves")),))
    second = Record(key="b", type="book", contributors=(Contributor("author", Name(family="Jette", given="Yves")),))
    writer = WorkWriter(MINTER, NothingKnown())
    triples = [quad.triple for quad in writer.quads([first, second])]
    about = Neighbourhood(triples)
    held = [t.object for t in triples if t.predicate == NamedNode("http://purl.org/spar/pro/isHeldBy")]
    assert held == [MINTER.thing("person", "yves-jette")] * 2
    assert read_work(about, MINTER.thing("work", "b"), MINTER).names("author") == second.names("author")
    assert read_work(about, MINTER.thing("work", "a"), MINTER).names("author") == first.names("author")


def test_a_part_before_its_whole_is_still_a_part_of_it() -> None:
    chapter = Record(key="part", type="chapter", container_title="Whole", part_of="whole")
    book = Record(key="whole", type="book", title="Whole", isbn=("978-0-674-04258-2",))
    writer = WorkWriter(MINTER, NothingKnown(), {"part", "whole"})
    about = Neighbourhood(quad.triple for quad in writer.quads([chapter, book]))
    read = read_work(about, MINTER.thing("work", "part"), MINTER)
    assert (read.part_of, read.container_title, read.isbn) == ("whole", "Whole", ("978-0-674-04258-2",))


def test_a_carriage_return_is_kept_wherever_it_stands() -> None:
    """In lines it marks the place of an IRI: in what they say it must not."""
    name = Name(family="O\rstrom", given="\rElinor")
    record = Record(
        key="a",
        type="article-journal",
        title="One\r\nTwo\r",
        contributors=(Contributor("author", name), Contributor("author", Name(literal="\rBank"))),
        container_title="World\rDevelopment",
        publisher="\r",
        doi="10.1000/\r1",
        issn=("0305-750X",),
        keywords=("\r", "a\r"),
        extra={"\r": "\r"},
    )
    other = replace(record, key="b", contributors=(Contributor("author", replace(name, given="\r\rElinor")),))
    writer = WorkWriter(MINTER, NothingKnown())
    about = Neighbourhood(quad.triple for quad in writer.quads([record, other]))
    for made in (record, other):
        assert read_work(about, MINTER.thing("work", made.key), MINTER) == as_the_graph_holds(made)
