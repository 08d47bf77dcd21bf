"""Works that are only similar are candidates, with reasons; what is plainly different is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from commonplace.curation.duplicates.candidates import BLOCK, compare, similar_works
from commonplace.exchange.imports import import_file
from commonplace.home.opening import Home, open_home
from commonplace.model.match_key import MatchKey
from tests.conftest import serving, settings_for

TITLE = "crossing-the-great-divide-coproduction-synergy-and-development"
OSTROM = MatchKey(
    key="a",
    identifiers=(),
    part_of=None,
    title=TITLE,
    year=1996,
    type="article-journal",
    people=("ostrom",),
    doi=None,
    venue="world-development",
    place=("24", "6", "1073"),
)
SIMILAR = {
    "a slip in the title": {"title": TITLE.replace("synergy", "sinergy")},
    "the year after": {"year": 1997},
    "another year and type": {"year": 2005, "type": "chapter", "venue": "a-book"},
    "no people": {"people": ()},
    "one of the people": {"people": ("ostrom", "whitaker")},
    "no year": {"year": None},
    "another DOI": {"doi": "10.1/x"},
    "other people and the whole title": {"people": ("whitaker",)},
}
DIFFERENT = {
    "nobody in common": {"people": ("whitaker",), "title": TITLE.replace("synergy", "sinergy")},
    "another title": {"title": "crossing-the-small-divide-something-else"},
    "a slip in the title and years apart": {"title": TITLE.replace("synergy", "sinergy"), "year": 1999},
    "another page of the same journal": {"place": ("24", "6", "12")},
    "another volume of the same journal": {"place": ("25", "", "")},
}


@pytest.mark.parametrize("changed", SIMILAR.values(), ids=SIMILAR)
def test_these_are_candidates(changed: dict[str, object]) -> None:
    other = OSTROM._replace(key="b", **changed)  # type: ignore[arg-type]
    found = compare(OSTROM, other)
    assert found is not None
    assert found == compare(other, OSTROM)
    assert found.keys == ("a", "b")
    assert len(found.reasons) >= 3


@pytest.mark.parametrize("changed", DIFFERENT.values(), ids=DIFFERENT)
def test_these_are_none(changed: dict[str, object]) -> None:
    assert compare(OSTROM, OSTROM._replace(key="b", **changed)) is None  # type: ignore[arg-type]


def test_parts_are_told_apart_by_their_numbers() -> None:
    one = OSTROM._replace(title="macros-for-everybody-part-i", venue=None)
    assert compare(one, one._replace(key="b", title="macros-for-everybody-part-ii")) is None
    assert compare(one, one._replace(key="b", title="macros-for-everybody-part-i")) is not None


TEXT = """@article{jones2001, author={Jones, Ann}, title={Neighbourhood services and their users},
  journal={A}, year=2001}
@article{jones2002, author={Jones, Ann and Brown, B.}, title={Neighborhood services and their users},
  journal={B}, year=2002}
@book{jones2001b, author={Jones, Ann}, title={Something of another kind}, year=2001}
@misc{bare, note={no title}}
"""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = open_home(settings_for(tmp_path / "home", reference_set=None))
    receipt = import_file(made.library, made.committer, TEXT.encode(), "a.bib")
    assert receipt.fates["new"] == 4
    return made


def test_the_list_says_why_and_how_much_was_compared(home: Home) -> None:
    with serving(home) as client:
        page = client.get("/duplicates").json()
        (found,) = page["items"]
        assert [work["key"] for work in found["works"]] == ["jones2001", "jones2002"]
        assert found["works"][0]["label"] == "Neighbourhood services and their users"
        assert found["score"] > 92
        assert "people of the same name: jones" in found["reasons"]
        assert (page["total"], page["complete"], page["next"]) == (1, "complete", None)
        assert (page["coverage"]["works"], page["coverage"]["without_title"]) == (4, 1)
        assert client.get("/works").json()["total"] == 4


def test_pages_add_up_and_a_new_version_is_looked_at_anew(home: Home) -> None:
    more = TEXT.replace("jones", "third").replace("journal={", "journal={Another ")
    with serving(home) as client:
        before = client.get("/duplicates").json()["total"]
        import_file(home.library, home.committer, more.encode(), "b.bib")
        whole = client.get("/duplicates").json()
        assert whole["total"] > before
        seen, address = [], "/duplicates?limit=1"
        while address:
            page = client.get(address).json()
            seen += page["items"]
            address = page["next"]
        assert seen == whole["items"]
        assert client.get("/duplicates?at=1").json()["total"] == before


def test_works_whose_relation_is_stated_are_none(tmp_path: Path) -> None:
    made = open_home(settings_for(tmp_path / "other", reference_set=None))
    text = "@book{whole, author={Jones, A.}, title={One title of some length}, year=2001}"
    part = "@inbook{part, author={Jones, A.}, title={One title of some length}, crossref={whole}, pages={1--2}}"
    import_file(made.library, made.committer, f"{part}\n{text}".encode(), "a.bib")
    assert made.library.read(lambda state: similar_works(state, made.library.minter)).candidates == []


def test_many_works_of_one_title_are_compared_with_neighbours_only(tmp_path: Path) -> None:
    made = open_home(settings_for(tmp_path / "other", reference_set=None))
    count = 4 * BLOCK
    text = "".join(
        f"@misc{{k{n:03}, author={{Jones, A.}}, title={{A report}}, howpublished={{p. {n}}}, year={1900 + n}}}\n"
        for n in range(count)
    )
    import_file(made.library, made.committer, text.encode(), "a.bib")
    found = made.library.read(lambda state: similar_works(state, made.library.minter))
    assert found.coverage["works"] == count
    assert count - 1 <= found.coverage["pairs_compared"] < 20 * count
