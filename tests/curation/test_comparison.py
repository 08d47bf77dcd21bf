"""Two works compared: proposed as one, as related, or not at all, with the reasons in words."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from itertools import combinations
from typing import Any

import pytest

from commonplace.curation.duplicates.candidates import candidate_of, without_rivals
from commonplace.curation.duplicates.comparison import compare
from commonplace.curation.duplicates.particulars import Particulars, particulars
from commonplace.curation.duplicates.relations import RELATIONS
from tests.conftest import shared

TITLE = "Crossing the Great Divide: Coproduction, Synergy, and Development"


def work(key: str = "b", **changed: Any) -> Particulars:
    """Return an article of World Development, with some of its fields changed."""
    fields: dict[str, Any] = {
        "type": "article-journal",
        "title": TITLE,
        "names": ["Ostrom, Elinor", "Whitaker, Gordon P."],
        "year": 1996,
        "venue": "World Development",
        "volume": "24",
        "issue": "6",
        "page": "1073-1087",
    }
    return particulars(key=key, **{**fields, **changed})


ELSEWHERE = {"venue": "Public Choice", "volume": "3", "issue": "", "page": "1-9"}
NOWHERE = {"venue": "", "volume": "", "issue": "", "page": ""}

SAME: dict[str, dict[str, Any]] = {
    "a slip in the title": {"title": TITLE.replace("Synergy", "Sinergy")},
    "capitals": {"title": TITLE.upper()},
    "brackets and a full stop": {"title": f"[{TITLE}]."},
    "a note of the database": {"title": f"{TITLE}. [Review] [45 refs]", **NOWHERE},
    "a note that breaks off": {"title": f"{TITLE} [Erratum appears in World Dev. 19"},
    "no subtitle": {"title": "Crossing the Great Divide", **NOWHERE},
    "a title cut in a word": {"title": TITLE[:60], **NOWHERE},
    "the title in another language at the same place": {"title": "Franchir la grande ligne de partage"},
    "the year after": {"year": 1997, **NOWHERE},
    "no year": {"year": None, **NOWHERE},
    "no people": {"names": [], **NOWHERE},
    "names run together": {"names": ["Ostrom E, Whitaker GP"], **NOWHERE},
    "names in reading order": {"names": ["Elinor Ostrom, Gordon Whitaker"], **NOWHERE},
    "names changed round": {"names": ["Elinor, Ostrom", "Gordon P., Whitaker"], **NOWHERE},
    "a slip in a name": {"names": ["Ostrm, E.", "Whitaker, G. P."]},
    "one of the people": {"names": ["OSTROM E"]},
    "pages in short": {"page": "1073-87"},
    "a journal in short": {"venue": "World Dev.", "page": ""},
    "a journal with its place": {"venue": "World development (Oxford)", "page": ""},
    "ahead of print": {"volume": "", "issue": "", "page": "Epub ahead of print", "year": 1995},
    "a chapter and an article at one place": {"type": "chapter"},
    "a DOI of another agency for the same pages": {"doi": "10.2307/1"},
    "another DOI of the agency for the same pages": {"doi": "10.1/y"},
    "another venue by a slip, the year after, on the same page": {"venue": "Public Choice", "year": 1997},
    "the year after, and a page in no volume": {"year": 1997, "volume": ""},
}

RELATED: dict[str, tuple[str, dict[str, Any]]] = {
    "edition": ("edition", {"type": "book", "edition": "3rd", "year": 2005, **NOWHERE}),
    "part": ("part", {"title": f"{TITLE}. Part II", "page": "1-20"}),
    "version in another journal": ("version", ELSEWHERE),
    "version at a conference": ("version", {**NOWHERE, "venue": "Proceedings of the Conference on Tides"}),
    "version with another DOI": ("version", {"doi": "10.2139/ssrn.1", **NOWHERE}),
    "version of years before": ("version", {"year": 1993, **NOWHERE}),
    "correction": ("correction", {"title": f"Erratum: {TITLE}", "page": "1200"}),
    "correction without people": ("correction", {"title": f"Corrigendum to “{TITLE}”", "page": "1200", "names": []}),
    "reply": ("reply", {"title": f"{TITLE}: reply", "page": "1200"}),
    "comment by others": ("reply", {"title": f"Comment on {TITLE}", "names": ["Boas, F."], "page": "1200"}),
    "data": ("supplement", {"title": f"Data for {TITLE}", "type": "dataset", **NOWHERE}),
    "review of a book": ("review", {"type": "book", "names": ["Ostrom, Elinor"], **NOWHERE}),
    "translation": ("translation", {"language": "fr", "type": "book", **NOWHERE}),
}

PAPER: dict[str, Any] = {"type": "paper-conference", **NOWHERE, "venue": "Proceedings of the Conference on Tides"}
PAPERS: dict[str, dict[str, Any]] = {
    "a word less": {**PAPER, "title": "Crossing the Divide: Coproduction, Synergy, and Development", "year": 1995},
    "the first word less": {**PAPER, "title": "The Great Divide: Coproduction, Synergy, and Development"},
    "a word more": {**PAPER, "title": f"{TITLE} Revisited", "year": 1994},
    "two words more": {**PAPER, "title": f"Towards {TITLE} in Cities"},
    "another word": {**PAPER, "title": TITLE.replace("Great", "Small"), "year": 1997},
    "a venue that does not say what it is": {**PAPER, "title": f"Notes on {TITLE}", "venue": "Tides"},
    "no type of its own": {**PAPER, "title": f"On {TITLE}, and More", "type": "article-journal"},
    "one author less": {**PAPER, "title": f"Towards {TITLE}", "names": ["Ostrom, E."]},
}
NO_PAPERS: dict[str, dict[str, Any]] = {
    "few words in common": {**PAPER, "title": "Crossing Rivers: Coproduction in Municipal Irrigation"},
    "years later": {**PAPER, "title": f"Towards {TITLE}", "year": 1999},
    "another first author": {**PAPER, "title": f"Towards {TITLE}", "names": ["Whitaker, Gordon P.", "Boas, Franz"]},
    "another article": {"title": f"Towards {TITLE}", **ELSEWHERE},
}

DIFFERENT: dict[str, dict[str, Any]] = {
    "nobody in common": {"names": ["Boas, Franz"], **ELSEWHERE},
    "another title": {"title": "Crossing the small divide: something else", **NOWHERE},
    "another title, and another DOI": {"title": "Crossing the Great Divide again", "doi": "10.1/y", **NOWHERE},
    "another DOI of the agency, without people": {"doi": "10.1/y", "names": [], **NOWHERE},
    "a word changed": {"title": TITLE.replace("Development", "Decentralisation"), **ELSEWHERE},
    "without people, in another volume": {"names": [], "volume": "25", "issue": "", "page": "12-20"},
    "without people, decades apart": {"names": [], "year": 1970, **NOWHERE},
}


@pytest.mark.parametrize("changed", SAME.values(), ids=SAME)
def test_these_may_be_one_work(changed: dict[str, Any]) -> None:
    one, other = work("a", doi="10.1/x"), work(**changed)
    found = compare(one, other)
    assert found.proposes == "same", found
    assert found.score >= 50
    assert len(found.reasons) >= 3
    assert compare(other, one).score == found.score


@pytest.mark.parametrize(("relation", "changed"), RELATED.values(), ids=RELATED)
def test_these_are_two_and_related(relation: str, changed: dict[str, Any]) -> None:
    first: dict[str, dict[str, Any]] = {
        "version": {"venue": "Journal of Development"} if "Proceedings" in changed.get("venue", "") else {},
        "edition": {"type": "book", "edition": "2", **NOWHERE},
        "translation": {"language": "en", "type": "book", **NOWHERE},
    }
    one, other = work("a", doi="10.1/x", **first.get(relation, {})), work(**changed)
    found = compare(one, other)
    assert (found.proposes, found.relation) == ("relation", relation), found
    assert relation in RELATIONS
    assert found.score <= 50
    back = compare(other, one)
    assert (back.proposes, back.relation, back.score) == (found.proposes, found.relation, found.score)


@pytest.mark.parametrize("changed", PAPERS.values(), ids=PAPERS)
def test_a_conference_paper_under_a_like_title_is_related_to_its_article(changed: dict[str, Any]) -> None:
    article, paper = work("a", venue="Journal of Tides"), work(**changed)
    found = compare(article, paper)
    assert (found.proposes, found.relation) == ("relation", "version"), found
    assert found.reasons[0].startswith("a conference paper and an article")
    assert compare(paper, article).proposes == "relation"


@pytest.mark.parametrize("changed", NO_PAPERS.values(), ids=NO_PAPERS)
def test_another_paper_is_not_taken_for_that_of_the_article(changed: dict[str, Any]) -> None:
    assert compare(work("a", venue="Journal of Tides"), work(**changed)).proposes == ""


@pytest.mark.parametrize("changed", DIFFERENT.values(), ids=DIFFERENT)
def test_these_are_not_proposed(changed: dict[str, Any]) -> None:
    assert compare(work("a", doi="10.1/x"), work(**changed)).proposes == ""


SHORT_FORMS: dict[str, Callable[[str], str]] = {
    "as printed": str,
    "capitals": str.upper,
    "a full stop": "{}.".format,
    "brackets": "[{}].".format,
    "a note": "{} [Review]".format,
}


def hard(of: dict[str, Any], written: Callable[[str], str], key: str, **without: Any) -> Particulars:
    """Return one side of a hard pair, its title written in another way, without some fields."""
    of = {**of, **without}
    return particulars(
        key=key,
        type=of.get("release_type") or "article",
        title=written(of["title"]) if of.get("title") else "",
        names=[name for name in of.get("contribs") or () if name],
        year=of.get("release_year"),
        venue=of.get("container") or "",
        volume=of.get("volume") or "",
        issue=of.get("issue") or "",
        page=of.get("pages") or "",
        doi=of.get("doi") or "",
    )


@pytest.mark.parametrize("written", SHORT_FORMS.values(), ids=SHORT_FORMS)
@pytest.mark.parametrize(
    "without", [{}, {"release_year": None}, {"pages": None, "volume": None, "issue": None}], ids=str
)
def test_pairs_that_persons_call_different_are_never_one_work(
    written: Callable[[str], str], without: dict[str, Any]
) -> None:
    with gzip.open(shared("corpora", "duplicates-pairs.jsonl.gz"), "rt") as lines:
        pairs = [pair for pair in map(json.loads, lines) if pair["label"] == "DIFFERENT"]
    assert len(pairs) > 50
    wrong = [
        pair
        for pair in pairs
        if compare(hard(pair["a"], written, "a", **without), hard(pair["b"], str, "b")).proposes == "same"
    ]
    assert wrong == []


PLACED: dict[str, Any] = {"type": "article-journal", "volume": "7", "issue": "25", "page": "498-499", "year": 1886}


def test_two_notes_of_two_people_on_one_page_are_two() -> None:
    one, other = (
        particulars(key=key, title="Deux oreilles", venue="Notes and Queries", names=[key], **PLACED)
        for key in ("W. C. B.", "N. G. N. L.")
    )
    assert compare(one, other).proposes == ""


def test_a_slip_in_a_word_that_marks_a_text_is_a_slip() -> None:
    one, other = (
        work(key, title=f"Editorial {word}", issue="1") for key, word in (("a", "comments"), ("b", "commments"))
    )
    assert compare(one, other).proposes == "same"


def test_an_article_and_the_registration_of_its_trial_are_related() -> None:
    trial = work("trial", venue="https://clinicaltrials.gov/show/NCT01234567", volume="", issue="", page="", year=1995)
    found = compare(work("article"), trial)
    assert (found.proposes, found.relation) == ("relation", "version")
    assert found.reasons[0].startswith("a registered trial")
    same = work("again", venue="ClinicalTrials.gov", volume="", issue="", page="", year=1995)
    assert compare(trial, same).proposes == "same"


COLUMN: dict[str, Any] = {"title": "Book reviews", "names": [], "volume": "", "issue": "", "page": ""}


def test_a_column_that_comes_again_is_not_one_work() -> None:
    one = work("a", **COLUMN)
    assert compare(one, work(**COLUMN)).proposes == ""
    placed = {**COLUMN, "volume": "24", "issue": "1", "page": "11-20"}
    assert compare(work("a", **placed), work(**placed)).proposes == "same"
    assert compare(work("a", **placed), work(**placed | {"issue": "2"}, year=1996)).proposes == ""


def test_a_title_that_lacks_its_end_and_other_pages_are_another_title() -> None:
    begun = work("a", title=TITLE + " in a City of the Lagoon and on the Islands of the Bay that Lead to the Open Sea")
    more = work(title=begun.title.text + " in the nineteenth century", page="12-20", issue="")
    assert compare(begun, more).proposes == ""
    assert compare(begun, work(title=begun.title.text[:-2], page="12-20", issue="")).proposes == ""
    assert compare(begun, work(title=begun.title.text[:-2], page="", issue="")).proposes == "same"
    assert compare(work("a"), work(title="Crossing the Great Divide", page="12-20", issue="")).proposes == ""
    assert compare(work("a"), work(title=TITLE.upper(), page="12-20")).proposes == "same", "pages of a whole title"


LISTED: dict[str, Any] = {"volume": "", "issue": "", "page": ""}


def kept(*works: Particulars) -> set[tuple[str, str]]:
    """Return the pairs that are proposed as one of some works, without rivals."""
    pairs = (candidate_of(one, other) for one, other in combinations(works, 2))
    found = without_rivals([pair for pair in pairs if pair], {one.key: one for one in works})
    return {one.keys for one in found if one.proposes == "same"}


def test_two_lists_of_a_paper_and_its_article_give_two_works() -> None:
    paper = work("a", **LISTED, venue="SIGMOD Conference"), work("b", **LISTED, venue="Management of Data")
    article = work("c", **LISTED, venue="VLDB J."), work("d", **LISTED, venue="The VLDB Journal")
    assert kept(*paper, *article) == {("a", "b"), ("c", "d")}
    assert kept(paper[1], *article) == {("b", "c"), ("b", "d"), ("c", "d")}  # a record under a wrong name of its venue


def test_a_column_of_two_years_in_two_lists_gives_two_works() -> None:
    first = work("a", **LISTED), work("b", **LISTED, names=["Ostrom, E.", "Whitaker, G."])
    second = work("c", **LISTED, year=1997), work("d", **LISTED, year=1997)
    assert kept(*first, *second) == {("a", "b"), ("c", "d")}
    assert kept(first[0], second[0]) == {("a", "c")}  # printed in the year after it was online


def test_a_part_and_the_whole_that_holds_it_are_not_compared() -> None:
    assert compare(work("a"), work("b", part_of="a")).proposes == ""


def test_reasons_are_in_words_and_name_what_differs() -> None:
    found = compare(work("a"), work(names=["E. Ostrom"], year=1997, page="1073-87", volume="", issue=""))
    assert found.reasons == (
        "the same title",
        "people of the same name: E. Ostrom",
        "years 1996 and 1997",
        "the same venue",
        "the same page, 1073",
    )
    related = compare(work("a"), work(title=f"{TITLE}: reply", page="1200"))
    assert related.reasons[0] == "the title of one alone says 'reply'"


@pytest.mark.parametrize(
    ("names", "others", "said"),
    [
        (["van Eijk, Carola", "Gascó, Mila"], ["C. van Eijk", "Gascó, Mila"], "C. van Eijk, Mila Gascó"),
        (["Lefèvre, Anne Marie"], ["Lefèvre, Anne Rose"], "Anne Lefèvre"),
        (["Zuna RE; Wang SS"], ["Zuna RE; Wang SS"], "Zuna RE, Wang SS"),
        (["World Bank"], ["WORLD BANK"], "World Bank"),
    ],
)
def test_a_reason_gives_the_names_of_people_as_they_are_written(names: list[str], others: list[str], said: str) -> None:
    one, other = work("a", names=names), work(names=others)
    for first, second in ((one, other), (other, one)):
        assert f"people of the same name: {said}" in compare(first, second).reasons


def test_a_reason_gives_types_in_words_with_their_article() -> None:
    book = compare(work("a"), work(type="book", venue="", volume="", issue="", page=""))
    assert book.reasons[0] == "one is a journal article, the other a book"
    assert "types journal article and book" in book.reasons
    data = compare(work("a", type="interview"), work(type="dataset", venue="", volume="", issue="", page=""))
    assert data.reasons[0] == "one is an interview, the other a data set"
