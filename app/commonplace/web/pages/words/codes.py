"""Say codes of the data in words: types of works, roles, states, fields, languages and countries.

The words are English here; `translations/` has them in other languages. Names of languages and countries are those of
the Unicode CLDR, which Babel has in every language.
"""

from __future__ import annotations

import json
import re

from babel import Locale, UnknownLocaleError

from commonplace.library.field_changes import FORMS
from commonplace.model.type_words import TYPES
from commonplace.web.pages.words.languages import translations

ROLES = {
    "collection-editor": "editor of the series",
    "container-author": "author of the whole",
    "original-author": "author of the original",
    "reviewed-author": "author of what is reviewed",
    "section-editor": "editor of the section",
    "editorial-director": "editorial director",
    "executive-producer": "executive producer",
    "script-writer": "scriptwriter",
    "series-creator": "creator of the series",
}
"""Roles of contributors by their name in CSL, those of which it is more than one word."""

STATES = {
    "not-stated": "not stated",
    "machine-reviewed": "read by machine, reviewed",
    "not-found": "not found in the text held",
    "no-text": "no text held to check it",
    "normalised": "stands in the text held, written a little otherwise",
    "exact": "stands so in the text held",
    "expression-of-concern": "in concern",
    "quote-not-found": "its quote was not found",
    "discusses-both": "discusses both",
    "cited-from-both": "cited from both",
    "cited-by": "is cited by",
    "title-abstract": "title and abstract",
    "full-text": "full text",
    "recalled": "recalled, not looked up",
    "inferred": "inferred",
}
"""States, standings and checks whose codes are no words."""

KINDS_OF_CHANGE = {
    "reference-set": "reference set",
    "import": "import",
    "update": "update in SPARQL",
    "graph-store": "graph put in place",
    "create": "new entry",
    "edit": "edit",
    "bulk": "change of many works",
    "merge": "merge",
    "unmerge": "merge taken apart",
    "restore": "restoring",
    "undo": "undo",
    "delete": "deletion",
    "decision": "decision",
    "annotations": "annotations",
    "evidence": "evidence",
    "pin": "pinned answer",
}
"""Kinds of versions by their code in the log."""

MEMBERS = {
    "doi": "DOI",
    "isbn": "ISBN",
    "issn": "ISSN",
    "url": "URL",
    "pmid": "PMID",
    "pmcid": "PMCID",
    "issued": "Date",
    "available": "Online first",
    "container": "Work or venue it is in",
    "container_title": "In",
    "collection_title": "Series",
    "publisher_place": "Place",
    "rich_title": "Title with markup",
    "rich_abstract": "Abstract with markup",
    "rich_note": "Note with markup",
    "locator": "Where it stands",
    "about": "Concept or claim",
    "citation_key": "Key",
    "alternative_keys": "Other keys",
    "possible_form": "One of these forms",
    "professional_role": "The professional’s part",
    "enabling_condition": "What made it possible",
    "described_together_with": "Of the same study",
    "described_by": "Described by",
    "initiator": "Who began it",
    "leader": "Who leads",
    "work_key": "Work",
    "broader_key": "Key of the broader concept",
    "concept_key": "Key of the concept",
    "label_fr": "Label in French",
    "value_label": "Value in words",
    "about_label": "Label of the concept",
    "from_first": "Cited from the first",
    "from_second": "Cited from the second",
    "from_both": "Cited from both",
    "quoted_from": "Quoted from",
    "quote_check": "Check of the quote",
    "on_case": "Case",
    "field": "Field",
    "at": "Recorded",
    "agent": "Who says so",
    "cites_within": "Cites on the way",
    "co_author": "Other author",
    "concept_label": "Name of the concept",
    "context_label": "Name of the context",
    "context_key": "Key of the context",
    "form_label": "Name of the form",
    "together": "Cited together",
    "via1": "First between",
    "via2": "Second between",
    "via3": "Third between",
}
"""Names of members, fields and columns that their own names do not tell."""

VENUES = {
    "Journal": "journal",
    "Magazine": "magazine",
    "Newspaper": "newspaper",
    "Book": "book",
    "ReferenceBook": "reference book",
    "AcademicProceedings": "proceedings",
    "ExpressionCollection": "collection",
}
"""Types of venues by their name in FaBiO."""

CODES = TYPES | VENUES | ROLES | STATES | KINDS_OF_CHANGE
"""Codes of the data whose words are others than the code's own."""

_PREFIX = re.compile(r"[a-z]+:(?=[A-Za-z]\w*$)")
"""Prefix of a property or a class of an ontology, as `skos:`, before its own name."""

_BOUNDARY = re.compile(r"[-_]|(?<=[a-z])(?=[A-Z])")
_REGION = re.compile(r"([A-Z]{2})(?:-([A-Z0-9]{1,3}))?")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")
_TAG = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")

_VALUES_ARE_CODES = frozenset(
    (
        *("type", "status", "state", "standing", "confirmation", "directness", "certainty", "method", "role"),
        *("quote_check", "check", "direction", "route", "relation", "reason", "kind"),
    )
)
"""Fields whose values are codes."""


def plain(code: str) -> str:
    """Return a code in words of its own: without hyphens, and small letters."""
    return _BOUNDARY.sub(" ", code).lower()


def code_words(code: str, language: str) -> str:
    """Return what a code says, in a language of the pages."""
    return translations(language).gettext(CODES.get(code) or plain(code)) if code else ""


def field_name(name: str) -> str:
    """Return the name of a field in words: of a member of JSON (`container_title`), or CSL's, or of a column."""
    name = _PREFIX.sub("", name)
    key = _BOUNDARY.sub("_", name).lower()
    words = MEMBERS.get(key) or plain(name)
    return words[:1].upper() + words[1:]


def field_words(name: str, language: str) -> str:
    """Return the name of a field as it stands within a sentence: `title`, `DOI`."""
    words = translations(language).gettext(field_name(name))
    return words if words[1:2].isupper() else words[:1].lower() + words[1:]


def language_words(tag: str, language: str) -> str:
    """Return the name of a language by its tag, in a language of the pages; a tag that names none as it is."""
    if not _TAG.fullmatch(tag):
        return tag
    names = Locale(language).languages
    if name := names.get(tag.replace("-", "_")):
        return str(name)
    try:
        return Locale.parse(tag, sep="-").get_display_name(language) or tag
    except (UnknownLocaleError, ValueError):
        return tag


def types_in_words(language: str) -> list[tuple[str, str]]:
    """Return the types of works with their words in a language, by these."""
    return sorted(((name, code_words(name, language)) for name in TYPES), key=lambda pair: pair[1].casefold())


def country_words(code: str, language: str) -> str:
    """Return the name of a country by its ISO 3166 code, with the code of its part in brackets; other text as it is."""
    found = _REGION.fullmatch(code)
    name = Locale(language).territories.get(found[1]) if found else None
    if found is None or name is None:
        return code
    return f"{name} ({found[2]})" if found[2] else name


def _given_fields(text: str) -> str:
    """Return fields of an imported entry that are kept as they were given, which are held as JSON, as a list."""
    try:
        given = json.loads(text)
    except ValueError:
        return text
    return "; ".join(f"{name}: {value}" for name, value in given.items()) if isinstance(given, dict) else text


def value_words(value: object, field: str, language: str) -> str:
    """Return the value of a field as people say it: a code, a language or a country in words, all else as it is."""
    text, name = str(value), _BOUNDARY.sub("_", field).lower()
    if name == "language":
        return language_words(text, language)
    if name == "country":
        return country_words(text, language)
    if name in ("at", "judged_at") and _INSTANT.match(text):
        return text[:16].replace("T", " ")
    if name == "text" and (form := FORMS.get(given := text.partition(",")[0], given)) in FORMS.values():
        return translations(language).gettext(form) + text.removeprefix(given)
    if name == "locator":
        return translations(language).gettext(text)
    if name == "source_fields":
        return _given_fields(text)
    if name == "class":
        return code_words(_PREFIX.sub("", text), language)
    if name in ("dimension", "field"):
        return translations(language).gettext(field_name(text))
    if name not in _VALUES_ARE_CODES:
        return text
    several = text.split() if all(one in CODES for one in text.split()) else [text]
    return ", ".join(code_words(one, language) for one in several)
