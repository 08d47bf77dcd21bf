"""Define the JSON of what a search finds."""

from __future__ import annotations

from pydantic import Field

from commonplace.library.schemas import ApiModel, Completeness, Link


class Found(ApiModel):
    """One thing a search found, best first."""

    iri: str
    kind: str
    key: str
    title: str
    snippet: str | None = Field(
        default=None, description="plain text of its own: around what matched, else where its running text begins"
    )
    found_by: list[Link] | None = Field(
        default=None,
        description="concepts and claims that it speaks of and whose labels matched: these are not its words. `label` "
        "is in the language of the label that did, English where several did alike",
    )


class FoundOfKind(ApiModel):
    """What a search found of one kind of thing: how many there are, the best of them, and the address of all."""

    kind: str
    total: int
    items: list[Found]
    all: str


class FoundWhileTyping(ApiModel):
    """What a search found so far, kind by kind. What is not shown of a kind is at the address of all of it."""

    kinds: list[FoundOfKind]
    complete: Completeness
    version: int
