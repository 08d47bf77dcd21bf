"""Define the JSON of what a search finds."""

from __future__ import annotations

from pydantic import Field

from commonplace.library.schemas import ApiModel, Completeness, Link, Page


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


class FoundInText(ApiModel):
    """A work that a search found by a page of its text."""

    work: Link
    page: int = Field(description="the first page of the text, from 1, on which all words stand")
    snippet: str = Field(description="the piece of that page that holds most of them")


class FoundInTexts(ApiModel):
    """The works with a page of text on which all words of a search stand, those first with most of such pages."""

    items: list[FoundInText] = Field(description="ten at most")
    total: int = Field(description="the number of works")


class FoundEverywhere(Page[Found]):
    """One page of what a search found, and beside it the works that were found by their texts."""

    in_texts: FoundInTexts | None = Field(
        default=None,
        description="works found by texts: by openly licensed ones, with a token by all. Left out where there are "
        "none, on all pages but the first, and where only things of other kinds are asked for",
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
