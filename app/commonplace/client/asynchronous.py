"""Read and write a library from Python without waiting: every method of `Client`, as a coroutine.

Made from the synchronous client by `make reference`: change that, and not this file.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Generic, Literal, Self, TypeVar, Unpack, cast

import httpx
from tenacity import AsyncRetrying, retry_if_exception, stop_after_attempt

from commonplace.client.answering import Answer
from commonplace.client.answers import (
    Case,
    Change,
    Citation,
    Claim,
    Concept,
    DecidedDuplicate,
    DuplicateCandidate,
    Evidence,
    Found,
    FoundPassage,
    GapMap,
    JobStatus,
    MergeReport,
    Person,
    Pin,
    PinDifference,
    PinnedAnswer,
    QueueItem,
    QueueSummary,
    Receipt,
    Suggestion,
    ThingChange,
    UndoResult,
    Venue,
    Work,
)
from commonplace.client.asking import (
    JSON,
    TRIES,
    Given,
    _comes_again,
    _condition,
    _problem_of,
    _said,
    _sent,
    _wanted,
    in_path,
)
from commonplace.client.errors import Incomplete, Unreachable, problem
from commonplace.client.reading import RESULTS, TURTLE, Discussion, Row, WorkFilters
from commonplace.client.writing import Collection, _content

T = TypeVar("T")

AsyncAsk = Callable[[str, Mapping[str, str]], Awaitable[httpx.Response]]
"""Asks for an address with parameters, and raises what stands against an answer."""


class AsyncListing(Generic[T]):
    """A list of the library. Nothing is asked before it is looked into, and then page by page.

    Iterating follows `next` to the end. `first` is the first page as it came; what stands there of the whole list has
    properties here. A list is read anew each time it is iterated; the first page is kept.
    """

    def __init__(self, ask: AsyncAsk, address: str, parameters: Mapping[str, str]) -> None:
        self._ask = ask
        self._address = address
        self._parameters = parameters
        self._first: Answer[dict[str, Any]] | None = None

    async def _page(self, parameters: Mapping[str, str]) -> Answer[dict[str, Any]]:
        response = await self._ask(self._address, parameters)
        return Answer.of(response, cast("dict[str, Any]", response.json()))

    @property
    async def first(self) -> Answer[dict[str, Any]]:
        """Return the first page: its JSON, version and entity tag."""
        if self._first is None:
            self._first = await self._page(self._parameters)
        return self._first

    async def pages(self) -> AsyncIterator[Answer[dict[str, Any]]]:
        """Yield each page as it comes."""
        page = await self.first
        yield page
        while following := page.value.get("next"):
            page = await self._page(dict(httpx.URL(following).params))
            yield page

    async def __aiter__(self) -> AsyncIterator[T]:
        async for page in self.pages():
            for item in self._items(page.value):
                yield item

    def _items(self, page: Mapping[str, Any]) -> list[T]:
        """Return the things on a page."""
        return cast("list[T]", page["items"])

    @property
    async def total(self) -> int:
        """Return the number of things on all pages."""
        return int((await self.first).value["total"])

    @property
    async def version(self) -> int:
        """Return the version that the first page was made from."""
        return (await self.first).version

    @property
    async def etag(self) -> str:
        """Return the entity tag of the first page."""
        return (await self.first).etag

    @property
    async def complete(self) -> str:
        """Return `complete`, or how the list was cut."""
        return str((await self.first).value.get("complete", (await self.first).complete))

    @property
    async def coverage(self) -> dict[str, int]:
        """Return the number of works by what they say of the concept or claim that was asked for, unread ones too."""
        return cast("dict[str, int]", (await self.first).value.get("coverage", {}))

    @property
    async def extent(self) -> dict[str, int]:
        """Return how far the reading of the concept or claim has gone."""
        return cast("dict[str, int]", (await self.first).value.get("extent", {}))


class AsyncAsking:
    """A connection to a library at one address, and what every question has in common."""

    def __init__(
        self,
        base_url: str = "http://127.0.0.1:8000",
        *,
        token: str | None = None,
        timeout: float = 60.0,
        tries: int = TRIES,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        """Connect to the library at that address; `token` lets it be written to. `tries` is how often it is asked."""
        headers = {"User-Agent": "commonplace-client", "Accept": JSON}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        self._http = httpx.AsyncClient(
            base_url=base_url, headers=headers, timeout=timeout, transport=transport, follow_redirects=True
        )
        self._retrying = AsyncRetrying(
            stop=stop_after_attempt(tries), wait=_wanted, retry=retry_if_exception(_comes_again), reraise=True
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connection."""
        await self._http.aclose()

    async def request(self, method: str, address: str, **given: Any) -> httpx.Response:
        """Return what the library answers to a request, of whatever address; `given` goes to `httpx`.

        Raises `Problem`, `Unreachable`.
        """
        return await self._retrying(self._request_once, method, address, **given)

    async def _request_once(self, method: str, address: str, **given: Any) -> httpx.Response:
        try:
            response = await self._http.request(method, address, **given)
        except httpx.TransportError as fault:
            why = str(fault) or type(fault).__name__
            raise Unreachable(f"{self._http.base_url}: no answer to {method} {address}: {why}") from fault
        if response.is_error:
            raise _problem_of(response, method)
        return response

    async def _get(self, address: str, parameters: Mapping[str, Given], accept: str = JSON) -> httpx.Response:
        return await self.request("GET", address, params=_sent(parameters), headers={"Accept": accept})

    async def _one(self, address: str, **parameters: Given) -> Answer[Any]:
        """Return the JSON at an address."""
        response = await self._get(address, parameters)
        return Answer.of(response, _said(response))

    def _asking(self, partial: bool) -> AsyncAsk:
        """Return what asks for pages; it raises `Incomplete` where one is cut, unless a part will do."""

        async def ask(address: str, parameters: Mapping[str, str]) -> httpx.Response:
            response = await self._get(address, parameters)
            return self._whole(response, _said(response).get("complete", ""), partial)

        return ask

    def _list(self, address: str, partial: bool = False, **parameters: Given) -> AsyncListing[Any]:
        return AsyncListing(self._asking(partial), address, _sent(parameters))

    def _whole(self, response: httpx.Response, told: str, partial: bool) -> httpx.Response:
        complete = told or response.headers.get("commonplace-complete", "complete")
        if complete != "complete" and (not partial):
            raise Incomplete(str(response.url), complete)
        return response

    async def _send(
        self, method: str, address: str, document: object = None, if_match: str | int | None = None, **parameters: Given
    ) -> Answer[Any]:
        """Send a document, and return what the library answers."""
        media_type = "application/merge-patch+json" if method == "PATCH" else JSON
        content = b"" if document is None else json.dumps(document).encode()
        return await self._send_bytes(address, content, media_type if content else "", if_match, parameters, method)

    async def _send_bytes(
        self,
        address: str,
        content: bytes,
        media_type: str,
        if_match: str | int | None,
        parameters: Mapping[str, Given],
        method: str = "POST",
    ) -> Answer[Any]:
        """Send bytes of a media type, and return what the library answers: None where it says nothing."""
        headers = _condition(if_match) | ({"Content-Type": media_type} if media_type else {})
        response = await self.request(
            method, address, params=_sent(parameters), headers=headers, content=content or None
        )
        return Answer.of(response, _said(response) if response.content else None)


class AsyncReading(AsyncAsking):
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
    ) -> AsyncListing[Work]:
        """Return the works that the filters select, all of them without one; `limit` is the size of a page."""
        return self._list("/works", partial, sort=sort, limit=limit, at=at, **cast("dict[str, Given]", filters))

    async def work(self, key: str, *, at: int | None = None) -> Answer[Work]:
        """Return one work, by any of its keys."""
        return await self._one(f"/works/{in_path(key)}", at=at)

    def references(self, key: str, *, at: int | None = None) -> AsyncListing[Citation]:
        """Return what a work cites within the library, in its order; the others are in `first.value["as_text"]`."""
        return self._list(f"/works/{in_path(key)}/references", at=at)

    def citations(self, key: str, *, at: int | None = None) -> AsyncListing[Citation]:
        """Return what cites a work within the library."""
        return self._list(f"/works/{in_path(key)}/citations", at=at)

    def search(self, q: str, *, kind: str | None = None, partial: bool = False) -> AsyncListing[Found]:
        """Return what the words find, best first, of every kind of thing or of one.

        `first.value` has `in_texts` where works are found by their texts (`answers.FoundInTexts`).
        """
        return self._list("/search", partial, q=q, kind=kind)

    def people(self, q: str | None = None, *, at: int | None = None) -> AsyncListing[Person]:
        """Return the people who write or edit."""
        return self._list("/people", q=q, at=at)

    async def person(self, key: str, *, at: int | None = None) -> Answer[Person]:
        """Return one person."""
        return await self._one(f"/people/{in_path(key)}", at=at)

    def venues(self, q: str | None = None, *, at: int | None = None) -> AsyncListing[Venue]:
        """Return the journals, books and proceedings that works appear in."""
        return self._list("/venues", q=q, at=at)

    def concepts(self, q: str | None = None, *, at: int | None = None) -> AsyncListing[Concept]:
        """Return the concepts that works are read for."""
        return self._list("/concepts", q=q, at=at)

    async def concept(self, key: str, *, at: int | None = None) -> Answer[Concept]:
        """Return one concept, with its coverage."""
        return await self._one(f"/concepts/{in_path(key)}", at=at)

    async def discussing(
        self,
        concept: str,
        *,
        state: Literal["discusses", "silent", "unread"] = "discusses",
        at: int | None = None,
        partial: bool = False,
    ) -> AsyncListing[Discussion]:
        """Return the works that discuss a concept or a narrower one, each with its evidence on that.

        `coverage` counts all works: those that discuss it, those that were read and are silent on it, and those that
        nobody has read. With `state` the list is of the silent, or of the unread.
        """
        shown = {"discusses": concept, "state": state} | ({"at": str(at)} if at is not None else {})
        reached = await self._reached(concept, "broader" if state == "silent" else "narrower", at)
        return _AsyncDiscussions(self._asking(partial), "/works", shown, reached, state)

    async def _reached(self, concept: str, direction: Literal["narrower", "broader"], at: int | None) -> frozenset[str]:
        """Return the IRIs of a concept and of all that are narrower, or broader, over any number of steps."""
        asked = (await self.concept(concept, at=at)).value
        every = {one["iri"]: one async for one in self.concepts(at=at)}
        found: set[str] = set()
        waiting = [asked["iri"]]
        while waiting:
            iri = waiting.pop()
            if iri not in found:
                found.add(iri)
                waiting += [link["iri"] for link in every[iri].get(direction, ())]
        return frozenset(found)

    def claims(self, q: str | None = None, *, at: int | None = None) -> AsyncListing[Claim]:
        """Return the claims that works make, each with the evidence for and against it."""
        return self._list("/claims", q=q, at=at)

    async def claim(self, key: str, *, at: int | None = None) -> Answer[Claim]:
        """Return one claim, with its evidence and coverage."""
        return await self._one(f"/claims/{in_path(key)}", at=at)

    def cases(self, q: str | None = None, *, at: int | None = None) -> AsyncListing[Case]:
        """Return the cases, with every dimension that the sources give."""
        return self._list("/cases", q=q, at=at)

    async def case(self, key: str, *, at: int | None = None) -> Answer[Case]:
        """Return one case."""
        return await self._one(f"/cases/{in_path(key)}", at=at)

    async def evidence(self, key: str, *, at: int | None = None) -> Answer[Evidence]:
        """Return one piece of evidence."""
        return await self._one(f"/id/evidence/{in_path(key)}", at=at)

    async def gaps(
        self, *, concept: str | None = None, context: str | None = None, at: int | None = None
    ) -> Answer[GapMap]:
        """Return the gap map: for each concept and context, how many works discuss it, are silent, and are unread."""
        return await self._one("/gaps", concept=concept, context=context, at=at)

    def suggestions(self, concept: str, *, at: int | None = None) -> AsyncListing[Suggestion]:
        """Return unread works that may discuss a concept, the likeliest first."""
        return self._list("/suggestions", concept=concept, at=at)

    def find_quote(self, quote: str, *, at: int | None = None) -> AsyncListing[FoundPassage]:
        """Return where a passage stands in the text that is held; `coverage` says of how many works an abstract is."""
        return self._list("/find", quote=quote, at=at)

    def query(
        self, name: str, *, at: int | None = None, partial: bool = False, **parameters: Given
    ) -> AsyncListing[Any]:
        """Return the rows of a named query; a parameter called `from` is given as `from_`."""
        return self._list(f"/queries/{in_path(name)}", partial, at=at, **parameters)

    async def sparql(self, query: str, *, at: int | None = None, partial: bool = False) -> Answer[list[Row]]:
        """Return the rows of a SELECT. Relative IRIs are resolved against the library's base."""
        return await self._asked(query, RESULTS, at, partial, lambda text: text["results"]["bindings"])

    async def ask(self, query: str, *, at: int | None = None) -> Answer[bool]:
        """Return what an ASK says."""
        return await self._asked(query, RESULTS, at, False, lambda text: text["boolean"])

    async def _asked(self, query: str, accept: str, at: int | None, partial: bool, read: Any) -> Answer[Any]:
        parameters = {} if at is None else {"at": str(at)}
        response = await self.request(
            "POST", "/sparql", params=parameters, data={"query": query}, headers={"Accept": accept}
        )
        self._whole(response, "", partial)
        return Answer.of(response, read(response.json()))

    async def construct(
        self, query: str, *, form: str = TURTLE, at: int | None = None, partial: bool = False
    ) -> Answer[str]:
        """Return the graph that a CONSTRUCT or DESCRIBE makes, as text in an RDF syntax named by its media type."""
        parameters = {} if at is None else {"at": str(at)}
        response = await self.request(
            "POST", "/sparql", params=parameters, data={"query": query}, headers={"Accept": form}
        )
        return Answer.of(self._whole(response, "", partial), response.text)

    async def export(
        self, format: str = "bibtex", *, style: str | None = None, at: int | None = None, **filters: Unpack[WorkFilters]
    ) -> Answer[bytes]:
        """Return the works that the filters select in a format, or as text in a citation style; never cut."""
        shown: Mapping[str, Given] = {
            "format": None if style else format,
            "style": style,
            "at": at,
            **cast("dict[str, Given]", filters),
        }
        response = self._whole(await self._get("/export", shown, accept="*/*"), "", False)
        return Answer.of(response, response.content)

    def changes(self, *, thing: str | None = None, piece: str | None = None) -> AsyncListing[Change]:
        """Return the versions, newest first; those of one thing by its IRI, of one piece of work by its name."""
        return self._list("/changes", thing=thing, piece=piece)

    async def change(self, version: int) -> Answer[Change]:
        """Return one version."""
        return await self._one(f"/changes/{version}")

    def history(self, collection: str, key: str, *, at: int | None = None) -> AsyncListing[ThingChange]:
        """Return what each version did to one thing: `history("works", "ostrom1996")`."""
        return self._list(f"/{collection}/{in_path(key)}/history", at=at)

    async def receipt(self, import_id: str | int) -> Answer[Receipt]:
        """Return the receipt of an import."""
        return await self._one(f"/imports/{in_path(import_id)}")

    def queues(self, *, at: int | None = None) -> AsyncListing[QueueSummary]:
        """Return what wants a curator, and how many of each."""
        return self._list("/queues", at=at)

    def queue(self, name: str, *, at: int | None = None) -> AsyncListing[QueueItem]:
        """Return the items of one queue, each with the call that solves it."""
        return self._list(f"/queues/{in_path(name)}", at=at)

    def duplicates(
        self, *, decision: str | None = None, proposes: str | None = None
    ) -> AsyncListing[DuplicateCandidate]:
        """Return the pairs of works that may be one work, the likeliest first."""
        return self._list("/duplicates", decision=decision, proposes=proposes)

    def pins(self) -> AsyncListing[Pin]:
        """Return the answers that are kept to be cited, newest first."""
        return self._list("/pins")

    async def pin(self, key: str | int) -> Answer[Pin]:
        """Return one pin."""
        return await self._one(f"/pins/{in_path(key)}")

    async def pinned_answer(self, key: str | int) -> Answer[PinnedAnswer]:
        """Return what a pin keeps, and whether the library still answers that."""
        return await self._one(f"/pins/{in_path(key)}/answer")

    def pin_difference(self, key: str | int, *, at: int | None = None) -> AsyncListing[PinDifference]:
        """Return what has changed between an answer that is kept and that of now."""
        return self._list(f"/pins/{in_path(key)}/difference", at=at)


class _AsyncDiscussions(AsyncListing[Discussion]):
    """Works by what they say of a concept, each with the evidence for that."""

    def __init__(
        self, ask: AsyncAsk, address: str, parameters: Mapping[str, str], concepts: frozenset[str], state: str
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
            and (evidence["status"] == "accepted")
        )


class AsyncWriting(AsyncAsking):
    """What can be written to a library with a token; each write is one version, which `undo` takes back.

    `if_match` is the `etag` of an answer, or a version: if the library has moved on since, the write raises
    `Conflict`, and nothing is written. `message` says why, and stays in the history.
    """

    async def create(
        self,
        collection: Collection,
        members: Mapping[str, Any],
        *,
        message: str | None = None,
        if_match: str | int | None = None,
    ) -> Answer[dict[str, Any]]:
        """Make a thing of its members, and return it."""
        return await self._send("POST", f"/{collection}", members, if_match, message=message)

    async def edit(
        self,
        collection: Collection,
        key: str,
        members: Mapping[str, Any],
        *,
        message: str | None = None,
        if_match: str | int | None = None,
    ) -> Answer[dict[str, Any]]:
        """Change those members of a thing, None clears one; return the thing."""
        return await self._send("PATCH", f"/{collection}/{in_path(key)}", members, if_match, message=message)

    async def delete(
        self,
        collection: Collection,
        key: str,
        *,
        dry_run: bool = False,
        with_dependents: bool = False,
        message: str | None = None,
        if_match: str | int | None = None,
    ) -> Answer[dict[str, Any]]:
        """Delete a thing, or say what that would take along; return what went."""
        more: dict[str, Given] = {"dry_run": dry_run, "with_dependents": with_dependents, "message": message}
        return await self._send("DELETE", f"/{collection}/{in_path(key)}", None, if_match, **more)

    async def add_evidence(
        self,
        work: str,
        about: str,
        state: str,
        *,
        message: str | None = None,
        if_match: str | int | None = None,
        **members: str | None,
    ) -> Answer[Evidence]:
        """Say what a work says of a concept or claim; from a contributor it is a proposal.

        `members` are the others of evidence: `quote`, `locator`, `directness`, `certainty`, `note` … `about` is the
        key of a concept or claim, or its IRI.
        """
        given = {name: value for name, value in members.items() if value is not None}
        return await self._send(
            "POST", "/evidence", {"work": work, "about": about, "state": state, **given}, if_match, message=message
        )

    async def import_file(
        self,
        file: Path | str | bytes,
        *,
        filename: str | None = None,
        media_type: str = "application/octet-stream",
        dry_run: bool = False,
        if_match: str | int | None = None,
    ) -> Answer[Receipt]:
        """Import a file, or its bytes, and wait for the receipt. The format is guessed where no media type is given."""
        content, name = _content(file)
        return await self._imported(content, media_type, if_match, dry_run=dry_run, filename=filename or name)

    async def import_dois(
        self, dois: Sequence[str], *, dry_run: bool = False, enrich: bool = False, if_match: str | int | None = None
    ) -> Answer[Receipt]:
        """Fetch works by DOI and import them, or add to those there are (`enrich`); wait for the receipt."""
        return await self._imported({"dois": list(dois)}, "application/json", if_match, dry_run=dry_run, enrich=enrich)

    async def _imported(
        self, content: bytes | dict[str, Any], media_type: str, if_match: str | int | None, **parameters: Given
    ) -> Answer[Receipt]:
        """Send what is to be imported, and follow the job where it takes long."""
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        answer: Answer[Any] = await self._send_bytes("/imports", body, media_type, if_match, parameters)
        return await self._of_job(answer.value) if "fates" not in answer.value else answer

    async def _of_job(self, job: JobStatus) -> Answer[Receipt]:
        """Wait for the end of an import, and return its receipt. Raises the problem that it ended in."""
        address = f"/imports/jobs/{job['id']}"
        while job["state"] in ("queued", "running"):
            await self.request("GET", f"{address}/events", headers={"Accept": "text/event-stream"}, timeout=None)
            job = (await self._one(address)).value
        if job["state"] != "done":
            told: Mapping[str, Any] = job.get("problem") or {"title": f"The import was {job['state']}", "status": 409}
            raise problem(int(told["status"]), told, "POST", None)
        return await self._one(f"{address}/receipt")

    async def undo(
        self, version: int, *, message: str | None = None, if_match: str | int | None = None
    ) -> Answer[UndoResult]:
        """Take a version back as a new version; `kept` says what later versions keep it from undoing."""
        return await self._send("POST", f"/changes/{version}/undo", None, if_match, message=message)

    async def decide(
        self, works: tuple[str, str], judgement: str, *, reason: str | None = None
    ) -> Answer[DecidedDuplicate]:
        """Judge whether two works are one: `same`, `different`, `unsure` or `related`."""
        body = {"works": list(works), "judgement": judgement} | ({"reason": reason} if reason else {})
        return await self._send("POST", "/duplicates/decisions", body)

    async def merge(
        self,
        keep: str,
        drop: str,
        *,
        kind: str = "work",
        fields: Mapping[str, str] | None = None,
        dry_run: bool = False,
        if_match: str | int | None = None,
    ) -> Answer[MergeReport]:
        """Merge one thing into another; `fields` says of which side a value is kept."""
        body = {"keep": keep, "from": drop, "kind": kind, "fields": dict(fields or {})}
        return await self._send("POST", "/merges", body, if_match, dry_run=dry_run)

    async def bulk(
        self, select: Mapping[str, Any], change: object, *, dry_run: bool = False, if_match: str | int | None = None
    ) -> Answer[dict[str, Any]]:
        """Change many works in one way, as one version, or say what that would change."""
        return await self._send("POST", "/bulk", {"select": select, "change": change}, if_match, dry_run=dry_run)

    async def update(
        self, update: str, *, message: str | None = None, if_match: str | int | None = None
    ) -> Answer[Any]:
        """Send a SPARQL Update: one version. The value is None when it changed nothing."""
        sent = {"message": message}
        return await self._send_bytes("/sparql", update.encode(), "application/sparql-update", if_match, sent)

    async def keep_answer(
        self, address: str | None = None, *, query: str | None = None, title: str | None = None, note: str | None = None
    ) -> Answer[Pin]:
        """Pin the answer of an address of the library, or of a SPARQL query, so that it can be cited."""
        given = {"address": address, "query": query, "title": title, "note": note}
        return await self._send("POST", "/pins", {name: value for name, value in given.items() if value is not None})


class AsyncClient(AsyncReading, AsyncWriting):
    """A library at an address: `with Client("http://127.0.0.1:8000", token=…) as library`.

    It may be shared between threads.
    """
