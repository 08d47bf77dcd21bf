"""Say in words what type a work is of."""

from __future__ import annotations

TYPES = {
    "article": "preprint",
    "article-journal": "journal article",
    "article-magazine": "magazine article",
    "article-newspaper": "newspaper article",
    "bill": "bill",
    "book": "book",
    "broadcast": "broadcast",
    "chapter": "chapter of a book",
    "classic": "classical work",
    "collection": "collection",
    "dataset": "data set",
    "document": "document",
    "entry": "entry of a reference work",
    "entry-dictionary": "entry of a dictionary",
    "entry-encyclopedia": "entry of an encyclopedia",
    "event": "event",
    "figure": "figure",
    "graphic": "picture",
    "hearing": "hearing",
    "interview": "interview",
    "legal_case": "court decision",
    "legislation": "law",
    "manuscript": "manuscript",
    "map": "geographical map",
    "motion_picture": "film or video",
    "musical_score": "musical score",
    "pamphlet": "pamphlet",
    "paper-conference": "conference paper",
    "patent": "patent",
    "performance": "performance",
    "periodical": "periodical",
    "personal_communication": "letter or message",
    "post": "post",
    "post-weblog": "blog post",
    "regulation": "regulation",
    "report": "report",
    "review": "review article",
    "review-book": "book review",
    "software": "software",
    "song": "song or recording",
    "speech": "talk",
    "standard": "technical standard",
    "thesis": "thesis",
    "treaty": "treaty",
    "webpage": "web page",
}
"""Types of works by their name in CSL, in words."""

_WITHOUT_ARTICLE = frozenset(("software",))


def type_words(type: str) -> str:
    """Return a type in words: `journal article`; one that is not CSL's as it is."""
    return TYPES.get(type, type)


def one_of_type(type: str) -> str:
    """Return a type in words, as a sentence names one work of it: `a journal article`, `an interview`, `software`."""
    if not type:
        return "a work"
    words = type_words(type)
    if type in _WITHOUT_ARTICLE:
        return words
    article = "an" if words[0] in "aeiou" else "a"
    return f"{article} {words}"
