"""Name the licences of texts, and tell those that let anybody pass a text on."""

from __future__ import annotations

import re
from typing import Final

from commonplace.errors import Message

SPDX: Final = "http://spdx.org/licenses/"
"""Beginning of the IRIs of the SPDX License List."""

OPEN: Final = frozenset(
    [
        *("CC0-1.0", "CC-PDDC", "CC-PDM-1.0", "PDDL-1.0", "Unlicense", "0BSD"),
        *(f"CC-BY-{version}" for version in ("1.0", "2.0", "2.5", "3.0", "4.0")),
        *(f"CC-BY-SA-{version}" for version in ("1.0", "2.0", "2.5", "3.0", "4.0")),
        *(f"CC-BY-ND-{version}" for version in ("1.0", "2.0", "2.5", "3.0", "4.0")),
        *("OGL-UK-1.0", "OGL-UK-2.0", "OGL-UK-3.0", "OGL-Canada-2.0", "etalab-2.0", "ODC-By-1.0"),
        *("GFDL-1.1-or-later", "GFDL-1.2-or-later", "GFDL-1.3-or-later", "FreeBSD-DOC", "OPL-1.0"),
    ]
)
"""SPDX identifiers of licences under which anybody may pass a text on, for any purpose.

Licences for non-commercial use are not among them: a program cannot tell who asks, and for what.
"""

_IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+-]{0,99}")
_ADDRESS = re.compile(r"https?://[^\s<>\"{}|\\^`]{1,1000}")
_CREATIVE_COMMONS = re.compile(
    r"https?://(?:www\.)?creativecommons\.org/(?:licenses/(?P<terms>[a-z-]+)|publicdomain/(?P<public>zero|mark))"
    r"/(?P<version>\d\.\d)(?:/.*)?",
    re.IGNORECASE,
)
_BY_NAME = {name.lower(): name for name in OPEN}


def licence_iri(given: str) -> str:
    """Return the IRI of a licence that is named by its SPDX identifier or by an address.

    Raises `ValueError` for what is neither.
    """
    text = given.strip()
    if _ADDRESS.fullmatch(text):
        return text
    if _IDENTIFIER.fullmatch(text):
        return SPDX + _BY_NAME.get(text.lower(), text)
    raise ValueError(
        Message("%(given)r is neither an SPDX identifier (CC-BY-4.0) nor the address of a licence", given=given)
    )


def licence_name(iri: str) -> str:
    """Return the SPDX identifier of a licence, of those of Creative Commons also by their addresses; else the IRI."""
    for beginning in (SPDX, SPDX.replace("http:", "https:", 1)):
        if iri.startswith(beginning):
            return iri.removeprefix(beginning).removesuffix(".html")
    found = _CREATIVE_COMMONS.fullmatch(iri)
    if not found:
        return iri
    if public := found["public"]:
        return f"CC0-{found['version']}" if public.lower() == "zero" else f"CC-PDM-{found['version']}"
    return f"CC-{found['terms'].upper()}-{found['version']}"


def is_open(iri: str | None) -> bool:
    """Return whether a licence lets anybody pass a text on. No licence does not."""
    return iri is not None and _BY_NAME.get(licence_name(iri).lower()) is not None
