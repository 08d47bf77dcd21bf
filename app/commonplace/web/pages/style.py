"""Show every component of the pages in every state, made by the macros that pages use, with made-up things in them."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from fastapi import Depends, Request, Response

from commonplace.errors import BadRequest
from commonplace.library.strips import MarkedWork
from commonplace.web.desk.edit_fields import Choice, Line, Lines, Long, Number, Tick
from commonplace.web.http.parameters import only_known_parameters
from commonplace.web.http.problems import KINDS
from commonplace.web.http.router import Router
from commonplace.web.pages.rendering import STATIC, page
from commonplace.web.pages.strip import strip_of
from commonplace.web.pages.words.answer_words import Said, SaidEntry, SaidField

router = Router(tags=["about"], dependencies=[Depends(only_known_parameters)])

_TOKEN = re.compile(r"--([a-z0-9]+): ([^;]+);")
_SIZES = ("small", "text", "large", "title")

YEARS = range(1975, 2024)
"""Years of the made-up works of the strip in columns."""


@router.get("/docs/style", include_in_schema=False)
def style(request: Request) -> Response:
    """Show the page of the look: tokens, words, lists, tables, forms and notices."""
    return page(request, "style.html", {**tokens(), **_examples()})


@cache
def tokens() -> dict[str, Any]:
    """Return the tokens as the style sheet has them: colours by light and dark, sizes of type, space and width."""
    light, dark = re.findall(r":root \{(.*?)\n *\}", (STATIC / "commonplace.css").read_text(), re.DOTALL)[:2]
    bright, night = dict(_TOKEN.findall(light)), dict(_TOKEN.findall(dark))
    return {
        "colours": [(name, bright[name], night[name]) for name in night],
        "sizes": [(name, bright[name]) for name in _SIZES],
        "spaces": [(name, value) for name, value in bright.items() if re.fullmatch(r"s\d", name)],
        "widths": [(name, bright[name]) for name in ("measure", "margin", "page")],
    }


def _examples() -> dict[str, Any]:
    """Return the made-up things that components show."""
    return {
        "works": [_work(1, None), _work(2, "corrected"), _work(3, "retracted")],
        "marks": strip_of(_marked(14)),
        "columns": strip_of(_marked(400)),
        "passages": _passages(),
        "kind": KINDS[BadRequest],
        "problem": {
            "detail": "the year 'nineteen' cannot be read",
            "errors": [{"where": "year", "why": "use digits, or two years as in 2010..2020"}],
            "type": "/docs/problems/bad-request",
        },
        "said_entries": [
            SaidEntry(Said("Harbours", "#main"), fields=[SaidField("Year", [Said("1994")], [Said("1996")])]),
            SaidEntry(None, cells=[("Concept", Said("harbour", "#main")), ("Works", Said("12"))]),
        ],
        "field_changes": [{"field": "title", "before": ["Harbors"], "after": ["Harbours"]}],
        "fields": _fields(),
        "identifiers": [
            {"scheme": "orcid", "value": "0000-0002-1825-0097", "confirmation": "confirmed"},
            {"scheme": "isni", "value": "0000000121032683", "confirmation": "probable"},
        ],
    }


def _fields() -> list[tuple[Any, list[dict[str, str]], list[str]]]:
    """Return fields of forms, each with its rows and what is wrong with it."""
    year = Number(name="year", required=True)
    choice = Choice(name="type", options=("book", "article-journal"))
    return [
        (Line(name="title", required=True), [{"": "Harbours"}], []),
        (year, [{"": "nineteen"}], ["use digits"]),
        (choice, [{"": "book"}], []),
        (Lines(name="keywords"), [{"": "tide\nlight"}], []),
        (Long(name="abstract", hint="as the work has it"), [{"": "Harbours are made by those who use them."}], []),
        (Tick(name="translated"), [{"": "yes"}], []),
    ]


def _work(number: int, status: str | None) -> dict[str, Any]:
    return {
        "iri": f"https://example.org/id/work/example{number}",
        "key": f"example{number}",
        "citation_key": f"example{number}",
        "version": 1,
        "type": "article-journal",
        "title": ("Harbours", "The tide, and who reads it", "Lighthouses counted")[number - 1],
        "year": 2000 + number,
        "container_title": "Journal of Examples",
        "authors": [
            {"iri": "https://example.org/id/person/okafor", "key": "okafor", "family": "Okafor", "given": "C."}
        ],
        "status": status,
    }


def _passages() -> list[dict[str, Any]]:
    """Return evidence of every state, directness and certainty, and evidence that is not yet settled."""
    said: list[tuple[str, str | None, str]] = [("discusses", "direct", "high"), ("discusses", "direct", "moderate")]
    said += [("discusses", "indirect", "low"), ("contradicts", "direct", "high"), ("silent", None, "moderate")]
    made = [
        {
            "id": f"example--{number}",
            "state": state,
            "directness": directness,
            "certainty": certainty,
            "quote": None if state == "silent" else "Harbours are made by those who use them.",
            "note": "Read as a whole; nothing is said of it." if state == "silent" else None,
            "locator": None if state == "silent" else "p. 7",
            "method": ("human", "machine-reviewed")[number % 2],
            "status": "accepted",
            "quote_check": "exact",
        }
        for number, (state, directness, certainty) in enumerate(said)
    ]
    made.append(made[2] | {"id": "example--proposed", "status": "proposed", "method": "machine"})
    paged = {"id": "example--page", "quote_check": "normalised", "quote_page": 4, "locator": "p. 7", "locator_page": 7}
    return [*made, made[0] | {"id": "example--check", "quote_check": "not-found"}, made[0] | paged]


def _marked(number: int) -> list[MarkedWork]:
    """Return that many works in order of year, which discuss a point, are silent, or are unread by turns."""
    said: list[tuple[str, str | None, str | None]] = [("discusses", "direct", "high"), ("unread", None, None)]
    said += [
        ("discusses", "indirect", "low"),
        ("silent", None, "moderate"),
        ("discusses", "direct", "moderate"),
        ("unread", None, None),
    ]
    works = []
    for place in range(number):
        state, directness, certainty = said[place * place % len(said) if number > len(YEARS) else place % len(said)]
        year = YEARS[place * len(YEARS) // number]
        works.append(
            MarkedWork(
                key=f"example{place}",
                title="Harbours",
                name="Okafor",
                more=place % 3 == 0,
                year=year,
                state=state,
                directness=directness,
                certainty=certainty,
            )
        )
    return works
