"""Read the fields whose values are not LaTeX: DOI, ISBN, ISSN, addresses, paths and keys."""

from __future__ import annotations

import re
from collections.abc import Callable

from commonplace.importers.bibtex.draft import BibtexFile, Draft
from commonplace.importers.bibtex.latex import decode
from commonplace.importers.bibtex.strings import closing_brace
from commonplace.importers.number_list import read_number_list
from commonplace.model.identifiers import doi_of_address, normal_doi, normal_isbn, normal_issn
from commonplace.model.rich_text import undo_entities

_ESCAPED = re.compile(r"\{?\\([%#&_~{}$])\}?(?:\{\})?")
_URL_MACRO = re.compile(r"\\url\s*\{([^{}]*)\}")
_HREF = re.compile(r"\\href\s*\{([^{}]*)\}\s*\{(?:[^{}]|\{[^{}]*\})*\}")
_MATH_SIGN = re.compile(r"\$([<>])\$")
_NO_LATEX = re.compile(r"\\\\|[A-Za-z]:\\")
"""Two backslashes, or the drive of a path on Windows: such a value was never LaTeX."""

_WRAP = re.compile(r"\s*\n\s*")
_NAMED_BRACE = re.compile(r"\\textbrace(left|right)\{\}")
_ONLY_DOI = re.compile(r"\s*(?:doi|https?://(?:dx\.)?doi\.org/)[\s:]*10\.\d\S*\s*", re.IGNORECASE)
_ADDRESS = re.compile(r"https?://\S+")


def verbatim(raw: str) -> str:
    """Return the text of an address or identifier, with the escapes of LaTeX and of web pages taken off.

    BibLaTeX reads such a value as it stands, and most are; what is no LaTeX stays as it is.
    """
    if "\\" not in raw and "{" not in raw and "$" not in raw:
        return undo_entities(" ".join(raw.split()))
    text = _URL_MACRO.sub(r"\1", _HREF.sub(r"\1", _MATH_SIGN.sub(r"\1", raw)))
    escaped = text.replace("$\\sim$", "\\textasciitilde{}")
    text = _ESCAPED.sub(r"\1", escaped).strip()
    if "\\" in text and not _NO_LATEX.search(text):
        decoded = decode(escaped)
        text = text if decoded.unknown else decoded.text
    elif text.startswith("{") and closing_brace(text, 0) == len(text) - 1:
        text = text[1:-1].strip()
    return undo_entities(text)


def path(raw: str) -> str:
    """Return the text of a field with paths, which is as it stands: there a backslash separates folders."""
    text = _WRAP.sub(" ", raw).strip()
    return _NAMED_BRACE.sub(lambda found: "{" if found[1] == "left" else "}", text)


def read_identifiers(draft: Draft, file: BibtexFile) -> None:
    """Step: set `doi`, `isbn`, `issn` and `url`; what is none of them is kept in `extra` and reported."""
    fields = draft.fields
    if "doi" in fields:
        _read_doi(draft)
    if "isbn" in fields:
        _read_numbers(draft, "isbn", normal_isbn, normal_issn)
    if "issn" in fields:
        _read_numbers(draft, "issn", normal_issn, normal_isbn)
    url = verbatim(fields.pop("url")) if "url" in fields else ""
    if not url and "howpublished" in fields and _ADDRESS.fullmatch(verbatim(fields["howpublished"])):
        url = verbatim(fields.pop("howpublished"))
    draft.known["url"] = url or None
    if not draft.known.get("doi") and "doi" not in draft.extra:
        draft.known["doi"] = _doi_elsewhere(draft, url)


def _doi_elsewhere(draft: Draft, url: str) -> str | None:
    """Return the DOI in an address, or in a note that says nothing else; both stay as they are."""
    if "doi" in url and (doi := doi_of_address(url)):
        return doi
    if "doi" in (ee := draft.fields.get("ee", "")) and (doi := doi_of_address(verbatim(ee))):
        return doi
    note = draft.fields.get("note", "")
    if "10." in note and _ONLY_DOI.fullmatch(text := verbatim(note)):
        try:
            return normal_doi(text)
        except ValueError:
            return None
    return None


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


def _read_numbers(draft: Draft, name: str, normal: Callable[[str], str], other: Callable[[str], str]) -> None:
    """Read the numbers of a field; one of the other kind (an ISBN in `issn`) goes where it belongs."""
    raw = draft.fields.pop(name)
    if not raw.strip():
        return
    good, bad = read_number_list(decode(raw).text, normal)
    draft.known[name] = tuple(dict.fromkeys((*draft.known.get(name, ()), *good)))
    misplaced, bad_too = read_number_list("; ".join(text for text, _ in bad), other) if bad else ((), [])
    if misplaced:
        elsewhere = "isbn" if name == "issn" else "issn"
        draft.known[elsewhere] = tuple(dict.fromkeys((*draft.known.get(elsewhere, ()), *misplaced)))
        bad = [(text, why) for text, why in bad if text in {left for left, _ in bad_too}]
    for text, why in bad:
        draft.lose(name, text, why)
    if bad:
        draft.extra[name] = ", ".join(text for text, _ in bad)
