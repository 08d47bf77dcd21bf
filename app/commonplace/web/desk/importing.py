"""Import at the desk: by file, paste or DOIs; each entry is previewed, and can be mended, before it is written."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from typing import Annotated, Any, Literal

from fastapi import Query, Request, Response

from commonplace.errors import BadRequest, CommonplaceError, Conflict, Message
from commonplace.exchange.doi_lists import read_doi_list
from commonplace.exchange.imports import receipt_of
from commonplace.exchange.receipts import FATES, Receipt, ReceiptItem
from commonplace.importers.formats import IMPORT_FORMATS
from commonplace.model.change import Version
from commonplace.model.identifiers import normal_doi
from commonplace.web.api.exchange.imports import over_within
from commonplace.web.context import Context, ContextDep
from commonplace.web.desk.drafts import (
    DOIS,
    ImportDraft,
    entry_texts,
    mended,
    named_entries,
    names_by_text,
    replace,
    run,
)
from commonplace.web.desk.forms import SubmittedForm, form_of
from commonplace.web.desk.pages import AtDesk, Curating, desk_page, desk_router, problem_page, see_other
from commonplace.web.desk.start import Done, done_change
from commonplace.web.http.threads import in_writer
from commonplace.web.pages.references import works_named

router = desk_router()

IMPORT = "/desk/import"

SHOWN = 100
"""Number of entries on a page of a preview."""

QUICK_SECONDS = 1.5
"""Maximum time to wait for a preview before the page that shows how far it is."""

Show = Literal["attention", "all", "new", "matched", "updated", "failed"]
From = Annotated[int, Query(ge=0, description="place of the first entry that is shown")]


Mended = Annotated[int | None, Query(ge=1, description="place of the entry that was mended, or left out, just now")]


@router.get(IMPORT)
def import_page(request: Request, context: ContextDep, token: AtDesk) -> Response:
    """Ask for a file, a paste or a list of DOIs."""
    return _begin_page(request, context, token)


def _begin_page(request: Request, context: Context, token: Any, **shown: Any) -> Response:
    formats = [(name, made.format.extensions) for name, made in IMPORT_FORMATS.items()]
    return desk_page(request, "import.html", formats=formats, begun=context.drafts.begun(token), **shown)


@router.post(IMPORT)
async def begin(request: Request, context: ContextDep, token: AtDesk) -> Response:
    """Take the content in and preview it; nothing is written."""
    form = await form_of(request, most=context.import_bytes)
    try:
        drafts = await _drafts(context, form, token.name)
    except CommonplaceError as fault:
        shown = {
            "why": fault.detail,
            "errors": fault.errors,
            "pasted": form.text("pasted"),
            "format": form.text("format"),
            "status": 400,
        }
        return _begin_page(request, context, token, **shown)
    finally:
        await form.close()
    await _preview(context, drafts[0])
    return see_other(f"{IMPORT}/{drafts[0].id}")


async def _drafts(context: Context, form: SubmittedForm, agent: str) -> list[ImportDraft]:
    """Return the drafts of what a form brings: one for each file, or one for what was pasted. Raises `BadRequest`."""
    format = form.text("format") or None
    if format is not None and format not in IMPORT_FORMATS:
        raise BadRequest(
            Message("there is no format %(format)r", format=format),
            [("format", Message("use one of %(import_formats)s", import_formats=", ".join(IMPORT_FORMATS)))],
        )
    made = []
    for file in form.files("file"):
        made.append(context.drafts.add(file.filename or "upload", await file.read(), format, agent))
    pasted = form.text("pasted")
    if pasted:
        is_list = _is_doi_list(pasted)
        name = DOIS if is_list else "pasted"
        made.append(context.drafts.add(name, pasted.encode(), DOIS if is_list else format, agent))
    if not made:
        raise BadRequest("there is nothing to import", [("file", "choose a file, or paste entries or DOIs")])
    return made


def _is_doi_list(text: str) -> bool:
    """Return whether every line of a text is a DOI, but for comments."""
    asked = read_doi_list(text)
    return bool(asked) and all(_is_doi(one.text) for one in asked)


def _is_doi(text: str) -> bool:
    try:
        normal_doi(text)
    except ValueError:
        return False
    return True


async def _preview(context: Context, draft: ImportDraft) -> None:
    """Begin the preview of a draft, and wait for it a little."""
    await _run(context, draft, draft.agent, apply=False)


async def _run(context: Context, draft: ImportDraft, agent: str, *, apply: bool) -> None:
    def begin() -> Any:
        head = context.library.follow()
        return run(context.jobs, draft, agent, context.import_bytes, head, apply=apply)

    await over_within(await in_writer(context, begin), QUICK_SECONDS)


@router.get(f"{IMPORT}/{{id}}")
async def draft_page(
    request: Request,
    context: ContextDep,
    token: AtDesk,
    id: str,
    show: Show = "attention",
    start: From = 0,
    mended: Mended = None,
    left_out: Mended = None,
) -> Response:
    """Show the preview of an import, how far it is, or its receipt."""
    draft = context.drafts.of(id, token)
    if draft.applied and isinstance(draft.fault, Conflict):
        await _preview(context, draft)  # the library has moved since: what would happen now?
        draft.moved = True
    if draft.job is None:
        await _preview(context, draft)
    if draft.applied and draft.receipt is not None and draft.receipt.version:
        version = draft.receipt.version
        context.drafts.drop(draft)
        return see_other(f"/desk/receipts/{version}", done=version)
    assert draft.job is not None
    if not draft.job.over:
        return desk_page(request, "import-progress.html", draft=draft, job=draft.job)
    return await in_writer(context, lambda: _preview_page(request, context, draft, show, start, mended, left_out))


@router.post(f"{IMPORT}/{{id}}/entry")
async def mend(request: Request, context: ContextDep, token: AtDesk, id: str) -> Response:
    """Put another text in the place of an entry, or leave it out, and preview anew."""
    draft = context.drafts.of(id, token)
    form = await form_of(request)
    position, text, receipt = form.number("position"), draft.text(), draft.receipt
    if draft.applied or text is None or receipt is None:
        raise BadRequest("this import cannot be mended any more", [("position", "begin it again with the file")])
    place = entry_texts(text, [item.line for item in receipt.items]).get(position or 0)
    if place is None:
        raise BadRequest(
            Message("there is no entry %(position)s to mend", position=position),
            [("position", "it cannot be told where it ends")],
        )
    entry = "" if form.text("action") == "leave-out" else form.text("text").strip()
    replace(draft, mended(text, place, entry).encode())
    await _preview(context, draft)
    done = {"mended" if entry else "left_out": position}
    return see_other(f"{IMPORT}/{id}", show=form.text("show") or None, start=form.number("start"), **done)


@router.post(f"{IMPORT}/{{id}}/whole")
async def mend_whole(request: Request, context: ContextDep, token: AtDesk, id: str) -> Response:
    """Put another text in the place of the whole file, and preview anew."""
    draft = context.drafts.of(id, token)
    form = await form_of(request)
    if draft.applied and draft.fault is None:
        raise BadRequest("this import is being written", [("text", "undo it, and begin again")])
    if not form.text("text"):
        raise BadRequest("there is nothing to import", [("text", "it is empty")])
    replace(draft, (form.text("text") + "\n").encode())
    await _preview(context, draft)
    return see_other(f"{IMPORT}/{id}")


@router.post(f"{IMPORT}/{{id}}/apply")
async def apply(request: Request, context: ContextDep, token: Curating, id: str) -> Response:
    """Write what was previewed, as one version."""
    draft = context.drafts.of(id, token)
    if draft.applied and draft.fault is None:
        return see_other(f"{IMPORT}/{id}")  # pressed twice
    if draft.receipt is None:
        raise BadRequest("this import has no preview yet", [("id", "wait for it, or mend what is wrong with the file")])
    draft.moved = False
    await _run(context, draft, token.name, apply=True)
    return see_other(f"{IMPORT}/{id}")


@router.post(f"{IMPORT}/{{id}}/stop")
async def stop(request: Request, context: ContextDep, token: AtDesk, id: str) -> Response:
    """Stop an import that is not written yet, and forget it."""
    draft = context.drafts.of(id, token)
    if draft.job is not None:
        draft.job.cancel()
        await over_within(draft.job, QUICK_SECONDS)
    if draft.applied and draft.receipt is not None:
        return see_other(f"{IMPORT}/{id}")  # it was too late: the receipt says what was written
    context.drafts.drop(draft)
    return see_other(IMPORT)


@router.get("/desk/receipts/{version}")
def receipt_page(
    request: Request,
    context: ContextDep,
    token: AtDesk,
    version: int,
    show: Show = "attention",
    start: From = 0,
    done: Done = None,
) -> Response:
    """Show the receipt of an import."""
    receipt = Receipt.model_validate_json(receipt_of(context.library, Version(version)))
    return desk_page(
        request,
        "receipt.html",
        version=version,
        done=done_change(request, context, done),
        **_items(context, receipt, show, start),
    )


def _preview_page(
    request: Request,
    context: Context,
    draft: ImportDraft,
    show: Show,
    start: int,
    mended: int | None,
    left_out: int | None,
) -> Response:
    if draft.receipt is None:
        fault = draft.fault or CommonplaceError("this import was stopped")
        if draft.text() is None:
            return problem_page(request, fault)
        shown = {"why": fault.detail, "errors": fault.errors, "text": draft.text()}
        return desk_page(request, "import-fault.html", status=400, draft=draft, **shown)
    receipt, text = draft.receipt, draft.text()
    places = entry_texts(text, [item.line for item in receipt.items]) if text is not None else {}
    named = named_entries(draft)
    anonymous = frozenset(position for position, entry in named.items() if entry.anonymous)
    found = _items(context, receipt, show, start, anonymous)
    texts = {
        item.position: text[slice(*places[item.position])].strip()
        for item in found["items"]
        if text is not None and item.position in places
    }
    done = next((item for item in receipt.items if item.position == mended), None)
    draft_names = names_by_text({place: text[slice(*span)] for place, span in places.items()}) if text else {}
    return desk_page(
        request,
        "import-preview.html",
        draft=draft,
        texts=texts,
        draft_names=draft_names,
        named_entries=named,
        anonymous=anonymous,
        mended=done,
        left_out=left_out,
        page_size=SHOWN,
        dois=DOIS,
        **found,
    )


def wants_a_look(item: ReceiptItem) -> bool:
    """Return whether a person should see the fate of an entry before it is written."""
    return bool(item.fate == "failed" or item.similar or item.losses or item.status or item.error)


def _items(
    context: Context, receipt: Receipt, show: Show, start: int, anonymous: Container[int] = ()
) -> dict[str, Any]:
    """Return what a page shows of a receipt: its counts, and some of its entries.

    `anonymous` are the places of entries that name neither author nor editor, which a person should see, too.
    """
    looked_at = [item for item in receipt.items if wants_a_look(item) or item.position in anonymous]
    wanted = looked_at
    if show == "attention" and not wanted:
        show = "all"
    if show == "all":
        wanted = list(receipt.items)
    elif show != "attention":
        wanted = [item for item in receipt.items if item.fate == show]
    shown = wanted[start : start + SHOWN]
    return {
        "receipt": receipt,
        "attention": len(looked_at),
        "fates": FATES,
        "show": show,
        "start": start,
        "items": shown,
        "further": start + SHOWN if start + SHOWN < len(wanted) else None,
        "works": context.library.read(lambda snapshot: works_named(snapshot, context.minter, _works_of(shown))),
    }


def _works_of(items: Sequence[ReceiptItem]) -> Iterator[str]:
    """Yield the IRIs of the works that entries became, may be, or are related to."""
    for item in items:
        others = (*(item.similar or ()), *(item.related or ()))
        yield from filter(None, (item.work, *(other.work for other in others)))
