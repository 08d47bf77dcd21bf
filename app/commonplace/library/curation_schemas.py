"""Define the JSON of what a librarian works with, as models: queues, suggestions, passages, changes of many works."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from commonplace.library.schemas import ApiModel, Link, Work


class Suggestion(ApiModel):
    """An unread work that may discuss a concept, and the words that led there."""

    work: Work
    score: float = Field(description="from 0 to 1; comparable within one answer")
    because: list[str] = Field(description="words of the work that led there, as they stand in it, the best first")
    quote: str = Field(description="the sentence in which most of them stand")
    locator: str = Field(description="where it stands: `title`, `abstract`, `keywords`, or a page of the kept text")
    page: int | None = Field(default=None, description="page of the kept text that the quote stands on, from 1")
    named_on_pages: int | None = Field(
        default=None, description="number of pages of the kept text that name the concept, where any does"
    )
    learnt: bool = Field(description="whether the order was learnt from judged works, or is that of the labels' words")


class MatchedPerson(Link):
    """A person of the library who may be meant by a name."""

    score: int = Field(description="up to 100; the same name alone is 50: a reason is wanted beside it")
    reasons: list[str]


class MatchedName(ApiModel):
    """A name of a list, as it was read, and the people who may be meant, the likeliest first."""

    written: str
    family: str | None = None
    given: str | None = None
    particle: str | None = None
    suffix: str | None = None
    literal: str | None = None
    candidates: list[MatchedPerson]


class QueueSummary(ApiModel):
    """A queue of things that want a curator."""

    name: str
    label: str
    what: str = Field(description="what stands in it, and what to do")
    count: int | None = Field(
        default=None, description="number of items; absent where they were not counted yet, which asking for them does"
    )
    counted_at: int | None = Field(default=None, description="the version at which they were counted")
    is_behind: bool = Field(default=False, description="whether the library has moved on since they were counted")
    address: str


class SolvedItem(ApiModel):
    """An item of a queue that somebody solved: the thing, and the version that did it."""

    version: int
    at: str
    agent: str
    message: str
    thing: Link
    about: Link | None = Field(default=None, description="another thing that it was about")
    change: str = Field(description="address of the version")
    undo: str = Field(description="address to `POST` to, which takes the whole version back")
    undone_by: int | None = Field(default=None, description="the version that took it back since")


class Solution(ApiModel):
    """A call that solves an item: an address, and what it may be sent, `…` standing for what you know."""

    method: str
    address: str
    media_type: str | None = Field(default=None, description="of the bodies, where it is another than JSON")
    bodies: list[str] | None = Field(default=None, description="each of them solves the item")


class QueueItem(ApiModel):
    """One thing that wants a curator."""

    thing: Link
    kind: str
    about: Link | None = None
    field: str | None = Field(default=None, description="the member of the thing that is in question")
    detail: str | None = None
    why: str | None = Field(default=None, description="in words, where each item of the queue has another reason")
    solve: Solution
    or_else: list[Solution] | None = Field(default=None, description="other calls that solve it")


class TextQuoteSelector(ApiModel):
    """Words of a text with what stands around them, as the W3C's Web Annotation model has it."""

    type: Literal["TextQuoteSelector"] = "TextQuoteSelector"
    exact: str
    prefix: str
    suffix: str


class FoundPassage(ApiModel):
    """A place where a passage stands in what the library holds of a work."""

    work: Link
    locator: str = Field(description="`title`, `abstract`, `keywords`, or the page of the text that is kept: `p. 4`")
    page: int | None = Field(default=None, description="the page of the text, from 1")
    quote_check: Literal["exact", "normalised", "near"] = Field(
        description="`normalised` where case, accents, dashes, quotation marks or spaces differ, on a page also "
        "hyphens in words and at the ends of lines; `near` where words differ"
    )
    score: float | None = Field(default=None, description="of a passage that is `near`: how alike it is, of 100")
    start: int = Field(description="place of its first character in that text, from 0")
    end: int = Field(description="place after its last character")
    selector: TextQuoteSelector


class BulkFieldChange(ApiModel):
    """What becomes of one member of a work; `before` or `after` is absent where there is no value."""

    field: str
    before: Any = None
    after: Any = None


class BulkItem(ApiModel):
    """What a change of many works does to one: its members before and after, or the fault that keeps it from that."""

    key: str
    title: str | None = None
    changes: list[BulkFieldChange] | None = None
    fault: str | None = None


class BulkResult(ApiModel):
    """What a change of many works does, or did: `selected` is the sum of `changed`, `unchanged` and `faults`."""

    selected: int
    changed: int
    unchanged: int
    faults: int = Field(description="works that would break a rule; while there are any nothing is written")
    items: list[BulkItem] = Field(description="every work that changes or has a fault")
    version: int | None = Field(default=None, description="the version that was made")
    undo: str | None = None


class DuplicateDecision(ApiModel):
    """What a curator judged of two works."""

    judgement: str = Field(description="`same`, `different`, `unsure`, or `related`")
    reason: str | None = None
    agent: str | None = Field(default=None, description="who decided")
    at: str | None = None
    current: bool = Field(description="whether it holds: false once what is compared of one of the works has changed")


class DecidedDuplicate(DuplicateDecision):
    """A decision that was made on two works."""

    id: str = Field(description="the same for the same two works")
    works: list[Link]
    status: Literal["proposed", "accepted"] = Field(description="`proposed` where a contributor judged")
    relation: str | None = Field(default=None, description="of two works that were judged `related`")
    work: str | None = Field(default=None, description="of such: the key of that which is the translation, the later …")
    version: int = Field(description="the version that made it, and that an undo takes back")


class DuplicateCandidate(ApiModel):
    """Two works that may be one, or related, and why."""

    id: str = Field(description="the same for the same two works")
    works: list[Link]
    proposes: str = Field(
        description="`same`: they may be one work; `relation`: they are two, and related; `nothing`: they are here for "
        "the decision on them alone"
    )
    relation: str | None = Field(
        default=None,
        description="`edition`, `part`, `version` (preprint and published, conference paper and article), "
        "`translation`, `correction`, `reply`, `review`, `chapter` or `supplement`",
    )
    score: float = Field(description="the chance, in percent, that a person finds them one work")
    reasons: list[str] = Field(description="in words; where a relation is proposed, first why they are not one work")
    decision: DuplicateDecision | None = None


class HangingOn(Link):
    """A node that points to what a deletion takes."""

    property: str = Field(description="by which property, such as `cito:cites`")
    on: str = Field(description="the IRI that it points to")
    goes_along: bool = Field(
        description="whether the whole node goes when dependents are taken along: a piece of evidence, a citation, a "
        "role; of any other thing the link goes alone"
    )


class Deleted(ApiModel):
    """What a deletion did, or would do."""

    iri: str
    key: str
    label: str | None = None
    version: int | None = Field(default=None, description="the version that deleted it; absent where nothing was done")
    possible: bool = Field(description="whether it can be done so")
    deletes: list[Link] = Field(description="the nodes that go: the thing, and what belongs to it")
    unlinks: list[HangingOn] = Field(description="links to them that other things lose")
    hangs: list[HangingOn] = Field(description="what hangs on the thing and keeps it from going")
    breaks: list[str] | None = Field(default=None, description="what could not be without it: the rules it would break")
    checked: bool = Field(
        default=True,
        description="whether it was looked at which rules it would break; of very much only the deletion itself does",
    )
    unused: list[Link] = Field(description="people, bodies and venues that nothing names then; they stay")
