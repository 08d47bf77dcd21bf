"""Shapes of the answers of a reconciliation service, as the JSON schemas of its specification (0.2) have them.

They are stricter than those: a member that the schemas do not name is a fault.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, model_validator

Url = Annotated[str, StringConstraints(pattern=r"^https?://")]
Name = Annotated[str, StringConstraints(min_length=1)]


class Shape(BaseModel):
    """A JSON object with those members and no other."""

    model_config = ConfigDict(extra="forbid", strict=True)


class TypeShape(Shape):
    id: Name
    name: Name
    description: str | None = None


class ViewShape(Shape):
    url: Annotated[str, StringConstraints(pattern=r".*\{\{id\}\}.*")]


class PreviewShape(ViewShape):
    width: int
    height: int


class ServiceShape(Shape):
    service_url: Url
    service_path: str


class SuggestShape(ServiceShape):
    flyout_service_url: Url | None = None
    flyout_service_path: Annotated[str, StringConstraints(pattern=r".*\$\{id\}.*")] | None = None


class SuggestsShape(Shape):
    entity: SuggestShape
    property: SuggestShape
    type: SuggestShape


class SettingShape(Shape):
    name: str
    label: str
    type: Literal["number"]
    default: int | float
    help_text: str


class ExtendShape(Shape):
    propose_properties: ServiceShape
    property_settings: list[SettingShape]


class Manifest(Shape):
    """A service manifest that offers everything."""

    versions: list[str]
    name: Name
    identifierSpace: Url
    schemaSpace: Url
    serviceVersion: str
    documentation: Url
    defaultTypes: list[TypeShape]
    view: ViewShape
    preview: PreviewShape
    suggest: SuggestsShape
    extend: ExtendShape
    batchSize: int


class Feature(Shape):
    id: Name
    value: bool | int | float


class Candidate(Shape):
    """A reconciliation candidate."""

    id: Name
    name: Name
    description: str | None = None
    type: list[TypeShape]
    score: Annotated[float, Field(ge=0, le=100)]
    match: bool
    features: list[Feature]

    @model_validator(mode="after")
    def features_differ(self) -> Candidate:
        """Refuse two features of one name."""
        assert len({one.id for one in self.features}) == len(self.features)
        return self


class Result(Shape):
    result: list[Candidate]

    @model_validator(mode="after")
    def sorted_by_score(self) -> Result:
        """Refuse an order other than by falling score."""
        assert self.result == sorted(self.result, key=lambda one: -one.score)
        return self


Results = TypeAdapter(dict[str, Result])


class SuggestedEntity(Shape):
    id: Name
    name: Name
    description: str | None = None
    notable: list[TypeShape]


class SuggestedEntities(Shape):
    result: list[SuggestedEntity]


class Suggested(Shape):
    """Suggested types or properties."""

    result: list[TypeShape]


class ProposedProperty(Shape):
    id: Name
    name: Name


class Proposal(Shape):
    properties: list[ProposedProperty]
    type: str | None = None
    limit: int | None = None


class TextCell(Shape):
    str: str


class NumberCell(Shape):
    int: int


class EntityCell(Shape):
    id: Name
    name: Name


class Column(Shape):
    id: Name
    name: Name
    type: TypeShape | None = None


class Extension(Shape):
    """A data extension response."""

    meta: list[Column]
    rows: dict[str, dict[str, list[TextCell | NumberCell | EntityCell]]]


class Flyout(Shape):
    id: Name
    html: Name


def results(answer: Any) -> dict[str, Result]:
    """Return a result batch. Raises pydantic's ValidationError where it is none."""
    return Results.validate_python(answer, strict=True)
