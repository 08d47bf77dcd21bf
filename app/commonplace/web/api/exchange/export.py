"""Export everything, or the works that filters select, in a format or as a bibliography in a style."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Annotated

from fastapi import Depends, Query, Request, Response
from pyoxigraph import NamedNode

from commonplace.derived.graph.snapshot import Snapshot
from commonplace.errors import BadRequest
from commonplace.exchange.exports import WithOriginals, WorksOf, export, export_originals, formatted
from commonplace.library.work_lists import WorkFilters, all_selected
from commonplace.model.change import Version
from commonplace.model.formats import FORMATS, ExportedFormat
from commonplace.model.year_range import with_dots
from commonplace.web import answers
from commonplace.web.context import Context, ContextDep
from commonplace.web.http.negotiation import Representation, choose, representation
from commonplace.web.http.parameters import At, only_known_parameters
from commonplace.web.http.router import Router
from commonplace.web.in_workers import EXPORT_TIMES, Cost, WorkerRoute, costly

MOST_LETTERS = 60
"""Maximum length of the name of a file that an export is saved as, without its ending."""

router = Router(tags=["export"], dependencies=[Depends(only_known_parameters)], route_class=WorkerRoute)

Style = Annotated[
    str | None,
    Query(description="a CSL style: apa, chicago-author-date, mla, harvard, vancouver …; text or HTML by Accept"),
]


Original = Annotated[
    bool, Query(description="BibTeX or RIS: entries untouched since their import byte for byte as in their files")
]


def named_file(name: str, form: Representation) -> Callable[[Response], None]:
    """Return what gives an answer the file name by which a browser saves it: its address has no ending."""
    stem = re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-")[:MOST_LETTERS] or "works"

    def name_it(response: Response) -> None:
        response.headers["Content-Disposition"] = f'inline; filename="{stem}{form.suffix}"'

    return name_it


def original_answer(
    request: Request,
    form: Representation,
    at: int | None,
    make: Callable[[Snapshot], WithOriginals],
    finish: Callable[[Response], None] | None = None,
    node: NamedNode | None = None,
) -> Response:
    """Return an export with entries as in their files; `Commonplace-Original` says how many of how many are.

    `node` is the work, where it is of one.
    """
    counts: list[str] = []

    def body(snapshot: Snapshot) -> bytes:
        made = make(snapshot)
        counts[:] = [made.counts]
        return made.data

    def add_counts(response: Response) -> None:
        response.headers["Commonplace-Original"] = counts[0]
        if finish:
            finish(response)

    return answers.versioned(
        request, replace(form, name=f"{form.name}-original"), at, body, node=node, finish=add_counts
    )


def bibliography_forms(style: str) -> tuple[Representation, Representation]:
    """Return the two forms of a formatted bibliography; the first is for a client that does not say."""
    return (
        Representation(f"text-{style}", "text/plain", ".txt"),
        Representation(f"html-{style}", "text/html", ".html"),
    )


class ExportQuery(WorkFilters):
    """Parameters of `/export`: filters, format and version."""

    format: Annotated[ExportedFormat, Query(description="which format")] = "bibtex"
    style: Style = None
    original: Original = False
    at: At = None


@router.get("/export", summary="Everything, or what the filters of /works select, in a bibliographic or RDF format")
@costly(Cost(kinds=("work",), times=EXPORT_TIMES))
def exported(request: Request, context: ContextDep, asked: Annotated[ExportQuery, Query()]) -> Response:
    """Export works by key, or with `q` best first; never paged and never cut.

    Without filters an RDF format has the whole graph; N-Quads and TriG have the named graphs too. With `style` the
    export is a bibliography in that style, whatever `format` says.
    """
    library, minter, style = context.library, context.minter, asked.style
    if asked.original and style is not None:
        raise BadRequest("ask for original or for style, not for both at once", [("original", "given with style")])
    works = _selected(context, asked)
    if style is not None:
        chosen = choose(request, bibliography_forms(style))
        html = chosen.media_type == "text/html"
        return answers.versioned(
            request,
            chosen,
            asked.at,
            lambda snapshot: formatted(snapshot, minter, style, works, html=html),
            finish=named_file(f"{_name_of(asked)}-{style}", chosen),
        )
    form = representation(FORMATS[asked.format])
    name_it = named_file(_name_of(asked), form)
    if asked.original:
        return original_answer(
            request,
            form,
            asked.at,
            lambda snapshot: export_originals(snapshot, library.things, minter, asked.format, works),
            name_it,
        )
    return answers.versioned(
        request, form, asked.at, lambda snapshot: export(snapshot, minter, asked.format, works), finish=name_it
    )


def _name_of(asked: ExportQuery) -> str:
    """Return what the works of an export are called by: what they are about or of, then what else is asked of them."""
    about = [_told(name, value) for name in _ABOUT if (value := getattr(asked, name))]
    further = [_told(name, value) for name in ("state", "type", "year") if (value := getattr(asked, name))]
    return "-".join([*(about or ["works"]), *further])


_ABOUT = ("discusses", "claim", "q", "author", "case", "venue", "cites", "cited_by")
"""Filters that say what works are about, or of, in the order in which the name of a file tells them."""

_BEFORE = {"cites": "citing-", "cited_by": "cited-by-"}
"""What stands before a work in the name of a file: what cites it and what it cites are different lists."""


def _told(name: str, value: str) -> str:
    """Return a filter as the name of a file tells it: a thing by its key, years up to one and from one in words."""
    if name == "year":
        value = with_dots(value)
        return f"until-{value}" if value.startswith("..") else f"from-{value}" if value.endswith("..") else value
    said = value.rstrip("/").rpartition("/")[2] if "://" in value else value
    return _BEFORE.get(name, "") + said


def _selected(context: Context, asked: ExportQuery) -> WorksOf | None:
    """Return the function that selects works by the filters; None without filters. Raises `BadRequest`."""
    filters, ranked = asked.alone(), None
    if filters == WorkFilters():
        return None
    if filters.q is not None:
        answers.searched(context.library, asked.at)
        ranked = answers.ranked(context.library, filters.q, ("work",))
    graph = context.library.graph_at(None if asked.at is None else Version(asked.at))
    states = context.states.ready(graph) if filters.ask_states else None
    return lambda snapshot: all_selected(snapshot, context.minter, filters, ranked, states)
