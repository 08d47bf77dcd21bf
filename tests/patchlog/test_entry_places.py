"""Where the entries of a log lie: the places that were noted, in little memory."""

from __future__ import annotations

import tracemalloc
import uuid
from pathlib import Path

import pytest

from commonplace.model.change import Version
from commonplace.patchlog.entry_places import EntryPlaces
from commonplace.patchlog.file_log import FileLog
from commonplace.patchlog.segments import EntryPlace
from tests.patchlog.entries import entry, id_of, quad

MADE = [
    EntryPlace(Path("00000001.rdfp"), 0, 300, 900, id_of(1)),
    EntryPlace(Path("00000001.rdfp"), 900, 1_200, 2**40, "http://example.org/an-id-of-another-program"),
    EntryPlace(Path("00000003.rdfp"), 0, 310, 311, f"urn:uuid:{str(uuid.UUID(int=2**127 + 10)).upper()}"),
    EntryPlace(Path("00000004.rdfp"), 0, 320, 500, id_of(2**127)),
    EntryPlace(Path("00000004.rdfp"), 500, 820, 1_000, id_of(5)),
]


@pytest.fixture
def places() -> EntryPlaces:
    found = EntryPlaces()
    for place in MADE:
        found.append(place)
    return found


def test_places_come_back_as_they_were_noted(places: EntryPlaces) -> None:
    assert list(places) == MADE
    assert [places[index] for index in range(-5, 5)] == [*MADE, *MADE]
    assert list(places.between(1, 4)) == MADE[1:4]
    assert list(places.between(3, 99)) == MADE[3:]
    for first, end in ((0, 5), (1, 4), (2, 2), (4, 99)):
        assert places.size(first, end) == sum(place.end - place.start for place in MADE[first:end])


@pytest.mark.parametrize("count", range(6))
def test_places_that_are_cut_off_make_room_for_others(places: EntryPlaces, count: int) -> None:
    places.cut(count)
    assert list(places) == MADE[:count]
    with pytest.raises(IndexError):
        places[count]
    for place in MADE[count:]:
        places.append(place)
    assert list(places) == MADE


def test_a_place_takes_less_than_an_object() -> None:
    found, segment = EntryPlaces(), Path("00000001.rdfp")
    number = 10_000
    tracemalloc.start()
    try:
        for index in range(number):
            found.append(EntryPlace(segment, 500 * index, 500 * index + 300, 500 * (index + 1), id_of(index)))
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert held < 60 * number


def test_a_log_knows_an_entry_again_whatever_its_id_looks_like(tmp_path: Path) -> None:
    log = FileLog(tmp_path / "log", segment_bytes=1)
    ids = [id_of(1), "urn:uuid:of-another-program", "http://example.org/3"]
    for number, id in enumerate(ids, 1):
        log.append(entry(number, quad(f"thing{number}"), id=id, previous=ids[number - 2] if number > 1 else None))
    for opened in (log, FileLog(tmp_path / "log")):
        for number, id in enumerate(ids, 1):
            assert opened.append(entry(4, quad("again"), id=id)) == number
        assert [opened.header(Version(number)).id for number in (1, 2, 3)] == ids
        assert opened.head() == 3
