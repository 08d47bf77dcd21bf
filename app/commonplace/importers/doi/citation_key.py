"""Citation keys for works whose source has none: family name and year, as `ostrom1996`."""

from __future__ import annotations

import re

from commonplace.model.minter import slug
from commonplace.model.record import Record

_SMALL = frozenset("a an and at by de der des die du en et for from in la le les of on the to und une with".split())


def citation_key(record: Record) -> str:
    """First author's or editor's family name (else the first words of the title), and the year, in ASCII."""
    names = record.names("author") or record.names("editor") or record.names("contributor")
    if names:
        body = names[0].literal
        stem = "".join(_words(body)[:3]) if body else slug(names[0].family or "")
    elif record.title:
        stem = "".join(_words(record.title)[:3])
    else:
        stem = slug(record.doi or "work")
    return re.sub(r"-", "", stem)[:40] + (str(record.year) if record.year is not None else "")


def _words(text: str) -> list[str]:
    words = slug(text).split("-")
    return [word for word in words if word not in _SMALL] or words
