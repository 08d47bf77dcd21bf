"""Compare cases dimension by dimension, as JSON and as a table: rows and columns as they are chosen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from commonplace.derived.graph.snapshot import Snapshot
from commonplace.library.comparison import NAMES, Choices, compare
from commonplace.library.comparison_schemas import (
    ComparedCell,
    ComparedValue,
    Comparison,
    Dimension,
    DimensionGroup,
    RowsBy,
)
from commonplace.library.named_things import named_thing
from commonplace.model.table_text import table_row
from commonplace.web import answers
from commonplace.web.api.reading.things import states_at
from commonplace.web.context import Context, ContextDep
from commonplace.web.http.negotiation import CSV, JSON, choose_of_list
from commonplace.web.http.parameters import At, only_known_parameters
from commonplace.web.http.router import Router
from commonplace.web.in_workers import Cost, WorkerRoute, costly, in_large_library

router = Router(tags=["cases"], dependencies=[Depends(only_known_parameters)], route_class=WorkerRoute)

SORTED_BY = ("label", *NAMES)
"""What rows may be sorted by."""


class ComparisonQuery(BaseModel):
    """Parameters of `/comparison`: version, rows and columns, and how they are shown."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    at: At = None
    cases: list[str] = Field(
        default=[], description="a case's key or IRI: only these cases; may be given more than once"
    )
    dimensions: list[Dimension] = Field(default=[], description="only these dimensions; may be given more than once")
    fold: list[DimensionGroup] = Field(
        default=[],
        description="dimensions of this group in one column, which counts those that are stated; may be given more "
        "than once",
    )
    group: RowsBy | None = Field(
        default=None,
        description="one row for the cases that have it in common: a `study` that does not tell them apart, the work "
        "that is their `source`, or the value of a dimension (a case with several is in several rows)",
    )
    sort: str = Field(
        default="label",
        pattern=f"^-?({'|'.join(SORTED_BY)})$",
        description="order of the rows: by `label` or a dimension, with `-` before it for the reverse; rows without a "
        "value come last",
    )
    transpose: bool = Field(default=False, description="whether the table has the dimensions as rows")

    def choices(self, snapshot: Snapshot, context: Context, language: str) -> Choices:
        """Return what is compared at a version, named in a language. Raises `BadRequest` for an absent case."""
        nodes = [named_thing(snapshot, context.minter, "case", one, "cases") for one in dict.fromkeys(self.cases)]
        return Choices(
            cases=tuple(dict.fromkeys(nodes)),
            dimensions=tuple(self.dimensions),
            fold=tuple(self.fold),
            group=self.group,
            sort=self.sort,
            transpose=self.transpose,
            language=language,
        )


def comparing(context: Context, asked: ComparisonQuery, language: str = "en") -> Callable[[Snapshot], Comparison]:
    """Return a function that makes the comparison asked for from the snapshot about to be read."""
    states = states_at(context, asked.at)
    return lambda snapshot: compare(
        snapshot, context.minter, states(snapshot), asked.choices(snapshot, context, language)
    )


@router.get(
    "/comparison",
    response_model=Comparison,
    responses={200: {"content": {CSV.media_type: {"schema": {"type": "string"}}}}},
    summary="Cases compared dimension by dimension",
)
@router.get("/comparison.json", include_in_schema=False)
@router.get("/comparison.csv", include_in_schema=False)
@costly(Cost(when=in_large_library))
def comparison(request: Request, context: ContextDep, asked: Annotated[ComparisonQuery, Query()]) -> Response:
    """Answer with cases as rows and dimensions as columns, each cell with its values, their certainty and sources.

    An empty cell says whether the works that describe the case were read for it. What is of low certainty is not
    stated of a case, and marked so. CSV has the rows and columns as they are chosen, folded, sorted and transposed.
    """
    form = choose_of_list(request, [JSON, CSV])
    compared = comparing(context, asked)

    def make(snapshot: Snapshot) -> bytes:
        found = compared(snapshot)
        return found.json_bytes() if form is JSON else table(found)

    return answers.versioned(request, form, asked.at, make)


def table(found: Comparison) -> bytes:
    """Return a comparison as CSV (RFC 4180), as it is shown."""
    rows = [["case", *(column.name for column in found.columns)]]
    rows += [[row.label or "not stated", *map(_text, row.cells)] for row in found.rows]
    if found.transpose:
        rows = [list(row) for row in zip(*rows, strict=True)]
    return "".join(map(table_row, rows)).encode()


def _text(cell: ComparedCell) -> str:
    if cell.of is not None:
        return f"{cell.stated} of {cell.of}"
    return "; ".join(map(_value, cell.values)) or cell.state.replace("-", " ")


def _value(value: ComparedValue) -> str:
    said = [
        value.certainty or "",
        "" if value.stated else "not counted",
        f"{value.cases} cases" if value.cases > 1 else "",
    ]
    words = ", ".join(word for word in said if word)
    return f"{value.label} ({words})" if words else value.label
