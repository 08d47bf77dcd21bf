"""Pin an answer: it is kept with its version and a hash, to be cited, asked again and compared."""

from __future__ import annotations

import re
from html import unescape
from typing import Annotated
from urllib.parse import quote

from fastapi import Query, Request, Response

from commonplace.errors import BadRequest, CommonplaceError
from commonplace.model.pinned_address import LONGEST
from commonplace.web.api.curating.edits import validated
from commonplace.web.api.history.pins import NewPin, kept
from commonplace.web.asked_within import ask_within
from commonplace.web.context import ContextDep
from commonplace.web.desk.forms import form_of
from commonplace.web.desk.pages import AtDesk, desk_page, desk_router, refusal, see_other

router = desk_router()

PIN = "/desk/pin"
MEMBERS = ("address", "title", "note")

PAGE_BYTES = 20_000_000
"""Maximum size of a page whose title is read."""

_TITLE = re.compile("<title>(.*?)</title>", re.DOTALL)

Asked = Annotated[str, Query(alias="of", max_length=LONGEST, description="address of the answer")]


@router.get(PIN)
async def pin_page(request: Request, token: AtDesk, asked: Asked = "") -> Response:
    """Show the form, with the address of the page that led here, and its title for the question in words."""
    title = await _title_of(request, asked) if asked.startswith("/") and not asked.startswith("/desk") else ""
    return desk_page(request, "pin.html", typed={"address": asked, "title": title})


async def _title_of(request: Request, address: str) -> str:
    """Return the title of the page of an address, without that of the library; nothing where it has no page."""
    try:
        found = await ask_within(request, address, "text/html", PAGE_BYTES)
    except CommonplaceError:
        return ""
    title = _TITLE.search(found.body.decode(errors="replace")) if found.status == 200 else None
    return unescape(title[1]).rpartition(" · ")[0] if title else ""


@router.post(PIN)
async def pin(request: Request, context: ContextDep, token: AtDesk) -> Response:
    """Keep the answer, and show the pin."""
    form = await form_of(request)
    typed = {name: said for name in MEMBERS if (said := form.text(name))}
    try:
        if "address" not in typed:
            raise BadRequest("which answer?", [("address", "give the address of a page of the library")])
        made, _ = await kept(request, context, validated(typed, NewPin, "a question"), token.name)
    except CommonplaceError as fault:
        return desk_page(request, "pin.html", typed=typed, **refusal(fault))
    return see_other(f"/pins/{quote(made.key)}")
