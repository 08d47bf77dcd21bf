"""Serve the page of the comparison: cases by dimensions, with a form whose state is the address."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import Query, Request, Response
from pyoxigraph import NamedNode

from commonplace.derived.graph.snapshot import Snapshot
from commonplace.library.comparison import GROUPS, MOST_CASES, every_case
from commonplace.library.evidence import label_of
from commonplace.library.schemas import Link
from commonplace.model.minter import Minter
from commonplace.web.api.asking.comparison import SORTED_BY, ComparisonQuery, comparing
from commonplace.web.context import ContextDep
from commonplace.web.in_workers import Cost, costly, in_large_library
from commonplace.web.pages.page_route import PageRouter
from commonplace.web.pages.rendering import versioned_page
from commonplace.web.pages.words.languages import language_of

router = PageRouter()


@router.page("/comparison")
@costly(Cost(when=in_large_library))
def comparison(request: Request, context: ContextDep, asked: Annotated[ComparisonQuery, Query()]) -> Response:
    """Show the comparison, and a form with which rows and columns are chosen, folded and sorted."""
    language = language_of(request)
    compared = comparing(context, asked, language)

    def make(snapshot: Snapshot) -> dict[str, object]:
        found = compared(snapshot)
        shown = {case.key for row in found.rows for case in row.cases}
        return {
            "found": found,
            "choices": asked,
            "every": _links(snapshot, context.minter, language),
            "shown": shown,
            "groups": GROUPS,
            "sorts": SORTED_BY,
            "sorted_by": {name: _address(asked, sort=_turned(asked.sort, name)) for name in SORTED_BY},
            "unfolded": {name: _address(asked, fold=[one for one in asked.fold if one != name]) for name in GROUPS},
            "turned": _address(asked, transpose=None if asked.transpose else "true"),
        }

    return versioned_page(request, "comparison.html", asked.at, make)


def _links(snapshot: Snapshot, minter: Minter, language: str) -> list[Link]:
    """Return the cases that may be chosen, by label."""
    iris = every_case(snapshot, minter)[:MOST_CASES]
    found = [Link(iri=iri, key=minter.key(iri), label=label_of(snapshot, NamedNode(iri), language)) for iri in iris]
    return sorted(found, key=lambda link: ((link.label or "").casefold(), link.key))


def _turned(sort: str, name: str) -> str:
    """Return the order by something, or its reverse where that is the order already."""
    return f"-{name}" if sort == name else name


def _address(asked: ComparisonQuery, **changed: object) -> str:
    """Return the address of the comparison as it is asked for, some parameters changed; None leaves one out."""
    given = asked.model_dump(mode="json", exclude_unset=True) | changed
    kept = {name: str(value).lower() if value is True else value for name, value in given.items()}
    return f"/comparison?{urlencode({name: value for name, value in kept.items() if value is not None}, doseq=True)}"
