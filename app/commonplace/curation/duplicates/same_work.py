"""Decide whether two records are of one work, and on what grounds. Records that are only similar are of two.

Nobody looks at what is decided here, so it rests on what cannot be chance. The same work: the same DOI or PMID, unless
title and people or place say that the identifier is another's (papers that were given the DOI of their volume, an
erratum under the DOI of its article); the same ISBN of the same book; or the same title, where nothing that both say
differs, and enough that both say agrees: for a title that tells one work from others people and page, or of what is
in no venue people and year; for any other (*Calendar*, *Introduction*) the place. A bibliography's own key
is enough where the title tells, or anything else agrees. All else is left to a person, as a candidate.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from rapidfuzz import fuzz

from commonplace.curation.duplicates.people import NAMELESS
from commonplace.curation.duplicates.titles import compare_titles, title_of
from commonplace.model.identifiers import doi_key
from commonplace.model.match_key import PARTS, MatchKey, match_key, name_key
from commonplace.model.minter import slug
from commonplace.model.record import Record

GROUNDS = {
    "doi": "DOI",
    "pmid": "PMID",
    "isbn": "ISBN",
    "arxiv": "arXiv number",
    "key": "key",
    "url": "address",
    "entry": "all that the entry says",
    "title": "title",
    "people": "people",
    "year": "year",
    "venue": "venue",
    "pages": "pages",
}
"""Grounds on which two records are known as one work, and their names in messages."""

ALIKE = 85.0
"""Minimum likeness of titles, of 100, for a shared identifier to be believed."""

WHOLES = frozenset(("book", "collection", "report", "thesis"))
"""Types of what has parts."""

TWO_TEXTS = frozenset(("correction", "reply", "number", "supplement"))
"""Kinds of words (`titles.MARKS`) that make two texts of two titles, however alike: an identifier may be of both."""

ISSUE_PAGES = 200
"""Maximum pages of an issue whose pages are numbered from 1."""

_NUMBER = re.compile(r"\d+")
_ORDINALS = {
    word: str(number)
    for number, word in enumerate("first second third fourth fifth sixth seventh eighth ninth tenth".split(), 1)
}
_JOINING = frozenset("of the and for in on de la le les et des du der die das und fur di".split())
_ARXIV_VENUE = "arxiv"


def same_work(one: Record, other: Record) -> bool:
    """Return whether two records are of one work."""
    return bool(match_grounds(one, other, is_new=True))


def match_grounds(held: Record, record: Record, *, is_new: bool = False) -> tuple[str, ...]:
    """Return the grounds (`GROUNDS`) on which a record is of a held work: the decisive one first, then all that agree.

    Empty when they are of two works, or may be. A record without a key of its own that says word for word what is held
    is that work come again, unless the work `is_new`: in one file two entries may be alike and be two.
    """
    first, second = match_key(held), match_key(record)
    decisive = _decisive_ground(held, record, first, second)
    if decisive is None and not is_new and record.key_is_made and held.differs_in_keys_only(record):
        decisive = "entry"
    if decisive is None:
        return ()
    return tuple(dict.fromkeys((decisive, *_agreeing(held, record, first, second))))


def _decisive_ground(one: Record, other: Record, first: MatchKey, second: MatchKey) -> str | None:
    if one.doi and other.doi:
        return "doi" if doi_key(one.doi) == doi_key(other.doi) and _identified(one, other, first, second) else None
    shared = _shared_schemes(first, second)
    if "pmid" in shared and _identified(one, other, first, second):
        return "pmid"
    one_title = _alike(first.title, second.title) and not _are_two_texts(one, other)
    if shared and one_title and _none_differs(one, other, ("volume", "edition")):
        if "isbn" in shared and one.type == other.type:
            return "isbn"
        if one.type == other.type and _venues_agree(one, other):
            return shared[0]
    if not _nothing_differs(one, other, first, second):
        return None
    if _share_key(one, other) or _renamed(one, other):
        return "key" if _key_is_believed(one, other, first, second) else None
    return _ground_of_title(one, other, first, second)


def _key_is_believed(one: Record, other: Record, first: MatchKey, second: MatchKey) -> bool:
    """Return whether a key that both have is of one work: two lists may number their entries alike."""
    if not one.title or _tells(one) or one.differs_in_keys_only(other):
        return True
    return any(ground not in ("key", "title") for ground in _agreeing(one, other, first, second))


def _shared_schemes(first: MatchKey, second: MatchKey) -> list[str]:
    """Return the schemes of the identifiers, other than the DOI, that two works share."""
    return sorted({text.partition(":")[0] for text in {*first.identifiers} & {*second.identifiers}})


def _agreeing(one: Record, other: Record, first: MatchKey, second: MatchKey) -> Iterator[str]:
    """Yield the grounds that both records have and that agree."""
    if first.doi and first.doi == second.doi:
        yield "doi"
    yield from _shared_schemes(first, second)
    if _share_key(one, other):
        yield "key"
    if first.title and first.title == second.title:
        yield "title"
    if first.people and second.people and _people_agree(one, other):
        yield "people"
    if first.year and first.year == second.year:
        yield "year"
    if first.venue and second.venue and _venues_agree(one, other):
        yield "venue"
    if first.place[2] and first.place[2] == second.place[2]:
        yield "pages"


def plainly_other(one: MatchKey, other: MatchKey) -> bool:
    """Return whether match keys alone tell two works apart, as they do for most works of a common title."""
    if one.doi and other.doi:
        return one.doi != other.doi
    if one.identifiers and other.identifiers and {*one.identifiers} & {*other.identifiers}:
        return False
    if one.year != other.year and one.year and other.year:
        return True
    page, there = one.place[2], other.place[2]
    return one.type != other.type or bool(page != there and page and there)


def could_be_same(one: Record, other: Record) -> bool:
    """Return whether titles (keys, where neither has a title) are equal, and nothing that both records say differs."""
    return _nothing_differs(one, other, match_key(one), match_key(other))


def _nothing_differs(one: Record, other: Record, first: MatchKey, second: MatchKey) -> bool:
    if first.title != second.title or not (first.title or _one_key(one, other) or _renamed(one, other)):
        return False
    return (
        _agree(one.year, other.year)
        and _agree(one.type, other.type)
        and _agree(first.place[2], second.place[2])
        and _none_differs(one, other, ("volume", "issue", "number", "edition", "language"))
        and _people_agree(one, other)
        and _venues_agree(one, other)
    )


def _one_key(one: Record, other: Record) -> bool:
    """Return whether both records have one key, be it a made one: the last sign of a work without a title."""
    return one.key == other.key or _share_key(one, other)


def _share_key(one: Record, other: Record) -> bool:
    """Return whether both records have one key that was given, not made: a made one repeats people and year."""
    return not {*_given_keys(one)}.isdisjoint(_given_keys(other))


def _given_keys(record: Record) -> tuple[str, ...]:
    return record.alternative_keys if record.key_is_made else (record.key, *record.alternative_keys)


def _renamed(one: Record, other: Record) -> bool:
    """Return whether neither has a title and one has the key of the other with a number, given as that was taken."""
    if one.title or other.title:
        return False
    shorter, longer = sorted((one.key, other.key), key=len)
    if not longer.startswith(f"{shorter}-") or not longer.removeprefix(f"{shorter}-").isdecimal():
        return False
    return bool(_people(one) and _people(other)) or one.differs_in_keys_only(other)


def _identified(one: Record, other: Record, first: MatchKey, second: MatchKey) -> bool:
    """Return whether two records that share an identifier are of the work that it names."""
    if _are_two_texts(one, other):
        return False
    strangers = bool(first.people and second.people and not {*first.people} & {*second.people})
    pages = first.place[2], second.place[2]
    if _alike(first.title, second.title):
        if WHOLES & {one.type, other.type} and PARTS & {one.type, other.type}:
            return (
                first.title == second.title
            )  # else a chapter with the DOI of its book, and the beginning of its title
        return _tells(one) or _tells(other) or not (all(pages) and pages[0] != pages[1])
    if strangers or (one.type in PARTS) != (other.type in PARTS):
        return False
    return pages[0] == pages[1] if all(pages) else one.type not in PARTS


def _are_two_texts(one: Record, other: Record) -> bool:
    """Return whether a word or number that one title has alone makes another text of it: *Erratum*, *Part II*."""
    if not one.title or not other.title or one.title == other.title:
        return False
    ours, theirs = title_of(one.title), title_of(other.title)
    return ours is not None and theirs is not None and compare_titles(ours, theirs).mark in TWO_TEXTS


def _alike(one: str | None, other: str | None) -> bool:
    """Return whether titles may be one title: nearly equal, one without its subtitle, or one missing."""
    if not one or not other or f"{one}-".startswith(f"{other}-") or f"{other}-".startswith(f"{one}-"):
        return True
    return fuzz.ratio(one, other) >= ALIKE


def _tells(record: Record) -> bool:
    """Return whether a record has a title that hardly two works have."""
    title = title_of(record.title) if record.title else None
    return title is not None and not title.comes_again


def _ground_of_title(one: Record, other: Record, first: MatchKey, second: MatchKey) -> str | None:
    """Return the decisive ground for records of one title in which nothing differs; None where too little agrees."""
    if not one.title:
        return None
    tells, people = _tells(one), _are_named(first) and _are_named(second)
    if tells and one.url and one.url == other.url:
        return "url"
    volume, issue, page = (  # told by both, in numbers, and then equal
        all(map(_NUMBER.search, told)) for told in zip(first.place, second.place, strict=True)
    )
    year, venue = bool(first.year and second.year), bool(first.venue and second.venue)
    if page and volume and venue:
        return "title" if tells or issue or (people and _is_paged_by_volume(first)) else None
    if not (tells and people) or _two_pages_of_a_site(one.url, other.url):
        return None  # the volumes of one work have its title, people and year
    if page:
        return "title" if year or venue else None
    # of what stands in a venue one may be the abstract or the summary of the other
    in_venue = one.container_title or other.container_title or one.type in PARTS or one.type.startswith("article")
    return "title" if year and not in_venue else None


def _is_paged_by_volume(of: MatchKey) -> bool:
    """Return whether a first page is one that no issue reaches: else the column of each issue may stand on it."""
    found = _NUMBER.search(of.place[2])
    return found is not None and int(found[0]) > ISSUE_PAGES


def _are_named(of: MatchKey) -> bool:
    """Return whether a record has people, and more than *Anonymous*."""
    return not {*of.people} <= NAMELESS


def _two_pages_of_a_site(one: str | None, other: str | None) -> bool:
    return bool(one and other and one != other and urlsplit(one).netloc == urlsplit(other).netloc)


def _agree(one: object, other: object) -> bool:
    return not one or not other or one == other


def _none_differs(one: Record, other: Record, names: Sequence[str]) -> bool:
    return all(_agree(_folded(one, name), _folded(other, name)) for name in names)


def _folded(record: Record, name: str) -> str:
    value = getattr(record, name)
    if not value:
        return ""
    folded = slug(value)
    if name == "language":
        return folded.partition("-")[0]
    if name == "edition":
        number = re.search(r"\d+", folded)
        return number[0] if number else _ORDINALS.get(folded.partition("-")[0], folded)
    return folded


def _people_agree(one: Record, other: Record) -> bool:
    """Return whether the authors, or else the editors, may be the same; *and others* stands for any more of them."""
    ours, theirs = _people(one), _people(other)
    if not ours or not theirs:
        return True
    if len(ours) != len(theirs) and not _cut(one if len(ours) < len(theirs) else other):
        return False
    return all(_one_name(mine, their) for mine, their in zip(ours, theirs, strict=False))


def _people(record: Record) -> list[str]:
    names = record.names("author") or record.names("editor")
    return [f"{slug(name.particles)}-{name_key(name)}" if name.particles else name_key(name) for name in names]


def _cut(record: Record) -> bool:
    return any(name in record.extra for name in ("moreauthor", "moreeditor"))


def _one_name(one: str, other: str) -> bool:
    """Return whether family names are one, as `van-der-berg` and `berg` are: particles are often taken for names."""
    return one == other or one.endswith(f"-{other}") or other.endswith(f"-{one}")


def _venues_agree(one: Record, other: Record) -> bool:
    ours, theirs = _venue(one), _venue(other)
    return _agree(ours, theirs) or bool({*one.issn} & {*other.issn}) or _abbreviates(ours, theirs)


def _venue(record: Record) -> str:
    if record.container_title:
        return slug(record.container_title)
    on_arxiv = any(text.startswith("arxiv:") for text in match_key(record).identifiers)
    return _ARXIV_VENUE if on_arxiv else ""


def _abbreviates(one: str, other: str) -> bool:
    """Return whether one venue abbreviates the other word by word, as `j-public-econ` does a journal."""
    ours, theirs = ([word for word in venue.split("-") if word not in _JOINING] for venue in (one, other))
    if len(ours) != len(theirs):
        return False
    return all(mine.startswith(their) or their.startswith(mine) for mine, their in zip(ours, theirs, strict=True))
