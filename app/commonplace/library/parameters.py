"""Check the values of the parameters of named queries, and turn them into RDF terms."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pyoxigraph import Literal as RdfLiteral
from pyoxigraph import NamedNode

from commonplace.errors import Message, listed
from commonplace.model.minter import Kind, Minter

ParameterType = Literal["concept", "claim", "work", "person", "case", "venue", "string", "integer", "iri"]

KINDS_OF_TYPE: Mapping[str, tuple[Kind, ...]] = MappingProxyType(
    {
        "concept": ("concept",),
        "claim": ("claim",),
        "work": ("work",),
        "person": ("person", "organization"),
        "case": ("case",),
        "venue": ("venue", "work"),
    }
)
"""Kinds of thing that a parameter of a type may name; a bare key is of the first."""

_INTEGER = re.compile(r"[+-]?[0-9]{1,18}")
ANY_BASE = Minter("http://example.org/")
"""Maker of IRIs by which values are checked that are alike in every home."""


class ParameterError(ValueError):
    """Values that do not fit the parameters of a query: `errors` are pairs of parameter and reason."""

    def __init__(self, errors: list[tuple[str, str]]) -> None:
        self.detail = listed(errors)
        super().__init__(self.detail)
        self.errors = errors


def _as_text(value: object) -> object:
    """Return a value of YAML as text: it reads `example: 10` as a number, and values are text until they are bound."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


Sentence = Annotated[str, Field(min_length=1)]
_Value = Annotated[str, BeforeValidator(_as_text), Field(min_length=1)]


class Parameter(BaseModel):
    """One parameter. `example` and `default` are texts, as a client gives them.

    A parameter with a `default` is not required. One that is neither required nor has a
    default is left unbound when no value is given: the query then answers for all values.
    `minimum` and `maximum` bound an integer, both included.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, Field(pattern=r"^[A-Za-z]\w*$")]
    type: ParameterType
    description: Sentence
    example: _Value
    required: bool = True
    default: _Value | None = None
    minimum: int | None = None
    maximum: int | None = None

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """Return the kinds of things that its values name, none where they name no things."""
        return KINDS_OF_TYPE.get(self.type, ())

    @model_validator(mode="before")
    @classmethod
    def _default_means_optional(cls, data: Any) -> Any:
        if isinstance(data, dict) and data.get("default") is not None:
            if data.get("required"):
                raise ValueError("a parameter with a default is not required")
            return {**data, "required": False}
        return data

    @model_validator(mode="after")
    def _consistent(self) -> Parameter:
        if self.type == "integer" and self.default is None:
            raise ValueError("an integer needs a default, the number that stands in the query")
        if self.type != "integer" and (self.minimum is not None or self.maximum is not None):
            raise ValueError("only an integer has a minimum or maximum")
        for given in (self.example, self.default):
            if given is not None:
                self.term(given, ANY_BASE)
        return self

    def term(self, value: str, minter: Minter) -> NamedNode | RdfLiteral:
        """Return the RDF term that `value` stands for in the home of `minter`. Raises ValueError when there is none.

        A thing is named by its key (`ostrom1996`), by kind and key where the type covers
        several kinds (`organization/world-bank`), or by its IRI. An integer is an
        `xsd:integer`, a string a plain literal.
        """
        if not value:
            raise ValueError("is empty")
        try:
            value.encode()
        except UnicodeEncodeError as error:
            raise ValueError("is not valid Unicode") from error
        if self.type == "string":
            return RdfLiteral(value)
        if self.type == "integer":
            return RdfLiteral(self._integer(value))
        if self.type == "iri":
            return _iri(value)
        return _thing(value, self.type, KINDS_OF_TYPE[self.type], minter)

    def _integer(self, value: str) -> int:
        if not _INTEGER.fullmatch(value):
            raise ValueError(Message("is not a whole number: %(value)r", value=value))
        number = int(value)
        if self.minimum is not None and number < self.minimum:
            raise ValueError(Message("is %(number)s, less than %(minimum)s", number=number, minimum=self.minimum))
        if self.maximum is not None and number > self.maximum:
            raise ValueError(Message("is %(number)s, more than %(maximum)s", number=number, maximum=self.maximum))
        return number


def _iri(value: str) -> NamedNode:
    try:
        return NamedNode(value)
    except ValueError as error:
        raise ValueError(Message("is not an absolute IRI: %(value)r", value=value)) from error


def _thing(value: str, type_: str, kinds: tuple[Kind, ...], minter: Minter) -> NamedNode:
    if value.startswith(minter.base + "id/"):
        named = minter.kind_and_key(value)
        if named is None or "#" in value:
            raise ValueError(Message("is not the IRI of a thing: %(value)r", value=value))
        if named[0] not in kinds:
            raise ValueError(
                Message("is the IRI of a %(other)s, not of a %(kind)s", other=Message(named[0]), kind=Message(type_))
            )
        return minter.thing(*named)
    if value.lower().startswith(("http://", "https://")):
        return _iri(value)
    prefix, slash, rest = value.partition("/")
    for kind in kinds if len(kinds) > 1 and slash and rest else ():
        if prefix == kind:
            return minter.thing(kind, rest)
    return minter.thing(kinds[0], value)
