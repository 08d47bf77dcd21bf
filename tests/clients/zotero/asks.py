"""Let pyzotero ask a library, given its address alone, and print what it answers as JSON."""

from __future__ import annotations

import json
import sys
from contextlib import suppress
from typing import Any

from pyzotero import errors, zotero


def answers(address: str) -> dict[str, Any]:
    """Return what each call of pyzotero answers, or as much of it as tells whether it is right."""
    library = zotero.Zotero("0", "user")
    library.endpoint = address
    top = library.everything(library.top(limit=10))
    key = next(item["key"] for item in top if item["data"].get("DOI") == "10.1016/0305-750X(96)00023-X")
    collections = library.everything(library.collections(limit=30))
    of_concept = next(one for one in collections if one["data"]["name"] == "role of professionals")
    try:
        library.create_items([{"itemType": "book", "title": "A Book"}])
        refused = ""
    except errors.PyZoteroError as fault:
        refused = str(fault)
    return {
        "top": [item["key"] for item in top],
        "counts": [library.num_items(), library.count_items(), library.num_collectionitems(of_concept["key"])],
        "all": [item["key"] for item in library.everything(library.items(limit=50))],
        "item": library.item(key),
        "children": library.children(key),
        "subset": [item["key"] for item in library.get_subset([key])],
        "collections": [one["data"]["name"] for one in collections],
        "tree": [one["data"]["name"] for one in library.all_collections()],
        "of_concept": [item["data"]["extra"] for item in library.collection_items_top(of_concept["key"])],
        "with_notes": len(library.everything(library.collection_items(of_concept["key"]))),
        "tags": library.everything(library.tags(limit=20)),
        "tags_of_item": library.item_tags(key),
        "versions": library.item_versions(),
        "collection_versions": library.collection_versions(),
        "version": library.last_modified_version(),
        "since": library.items(since=1),
        "deleted": library.deleted(since=0)["items"],
        "keys": library.items(format="keys", limit=None).decode().split(),
        "bibtex": [entry["ID"] for entry in library.top(format="bibtex", itemKey=key).entries],
        "ris": ris(library, key),
        "csljson": library.top(format="csljson", itemKey=key)["items"],
        "bib": library.top(format="bib", itemKey=key, style="apa").decode(),
        "q": [item["key"] for item in library.top(q="Ostrom 1996")],
        "type": [item["data"]["itemType"] for item in library.top(itemType="book || bookSection", limit=100)],
        "page sizes": [len(page) for page in library.makeiter(library.top(limit=20))],
        "empty": [library.groups(), library.trash(), library.searches()],
        "may write": library.key_info()["access"]["user"]["write"],
        "refused": refused,
        "key": key,
    }


def ris(library: zotero.Zotero, key: str) -> str:
    """Return an item as RIS. Pyzotero takes every media type that it does not know, RIS's too, for JSON."""
    with suppress(ValueError):
        library.top(format="ris", itemKey=key)
    return str(library.request.text)


if __name__ == "__main__":
    print(json.dumps(answers(sys.argv[1])))
