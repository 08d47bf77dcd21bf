"""Identifier fields: DOI, ISBN, ISSN and addresses, whose values are not LaTeX text."""

from __future__ import annotations

import re
from collections.abc import Callable

from app.importers.bibtex.draft import BibtexFile, Draft
from app.importers.bibtex.latex import decode
from app.importers.number_list import read_number_list
from app.model.identifiers import normal_doi, normal_isbn, normal_issn

_ESCAPED = re.compile(r"\{?\\([%#&_~{}$])\}?(?:\{\})?")
_URL_MACRO = re.compile(r"\\url\s*\{([^{}]*)\}")
_ADDRESS = re.compile(r"https?://\S+")


def verbatim(raw: str) -> str:
    """The text of a value BibLaTeX reads verbatim, with the escapes BibTeX users add taken off."""
    if "\\" not in raw and "{" not in raw and "$" not in raw:
        return " ".join(raw.split())
    text = _URL_MACRO.sub(r"\1", raw)
    escaped = text.replace("$\\sim$", "\\textasciitilde{}")
    text = _ESCAPED.sub(r"\1", escaped).strip()
    if "\\" in text:
        return decode(escaped).text
    if text.startswith("{") and text.endswith("}"):
        return text[1:-1].strip()
    return text


def read_identifiers(draft: Draft, file: BibtexFile) -> None:
    """Step: set `doi`, `isbn`, `issn` and `url`; what is none of them is kept in `extra` and reported."""
    fields = draft.fields
    if "doi" in fields:
        _read_doi(draft)
    if "isbn" in fields:
        _read_numbers(draft, "isbn", normal_isbn)
    if "issn" in fields:
        _read_numbers(draft, "issn", normal_issn)
    url = verbatim(fields.pop("url")) if "url" in fields else ""
    if not url and "howpublished" in fields and _ADDRESS.fullmatch(verbatim(fields["howpublished"])):
        url = verbatim(fields.pop("howpublished"))
    draft.known["url"] = url or None


def _read_doi(draft: Draft) -> None:
    raw = draft.fields.pop("doi")
    text = verbatim(raw)
    if not text:
        return
    try:
        draft.known["doi"] = normal_doi(text)
    except ValueError as fault:
        draft.extra["doi"] = text
        draft.lose("doi", raw, str(fault))


def _read_numbers(draft: Draft, name: str, normal: Callable[[str], str]) -> None:
    raw = draft.fields.pop(name)
    if not raw.strip():
        return
    good, bad = read_number_list(decode(raw).text, normal)
    draft.known[name] = good
    for text, why in bad:
        draft.lose(name, text, why)
    if bad:
        draft.extra[name] = ", ".join(text for text, _ in bad)
