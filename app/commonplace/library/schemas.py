"""Define the JSON of the API, as models. An absent value has no member, never `""` or null.

Other programs rely on the names here: change a field only with a deprecation in the changelog.
"""

from __future__ import annotations

from typing import Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, SerializeAsAny

Item = TypeVar("Item", bound=BaseModel)
Completeness = Literal["complete", "truncated", "timeout", "unknown"]


class ApiModel(BaseModel):
    """Base of all models: frozen, and written without absent values."""

    model_config = ConfigDict(frozen=True)

    def json_bytes(self) -> bytes:
        """Return the JSON, without absent values."""
        return self.model_dump_json(exclude_none=True).encode()


class Link(ApiModel):
    """A thing named in passing."""

    iri: str
    key: str
    label: str | None = None


class AffectingWork(Link):
    """A work that something rests on, and what became of it."""

    status: str = Field(description="`retracted`, `withdrawn`, `corrected` or `expression-of-concern`")


EXTENT = (
    "how far the reading has gone: works that were `read` on it, and unread ones with and without an abstract, which "
    "add up to all works"
)
AFFECTED = "works beneath it that were retracted, withdrawn or corrected, or of which there is concern"


class MergedThing(Link):
    """A thing that was merged into another, as that shows it."""

    merged_by: int | None = Field(default=None, description="the version that merged it")
    set_aside: dict[str, str] | None = Field(default=None, description="values of it that the other does not say")


class Agent(ApiModel):
    """A person's or body's name on a work; `literal` alone for a body or a name without parts."""

    iri: str
    key: str
    family: str | None = None
    given: str | None = None
    particle: str | None = Field(default=None, description="part of the family name that is never left out: *van*")
    dropping_particle: str | None = Field(default=None, description="part left out where the family name stands alone")
    suffix: str | None = None
    comma_suffix: bool | None = Field(default=None, description="whether a comma stands before the suffix")
    static_ordering: bool | None = Field(default=None, description="whether the family name comes first in every style")
    literal: str | None = None


class OtherContributor(Agent):
    """A contributor in another role than author and editor."""

    role: str = Field(description="CSL role name, or ours: `translator`, `section-editor` …")


class Identifier(ApiModel):
    """An identifier and how sure it is. Plain `doi`, `isbn`, `issn` hold confirmed ones only."""

    scheme: str
    value: str
    confirmation: str = Field(description="`confirmed`, `recalled`, `inferred` …")
    note: str | None = None


class Doubt(ApiModel):
    """A field of a record that is not simply confirmed, and how sure it is."""

    field: str
    confirmation: str
    alternative: list[str] | None = None
    note: str | None = None


class Evidence(ApiModel):
    """A statement of what a work says of a concept or a claim: who says so, how surely, and where it stands."""

    id: str
    kind: Literal["evidence"] = "evidence"
    iri: str
    work: str = Field(description="key of the work")
    work_iri: str
    work_status: str | None = Field(default=None, description="of the work: `retracted`, `corrected` …")
    about: str = Field(description="key of a concept or a claim")
    about_iri: str
    about_type: Literal["concept", "claim"]
    state: str = Field(description="`discusses`, `silent`; of a claim `supports`, `contradicts`, `silent`")
    directness: str | None = Field(default=None, description="`direct` or `indirect`; absent when silent")
    certainty: str | None = Field(default=None, description="`high`, `moderate` or `low`")
    quote: str | None = Field(default=None, description="the words that show it, short")
    quoted_from: str | None = Field(default=None, description="key of the work the words are from, where it is another")
    quoted_from_iri: str | None = None
    quoted_from_title: str | None = None
    locator: str | None = None
    note: str | None = None
    quote_check: str | None = Field(
        default=None,
        description="of the quote and the text that is held: `exact`, `normalised`, `not-found`; `no-text` where there "
        "is no quote, or none of the text it is from",
    )
    quote_page: int | None = Field(
        default=None, description="the page of the text that is kept on which the quote stands, from 1"
    )
    locator_page: int | None = Field(
        default=None,
        description="the page that the locator names, where the quote stands on another: neither that page of the file "
        "nor that of the volume is `quote_page`",
    )
    method: str | None = None
    status: str = Field(description="`proposed`, `accepted` or `rejected`")
    agent: str | None = None
    at: str | None = None
    version: int | None = Field(default=None, description="the version that made it")


class Screening(ApiModel):
    """A decision of a review to keep one work or to leave it out, made at one stage."""

    kind: Literal["screening"] = "screening"
    iri: str
    key: str
    work: str = Field(description="key of the work")
    work_iri: str
    stage: str = Field(description="`title-abstract` or `full-text`")
    verdict: str = Field(description="`include` or `exclude`")
    reason: str | None = Field(default=None, description="why it is left out, alike for all works that are so for it")
    note: str | None = None
    agent: str | None = None
    at: str | None = None
    version: int


class RelatedWork(ApiModel):
    """A relation of a work to another, as it is named from the side of the first."""

    relation: str = Field(
        description="`is-translation-of`, `is-version-of` (from the later to the earlier), `replaces` (an edition), "
        "`succeeds` (a part), `corrects`, `retracts`, `replies-to`, `discusses`, `reviews`, `is-supplement-of`, "
        "`is-related-to`; from the other side `has-translation`, `has-version`, `is-replaced-by`, `precedes`, "
        "`is-corrected-by`, `is-retracted-by`, `has-reply`, `is-discussed-by`, `is-reviewed-by`, `has-supplement`"
    )
    work: Link


class TextOfWork(ApiModel):
    """What everybody may know of the text that is kept of a work."""

    media_type: str = Field(description="of the file: `application/pdf` or `text/plain`")
    page_count: int
    pages_without_text: list[int] = Field(
        default=[], description="numbers, from 1, of pages that have no words in them: most are scanned"
    )
    licence: str | None = Field(default=None, description="SPDX identifier, or address of the licence")
    open: bool = Field(description="whether the licence lets anybody read the text here; else it needs a token")
    sha256: str = Field(description="of the file, in hexadecimal")
    agent: str | None = None
    at: str | None = None
    kept_by: int | None = Field(default=None, description="the version that keeps it")
    text: str = Field(description="address of the text")


class Work(ApiModel):
    """One entry of the bibliography."""

    kind: Literal["work"] = "work"
    iri: str
    key: str
    type: str = Field(description="CSL type")
    title: str | None = None
    rich_title: str | None = Field(
        default=None,
        description='the title as CSL rich text (`<i>`, `<sub>`, `<span class="nocase">` …), where it has markup or '
        "protected case; safe to use as HTML",
    )
    alternative_titles: list[str] | None = Field(
        default=None, description="other titles of the work, such as those of what was merged into it"
    )
    original_titles: dict[str, list[str]] | None = Field(
        default=None,
        description="by language (BCP 47, `und` where it is not known): titles that the work, or what it is a "
        "translation of, has of its own",
    )
    translated_titles: dict[str, list[str]] | None = Field(default=None, description="by language: translations of it")
    transliterated_titles: dict[str, list[str]] | None = Field(
        default=None, description="by language and script (`ru-latn`): the title in letters of another script"
    )
    authors: list[Agent] | None = None
    editors: list[Agent] | None = None
    contributors: list[OtherContributor] | None = Field(default=None, description="people and bodies in any other role")
    year: int | None = None
    issued: str | None = Field(default=None, description="EDTF")
    available: str | None = Field(default=None, description="EDTF: online first")
    container_title: str | None = None
    container: Link | None = None
    collection_title: str | None = None
    volume: str | None = None
    issue: str | None = None
    number: str | None = None
    page: str | None = None
    edition: str | None = None
    genre: str | None = None
    publisher: str | None = None
    publisher_place: str | None = None
    doi: str | None = None
    isbn: list[str] | None = None
    issn: list[str] | None = None
    url: str | None = None
    language: str | None = None
    abstract: str | None = None
    rich_abstract: str | None = Field(default=None, description="the abstract as CSL rich text, where it has markup")
    keywords: list[str] | None = None
    note: str | None = None
    rich_note: str | None = Field(default=None, description="the note as CSL rich text, where it has markup")
    status: str | None = Field(default=None, description="`retracted`, `corrected` …")
    citation_key: str
    alternative_keys: list[str] | None = Field(
        default=None, description="further citation keys, by which the work is found and asked for too"
    )
    identifiers: list[Identifier] | None = None
    doubts: list[Doubt] | None = None
    relations: list[RelatedWork] | None = Field(
        default=None, description="to other works of the library, where the work is asked for by itself"
    )
    set_aside: dict[str, list[str]] | None = Field(
        default=None, description="by field: values that a source gives and a curator has decided against"
    )
    affected_by: list[AffectingWork] | None = Field(
        default=None, description=f"{AFFECTED}: those that it cites, where it is asked for by itself"
    )
    evidence: list[Evidence] = []
    text: TextOfWork | None = Field(
        default=None, description="the text that is kept of it, where it is asked for by itself"
    )
    merged: list[MergedThing] | None = Field(
        default=None, description="what was merged into it, where it is asked for by itself; see `/unmerge`"
    )
    version: int


class Person(ApiModel):
    """A person, or a body that writes or publishes."""

    kind: Literal["person", "organization"]
    iri: str
    key: str
    type: Literal["person", "organization"]
    name: str
    family: str | None = None
    given: str | None = None
    particle: str | None = None
    dropping_particle: str | None = None
    suffix: str | None = None
    alternative_names: list[str] | None = None
    identifiers: list[Identifier] | None = Field(default=None, description="ORCID, ISNI, ROR and others")
    roles: dict[str, int] = Field(default={}, description="role to number of works")
    works: str = Field(description="address of the works they are an author of")
    merged: list[MergedThing] | None = Field(
        default=None, description="what was merged into it, where it is asked for by itself; see `/unmerge`"
    )
    version: int


class Concept(ApiModel):
    """A heading a work can discuss (SKOS)."""

    kind: Literal["concept"] = "concept"
    iri: str
    key: str
    label: str
    labels: dict[str, str] = Field(description="language tag to preferred label")
    alternative_labels: dict[str, list[str]] | None = None
    definitions: dict[str, str] | None = None
    broader: list[Link] | None = None
    narrower: list[Link] | None = None
    related: list[Link] | None = None
    followed: bool | None = Field(
        default=None, description="true: works that nobody has read on it wait in `/queues/unread-on-followed`"
    )
    coverage: dict[str, int] | None = None
    extent: dict[str, int] | None = Field(default=None, description=EXTENT)
    works: str
    merged: list[MergedThing] | None = Field(
        default=None, description="what was merged into it, where it is asked for by itself; see `/unmerge`"
    )
    version: int


class Claim(ApiModel):
    """A sentence that can be true or false, that works support or contradict."""

    kind: Literal["claim"] = "claim"
    iri: str
    key: str
    label: str
    labels: dict[str, str]
    made_by: list[Link] | None = None
    cases: list[Link] | None = None
    concepts: list[Link] | None = None
    evidence: list[Evidence] = []
    affected_by: list[AffectingWork] | None = Field(default=None, description=AFFECTED)
    coverage: dict[str, int] | None = None
    extent: dict[str, int] | None = Field(default=None, description=EXTENT)
    version: int


class Characteristic(ApiModel):
    """A value that a work gives for one dimension of a case: how directly, how surely, and in which words."""

    iri: str
    dimension: str = Field(description="a name in `dimensions`, or `country`, `place`, `activity`")
    dimension_iri: str
    values: list[Link] | None = Field(
        default=None, description="concepts; absent for a text, which the case has itself"
    )
    source: str = Field(description="key of the work")
    source_iri: str
    directness: str = Field(description="`direct` or `indirect`")
    certainty: str = Field(
        description="`high`, `moderate` or `low`; values of low certainty are not among the dimensions of the case"
    )
    quote: str | None = None
    quote_check: str | None = None
    quote_page: int | None = Field(
        default=None, description="the page of the text that is kept on which the quote stands, from 1"
    )
    locator: str | None = None
    note: str | None = None


class Case(ApiModel):
    """A case: its place, who started and leads it, the form it shows, and the part of the professional."""

    kind: Literal["case"] = "case"
    iri: str
    key: str
    label: str
    labels: dict[str, str]
    activity: str | None = None
    place: str | None = None
    country: str | None = None
    dimensions: dict[str, list[Link]] = Field(description="dimension (`form`, `sector`, `leader` …) to concepts")
    described_by: list[Link] | None = None
    described_together_with: list[Link] | None = Field(
        default=None, description="cases of one study that nothing tells apart from this one: they count as one"
    )
    characteristics: list[Characteristic] = Field(
        default=[], description="the source and certainty of each dimension, and what is of low certainty"
    )
    claims: list[Link] | None = None
    affected_by: list[AffectingWork] | None = Field(default=None, description=AFFECTED)
    note: str | None = None
    version: int


class Venue(ApiModel):
    """A journal, a book or proceedings that works appear in."""

    iri: str
    key: str
    type: str
    title: str
    issn: list[str] | None = None
    identifiers: list[Identifier] | None = None
    works: int = Field(description="number of works of the library that appear in it")
    merged: list[MergedThing] | None = Field(
        default=None, description="what was merged into it, where it is asked for by itself; see `/unmerge`"
    )
    version: int


class Node(ApiModel):
    """A node that has no model of its own (a citation, a doubt …): its statements by property."""

    iri: str
    key: str
    types: list[str]
    label: str | None = None
    properties: dict[str, list[str]]
    version: int


class Page(ApiModel, Generic[Item]):
    """One page of a list. `total` counts all that the filters select; nothing is cut without `complete` saying so."""

    items: list[SerializeAsAny[Item]]
    total: int
    complete: Completeness
    version: int
    next: str | None
    coverage: dict[str, int] | None = Field(
        default=None, description="asked with `discusses` or `claim`: the count of all works by state"
    )
    extent: dict[str, int] | None = Field(default=None, description=f"asked with `discusses` or `claim`: {EXTENT}")

    def json_bytes(self) -> bytes:
        """Return the JSON; `next` is null on the last page, so that a client need not guess."""
        text = super().json_bytes()
        return text if self.next else text[:-1] + b',"next":null}'
