"""Write works, evidence, concepts and cases as the objects of Zotero's web API."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from html import escape
from typing import Any, Literal, cast

from pyoxigraph import NamedNode

from commonplace.derived.graph.records import record_of
from commonplace.derived.graph.snapshot import Snapshot
from commonplace.errors import BadRequest
from commonplace.exchange.exports import format_works, write_records
from commonplace.exporters.zotero import zotero_data
from commonplace.library.evidence import label_of, read_evidence
from commonplace.library.schemas import Evidence
from commonplace.library.zotero_list import ZoteroCollection, ZoteroItem, ZoteroList, ZoteroTag
from commonplace.model.change import Version
from commonplace.model.minter import Minter
from commonplace.model.record import Record
from commonplace.model.zotero_terms import NOTE
from commonplace.patchlog.log import PatchLog

Document = dict[str, Any]
RecordFormat = Literal["bibtex", "ris", "csljson"]

RECORD_FORMATS: Mapping[RecordFormat, str] = {"bibtex": "bibtex", "ris": "ris", "csljson": "csl-json"}
"""Zotero's names of formats of records, with ours."""

INCLUDED = ("data", "bib", *RECORD_FORMATS)
"""What may stand in the object of an item, by Zotero's names."""

DEFAULT_STYLE = "chicago-notes-bibliography"
"""The style in which Zotero's web API formats what is asked for without one."""

_NAMED = 2
"""Number of authors who are both named in a summary of the creators; of more the first is, with `et al.`"""


@dataclass(frozen=True, slots=True)
class ZoteroDocuments:
    """Writes the objects of one state of a library."""

    snapshot: Snapshot
    listed: ZoteroList
    minter: Minter
    log: PatchLog
    title: str
    """Name of the library."""
    address: str
    """Address of the library within the API, without a slash at its end."""
    page: Callable[[str], str]
    """Returns the address of the page of a thing, by its IRI."""

    def item(self, item: ZoteroItem, include: Collection[str] = ("data",), style: str = DEFAULT_STYLE) -> Document:
        """Return an item: a work, or a note. Raises `BadRequest` for a style that there is not."""
        document = self._frame("items", item.key, item.version, item.iri)
        if item.type == NOTE:
            evidence = read_evidence(self.snapshot, NamedNode(item.iri), self.minter)
            assert evidence is not None, item.iri
            parent = self.listed.keys[item.parent]
            document["links"]["up"] = _link(f"{self.address}/items/{parent}", "application/json")
            document["meta"] = {}
            data = {"itemType": NOTE, "parentItem": parent, "note": self._note(evidence), "tags": []}
        else:
            record = record_of(self.snapshot, NamedNode(item.iri), self.minter)
            document["meta"] = _meta(record, len(self.listed.notes.get(item.iri, ())))
            data = self._work(item, record)
            for name in include:
                if name == "bib":
                    document[name] = self.formatted([item], style).decode()
                elif name == "csljson":
                    document[name] = json.loads(self._records([item], name))[0]
                elif name in RECORD_FORMATS:
                    document[name] = self._records([item], name).decode()
        if "data" in include:
            document["data"] = {"key": item.key, "version": item.version, **data, **self._dates(item)}
        return document

    def to_be_written(self, work: ZoteroItem) -> Document:
        """Return the data of a work as another library takes it: without collections, which are not there."""
        return self._work(work, record_of(self.snapshot, NamedNode(work.iri), self.minter)) | {"collections": []}

    def collection(self, collection: ZoteroCollection) -> Document:
        """Return a collection."""
        document = self._frame("collections", collection.key, collection.version, collection.iri)
        within = sum(one.parent == collection.key for one in self.listed.collections.values())
        document["meta"] = {"numCollections": within, "numItems": len(collection.works)}
        document["data"] = {
            "key": collection.key,
            "version": collection.version,
            "name": collection.name,
            "parentCollection": collection.parent or False,
            "relations": {},
        }
        return document

    def tag(self, tag: ZoteroTag) -> Document:
        """Return a tag."""
        return {
            "tag": tag.name,
            "links": {"self": _link(f"{self.address}/tags", "application/json")},
            "meta": {"type": int(tag.automatic), "numItems": len(tag.works)},
        }

    def records(self, items: Iterable[ZoteroItem], format: str) -> bytes:
        """Return the works among some items in a format of records, by Zotero's name for it; notes have none."""
        made = self._records(_works(items), format)
        return b'{"items": ' + made + b"}" if format == "csljson" else made

    def formatted(self, items: Iterable[ZoteroItem], style: str) -> bytes:
        """Return the works among some items as a bibliography in a style, in HTML. Raises `BadRequest`."""
        return format_works(self.snapshot, _nodes(_works(items)), self.minter, style, html=True)

    def _records(self, works: Iterable[ZoteroItem], format: str) -> bytes:
        return write_records(self.snapshot, _nodes(works), self.minter, RECORD_FORMATS[cast(RecordFormat, format)])

    def _work(self, item: ZoteroItem, record: Record) -> Document:
        data = zotero_data(record)
        concepts = self.listed.concepts_of.get(item.iri, ())
        keywords = [tag for tag in data["tags"] if tag["tag"] not in concepts]
        return data | {
            "tags": [*({"tag": name} for name in concepts), *keywords],
            "collections": list(self.listed.collections_of.get(item.iri, ())),
            "relations": {},
        }

    def _frame(self, kind: str, key: str, version: Version, iri: str) -> Document:
        here = {"alternate": _link(self.page(self.minter.base), "text/html")}
        return {
            "key": key,
            "version": version,
            "library": {"type": "user", "id": 0, "name": self.title, "links": here},
            "links": {
                "self": _link(f"{self.address}/{kind}/{key}", "application/json"),
                "alternate": _link(self.page(iri), "text/html"),
            },
        }

    def _dates(self, item: ZoteroItem) -> Document:
        times = {"dateAdded": item.first, "dateModified": item.version}
        return {name: self._moment(version) for name, version in times.items() if version}

    def _moment(self, version: Version) -> str:
        return self.log.header(version).at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    def _note(self, evidence: Evidence) -> str:
        """Return evidence as the text of a note, in HTML: what it says, the quote with its place, and how surely."""
        about = label_of(self.snapshot, NamedNode(evidence.about_iri)) or evidence.about
        said = [evidence.state, evidence.directness, evidence.certainty and f"certainty {evidence.certainty}"]
        parts = [f"<h1>{escape(about)}</h1>", f"<p>{escape(', '.join(filter(None, said)))}</p>"]
        if evidence.quote:
            parts.append(f"<blockquote><p>{escape(evidence.quote)}</p></blockquote>")
        if evidence.locator:
            parts.append(f"<p>{escape(evidence.locator)}</p>")
        if evidence.note:
            parts.append(f"<p>{escape(evidence.note)}</p>")
        address = escape(self.page(evidence.iri))
        parts.append(
            f'<p><a href="{address}">{address}</a>{f" ({escape(evidence.agent)})" if evidence.agent else ""}</p>'
        )
        return "\n".join(parts)


def checked_included(given: str) -> tuple[str, ...]:
    """Return what a client wants in the object of an item, of a list with commas. Raises `BadRequest`."""
    names = tuple(name.strip() for name in given.split(","))
    for name in names:
        if name not in INCLUDED:
            raise BadRequest(f"{name!r} cannot be included", [("include", f"use one of {', '.join(INCLUDED)}")])
    return names


def _meta(record: Record, children: int) -> Document:
    """Return what Zotero works out of an item: who made it, in short, its date, and the number of its notes."""
    role = record.contributors[0].role if record.contributors else ""
    names = [name.short for name in record.names("author") or record.names(role)]
    summary = " and ".join(names) if len(names) <= _NAMED else f"{names[0]} et al."
    made = {"creatorSummary": summary, "parsedDate": (record.issued or "").partition("/")[0].rstrip("?~%")}
    return {name: text for name, text in made.items() if text} | {"numChildren": children}


def _link(address: str, media_type: str) -> dict[str, str]:
    return {"href": address, "type": media_type}


def _works(items: Iterable[ZoteroItem]) -> Sequence[ZoteroItem]:
    return [item for item in items if item.type != NOTE]


def _nodes(works: Iterable[ZoteroItem]) -> list[NamedNode]:
    return [NamedNode(work.iri) for work in works]
