"""Map EndNote's reference types, by name and by number, to those of RIS, and the tags of RIS to its elements."""

from __future__ import annotations

BY_NAME = {
    "aggregated database": "AGGR",
    "ancient text": "ANCIENT",
    "artwork": "ART",
    "audiovisual material": "ADVS",
    "bill": "BILL",
    "blog": "BLOG",
    "book": "BOOK",
    "book section": "CHAP",
    "case": "CASE",
    "catalog": "CTLG",
    "chart or table": "CHART",
    "classical work": "CLSWK",
    "computer program": "COMP",
    "conference paper": "CPAPER",
    "conference proceedings": "CONF",
    "dataset": "DATA",
    "dictionary": "DICT",
    "edited book": "EDBOOK",
    "electronic article": "EJOUR",
    "electronic book": "EBOOK",
    "electronic book section": "ECHAP",
    "encyclopedia": "ENCYC",
    "equation": "EQUA",
    "figure": "FIGURE",
    "film or broadcast": "MPCT",
    "generic": "GEN",
    "government document": "GOVDOC",
    "grant": "GRANT",
    "hearing": "HEAR",
    "interview": "INTV",
    "journal article": "JOUR",
    "legal rule or regulation": "LEGAL",
    "magazine article": "MGZN",
    "manuscript": "MANSCPT",
    "map": "MAP",
    "music": "MUSIC",
    "newspaper article": "NEWS",
    "online database": "DBASE",
    "online multimedia": "MULTI",
    "pamphlet": "PAMP",
    "patent": "PAT",
    "personal communication": "PCOMM",
    "podcast": "SOUND",
    "report": "RPRT",
    "serial": "SER",
    "standard": "STAND",
    "statute": "STAT",
    "thesis": "THES",
    "unpublished work": "UNPB",
    "web page": "ELEC",
}
"""Names of reference types, which stand beside the number in `ref-type`, to those of RIS."""

BY_NUMBER = {
    2: "ART", 3: "ADVS", 4: "BILL", 5: "CHAP", 6: "BOOK", 7: "CASE", 8: "CTLG", 9: "COMP", 10: "CONF", 12: "ELEC",
    13: "GEN", 14: "HEAR", 17: "JOUR", 19: "MGZN", 20: "MAP", 21: "MPCT", 23: "NEWS", 24: "PAMP", 25: "PAT",
    26: "PCOMM", 27: "RPRT", 28: "EDBOOK", 31: "STAT", 32: "THES", 34: "UNPB", 36: "MANSCPT", 37: "FIGURE",
    38: "CHART", 39: "EQUA", 43: "EJOUR", 44: "EBOOK", 45: "DBASE", 46: "GOVDOC", 47: "CPAPER", 48: "MULTI",
    49: "CLSWK", 50: "LEGAL", 51: "ANCIENT", 52: "DICT", 53: "ENCYC", 54: "GRANT", 55: "AGGR", 56: "BLOG",
    57: "SER", 58: "STAND", 59: "DATA", 60: "ECHAP", 61: "MUSIC",
}  # fmt: skip
"""Numbers of reference types to those of RIS, for types that have another name in a library."""

ENDNOTE_CSL_TYPE = {"MULTI": "motion_picture", "MUSIC": "song", "SER": "periodical"}
"""CSL types of what EndNote means by a type of that name, where RIS means something else."""

NAME_ELEMENTS = {
    "AU": "authors",
    "A2": "secondary-authors",
    "A3": "tertiary-authors",
    "A4": "subsidiary-authors",
}
"""Tags of names and the elements that EndNote has for them within `contributors`."""

PATHS = {
    **{tag: f"contributors/{name}/author" for tag, name in NAME_ELEMENTS.items()},
    "TI": "titles/title",
    "T2": "titles/secondary-title",
    "T3": "titles/tertiary-title",
    "ST": "titles/short-title",
    "J2": "titles/alt-title",
    "JF": "periodical/full-title",
    "JA": "periodical/abbr-1",
    "JO": "periodical/abbr-2",
    "J1": "periodical/abbr-3",
    "VL": "volume",
    "ET": "edition",
    "CY": "pub-location",
    "PB": "publisher",
    "AB": "abstract",
    "N1": "notes",
    "M3": "work-type",
    "NV": "num-vols",
    "SE": "section",
    "CN": "call-num",
    "Y2": "access-date",
    "C1": "custom1",
    "C3": "custom3",
}
"""Tags of RIS and the paths of the elements that EndNote has for them."""
