"""Read what a page says beside the answer that it shows: the name of a thing, the form of a question, a text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from fastapi import Request, Response
from pyoxigraph import Literal, NamedNode

from commonplace.derived.graph.snapshot import Snapshot
from commonplace.derived.search.snippet import beginning
from commonplace.errors import NotFound
from commonplace.library.evidence import label_of
from commonplace.library.first_question import examples_there
from commonplace.library.labels import definition_in
from commonplace.library.named_queries import NamedQuery
from commonplace.library.parameters import KINDS_OF_TYPE
from commonplace.library.passages import PARTS
from commonplace.library.past_things import with_thing_at
from commonplace.library.totals import has_works
from commonplace.library.works import work_of
from commonplace.model.canonical_answer import entries_of
from commonplace.model.change import Version
from commonplace.model.quote_places import places_of_quote
from commonplace.web.context import Context
from commonplace.web.discovery.addresses import KIND_OF
from commonplace.web.pages.answer_words import NO_WORDS, AnswerWords, iris_in
from commonplace.web.pages.asked_words import asked_words, pinned_address
from commonplace.web.pages.called import called_each, called_in, candidates_called, cited_as, evidence_titled
from commonplace.web.pages.codes import field_name
from commonplace.web.pages.columns import laid_out, repeated_columns
from commonplace.web.pages.languages import language_of
from commonplace.web.pages.named_changes import names_of_things
from commonplace.web.pages.references import MOST as MOST_WORKS
from commonplace.web.pages.references import works_named
from commonplace.web.pages.rendering import page
from commonplace.web.pages.sentences import translated
from commonplace.web.pages.which import ask_which
from commonplace.web.pages.wording import family

Added = Mapping[str, object]

MOST_NAMED = 2_000
"""Maximum number of things in the answer to a question that are called by their names; the others by their keys."""

MOST_LOOKED_UP = 2_000
"""Maximum number of words in the answer to a question of which it is looked up whether they are keys of works."""

MOST_SHOWN = 200
"""Maximum number of entries of a kept answer that its page shows."""

LONGEST_CELL = 300
"""Maximum number of characters of a cell in the answer to a question: the keys of all works of a year fill pages."""

MOST_WORDS_LEFT_OUT = 12
"""Maximum number of words of a search that found nothing, to be asked again without each of them: each is a search."""


def at_of(request: Request) -> Version | None:
    """Return the version that a page is asked for; None is the newest. The answer was made: it is one there is."""
    given = request.query_params.get("at")
    return Version(int(given)) if given else None


def nothing(context: Context, request: Request, answer: Any) -> Added:
    """Add nothing."""
    return {}


def thing_of_path(context: Context, request: Request, answer: Any) -> Added:
    """Add the name of the thing whose key stands in the path, as it is called at the version that was asked."""
    plural, key = request.url.path.split("/")[1], request.path_params["key"]
    node = context.minter.thing(KIND_OF[plural], key)
    language = language_of(request)
    label = context.library.read(lambda snapshot: called_in(snapshot, node, context.minter, language), at_of(request))
    return {"plural": plural, "key": key, "label": label or key, "list": request.url.path.rpartition("/")[2]}


def names_in_changes(context: Context, request: Request, answer: Any) -> Added:
    """Add to versions the names of the things that their lines speak of, as they are called now."""
    changes = answer.get("items", [answer])
    names = names_of_things(context, changes, language_of(request))
    for change in changes:
        change["names"] = names
    return {}


def versions_of_thing(context: Context, request: Request, answer: Any) -> Added:
    """Add the name of the thing, and to its versions the names of the things that their lines speak of."""
    return {**names_in_changes(context, request, answer), **thing_of_path(context, request, answer)}


def words_asked(context: Context, request: Request, answer: Any) -> Added:
    """Add the words that were searched for; where nothing has them all, what is found without each of them.

    A concept that is shown with its definition has it in the language of the page, where there is one, and evidence
    is called in that language by what it is about.
    """
    asked = request.query_params["q"]
    kind = request.query_params.get("kind", "")
    without = [] if answer["items"] else _without_one(context, request, asked)
    minter, language, items = context.minter, language_of(request), answer["items"]
    evidence = [one["iri"] for one in items if one["kind"] == "evidence"]
    defined, called = context.library.read(
        lambda s: (
            _definitions(s, items, language),
            {iri: evidence_titled(s, NamedNode(iri), minter, language) for iri in evidence},
        )
    )
    added = {
        "request_words": asked,
        "request_kind": kind,
        "without": without,
        "asked": asked,
        "no_works": _no_works(context, request, answer),
    }
    return {**added, "defined": defined, "called": called}


def _definitions(snapshot: Snapshot, items: Iterable[Mapping[str, Any]], language: str) -> dict[str, str]:
    """Return pieces of definitions in a language, by the IRIs of the concepts whose snippet is of another language."""
    found = ((one["iri"], one["snippet"]) for one in items if one["kind"] == "concept" and one.get("snippet"))
    texts = ((iri, definition_in(snapshot, NamedNode(iri), piece, language)) for iri, piece in found)
    return {iri: beginning(text) for iri, text in texts if text}


def _without_one(context: Context, request: Request, asked: str) -> list[tuple[str, str, int]]:
    """Return each word without which something is found: the word, the address that leaves it out, how many it finds.

    A misremembered or misspelt word is the usual reason why nothing is found.
    """
    words = asked.split()
    if not 2 <= len(words) <= MOST_WORDS_LEFT_OUT or '"' in asked:
        return []
    index, kinds = context.library.search(), request.query_params.getlist("kind") or None
    others = [(word, " ".join(words[:place] + words[place + 1 :])) for place, word in enumerate(words)]
    counted = [(word, rest, index.search(rest, kinds, limit=1).total) for word, rest in others]
    only = [("kind", kind) for kind in kinds or ()]
    return [(word, f"/search?{urlencode([('q', rest), *only])}", total) for word, rest, total in counted if total]


def quote_asked(context: Context, request: Request, answer: Any) -> Added:
    """Add the passage that was looked for."""
    return {"quote": request.query_params["quote"], "no_works": _no_works(context, request, answer)}


def _no_works(context: Context, request: Request, answer: Any) -> bool:
    """Return whether an answer is empty because the library has no works at all."""
    return not answer.get("items") and not context.library.read(has_works, at_of(request))


def thing_of_diff(context: Context, request: Request, answer: Any) -> Added:
    """Add the name of the thing that was compared, as it is called at either version."""
    called = _called_at(context, request, [answer["iri"]])
    return {"label": called.get(answer["iri"]) or answer.get("label") or answer["key"]}


def versions_asked(context: Context, request: Request, answer: Any) -> Added:
    """Add the versions that were compared, and what the evidence and the decisions that differ are called."""
    nameless = [one["iri"] for one in answer["items"] if not one.get("label")]
    called = _called_at(context, request, nameless)
    return {"start": request.query_params["from"], "to": request.query_params.get("to"), "called": called}


def _called_at(context: Context, request: Request, iris: Sequence[str]) -> dict[str, str]:
    """Return what things are called at the later of the versions that a page compares, or at the earlier."""
    language, things = language_of(request), context.library.things
    versions = [Version(int(given)) for name in ("to", "from") if (given := request.query_params.get(name))]

    def name(snapshot: Snapshot, node: NamedNode) -> str | None:
        states = (with_thing_at(snapshot, things, node, version) for version in versions)
        every = (snapshot, *states) if "to" not in request.query_params else states
        return next(filter(None, (called_in(state, node, context.minter, language) for state in every if state)), None)

    named = context.library.read(lambda snapshot: {iri: name(snapshot, NamedNode(iri)) for iri in iris})
    called = {iri: label for iri, label in named.items() if label}
    asked = {iri: pinned_address(context, iri) for iri in iris if iri not in called}
    return called | {iri: asked_words(context, address, language) for iri, address in asked.items() if address}


def concept_asked(context: Context, request: Request, answer: Any) -> Added:
    """Add the concept that suggestions are for."""
    given = request.query_params["concept"]
    node = NamedNode(given) if "://" in given else context.minter.thing("concept", given)
    language = language_of(request)
    label = context.library.read(lambda snapshot: label_of(snapshot, node, language), at_of(request))
    return {"concept": context.minter.key(node.value), "label": label or given}


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
        "no_works": _no_works(context, request, answer),
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


LIST_WORKS = ("keys", "key", "works", "source", "value", "valueLabel", "alternative")
"""Columns of questions that have keys of works in them, or may."""


def queue_asked(context: Context, request: Request, answer: Any) -> Added:
    """Add the queue: its name, its label, and what stands in it; and the works that its citations may mean."""
    keys = [item["detail"] for item in answer["items"] if item.get("kind") == "citation" and item.get("detail")]
    language, at = language_of(request), at_of(request)
    called = context.library.read(lambda s: candidates_called(s, keys, context.minter, language), at)
    return {"queue": context.queues.by_name[request.path_params["name"]], "called": called}


def pairs_asked(context: Context, request: Request, answer: Any) -> Added:
    """Add which pairs were asked for."""
    return {name: request.query_params.get(name, "") for name in ("proposes", "decision", "work")}


def works_of_pair(context: Context, request: Request, answer: Any) -> Added:
    """Add the fields of two works side by side, those that neither has left out."""

    def read(snapshot: Snapshot) -> Added:
        sides = [_fields(snapshot, context, link["key"]) for link in answer["works"]]
        names = [name for name in _COMPARED if any(side.get(name) for side in sides)]
        keys = [link["key"] for link in answer["works"]]
        cited = {key: cited_as(snapshot, context.minter.thing("work", key), context.minter, language) for key in keys}
        return {"fields": [(name, *(side.get(name, "") for side in sides)) for name in names], "cited": cited}

    language = language_of(request)
    return context.library.read(read, at_of(request))


_COMPARED = (
    *("type", "people", "year", "title", "container_title", "volume", "issue", "page", "publisher"),
    *("doi", "isbn", "abstract"),
)
"""Fields that the page of two works sets side by side."""


def _fields(snapshot: Snapshot, context: Context, key: str) -> dict[str, str]:
    try:
        work = work_of(snapshot, context.minter.thing("work", key), context.minter)
    except NotFound:  # it was deleted after the two were decided
        return {}
    said = work.model_dump(exclude_none=True)
    people = [*(work.authors or ()), *(work.editors or ())]
    said["people"] = "; ".join(family(one) for one in people)
    return {name: "; ".join(v) if isinstance(v := said.get(name, ""), list) else str(v) for name in _COMPARED}


def text_of_evidence(context: Context, request: Request, answer: Any) -> Added:
    """Add the work that evidence is of, the name of what it is about, and the passage in the text that it is from."""
    minter, language = context.minter, language_of(request)
    work = NamedNode(answer["work_iri"])
    source = NamedNode(answer.get("quoted_from_iri", answer["work_iri"]))

    def read(snapshot: Snapshot) -> Added:
        try:
            shown = work_of(snapshot, work, minter)
        except NotFound:
            shown = None
        about = label_of(snapshot, NamedNode(answer["about_iri"]), language) or answer["about"]
        return {"work": shown, "about": about, "passages": _passages(snapshot, source, answer.get("quote"))}

    return context.library.read(read, at_of(request))


def _passages(snapshot: Snapshot, work: NamedNode, quote: str | None) -> list[tuple[str, str, str, str]]:
    """Return each text of a work that holds a quote: its name, what stands before, the words, and what comes after."""
    found = []
    for part, predicate in PARTS if quote else ():
        for triple in snapshot.triples(work, predicate):
            if isinstance(triple.object, Literal):
                text = triple.object.value
                places = list(places_of_quote(quote or "", text))[:1]
                found += [(part, text[: p.start], text[p.start : p.end], text[p.end :]) for p in places]
    return found


def of_pin(context: Context, request: Request, answer: Any) -> Added:
    """Add the question in words, and whether it searches, which is answered at the newest version only."""
    address = answer.get("asks") or answer["address"]
    question = asked_words(context, address, language_of(request))
    return {"searches": _searches(address), "question": question}


def _searches(address: str) -> bool:
    """Return whether an address asks a search, which is answered at the newest version only."""
    return "q" in parse_qs(urlsplit(address).query)


def kept_in_words(context: Context, request: Request, answer: Any) -> Added:
    """Add what the answer of a pin has in it, in words: the first of many entries, and how many more there are."""
    entries = [(name, value) for name, value in entries_of(answer["kept"]).items() if name not in NO_WORDS]
    words = _words_of(context, request, [value for _, value in entries[:MOST_SHOWN]], None)
    shown = [words.entry(name, value) for name, value in entries[:MOST_SHOWN]]
    return {**of_pin(context, request, answer), "entries": shown, "more": len(entries) - len(shown)}


def difference_in_words(context: Context, request: Request, answer: Any) -> Added:
    """Add what differs between an answer that was kept and another, in words."""
    words = _words_of(context, request, answer["items"], at_of(request))
    node = context.minter.thing("pin", request.path_params["key"])
    pin = context.library.read(lambda snapshot: context.pins.read(snapshot, node))
    return {
        "differences": [words.difference(one) for one in answer["items"]],
        "pin": pin,
        "question": pin.title or asked_words(context, pin.asks, language_of(request)),
        "searches": _searches(pin.asks),
    }


def _words_of(context: Context, request: Request, entries: Sequence[Any], at: Version | None) -> AnswerWords:
    """Return what says entries of answers in words, with the names that the things in them have."""
    base, language = context.minter.base, language_of(request)
    things = list(dict.fromkeys(iris_in(entries, base)))[:MOST_NAMED]
    called = context.library.read(lambda s: called_each(s, things, context.minter, language), at)
    return AnswerWords(called, base, language)


def questions_of_pins(context: Context, request: Request, answer: Any) -> Added:
    """Add in words what each pinned answer was asked for, by its address."""
    language = language_of(request)
    return {"questions": {pin["asks"]: asked_words(context, pin["asks"], language) for pin in answer["items"]}}


def works_of_receipt(context: Context, request: Request, answer: Any) -> Added:
    """Add the works that the entries of an import became."""
    iris = [item["work"] for item in answer["items"] if item.get("work")]
    return {"works": context.library.read(lambda snapshot: works_named(snapshot, context.minter, iris))}


def works_of_screenings(context: Context, request: Request, answer: Any) -> Added:
    """Add the works that were decided on, as they are at the version that was asked."""
    iris = [item["work_iri"] for item in answer["items"]]
    return {"works": context.library.read(lambda s: works_named(s, context.minter, iris), at_of(request))}


def works_of_decisions(context: Context, request: Request, answer: Any) -> Added:
    """Add the works that a file decided on, by their keys, and the address of the evidence that holds otherwise."""
    for item in answer["items"]:
        _, found, key = item.get("why", "").rpartition(": evidence ")
        if found:
            item |= {"why": item["why"].removesuffix(f"{found}{key}"), "held_by": f"/id/evidence/{key}"}
    iris = [context.minter.thing("work", item["work"]).value for item in answer["items"] if item.get("work")]
    named = context.library.read(lambda snapshot: works_named(snapshot, context.minter, iris))
    return {"works": {work.key: work for work in named.values()}}


def things_of_node(context: Context, request: Request, answer: Any) -> Added:
    """Add what the things are called that a node points to, and where the terms of the ontology begin."""
    listed = [value for values in (answer.get("properties") or {}).values() for value in values]
    things = [one for one in listed if one.startswith(f"{context.minter.base}id/")][:MOST_NAMED]
    language = language_of(request)
    called = context.library.read(lambda s: called_each(s, things, context.minter, language), at_of(request))
    return {"called": called, "ontology": f"{context.minter.base}ontology#"}


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


def work_of_pairs(context: Context, request: Request) -> Response | None:
    """Return a page that asks which work the pairs are of, where it is named by words."""
    return ask_which(request, {"work": ("work",)}, {"work": "Work"})
