"""Read what a client asks: batches of reconciliation queries, and data extension queries.

Source: the schemas `reconciliation-query-batch` and `data-extension-query` of the Reconciliation Service API 0.2.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from commonplace.errors import BadRequest, TooLarge, listed
from commonplace.exchange.reconciliation.properties import PROPERTIES, TYPES, Property
from commonplace.model.json_text import read_sent_json
from commonplace.model.validation_words import told

MAXIMUM_QUERIES = 50
"""Maximum number of queries of a batch, which the manifest tells: each is some searches. OpenRefine sends ten."""

MAXIMUM_CANDIDATES = 25
"""Maximum number of candidates of a query, however many are asked for: nobody chooses among more."""

DEFAULT_CANDIDATES = 5
"""Number of candidates of a query that has no limit."""

MAXIMUM_IDS = 500
"""Maximum number of entities of an extension query."""

MAXIMUM_PROPERTIES = 40
"""Maximum number of properties of a query: there are no more."""

LONGEST_TEXT = 2_000
"""Maximum number of characters of a query: no title is longer."""

Asked = TypeVar("Asked", bound=BaseModel)


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True)


class GivenEntity(_Strict):
    """A value that was reconciled before."""

    id: str
    name: str | None = None


GivenValue = bool | int | float | Annotated[str, Field(max_length=LONGEST_TEXT)] | GivenEntity


class GivenProperty(_Strict):
    """A property of the thing that is looked for, with one value or several."""

    pid: str
    v: GivenValue | Annotated[list[GivenValue], Field(max_length=100)]

    @property
    def values(self) -> list[GivenValue]:
        """Return the values that say anything."""
        listed = self.v if isinstance(self.v, list) else [self.v]
        return [one for one in listed if not isinstance(one, str) or one.strip()]


class Query(_Strict):
    """One reconciliation query."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    query: str | None = Field(default=None, max_length=LONGEST_TEXT)
    type: str | list[str] | None = None
    limit: float | None = Field(default=None, ge=1)
    properties: list[GivenProperty] = Field(default=[], max_length=MAXIMUM_PROPERTIES)
    type_strict: Literal["any", "should", "all"] | None = None

    @property
    def text(self) -> str:
        """Return the text to be matched, without space around it."""
        return (self.query or "").strip()

    @property
    def types(self) -> list[str]:
        """Return the types asked for; all where none is."""
        listed = [self.type] if isinstance(self.type, str) else self.type or []
        return list(dict.fromkeys(one for one in listed if one)) or list(TYPES)

    @property
    def most(self) -> int:
        """Return the maximum number of candidates to answer."""
        return min(int(self.limit or DEFAULT_CANDIDATES), MAXIMUM_CANDIDATES)


class ExtendedProperty(_Strict):
    """A property to be fetched, and the settings for it."""

    id: str
    settings: dict[str, Any] = {}

    @property
    def most(self) -> int | None:
        """Return the maximum number of values that the settings ask for; None for all. Raises `BadRequest`."""
        given = self.settings.get("limit")
        if given in (None, "", 0, "0"):
            return None
        try:
            number = int(float(given))
        except (TypeError, ValueError, OverflowError):
            number = 0
        if number < 1:
            raise BadRequest(f"{given!r} is no number of values", [(f"{self.id}.limit", "use a positive number")])
        return number


class Extension(_Strict):
    """A data extension query."""

    ids: list[str]
    properties: list[ExtendedProperty] = Field(max_length=MAXIMUM_PROPERTIES)


def read_batch(text: str) -> dict[str, Query]:
    """Return the queries of a batch by their names.

    Raises `BadRequest` saying which query cannot be understood, and `TooLarge` for too many.
    """
    batch = _json_object(text, "queries")
    if len(batch) > MAXIMUM_QUERIES:
        raise TooLarge(
            f"{len(batch):,} queries are too many: send at most {MAXIMUM_QUERIES} at once, as the manifest says",
            [("queries", f"at most {MAXIMUM_QUERIES}")],
        )
    queries = {name: _read(Query, given, f"queries.{name}") for name, given in batch.items()}
    for name, query in queries.items():
        if query.query is None and not query.properties:
            raise BadRequest("a query has a query, properties, or both", [(f"queries.{name}", "has neither")])
        for type in query.types:
            known_type(type, f"queries.{name}.type")
        for given in query.properties:
            known_property(given.pid, f"queries.{name}.properties")
    return queries


def read_extension(text: str) -> Extension:
    """Return an extension query. Raises `BadRequest`, and `TooLarge` for too many entities."""
    asked = _read(Extension, _json_object(text, "extend"), "extend")
    if len(asked.ids) > MAXIMUM_IDS:
        raise TooLarge(
            f"{len(asked.ids):,} entities are too many: ask for at most {MAXIMUM_IDS} at once",
            [("extend.ids", f"at most {MAXIMUM_IDS}")],
        )
    for given in asked.properties:
        known_property(given.id, "extend.properties")
        _ = given.most  # which refuses what is no number
    return asked


def known_type(id: str, where: str) -> str:
    """Return the identifier of a type. Raises `BadRequest` for one there is not."""
    if id not in TYPES:
        raise BadRequest(f"there is no type {id!r}; there are: {', '.join(TYPES)}", [(where, "unknown type")])
    return id


def known_property(id: str, where: str) -> Property:
    """Return the property of an identifier. Raises `BadRequest` for one there is not."""
    if id not in PROPERTIES:
        choices = ", ".join(PROPERTIES)
        raise BadRequest(f"there is no property {id!r}; there are: {choices}", [(where, "unknown property")])
    return PROPERTIES[id]


def _json_object(text: str, where: str) -> dict[str, Any]:
    try:
        given = read_sent_json(text)
    except ValueError as fault:
        raise BadRequest(f"{where} is not JSON: {fault}", [(where, "is not JSON")]) from fault
    if not isinstance(given, dict):
        raise BadRequest(f"{where} is not a JSON object", [(where, "write an object: {…}")])
    return given


def _read(shape: type[Asked], given: object, where: str) -> Asked:
    try:
        return shape.model_validate(given)
    except ValidationError as fault:
        errors = [(".".join((where, *(str(part) for part in one["loc"]))), told(one)) for one in fault.errors()][:10]
        raise BadRequest(listed(errors), errors) from fault
