"""Say in the variables of CSL what BibLaTeX's `eprint` fields say of a place in an electronic archive.

Sources: the BibLaTeX 3.20 manual, section 3.14.7 (electronic publishing), for the names; each archive's own pages
for the form of its addresses.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

_ARCHIVES = {
    "arxiv": ("arXiv", "https://arxiv.org/abs/"),
    "googlebooks": ("Google Books", "https://books.google.com/books?id="),
    "hal": ("HAL", "https://hal.science/"),
    "hdl": ("Handle", "https://hdl.handle.net/"),
    "jstor": ("JSTOR", "https://www.jstor.org/stable/"),
    "pubmed": ("PubMed", "https://pubmed.ncbi.nlm.nih.gov/"),
    "ssrn": ("SSRN", "https://ssrn.com/abstract="),
}
"""BibLaTeX's `eprinttype` in small letters, to the name that is printed, and what its addresses begin with."""

_ARXIV = re.compile(
    r"(?:arxiv:\s*|https?://arxiv\.org/(?:abs|pdf)/)?((?:\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})(?:v\d+)?)"
    r"(?:\.pdf)?(?:\s*\[[^\]]*\])?",
    re.IGNORECASE,
)


class Eprint(NamedTuple):
    """Hold a place in an archive. `number` names the archive where its numbers are cited so (`arXiv:2101.00001`)."""

    archive: str
    identifier: str
    number: str
    url: str | None


def eprint_of(fields: Mapping[str, str]) -> Eprint | None:
    """Return the archive and number in a record's other fields, None where there is none."""
    text = fields.get("eprint", "").strip()
    kind = (fields.get("eprinttype") or fields.get("archiveprefix") or "").strip()
    arxiv = _ARXIV.fullmatch(text) if not kind or kind.lower() == "arxiv" else None
    if arxiv:
        return arxiv_eprint(arxiv[1])
    if not text or not kind:
        return None
    name, address = _ARCHIVES.get(kind.lower().replace(" ", ""), (kind, None))
    if "://" in text:
        return Eprint(name, text, text, text)
    return Eprint(name, text, text, address + text if address else None)


def arxiv_eprint(identifier: str) -> Eprint:
    """Return the place of a preprint in arXiv by its number there."""
    name, address = _ARCHIVES["arxiv"]
    return Eprint(name, identifier, f"{name}:{identifier}", address + identifier)


def arxiv_number(text: str) -> str | None:
    """Return the number in a text such as `arXiv:2101.00001 [cs.DL]`; None where the archive is not named in it."""
    found = _ARXIV.fullmatch(text.strip()) if "arxiv" in text.lower() else None
    return found[1] if found else None
