"""Keep the text of a work at the desk: add a file, see which pages have no words, take the text away."""

from __future__ import annotations

from typing import Any

from fastapi import Request, Response
from pyoxigraph import NamedNode
from starlette.datastructures import UploadFile

from commonplace.derived.graph.records import is_work
from commonplace.derived.graph.snapshot import Snapshot
from commonplace.errors import BadRequest, CommonplaceError, Message, NotFound
from commonplace.exchange.edits import Editor
from commonplace.importers.reading_problems import reading_problems
from commonplace.library.evidence import evidence_nodes, evidence_of_work, label_of
from commonplace.library.schemas import Evidence
from commonplace.library.work_texts import text_of_work
from commonplace.model.change import Entry
from commonplace.model.namespaces import PROV
from commonplace.web.answers import missing
from commonplace.web.api.reading.texts import read_text
from commonplace.web.context import Context, ContextDep
from commonplace.web.desk.forms import form_of
from commonplace.web.desk.pages import AtDesk, Curating, desk_page, desk_router, refusal, see_other
from commonplace.web.desk.start import Done, done_change
from commonplace.web.desk.things import desk_address
from commonplace.web.http.threads import in_writer
from commonplace.web.pages.words.languages import language_of

router = desk_router()

LICENCES = ("CC-BY-4.0", "CC-BY-SA-4.0", "CC-BY-ND-4.0", "CC0-1.0", "CC-BY-NC-4.0", "CC-BY-NC-ND-4.0")
"""Licences that the form offers; any other may be typed."""


@router.get("/desk/works/{key:path}/text")
def text_page(request: Request, context: ContextDep, token: AtDesk, key: str, done: Done = None) -> Response:
    """Show whether a text of a work is kept, and the form that keeps one."""
    return _page(request, context, key, done=done_change(request, context, done))


def _page(request: Request, context: Context, key: str, **more: Any) -> Response:
    node = context.minter.thing("work", key)

    def read(snapshot: Snapshot) -> dict[str, Any]:
        if not is_work(snapshot, node):
            raise NotFound(Message("there is no work %(key)r", key=key))
        text = text_of_work(snapshot, node, context.minter)
        quotes = _quotes(snapshot, node, context, language_of(request)) if text else []
        return {"title": label_of(snapshot, node), "text": text, "quotes": quotes}

    try:
        shown = context.library.read(read)
    except NotFound as fault:
        raise missing(context.library, node, None) from fault
    at_desk = desk_address("work", key)
    return desk_page(request, "text.html", key=key, at_desk=at_desk, licences=LICENCES, **{**shown, **more})


def _quotes(snapshot: Snapshot, work: NamedNode, context: Context, language: str) -> list[tuple[str, Evidence]]:
    """Return the evidence that quotes a work, with the names of what it is about: what is not in its text first."""
    minter = context.minter
    quoting = (
        *evidence_nodes(snapshot, minter.term("work"), work),
        *evidence_nodes(snapshot, PROV["wasQuotedFrom"], work),
    )
    every = evidence_of_work(snapshot, work, minter, dict.fromkeys(quoting))
    found = [one for one in every if one.quote and (one.quoted_from_iri or one.work_iri) == work.value]
    found.sort(key=lambda one: one.quote_page or 0)
    return [(label_of(snapshot, NamedNode(one.about_iri), language) or one.about, one) for one in found]


@router.post("/desk/works/{key:path}/text")
async def keep(request: Request, context: ContextDep, token: Curating, key: str) -> Response:
    """Keep the file that was chosen as the text of a work."""
    form = await form_of(request, most=context.import_bytes)
    try:
        files, licence = form.files("file"), form.text("licence")
        entry = await in_writer(context, lambda: _kept(context, key, files, licence, token.name))
    except CommonplaceError as fault:
        told = refusal(fault)
        return await in_writer(context, lambda: _page(request, context, key, typed=licence, **told))
    finally:
        await form.close()
    return see_other(f"{desk_address('work', key)}/text", done=entry.version if entry else None)


def _kept(context: Context, key: str, files: list[UploadFile], licence: str, agent: str) -> Entry | None:
    """Keep a file as the text of a work. Raises `BadRequest` where none was chosen, and what `Texts.keep` raises."""
    if not files:
        raise BadRequest("there is no file", [("file", "choose a PDF, or plain text")])
    file = files[0]
    with reading_problems(file.filename or "the text"):
        given = read_text(file.file, "", None, licence or None)
    return context.texts.keep(key, given, Editor(agent)).entry


@router.post("/desk/works/{key:path}/text/away")
async def take_away(request: Request, context: ContextDep, token: Curating, key: str) -> Response:
    """Take the text away from a work."""
    await (await form_of(request)).close()
    entry = await in_writer(context, lambda: context.texts.take_away(key, Editor(token.name)))
    return see_other(f"{desk_address('work', key)}/text", done=entry.version)
