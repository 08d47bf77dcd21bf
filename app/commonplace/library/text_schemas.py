"""Define the JSON of the texts of works."""

from __future__ import annotations

from pydantic import Field

from commonplace.library.schemas import ApiModel, TextOfWork


class PageOfText(ApiModel):
    """One page of a text."""

    page: int = Field(description="number in the file, from 1")
    text: str


class KeptText(TextOfWork):
    """The text of a work, page by page."""

    work: str = Field(description="key of the work")
    work_iri: str
    pages: list[PageOfText] | None = Field(default=None, description="left out where a text is put")
    version: int
