"""Say what the map of the library is made of: things, the links between them, and where each thing stands."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from commonplace.library.schemas import ApiModel, Completeness

Relation = Literal["cites", "discusses", "narrower"]
"""A kind of link: from a work to a work, from a work to a concept, from a concept to a narrower one."""

RELATIONS: tuple[Relation, ...] = ("cites", "discusses", "narrower")

Layout = Literal["network", "year"]
"""How things are placed: near what they are linked to, or by the year of the work."""


class MapNode(ApiModel):
    """A work or concept on the map."""

    id: str = Field(description="kind and key: `work/ostrom1996`; unique on the map")
    kind: Literal["work", "concept"]
    key: str
    label: str = Field(description="the label of a concept; first author and year of a work")
    title: str | None = Field(default=None, description="title of a work")
    year: int | None = None
    status: str | None = Field(default=None, description="`retracted`, `withdrawn`, `corrected` and so on")
    links: int = Field(description="number of links to things that the filters leave, before the map is cut to `limit`")
    community: int = Field(description="number of the group that is linked among itself most; 0 is the largest")
    x: float = Field(description="in `network` from -1 to 1; by year the year of a work")
    y: float


class MapEdge(ApiModel):
    """A link between two things on the map."""

    source: str = Field(description="`id` of the citing work, of the work that discusses, or of the broader concept")
    target: str
    relation: Relation
    confirmation: str | None = Field(
        default=None,
        description="of a citation `confirmed`, `probable` or `recalled`, and `ambiguous` where it may mean another "
        "work; of what a work discusses its certainty",
    )


class LinksMap(ApiModel):
    """Things by number of links, most first, and the links between them."""

    nodes: list[MapNode]
    edges: list[MapEdge]
    total: int = Field(description="number of linked things that the filters leave; `nodes` has `limit` of them")
    found: list[str] | None = Field(default=None, description="`id` of each thing that has the words of `q`")
    layout: Layout
    complete: Completeness
    version: int
