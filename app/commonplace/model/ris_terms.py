"""RIS tags and reference types, and what they mean in a record.

Source: the RIS format specification (Research Information Systems, 2001 and 2011 revisions).
RIS has no tag for much of a record; `FIELD` (a custom tag) carries it as `name: text`.
"""

from __future__ import annotations

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
        "COMP": "software",
        "CONF": "paper-conference",
        "CPAPER": "paper-conference",
        "CTLG": "book",
        "DATA": "dataset",
        "DICT": "entry-dictionary",
        "EBOOK": "book",
        "ECHAP": "chapter",
        "EDBOOK": "book",
        "EJOUR": "article-journal",
        "ELEC": "webpage",
        "ENCYC": "entry-encyclopedia",
        "FIGURE": "figure",
        "GEN": "document",
        "GOVDOC": "report",
        "HEAR": "hearing",
        "ICOMM": "personal_communication",
        "INPR": "article-journal",
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
        "UNPB": "manuscript",
        "VIDEO": "motion_picture",
        "WEB": "webpage",
    }
)
"""Reference type to CSL type."""

REFERENCE_TYPE = MappingProxyType(
    {
        **{csl: ris for ris, csl in reversed(list(CSL_TYPE.items()))},
        "article-journal": "JOUR",
        "book": "BOOK",
        "chapter": "CHAP",
        "dataset": "DATA",
        "document": "GEN",
        "figure": "FIGURE",
        "manuscript": "UNPB",
        "motion_picture": "MPCT",
        "paper-conference": "CPAPER",
        "personal_communication": "PCOMM",
        "report": "RPRT",
        "webpage": "ELEC",
    }
)
"""CSL type to the reference type that says it; a type that is not here is `GEN` with a field `csl-type`."""

ROLE = MappingProxyType(
    {"AU": "author", "A1": "author", "ED": "editor", "A2": "editor", "A3": "collection-editor", "A4": "translator"}
)
ROLE_TAG = MappingProxyType({"author": "AU", "editor": "ED", "collection-editor": "A3", "translator": "A4"})

FIELD = "C7"
"""Carries `name: text` for what RIS has no tag for; what others write there (an article's number) has no colon."""

WHOLE_BOOKS = frozenset({"book"})
"""CSL types whose `T2` is the series, as EndNote, Zotero and Mendeley write it: they are in nothing else."""

NUMBERED = frozenset({"legislation", "patent", "report", "standard"})
"""CSL types whose own number others write in `SN`."""

TEXT_TAGS = (
    ("title", ("TI", "T1", "CT")),
    ("container_title", ("T2", "JO", "JF", "BT", "JA", "J2")),
    ("collection_title", ("T3",)),
    ("volume", ("VL",)),
    ("issue", ("IS", "CP")),
    ("edition", ("ET",)),
    ("genre", ("M3",)),
    ("publisher", ("PB", "PU")),
    ("publisher_place", ("CY", "PP", "PI")),
    ("url", ("UR",)),
    ("language", ("LA",)),
    ("abstract", ("AB", "N2")),
    ("note", ("N1",)),
    ("number", ("M1", FIELD)),
)
"""Attribute of a record to the tags that may say it, the one to write first."""

EXTRA_TAGS = MappingProxyType(
    {
        "CN": "call-number",
        "J2": "container-title-short",
        "JA": "container-title-short",
        "NV": "number-of-volumes",
        "ST": "title-short",
        "Y2": "accessed",
    }
)
"""Tags of what a record keeps in `extra`, and the name it keeps them under: CSL's."""

EXTRA_TAG = MappingProxyType({kept: tag for tag, kept in reversed(list(EXTRA_TAGS.items()))})
"""The name in `extra` to the tag that says it."""
