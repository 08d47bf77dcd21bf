"""Show the history of one thing, give it back an earlier state, and delete it."""

from __future__ import annotations

from functools import partial
from typing import Any

from fastapi import Request, Response
from pyoxigraph import NamedNode

from commonplace.derived.graph.snapshot import Snapshot
from commonplace.errors import Message, NotFound
from commonplace.exchange.deletions import Deleter
from commonplace.exchange.restoring import Restorer
from commonplace.library.curation_schemas import HangingOn
from commonplace.library.histories import thing_changes, touches_of
from commonplace.library.statement_labels import name_of
from commonplace.model.change import Version
from commonplace.model.minter import Kind, one_of
from commonplace.web import answers
from commonplace.web.answers import missing
from commonplace.web.context import Context, ContextDep
from commonplace.web.desk.forms import form_of
from commonplace.web.desk.pages import AtDesk, Curating, desk_page, desk_router, see_other
from commonplace.web.desk.start import Done, done_change
from commonplace.web.desk.things import desk_address, kind_in
from commonplace.web.http.parameters import Cursor, Limit
from commonplace.web.http.threads import in_writer
from commonplace.web.pages.words.broken_rules import rules_in_words
from commonplace.web.pages.words.languages import language_of
from commonplace.web.pages.words.named_changes import names_of_things

router = desk_router()

HANGING_SHOWN = 100
"""Maximum number of things that are named as hanging on one that is to be deleted; their number is told."""


@router.get("/desk/{plural}/{key:path}/history")
def history(
    request: Request,
    context: ContextDep,
    token: AtDesk,
    plural: str,
    key: str,
    limit: Limit = 50,
    cursor: Cursor = None,
    done: Done = None,
) -> Response:
    """List the versions that touched a thing, newest first, with what each changed of it."""
    kind = kind_in(plural)
    node, index = context.minter.thing(kind, key), context.library.things

    def read(snapshot: Snapshot) -> dict[str, Any]:
        touching = touches_of(index, node.value, snapshot.version)[::-1]
        part = answers.part(request, touching, lambda one: str(one.version), limit, cursor)
        return {
            "changes": thing_changes(part.items, index, snapshot, node, context.minter, quads=False),
            "total": len(touching),
            "further": part.next and "?" + part.next.partition("?")[2],
            "label": name_of(snapshot, node, context.minter, language_of(request)),
        }

    shown = context.library.read(read)
    names = names_of_things(context, shown["changes"], language_of(request))
    shown["changes"] = [{**one.model_dump(exclude_none=True), "names": names} for one in shown["changes"]]
    if not shown["total"]:
        raise NotFound(Message("there is no %(thing)s, and there never was", thing=node.value))
    return desk_page(
        request,
        "history.html",
        kind=kind,
        key=key,
        at_desk=desk_address(kind, key),
        done=done_change(request, context, done),
        **shown,
    )


@router.post("/desk/{plural}/{key:path}/restore")
async def restore(request: Request, context: ContextDep, token: Curating, plural: str, key: str) -> Response:
    """Give a thing the state again that it had at a version."""
    kind = kind_in(plural)
    form = await form_of(request)
    to = form.number("to")
    if not to:
        raise NotFound("there is no version 0: the first is 1")
    restored = await in_writer(
        context, lambda: context.restoring.restore(kind, key, Version(to), Restorer(token.name, ""))
    )
    return see_other(f"{desk_address(kind, key)}/history", done=restored.version)


@router.get("/desk/{plural}/{key:path}/delete")
def delete_page(request: Request, context: ContextDep, token: Curating, plural: str, key: str) -> Response:
    """Show what deleting a thing would do."""
    return _deletion(request, context, kind_in(plural), key)


@router.post("/desk/{plural}/{key:path}/delete")
async def delete(request: Request, context: ContextDep, token: Curating, plural: str, key: str) -> Response:
    """Delete a thing, with what only speaks of it where that is wanted."""
    kind = kind_in(plural)
    form = await form_of(request)
    deleter, along = Deleter(token.name, form.text("message")), form.text("with_dependents") == "yes"
    _, entry = await in_writer(
        context, lambda: context.deletions.delete(kind, key, deleter, None, with_dependents=along, named=0)
    )
    return see_other("/desk", done=entry.version)


def _deletion(request: Request, context: Context, kind: Kind, key: str) -> Response:
    node: NamedNode = context.minter.thing(kind, key)
    try:
        look = partial(context.deletions.look, kind, key, named=HANGING_SHOWN)
        alone, along = look(with_dependents=False), look(with_dependents=True)
    except NotFound as fault:
        raise missing(context.library, node, None) from fault
    language = language_of(request)
    rules = context.library.read(lambda s: rules_in_words(s, along.breaks or (), context.minter, language))
    return desk_page(
        request,
        "delete.html",
        kind=kind,
        a_kind=one_of(kind),
        key=key,
        at_desk=desk_address(kind, key),
        alone=alone,
        along=along,
        rules=rules,
        hanging=[(one, _kind_of(one, context)) for one in alone.hangs[:HANGING_SHOWN]],
    )


def _kind_of(one: HangingOn, context: Context) -> str:
    """Return the kind of a thing that hangs on another; of a part of a thing, that of the whole."""
    named = context.minter.kind_and_key(one.iri)
    return named[0] if named else ""
