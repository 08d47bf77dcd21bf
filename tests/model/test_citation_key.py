"""Author–year keys: what they are made of, and how many works of one name and year have different ones."""

from __future__ import annotations

import pytest

from commonplace.model.citation_key import LONGEST_NAME, MadeKeys, author_year, with_made_key
from commonplace.model.names import Contributor, Name
from commonplace.model.record import Record

LARSEN = Contributor("author", Name(family="Larsen", given="Eva"))


def record(*people: Contributor, **fields: str) -> Record:
    return Record(key="", type="book", contributors=people, **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("made", "key"),
    [
        (record(LARSEN, issued="1999", title="Tides"), "larsen1999"),
        (record(LARSEN, issued="1999-05-03"), "larsen1999"),
        (record(LARSEN, title="Tides"), "larsen"),
        (record(Contributor("author", Name(family="Berg", particle="van der")), issued="2001"), "berg2001"),
        (record(Contributor("author", Name(family="Müller-Ostrøm")), issued="2001"), "mullerostrom2001"),
        (record(Contributor("author", Name(family="毛")), issued="1950"), "mao1950"),
        (record(Contributor("author", Name(literal="The World Health Organization of Us")), issued="2001"),
         "worldhealthorganization2001"),
        (record(Contributor("translator", Name(family="Ask")), Contributor("editor", Name(family="Lee"))), "lee"),
        (record(issued="1996", title="Crossing the Great Divide: Coproduction"), "crossinggreatdivide1996"),
        (record(issued="1996", title="Of the and"), "oftheand1996"),
        (record(issued="1996"), "untitled1996"),
        (record(doi="10.1000/x.y"), "101000xy"),
        (record(Contributor("author", Name(family="A" * 300)), issued="1996"), "a" * LONGEST_NAME + "1996"),
    ],
)  # fmt: skip
def test_the_key_of_a_record(made: Record, key: str) -> None:
    assert author_year(made) == key
    keyed = with_made_key(made)
    assert (keyed.key, keyed.key_is_made) == (key, True)
    assert not made.key_is_made


def test_works_of_one_name_and_year_are_told_apart_by_letters() -> None:
    taken: set[str] = {"larsen1999b"}
    keys = MadeKeys(taken.__contains__)
    made = []
    for _ in range(30):
        made.append(keys.free("larsen1999"))
        taken.add(made[-1])
    letters = [key.removeprefix("larsen1999") for key in made]
    assert letters == ["", "a", *"cdefghijklmnopqrstuvwxyz", "aa", "ab", "ac", "ad"]


def test_letters_do_not_run_into_a_name_without_a_year() -> None:
    taken = {"larsen"}
    assert MadeKeys(taken.__contains__).free("larsen") == "larsen-a"
