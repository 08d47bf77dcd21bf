"""Serve the pages of answers that need nothing else: each shows what the API answers at the same address.

The page asks the address as a program would, and shows the answer: so what may be asked, what is refused, which version
is answered from and who waits for whom are the same for both. A new page is a row of `SHOWN`, with its template.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from fastapi import Request, Response
from starlette.concurrency import run_in_threadpool

from commonplace.library.labels import in_language
from commonplace.model.change import Version
from commonplace.web.api.reading.work_addresses import WORK_LISTS
from commonplace.web.asked_within import Answered, ask_within
from commonplace.web.context import Context, context_of
from commonplace.web.http.negotiation import JSON, etag, not_modified, stamp, unchanged
from commonplace.web.http.problems import for_readers
from commonplace.web.http.threads import in_searcher
from commonplace.web.pages import adding, pinned_answers, question_forms
from commonplace.web.pages.asking import ask_for_words, concept_of_suggestions, lead_to_history
from commonplace.web.pages.page_route import PageRouter, led
from commonplace.web.pages.rendering import VARY, form_of_page, page
from commonplace.web.pages.words.languages import language_of

MOST_BYTES = 20_000_000
"""Maximum size of an answer that is shown as a page."""

Add = Callable[[Context, Request, Any], Mapping[str, object]]
"""Return what a page says beside the answer."""


Ask = Callable[[Context, Request], Response | None]
"""Return a page that is shown before an answer is asked for, None where there is no need."""


def _no_question(context: Context, request: Request) -> Response | None:
    """Return nothing: the address says all."""
    return None


@dataclass(frozen=True, slots=True)
class ShownAnswer:
    """A page that shows an answer: its addresses, its template, and what is read beside the answer.

    `first` may ask something before.
    """

    paths: tuple[str, ...]
    template: str
    add: Add = adding.nothing
    first: Ask = _no_question


_THINGS = ("people", "organizations", "venues", "concepts", "claims", "cases", "evidence")

SHOWN = (
    ShownAnswer(("/search",), "search.html", adding.words_asked, ask_for_words),
    ShownAnswer(("/find",), "find.html", adding.quote_asked, ask_for_words),
    ShownAnswer(("/suggestions",), "suggestions.html", adding.concept_asked, concept_of_suggestions),
    ShownAnswer(("/changes",), "changes.html", adding.names_in_changes),
    ShownAnswer(("/changes/diff",), "library_diff.html", adding.versions_asked, ask_for_words),
    ShownAnswer(("/changes/{version}",), "change.html", adding.names_in_changes),
    ShownAnswer(
        (f"{WORK_LISTS}/history", *(f"/{plural}/{{key}}/history" for plural in _THINGS)),
        "history.html",
        adding.versions_of_thing,
    ),
    ShownAnswer(
        (f"{WORK_LISTS}/diff", *(f"/{plural}/{{key}}/diff" for plural in _THINGS)),
        "diff.html",
        adding.thing_of_diff,
        lead_to_history,
    ),
    ShownAnswer((f"{WORK_LISTS}/provenance",), "provenance.html", adding.thing_of_path),
    ShownAnswer((f"{WORK_LISTS}/text",), "text.html", adding.thing_of_path),
    ShownAnswer((f"{WORK_LISTS}/references", f"{WORK_LISTS}/citations"), "citations.html", adding.thing_of_path),
    ShownAnswer(("/queries",), "queries.html", question_forms.queries),
    ShownAnswer(("/queries/{name}",), "query.html", question_forms.query_asked, question_forms.things_of_query),
    ShownAnswer(("/pins",), "pins.html", pinned_answers.questions_of_pins),
    ShownAnswer(("/pins/{key}",), "pin.html", pinned_answers.of_pin),
    ShownAnswer(("/pins/{key}/answer",), "pin_answer.html", pinned_answers.kept_in_words),
    ShownAnswer(("/pins/{key}/difference",), "pin_difference.html", pinned_answers.difference_in_words),
    ShownAnswer(("/prisma",), "prisma.html"),
    ShownAnswer(("/screenings",), "screenings.html", adding.works_of_screenings),
    ShownAnswer(("/queues",), "queues.html"),
    ShownAnswer(("/queues/{name}",), "queue.html", adding.queue_asked),
    ShownAnswer(("/queues/{name}/done",), "queue_done.html", adding.queue_asked),
    ShownAnswer(("/duplicates",), "duplicates.html", adding.pairs_asked, adding.work_of_pairs),
    ShownAnswer(("/duplicates/{id}",), "pair.html", adding.works_of_pair),
    ShownAnswer(("/imports/jobs",), "jobs.html"),
    ShownAnswer(("/imports/jobs/{id}",), "job.html"),
    ShownAnswer(("/imports/{id}", "/imports/jobs/{id}/receipt"), "receipt.html", adding.works_of_receipt),
    ShownAnswer(("/merges/{version}",), "merge.html"),
    ShownAnswer(("/decisions/{version}",), "decisions_receipt.html", adding.works_of_decisions),
    ShownAnswer(("/id/evidence/{key}",), "evidence.html", adding.text_of_evidence),
    ShownAnswer(("/id/{kind}/{key:path}",), "node.html", adding.things_of_node),
)
"""Pages of answers, in the order in which an address is looked up."""

router = PageRouter(checks_parameters=False)  # the address itself does


def _serve(shown: ShownAnswer) -> None:
    @router.page(*shown.paths)
    async def show(request: Request) -> Response:
        if shown.first is not _no_question:
            context = context_of(request)
            if asks := await in_searcher(context, partial(shown.first, context, request)):
                return asks
        address = request.scope.get("raw_path", request.scope["path"].encode()).decode("latin-1")
        query = request.scope["query_string"].decode("latin-1")
        found = await ask_within(request, f"{address}?{query}" if query else address, JSON.media_type, MOST_BYTES)
        if found.status != 200 or found.media_type != JSON.media_type:
            return await run_in_threadpool(_otherwise, request, found)
        return await run_in_threadpool(_shown, request, shown, found)


def _shown(request: Request, shown: ShownAnswer, found: Answered) -> Response:
    version = Version(int(found.headers["commonplace-version"])) if "commonplace-version" in found.headers else None
    form = form_of_page(request)
    form = replace(form, name=form.name + _reader_of(found))
    if version is not None and not_modified(request, etag(version, form.name)):
        response = unchanged(form, version)
    else:
        context, language = context_of(request), language_of(request)
        data = json.loads(found.body)
        added = shown.add(context, request, data)
        if language != "en":
            data, added = context.library.read(lambda s: in_language(s, (data, added), language), adding.at_of(request))
        response = page(request, shown.template, {"answer": data, **added}, version=version)
        if version is not None:
            stamp(response, form, version, past=False)
            response.headers["Commonplace-Complete"] = found.headers.get("commonplace-complete", "complete")
    response.headers["Vary"] = VARY
    if version is not None and found.headers.get("cache-control", "").startswith("private"):
        response.headers["Cache-Control"] = found.headers["cache-control"]
    kept = ("link", "cache-control") if version is None else ("link",)
    response.headers.update({name: found.headers[name] for name in kept if name in found.headers})
    return response


def _reader_of(found: Answered) -> str:
    """Return what the tag of a JSON answer says of the texts that it was made from: a page of it is another, too."""
    return found.headers.get("etag", "").strip('"').partition(f";{JSON.name}")[2]


def _otherwise(request: Request, found: Answered) -> Response:
    """Return an answer that is none: where it is now, or what is wrong, as a page."""
    kept: dict[str, str] = {
        name: found.headers[name] for name in ("location", "retry-after", "cache-control") if name in found.headers
    }
    if found.status == 301 and "location" in found.headers:
        return led(request, found.headers["location"])
    problem = found.problem()
    if found.status < 400 or not problem:
        return Response(found.body, found.status, kept, found.media_type or None)
    kind = {"title": problem.get("title", ""), "status": found.status, "about": ""}
    response = page(request, "problem.html", {"kind": kind, "problem": for_readers(problem)}, status=found.status)
    response.headers.update(kept)
    return response


for _row in SHOWN:
    _serve(_row)
