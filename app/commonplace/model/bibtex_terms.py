"""List the meanings of BibTeX's and BibLaTeX's names: entry types, contributor fields, months.

Importers and exporters share these tables, so that what one writes the other reads.
Sources: the BibTeX 0.99d standard styles; the BibLaTeX 3.20 manual, section 2 (data model);
CSL 1.0.2 appendix III (types) and IV (name variables).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from urllib.parse import unquote

from commonplace.model.csl_terms import NAME_VARIABLES
from commonplace.model.types import csl_type

_WORD_PART = re.compile(r"[^-–—/\s]+")

ENTRY_TYPE_ALIASES = MappingProxyType(
    {
        "conference": "inproceedings",
        "electronic": "online",
        "www": "online",
        "report": "techreport",
    }
)
"""Entry types that are only another name of one in `CSL_TYPE`."""

CSL_TYPE = MappingProxyType(
    {
        "article": "article-journal",
        "artwork": "graphic",
        "audio": "song",
        "bibnote": "document",
        "book": "book",
        "bookinbook": "chapter",
        "booklet": "pamphlet",
        "collection": "book",
        "commentary": "document",
        "dataset": "dataset",
        "image": "figure",
        "inbook": "chapter",
        "incollection": "chapter",
        "inproceedings": "paper-conference",
        "inreference": "entry-encyclopedia",
        "jurisdiction": "legal_case",
        "legal": "treaty",
        "legislation": "legislation",
        "letter": "personal_communication",
        "manual": "book",
        "mastersthesis": "thesis",
        "misc": "document",
        "movie": "motion_picture",
        "music": "song",
        "mvbook": "book",
        "mvcollection": "book",
        "mvproceedings": "book",
        "mvreference": "book",
        "online": "webpage",
        "patent": "patent",
        "performance": "performance",
        "periodical": "periodical",
        "phdthesis": "thesis",
        "proceedings": "book",
        "reference": "book",
        "review": "review",
        "set": "collection",
        "software": "software",
        "standard": "standard",
        "suppbook": "chapter",
        "suppcollection": "chapter",
        "suppperiodical": "article-journal",
        "techreport": "report",
        "thesis": "thesis",
        "unpublished": "manuscript",
        "video": "motion_picture",
    }
)
"""Entry type of either dialect to CSL type."""

ENTRY_TYPE = MappingProxyType(
    {
        "article-journal": "article",
        "article-magazine": "article",
        "article-newspaper": "article",
        "book": "book",
        "chapter": "incollection",
        "dataset": "dataset",
        "entry-encyclopedia": "inreference",
        "figure": "image",
        "graphic": "artwork",
        "legal_case": "jurisdiction",
        "legislation": "legislation",
        "manuscript": "unpublished",
        "motion_picture": "movie",
        "pamphlet": "booklet",
        "paper-conference": "inproceedings",
        "patent": "patent",
        "performance": "performance",
        "periodical": "periodical",
        "personal_communication": "letter",
        "report": "techreport",
        "review": "review",
        "software": "software",
        "song": "audio",
        "standard": "standard",
        "thesis": "thesis",
        "treaty": "legal",
        "webpage": "online",
    }
)
"""CSL type to the entry type that says it; a type that is not here is a `misc` with an `entrysubtype`."""

SUBTYPE_ALIASES = MappingProxyType({"magazine": "article-magazine", "newspaper": "article-newspaper"})
"""`entrysubtype` values in use beside the CSL types' own names."""

THESIS_GENRE = MappingProxyType({"phdthesis": "PhD thesis", "mastersthesis": "Master's thesis"})
"""Entry type of a thesis to the genre that it says by itself."""

BACHELOR_OR_MASTER = re.compile(r"(?i)bachelor|master|magister|diplom|licen|mestrado|máster|laurea|magistrale")
"""Matches in the genre of a thesis that is none for a doctorate."""

READ_ALWAYS = frozenset(
    "title subtitle author editor translator bookauthor volume number pages edition series type abstract note keywords "
    "keyword url crossref xref xdata entrysubtype".split()
)
"""Fields that a record has places of its own for, so that no other field can be written under their names."""

READ_FIRST = (
    frozenset({"journal", "journaltitle", "booktitle", "maintitle"}),
    frozenset({"publisher", "institution", "school", "organization"}),
    frozenset({"address", "location"}),
    frozenset({"issue", "eid", "number"}),
    frozenset({"page", "pages"}),
    frozenset({"langid", "language", "hyphenation"}),
)
"""Fields of which one is read and the others are kept: where none of them is written, another would be taken for it."""

FIELD_NAMES = "fieldnames"
"""A field of our own: the names that other fields have in a record, where BibTeX cannot write them."""

WORDS_FOR_YEAR = ("issued", "issued-date")
"""Names in `extra` of the words that stand in place of a year (*forthcoming*), which `year` may say as well."""

PATH_FIELDS = re.compile(r"file|pdf|localfile|attachments?|verb[abc]|bdsk-file-\d+")
"""Fields that hold paths, or anything whatever: BibLaTeX reads them as they stand, and so do we."""

VERBATIM_FIELDS = re.compile(
    r"doi|.*ur[lin](?:-?\d+)?|urlraw|eprint|ee|link|handle|hdl|ids|related|entryset|lccn|sha256|keywords-raw|bdsk-.*"
)
"""Fields that hold addresses, identifiers or keys: no LaTeX, but the escapes that users add are taken off."""

ROLE_FIELDS = MappingProxyType(
    {"author": "author", "editor": "editor", "translator": "translator", "bookauthor": "container-author"}
)
"""Name fields that always say the same role."""

EXTRA_FIELDS = MappingProxyType(
    {
        "annotation": "annote",
        "annote": "annote",
        "chapter": "chapter-number",
        "eventdate": "event-date",
        "eventtitle": "event-title",
        "origdate": "original-date",
        "origlocation": "original-publisher-place",
        "origpublisher": "original-publisher",
        "pagetotal": "number-of-pages",
        "pmcid": "PMCID",
        "pmid": "PMID",
        "pubstate": "status",
        "shortjournal": "container-title-short",
        "shorttitle": "title-short",
        "urldate": "accessed",
        "venue": "event-place",
        "volumes": "number-of-volumes",
    }
)
"""Fields that a record keeps in `extra`, and the name it keeps them under: CSL's."""

EXTRA_FIELD = MappingProxyType({kept: name for name, kept in reversed(list(EXTRA_FIELDS.items()))})
"""The name in `extra` to the field that says it."""

TITLE_FIELDS = MappingProxyType(
    {
        "original_titles": "origtitle",
        "translated_titles": "translatedtitle",
        "transliterated_titles": "transliteratedtitle",
    }
)
"""Fields of a record that hold other titles, and the field of an entry for each: BibLaTeX has the first alone."""

_TITLE_FIELDS_OF_OTHERS = {
    "originaltitle": "original_titles",
    **dict.fromkeys(("titletranslation", "titletranslated", "transtitle"), "translated_titles"),
    **dict.fromkeys(
        ("titletransliteration", "titletransliterated", "romanizedtitle", "romanisedtitle", "titleromanized"),
        "transliterated_titles",
    ),
}
_FIELD_OF_TITLE = {**{name: field for field, name in TITLE_FIELDS.items()}, **_TITLE_FIELDS_OF_OTHERS}
_TITLE_FIELD = re.compile(rf"({'|'.join(_FIELD_OF_TITLE)})(?:-([a-z0-9-]+))?(?:\.\d+)?")


def title_field(name: str) -> tuple[str, str | None] | None:
    """Return what a field such as `translatedtitle-fr` or `translatedtitle-fr.2` holds; None for any other field.

    That is the field of a record, and the language, which is None where the name has none.
    """
    found = _TITLE_FIELD.fullmatch(name) if "title" in name else None
    return (_FIELD_OF_TITLE[found[1]], found[2]) if found else None


_BIBLATEX_EDITOR_TYPES = {
    "sectioneditor": "section-editor",
    "serieseditor": "collection-editor",
    "collaborator": "contributor",
}

EDITOR_TYPES = MappingProxyType(
    {
        **{role.replace("-", ""): role for role in (*sorted(NAME_VARIABLES), "section-editor", "advisor")},
        **_BIBLATEX_EDITOR_TYPES,
    }
)
"""`editortype`, `editoratype` … in small letters without hyphens, to role: CSL's names, and those of BibLaTeX."""

EDITOR_TYPE = MappingProxyType(
    {role: role for role in EDITOR_TYPES.values()} | {role: kind for kind, role in _BIBLATEX_EDITOR_TYPES.items()}
)
"""Role to the `editoratype` that says it."""

MONTH_MACROS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
"""The macros every BibTeX style defines, January first."""

MONTHS = "January February March April May June July August September October November December".split()
"""What the macros stand for."""

ARTICLE_TYPES = frozenset({"article-journal", "article-magazine", "article-newspaper", "review", "review-book"})
"""CSL types whose `number` field is an issue and whose container is a journal."""

PUBLISHER_FIELDS = MappingProxyType(
    {
        "thesis": ("school", "institution", "publisher", "organization"),
        "report": ("institution", "publisher", "school", "organization"),
        "webpage": ("organization", "publisher", "institution", "school"),
    }
)
"""CSL type to the fields that may say its publisher, the best first."""

DEFAULT_PUBLISHER_FIELDS = ("publisher", "institution", "school", "organization")

GUESSED_PROTECTION = re.compile(r"\{\{((?!\\)(?:[^{}\\$\s]|\\[&%$#_])+)\}\}")
"""Two pairs of braces around one word with a capital inside: protection that a writer took to be meant (`{{DNA}}`).

Better BibTeX writes it so too. One pair is what an author asked for.
"""

NAME_SUFFIXES = frozenset(
    "Jr Jr. jr jr. JR JR. Sr Sr. sr sr. SR SR. Jnr Jnr. jnr Snr Snr. snr 2nd 3rd 4th II III IV VI VII VIII".split()
)
"""What stands after a name and is no part of it, in words of its own; a `V` may be an initial."""

DEGREE = re.compile(r"(?:P[Hh]\.?\s?D|M\.?\s?D|M\.?\s?Sc|M\.?\s?A|Esq)\.?")
"""Matches a degree where a suffix would stand (`PhD`): it is a title, and no part of the name."""

ET_AL = re.compile(r"\{?\s*et\.?[\s~]+al\.?\s*\}?", re.IGNORECASE)
"""Matches words that people write for `others` at the end of a list of names."""

CAPITAL_PARTICLES = frozenset(
    "al am auf aus da dal dall' dalla das de dei del della den der des di do dos du el in la las le les lo los op "
    "'s 't t' te ten ter thor van vande vanden vander ver vom von zu zum zur".split()
)
"""Particles that may begin with a capital: in `Von der Leyen, Ursula` all before the last word is the particle."""

MORE_NAMES = "more"
"""`and others` at the end of a list of names is kept as a field `more` + role field (`moreauthor`)."""


def canonical_entry_type(entry_type: str) -> str:
    """Return the entry type in small letters, aliases and CSL's names for types resolved."""
    lower = entry_type.strip().lower()
    if lower in CSL_TYPE:
        return lower
    return ENTRY_TYPE_ALIASES.get(lower) or ENTRY_TYPE.get(csl_type(lower) or "", lower)


def has_inner_capital(word: str) -> bool:
    """Return whether a part of a word (between hyphens) has a capital after its first letter: DNA, McDonald, iPhone."""
    for part in _WORD_PART.findall(word):
        letters = [char for char in part if char.isalpha()]
        if any(char.isupper() for char in letters[1:]):
            return True
    return False


def publisher_fields(csl_type: str) -> tuple[str, ...]:
    """Return the fields that may say the publisher of a work of that type, the best first."""
    return PUBLISHER_FIELDS.get(csl_type, DEFAULT_PUBLISHER_FIELDS)


def container_field(csl_type: str) -> str:
    """Return the field that names what a work of that type appears in."""
    return "journal" if csl_type in ARTICLE_TYPES else "booktitle"


_UNSAFE_IN_NAME = re.compile(r"[^\w .:+/*-]")


def written_names(names: Mapping[str, str]) -> str:
    """Return the value of `fieldnames`: `my-field = My Field, db = DB`, what would be read as LaTeX percent-encoded."""
    return ", ".join(f"{field} = {_UNSAFE_IN_NAME.sub(_encoded, name)}" for field, name in names.items())


def _encoded(found: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in found[0].encode())


def read_names_of_fields(value: str) -> dict[str, str]:
    """Return the names in a value of `fieldnames`, by the field in small letters."""
    pairs = (pair.partition("=") for pair in value.split(","))
    return {field.strip().lower(): unquote(name.strip()) for field, sign, name in pairs if sign and name.strip()}


USUAL_FIELDS = frozenset(
    "abstract address author booktitle chapter date edition editor institution journal journaltitle keywords language "
    "month note number organization pages publisher school series subtitle title translator volume year".split()
)
"""Fields that most entries are made of: a name one slip away from one of them was hardly meant."""
