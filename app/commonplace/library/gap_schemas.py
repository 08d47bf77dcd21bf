"""Define the JSON of the gap map, as models."""

from __future__ import annotations

from pydantic import Field

from commonplace.library.schemas import ApiModel, Completeness, Link


class GapConcept(Link):
    """A row of the gap map."""

    depth: int = Field(description="steps from the top of the tree of concepts")


class GapContext(Link):
    """A column of the gap map."""

    works: int = Field(description="number of works about the context")
    cases: int = Field(description="number of cases in it, as far as their sources tell cases apart")


class GapCell(ApiModel):
    """What the works about a context say of a concept: `works`, `silent` and `unread` add up to them."""

    concept: str
    context: str
    works: int = Field(description="number of works that discuss it")
    certainty: str | None = Field(default=None, description="the best certainty among these")
    silent: int = Field(description="number of works that were read on it and say nothing")
    unread: int = Field(description="number of works that nobody has read on it")
    cases: int = Field(description="number of cases in the context that show it")
    discussing: list[Link] | None = None
    silent_works: list[Link] | None = None
    unread_works: list[Link] | None = None
    showing: list[Link] | None = None


class GapMap(ApiModel):
    """Concepts by contexts: where the literature has something to say, is silent, or was not read."""

    concepts: list[GapConcept]
    contexts: list[GapContext]
    cells: list[GapCell] = Field(description="row by row")
    gaps: int = Field(description="number of cells without any work or case")
    complete: Completeness = "complete"
    version: int
