"""Edit one thing, or make a new one, by a form that is made from what can be edited of its kind."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Annotated, Any, cast

from fastapi import Query, Request, Response
from pyoxigraph import NamedNode

from commonplace.derived.graph.snapshot import Snapshot
from commonplace.errors import CommonplaceError, Conflict, NotFound, ShapeViolation
from commonplace.exchange.edits import Edited
from commonplace.home.tokens import Role
from commonplace.library.evidence import label_of
from commonplace.library.statement_labels import name_of
from commonplace.library.works import merged_into_it
from commonplace.model.change import Version
from commonplace.model.minter import Kind, one_of
from commonplace.web.answers import missing
from commonplace.web.api.curating.edits import editor_of
from commonplace.web.context import Context, ContextDep
from commonplace.web.desk.edit_fields import ROLES, EditField, KeyFields, Rows, fields_of
from commonplace.web.desk.forms import SubmittedForm, form_of
from commonplace.web.desk.pages import AtDesk, desk_page, desk_router, refusal, see_other
from commonplace.web.desk.saving import save
from commonplace.web.desk.start import Done, done_change
from commonplace.web.desk.things import PLURALS, desk_address, kind_in, page_address
from commonplace.web.desk.typed_things import WhichThing, with_keys
from commonplace.web.http.threads import in_writer
from commonplace.web.pages.words.languages import language_of

router = desk_router()
new_router = desk_router()

Prefilled = Annotated[str | None, Query(max_length=1_000, description="what the field holds to begin with")]


@new_router.get("/desk/new")
def kinds(request: Request, token: AtDesk) -> Response:
    """List the kinds of things that can be made."""
    allowed = [kind for kind in PLURALS if kind == "evidence" or token.role is Role.CURATOR]
    return desk_page(request, "new.html", kinds=[(kind, one_of(kind)) for kind in allowed])


@new_router.get("/desk/new/{kind}")
def new(
    request: Request,
    context: ContextDep,
    token: AtDesk,
    kind: str,
    work: Prefilled = None,
    about: Prefilled = None,
    title: Prefilled = None,
) -> Response:
    """Show an empty form, or one that was begun by a link."""
    made = kind_in(PLURALS.get(kind, kind))  # type: ignore[call-overload]
    editor_of(token, made, "")
    begun = {"work": work, "about": about, "title": title}
    fields = fields_of(made, new=True)
    rows = {field.name: field.rows(begun.get(field.name)) for field in fields}
    return _form(request, context, made, None, fields, rows)


@new_router.post("/desk/new/{kind}")
async def create(request: Request, context: ContextDep, token: AtDesk, kind: str) -> Response:
    """Make a thing of what was typed."""
    made = kind_in(PLURALS.get(kind, kind))  # type: ignore[call-overload]
    editor = editor_of(token, made, "")
    form = await form_of(request)
    fields = fields_of(made, new=True)
    rows = {field.name: field.typed(form) for field in fields}

    language = language_of(request)

    def write() -> Edited:
        keyed = with_keys(context, fields, rows, language)
        values = {field.name: value for field in fields if (value := field.read(keyed[field.name])) is not None}
        if key := form.text("key"):
            values["key"] = key
        return context.edits.create(made, values, editor)

    try:
        edited = await in_writer(context, write)
    except CommonplaceError as fault:
        return _failed(request, context, made, None, fields, rows, fault, new_key=form.text("key"))
    place = desk_address(made, context.minter.key(edited.node.value))
    return see_other(place, done=edited.entry.version if edited.entry else None)


@router.get("/desk/{plural}/{key:path}")
def edit_page(
    request: Request, context: ContextDep, token: AtDesk, plural: str, key: str, done: Done = None
) -> Response:
    """Show a thing in a form."""
    kind = kind_in(plural)
    said, version = _members(context, kind, key)
    fields = _shown(kind, said)
    rows = {field.name: field.rows(said.get(field.name)) for field in fields}
    more: dict[str, Any] = {
        "may_save": token.role is Role.CURATOR or kind == "evidence",
        "version": version,
        "doubts": _doubts(said),
        "done": done_change(request, context, done),
    }
    return _form(request, context, kind, key, fields, rows, **more)


@router.post("/desk/{plural}/{key:path}")
async def edit(request: Request, context: ContextDep, token: AtDesk, plural: str, key: str) -> Response:
    """Save what was changed in a form; what others changed meanwhile stands in the way only where it is the same."""
    kind = kind_in(plural)
    editor = editor_of(token, kind, "")
    form = await form_of(request)
    seen = form.number("version")
    fields = fields_of(kind)
    rows = {field.name: field.typed(form) for field in fields}
    patch: dict[str, Any] = {}
    language = language_of(request)

    def write() -> Edited | None:
        said = _said_at(context, kind, key, seen)
        touched = [field for field in fields if field.read(rows[field.name]) != field.same(said.get(field.name))]
        keyed = {**rows, **with_keys(context, touched, rows, language)}
        patch.update(_changed(fields, keyed, said, form))
        patch.update(_settled(said, form))
        if seen:
            _drop_what_is_there(fields, patch, _members(context, kind, key)[0])
        return save(context, kind, key, patch, editor, seen) if patch else None

    try:
        edited = await in_writer(context, write)
    except Conflict as fault:
        return await in_writer(context, partial(_clashed, request, context, kind, key, rows, patch, fault))
    except CommonplaceError as fault:
        return _failed(request, context, kind, key, fields, rows, fault, version=seen)
    version = edited.entry.version if edited and edited.entry else None
    return see_other(desk_address(kind, key), done=version)


def _members(context: Context, kind: Kind, key: str) -> tuple[dict[str, Any], int]:
    """Return the members of a thing now, and the version. Raises `NotFound`, `Gone`."""
    node = context.minter.thing(kind, key)
    try:
        return context.edits.members_now(kind, node)
    except NotFound as fault:
        raise missing(context.library, node, None) from fault


def _said_at(context: Context, kind: Kind, key: str, seen: int | None) -> dict[str, Any]:
    """Return the members of a thing at the version that a form was opened at: now, where the library has no such one.

    Raises `NotFound` and `Gone`.
    """
    if not seen or seen > context.library.follow():
        return _members(context, kind, key)[0]
    node = context.minter.thing(kind, key)
    try:
        return context.edits.members_at(kind, node, Version(seen))
    except NotFound as fault:
        raise missing(context.library, node, Version(seen)) from fault


def _shown(kind: Kind, said: Mapping[str, Any]) -> list[EditField]:
    """Return the fields of a form; those of markup where there is some."""
    return [field for field in fields_of(kind) if not field.name.startswith("rich_") or field.name in said]


def _changed(
    fields: Sequence[EditField], rows: Mapping[str, Rows], said: Mapping[str, Any], form: SubmittedForm
) -> dict[str, Any]:
    """Return the members that the form changes, with their new values; None clears one.

    A field that was not on the page is left as it is. Raises `BadRequest`.
    """
    shown = set(form.texts("shown"))
    found: dict[str, Any] = {}
    for field in fields:
        if field.name in shown:
            wanted = field.read(rows[field.name])
            if wanted != field.same(said.get(field.name)):
                found[field.name] = wanted
    return found


def _drop_what_is_there(fields: Sequence[EditField], patch: dict[str, Any], now: Mapping[str, Any]) -> None:
    """Take from a patch what the thing says by now: a save whose answer was lost is sent again, and meets itself."""
    for field in fields:
        if field.name in patch and patch[field.name] == field.same(now.get(field.name)):
            del patch[field.name]
    if "doubts" in patch and patch["doubts"] == (now.get("doubts") or None):
        del patch["doubts"]


def _doubts(said: Mapping[str, Any]) -> dict[str, list[tuple[str, dict[str, Any]]]]:
    """Return the doubts about a work by the field that they are about, each with its mark."""
    found: dict[str, list[tuple[str, dict[str, Any]]]] = {}
    for doubt in said.get("doubts", ()):
        found.setdefault("issued" if doubt["field"] == "year" else doubt["field"], []).append((mark_of(doubt), doubt))
    return found


def _settled(said: Mapping[str, Any], form: SubmittedForm) -> dict[str, Any]:
    """Return the doubts that stay where some were ticked as settled; nothing where none was."""
    doubts, settled = list(said.get("doubts", ())), set(form.texts("settled"))
    if settled.isdisjoint(map(mark_of, doubts)):
        return {}
    return {"doubts": [doubt for doubt in doubts if mark_of(doubt) not in settled] or None}


def mark_of(doubt: Mapping[str, Any]) -> str:
    """Return what a doubt is told by in a form: its place among others changes when one of them is settled."""
    return hashlib.sha256(json.dumps(doubt, sort_keys=True).encode()).hexdigest()[:16]


def _failed(
    request: Request,
    context: Context,
    kind: Kind,
    key: str | None,
    fields: Sequence[EditField],
    rows: Mapping[str, Rows],
    fault: CommonplaceError,
    **shown: Any,
) -> Response:
    """Return the form with all that was typed, and why it could not be saved, in the names of the fields."""
    places: dict[str, list[str]] = {}
    errors = list(fault.errors)
    told: dict[str, Any] = {**refusal(fault)}
    if errors and all(why == "give a value" for _, why in errors):
        told["why"] = "Fields that are needed are empty."
    elif kind == "evidence" and isinstance(fault, ShapeViolation) and (wanted := _directness_wanted(fields, rows)):
        errors = [*(one for one in errors if "cp:directness" not in one[1]), ("directness", wanted)]
        told["why"] = "This could not be saved."
    if isinstance(fault, WhichThing):
        shown["choices"] = fault.choices
    elif any(str(fault.detail).startswith(where) for where, _ in errors):
        told["why"] = "This could not be saved."  # the refusal begins with the name that a field has for programs
    labels = {field.name: field.label for field in fields}
    for where, why in errors:
        places.setdefault(_field_of(where), []).append(why)
    told["errors"] = [
        (labels.get(at, where), why, at if at in labels else "") for where, why in errors for at in [_field_of(where)]
    ]
    return _form(request, context, kind, key, fields, rows, places=places, **told, **shown)


def _field_of(where: str) -> str:
    """Return the field that an error is about, from the place within it."""
    return where.partition("[")[0].partition(".")[0]


def _directness_wanted(fields: Sequence[EditField], rows: Mapping[str, Rows]) -> str:
    """Return what is wrong with the directness of evidence that was typed, if anything."""
    typed = {field.name: field.read(rows[field.name]) for field in fields if field.name in ("state", "directness")}
    state, directness = typed.get("state"), typed.get("directness")
    if state == "silent" and directness:
        return "a work that is silent has none"
    if state and state != "silent" and not directness:
        return "say whether the work speaks of it directly or indirectly"
    return ""


def _clashed(
    request: Request,
    context: Context,
    kind: Kind,
    key: str,
    rows: Mapping[str, Rows],
    patch: Mapping[str, Any],
    fault: Conflict,
) -> Response:
    """Return the form with what was typed in the fields that were changed, and in the others what is there now.

    It says which fields somebody else has changed meanwhile. Saved again, it puts what was typed in their place.
    """
    try:
        said, version = _members(context, kind, key)
    except CommonplaceError as gone:  # there is nothing left to compare with: what was typed stays
        return _failed(request, context, kind, key, fields_of(kind), rows, gone)
    fields = _shown(kind, said)
    merged = {
        field.name: rows[field.name] if field.name in patch else field.rows(said.get(field.name)) for field in fields
    }
    differs = [one for one in cast(list[dict[str, Any]], fault.members.get("differs", ())) if one["field"] in patch]
    more: dict[str, Any] = {"version": version, "differs": differs, "why": fault.detail, "doubts": _doubts(said)}
    return _form(request, context, kind, key, fields, merged, status=412, **more)


def _form(
    request: Request,
    context: Context,
    kind: Kind,
    key: str | None,
    fields: Sequence[EditField],
    rows: Mapping[str, Rows],
    *,
    status: int = 200,
    **shown: Any,
) -> Response:
    node, language = context.minter.thing(kind, key) if key is not None else None, language_of(request)

    def read(snapshot: Snapshot) -> dict[str, Any]:
        return {
            "title": name_of(snapshot, node, context.minter, language) if node else None,
            "merged": [one for one in merged_into_it(snapshot, node, context.minter) or () if one.merged_by]
            if node
            else [],
            "rows": {field.name: _labelled(snapshot, field, rows[field.name], context, language) for field in fields},
        }

    return desk_page(
        request,
        "edit.html",
        status=status,
        kind=kind,
        a_kind=one_of(kind),
        key=shown.pop("new_key", None) if key is None else key,
        is_new=key is None,
        fields=fields,
        roles=ROLES,
        address=page_address(kind, key, node.value) if key is not None and node else None,
        at_desk=desk_address(kind, key) if key is not None else None,
        **{**context.library.read(read), "places": {}, "doubts": {}, "choices": {}, "may_save": True, **shown},
    )


def _labelled(snapshot: Snapshot, field: EditField, rows: Rows, context: Context, language: str) -> Rows:
    """Return rows with the labels in a language of the things that they name by key."""
    if not isinstance(field, KeyFields):
        return rows
    return [
        row
        if row["label"] and language == "en"
        else {**row, "label": _label(snapshot, field, row["key"], context, language) or row["label"]}
        for row in rows
    ]


def _label(snapshot: Snapshot, field: KeyFields, key: str, context: Context, language: str) -> str:
    for kind in field.kinds:
        try:
            node: NamedNode = context.minter.thing(kind, key)
        except ValueError:
            continue
        if found := label_of(snapshot, node, language):
            return found
    return ""
