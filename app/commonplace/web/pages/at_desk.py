"""Lead a browser from addresses whose answers are for curators to the pages of the desk that show the same."""

from __future__ import annotations

from urllib.parse import quote

from fastapi import Response
from starlette.responses import RedirectResponse

from commonplace.web.pages.page_route import PageRouter

router = PageRouter()

_HEADERS = {"Cache-Control": "no-cache", "Vary": "Accept"}


@router.page("/webhooks")
def webhooks() -> Response:
    """Lead to the webhooks at the desk, which asks those who are not signed in to do that."""
    return RedirectResponse("/desk/webhooks", status_code=303, headers=_HEADERS)


@router.page("/webhooks/{id}", "/webhooks/{id}/deliveries")
def webhook(id: str) -> Response:
    """Lead to a webhook at the desk, with its messages."""
    return RedirectResponse(f"/desk/webhooks/{quote(id, safe='')}", status_code=303, headers=_HEADERS)
