"""Define the JSON of the past, as models: versions, what they changed of a thing, and where its fields come from."""

from __future__ import annotations

from pydantic import Field

from commonplace.library.schemas import ApiModel


class Change(ApiModel):
    """One version of the log."""

    version: int
    id: str
    at: str
    agent: str
    kind: str
    message: str
    undoes: int | None = None
    piece: str | None = Field(default=None, description="name of the piece of work that it belongs to")
    added: int | None = None
    removed: int | None = None
    receipt: str | None = None


class Source(ApiModel):
    """An entry of an imported file, or of a list of DOIs, that a value came from."""

    file: str
    sha256: str = Field(description="of the file, which is kept with the log")
    receipt: str = Field(description="address of the import's receipt")
    position: int = Field(description="of the entry in the file, from 1")
    line: int
    key: str | None = Field(default=None, description="the entry's own key; of an import by DOI, the DOI")
    agency: str | None = Field(default=None, description="the agency that described it: `Crossref`, `DataCite` …")


class FieldChange(ApiModel):
    """A field of a thing that a change touched: the values that went, and those that came."""

    field: str = Field(description="member of the thing's JSON, or a property (`dcterms:subject`) that is in none")
    before: list[str]
    after: list[str]


class ChangedQuads(ApiModel):
    """Statements that went and that came, in N-Quads."""

    removed: list[str]
    added: list[str]


class ThingChange(Change):
    """A version, and what it changed of one thing."""

    words: str = Field(description="what it did to the thing, in a sentence")
    fields: list[FieldChange]
    sources: list[Source] | None = Field(default=None, description="of an import: the entries that the work came from")
    quads: ChangedQuads | None = Field(default=None, description="with `quads=true`")


class ThingDiff(ApiModel):
    """What differs of one thing between two versions."""

    iri: str
    kind: str | None = None
    key: str
    label: str | None = None
    words: str = Field(description="what came about between them, in a sentence")
    fields: list[FieldChange]
    quads: ChangedQuads


class Restored(ThingDiff):
    """What a restoring changed of a thing."""

    to: int = Field(description="the version whose state it has again")
    version: int | None = Field(default=None, description="the version that did it; absent where nothing had to change")


class Origin(ApiModel):
    """A version that a value entered with: who wrote it, when, and from which file."""

    version: int
    at: str
    agent: str
    kind: str = Field(description="`reference-set`, `import`, `update`, `undo` …")
    message: str | None = None
    undoes: int | None = None
    sources: list[Source] | None = None


class FieldOrigin(ApiModel):
    """One value of one field of a work, and where it comes from."""

    field: str = Field(description="a member of the work's shape")
    value: str
    entered: Origin = Field(description="the last version that added it")
    first_entered: Origin | None = Field(
        default=None,
        description="the version that added it first, where it was taken away and came back, as by an undo",
    )
