"""Import a library of Zotero: items as works, annotations as proposed evidence. Nothing is written to Zotero."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from commonplace.commit import Committer
from commonplace.errors import BadRequest
from commonplace.exchange.annotations import Annotations, KeptAnnotations
from commonplace.exchange.edits import Editor
from commonplace.exchange.imports import Progress, Read, import_file
from commonplace.exchange.receipts import Receipt
from commonplace.importers.parallel import BatchReading
from commonplace.importers.zotero import data_of, is_work
from commonplace.importers.zotero_api import ZoteroApi, ZoteroFault
from commonplace.library import Library
from commonplace.model.zotero_terms import ANNOTATION, ATTACHMENT

FORMAT = "zotero"
NAME = "zotero"
"""Name of the file of an import, as receipts have it."""

_OF_ATTACHMENT = ("key", "itemType", "parentItem", "title", "contentType", "deleted")
"""Members of an attachment that are taken: none that says where the file lies on the disk."""

_NO_TAG = "it has no tag that says what it is about: tag it concept:KEY or claim:KEY in Zotero, and import again"
_NO_WORK = "its item is not among the works that were imported"
_DRY_RUN = "proposed as evidence when the import is made"

Object = dict[str, Any]


@dataclass(slots=True)
class ZoteroImport:
    """What became of a library of Zotero: the receipt of its items, and its annotations.

    `kept` is None where no annotation was looked at; `left` are the numbers of those that were not taken, by reason.
    """

    receipt: Receipt
    kept: KeptAnnotations | None = None
    left: Counter[str] = field(default_factory=Counter)


def import_zotero(
    library: Library,
    committer: Committer,
    api: ZoteroApi,
    *,
    collection: str | None = None,
    agent: str = "curator",
    dry_run: bool = False,
    progress: Progress | None = None,
    read: Read = BatchReading.here,
) -> ZoteroImport:
    """Import the items of a library, or of one collection by its name or key, as one version.

    Annotations that a tag says the subject of become proposed evidence, as a version of their own. All is read before
    anything is written. Raises `ZoteroFault`, `BadRequest` where there is nothing to import, and what `import_file`
    raises.
    """
    try:
        collections = api.collections()
        key = _key_of(collection, collections) if collection is not None else None
        everything = sorted(api.items(key, progress or (lambda done, total: None)), key=lambda one: str(one["key"]))
    except ZoteroFault as fault:
        raise ZoteroFault(f"{fault.detail}. Nothing was written.", fault.errors) from fault
    objects = [*sorted(collections, key=lambda one: str(one["key"])), *everything]
    taken = [one for one in map(_taken, objects) if one is not None]
    works = [one for one in taken if is_work(one)]
    if not works:
        where = f"the collection {collection!r}" if collection is not None else "the library"
        raise BadRequest(f"{api.address}: there is no item to import in {where}", [(api.address, "no item")])
    data = json.dumps(taken, ensure_ascii=False, indent=1).encode(errors="backslashreplace")
    receipt = import_file(
        library, committer, data, NAME, format=FORMAT, agent=agent, dry_run=dry_run, progress=progress, read=read
    )
    made = ZoteroImport(receipt)
    keys = [str(one["key"]) for one in works]
    of_item = {key: item.work for key, item in zip(keys, receipt.items, strict=True) if item.work}
    documents = _documents(everything, of_item, made.left)
    if dry_run:
        made.left[_DRY_RUN] += len(documents)
    elif documents:
        editor = Editor(agent, decides=False, message="annotations of Zotero")
        made.kept = Annotations(library, committer).keep(documents, editor)
        made.left.update(f"{item.where}: {item.error}" for item in made.kept.items if item.error)
    made.left = +made.left
    return made


def _key_of(named: str, collections: Sequence[Object]) -> str:
    """Return the key of the collection of that key or name. Raises `BadRequest`."""
    by_key = [one for one in collections if one["key"] == named]
    found = by_key or [one for one in collections if str(one["data"].get("name", "")).casefold() == named.casefold()]
    if len(found) == 1:
        return str(found[0]["key"])
    names = ", ".join(sorted(f"{one['data'].get('name')} ({one['key']})" for one in found or collections)[:20])
    why = f"there are {len(found)} collections" if found else "there is no collection"
    raise BadRequest(
        f"{why} {named!r} in Zotero: {names or 'it has none'}", [("collection", f"name one by its key: {names}")]
    )


def _taken(one: Object) -> Object | None:
    """Return what is taken of an object of Zotero; None of an annotation, which becomes evidence."""
    data = data_of(one)
    if data is None or data.get("itemType") == ANNOTATION:
        return None
    if data.get("itemType") == ATTACHMENT:
        data = {name: data[name] for name in _OF_ATTACHMENT if name in data}
    return {"key": one["key"], "version": one.get("version", 0), "data": data}


def _documents(everything: Sequence[Object], of_item: Mapping[str, str], left: Counter[str]) -> list[Object]:
    """Return the annotations as Web Annotations of their works, and count the others in `left`."""
    by_key = {str(one["key"]): one["data"] for one in everything}
    made: list[Object] = []
    for data in by_key.values():
        if data.get("itemType") != ANNOTATION or data.get("deleted"):
            continue
        file = by_key.get(str(data.get("parentItem")), {})
        work = of_item.get(str(file.get("parentItem")))
        tags = [str(tag["tag"]) for tag in data.get("tags") or () if isinstance(tag, dict) and tag.get("tag")]
        if work is None:
            left[_NO_WORK] += 1
        elif not tags:
            left[_NO_TAG] += 1
        else:
            made.append(_web_annotation(data, work, tags))
    return made


def _web_annotation(data: Mapping[str, Any], work: str, tags: Sequence[str]) -> Object:
    """Return an annotation of Zotero as one of the W3C: words and page as selectors, comment and tags as bodies."""
    selectors: list[Object] = []
    if words := str(data.get("annotationText") or "").strip():
        selectors.append({"type": "TextQuoteSelector", "exact": words})
    if page := str(data.get("annotationPageLabel") or "").strip():
        selectors.append({"type": "PageSelector", "label": page})
    bodies = [{"type": "TextualBody", "purpose": "tagging", "value": tag} for tag in tags]
    if comment := str(data.get("annotationComment") or "").strip():
        bodies.append({"type": "TextualBody", "purpose": "commenting", "value": comment})
    return {"type": "Annotation", "target": {"source": work, "selector": selectors}, "body": bodies}


def annotation_lines(made: ZoteroImport) -> Iterator[str]:
    """Yield lines for people on the annotations: how many are evidence now, and those that are not, by reason."""
    if made.kept is not None:
        fates = made.kept.fates
        yield f"annotations: {fates['new']} proposed as evidence, {fates['matched']} there already"
    for why, count in made.left.most_common():
        yield f"  {count} × annotation: {why}"
    if made.kept is not None and made.kept.entry is not None:
        version = made.kept.entry.version
        yield f"version {version}; take it back with: commonplace undo {version}"
