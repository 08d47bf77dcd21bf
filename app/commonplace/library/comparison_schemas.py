"""Define the JSON of the comparison of cases, as models."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from commonplace.library.schemas import ApiModel, Completeness, Link

CellState = Literal["stated", "uncertain", "not-stated", "silent", "unread"]

Dimension = Literal[
    "country",
    "place",
    "context",
    "sector",
    "activity",
    "initiator",
    "leader",
    "form",
    "possible_form",
    "professional_role",
    "skill",
    "challenge",
    "enabling_condition",
]
"""The dimensions that cases are compared by, in the order of the columns."""

DimensionGroup = Literal["setting", "lead", "forms", "professionals", "conditions"]
"""The dimensions by what they are about."""

RowsBy = Literal["study", "source", Dimension]
"""What the cases of one row may have in common."""

STATES = (
    "`stated`; `uncertain`: said of the field at large, or of low certainty, and not counted as a fact of the case; "
    "`not-stated`: works that describe the case were read for it, and give no such value; `silent`: they were read on "
    "every value that the dimension has in the library, and say nothing; `unread`: no work was read for the case"
)


class ValueSource(ApiModel):
    """What a work says of a value: where, in which words, and how surely."""

    case: str = Field(description="key of the case that it is said of")
    iri: str = Field(description="of the characteristic")
    work: str
    directness: str
    certainty: str
    locator: str | None = None
    quote: str | None = None
    note: str | None = None


class ComparedValue(ApiModel):
    """A value of a dimension, with the best of what works say of it."""

    label: str
    iri: str | None = Field(default=None, description="of the concept, where the value is one")
    stated: bool = Field(description="whether it counts as a fact of the case")
    cases: int = Field(description="number of cases of the row that have it, as far as their sources tell cases apart")
    directness: str | None = None
    certainty: str | None = None
    sources: list[ValueSource] = Field(default=[])


class ComparedCell(ApiModel):
    """What is known of some cases in a dimension, or in a group of dimensions folded into one column."""

    state: CellState = Field(description=STATES)
    values: list[ComparedValue] = Field(default=[])
    stated: int | None = Field(default=None, description="of a folded column: number of its dimensions that are stated")
    of: int | None = Field(default=None, description="of a folded column: number of its dimensions")


class ComparedColumn(ApiModel):
    """A column: a dimension, or a group of dimensions that is folded into one."""

    name: str
    folded: bool
    dimensions: list[Dimension]


class ComparedRow(ApiModel):
    """A row: a case, or the cases that are folded into it."""

    label: str | None = Field(
        default=None, description="of the case, or what its cases have in common; absent where they lack that"
    )
    cases: list[Link]
    told_apart: int = Field(description="number of its cases, as far as their sources tell cases apart")
    study: int | None = Field(
        default=None, description="place in `studies`, from 1, where its cases are of one of them"
    )
    affected: bool | None = Field(
        default=None, description="true where it rests on a work that was retracted or withdrawn, or is in concern"
    )
    cells: list[ComparedCell] = Field(description="one for each column")


class Study(ApiModel):
    """Cases of one study that nothing in the source tells apart: they count as one."""

    cases: list[Link]
    works: list[Link] = Field(description="the works that describe them")


class Comparison(ApiModel):
    """Cases by dimensions."""

    columns: list[ComparedColumn]
    rows: list[ComparedRow]
    studies: list[Study]
    cases: int = Field(description="number of cases that are compared")
    told_apart: int = Field(description="number of these, as far as their sources tell cases apart")
    total: int = Field(description="number of cases of the library")
    transpose: bool = Field(description="whether table and page have the dimensions as rows")
    complete: Completeness
    version: int
