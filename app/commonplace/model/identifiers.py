"""Bring identifiers of works and people (DOI, ISBN, ISSN, ORCID) into one normal form each.

Every `normal_*` function takes any usual spelling and returns the form to show; it raises
`ValueError` with a message for people when the text is no such identifier. Every `*_key`
function folds a normal form to the one string that equal identifiers share.

Sources: DOI Handbook 2.2 and 2.4 (syntax, ASCII case insensitivity); ISO 2108 and ISO 3297
check digits, through python-stdnum; ISO 27729 (ISNI), which ORCID is a block of.
"""

from __future__ import annotations

import html
import re
import string
from urllib.parse import unquote

from stdnum import isbn as _isbn
from stdnum import issn as _issn
from stdnum.exceptions import InvalidChecksum, InvalidComponent, InvalidLength, ValidationError
from stdnum.iso7064 import mod_11_2

from commonplace.errors import Message
from commonplace.model.xml_characters import forbidden, visible

_DOI = re.compile(r"10\.\d{3,9}(?:\.\d+)*/\S+")
_BARE_DOI = re.compile(r"10\.[0-9]{3,9}/[A-Za-z0-9._/-]*[A-Za-z0-9]")
"""Matches a DOI with nothing around it, as most are: such a text is its own normal form."""

_LONGEST_DOI = 4096
_DOI_IN_ADDRESS = re.compile(r"(?:https?://|www\.|dx\.|doi\.org/)\S*?(?=10\.\d{3,9}(?:\.\d+)*(?:/|%2F))", re.IGNORECASE)
_DOI_LABEL = re.compile(r"(?:urn:doi:|info:doi/|doi)[\s:=]*(?=10\.|https?://)", re.IGNORECASE)
_RESOLVER = re.compile(r"(?:https?://)?(?:dx\.|www\.)?doi\.org/10\.\d", re.IGNORECASE)
_PERCENT = re.compile(r"%[0-9A-Fa-f]{2}")
_ASCII_FOLD = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)
_CLOSERS = {")": "(", "]": "[", "}": "{", ">": "<"}
_DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2212"), "-")
_ISBN_LABEL = re.compile(r"(?:e-?|print |online )?isbn(?:-?1[03])?[\s:]*(?=[\dX])", re.IGNORECASE)
_ISSN_LABEL = re.compile(r"(?:e-?|p-?|print |online )?issn(?:-l)?[\s:]*(?=\d)", re.IGNORECASE)
_BASE_32 = "0123456789abcdefghjkmnpqrstvwxyz"
_ROR = re.compile(rf"(?:(?:https?://)?(?:www\.)?ror\.org/)?(0[{_BASE_32}]{{6}})(\d\d)/?")
_ORCID = re.compile(
    r"(?:(?:https?://)?(?:www\.)?orcid\.org/|orcid[\s:]*)?(\d{4})-?(\d{4})-?(\d{4})-?(\d{3}[\dX])/?", re.IGNORECASE
)


def normal_doi(text: str) -> str:
    """Return the bare DOI (`10.1016/0305-750X(96)00023-X`) in the case it came in.

    Accepts `https://doi.org/…`, `dx.doi.org`, publishers' and proxies' addresses, `doi:`,
    `info:doi/`, percent-encoding, HTML entities and punctuation left by a sentence.
    Raises `ValueError` when no DOI is left, e.g. for a handle.
    """
    if len(text) > _LONGEST_DOI:
        raise ValueError(Message("not a DOI: it has %(count)s characters", count=len(text)))
    if _BARE_DOI.fullmatch(text):
        return text
    rest = html.unescape(text.strip()) if "&" in text else text.strip()
    rest = rest.lstrip("<([\"'").strip()
    for label in (_DOI_LABEL, _DOI_IN_ADDRESS, _DOI_LABEL):
        found = label.match(rest)
        if found:
            rest = rest[found.end() :]
    if _PERCENT.search(rest):
        rest = unquote(rest)
    rest = _without_trailing_punctuation(rest)
    if not rest:
        raise ValueError("empty, so not a DOI")
    if not rest.startswith("10."):
        raise ValueError(Message("not a DOI: it must begin with '10.', and this is %(text)r", text=text.strip()))
    if name := forbidden(rest):
        raise ValueError(
            Message("not a DOI: it has the character %(name)s in it: %(text)r", name=name, text=visible(text.strip()))
        )
    if not _DOI.fullmatch(rest):
        why = "it has a space in it" if re.search(r"\s", rest) else "it must be '10.', digits, '/' and a suffix"
        raise ValueError(f"not a DOI: {why}: {text.strip()!r}")
    return rest


def doi_of_address(address: str) -> str | None:
    """Return the DOI whose resolver's address this is (`https://doi.org/10.…`); None for any other address."""
    if not _RESOLVER.match(address):
        return None
    try:
        return normal_doi(address)
    except ValueError:
        return None


def doi_key(doi: str) -> str:
    """Return the text that equal DOIs share: ASCII letters in lower case, the rest as it is."""
    return doi.translate(_ASCII_FOLD)


def normal_isbn(text: str) -> str:
    """Return the ISBN with its hyphens in the right places, ten or thirteen digits as it came.

    Raises `ValueError` when the length or the check digit is wrong.
    """
    compact = _without_label(text, _ISBN_LABEL).replace("-", "").replace(" ", "").upper()
    try:
        formatted = str(_isbn.format(_isbn.validate(compact)))
    except InvalidChecksum as fault:
        raise ValueError(Message("not an ISBN: the check digit of %(text)r is wrong", text=text.strip())) from fault
    except ValidationError as fault:
        raise ValueError(
            Message("not an ISBN: %(text)r (%(why)s)", text=text.strip(), why=_why_no_number(fault))
        ) from fault
    return formatted


def normal_issn(text: str) -> str:
    """Return the ISSN as `0305-750X`. Raises `ValueError` when the length or the check digit is wrong."""
    compact = _without_label(text, _ISSN_LABEL).replace("-", "").replace(" ", "").upper()
    try:
        return str(_issn.format(_issn.validate(compact)))
    except InvalidChecksum as fault:
        raise ValueError(Message("not an ISSN: the check digit of %(text)r is wrong", text=text.strip())) from fault
    except ValidationError as fault:
        raise ValueError(
            Message("not an ISSN: %(text)r (%(why)s)", text=text.strip(), why=_why_no_number(fault))
        ) from fault


def _why_no_number(fault: ValidationError) -> str:
    """Return what is wrong with the form of an ISBN or ISSN."""
    if isinstance(fault, InvalidLength):
        return "its length is not that of such a number"
    if isinstance(fault, InvalidComponent):
        return "it does not begin as such a number does"
    return "it has other characters than such a number has"


def normal_orcid(text: str) -> str:
    """Return the ORCID as `0000-0002-1825-0097`, from that form or its address.

    Raises `ValueError` when the form or the check digit is wrong.
    """
    found = _ORCID.fullmatch(text.strip().translate(_DASHES))
    if not found:
        raise ValueError(Message("not an ORCID: it must be four groups of four digits: %(text)r", text=text.strip()))
    orcid = "-".join(found.groups()).upper()
    if not mod_11_2.is_valid(orcid.replace("-", "")):
        raise ValueError(Message("not an ORCID: the check digit of %(text)r is wrong", text=text.strip()))
    return orcid


def _without_label(text: str, label: re.Pattern[str]) -> str:
    rest = text.strip().translate(_DASHES).strip(".;,()[]")
    found = label.match(rest)
    return rest[found.end() :] if found else rest


def _without_trailing_punctuation(doi: str) -> str:
    """Drop what a sentence or a bracket around the DOI left at its end; keep a SICI's own brackets."""
    while doi:
        last = doi[-1]
        if (
            last in ".,;:'\"\\ "
            or (last in "}" and doi.count("}") > doi.count("{"))
            or (last in _CLOSERS and doi.count(last) > doi.count(_CLOSERS[last]))
        ):
            doi = doi[:-1]
        else:
            break
    return doi


def normal_ror(text: str) -> str:
    """Return the ROR as `03yrm5c26`, from that form or its address.

    Raises `ValueError` when the form or the check digits are wrong. ROR counts in Crockford's base 32, and checks as
    ISO/IEC 7064, MOD 97-10 does.
    """
    found = _ROR.fullmatch(text.strip().lower())
    if not found:
        raise ValueError(
            Message("not a ROR: it must be 0, six letters or digits and two digits: %(text)r", text=text.strip())
        )
    number = 0
    for character in found[1]:
        number = number * 32 + _BASE_32.index(character)
    if 98 - number * 100 % 97 != int(found[2]):
        raise ValueError(Message("not a ROR: the check digits of %(text)r are wrong", text=text.strip()))
    return f"{found[1]}{found[2]}"
