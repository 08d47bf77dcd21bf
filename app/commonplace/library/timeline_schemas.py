"""Define the JSON of the timeline, as models."""

from __future__ import annotations

from pydantic import Field

from commonplace.library.schemas import ApiModel, Completeness, Link


class TimelineYear(ApiModel):
    """The works of one year by what they say; `discusses`, `silent` and `unread` add up to `works`."""

    year: int
    works: int
    discusses: int
    direct: int = Field(description="number of those that discuss it directly")
    silent: int
    unread: int
    cases: int = Field(description="number of cases that a work of this year describes first")


class DatedLink(Link):
    """A thing with its year."""

    year: int | None = None


class CaseInTime(Link):
    """A case with the years of the works that describe it."""

    first: int | None = Field(default=None, description="year of the earliest of them")
    last: int | None = Field(default=None, description="year of the latest of them")


class Timeline(ApiModel):
    """Works over the years by what they say of a concept, and the cases that show it."""

    concept: Link | None = None
    years: list[TimelineYear] = Field(description="years with works, in order; those outside of the range are left out")
    first: int | None = Field(default=None, description="year of the earliest work in the range that discusses it")
    last: int | None = Field(default=None, description="year of the latest work in the range that discusses it")
    works: int = Field(description="number of works in the range")
    without_year: int = Field(description="number of works of the library that have no year, and so no place here")
    earliest: list[DatedLink] = Field(description="the earliest works of the whole library that discuss it, 5 at most")
    cases: list[CaseInTime] = Field(
        description="cases that show the concept or a narrower one, or all where no concept is chosen; 500 at most"
    )
    complete: Completeness
    version: int
