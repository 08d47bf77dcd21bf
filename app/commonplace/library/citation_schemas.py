"""Define the JSON of citations, and of the references of a work."""

from __future__ import annotations

from pydantic import Field

from commonplace.library.schemas import ApiModel, Page, Work


class Citation(ApiModel):
    """One citation between two works, with how sure it is."""

    work: Work
    confirmation: str = Field(description="`confirmed`, `probable`, `ambiguous` …")
    reference_number: int | None = None
    note: str | None = None


class ReferenceText(ApiModel):
    """A reference to a work the library does not hold, as its source printed it."""

    number: int
    text: str
    doi: str | None = None


class References(Page[Citation]):
    """The references of a work: to works of the library in `items`, to others in `as_text`.

    `total` counts the first, `total_as_text` the second; neither is ever cut.
    """

    as_text: list[ReferenceText] = Field(default=[])
    total_as_text: int = 0
