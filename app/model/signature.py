"""What records of one work may have in common: a record is looked up by it before it is compared."""

from __future__ import annotations

from typing import NamedTuple

from app.model.identifiers import doi_key
from app.model.minter import slug
from app.model.record import Record


class Signature(NamedTuple):
    """The key of a record, and its DOI and title in the form in which they are compared; None where it has none."""

    key: str
    doi: str | None
    title: str | None


def signature(record: Record) -> Signature:
    """The signature of that record."""
    return Signature(
        record.key, doi_key(record.doi) if record.doi else None, slug(record.title) if record.title else None
    )
