"""What an import brings is blocked and compared as a whole library is, so that it finds the same candidates."""

from __future__ import annotations

import random
from pathlib import Path

from commonplace.curation.duplicates.candidates import Candidate, similar_works
from commonplace.curation.duplicates.candidates_of_import import similar_to
from commonplace.curation.duplicates.particulars import particulars_of
from commonplace.model.record import Record
from tests.curation.works import SmallLibrary, person

WORDS = "commons rivers governing water village forest market trust law norms cities harbour".split()


def works(count: int) -> list[Record]:
    """Return works of two people and four years; their titles differ in a letter, or in first or last words."""
    chance = random.Random(2)
    titles = []
    for _ in range(count // 4):
        title = " ".join(chance.sample(WORDS, 6))
        titles += [title, title.replace("r", "w", 1), f"a {title}", f"{title}: part {chance.choice(('I', 'II'))}"]
    chance.shuffle(titles)
    return [
        Record(
            key=f"work{number}",
            type="book",
            title=title,
            contributors=(person(chance.choice(("Ostrom", "Berg"))),),
            issued=str(chance.randint(1990, 1993)),
        )
        for number, title in enumerate(titles)
    ]


def test_an_import_finds_what_the_whole_library_has_of_its_works(tmp_path: Path) -> None:
    home, records = SmallLibrary(tmp_path / "home"), works(160)
    held, new = records[:80], records[80:]
    home.add(*held)
    found = home.library.read(lambda snapshot: similar_to(map(particulars_of, new), snapshot, home.minter))
    home.add(*new)
    whole = home.library.read(lambda snapshot: similar_works(snapshot, home.minter)).candidates
    keys = {record.key for record in new}
    wanted: dict[str, list[Candidate]] = {}
    for one in whole:
        for key in keys.intersection(one.keys):
            wanted.setdefault(key, []).append(one)
    assert found == wanted
    assert {one.proposes for ones in found.values() for one in ones} == {"same", "relation"}
    assert any(one.other(key) not in keys for key, ones in found.items() for one in ones)


def test_works_that_the_import_does_not_touch_are_not_told_of(tmp_path: Path) -> None:
    home = SmallLibrary(tmp_path / "home")
    home.add(*works(40))
    other = Record(key="new", type="book", title="Tides and how they turn", contributors=(person("Lee"),))
    assert home.library.read(lambda snapshot: similar_to([particulars_of(other)], snapshot, home.minter)) == {}
