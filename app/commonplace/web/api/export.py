"""Records written in the bibliographic formats, and `/export`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from commonplace.derived.graph.snapshot import Snapshot
from commonplace.errors import BadRequest
from commonplace.exchange.exports import WithOriginals, export_originals, formatted
from commonplace.exchange.exports import export as export_from
from commonplace.library.works import WorkFilters
from commonplace.model.formats import FORMATS, ExportedFormat
from commonplace.web import answers
from commonplace.web.context import Context, ContextDep
from commonplace.web.http.negotiation import Representation, choose, representation
from commonplace.web.http.parameters import At, only_known_parameters

router = APIRouter(tags=["export"], dependencies=[Depends(only_known_parameters)])

Style = Annotated[
    str | None,
    Query(description="a CSL style: apa, chicago-author-date, mla, harvard, vancouver …; text or HTML by Accept"),
]


Original = Annotated[
    bool, Query(description="BibTeX or RIS: entries untouched since their import byte for byte as in their files")
]


def original_answer(
    request: Request, context: Context, form: Representation, at: int | None, make: Callable[[Snapshot], WithOriginals]
) -> Response:
    """An export with entries as in their files; `Commonplace-Original` says how many of how many are."""
    told: list[str] = []

    def body(state: Snapshot) -> bytes:
        made = make(state)
        told[:] = [made.told]
        return made.data

    def say(response: Response) -> None:
        response.headers["Commonplace-Original"] = told[0]

    return answers.versioned(request, replace(form, name=f"{form.name}-original"), at, body, finish=say)


def bibliography_forms(style: str) -> tuple[Representation, Representation]:
    """A formatted bibliography's two forms, the one a client gets when it does not say first."""
    return (
        Representation(f"text-{style}", "text/plain", ".txt"),
        Representation(f"html-{style}", "text/html", ".html"),
    )


@router.get("/export", summary="Everything, or what the filters of /works select, in a bibliographic or RDF format")
def exported(
    request: Request,
    context: ContextDep,
    format: Annotated[ExportedFormat, Query(description="which format")] = "bibtex",
    style: Style = None,
    discusses: Annotated[str | None, Query(description="a concept's key or IRI")] = None,
    claim: Annotated[str | None, Query(description="a claim's key or IRI")] = None,
    state: Annotated[str | None, Query(description="with discusses or claim")] = None,
    author: Annotated[str | None, Query(description="a person's or organization's key or IRI")] = None,
    case: Annotated[str | None, Query(description="a case's key or IRI")] = None,
    type: Annotated[str | None, Query(description="a CSL type")] = None,
    year: Annotated[str | None, Query(description="2010, 2010..2020 …")] = None,
    venue: Annotated[str | None, Query(description="a venue's key or IRI")] = None,
    cites: Annotated[str | None, Query(description="a work's key or IRI")] = None,
    cited_by: Annotated[str | None, Query(description="a work's key or IRI")] = None,
    original: Original = False,
    at: At = None,
) -> Response:
    """Never paged and never cut. Without filters an RDF format has the whole graph; N-Quads named graphs too.

    With `style`, a bibliography in that style in the place of `format`.
    """
    filters = WorkFilters(
        discusses=discusses, claim=claim, state=state, author=author, case=case, type=type, year=year, venue=venue,
        cites=cites, cited_by=cited_by,
    )  # fmt: skip
    if original and style is not None:
        raise BadRequest("original and style cannot both be asked for", [("original", "given with style")])
    if style is not None:
        chosen = choose(request, bibliography_forms(style))
        html = chosen.media_type == "text/html"
        return answers.versioned(
            request, chosen, at, lambda snapshot: formatted(snapshot, context.minter, style, filters, html=html)
        )
    form = representation(FORMATS[format])
    if original:
        log = context.library.log
        return original_answer(
            request, context, form, at, lambda state: export_originals(state, log, context.minter, format, filters)
        )

    def make(snapshot: Snapshot) -> bytes:
        return export_from(snapshot, context.minter, format, filters)

    return answers.versioned(request, form, at, make)
