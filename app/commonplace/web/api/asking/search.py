"""Search works, people, organizations, venues, concepts, claims, cases and evidence in one box, and while typing."""

from __future__ import annotations

from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import Depends, Query, Request, Response

from commonplace.derived.graph.snapshot import Snapshot
from commonplace.derived.search.query import SearchQuestion
from commonplace.library.cursors import read_position, write_position
from commonplace.library.found import found_called, found_things
from commonplace.library.found_schemas import Found, FoundEverywhere, FoundInTexts, FoundOfKind, FoundWhileTyping
from commonplace.library.words_in_texts import found_in_texts
from commonplace.model.change import Version
from commonplace.model.minter import Kind
from commonplace.web import answers
from commonplace.web.api.reading.text_readers import TextReader
from commonplace.web.context import Context, ContextDep
from commonplace.web.http.asked_address import asked_url
from commonplace.web.http.negotiation import JSON, choose_of_list
from commonplace.web.http.parameters import Cursor, LabelLanguage, only_known_parameters
from commonplace.web.http.router import Router
from commonplace.web.http.threads import searching

router = Router(tags=["search"], dependencies=[Depends(only_known_parameters)])

Searchable = Literal["work", "person", "organization", "venue", "concept", "claim", "case", "evidence"]

Words = Annotated[str, Query(min_length=1, description='words, or a "phrase"; accents, case and hyphens do not matter')]

Prefix = Annotated[
    bool,
    Query(
        description="whether the last word, where no space or mark follows it, may be the beginning of one: one letter "
        "begins words of titles and labels, two those of names and keys too, three those of any text"
    ),
]

BY_KIND: tuple[Kind, ...] = ("concept", "claim", "work", "person", "case", "venue", "organization", "evidence")
"""Kinds in the order in which they are shown to whoever is typing: what works are read for comes first."""


@router.get("/search", response_model=FoundEverywhere, summary="Search everything")
@router.get("/search.json", include_in_schema=False)
@searching
def search(
    request: Request,
    context: ContextDep,
    q: Words,
    kind: Annotated[list[Searchable] | None, Query(description="only things of these kinds")] = None,
    prefix: Prefix = False,
    language: LabelLanguage = "en",
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    cursor: Cursor = None,
) -> Response:
    """Answer best first. Works are found by the labels of the concepts they discuss, too, in any language.

    Beside these, `in_texts` has works on a page of whose text all words stand: of texts that anybody may read, with a
    token of all.
    """
    choose_of_list(request, [JSON])
    answers.words(q)
    reader = TextReader(request, context)
    offset = read_position(cursor) if cursor else 0
    kinds: list[Kind] | None = list(kind) if kind else None
    found = context.library.search().search(q, kinds=kinds, limit=limit, offset=offset, typing=prefix)
    more = offset + len(found.hits) < found.total and bool(found.hits)
    following = str(asked_url(request).include_query_params(cursor=write_position(offset + limit))) if more else None
    looks_in_texts = offset == 0 and (kinds is None or "work" in kinds)

    def shown(snapshot: Snapshot) -> tuple[list[Found], FoundInTexts | None]:
        in_texts = _in_texts(context, snapshot, found.asked, reader) if looks_in_texts else None
        return found_called(snapshot, found_things(snapshot, found, context.minter), context.minter, language), in_texts

    items, in_texts = context.library.read(shown)
    page = FoundEverywhere(
        items=items,
        total=found.total,
        complete="complete",
        version=found.version,
        next=following,
        in_texts=in_texts,
    )
    response = answers.answered(request, page.json_bytes(), reader.form, Version(found.version))
    if following:
        response.headers["Link"] = f'<{following}>; rel="next"'
    return reader.sent(response)


def _in_texts(
    context: Context, snapshot: Snapshot, asked: SearchQuestion | None, reader: TextReader
) -> FoundInTexts | None:
    """Return the works that a question finds by the texts that may be read; None where there are none."""
    if asked is None:
        return None
    texts, _ = reader.texts(snapshot)
    library = context.library
    return found_in_texts(snapshot, asked, texts, library.texts, library.page_index, context.minter)


@router.get("/search/suggest", response_model=FoundWhileTyping, summary="Search while it is typed, kind by kind")
@router.get("/search/suggest.json", include_in_schema=False)
@searching
def suggest(
    request: Request,
    context: ContextDep,
    q: Words,
    each: Annotated[int, Query(ge=1, le=20, description="how many things of each kind at most")] = 3,
    language: LabelLanguage = "en",
) -> Response:
    """Answer with the best of each kind that `/search?prefix=true` finds, and the address of all; kinds without any
    are left out."""
    form = choose_of_list(request, [JSON])
    answers.words(q)
    found = context.library.search().search_each(q, BY_KIND, each, typing=True)

    called = {} if language == "en" else {"language": language}

    def shown(snapshot: Snapshot) -> list[FoundOfKind]:
        return [
            FoundOfKind(
                kind=kind,
                total=of_kind.total,
                items=found_called(snapshot, found_things(snapshot, of_kind, context.minter), context.minter, language),
                all=f"/search?{urlencode({'q': q, 'kind': kind, 'prefix': 'true', **called})}",
            )
            for kind, of_kind in found.items()
            if of_kind.total
        ]

    groups = context.library.read(shown)
    version = min(one.version for one in found.values())
    shape = FoundWhileTyping(kinds=groups, complete="complete", version=version)
    return answers.answered(request, shape.json_bytes(), form, Version(version))
