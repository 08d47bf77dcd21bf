"""Read what the pages of questions say beside an answer: their forms, values for these, and the works in its cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import Request, Response
from pyoxigraph import NamedNode

from commonplace.derived.graph.snapshot import Snapshot
from commonplace.library.evidence import label_of
from commonplace.library.first_question import examples_there
from commonplace.library.named_queries import NamedQuery
from commonplace.library.parameters import KINDS_OF_TYPE
from commonplace.model.change import Version
from commonplace.web.context import Context
from commonplace.web.pages.adding import MOST_NAMED, Added, at_of, no_works
from commonplace.web.pages.columns import laid_out, repeated_columns
from commonplace.web.pages.references import MOST as MOST_WORKS
from commonplace.web.pages.rendering import page
from commonplace.web.pages.which import ask_which
from commonplace.web.pages.words.called import called_each, cited_as
from commonplace.web.pages.words.codes import field_name
from commonplace.web.pages.words.languages import language_of
from commonplace.web.pages.words.sentences import translated

MOST_LOOKED_UP = 2_000
"""Maximum number of words in the answer to a question of which it is looked up whether they are keys of works."""

LONGEST_CELL = 300
"""Maximum number of characters of a cell in the answer to a question: the keys of all works of a year fill pages."""

LIST_WORKS = ("keys", "key", "works", "source", "value", "valueLabel", "alternative")
"""Columns of questions that have keys of works in them, or may."""


def queries(context: Context, request: Request, answer: Any) -> Added:
    """Add the questions in the language of the page, and values for their fields that are there in this library."""
    every = list(context.queries.values())
    examples = context.library.read(lambda snapshot: examples_there(snapshot, context.minter, every, None, []))
    language = language_of(request)
    shown = [context.queries[item["name"]].in_language(language) for item in answer["items"]]
    given = {query.name: _in_words(context, query, examples[query.name] or {}, language) for query in shown}
    return {"examples": given, "queries": shown}


def _in_words(context: Context, query: NamedQuery, values: Mapping[str, str], language: str) -> dict[str, str]:
    """Return the values of a question's parameters as they stand in its form: a thing by its name, where it has one."""
    things = {p.name: p for p in query.parameters if p.name in values and p.type in KINDS_OF_TYPE}

    def read(snapshot: Snapshot) -> dict[str, str]:
        nodes = ((name, p.term(values[name], context.minter)) for name, p in things.items())
        return {name: label_of(snapshot, node, language) or "" for name, node in nodes if isinstance(node, NamedNode)}

    called = context.library.read(read)
    return {name: called.get(name) or value for name, value in values.items()}


def query_asked(context: Context, request: Request, answer: Any) -> Added:
    """Add the question in the language of the page, the values given, and what the things in the answer are called."""
    query: NamedQuery = context.queries[request.path_params["name"]]
    values = dict(request.query_params.items())
    language, at = language_of(request), at_of(request)
    iris = {value for row in answer.get("items", ()) for value in row.values() if isinstance(value, str)}
    things = sorted(iri for iri in iris if iri.startswith(context.minter.base))[:MOST_NAMED]
    minter = context.minter
    called = context.library.read(lambda s: called_each(s, things, minter, language), at)
    english = called if language == "en" else context.library.read(lambda s: called_each(s, things, minter, "en"), at)
    asked = {
        p.name: str(getattr(p.term(values[p.name], minter), "value", ""))
        for p in query.parameters
        if p.name in values and p.type in KINDS_OF_TYPE
    }
    repeated = repeated_columns(answer, called, english, asked=asked)
    rows, shown = answer.get("items") or [], query.in_language(language)
    columns = [name for name in answer.get("columns", ()) if name not in repeated]

    def label(name: str) -> str:
        return shown.labels.get(name) or translated(field_name(name), language)

    return {
        "query": shown,
        "values": _in_words(context, query, values, language),
        "sparql": query.sparql(context.minter, {p.name: values[p.name] for p in query.parameters if p.name in values}),
        "no_works": no_works(context, request, answer),
        "base": context.minter.base,
        "called": called,
        "repeated": repeated,
        "laid_out": laid_out(rows, columns, called, label) if rows and columns else None,
        "works_listed": _works_listed(context, rows, [name for name in columns if name in LIST_WORKS], language, at),
        "list_works": LIST_WORKS,
        "longest": LONGEST_CELL,
        "is_cut": any(len(str(value)) > LONGEST_CELL for row in answer.get("items", ()) for value in row.values()),
    }


def _works_listed(
    context: Context, rows: Sequence[Mapping[str, Any]], columns: Sequence[str], language: str, at: Version | None
) -> dict[str, list[tuple[str, str]]]:
    """Return the works whose keys stand in cells of some columns, by the cell, each with its key: by authors and year.

    Of a long cell there are as many as it shows. A cell that has other words than keys of works is left out, and one
    whose words come after very many.
    """
    texts = (text for row in rows for name in columns if isinstance(text := row.get(name), str))
    cells = dict.fromkeys(text for text in texts if "://" not in text)  # an IRI is no key
    shown = {text: text.split() if len(text) <= LONGEST_CELL else text[:LONGEST_CELL].split()[:-1] for text in cells}
    minter = context.minter

    def read(snapshot: Snapshot) -> dict[str, list[tuple[str, str]]]:
        called: dict[str, str | None] = {}

        def words(key: str) -> str | None:
            if key not in called and len(called) < MOST_LOOKED_UP:
                node = minter.thing("work", key)
                there = label_of(snapshot, node) is not None
                enough = len(called) >= MOST_WORKS
                called[key] = (key if enough else cited_as(snapshot, node, minter, language)) if there else None
            return called.get(key)

        def works_of(listed: Sequence[str]) -> list[tuple[str, str]]:
            """Return works with what they are called; none from the first word on that is no key of one."""
            found: list[tuple[str, str]] = []
            for key in listed:
                if not (said := words(key)):
                    return []
                found.append((key, said))
            return found

        return {text: works for text, listed in shown.items() if (works := works_of(listed))}

    return context.library.read(read, at)


def things_of_query(context: Context, request: Request) -> Response | None:
    """Return a page that asks for the values that a question needs, or which things they mean, where they are words."""
    named = context.queries.get(request.path_params["name"])
    if named is None:  # which the address itself refuses
        return None
    query = named.in_language(language_of(request))
    given = dict(request.query_params.items())
    if any(p.required and not given.get(p.name, "").strip() for p in query.parameters):
        return page(request, "query.html", {"query": query, "values": given, "answer": {}, "unasked": True})
    kinds = {p.name: KINDS_OF_TYPE[p.type] for p in query.parameters if p.type in KINDS_OF_TYPE}
    return ask_which(request, kinds, {name: query.labels.get(name) or field_name(name) for name in kinds})
