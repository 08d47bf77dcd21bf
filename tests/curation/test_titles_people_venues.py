"""The parts of works, each in the form in which it is compared."""

from __future__ import annotations

import random

import pytest

from commonplace.curation.duplicates.people import compare_people, people_of
from commonplace.curation.duplicates.places import compare_pages, issue_of, pages_of, volume_of
from commonplace.curation.duplicates.titles import compare_titles, plainly_other, title_of
from commonplace.curation.duplicates.venues import compare_venues, kinds_differ

TITLES = [
    ("HPV-16 in women", "hpv 16 in women", "equal", ""),
    ("Original article: Tides and harbours of the lagoon", "Tides and harbours of the lagoon", "equal", ""),
    (
        "The governance of a lagoon and of the rivers that lead to it, with the results re",
        "The governance of a lagoon and of the rivers that lead to it, with the results reported for two decades",
        "cut",
        "",
    ),
    ("Interferon-γ in the lung", "Interferon-gamma in the lung", "near", ""),
    ("Anti-p16(INK4a) as a marker", "Anti p16INK4a as a marker", "equal", ""),
    ("Water rights on the river Ebro", "Water rigths on the river Ebro", "near", ""),
    ("Tides: a study of harbours", "Tides", "subtitle", ""),
    ("Linear maps that keep idempotent matrices", "Linear maps that keep r-potent matrices", "other", ""),
    ("Visual debugging, part I", "Visual debugging, part II", "begun", "number"),
    ("Annual report 1998", "Annual report 1999", "other", "number"),
    ("Tides", "Erratum: Tides", "more", "correction"),
    ("The price of water", "The price of water: rejoinder and epilogue", "subtitle", "reply"),
]


@pytest.mark.parametrize(("one", "other", "likeness", "mark"), TITLES)
def test_titles(one: str, other: str, likeness: str, mark: str) -> None:
    first, second = title_of(one), title_of(other)
    assert first
    assert second
    found = compare_titles(first, second)
    assert (found.likeness, found.mark) == (likeness, mark)
    back = compare_titles(second, first)
    assert (back.likeness, back.mark) == (likeness, mark)


WORDS = "a of the water river rights lagoon governance data base study part review reply beta 1998 II harbours".split()


def damaged(words: list[str], rng: random.Random) -> str:
    """Return a title of those words, damaged as databases damage them."""
    ways = {
        "cut": lambda: " ".join(words)[: rng.randrange(4, 80)],
        "fewer": lambda: " ".join(rng.sample(words, rng.randrange(1, len(words) + 1))),
        "more": lambda: " ".join([*words[:3], *rng.choices(WORDS, k=rng.randrange(1, 9)), *words[3:]]),
        "subtitle": lambda: " ".join(words) + ": " + " ".join(rng.choices(WORDS, k=rng.randrange(1, 20))),
        "run together": lambda: "".join(rng.sample(words, len(words))),
        "slip": lambda: " ".join(words).replace(rng.choice("aeiou"), rng.choice("aeiou"), 2),
        "another": lambda: " ".join(rng.choices(WORDS, k=rng.randrange(1, 12))),
    }
    return ways[rng.choice(list(ways))]()


def test_titles_that_are_plainly_other_are_other_when_they_are_compared() -> None:
    rng = random.Random(11)
    plainly = 0
    for _ in range(4_000):
        words = rng.choices(WORDS, k=rng.randrange(1, 14))
        one, other = title_of(damaged(words, rng)), title_of(damaged(words, rng))
        if one and other and plainly_other(one, other, 80):
            plainly += 1
            found = compare_titles(one, other)
            assert found.likeness == "other"
            assert found.ratio < 80
    assert plainly > 500


def test_a_title_of_signs_alone_is_none() -> None:
    assert title_of("?!") is None
    assert title_of("   ") is None


PEOPLE = [
    (["Zuna, R E", "Wang, S S"], ["R.E. Zuna, S.S. Wang"], "same"),
    (["Zuna, Rosemary E."], ["ZUNA RE"], "same"),
    (["REZ", "SSW"], ["Zuna, R E", "Wang, S S"], "same"),
    (["REZ", "SSX"], ["Zuna, R E", "Wang, S S"], "unknown"),
    (["van den Brule, A J C"], ["Brule, A.V.D."], "same"),
    (["Parry-Dilworth, H"], ["Dilworth, H P"], "same"),
    (["Coutlée, F"], ["Coutle, F"], "same"),
    (["Ostrom, E.", "Whitaker, G.", "Parks, R."], ["Ostrom, E.", "Boas, F.", "Mead, M."], "some"),
    (["Ostrom, E."], ["Boas, F."], "none"),
    (["Ostrom, E."], [], "unknown"),
    (["Ostrom, E."], ["Anonymous"], "unknown"),
    (["N. G. N. L."], ["W. C. B."], "none"),
]


@pytest.mark.parametrize(("one", "other", "agreement"), PEOPLE)
def test_people(one: list[str], other: list[str], agreement: str) -> None:
    assert compare_people(people_of(one), people_of(other)) == agreement
    assert compare_people(people_of(other), people_of(one)) == agreement


VENUES = [
    ("American Journal of Clinical Pathology", "Am J Clin Pathol", "same"),
    ("Ann.New York Acad.Sci.", "Annals of the New York Academy of Sciences", "same"),
    ("BMJ", "BMJ (Clinical research ed.)", "same"),
    ("JAMA", "Journal of the American Medical Association", "same"),
    ("VLDB", "Very Large Data Bases", "same"),
    ("SIGMOD Record", "ACM SIGMOD Record", "same"),
    ("Obstetrics & Gynecology", "Obstetrics and Gynecology", "same"),
    ("Lancet", "Lancet Oncology", "alike"),
    ("VLDB J.", "Very Large Data Bases", "other"),
    ("VLDB J.", "The VLDB Journal — The International Journal on Very Large Data Bases", "same"),
    ("Workshop on Tides: Bergen 1989", "Workshop on Tides: Cork 1990", "alike"),
    ("World Development", "Public Choice", "other"),
    ("World Development", "", "unknown"),
    ("Thorax", "Thorax. Conference: Winter Meeting, 2010 London. Conference Publication: (var.pagings)", "same"),
    ("https://clinicaltrials.gov/show/NCT01234567", "ClinicalTrials.gov", "same"),
    ("https://clinicaltrials.gov/show/NCT01234567", "https://clinicaltrials.gov/show/NCT07654321", "other"),
    ("ISRCTN registry", "Thorax", "other"),
]


@pytest.mark.parametrize(("one", "other", "agreement"), VENUES)
def test_venues(one: str, other: str, agreement: str) -> None:
    assert compare_venues(one, other) == agreement
    assert compare_venues(other, one) == agreement


def test_a_journal_and_a_conference_are_of_two_kinds() -> None:
    assert kinds_differ("ACM Transactions on Database Systems", "SIGMOD Conference")
    assert not kinds_differ("ACM SIGMOD Record", "SIGMOD Record")
    assert not kinds_differ("VLDB", "SIGMOD Conference")


PAGES = [
    ("1073-1087", "1073-87", "same"),
    ("1073--1087", "1073–87", "same"),
    ("0017-0019", "17-19", "same"),
    ("1073—87", "1074-1087", "other"),
    ("S417-S429", "417-429", "same"),
    ("2665-2668", "t-8", "same"),
    ("487-488", "488", "same"),
    ("1073-1087", "12-20", "other"),
    ("1073-1087", "Epub ahead of print", "unknown"),
    ("1073", "", "unknown"),
    ("1073-1087", "CD001234", "unknown"),
    ("1073-1087", "PMID: 1234567", "unknown"),
    ("1073-1087", "10.1016/j.tides.1996.06.001", "unknown"),
    ("1073-1087", "e17", "unknown"),
    ("e17", "e18", "other"),
    ("e17", "17", "same"),
]


@pytest.mark.parametrize(("one", "other", "agreement"), PAGES)
def test_pages(one: str, other: str, agreement: str) -> None:
    assert compare_pages(pages_of(one), pages_of(other)) == agreement
    assert compare_pages(pages_of(other), pages_of(one)) == agreement


def test_an_issue_stands_in_its_own_field_or_behind_the_volume() -> None:
    read = [
        issue_of(*given) for given in (("6", "24"), ("", "24(6)"), ("", "24 (Suppl 3)"), ("", "24"), ("2", "24(6)"))
    ]
    assert read == ["6", "6", "3", "", "2"]
    assert issue_of("", "24 (Pt 2)") == issue_of("PMID: 1234567", "24") == ""


def test_a_volume_is_its_number() -> None:
    assert [volume_of(text) for text in ("24", "Vol. 24(6)", "024", "in press", "")] == ["24", "24", "24", "", ""]
