"""Read what a page says beside the answer that it shows: the name of a thing, the form of a question, a text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from fastapi import Request, Response
from pyoxigraph import Literal, NamedNode

from commonplace.derived.graph.snapshot import Snapshot
from commonplace.errors import NotFound
from commonplace.library.evidence import label_of
from commonplace.library.found import found_called
from commonplace.library.found_schemas import Found
from commonplace.library.passages import PARTS
from commonplace.library.past_things import with_thing_at
from commonplace.library.totals import has_works
from commonplace.library.works import work_of
from commonplace.model.change import Version
from commonplace.model.quote_places import places_of_quote
from commonplace.web.context import Context
from commonplace.web.discovery.addresses import KIND_OF
from commonplace.web.pages.references import works_named
from commonplace.web.pages.which import ask_which
from commonplace.web.pages.words.asked_words import asked_words, pinned_address
from commonplace.web.pages.words.called import called_each, called_in, candidates_called, cited_as
from commonplace.web.pages.words.languages import language_of
from commonplace.web.pages.words.named_changes import names_of_things
from commonplace.web.pages.words.wording import family

Added = Mapping[str, object]

MOST_NAMED = 2_000
"""Maximum number of things in the answer to a question that are called by their names; the others by their keys."""


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

    What was found is called in the language of the page.
    """
    asked = request.query_params["q"]
    kind = request.query_params.get("kind", "")
    without = [] if answer["items"] else _without_one(context, request, asked)
    found = [Found.model_validate(one) for one in answer["items"]]
    called = context.library.read(lambda s: found_called(s, found, context.minter, language_of(request)))
    return {
        "request_words": asked,
        "request_kind": kind,
        "request_language": request.query_params.get("language", ""),
        "without": without,
        "asked": asked,
        "no_works": no_works(context, request, answer),
        "shown": called,
    }


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
    only = [(name, value) for name, value in request.query_params.multi_items() if name in ("kind", "language")]
    return [(word, f"/search?{urlencode([('q', rest), *only])}", total) for word, rest, total in counted if total]


def quote_asked(context: Context, request: Request, answer: Any) -> Added:
    """Add the passage that was looked for."""
    return {"quote": request.query_params["quote"], "no_works": no_works(context, request, answer)}


def no_works(context: Context, request: Request, answer: Any) -> bool:
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


def work_of_pairs(context: Context, request: Request) -> Response | None:
    """Return a page that asks which work the pairs are of, where it is named by words."""
    return ask_which(request, {"work": ("work",)}, {"work": "Work"})
