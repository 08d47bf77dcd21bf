"""Choose among the items of a Zotero library as its web API does: by key, type, tag, version, words; in an order."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field
from pyoxigraph import NamedNode

from commonplace.derived.graph.snapshot import PROLOGUE, Snapshot, values_clause
from commonplace.derived.graph.sparql_tsv import rows, text_and_language, tsv
from commonplace.derived.search.text import without_marks
from commonplace.errors import BadRequest
from commonplace.library.zotero_list import ZoteroItem, ZoteroList

MOST_KEYS = 50
"""Maximum number of keys in `itemKey`, which is that of Zotero's web API."""

OR = "||"
"""Stands between values of a filter of which one is enough."""

_VALUES = {
    "title": "?work dcterms:title ?value",
    "date": "?work dcterms:issued ?value",
    "publisher": "?work dcterms:publisher/foaf:name ?value",
    "publicationTitle": "?work dcterms:isPartOf/dcterms:title ?value",
    "language": "?work dcterms:language ?value",
    "creator": "?work pro:isDocumentContextFor ?role . ?role cp:position 1 ; pro:withRole pro:author ; "
    "pro:isHeldBy ?first . ?first foaf:name ?name OPTIONAL { ?first foaf:familyName ?family } "
    "BIND(COALESCE(?family, ?name) AS ?value)",
}
"""Patterns of the values that works are sorted by, by the names that `sort` takes."""

_NAMING = """?work a fabio:Expression . { ?work dcterms:title|dcterms:issued ?text } UNION
 { ?work pro:isDocumentContextFor/pro:isHeldBy/foaf:name ?text }"""

FEW = 300
"""Maximum number of works whose texts are asked for by name; for more, those of all works take less time."""

_OF_ITEM = ("dateModified", "dateAdded", "itemType")
"""Orders that follow from the list of items itself."""

SORTS = (*_OF_ITEM, *_VALUES)


class ItemFilters(BaseModel):
    """Filters and order of items, by the names that Zotero's web API has for them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    q: str | None = Field(default=None, description="words to search for")
    qmode: Literal["titleCreatorYear", "everything"] = Field(
        default="titleCreatorYear", description="where the words must stand"
    )
    itemKey: str | None = Field(default=None, description=f"keys, at most {MOST_KEYS}, with commas")
    itemType: str | None = Field(default=None, description="`book`, `book || thesis`, or `-note` for all but notes")
    tag: list[str] = Field(
        default=[], description="`a`, `a || b`, or `-a` for items without it; given twice, both must hold"
    )
    since: int = Field(default=0, ge=0, description="only what changed after that version")
    sort: str = Field(default="dateModified", description=", ".join(SORTS))
    direction: Literal["asc", "desc"] | None = Field(default=None, description="by default dates fall, others rise")


def selected(
    listed: ZoteroList,
    within: Iterable[ZoteroItem],
    filters: ItemFilters,
    snapshot: Snapshot,
    ranked: Sequence[NamedNode] | None = None,
) -> list[ZoteroItem]:
    """Return those of some items that the filters choose, in their order; `ranked` are the works with the words of `q`.

    Raises `BadRequest` for a filter that cannot be understood.
    """
    if filters.sort not in SORTS:
        raise BadRequest(f"cannot sort by {filters.sort!r}", [("sort", f"use one of {', '.join(SORTS)}")])
    found = [item for item in within if item.version > filters.since]
    if filters.itemKey is not None:
        found = _of_keys(found, filters.itemKey)
    if filters.itemType is not None:
        wanted, unwanted = _alternatives(filters.itemType)
        found = [item for item in found if _fits({item.type}, wanted, unwanted)]
    for text in filters.tag:
        wanted, unwanted = _alternatives(text)
        named = {name: tag.works for name in (*wanted, *unwanted) if (tag := listed.tags.get(name))}
        found = [
            item
            for item in found
            if _fits({name for name, works in named.items() if item.iri in works}, wanted, unwanted)
        ]
    if ranked is not None:
        with_words = {node.value for node in ranked}
        found = [item for item in found if item.iri in with_words]
    if filters.q is not None and filters.qmode == "titleCreatorYear":
        found = _with_words(snapshot, found, _words(filters.q))
    return _in_order(found, filters, snapshot)


def _of_keys(items: Iterable[ZoteroItem], given: str) -> list[ZoteroItem]:
    keys = {key.strip() for key in given.split(",")}
    if len(keys) > MOST_KEYS:
        why = f"give {MOST_KEYS} at most, and ask again for others"
        raise BadRequest(f"itemKey has {len(keys)} keys", [("itemKey", why)])
    return [item for item in items if item.key in keys]


def _alternatives(text: str) -> tuple[list[str], list[str]]:
    """Return the values of a filter of which one is enough, or those that must not be."""
    parts = [part.strip() for part in text.split(OR)]
    unwanted = [part[1:].strip() for part in parts if part.startswith("-")]
    return [part.removeprefix("\\") for part in parts if not part.startswith("-")], unwanted


def _fits(values: Collection[str], wanted: Sequence[str], unwanted: Sequence[str]) -> bool:
    return not any(one in values for one in unwanted) and (not wanted or any(one in values for one in wanted))


def _words(q: str) -> list[str]:
    words = without_marks(q).casefold().split()
    if not words:
        raise BadRequest("q is empty", [("q", "give words to search for, or leave it out")])
    return words


def _with_words(snapshot: Snapshot, items: Sequence[ZoteroItem], words: Sequence[str]) -> list[ZoteroItem]:
    """Return the items in whose title, names and year all words stand."""
    few = values_clause("work", (NamedNode(item.iri) for item in items)) if len(items) <= FEW else ""
    texts: dict[str, list[str]] = {}
    for work, text in _texts(snapshot, f"{PROLOGUE}SELECT ?work ?text WHERE {{ {few} {_NAMING} }}"):
        texts.setdefault(work, []).append(text)
    named = {work: " ".join(several) for work, several in texts.items()}
    return [item for item in items if all(word in named.get(item.iri, "") for word in words)]


def _in_order(items: list[ZoteroItem], filters: ItemFilters, snapshot: Snapshot) -> list[ZoteroItem]:
    values = _values(snapshot, _VALUES[filters.sort]) if filters.sort in _VALUES else {}

    own: dict[str, Callable[[ZoteroItem], str]] = {
        "dateModified": lambda item: f"{item.version:020}",
        "dateAdded": lambda item: f"{item.first:020}",
        "itemType": lambda item: item.type,
    }
    value = own.get(filters.sort, lambda item: values.get(item.iri, ""))
    falling = filters.sort.startswith("date")
    descending = filters.direction == "desc" if filters.direction else falling
    return sorted(sorted(items, key=lambda item: item.iri), key=value, reverse=descending)


def _values(snapshot: Snapshot, pattern: str) -> Mapping[str, str]:
    return dict(_texts(snapshot, f"{PROLOGUE}SELECT ?work ?value WHERE {{ ?work a fabio:Expression . {pattern} }}"))


def _texts(snapshot: Snapshot, query: str) -> Iterator[tuple[str, str]]:
    """Yield the works and the texts that a query finds, as they are compared."""
    for work, value in rows(tsv(snapshot.query(query))):
        text = text_and_language(value)
        yield work[1:-1], without_marks(text[0] if text else value).casefold()
