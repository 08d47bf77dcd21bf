"""Read what a page says beside the answer that it shows: the name of a thing, the form of a question, a text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from fastapi import Request
from pyoxigraph import Literal, NamedNode

from commonplace.derived.graph.snapshot import Snapshot
from commonplace.errors import NotFound
from commonplace.library.evidence import label_of
from commonplace.library.first_question import examples_there
from commonplace.library.named_queries import NamedQuery
from commonplace.library.passages import PARTS
from commonplace.library.works import work_of
from commonplace.model.change import Version
from commonplace.model.minter import Kind
from commonplace.model.quote_places import places_of_quote
from commonplace.web.context import Context
from commonplace.web.pages.wording import family

Added = Mapping[str, object]

MOST_WORDS_LEFT_OUT = 12
"""Maximum number of words of a search that found nothing, to be asked again without each of them: each is a search."""

_KINDS: dict[str, Kind] = {
    "works": "work",
    "people": "person",
    "organizations": "organization",
    "venues": "venue",
    "concepts": "concept",
    "claims": "claim",
    "cases": "case",
    "evidence": "evidence",
}


def _at(request: Request) -> Version | None:
    """Return the version that a page is asked for; None is the newest. The answer was made: it is one there is."""
    given = request.query_params.get("at")
    return Version(int(given)) if given else None


def nothing(context: Context, request: Request, answer: Any) -> Added:
    """Add nothing."""
    return {}


def thing_of_path(context: Context, request: Request, answer: Any) -> Added:
    """Add the name of the thing whose key stands in the path, as it is called at the version that was asked."""
    plural, key = request.url.path.split("/")[1], request.path_params["key"]
    node = context.minter.thing(_KINDS[plural], key)
    label = context.library.read(lambda snapshot: label_of(snapshot, node), _at(request))
    return {"plural": plural, "key": key, "label": label or key, "list": request.url.path.rpartition("/")[2]}


def words_asked(context: Context, request: Request, answer: Any) -> Added:
    """Add the words that were searched for; where nothing has them all, what is found without each of them."""
    asked = request.query_params["q"]
    return {"request_words": asked, "without": [] if answer["items"] else _without_one(context, request, asked)}


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
    return {"quote": request.query_params["quote"]}


def versions_asked(context: Context, request: Request, answer: Any) -> Added:
    """Add the versions that were compared."""
    return {"start": request.query_params["from"], "to": request.query_params.get("to")}


def concept_asked(context: Context, request: Request, answer: Any) -> Added:
    """Add the concept that suggestions are for."""
    given = request.query_params["concept"]
    node = NamedNode(given) if "://" in given else context.minter.thing("concept", given)
    label = context.library.read(lambda snapshot: label_of(snapshot, node))
    return {"concept": context.minter.key(node.value), "label": label or given}


def queries(context: Context, request: Request, answer: Any) -> Added:
    """Add values for the fields of each question that are there in this library."""
    every = list(context.queries.values())
    examples = context.library.read(lambda snapshot: examples_there(snapshot, context.minter, every, None, []))
    return {"examples": examples}


def query_asked(context: Context, request: Request, answer: Any) -> Added:
    """Add the question, the values that were given, and which columns lead to a page."""
    query: NamedQuery = context.queries[request.path_params["name"]]
    values = dict(request.query_params.items())
    return {
        "query": query,
        "values": values,
        "sparql": query.sparql(context.minter, {p.name: values[p.name] for p in query.parameters if p.name in values}),
        "base": context.minter.base,
    }


def queue_asked(context: Context, request: Request, answer: Any) -> Added:
    """Add the queue: its name, its label, and what stands in it."""
    return {"queue": context.queues.by_name[request.path_params["name"]]}


def pairs_asked(context: Context, request: Request, answer: Any) -> Added:
    """Add which pairs were asked for."""
    return {name: request.query_params.get(name, "") for name in ("proposes", "decision", "work")}


def works_of_pair(context: Context, request: Request, answer: Any) -> Added:
    """Add the fields of two works side by side, those that neither has left out."""

    def read(snapshot: Snapshot) -> Added:
        sides = [_fields(snapshot, context, link["key"]) for link in answer["works"]]
        names = [name for name in _COMPARED if any(side.get(name) for side in sides)]
        return {"fields": [(name, *(side.get(name, "") for side in sides)) for name in names]}

    return context.library.read(read, _at(request))


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
    minter = context.minter
    work = NamedNode(answer["work_iri"])
    source = NamedNode(answer.get("quoted_from_iri", answer["work_iri"]))

    def read(snapshot: Snapshot) -> Added:
        try:
            shown = work_of(snapshot, work, minter)
        except NotFound:
            shown = None
        about = label_of(snapshot, NamedNode(answer["about_iri"])) or answer["about"]
        return {"work": shown, "about": about, "passages": _passages(snapshot, source, answer.get("quote"))}

    return context.library.read(read, _at(request))


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
    """Return whether the question searches, which is answered at the newest version only."""
    address = answer.get("asks") or answer["address"]
    return {"searches": "q" in parse_qs(urlsplit(address).query)}
