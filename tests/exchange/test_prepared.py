"""What is prepared where a file is read says the same as what is written where the home is known."""

from __future__ import annotations

import pickle
from collections.abc import Iterable, Sequence
from types import MappingProxyType
from typing import NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import NamedNode, Quad, RdfFormat, parse

from commonplace.curation.duplicates.particulars import Particulars, particulars_of
from commonplace.curation.duplicates.places import Pages
from commonplace.curation.duplicates.titles import Title
from commonplace.exchange.prepared import (
    PreparedBatch,
    PreparedEntry,
    entries_in,
    particulars_in,
    prepared,
    record_in,
    texts_in,
)
from commonplace.model.match_key import match_key
from commonplace.model.minter import Minter, slug
from commonplace.model.names import Contributor, Name
from commonplace.model.record import Loss, ReadEntry, Record
from commonplace.model.work_graph import NothingKnown, WorkText
from commonplace.model.work_writing import WorkWriter
from commonplace.processes.shared_file import SharedFile
from tests.conftest import BASE
from tests.exporters.record_strategies import records

MINTER = Minter(BASE)
MANY = st.lists(records, min_size=1, max_size=4).map(
    lambda made: [record.with_key(f"{record.key}{number}") for number, record in enumerate(made)]
)


class SomeKnown(NothingKnown):
    """A home that knows one person, under an IRI that no name gives, and every venue."""

    def __init__(self, name: Name) -> None:
        self.name = name

    def agent(self, name_slug: str) -> tuple[NamedNode, Name] | None:
        return (MINTER.thing("person", "somebody"), self.name) if name_slug == slug(self.name.full) else None

    def is_described(self, thing: NamedNode) -> bool:
        return "/venue/" in thing.value


def entries(made: Iterable[Record]) -> list[ReadEntry]:
    return [
        ReadEntry(position=number, line=number, raw="", key=record.key, record=record)
        for number, record in enumerate(made, 1)
    ]


class Read(NamedTuple):
    """All that was prepared."""

    entries: list[PreparedEntry]
    records: list[bytes]
    texts: list[WorkText | None]
    particulars: list[Particulars | None]


def read_again(made: Sequence[ReadEntry]) -> Read:
    """What was prepared of entries, as it comes out on the other side, after others were prepared for the file."""
    file = SharedFile()
    prepared(BASE, file, entries([Record(key="other", type="book")]))
    batch: PreparedBatch = pickle.loads(pickle.dumps(prepared(BASE, file, made)))  # noqa: S301  as between processes
    prepared(BASE, file, entries([Record(key="another", type="book")]))
    found, start, records = entries_in(batch), batch.start, []
    for entry in found:
        records.append(file.read(start, entry.size))
        start += entry.size
    texts = texts_in(file.read(start, batch.texts))
    return Read(found, records, texts, particulars_in(file.read(start + batch.texts, batch.particulars)))


def said(writer: WorkWriter, made: list[Record]) -> list[Quad]:
    """What is said of those records through their preparation."""
    lines: list[bytes] = []
    read = read_again(entries(made))
    for text, record in zip(read.texts, read.records, strict=True):
        lines += writer.lines(text if text and writer.fits(text) else writer.text(record_in(record)))
    return list(parse(b"".join(lines), format=RdfFormat.N_QUADS))


@settings(max_examples=40)
@given(MANY, st.booleans())
def test_prepared_records_say_what_records_say(made: list[Record], known: bool) -> None:
    names = [contributor.name for record in made for contributor in record.contributors]
    home = SomeKnown(names[0]) if known and names else NothingKnown()
    keys = {record.key for record in made}

    found = said(WorkWriter(MINTER, home, keys), made)

    assert found == list(WorkWriter(MINTER, home, keys).quads(made))
    assert len(found) == len(set(found))


@settings(max_examples=40)
@given(records)
def test_a_prepared_entry_holds_its_record(record: Record) -> None:
    read = read_again(entries([record]))

    assert [record_in(packed) for packed in read.records] == [record]
    assert [entry.match_key for entry in read.entries] == [match_key(record)]
    assert read.particulars == [particulars_of(record)]
    assert [(type(one.title), type(one.pages)) for one in read.particulars if one] == [(Title, Pages)]


def test_a_read_only_mapping_is_prepared_like_any_other() -> None:
    record = Record(key="a", type="book", extra=MappingProxyType({"shelf": "12"}))
    (packed,) = read_again(entries([record])).records

    assert record_in(packed).extra == {"shelf": "12"}


def test_a_name_known_under_another_iri_does_not_fit() -> None:
    name = Name(family="Ostrom", given="Elinor")
    record = Record(key="a", type="book", contributors=(Contributor("author", name),))
    (text,) = read_again(entries([record])).texts
    assert text is not None

    assert not WorkWriter(MINTER, SomeKnown(name)).fits(text)
    assert WorkWriter(MINTER, NothingKnown()).fits(text)


def test_what_a_part_says_is_left_to_the_home() -> None:
    assert read_again(entries([Record(key="part", type="chapter", part_of="whole")])).texts == [None]


def test_an_entry_without_a_record_is_kept_as_a_fault() -> None:
    lost = Loss(field="title", raw="{", why="it is never closed")
    broken = ReadEntry(position=1, line=7, raw="@x", key=None, record=None, losses=(lost,), error="broken")
    ((entry,), records, texts, compared) = read_again([broken])

    assert entry == PreparedEntry(1, 7, None, (lost,), "broken", None, 0)
    assert (records, texts, compared) == ([b""], [None], [None])
