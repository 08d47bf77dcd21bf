"""Ask ORCID, ROR and OpenAlex who a person is, or which organization, and accept what they say."""

from __future__ import annotations

from typing import Any, Literal

from fastapi import Request, Response

from commonplace.derived.graph.snapshot import Snapshot
from commonplace.errors import CommonplaceError
from commonplace.exchange.authorities import LookedFor
from commonplace.library.evidence import label_of
from commonplace.library.named_things import known_thing
from commonplace.web.answers import missing
from commonplace.web.api.curating.edits import editor_of
from commonplace.web.context import Context, ContextDep
from commonplace.web.desk.forms import form_of
from commonplace.web.desk.pages import Curating, desk_page, desk_router, refusal, see_other
from commonplace.web.desk.things import desk_address
from commonplace.web.http.threads import in_asker

router = desk_router()

KINDS: dict[Literal["people", "organizations"], LookedFor] = {"people": "person", "organizations": "organization"}
"""Kinds of things that are looked up at the desk, by the plurals in their addresses."""

_ADDRESS = "/desk/{plural}/{key}/identifiers"


def _page(
    request: Request, context: Context, kind: LookedFor, key: str, *, status: int = 200, **shown: Any
) -> Response:
    return desk_page(
        request,
        "identifiers.html",
        status=status,
        **{"found": None, "asked": "", **shown},
        kind=kind,
        title=_title(context, kind, key),
        at_desk=desk_address(kind, key),
    )


def _title(context: Context, kind: LookedFor, key: str) -> str:
    """Return the name of a thing. Raises `NotFound`, and `Gone` where it was merged into another."""
    node = context.minter.thing(kind, key)

    def read(snapshot: Snapshot) -> str | None:
        there = known_thing(snapshot, context.minter, node) == node
        return label_of(snapshot, node) or key if there else None

    title = context.library.read(read)
    if title is None:
        raise missing(context.library, node, None)
    return title


@router.get(_ADDRESS)
def identifiers(
    request: Request, context: ContextDep, token: Curating, plural: Literal["people", "organizations"], key: str
) -> Response:
    """Show the form that asks; nobody is asked before it is sent."""
    return _page(request, context, KINDS[plural], key)


@router.post(_ADDRESS)
async def ask(
    request: Request, context: ContextDep, token: Curating, plural: Literal["people", "organizations"], key: str
) -> Response:
    """Show the candidates, or add what the record of an accepted identifier says."""
    kind = KINDS[plural]
    form = await form_of(request)
    asked, accepted = form.text("identifier").strip(), form.text("accept")
    try:
        if accepted:
            editor = editor_of(token, kind, "")
            _, edited = await in_asker(context, lambda: context.authorities.accept(kind, key, accepted, editor))
            return see_other(desk_address(kind, key), done=edited.entry.version if edited.entry else None)
        found = await in_asker(context, lambda: context.authorities.look_up(kind, key, asked or None))
    except CommonplaceError as fault:
        return _page(request, context, kind, key, asked=asked, **refusal(fault))
    return _page(request, context, kind, key, asked=asked, found=found)
