"""Which records are of one work, and what a record becomes when another adds to it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from commonplace.curation.duplicates.same_work import could_be_same, match_grounds, plainly_other, same_work
from commonplace.curation.matching import Matcher, fields_added, fill_gaps
from commonplace.model.match_key import match_key
from commonplace.model.names import Contributor, Name
from commonplace.model.record import Record
from tests.curation.works import BOVAIRD, OSTROM, SmallLibrary, person

WITHOUT_DOI = replace(OSTROM, doi=None)

SAME: list[tuple[str, dict[str, Any]]] = [
    ("the DOI in other case", {"doi": "10.1016/0305-750x(96)00023-x"}),
    ("the DOI alone", {"title": "Quite another title", "issued": "2001", "volume": "1"}),
    ("no DOI", {"doi": None}),
    ("another key", {"doi": None, "key": "ostrom96crossing"}),
    ("accents, case and marks in the title", {"doi": None, "title": "CROSSING the “Great” dìvide"}),
    ("a day where the other has a year", {"doi": None, "issued": "1996-06-01"}),
    ("no people", {"doi": None, "contributors": ()}),
    ("an initial for a given name", {"doi": None, "contributors": (person("Ostrom", "E."),)}),
    ("no venue, volume or page", {"doi": None, "container_title": None, "volume": None, "page": None}),
    ("the first page alone", {"doi": None, "page": "1073"}),
    ("pages as people write them", {"doi": None, "page": "pp. 1073-87"}),
    ("the venue abbreviated", {"doi": None, "container_title": "World Dev."}),
    ("the DOI, title and page in translation", {"title": "Über den Graben", "contributors": ()}),
    ("more than the other has", {"doi": None, "abstract": "…", "issue": "6"}),
]
OTHER: list[tuple[str, dict[str, Any]]] = [
    ("another DOI", {"doi": "10.1016/other"}),
    ("another title", {"doi": None, "title": "Crossing the Great Divides"}),
    ("no title", {"doi": None, "title": None}),
    ("another year", {"doi": None, "issued": "1997"}),
    ("another author", {"doi": None, "contributors": (person("Olstrom", "Elinor"),)}),
    ("one author more", {"doi": None, "contributors": (person("Ostrom"), person("Bovaird"))}),
    ("another venue", {"doi": None, "container_title": "World Politics"}),
    ("another volume", {"doi": None, "volume": "25"}),
    ("another first page", {"doi": None, "page": "1-20"}),
    ("another type", {"doi": None, "type": "chapter"}),
    ("the DOI on another's paper", {"title": "Kites", "contributors": (person("Roe"),)}),
    ("the DOI on another page", {"title": "Kites in Winter", "page": "1-20"}),
    ("the DOI on what appears in it", {"title": "Kites in Winter", "type": "chapter", "page": None}),
]
BOOK = Record(
    key="whole",
    type="book",
    title="Commons: A Story of Care",
    contributors=(person("Ostrom"),),
    isbn=("0-306-40615-2",),
)
CHAPTER = replace(BOOK, key="part", type="chapter", title="First Things", container_title="Commons", doi="10.1234/book")
PREPRINT = replace(
    WITHOUT_DOI, key="pre", container_title=None, page=None, extra={"eprint": "9601.00001", "archiveprefix": "arXiv"}
)
EDITORIAL = replace(WITHOUT_DOI, title="Editorial", volume=None, page=None)
TRIAL = replace(
    WITHOUT_DOI,
    key="trial",
    title="Peer feedback and the washing of hands among health care workers: a cluster-randomised trial",
    contributors=(person("Okafor", "N."), person("Lindqvist", "A.")),
)
WITHOUT_PLACE: dict[str, Any] = {"volume": None, "issue": None, "page": None}
CALENDAR = replace(WITHOUT_DOI, title="Calendar", contributors=())


def two(record: Record, **changed: Any) -> tuple[Record, Record]:
    """Return two records under keys of their own, with changes to both; a pair of values is one for each."""
    ours, theirs = (
        {name: value[place] if isinstance(value, tuple) and len(value) == 2 else value for name, value in said.items()}
        for place, said in enumerate([{"key": ("a", "b"), **changed}] * 2)
    )
    return replace(record, **ours), replace(record, **theirs)


PAIRS: list[tuple[str, bool, Record, Record]] = [
    ("a trial with its place", True, TRIAL, replace(TRIAL, key="b", page="1073")),
    ("a trial, both without a place", False, *two(TRIAL, **WITHOUT_PLACE)),
    (
        "a paper and its summary in one volume of proceedings",
        False,
        *two(TRIAL, type="paper-conference", issue="2", page=None),
    ),
    ("an article in no journal", False, *two(TRIAL, container_title=None, **WITHOUT_PLACE)),
    ("two that are ahead of print", False, *two(TRIAL, volume=None, page="Epub ahead of print")),
    (
        "a report",
        True,
        *two(TRIAL, type="report", container_title=None, **WITHOUT_PLACE),
    ),
    ("a trial or its abstract", False, TRIAL, replace(TRIAL, key="b", **WITHOUT_PLACE)),
    ("a trial in no journal", False, replace(TRIAL, key="b", **WITHOUT_PLACE, container_title=None), TRIAL),
    ("a trial without people, at its place", True, TRIAL, replace(TRIAL, key="b", contributors=())),
    ("a trial without people", False, TRIAL, replace(TRIAL, key="b", contributors=(), volume=None)),
    ("two trials under one title", False, TRIAL, replace(TRIAL, key="b", page="1101-1109")),
    ("a registered trial", False, TRIAL, replace(TRIAL, key="b", container_title="ClinicalTrials.gov", page=None)),
    (
        "two registrations",
        False,
        *two(TRIAL, **WITHOUT_PLACE, url=("https://clinicaltrials.gov/NCT01", "https://clinicaltrials.gov/NCT02")),
    ),
    ("a column without a place", False, *two(CALENDAR, **WITHOUT_PLACE)),
    ("a column in one volume, by its page", False, CALENDAR, replace(CALENDAR, key="b")),
    ("a column in one issue, by its page", True, *two(CALENDAR, issue="2")),
    (
        "a column under a number",
        False,
        *two(Record(key="", type="misc", title="Calendar"), key="7", edition=(None, "2")),
    ),
    (
        "a column on a page of its own",
        False,
        *two(CALENDAR, url="https://example.org/calendar", **WITHOUT_PLACE),
    ),
    (
        "a translated title under its DOI",
        True,
        *two(OSTROM, title=("Crossing the Great Divide", "Über den Graben hinweg"), page=None),
    ),
    (
        "a chapter under the DOI and the first word of the title of its book",
        False,
        replace(BOOK, doi="10.1234/book"),
        replace(CHAPTER, title="Commons: A Story of Care, and What Became of It"),
    ),
    ("an erratum under the DOI", False, OSTROM, replace(OSTROM, key="b", title=f"Erratum: {OSTROM.title}")),
    (
        "a reply under the PMID",
        False,
        *two(WITHOUT_DOI, title=(WITHOUT_DOI.title, f"{WITHOUT_DOI.title}: reply"), extra={"pmid": "5"}),
    ),
    (
        "two parts under one ISBN",
        False,
        *two(BOOK, title=("Commons. Part I", "Commons. Part II")),
    ),
    (
        "a column under the DOI of its volume",
        False,
        *two(CALENDAR, doi="10.1234/volume", page=("3", "90")),
    ),
    ("ISBN-10 and ISBN-13", True, BOOK, replace(BOOK, key="b", isbn=("978-0-306-40615-7",))),
    ("an ISBN, without the subtitle", True, BOOK, replace(BOOK, key="b", title="Commons")),
    ("an ISBN on another book", False, BOOK, replace(BOOK, key="b", title="Kites")),
    ("volumes under one ISBN", False, replace(BOOK, volume="1"), replace(BOOK, key="b", volume="2")),
    ("chapters under one ISBN", False, CHAPTER, replace(CHAPTER, key="b", title="Second Things", doi=None)),
    ("chapters under one DOI", False, CHAPTER, replace(CHAPTER, key="b", title="Second Things")),
    ("a book and its chapter under one DOI", False, replace(BOOK, doi="10.1234/book"), CHAPTER),
    ("two editions", False, replace(BOOK, isbn=(), edition="1"), replace(BOOK, key="b", isbn=(), edition="2nd")),
    (
        "one edition in words",
        True,
        replace(BOOK, issued="2001", isbn=(), edition="2"),
        replace(BOOK, key="b", issued="2001", isbn=(), edition="Second"),
    ),
    (
        "volumes on one site",
        False,
        replace(BOOK, issued="2001", isbn=(), url="https://example.org/1"),
        replace(BOOK, key="b", issued="2001", isbn=(), url="https://example.org/2"),
    ),
    ("a preprint and its article", False, PREPRINT, WITHOUT_DOI),
    (
        "a preprint with a DOI of arXiv",
        True,
        PREPRINT,
        replace(PREPRINT, key="b", extra={}, doi="10.48550/arXiv.9601.00001"),
    ),
    (
        "one PMID",
        True,
        replace(WITHOUT_DOI, extra={"PMID": "12"}),
        replace(WITHOUT_DOI, key="b", title="Crossing [comment]", container_title="World Dev", extra={"pmid": "12"}),
    ),
    ("a translation", False, replace(BOOK, isbn=(), language="de"), replace(BOOK, key="b", isbn=(), language="en-GB")),
    ("an editorial without a place", False, EDITORIAL, replace(EDITORIAL, key="b", issue="6")),
    ("an editorial under the same key", True, EDITORIAL, replace(EDITORIAL, abstract="…")),
    (
        "an editorial of the same page",
        True,
        *two(EDITORIAL, volume="3", page=("411", "411-2")),
    ),
    (
        "an editorial of each issue",
        False,
        *two(EDITORIAL, volume="3", page=("1", "1-2")),
    ),
    ("a title and nothing else", False, WITHOUT_DOI, Record(key="b", type="article-journal", title=OSTROM.title)),
    (
        "the beginning of the list of people",
        True,
        replace(BOVAIRD, key="b", page="846"),
        replace(BOVAIRD, contributors=(person("Bovaird", "T."),), page="846-60", extra={"moreauthor": "true"}),
    ),
    (
        "another beginning",
        False,
        replace(BOVAIRD, key="b", page="846"),
        replace(BOVAIRD, contributors=(person("Ostrom"),), page="846-60", extra={"moreauthor": "true"}),
    ),
    (
        "a particle in the family name",
        True,
        replace(WITHOUT_DOI, contributors=(person("van der Berg"),)),
        replace(WITHOUT_DOI, key="b", contributors=(Contributor("author", Name(family="Berg", particle="van der")),)),
    ),
]


@pytest.mark.parametrize("changed", [c for _, c in SAME], ids=[name for name, _ in SAME])
def test_these_are_the_same_work(changed: dict[str, Any]) -> None:
    other = replace(OSTROM, **changed)
    assert same_work(OSTROM, other)
    assert same_work(other, OSTROM)


@pytest.mark.parametrize("changed", [c for _, c in OTHER], ids=[name for name, _ in OTHER])
def test_these_are_not(changed: dict[str, Any]) -> None:
    other = replace(OSTROM, **changed)
    assert not same_work(OSTROM, other)
    assert not same_work(other, OSTROM)


@pytest.mark.parametrize(("same", "one", "other"), [pair[1:] for pair in PAIRS], ids=[pair[0] for pair in PAIRS])
def test_what_identifiers_titles_and_people_say_together(same: bool, one: Record, other: Record) -> None:
    assert same_work(one, other) is same
    assert same_work(other, one) is same
    assert not (same and plainly_other(match_key(one), match_key(other)))


def test_a_reference_is_recognised_by_little() -> None:
    reference = Record(key="", type="", title=OSTROM.title, issued="1996")
    assert could_be_same(OSTROM, reference)
    assert not could_be_same(OSTROM, replace(reference, issued="1997"))


def test_works_without_a_title_are_the_same_under_one_key_only() -> None:
    bare = replace(WITHOUT_DOI, title=None)
    assert same_work(bare, replace(bare, abstract="More."))
    assert not same_work(bare, replace(bare, key="another"))
    assert not same_work(bare, replace(bare, issued="1997"))


def test_merging_fills_what_is_missing_and_nothing_else() -> None:
    held = replace(WITHOUT_DOI, keywords=("b",), extra={"file": "ours", "x": "1"}, isbn=("0-306-40615-2",))
    new = replace(
        OSTROM,
        abstract="New.",
        keywords=("a", "b"),
        extra={"file": "theirs", "y": "2"},
        isbn=("978-0-306-40615-7", "1-57766-001-X"),
    )

    filled = fill_gaps(held, new)

    assert [(loss.field, loss.raw) for loss in filled.conflicts] == [("file", "theirs")]
    assert filled.record == replace(
        held,
        doi=OSTROM.doi,
        abstract="New.",
        keywords=("a", "b"),
        extra={"file": "ours", "x": "1", "y": "2"},
        isbn=("0-306-40615-2", "1-57766-001-X"),
    )


def test_merging_adds_the_people_of_a_role_that_nobody_has() -> None:
    editor = Contributor("editor", Name(family="Roe"))
    filled = fill_gaps(OSTROM, replace(OSTROM, contributors=(*OSTROM.contributors, editor)))
    assert filled.conflicts == ()
    assert filled.record.contributors == (*OSTROM.contributors, editor)
    assert fields_added(OSTROM, filled.record) == ["contributors"]


def test_merging_does_not_cut_a_list_of_people() -> None:
    cut = replace(BOVAIRD, contributors=(person("Bovaird"),), extra={"moreauthor": "true", "file": "x"})
    filled = fill_gaps(BOVAIRD, cut)
    assert filled.record == replace(BOVAIRD, extra={"file": "x"})
    assert fields_added(BOVAIRD, filled.record) == ["file"]


def test_merging_what_adds_nothing_gives_the_same_record() -> None:
    assert fill_gaps(OSTROM, WITHOUT_DOI).record is OSTROM
    assert fill_gaps(OSTROM, replace(OSTROM, key="other")).record is OSTROM


def test_merging_reports_what_differs_and_keeps_what_is_held() -> None:
    new = replace(OSTROM, title="Crossing", contributors=(person("Ostrom", "E."),))

    filled = fill_gaps(OSTROM, new)

    assert filled.record is OSTROM
    said = {loss.field: (loss.raw, loss.why) for loss in filled.conflicts}
    assert said == {
        "title": ("Crossing", "the library holds 'Crossing the Great Divide', which stays"),
        "author": ("Ostrom, E.", "the library holds 'Ostrom, Elinor', which stays"),
    }


def test_an_entry_without_a_key_that_says_nothing_else_is_known_again_but_not_in_its_own_file() -> None:
    """A column that comes twice in one file is two; the file that comes again is known."""
    bare = replace(CALENDAR, **WITHOUT_PLACE, key_is_made=True)
    again = replace(bare, key="other")
    assert match_grounds(bare, again)[0] == "entry"
    assert match_grounds(bare, again, is_new=True) == ()
    assert match_grounds(bare, replace(again, key_is_made=False)) == ()
    assert match_grounds(bare, replace(again, issue="3")) == ()


@pytest.fixture
def small(tmp_path: Path) -> SmallLibrary:
    made = SmallLibrary(tmp_path / "home")
    made.add(OSTROM, BOVAIRD)
    return made


def test_a_record_is_found_by_doi_key_or_title(small: SmallLibrary) -> None:
    def find(**changed: Any) -> str | None:
        record = replace(OSTROM, **{"key": "unknown", **changed})
        found = small.library.read(lambda snapshot: Matcher(snapshot, small.minter).find(record))
        return found.key if found else None

    assert find(title="Other", doi="10.1016/0305-750X(96)00023-x") == "ostrom1996"
    assert find(doi=None) == "ostrom1996"
    assert find(key="ostrom1996", doi=None, page=None) == "ostrom1996"
    assert find(key="ostrom1996", doi=None, title="Something else") is None
    assert find(doi="10.1/another") is None


def test_what_was_read_is_the_record_that_was_written(small: SmallLibrary) -> None:
    held = small.library.read(
        lambda snapshot: [Matcher(snapshot, small.minter).record(r.key) for r in (OSTROM, BOVAIRD)]
    )
    assert held == [OSTROM, BOVAIRD]


class Kept(NamedTuple):
    """A record that lies elsewhere."""

    record: Record


def test_a_matcher_counts_what_it_has_learnt(small: SmallLibrary) -> None:
    new = replace(BOVAIRD, key="new", title="A new one", doi="10.1/new", volume="3", issue="4", page="7")

    def learn(matcher: Matcher) -> tuple[bool, str, str, str | None, str | None]:
        before = matcher.holds("new")
        matcher.learn(match_key(new), new)
        other = replace(new, key="new-2")
        matcher.learn(match_key(other), Kept(other))
        by_doi = matcher.find(replace(new, key="x", title=None))
        by_title = matcher.find(replace(new, key="x", doi=None))
        return (
            before,
            matcher.free_key("new"),
            matcher.free_key("free"),
            by_doi.key if by_doi else None,
            by_title.key if by_title else None,
        )

    found = small.library.read(lambda snapshot: learn(Matcher(snapshot, small.minter)))
    assert found == (False, "new-3", "free", "new", "new")


def test_bodies_and_editors_are_compared_too() -> None:
    body = replace(WITHOUT_DOI, contributors=(Contributor("author", Name(literal="World Bank")),))
    edited = replace(WITHOUT_DOI, contributors=(Contributor("editor", Name(family="Ostrom")),))

    assert same_work(body, replace(body, key="other"))
    assert not same_work(body, WITHOUT_DOI)
    assert same_work(edited, WITHOUT_DOI)
