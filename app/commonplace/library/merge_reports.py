"""Define the JSON of what a merge does, or would do, and of what takes it back."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from commonplace.library.schemas import ApiModel, Link


class MergedValue(ApiModel):
    """One value of two things that are merged, and what becomes of it."""

    field: str
    name: str = Field(description="of the value: the field, and which of its values where it may have several")
    left: str | None = Field(default=None, description="of the thing that stays")
    right: str | None = Field(default=None, description="of the thing that is merged into it")
    taken: Literal["left", "right", "both", "combined"] = Field(
        description="`both` where they are equal, `combined` where each gives a part"
    )
    why: str
    kept_as: str | None = Field(
        default=None,
        description="how the other value is kept: `alternative` (another title, name or label), `identifiers`, or "
        "`set aside` in the record of the merge; no value is lost",
    )


class Follows(Link):
    """A node that pointed to the merged thing and points to the survivor."""

    property: str


class Collapsed(Link):
    """A node that says what another says already, and became that other."""

    into: str


class MergeReport(ApiModel):
    """What a merge did, or would do."""

    kind: str
    left: Link = Field(description="the thing that stays")
    right: Link = Field(description="the thing that is merged into it; its addresses lead to the other from then on")
    version: int | None = Field(default=None, description="the version that merged them; absent where nothing was done")
    undo: str | None = Field(default=None, description="address to POST to, which takes the version back")
    unmerge: str | None = Field(default=None, description="address to POST to, which takes them apart after edits too")
    survivor: Link | None = Field(default=None, description="where the left was merged again since: what it is now")
    possible: bool = Field(description="whether it can be done so")
    breaks: list[str] | None = Field(default=None, description="the rules that it would break")
    values: list[MergedValue]
    follows: list[Follows] = Field(description="evidence, citations, roles, claims, cases … that follow")
    collapsed: list[Collapsed] = Field(description="of these, what says the same as another")
    set_aside: dict[str, str] = Field(
        description="what the survivor does not say itself; it is in the record of the merge and comes back with "
        "un-merging"
    )


class LaterEditReport(ApiModel):
    """Something that was written on the survivor after the merge, and where it goes."""

    name: str = Field(description="by which `assign` names it")
    before: str | None = None
    after: str | None = Field(default=None, description="absent where the value was taken away")
    to: Literal["left", "right", "both"] = Field(description="`left` is the survivor, `right` what comes back")
    decided: bool = Field(
        description="false where nobody can tell the side: it stays with the survivor unless assigned"
    )
    why: str


class UnmergeReport(ApiModel):
    """What un-merging did, or would do."""

    kind: str
    left: Link = Field(description="the survivor")
    right: Link = Field(description="the thing that comes back")
    merged: int = Field(description="the version that had merged them")
    version: int | None = Field(default=None, description="the version that took them apart")
    undo: str | None = Field(default=None, description="address to POST to, which takes the version back")
    possible: bool = Field(description="whether it can be done so")
    breaks: list[str] | None = Field(default=None, description="the rules that it would break")
    edits: list[LaterEditReport] = Field(description="what was written since, and where it goes")
    undecided: int = Field(description="how many of them nobody can tell the side of, and nobody assigned")
