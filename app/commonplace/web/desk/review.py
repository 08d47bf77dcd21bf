"""Review evidence: the passage is seen in its text; it is kept or left out with a key, and the next one comes."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import quote, urlencode

from fastapi import Query, Request, Response
from pyoxigraph import NamedNode

from commonplace.curation.quotes import pages_of
from commonplace.derived.graph.snapshot import Snapshot
from commonplace.errors import BadRequest, CommonplaceError, Message, NotFound
from commonplace.library.evidence import label_of, read_evidence
from commonplace.web.api.curating.edits import editor_of
from commonplace.web.context import Context, ContextDep
from commonplace.web.desk.forms import SubmittedForm, form_of
from commonplace.web.desk.pages import AtDesk, Curating, desk_page, desk_router, refusal, see_other
from commonplace.web.desk.passages import page_of_kept_text, texts_with_quote
from commonplace.web.desk.queues import queue_named
from commonplace.web.desk.saving import save
from commonplace.web.desk.start import Done, done_change
from commonplace.web.http.threads import in_writer
from commonplace.web.pages.words.languages import language_of

router = desk_router()

InQueue = Annotated[str | None, Query(alias="queue", description="the queue that it is taken from")]
Was = Annotated[str | None, Query(max_length=1_000, description="key of the one that was judged before")]

TYPED = ("quote", "locator", "note", "certainty", "directness")
"""Members that can be mended before the evidence is kept."""


LOOK = "look"
"""Verdict of a button that judges nothing: the quote that was typed is looked for in the texts."""


@router.get("/desk/review/{key}")
def review(
    request: Request,
    context: ContextDep,
    token: AtDesk,
    key: str,
    in_queue: InQueue = None,
    done: Done = None,
    was: Was = None,
) -> Response:
    """Show one piece of evidence, with its quote where it stands."""
    return _page(request, context, key, in_queue, done=done_change(request, context, done), was=was)


@router.post("/desk/review/{key}")
async def judge(request: Request, context: ContextDep, token: Curating, key: str, in_queue: InQueue = None) -> Response:
    """Keep a piece of evidence, as it is or mended, or leave it out with the reason; go on to the next."""
    form = await form_of(request)
    editor = editor_of(token, "evidence", form.text("message"))
    typed = {name: form.text(name) for name in (*TYPED, "reason")}
    if form.text("verdict") == LOOK:
        return await in_writer(context, lambda: _page(request, context, key, in_queue, typed=typed))

    def write() -> int | None:
        patch = _patch(context, key, form)
        edited = save(context, "evidence", key, patch, editor, form.number("version"))
        return edited.entry.version if edited.entry else None

    try:
        made = await in_writer(context, write)
    except CommonplaceError as fault:
        if isinstance(fault, NotFound):
            raise
        return _page(request, context, key, in_queue, typed=typed, **refusal(fault))
    if in_queue is None:
        return see_other(f"/desk/review/{quote(key)}", done=made)
    following = _next(context, key, in_queue)
    if following is None:
        return see_other(f"/desk/queues/{in_queue}", done=made)
    return see_other(f"/desk/review/{quote(following)}", queue=in_queue, done=made, was=key)


def _patch(context: Context, key: str, form: SubmittedForm) -> dict[str, Any]:
    """Return what is changed of a piece of evidence: its standing, and what was mended. Raises `BadRequest`."""
    verdict = form.text("verdict")
    if verdict not in ("accepted", "rejected"):
        raise BadRequest(
            Message("%(verdict)r is no verdict", verdict=verdict), [("verdict", "keep it, or leave it out")]
        )
    said = {name: form.text(name) or None for name in TYPED}
    if verdict == "rejected":
        reason = form.text("reason")
        if not reason:
            raise BadRequest("why is it left out?", [("reason", "give the reason, which others will see")])
        said["note"] = f"{said['note']} Left out: {reason}" if said["note"] else reason
    node = context.minter.thing("evidence", key)
    now = context.library.read(lambda snapshot: read_evidence(snapshot, node, context.minter))
    if now is None:
        raise NotFound(Message("there is no evidence %(key)r", key=key))
    changed = {name: value for name, value in said.items() if value != getattr(now, name)}
    return {"status": verdict, **changed}


def _next(context: Context, key: str, queue: str) -> str | None:
    """Return the key of the evidence that follows in a queue, the first one after the last; None where it is empty."""
    asked = queue_named(context, queue)
    rows = context.library.read(lambda snapshot: asked.rows(snapshot, context.minter))
    here = context.minter.thing("evidence", key).value
    others = list(dict.fromkeys(row.thing.value for row in rows if row.thing.value != here))
    following = next((iri for iri in others if iri > here), others[0] if others else None)
    return context.minter.key(following) if following else None


def _page(
    request: Request, context: Context, key: str, queue: str | None, *, status: int = 200, **shown: Any
) -> Response:
    minter, language = context.minter, language_of(request)
    node = minter.thing("evidence", key)
    asked = queue_named(context, queue) if queue else None

    def read(snapshot: Snapshot) -> dict[str, Any]:
        found = read_evidence(snapshot, node, minter)
        if found is None:
            raise NotFound(Message("there is no evidence %(key)r", key=key))
        work = NamedNode(found.work_iri)
        source = NamedNode(found.quoted_from_iri) if found.quoted_from_iri else work
        wanted = shown["typed"]["quote"] if shown.get("typed") else found.quote
        return {
            "wanted": wanted,
            "evidence": found,
            "work_title": label_of(snapshot, work),
            "about": label_of(snapshot, NamedNode(found.about_iri), language),
            "texts": [
                *page_of_kept_text(snapshot, source, wanted, minter, context.library.texts),
                *texts_with_quote(snapshot, source, wanted),
            ],
            "text_at": f"/works/{quote(minter.key(source.value))}/text" if pages_of(snapshot, source, minter) else None,
            "waiting": len({row.thing for row in asked.rows(snapshot, minter)}) if asked else None,
            "version": snapshot.version,
        }

    found = context.library.read(read)
    back = f"/desk/review/{quote(shown.get('was') or key)}" + (f"?{urlencode({'queue': queue})}" if queue else "")
    return desk_page(request, "review.html", status=status, queue=asked, back=back, **{**found, **shown})
