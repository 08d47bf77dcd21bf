"""Define the JSON of answers that are kept, as models."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from commonplace.library.schemas import AffectingWork, ApiModel


class Pin(ApiModel):
    """A question that was asked of the library, kept with the version and a hash of the answer, to be cited."""

    iri: str = Field(description="the permalink: it leads here for ever")
    key: str
    kind: Literal["pin"] = "pin"
    asks: str = Field(description="path and query of the question, without the version")
    asked_version: int = Field(description="the version that answered")
    address: str = Field(description="the question at that version")
    answer_hash: str = Field(description="SHA-256 of the answer in its canonical form")
    media_type: str | None = Field(default=None, description="the form that was asked for")
    title: str | None = None
    note: str | None = None
    agent: str | None = None
    at: str | None = None
    affected_by: list[AffectingWork] | None = Field(
        default=None,
        description="works that the answer names and that were retracted, withdrawn or corrected since, or before, or "
        "of which there is concern",
    )
    citation: str = Field(description="how to cite it, as text")
    answer: str = Field(description="address of the answer, asked again")
    difference: str = Field(description="address of what has changed since")
    version: int


class PinnedAnswer(ApiModel):
    """An answer that was kept, and whether the library still gives it when it is asked at that version."""

    pin: str
    address: str
    asked_version: int
    answer_hash: str
    holds: bool | None = Field(
        default=None,
        description="whether the answer asked again has that hash; absent where an earlier version cannot be asked",
    )
    found_hash: str | None = Field(default=None, description="hash of the answer asked again")
    why: str | None = Field(default=None, description="why it could not be asked again")
    kept: Any = Field(description="the answer in its canonical form, as it was kept")
    version: int


class PinDifference(ApiModel):
    """One entry of an answer that is no longer there, is new, or has changed."""

    change: Literal["added", "removed", "changed"]
    name: str
    members: list[str] | None = Field(default=None, description="of one that changed: the members that differ")
    then: Any = None
    now: Any = None
