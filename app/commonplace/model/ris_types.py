"""List the reference types of RIS and EndNote, and what the general tags mean in each.

Tags mean different things in different types: `A3` is the editor of a book, the series editor of a chapter and the
advisor of a thesis. EndNote XML has the same fields under longer names (`tertiary-authors`), so both readers ask here.

Sources: the RIS format specification (2001 and 2011 revisions), EndNote's reference type table, and the fields that
Zotero writes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

CSL_TYPE = MappingProxyType(
    {
        "ABST": "article-journal",
        "ADVS": "motion_picture",
        "AGGR": "dataset",
        "ANCIENT": "classic",
        "ART": "graphic",
        "BILL": "bill",
        "BLOG": "post-weblog",
        "BOOK": "book",
        "CASE": "legal_case",
        "CHAP": "chapter",
        "CHART": "figure",
        "CLSWK": "classic",
        "COMP": "software",
        "CONF": "paper-conference",
        "CPAPER": "paper-conference",
        "CTLG": "book",
        "DATA": "dataset",
        "DBASE": "dataset",
        "DICT": "entry-dictionary",
        "EBOOK": "book",
        "ECHAP": "chapter",
        "EDBOOK": "book",
        "EJOUR": "article-journal",
        "ELEC": "webpage",
        "ENCYC": "entry-encyclopedia",
        "EQUA": "figure",
        "FIGURE": "figure",
        "GEN": "document",
        "GOVDOC": "report",
        "GRANT": "document",
        "GRNT": "document",
        "HEAR": "hearing",
        "ICOMM": "personal_communication",
        "INPR": "article-journal",
        "INTV": "interview",
        "JFULL": "periodical",
        "JOUR": "article-journal",
        "LEGAL": "regulation",
        "MANSCPT": "manuscript",
        "MAP": "map",
        "MGZN": "article-magazine",
        "MPCT": "motion_picture",
        "MULTI": "document",
        "MUSIC": "musical_score",
        "NEWS": "article-newspaper",
        "PAMP": "pamphlet",
        "PAT": "patent",
        "PCOMM": "personal_communication",
        "PREPRINT": "article",
        "RPRT": "report",
        "SER": "book",
        "SLIDE": "speech",
        "SOUND": "song",
        "STAND": "standard",
        "STAT": "legislation",
        "THES": "thesis",
        "UNBILL": "bill",
        "UNPB": "manuscript",
        "UNPD": "manuscript",
        "VIDEO": "motion_picture",
        "WEB": "webpage",
    }
)
"""Reference type to CSL type."""

_READ_ONLY = frozenset({"INTV"})
"""Types that few programs know: they are read and never written."""

REFERENCE_TYPE = MappingProxyType(
    {
        **{csl: ris for ris, csl in reversed(list(CSL_TYPE.items())) if ris not in _READ_ONLY},
        "article-journal": "JOUR",
        "book": "BOOK",
        "chapter": "CHAP",
        "dataset": "DATA",
        "document": "GEN",
        "figure": "FIGURE",
        "manuscript": "UNPB",
        "motion_picture": "MPCT",
        "paper-conference": "CONF",
        "personal_communication": "PCOMM",
        "report": "RPRT",
        "webpage": "ELEC",
    }
)
"""CSL type to the reference type that says it; a type that is not here is `GEN` with a field `csl-type`."""

GENRE = MappingProxyType(
    {
        "DBASE": "database",
        "EQUA": "equation",
        "GRANT": "grant",
        "GRNT": "grant",
        "UNBILL": "unenacted bill",
    }
)
"""The genre of a work whose reference type says more than its CSL type."""

CONFERENCE = frozenset({"CONF", "CPAPER"})
"""Types whose `T2` is the name of a conference."""

WHOLE_BOOKS = frozenset({"BOOK", "CLSWK", "CTLG", "EBOOK", "EDBOOK", "SER"})
"""Types of works that are in nothing else: what would be the container of another is their series."""

NUMBERED = frozenset({"GOVDOC", "PAT", "RPRT", "STAND", "STAT"})
"""Types whose own number stands in `SN`, where others have an ISBN or ISSN."""

_TEXTS: Mapping[str, tuple[str, ...]] = {
    "title": ("TI", "T1", "CT"),
    "container_title": ("T2", "JF", "BT"),
    "collection_title": ("T3",),
    "volume": ("VL",),
    "issue": ("IS", "CP"),
    "edition": ("ET",),
    "genre": ("M3",),
    "publisher": ("PB", "PU"),
    "publisher_place": ("CY", "PP", "PI"),
    "url": ("UR",),
    "language": ("LA",),
    "abstract": ("AB", "N2"),
    "note": ("N1",),
    "number": ("M1",),
}
"""Attribute of a record to the tags that usually say it, the one to write first."""

_EXTRAS = {
    "CN": "call-number",
    "J2": "container-title-short",
    "J1": "container-title-short",
    "JA": "container-title-short",
    "JI": "container-title-short",
    "JO": "container-title-short",
    "NV": "number-of-volumes",
    "ST": "title-short",
    "Y2": "accessed",
}
"""Tag to the name that a record usually keeps its text under in `extra`: CSL's."""

_ROLES = {"AU": "author", "A1": "author", "A2": "editor", "A3": "collection-editor", "A4": "translator", "ED": "editor"}
"""Tag to the role that it usually says. Of several tags of one role the first is written."""


_OF_LINES = frozenset({"abstract", "note"})
_ALWAYS_IN_ONE_LINE = ("TY", "ID", "DO", "SN", "SP", "EP", "DA", "Y1", "PY", "PD")


@dataclass(frozen=True, slots=True)
class Meanings:
    """What the tags mean in one reference type.

    `texts` has attributes of a record and the tags that say each, the one to write first. `extras` has tags of what
    a record keeps in `extra`, and its name there. `roles` has tags and roles: those of CSL, and other words for
    parts in a work that CSL has no role for (`sponsor`).
    """

    texts: Mapping[str, tuple[str, ...]]
    extras: Mapping[str, str]
    roles: Mapping[str, str]
    role_tags: Mapping[str, str] = field(init=False)
    """Role to the tag that says it."""

    extra_tags: Mapping[str, str] = field(init=False)
    """Name in `extra` to the tag that says it, the first of several."""

    in_one_line: frozenset[str] = field(init=False)
    """Tags whose text has one line, so that a line that goes on is more of it."""

    def __post_init__(self) -> None:
        for name, table in (("role_tags", self.roles), ("extra_tags", self.extras)):
            object.__setattr__(self, name, {meant: tag for tag, meant in reversed(list(table.items()))})
        texts = {tag for attribute, tags in self.texts.items() if attribute not in _OF_LINES for tag in tags}
        object.__setattr__(self, "in_one_line", frozenset((*texts, *self.extras, *_ALWAYS_IN_ONE_LINE)))


_BOOK = {"T2": "collection_title", "SP": "number-of-pages", "A2": "collection-editor", "A3": "editor"}
_SERIES = {"T2": "collection_title"}
_FILM = {**_SERIES, "A2": "series-director", "A3": "producer", "A4": "performer", "SP": "dimensions"}
_IMAGE = {"T2": "image-source-program", "A2": "file"}
_BILL = {"A2": "sponsor", "A3": "sponsor", "T3": "authority"}
_CONFERENCE = {"T2": "event-title", "C3": "container_title", "C1": "event-place", "A4": "sponsor"}
_UNPUBLISHED = {**_SERIES, "A2": "collection-editor", "BT": "title", "T3": "division"}

_DIFFERENT: Mapping[str, Mapping[str, str | None]] = {
    "ADVS": {"A2": "performer", "C3": "dimensions"},
    "ANCIENT": {"T3": "volume-title"},
    "ART": {"C3": "dimensions"},
    "BILL": _BILL,
    "BLOG": {"A3": "illustrator", "T3": None},
    "BOOK": {**_BOOK, "BT": "title"},
    "CASE": {"A2": "container_title", "A3": "higher-court", "A4": "counsel", "PB": "authority", "SV": "number"},
    "CHART": _IMAGE,
    "CLSWK": _BOOK,
    "COMP": {**_SERIES, "A2": "collection-editor", "ET": "version"},
    "CONF": _CONFERENCE,
    "CPAPER": _CONFERENCE,
    "CTLG": {**_SERIES, "A2": "institution", "SE": "number-of-pages"},
    "DATA": {"A2": "producer", "A4": "funder", "ET": "version"},
    "EBOOK": {"T2": "collection_title", "T3": "collection_title", "SP": "number-of-pages"},
    "EDBOOK": {**_BOOK, "AU": "editor", "A1": "editor", "BT": "title"},
    "EJOUR": {"T3": None},
    "EQUA": _IMAGE,
    "FIGURE": _IMAGE,
    "GOVDOC": {**_SERIES, "A2": "department"},
    "HEAR": {"T2": "section", "T3": "authority"},
    "ICOMM": {"A2": "recipient"},
    "INTV": {"A2": "interviewer"},
    "LEGAL": {"A2": "authority", "T3": "supplement-number"},
    "MANSCPT": {"SP": "number-of-pages"},
    "MAP": {**_SERIES, "A2": "collection-editor", "C1": "scale", "C3": "dimensions"},
    "MPCT": _FILM,
    "MULTI": {**_SERIES, "A2": "collection-editor"},
    "MUSIC": {"A4": "producer"},
    "PAMP": {"A2": "institution", "M2": "number-of-pages"},
    "PAT": {"A2": "authority", "A3": "international-author", "T3": None},
    "PCOMM": {"A2": "recipient"},
    "RPRT": {**_SERIES, "A2": "collection-editor", "A3": "publisher", "A4": "department"},
    "SER": {"T2": "collection_title", "T3": "collection_title", "A4": "editor"},
    "SLIDE": {"A2": "author"},
    "SOUND": {"A2": "performer"},
    "STAT": {"T3": None},
    "THES": {"A3": "advisor", "T2": "division", "SP": "number-of-pages"},
    "UNBILL": _BILL,
    "UNPB": _UNPUBLISHED,
    "UNPD": _UNPUBLISHED,
    "VIDEO": _FILM,
}
"""Reference type to the tags that mean in it what they seldom do: an attribute, a name in `extra`, a role.

None is for a tag that has no meaning known here, and is kept under its own name.
"""

_PLAIN_TEXT = frozenset({"container_title", "authority", "file", "higher-court"})
"""What a tag of names says in some types, and is no name."""

_WRITTEN_LAST = frozenset({"A2", "BT"})
"""Tags that say a text in some types, and are not written for it where there is another."""


def _meanings(different: Mapping[str, str | None]) -> Meanings:
    """Return what the tags mean in a type in which these mean something of its own."""
    texts = {name: tuple(tag for tag in tags if tag not in different) for name, tags in _TEXTS.items()}
    extras = {tag: name for tag, name in _EXTRAS.items() if tag not in different}
    roles = {tag: different.get(tag) or role for tag, role in _ROLES.items()}
    for tag, meant in different.items():
        if meant is None or (tag in roles and meant not in _PLAIN_TEXT):
            continue
        roles.pop(tag, None)
        if meant in texts:
            texts[meant] = (*texts[meant], tag) if tag in _WRITTEN_LAST else (tag, *texts[meant])
        else:
            extras[tag] = meant
    return Meanings(MappingProxyType(texts), MappingProxyType(extras), MappingProxyType(roles))


_USUAL = _meanings({})
_BY_TYPE = {name: _meanings(different) for name, different in _DIFFERENT.items()}


def meanings(reference_type: str) -> Meanings:
    """Return what the tags mean in a reference type, also in one that is not known here."""
    return _BY_TYPE.get(reference_type, _USUAL)
