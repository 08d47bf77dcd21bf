"""Entries that are alike: those of one key or title are told apart, similar ones are named with reasons."""

from __future__ import annotations

from commonplace.home.opening import Home
from tests.conftest import BASE
from tests.exchange.test_imports import received
from tests.receipts import OSTROM, SMITH


def test_entries_of_one_key_are_numbered_on(empty: Home) -> None:
    text = "".join(f"@book{{k, title={{Volume {number} of it}}}}\n" for number in range(3_000))
    receipt = received(empty, text)
    assert receipt["fates"]["new"] == 3_000
    assert receipt["items"][-1]["work"] == f"{BASE}id/work/k-3000"


def test_entries_of_one_key_without_a_title_are_matched_again(empty: Home) -> None:
    text = "".join(f"@misc{{k, author={{Doe{number}, J.}}}}\n" for number in range(5)) + "@misc{k, note={x}}\n"
    first = received(empty, text)
    assert (first["fates"]["new"], first["fates"]["updated"]) == (5, 1)
    again = received(empty, text)
    assert again["fates"]["matched"] == 6
    assert [item["work"] for item in again["items"]] == [item["work"] for item in first["items"]]


def test_a_title_that_comes_again_and_again_is_told_apart(empty: Home) -> None:
    entry = "@article{{k{0}, author={{Doe, J.}}, title={{Editorial}}, journal={{Sea}}, year={1}, number={2}}}\n"
    text = "".join(entry.format(number, 1000 + number // 12, number % 12) for number in range(2_000))
    assert received(empty, text)["fates"]["new"] == 2_000
    assert received(empty, text)["fates"]["matched"] == 2_000


def test_what_is_only_similar_is_named_with_reasons(empty: Home) -> None:
    received(empty, SMITH)
    other = SMITH.replace("smith2001", "smith2002").replace("={Commons}", "={Another}").replace("2001}", "2002}")
    other = other.replace("pages={11", "pages={77")
    slip = SMITH.replace("smith2001", "slip").replace("care of", "cares of").replace("John", "J.")
    receipt = received(empty, other + slip + OSTROM)
    items = {item["key"]: item for item in receipt["items"]}
    assert receipt["fates"]["new"] == 3
    (similar,) = items["slip"]["similar"]
    assert similar["work"].rpartition("/")[2] == "smith2001"
    assert "relation" not in similar
    assert similar["score"] > 90
    assert similar["reasons"][:3] == [
        "titles that are 98 % alike",
        "people of the same name: J. Smith",
        "the same year, 2001",
    ]
    related = items["smith2002"]["related"]
    assert {one["work"].rpartition("/")[2] for one in related} == {"smith2001", "slip"}
    assert {one["relation"] for one in related} == {"version"}
    assert related[0]["reasons"][0].startswith("published in two places")
    assert items["smith2002"].get("similar") is None
    assert items["ostrom1996"].get("similar") is None
    again = received(empty, other + slip)
    assert [item.get("similar") for item in again["items"]] == [None, None], "matched is not similar"


def test_similar_works_of_a_library_are_found_by_names_with_and_without_accents(empty: Home) -> None:
    received(empty, SMITH.replace("Smith, John", "Müßig, Zoë"))
    other = SMITH.replace("smith2001", "b").replace("Smith, John", "Mussig, Zoe").replace("The commons", "On commons")
    near = other.replace("On commons and the care of them", "Commons and the care of them")
    (item,) = received(empty, near)["items"]
    assert [one["work"] for one in item["similar"]] == [f"{BASE}id/work/smith2001"]


def test_papers_that_were_given_the_doi_of_their_volume_are_all_there(empty: Home) -> None:
    volume = "@proceedings{v, title={Proceedings of a Meeting}, editor={Roe, R.}, year=2001, doi={10.1234/v}}\n"
    paper = "@inproceedings{{{0}, title={{{1}}}, author={{{2}, A.}}, booktitle={{Proceedings}}, doi={{10.1234/v}}}}\n"
    receipt = received(empty, volume + paper.format("a", "Kites", "Doe") + paper.format("b", "Tides", "Lee"))
    assert receipt["fates"]["new"] == 3
    said = [[loss["why"] for loss in item["losses"] if loss["field"] == "doi"] for item in receipt["items"]]
    assert said == [
        [],
        ["'v' has this DOI, too, and is another work; both keep it"],
        ["'v' and 'a' have this DOI, too, and are other works; all keep it"],
    ]
    assert received(empty, volume + paper.format("b", "Tides", "Lee"))["fates"]["matched"] == 2
