"""Know the queries whose answers are kept by their texts: a changed text asks for something else."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from types import MappingProxyType
from typing import Literal

KeptAnswer = Literal["most-cited", "works-discussing"]

_TEXTS: Mapping[str, str] = MappingProxyType(
    {
        "most-cited": "43805c8cd8e40498",
        "works-discussing": "32cef412adac3027",
    }
)
"""Of each kept answer the digest of the SPARQL that gives it. Who changes a query writes the new one here, once what is
kept follows the change (`citation_counts`, `works_discussing`)."""


def has_kept_text(kept: KeptAnswer | None, text: str) -> bool:
    """Return whether the SPARQL of a query is that of the answer kept by that name."""
    return kept is not None and _TEXTS[kept] == digest(text)


def digest(text: str) -> str:
    """Return what tells one text of a query from others, however its lines end."""
    return sha256("\n".join(text.split()).encode()).hexdigest()[:16]
