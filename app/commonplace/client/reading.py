"""Ask what a library holds: works, what they say, and what is made of that."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple, NotRequired, TypedDict, Unpack, cast

from commonplace.client.answering import Answer, Ask, Listing
from commonplace.client.answers import (
    Case,
    Change,
    Citation,
    Claim,
    Concept,
    DuplicateCandidate,
    Evidence,
    Found,
    FoundPassage,
    GapMap,
    Person,
    Pin,
    PinDifference,
    PinnedAnswer,
    QueueItem,
    QueueSummary,
    Receipt,
    Suggestion,
    ThingChange,
    Venue,
    Work,
)
from commonplace.client.asking import Asking, Given, in_path

RESULTS = "application/sparql-results+json"
TURTLE = "text/turtle"


class WorkFilters(TypedDict, total=False):
    """What selects works, as the filters of `/works` do; they narrow one another. Things are named by key or IRI."""

    q: str
    discusses: str
    claim: str
    state: str
    author: str
    venue: str
    case: str
    type: str
    year: str | int
    cites: str
    cited_by: str


Term = TypedDict("Term", {"type": str, "value": str, "datatype": NotRequired[str], "xml:lang": NotRequired[str]})
"""A value in a row of SPARQL: `type` is `uri`, `literal` or `bnode`."""

Row = dict[str, Term]
"""One row of SPARQL; a variable without a value has no member."""


class Discussion(NamedTuple):
    """A work, and its accepted evidence on the concept that was asked for; an unread work has none."""

    work: Work
    evidence: list[Evidence]


class Reading(Asking):
    """What can be asked of a library.

    A list asks nothing before it is iterated, or its `total` is asked for. `at` asks an earlier version. An answer that
    is cut raises `Incomplete`, unless `partial=True`.
    """

    def works(
        self,
        *,
        sort: str | None = None,
        limit: int | None = None,
        at: int | None = None,
        partial: bool = False,
        **filters: Unpack[WorkFilters],
    ) -> Listing[Work]:
        """Return the works that the filters select, all of them without one; `limit` is the size of a page."""
        return self._list("/works", partial, sort=sort, limit=limit, at=at, **cast("dict[str, Given]", filters))

    def work(self, key: str, *, at: int | None = None) -> Answer[Work]:
        """Return one work, by any of its keys."""
        return self._one(f"/works/{in_path(key)}", at=at)

    def references(self, key: str, *, at: int | None = None) -> Listing[Citation]:
        """Return what a work cites within the library, in its order; the others are in `first.value["as_text"]`."""
        return self._list(f"/works/{in_path(key)}/references", at=at)

    def citations(self, key: str, *, at: int | None = None) -> Listing[Citation]:
        """Return what cites a work within the library."""
        return self._list(f"/works/{in_path(key)}/citations", at=at)

    def search(self, q: str, *, kind: str | None = None, partial: bool = False) -> Listing[Found]:
        """Return what the words find, best first, of every kind of thing or of one.

        `first.value` has `in_texts` where works are found by their texts (`answers.FoundInTexts`).
        """
        return self._list("/search", partial, q=q, kind=kind)

    def people(self, q: str | None = None, *, at: int | None = None) -> Listing[Person]:
        """Return the people who write or edit."""
        return self._list("/people", q=q, at=at)

    def person(self, key: str, *, at: int | None = None) -> Answer[Person]:
        """Return one person."""
        return self._one(f"/people/{in_path(key)}", at=at)

    def venues(self, q: str | None = None, *, at: int | None = None) -> Listing[Venue]:
        """Return the journals, books and proceedings that works appear in."""
        return self._list("/venues", q=q, at=at)

    def concepts(self, q: str | None = None, *, at: int | None = None) -> Listing[Concept]:
        """Return the concepts that works are read for."""
        return self._list("/concepts", q=q, at=at)

    def concept(self, key: str, *, at: int | None = None) -> Answer[Concept]:
        """Return one concept, with its coverage."""
        return self._one(f"/concepts/{in_path(key)}", at=at)

    def discussing(
        self,
        concept: str,
        *,
        state: Literal["discusses", "silent", "unread"] = "discusses",
        at: int | None = None,
        partial: bool = False,
    ) -> Listing[Discussion]:
        """Return the works that discuss a concept or a narrower one, each with its evidence on that.

        `coverage` counts all works: those that discuss it, those that were read and are silent on it, and those that
        nobody has read. With `state` the list is of the silent, or of the unread.
        """
        shown = {"discusses": concept, "state": state} | ({"at": str(at)} if at is not None else {})
        reached = self._reached(concept, "broader" if state == "silent" else "narrower", at)
        return _Discussions(self._asking(partial), "/works", shown, reached, state)

    def _reached(self, concept: str, direction: Literal["narrower", "broader"], at: int | None) -> frozenset[str]:
        """Return the IRIs of a concept and of all that are narrower, or broader, over any number of steps."""
        asked = self.concept(concept, at=at).value
        every = {one["iri"]: one for one in self.concepts(at=at)}
        found: set[str] = set()
        waiting = [asked["iri"]]
        while waiting:
            iri = waiting.pop()
            if iri not in found:
                found.add(iri)
                waiting += [link["iri"] for link in every[iri].get(direction, ())]
        return frozenset(found)

    def claims(self, q: str | None = None, *, at: int | None = None) -> Listing[Claim]:
        """Return the claims that works make, each with the evidence for and against it."""
        return self._list("/claims", q=q, at=at)

    def claim(self, key: str, *, at: int | None = None) -> Answer[Claim]:
        """Return one claim, with its evidence and coverage."""
        return self._one(f"/claims/{in_path(key)}", at=at)

    def cases(self, q: str | None = None, *, at: int | None = None) -> Listing[Case]:
        """Return the cases, with every dimension that the sources give."""
        return self._list("/cases", q=q, at=at)

    def case(self, key: str, *, at: int | None = None) -> Answer[Case]:
        """Return one case."""
        return self._one(f"/cases/{in_path(key)}", at=at)

    def evidence(self, key: str, *, at: int | None = None) -> Answer[Evidence]:
        """Return one piece of evidence."""
        return self._one(f"/id/evidence/{in_path(key)}", at=at)

    def gaps(self, *, concept: str | None = None, context: str | None = None, at: int | None = None) -> Answer[GapMap]:
        """Return the gap map: for each concept and context, how many works discuss it, are silent, and are unread."""
        return self._one("/gaps", concept=concept, context=context, at=at)

    def suggestions(self, concept: str, *, at: int | None = None) -> Listing[Suggestion]:
        """Return unread works that may discuss a concept, the likeliest first."""
        return self._list("/suggestions", concept=concept, at=at)

    def find_quote(self, quote: str, *, at: int | None = None) -> Listing[FoundPassage]:
        """Return where a passage stands in the text that is held; `coverage` says of how many works an abstract is."""
        return self._list("/find", quote=quote, at=at)

    def query(self, name: str, *, at: int | None = None, partial: bool = False, **parameters: Given) -> Listing[Any]:
        """Return the rows of a named query; a parameter called `from` is given as `from_`."""
        return self._list(f"/queries/{in_path(name)}", partial, at=at, **parameters)

    def sparql(self, query: str, *, at: int | None = None, partial: bool = False) -> Answer[list[Row]]:
        """Return the rows of a SELECT. Relative IRIs are resolved against the library's base."""
        return self._asked(query, RESULTS, at, partial, lambda text: text["results"]["bindings"])

    def ask(self, query: str, *, at: int | None = None) -> Answer[bool]:
        """Return what an ASK says."""
        return self._asked(query, RESULTS, at, False, lambda text: text["boolean"])

    def _asked(self, query: str, accept: str, at: int | None, partial: bool, read: Any) -> Answer[Any]:
        parameters = {} if at is None else {"at": str(at)}
        response = self.request("POST", "/sparql", params=parameters, data={"query": query}, headers={"Accept": accept})
        self._whole(response, "", partial)
        return Answer.of(response, read(response.json()))

    def construct(self, query: str, *, form: str = TURTLE, at: int | None = None, partial: bool = False) -> Answer[str]:
        """Return the graph that a CONSTRUCT or DESCRIBE makes, as text in an RDF syntax named by its media type."""
        parameters = {} if at is None else {"at": str(at)}
        response = self.request("POST", "/sparql", params=parameters, data={"query": query}, headers={"Accept": form})
        return Answer.of(self._whole(response, "", partial), response.text)

    def export(
        self,
        format: str = "bibtex",
        *,
        style: str | None = None,
        at: int | None = None,
        **filters: Unpack[WorkFilters],
    ) -> Answer[bytes]:
        """Return the works that the filters select in a format, or as text in a citation style; never cut."""
        shown: Mapping[str, Given] = {
            "format": None if style else format,
            "style": style,
            "at": at,
            **cast("dict[str, Given]", filters),
        }
        response = self._whole(self._get("/export", shown, accept="*/*"), "", False)
        return Answer.of(response, response.content)

    def changes(self, *, thing: str | None = None, piece: str | None = None) -> Listing[Change]:
        """Return the versions, newest first; those of one thing by its IRI, of one piece of work by its name."""
        return self._list("/changes", thing=thing, piece=piece)

    def change(self, version: int) -> Answer[Change]:
        """Return one version."""
        return self._one(f"/changes/{version}")

    def history(self, collection: str, key: str, *, at: int | None = None) -> Listing[ThingChange]:
        """Return what each version did to one thing: `history("works", "ostrom1996")`."""
        return self._list(f"/{collection}/{in_path(key)}/history", at=at)

    def receipt(self, import_id: str | int) -> Answer[Receipt]:
        """Return the receipt of an import."""
        return self._one(f"/imports/{in_path(import_id)}")

    def queues(self, *, at: int | None = None) -> Listing[QueueSummary]:
        """Return what wants a curator, and how many of each."""
        return self._list("/queues", at=at)

    def queue(self, name: str, *, at: int | None = None) -> Listing[QueueItem]:
        """Return the items of one queue, each with the call that solves it."""
        return self._list(f"/queues/{in_path(name)}", at=at)

    def duplicates(self, *, decision: str | None = None, proposes: str | None = None) -> Listing[DuplicateCandidate]:
        """Return the pairs of works that may be one work, the likeliest first."""
        return self._list("/duplicates", decision=decision, proposes=proposes)

    def pins(self) -> Listing[Pin]:
        """Return the answers that are kept to be cited, newest first."""
        return self._list("/pins")

    def pin(self, key: str | int) -> Answer[Pin]:
        """Return one pin."""
        return self._one(f"/pins/{in_path(key)}")

    def pinned_answer(self, key: str | int) -> Answer[PinnedAnswer]:
        """Return what a pin keeps, and whether the library still answers that."""
        return self._one(f"/pins/{in_path(key)}/answer")

    def pin_difference(self, key: str | int, *, at: int | None = None) -> Listing[PinDifference]:
        """Return what has changed between an answer that is kept and that of now."""
        return self._list(f"/pins/{in_path(key)}/difference", at=at)


class _Discussions(Listing[Discussion]):
    """Works by what they say of a concept, each with the evidence for that."""

    def __init__(
        self, ask: Ask, address: str, parameters: Mapping[str, str], concepts: frozenset[str], state: str
    ) -> None:
        super().__init__(ask, address, parameters)
        self._concepts = concepts
        self._state = state

    def _items(self, page: Mapping[str, Any]) -> list[Discussion]:
        return [Discussion(work, [one for one in work["evidence"] if self._counts(one)]) for work in page["items"]]

    def _counts(self, evidence: Evidence) -> bool:
        return (
            evidence["about_iri"] in self._concepts
            and evidence["state"] == self._state
            and evidence["status"] == "accepted"
        )
