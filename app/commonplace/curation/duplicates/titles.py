"""Titles as they are compared: without notes of databases, in words, and by the words in which two of them differ."""

from __future__ import annotations

import html
import re
from collections import Counter
from functools import lru_cache
from sys import intern
from typing import Literal, NamedTuple

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from commonplace.model.match_key import title_key

Likeness = Literal["equal", "near", "cut", "subtitle", "begun", "more", "other"]
"""How two titles are alike.

`equal` but for case, accents, punctuation and spaces; `near` but for slips in letters and the order of words; `cut`
where one breaks off; `subtitle` where one lacks the other's subtitle; `begun` where one goes on with more words; `more`
where one has more words elsewhere; else `other`.
"""

CUT_LETTERS = 50
"""Minimum letters of a title that another continues, for it to be a title cut short, and not another title."""

CUT_LIKENESS = 96.0
"""Minimum likeness of the letters, of 100, of a title cut short, or without its subtitle, and the beginning of the
whole one."""

LONG_LETTERS = 110
"""Minimum letters of a title that is taken for cut even where it ends with a whole word."""

UNLIKE, SAME_START = 55.0, 12
"""Likeness of the letters, of 100, below which titles are not looked at further, unless so many first letters agree."""

TELLING_LETTERS = 50
"""Minimum letters of a title that hardly another work has."""

SLIPS = 90.0
"""Minimum likeness of the letters of two titles, of 100, whose differing words may be slips."""

SLIP_LETTERS = 4
"""Minimum letters of a word in which one letter may be a slip; in twice as long ones two may. In a word of one letter
less, one may be missing."""

SHORT_WORDS, SHORT_LETTERS = 2, 24
"""Maximum telling words, and letters, of a short title: *Introduction* and *Book reviews* come again."""

COLUMN_WORDS = 1
"""Maximum words of a title that comes again beside those of columns: *Letters to the editor from our readers*."""

MOST_OF_LONGER, MOST_OF_SHORTER, SHARED_WORDS = 0.6, 0.75, 3
"""Minimum shares of the telling words of two titles that both have, and their number, for one to be of a version of the
other's text: an article often has a word more, or another, than the paper that it grew from."""

_NOTES = r"""review|\d+\s*refs?\b|(?:published\s+)?errat|see\s+comment|comments?\s+(?:in|on)\b|comment\s*[\])]
    |correct|retract|republish|provisional|structured|brief\s+record|in\s+process|electronic|online|abstract
    |letter|editorial|author'?s|article\s+in|in\s+(?:french|german|spanish|italian|russian|chinese|japanese|dutch)
    |(?:french|german|spanish|italian|russian|chinese|japanese|dutch|polish|portuguese|danish|swedish)\s*[\])]
    |proceedings|meeting|conference\s+abstract|poster|summary|dissertation|thesis|book|full\s+text|pdf
    |extended\s+(?:abstract|version)"""
_NOTE = re.compile(rf"\[\s*(?:{_NOTES})[^\]]*(?:\]|$) | \(\s*(?:{_NOTES})[^)]*(?:\)|$)", re.IGNORECASE | re.VERBOSE)
"""A note that a database adds to a title, to the end where it breaks off: `[Review] [45 refs]`, `(Brief record)`."""

_LAST_BRACKET = re.compile(r"(?<=.{15})\s*\[[^\[\]]*\]?\s*\.?\s*$", re.DOTALL)
_KIND_BEFORE = re.compile(
    r"^\s*(?:(?:original|research)\s+(?:research\s+)?(?:article|paper|letter|contribution)|title)\s*[:.]\s+(?=\S)",
    re.IGNORECASE,
)
_KIND_AFTER = re.compile(r"[:.]\s*original\s+(?:research\s+)?(?:article|paper)\s*\.?\s*$", re.IGNORECASE)
_DIGITS = re.compile(r"\d+")
_MARKUP = re.compile(r"</?[a-z][^<>]{0,40}>", re.IGNORECASE)
_SUBTITLE = re.compile(r":\s|\.\s+(?=[A-Z])|\s[-–—]+\s|[–—]|\?\s|\s\(")
_ROMAN = {"i": "1", "ii": "2", "iii": "3", "iv": "4", "vi": "6", "vii": "7", "viii": "8", "ix": "9"}
_ORDINALS = {
    word: str(number)
    for number, word in enumerate("first second third fourth fifth sixth seventh eighth ninth tenth".split(), 1)
} | {word: str(number) for number, word in enumerate("one two three four five six seven eight nine ten".split(), 1)}
_SMALL = frozenset(
    "a an the of and or for in on to at by with from de la le les du des el los der die das und et".split()
)
_PARTS = frozenset(
    "part parts volume vol number no issue chapter book teil band partie tome parte section edition".split()
)
_COLUMNS = frozenset(
    """editorial editorials introduction introductory preface foreword afterword prologue epilogue calendar abstract
    abstracts news notes note notices letter letters editor editors reply response responses comment comments commentary
    book books review reviews reviewer reviewers report reports index contents table author authors subject keyword
    announcement announcements advertisement advertisements erratum errata corrigendum correction corrections obituary
    memoriam president message welcome proceedings conference workshop symposium congress meeting annual program
    programme committee board members membership section special issue volume number supplement summary summaries
    overview discussion conclusion conclusions concluding remarks acknowledgement acknowledgements acknowledgments
    appendix bibliography references glossary list column corner question questions answer answers about this our your
    new information instructions call papers tutorial panel session keynote invited talk poster posters opening closing
    general chair chairs guest journal publications received recent current""".split()
)
"""Words of the titles of columns and of what stands before and behind a volume."""

_GREEK = frozenset("alpha beta gamma delta epsilon kappa lambda mu omega sigma".split())
_TELL_NOTHING = _SMALL | _GREEK

MARKS: dict[str, str] = {
    **dict.fromkeys("erratum errata corrigendum corrigenda correction corrections addendum".split(), "correction"),
    **dict.fromkeys("retraction retracted withdrawn withdrawal".split(), "correction"),
    **dict.fromkeys("reply replies rejoinder response comment comments commentary discussion re".split(), "reply"),
    **dict.fromkeys("review".split(), "review"),
    **dict.fromkeys("data dataset supplement supplementary supporting appendix".split(), "supplement"),
}
"""Words that make a title that of another text about the first, when the other has them not, and what that text is."""

_AT_THE_END = frozenset(("correction", "reply"))
"""Kinds of text whose word may stand at the end as well: *…: reply*."""

_BEFORE_MARK = frozenset("author authors the a in book publisher letter editor invited further some s".split())


class Title(NamedTuple):
    """A title: `text` in small ASCII letters, digits and single spaces, its `letters` without spaces, and `main`, the
    letters before its subtitle, which are all where it has none. `telling` are its words without those that tell
    nothing."""

    text: str
    letters: str
    main: str
    telling: frozenset[str]

    @property
    def words(self) -> list[str]:
        """Return the words."""
        return self.text.split(" ")

    @property
    def comes_again(self) -> bool:
        """Return whether it is the title of a column, or has too few words to tell one work from others."""
        telling = [word for word in self.words if word not in _SMALL]
        return len(telling) <= SHORT_WORDS or sum(word not in _COLUMNS for word in telling) <= COLUMN_WORDS

    @property
    def is_short(self) -> bool:
        """Return whether a title of so few words or letters may well be that of another work, too."""
        return len(self.letters) <= SHORT_LETTERS or self.comes_again

    @property
    def is_long(self) -> bool:
        """Return whether hardly another work has the title."""
        return len(self.letters) >= TELLING_LETTERS


class TitlePair(NamedTuple):
    """Two titles compared: how alike they are, of what kind the words of the one are that the other lacks (`MARKS`,
    `number`, or nothing), and those words of both."""

    likeness: Likeness
    ratio: float
    mark: str
    lacking: tuple[tuple[str, ...], tuple[str, ...]]
    shares_most: bool = False
    """Whether most of the telling words of each are also the other's (`MOST_OF_LONGER`)."""


def title_of(raw: str) -> Title | None:
    """Return a title as it is compared, None where nothing of it is left."""
    text = html.unescape(raw) if "&" in raw else raw
    text = _MARKUP.sub("", text).strip() if "<" in text else text.strip()
    if text.startswith("[") and text.rstrip(" .").endswith("]"):
        text = text.rstrip(" .")[1:-1]
    if "[" in text or "(" in text:
        text = _LAST_BRACKET.sub("", _NOTE.sub("", text)) or text
    if ":" in text or "." in text:
        text = _KIND_BEFORE.sub("", _KIND_AFTER.sub("", text)) or text
    folded = title_key(text).replace("-", " ")
    if not folded or (folded.startswith("x") and not any(map(str.isalnum, text))):
        return None
    subtitle = _SUBTITLE.search(text)
    first = text[: subtitle.start()] if subtitle else ""
    main = title_key(first).replace("-", "") if any(map(str.isalnum, first)) else ""
    letters = folded.replace(" ", "")
    return Title(folded, letters, main or letters, frozenset(map(intern, _telling(folded.split(" ")))))


@lru_cache(maxsize=200_000)
def _number(word: str) -> str | None:
    if word.isdecimal():
        return word.lstrip("0") or "0"
    return _ROMAN.get(word) or _ORDINALS.get(word)


def compare_titles(one: Title, other: Title) -> TitlePair:
    """Return how alike two titles are."""
    if one.letters == other.letters:
        return TitlePair("equal", 100.0, "", ((), ()), shares_most=True)
    ratio = fuzz.ratio(one.letters, other.letters)
    if ratio < UNLIKE and not _begin_alike(one, other):
        return TitlePair("other", ratio, "", ((), ()))
    ours, theirs = _lacking(one.words, other.words)
    mark = _mark(one, other, ours, theirs)
    lacking = tuple(ours), tuple(theirs)
    return TitlePair(_likeness(one, other, ratio, ours, theirs), ratio, mark, lacking, _share_most(one, other))


def _share_most(one: Title, other: Title) -> bool:
    """Return whether two titles share most of their telling words."""
    fewer, more = len(one.telling), len(other.telling)
    if fewer > more:
        fewer, more = more, fewer
    if fewer < SHARED_WORDS or fewer < MOST_OF_LONGER * more:
        return False
    shared = len(one.telling & other.telling)
    return shared >= SHARED_WORDS and shared >= MOST_OF_SHORTER * fewer and shared >= MOST_OF_LONGER * more


def plainly_other(one: Title, other: Title, alike: float) -> bool:
    """Return whether two titles are `other`, with letters less alike than `alike`, which is at most `SLIPS`.

    It is asked of every two works that share a block, most of which are others, and takes a tenth of the time of
    `compare_titles`, which agrees with it. Where it is False only comparing tells.
    """
    ratio = fuzz.ratio(one.letters, other.letters)
    if ratio >= alike:
        return False
    if ratio < UNLIKE and not _begin_alike(one, other):
        return True
    ours, theirs = len(one.letters), len(other.letters)
    has_all = one.telling <= other.telling or other.telling <= one.telling
    if has_all or ours == theirs or _share_most(one, other):
        return False
    # Where one is the beginning of the other, only letters after it differ, and those of slips, which may have made it
    # longer than that beginning; one for rounding.
    return ratio < 2 * (CUT_LIKENESS - 5) * min(ours, theirs) / (ours + theirs)


def _begin_alike(one: Title, other: Title) -> bool:
    """Return whether the first letters of two titles are the same, all letters of a very short one."""
    begun, there = one.letters[:SAME_START], other.letters[:SAME_START]
    return begun == there or (len(begun) != len(there) and (begun.startswith(there) or there.startswith(begun)))


def _likeness(one: Title, other: Title, ratio: float, ours: list[str], theirs: list[str]) -> Likeness:
    telling, there = _telling(ours), _telling(theirs)
    if not telling and not there:
        return "near"
    if ratio >= SLIPS and ours and theirs and _is_slip("".join(ours), "".join(theirs)):
        return "near"  # `toethe` for `to the`
    shorter, longer = sorted((one, other), key=lambda title: len(title.letters))
    start = longer.letters[: len(shorter.letters)]
    if longer.main != longer.letters and fuzz.ratio(shorter.letters, longer.main) >= CUT_LIKENESS:
        return "subtitle"
    goes_on = len(shorter.letters) >= CUT_LETTERS and fuzz.ratio(shorter.letters, start) >= CUT_LIKENESS
    if goes_on and _is_cut(shorter, longer):
        return "cut"
    if shorter.letters == start:
        return "begun"
    if ratio >= SLIPS and _are_slips(telling, there):
        return "near"
    return "more" if not telling or not there else "other"


def _is_cut(shorter: Title, longer: Title) -> bool:
    """Return whether a title ends in the middle of a word of the longer, or where no whole title would end."""
    return len(shorter.letters) >= LONG_LETTERS or shorter.words[-1] not in longer.words


def _lacking(ours: list[str], theirs: list[str]) -> tuple[list[str], list[str]]:
    """Return the words of each that the other lacks, but for words that are only divided otherwise."""
    mine, their = _without(ours, theirs), _without(theirs, ours)
    if "".join(mine) == "".join(their):
        return [], []
    return mine, their


def _without(words: list[str], others: list[str]) -> list[str]:
    """Return the words, in order, that are more often among them than among the others."""
    left = set(others)
    if len(left) == len(others) and len(set(words)) == len(words):  # no word comes again, and no count is needed
        return [word for word in words if word not in left]
    counts = Counter(others)
    found: list[str] = []
    for word in words:
        if counts[word]:
            counts[word] -= 1
        else:
            found.append(word)
    return found


def _telling(words: list[str]) -> list[str]:
    return [word for word in words if word not in _TELL_NOTHING]


def _are_slips(ours: list[str], theirs: list[str]) -> bool:
    """Return whether each word that one title has alone is one of the other's with a slip, or a part of a longer."""
    left = list(theirs)
    alone: list[str] = []
    for word in ours:
        found = next((there for there in left if _is_slip(word, there)), None)
        if found is None:
            alone.append(word)
        else:
            left.remove(found)
    rest, over = "".join(alone), "".join(left)
    return (
        rest == over or (len(rest) <= 3 and len(over) <= 3) or (min(len(rest), len(over)) >= 6 and _is_slip(rest, over))
    )


def _is_slip(word: str, other: str) -> bool:
    digits = re.sub(r"\D", "", word), re.sub(r"\D", "", other)
    if digits[0] != digits[1]:
        return False
    shorter = min(len(word), len(other))
    allowed = 1 if shorter == SLIP_LETTERS - 1 and len(word) != len(other) else shorter // SLIP_LETTERS
    return OSA.distance(word, other, score_cutoff=2) <= min(allowed, 2)


def _mark(one: Title, other: Title, ours: list[str], theirs: list[str]) -> str:
    """Return the kind of text that words which only one title has make of it, or `number` where numbers differ."""
    for title, words, there in ((one, ours, theirs), (other, theirs, ours)):
        lacking = {word for word in words if word in MARKS and not any(_is_slip(word, slip) for slip in there)}
        if one.letters.startswith(other.letters) or other.letters.startswith(one.letters):
            lacking -= {title.words[-1]} if len(title.words[-1]) < SLIP_LETTERS else set()  # a word cut: `re`
        if lacking and (kind := _kind_of(title.words, lacking)):
            return kind
    if one.letters.startswith(other.letters):
        theirs = []  # a last word that is cut is no number
    elif other.letters.startswith(one.letters):
        ours = []
    here, there = _numbers(ours), _numbers(theirs)
    if here == there:
        return ""
    if here and there:
        return "number"
    words = _telling(ours if here else theirs)
    return "number" if all(word in _PARTS or _number(word) for word in words) else ""


def _kind_of(words: list[str], marks: set[str]) -> str:
    """Return the kind of text that words at the beginning or at the end of a title make of it, if any."""
    for word in words:
        if word in marks:
            return MARKS[word]
        if word not in _BEFORE_MARK:
            break
    ends = [MARKS[word] for word in words[-3:] if word in marks]
    return next((kind for kind in ends if kind in _AT_THE_END), "")


def _numbers(words: list[str]) -> list[str]:
    found = [number for word in words if (number := _number(word))]
    mixed = [word for word in words if not word.isdecimal() and not word.isalpha()]
    return sorted(found + [digits for word in mixed for digits in _DIGITS.findall(word)])
