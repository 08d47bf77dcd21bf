"""Judge suggestions: for a concept one unread work after another, each with a key."""

from __future__ import annotations

from collections.abc import Collection
from typing import Annotated, Any
from urllib.parse import quote, urlencode

from fastapi import Query, Request, Response
from pyoxigraph import NamedNode

from commonplace.derived.graph.snapshot import Snapshot
from commonplace.errors import BadRequest, CommonplaceError, Message
from commonplace.library.evidence import label_of
from commonplace.library.headings import select_concepts
from commonplace.library.named_things import named_thing
from commonplace.library.suggestions.finding import by_search
from commonplace.library.suggestions.suggesting import SuggestedWork
from commonplace.library.things_called import things_called
from commonplace.library.work_texts import texts_to_search
from commonplace.library.works import work_of
from commonplace.web.api.curating.edits import editor_of
from commonplace.web.context import Context, ContextDep
from commonplace.web.desk.forms import SubmittedForm, form_of
from commonplace.web.desk.pages import AtDesk, desk_page, desk_router, refusal, see_other
from commonplace.web.desk.passages import ShownText, page_with_quote, texts_with_quote
from commonplace.web.desk.start import Done, done_change
from commonplace.web.http.threads import in_writer
from commonplace.web.pages.words.languages import language_of

router = desk_router()

Skipped = Annotated[str, Query(max_length=8_000, description="keys of works that are passed over, with commas")]
ConceptWords = Annotated[str, Query(max_length=1_000, description="words of a concept, or its key")]
Judged = Annotated[int, Query(ge=0, description="how many were judged in this sitting")]

SKIPPED = 200
"""Maximum number of works that are passed over in one sitting: the address carries them."""

TYPED = ("quote", "locator", "note", "directness", "certainty")


@router.get("/desk/suggestions")
def concepts(request: Request, context: ContextDep, token: AtDesk, q: ConceptWords = "") -> Response:
    """List the concepts that works may be judged on, each with the number of works that are unread on it.

    With words those that they may mean, likeliest first; the one that they name is led to.
    """
    minter, language = context.minter, language_of(request)
    called = things_called(context.library, ("concept",), q, language) if q.strip() else None
    if called is not None and called.taken is not None:
        return see_other(_address(minter.key(called.taken).removeprefix("concept/")))
    states = context.states.ready(context.library.graph_at())

    def read(snapshot: Snapshot) -> list[tuple[str, str, int]]:
        said = states(snapshot)
        if called is not None:
            return [(link.label or "", link.key, said.unread_on(link.iri)) for link in called.choices]
        found = [
            (label_of(snapshot, node, language) or "", minter.key(node.value), said.unread_on(node.value))
            for node in select_concepts(None).everything(snapshot)
        ]
        return sorted(found, key=lambda one: one[0].casefold())

    more = called is not None and called.more
    return desk_page(request, "suggestions.html", concepts=context.library.read(read), q=q.strip(), more=more)


@router.get("/desk/suggestions/{concept}")
def suggestion(
    request: Request,
    context: ContextDep,
    token: AtDesk,
    concept: str,
    skip: Skipped = "",
    judged: Judged = 0,
    done: Done = None,
) -> Response:
    """Show the likeliest unread work, with the words that speak for it."""
    return _page(request, context, concept, _keys(skip), judged, done=done_change(request, context, done))


@router.post("/desk/suggestions/{concept}")
async def judge(
    request: Request, context: ContextDep, token: AtDesk, concept: str, skip: Skipped = "", judged: Judged = 0
) -> Response:
    """Record that a work discusses the concept, or was read and is silent, and go on to the next."""
    form = await form_of(request)
    skipped, key = _keys(skip), form.text("work")
    if form.text("verdict") == "skip":
        return see_other(_address(concept), **_sitting([*skipped, key][-SKIPPED:], judged))
    editor = editor_of(token, "evidence", form.text("message"))
    try:
        values = {**_values(form), "work": key, "about": concept}
        made = await in_writer(context, lambda: context.edits.create("evidence", values, editor))
    except CommonplaceError as fault:
        typed = {name: form.text(name) for name in TYPED}
        return _page(request, context, concept, skipped, judged, typed=typed, only=key, **refusal(fault))
    version = made.entry.version if made.entry else None
    return see_other(_address(concept), **_sitting(skipped, judged + 1), done=version)


def _values(form: SubmittedForm) -> dict[str, Any]:
    """Return the members of the evidence that a verdict makes. Raises `BadRequest`."""
    verdict = form.text("verdict")
    if verdict == "silent":
        given = {"state": "silent", "certainty": form.text("certainty"), "note": form.text("note")}
    elif verdict == "discusses":
        given = {"state": "discusses", **{name: form.text(name) for name in TYPED}}
    else:
        raise BadRequest(
            Message("%(verdict)r is no verdict", verdict=verdict), [("verdict", "use discusses, silent or skip")]
        )
    return {name: value for name, value in given.items() if value}


def _keys(skip: str) -> list[str]:
    return [key for key in skip.split(",") if key]


def _address(concept: str) -> str:
    return f"/desk/suggestions/{quote(concept)}"


def _sitting(skipped: Collection[str], judged: int) -> dict[str, object]:
    """Return the parameters that carry a sitting from page to page."""
    return {"skip": ",".join(skipped) or None, "judged": judged or None}


def _page(
    request: Request,
    context: Context,
    concept: str,
    skipped: list[str],
    judged: int,
    *,
    status: int = 200,
    only: str | None = None,
    **shown: Any,
) -> Response:
    minter, states = context.minter, context.states.ready(context.library.graph_at())
    language = language_of(request)

    def read(snapshot: Snapshot) -> dict[str, Any]:
        node = named_thing(snapshot, minter, "concept", concept, "concept")
        find, texts = by_search(context.library.search()), texts_to_search(snapshot)  # with a token, all are read
        found = context.suggestions.of(snapshot, node, find, states(snapshot), texts)
        passed = set(skipped)
        rest = [one for one in found.ranked if minter.key(one[1].value) not in passed]
        if only is not None:  # the one that could not be saved is shown again
            rest = [one for one in found.ranked if minter.key(one[1].value) == only]
        first = found.shown(snapshot, rest[:1])
        said: dict[str, Any] = {
            "concept": concept,
            "label": label_of(snapshot, node, language),
            "coverage": found.coverage,
            "learnt": found.learnt,
            "left": len(rest),
        }
        if first:
            said |= _work(snapshot, first[0].work, context, language)
            said |= {"because": first[0].passage.because, "passage": first[0].passage}
            said["texts"] = _texts(snapshot, first[0])
        return said

    found = context.library.read(read)
    sitting = {name: value for name, value in _sitting(skipped, judged).items() if value is not None}
    before = {name: value for name, value in _sitting(skipped, max(0, judged - 1)).items() if value is not None}
    return desk_page(
        request,
        "suggestion.html",
        status=status,
        judged=judged,
        action=f"{_address(concept)}?{urlencode(sitting)}",
        back=f"{_address(concept)}?{urlencode(before)}",
        **{**found, **shown},
    )


def _texts(snapshot: Snapshot, one: SuggestedWork) -> list[ShownText]:
    """Return what is held of a work with the proposed quote marked, first the page of its text that this is from."""
    shown, passage = texts_with_quote(snapshot, one.work, one.passage.quote), one.passage
    return [page_with_quote(passage.locator, passage.around, passage.quote), *shown] if passage.around else shown


def _work(snapshot: Snapshot, node: NamedNode, context: Context, language: str) -> dict[str, Any]:
    """Return a work, and the names of the concepts that it is held to discuss, in a language."""
    work = work_of(snapshot, node, context.minter)
    discussed = {
        one.about_iri: label_of(snapshot, NamedNode(one.about_iri), language) or one.about
        for one in work.evidence
        if one.status == "accepted" and one.about_type == "concept" and one.state == "discusses"
    }
    return {"work": work, "discussed": list(discussed.values())}
