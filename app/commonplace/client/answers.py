"""Define the JSON of the answers, as types. A `NotRequired` member is left out where it has no value.

Made by `make reference` from the OpenAPI description of the server: change it there.
"""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict


class AffectingWork(TypedDict):
    """A work that something rests on, and what became of it."""

    iri: str
    key: str
    label: NotRequired[str]
    status: str


class Agent(TypedDict):
    """A person's or body's name on a work; `literal` alone for a body or a name without parts."""

    iri: str
    key: str
    family: NotRequired[str]
    given: NotRequired[str]
    particle: NotRequired[str]
    dropping_particle: NotRequired[str]
    suffix: NotRequired[str]
    comma_suffix: NotRequired[bool]
    static_ordering: NotRequired[bool]
    literal: NotRequired[str]


class Case(TypedDict):
    """A case: its place, who started and leads it, the form it shows, and the part of the professional."""

    kind: Literal["case"]
    iri: str
    key: str
    label: str
    labels: dict[str, str]
    activity: NotRequired[str]
    place: NotRequired[str]
    country: NotRequired[str]
    dimensions: dict[str, list[Link]]
    described_by: NotRequired[list[Link]]
    described_together_with: NotRequired[list[Link]]
    characteristics: list[Characteristic]
    claims: NotRequired[list[Link]]
    affected_by: NotRequired[list[AffectingWork]]
    note: NotRequired[str]
    version: int


class Change(TypedDict):
    """One version of the log."""

    version: int
    id: str
    at: str
    agent: str
    kind: str
    message: str
    undoes: NotRequired[int]
    piece: NotRequired[str]
    added: NotRequired[int]
    removed: NotRequired[int]
    receipt: NotRequired[str]


class ChangedQuads(TypedDict):
    """Statements that went and that came, in N-Quads."""

    removed: list[str]
    added: list[str]


class Characteristic(TypedDict):
    """A value that a work gives for one dimension of a case: how directly, how surely, and in which words."""

    iri: str
    dimension: str
    dimension_iri: str
    values: NotRequired[list[Link]]
    source: str
    source_iri: str
    directness: str
    certainty: str
    quote: NotRequired[str]
    quote_check: NotRequired[str]
    quote_page: NotRequired[int]
    locator: NotRequired[str]
    note: NotRequired[str]


class Citation(TypedDict):
    """One citation between two works, with how sure it is."""

    work: Work
    confirmation: str
    reference_number: NotRequired[int]
    note: NotRequired[str]


class Claim(TypedDict):
    """A sentence that can be true or false, that works support or contradict."""

    kind: Literal["claim"]
    iri: str
    key: str
    label: str
    labels: dict[str, str]
    made_by: NotRequired[list[Link]]
    cases: NotRequired[list[Link]]
    concepts: NotRequired[list[Link]]
    evidence: list[Evidence]
    affected_by: NotRequired[list[AffectingWork]]
    coverage: NotRequired[dict[str, int]]
    extent: NotRequired[dict[str, int]]
    version: int


class Collapsed(TypedDict):
    """A node that says what another says already, and became that other."""

    iri: str
    key: str
    label: NotRequired[str]
    into: str


class Concept(TypedDict):
    """A heading a work can discuss (SKOS)."""

    kind: Literal["concept"]
    iri: str
    key: str
    label: str
    labels: dict[str, str]
    alternative_labels: NotRequired[dict[str, list[str]]]
    definitions: NotRequired[dict[str, str]]
    broader: NotRequired[list[Link]]
    narrower: NotRequired[list[Link]]
    related: NotRequired[list[Link]]
    followed: NotRequired[bool]
    coverage: NotRequired[dict[str, int]]
    extent: NotRequired[dict[str, int]]
    works: str
    merged: NotRequired[list[MergedThing]]
    version: int


class DecidedDuplicate(TypedDict):
    """A decision that was made on two works."""

    judgement: str
    reason: NotRequired[str]
    agent: NotRequired[str]
    at: NotRequired[str]
    current: bool
    id: str
    works: list[Link]
    status: Literal["proposed", "accepted"]
    relation: NotRequired[str]
    work: NotRequired[str]
    version: int


class Doubt(TypedDict):
    """A field of a record that is not simply confirmed, and how sure it is."""

    field: str
    confirmation: str
    alternative: NotRequired[list[str]]
    note: NotRequired[str]


class DuplicateCandidate(TypedDict):
    """Two works that may be one, or related, and why."""

    id: str
    works: list[Link]
    proposes: str
    relation: NotRequired[str]
    score: float
    reasons: list[str]
    decision: NotRequired[DuplicateDecision]


class DuplicateDecision(TypedDict):
    """What a curator judged of two works."""

    judgement: str
    reason: NotRequired[str]
    agent: NotRequired[str]
    at: NotRequired[str]
    current: bool


class Evidence(TypedDict):
    """A statement of what a work says of a concept or a claim: who says so, how surely, and where it stands."""

    id: str
    kind: Literal["evidence"]
    iri: str
    work: str
    work_iri: str
    work_status: NotRequired[str]
    about: str
    about_iri: str
    about_type: Literal["concept", "claim"]
    state: str
    directness: NotRequired[str]
    certainty: NotRequired[str]
    quote: NotRequired[str]
    quoted_from: NotRequired[str]
    quoted_from_iri: NotRequired[str]
    quoted_from_title: NotRequired[str]
    locator: NotRequired[str]
    note: NotRequired[str]
    quote_check: NotRequired[str]
    quote_page: NotRequired[int]
    locator_page: NotRequired[int]
    method: NotRequired[str]
    status: str
    agent: NotRequired[str]
    at: NotRequired[str]
    version: NotRequired[int]


class FieldChange(TypedDict):
    """A field of a thing that a change touched: the values that went, and those that came."""

    field: str
    before: list[str]
    after: list[str]


class FileFault(TypedDict):
    """Something wrong with the file that belongs to no entry."""

    line: int
    why: str
    raw: str


class Follows(TypedDict):
    """A node that pointed to the merged thing and points to the survivor."""

    iri: str
    key: str
    label: NotRequired[str]
    property: str


class Found(TypedDict):
    """One thing a search found, best first."""

    iri: str
    kind: str
    key: str
    title: str
    snippet: NotRequired[str]
    found_by: NotRequired[list[Link]]


class FoundInText(TypedDict):
    """A work that a search found by a page of its text."""

    work: Link
    page: int
    snippet: str


class FoundInTexts(TypedDict):
    """The works with a page of text on which all words of a search stand, those first with most of such pages."""

    items: list[FoundInText]
    total: int


class FoundPassage(TypedDict):
    """A place where a passage stands in what the library holds of a work."""

    work: Link
    locator: str
    page: NotRequired[int]
    quote_check: Literal["exact", "normalised", "near"]
    score: NotRequired[float]
    start: int
    end: int
    selector: TextQuoteSelector


class GapCell(TypedDict):
    """What the works about a context say of a concept: `works`, `silent` and `unread` add up to them."""

    concept: str
    context: str
    works: int
    certainty: NotRequired[str]
    silent: int
    unread: int
    cases: int
    discussing: NotRequired[list[Link]]
    silent_works: NotRequired[list[Link]]
    unread_works: NotRequired[list[Link]]
    showing: NotRequired[list[Link]]


class GapConcept(TypedDict):
    """A row of the gap map."""

    iri: str
    key: str
    label: NotRequired[str]
    depth: int


class GapContext(TypedDict):
    """A column of the gap map."""

    iri: str
    key: str
    label: NotRequired[str]
    works: int
    cases: int


class GapMap(TypedDict):
    """Concepts by contexts: where the literature has something to say, is silent, or was not read."""

    concepts: list[GapConcept]
    contexts: list[GapContext]
    cells: list[GapCell]
    gaps: int
    complete: Literal["complete", "truncated", "timeout", "unknown"]
    version: int


class Identifier(TypedDict):
    """An identifier and how sure it is. Plain `doi`, `isbn`, `issn` hold confirmed ones only."""

    scheme: str
    value: str
    confirmation: str
    note: NotRequired[str]


class JobProblem(TypedDict):
    """The problem of a job that ended without a receipt (members of RFC 9457)."""

    title: str
    status: int
    detail: str
    errors: list[dict[str, str]]


JobState = Literal["queued", "running", "done", "failed", "cancelled"]


class JobStatus(TypedDict):
    """The progress of an import. `done` and `total` count entries; `receipt` is an address, once the import is done."""

    id: str
    state: JobState
    file: str
    dry_run: bool
    created: str
    done: int
    total: int
    receipt: NotRequired[str]
    problem: NotRequired[JobProblem]


class KeptThing(TypedDict):
    """A thing that an undo left: why, and the later versions that are the reason."""

    thing: str
    why: str
    versions: list[int]


class Link(TypedDict):
    """A thing named in passing."""

    iri: str
    key: str
    label: NotRequired[str]


class LossCount(TypedDict):
    """The number of losses of one kind: of one field, for one reason, in which `…` stands for quoted values."""

    field: str
    why: str
    count: int


class LossShape(TypedDict):
    """A part of an entry that is not kept as it was."""

    field: str
    raw: str
    why: str


class MergeReport(TypedDict):
    """What a merge did, or would do."""

    kind: str
    left: Link
    right: Link
    version: NotRequired[int]
    undo: NotRequired[str]
    unmerge: NotRequired[str]
    survivor: NotRequired[Link]
    possible: bool
    breaks: NotRequired[list[str]]
    values: list[MergedValue]
    follows: list[Follows]
    collapsed: list[Collapsed]
    set_aside: dict[str, str]


class MergedThing(TypedDict):
    """A thing that was merged into another, as that shows it."""

    iri: str
    key: str
    label: NotRequired[str]
    merged_by: NotRequired[int]
    set_aside: NotRequired[dict[str, str]]


class MergedValue(TypedDict):
    """One value of two things that are merged, and what becomes of it."""

    field: str
    name: str
    left: NotRequired[str]
    right: NotRequired[str]
    taken: Literal["left", "right", "both", "combined"]
    why: str
    kept_as: NotRequired[str]


class OtherContributor(TypedDict):
    """A contributor in another role than author and editor."""

    iri: str
    key: str
    family: NotRequired[str]
    given: NotRequired[str]
    particle: NotRequired[str]
    dropping_particle: NotRequired[str]
    suffix: NotRequired[str]
    comma_suffix: NotRequired[bool]
    static_ordering: NotRequired[bool]
    literal: NotRequired[str]
    role: str


class Person(TypedDict):
    """A person, or a body that writes or publishes."""

    kind: Literal["person", "organization"]
    iri: str
    key: str
    type: Literal["person", "organization"]
    name: str
    family: NotRequired[str]
    given: NotRequired[str]
    particle: NotRequired[str]
    dropping_particle: NotRequired[str]
    suffix: NotRequired[str]
    alternative_names: NotRequired[list[str]]
    identifiers: NotRequired[list[Identifier]]
    roles: dict[str, int]
    works: str
    merged: NotRequired[list[MergedThing]]
    version: int


class Pin(TypedDict):
    """A question that was asked of the library, kept with the version and a hash of the answer, to be cited."""

    iri: str
    key: str
    kind: Literal["pin"]
    asks: str
    asked_version: int
    address: str
    answer_hash: str
    media_type: NotRequired[str]
    title: NotRequired[str]
    note: NotRequired[str]
    agent: NotRequired[str]
    at: NotRequired[str]
    affected_by: NotRequired[list[AffectingWork]]
    citation: str
    answer: str
    difference: str
    version: int


class PinDifference(TypedDict):
    """One entry of an answer that is no longer there, is new, or has changed."""

    change: Literal["added", "removed", "changed"]
    name: str
    members: NotRequired[list[str]]
    then: NotRequired[Any]
    now: NotRequired[Any]


class PinnedAnswer(TypedDict):
    """An answer that was kept, and whether the library still gives it when it is asked at that version."""

    pin: str
    address: str
    asked_version: int
    answer_hash: str
    holds: NotRequired[bool]
    found_hash: NotRequired[str]
    why: NotRequired[str]
    kept: Any
    version: int


class QueueItem(TypedDict):
    """One thing that wants a curator."""

    thing: Link
    kind: str
    about: NotRequired[Link]
    field: NotRequired[str]
    detail: NotRequired[str]
    why: NotRequired[str]
    solve: Solution
    or_else: NotRequired[list[Solution]]


class QueueSummary(TypedDict):
    """A queue of things that want a curator."""

    name: str
    label: str
    what: str
    count: NotRequired[int]
    counted_at: NotRequired[int]
    is_behind: bool
    address: str


class Receipt(TypedDict):
    """The fate of a file: `fates` add up to `entries`. A dry run has no `id` and no `version`."""

    id: NotRequired[str]
    version: NotRequired[int]
    file: str
    sha256: str
    format: str
    entries: int
    fates: dict[str, int]
    loss_counts: list[LossCount]
    items: list[ReceiptItem]
    faults: list[FileFault]
    undo: NotRequired[str]


class ReceiptItem(TypedDict):
    """The fate of one entry. `status` is there when the work is known to be retracted, corrected …"""

    position: int
    line: int
    key: NotRequired[str]
    fate: str
    work: NotRequired[str]
    status: NotRequired[str]
    matched_on: NotRequired[list[str]]
    added: NotRequired[list[str]]
    similar: NotRequired[list[SimilarShape]]
    related: NotRequired[list[SimilarShape]]
    losses: list[LossShape]
    error: NotRequired[str]


class ReferenceText(TypedDict):
    """A reference to a work the library does not hold, as its source printed it."""

    number: int
    text: str
    doi: NotRequired[str]


class RelatedWork(TypedDict):
    """A relation of a work to another, as it is named from the side of the first."""

    relation: str
    work: Link


class SimilarShape(TypedDict):
    """A work that a new one may be, or that may be related to it, with reasons, for a person to decide."""

    work: str
    relation: NotRequired[str]
    score: NotRequired[float]
    reasons: list[str]


class Solution(TypedDict):
    """A call that solves an item: an address, and what it may be sent, `…` standing for what you know."""

    method: str
    address: str
    media_type: NotRequired[str]
    bodies: NotRequired[list[str]]


class Source(TypedDict):
    """An entry of an imported file, or of a list of DOIs, that a value came from."""

    file: str
    sha256: str
    receipt: str
    position: int
    line: int
    key: NotRequired[str]
    agency: NotRequired[str]


class Suggestion(TypedDict):
    """An unread work that may discuss a concept, and the words that led there."""

    work: Work
    score: float
    because: list[str]
    quote: str
    locator: str
    page: NotRequired[int]
    named_on_pages: NotRequired[int]
    learnt: bool


class TextOfWork(TypedDict):
    """What everybody may know of the text that is kept of a work."""

    media_type: str
    page_count: int
    pages_without_text: list[int]
    licence: NotRequired[str]
    open: bool
    sha256: str
    agent: NotRequired[str]
    at: NotRequired[str]
    kept_by: NotRequired[int]
    text: str


class TextQuoteSelector(TypedDict):
    """Words of a text with what stands around them, as the W3C's Web Annotation model has it."""

    type: Literal["TextQuoteSelector"]
    exact: str
    prefix: str
    suffix: str


class ThingChange(TypedDict):
    """A version, and what it changed of one thing."""

    version: int
    id: str
    at: str
    agent: str
    kind: str
    message: str
    undoes: NotRequired[int]
    piece: NotRequired[str]
    added: NotRequired[int]
    removed: NotRequired[int]
    receipt: NotRequired[str]
    words: str
    fields: list[FieldChange]
    sources: NotRequired[list[Source]]
    quads: NotRequired[ChangedQuads]


class UndoResult(TypedDict):
    """The outcome of an undo: the version taken back, the version that did so, and the things it had to leave."""

    undone: int
    version: NotRequired[int]
    kept: list[KeptThing]


class Venue(TypedDict):
    """A journal, a book or proceedings that works appear in."""

    iri: str
    key: str
    type: str
    title: str
    issn: NotRequired[list[str]]
    identifiers: NotRequired[list[Identifier]]
    works: int
    merged: NotRequired[list[MergedThing]]
    version: int


class Work(TypedDict):
    """One entry of the bibliography."""

    kind: Literal["work"]
    iri: str
    key: str
    type: str
    title: NotRequired[str]
    rich_title: NotRequired[str]
    alternative_titles: NotRequired[list[str]]
    original_titles: NotRequired[dict[str, list[str]]]
    translated_titles: NotRequired[dict[str, list[str]]]
    transliterated_titles: NotRequired[dict[str, list[str]]]
    authors: NotRequired[list[Agent]]
    editors: NotRequired[list[Agent]]
    contributors: NotRequired[list[OtherContributor]]
    year: NotRequired[int]
    issued: NotRequired[str]
    available: NotRequired[str]
    container_title: NotRequired[str]
    container: NotRequired[Link]
    collection_title: NotRequired[str]
    volume: NotRequired[str]
    issue: NotRequired[str]
    number: NotRequired[str]
    page: NotRequired[str]
    edition: NotRequired[str]
    genre: NotRequired[str]
    publisher: NotRequired[str]
    publisher_place: NotRequired[str]
    doi: NotRequired[str]
    isbn: NotRequired[list[str]]
    issn: NotRequired[list[str]]
    url: NotRequired[str]
    language: NotRequired[str]
    abstract: NotRequired[str]
    rich_abstract: NotRequired[str]
    keywords: NotRequired[list[str]]
    note: NotRequired[str]
    rich_note: NotRequired[str]
    status: NotRequired[str]
    citation_key: str
    alternative_keys: NotRequired[list[str]]
    identifiers: NotRequired[list[Identifier]]
    doubts: NotRequired[list[Doubt]]
    relations: NotRequired[list[RelatedWork]]
    set_aside: NotRequired[dict[str, list[str]]]
    affected_by: NotRequired[list[AffectingWork]]
    evidence: list[Evidence]
    text: NotRequired[TextOfWork]
    merged: NotRequired[list[MergedThing]]
    version: int
