"""Ask for what an address needs: a form for a browser that comes without it, in place of a refusal."""

from __future__ import annotations

from fastapi import Request, Response

from commonplace.web.context import Context
from commonplace.web.pages.rendering import page
from commonplace.web.pages.which import ask_which

NEEDED = {"/search": "q", "/find": "quote", "/suggestions": "concept", "/changes/diff": "from"}
"""Parameter that an address needs; without it the template `asking.html` has the form that gives it."""


def ask_for_words(context: Context, request: Request) -> Response | None:
    """Return the form of an address that came without what it needs, None where it has it."""
    path: str = request.url.path
    return page(request, "asking.html") if NEEDED[path] not in request.query_params else None


def lead_to_history(context: Context, request: Request) -> Response | None:
    """Return a redirection from what differs of a thing to its versions, where no version to begin with is named."""
    if "from" in request.query_params:
        return None
    return Response(status_code=303, headers={"Location": request.url.path.removesuffix("/diff") + "/history"})


def concept_of_suggestions(context: Context, request: Request) -> Response | None:
    """Return the form that asks for a concept, or a page that asks which one is meant where words name it."""
    return ask_for_words(context, request) or ask_which(request, {"concept": ("concept",)}, {"concept": "Concept"})
