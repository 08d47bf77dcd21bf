"""Describe a work by its metadata in Crossref's REST API.

Source: Crossref's REST API documentation, the format of `works` messages. What is about the
deposit and not about the work (licences, links, funders, assertions, counts) is left where it is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from commonplace.errors import Message
from commonplace.importers.doi.crossref_relations import crossref_relations, own_status
from commonplace.importers.doi.description import (
    DescriptionDraft,
    DoiDescription,
    available,
    joined_title,
    mappings,
    personal_name,
    texts,
)
from commonplace.importers.markup import plain_line
from commonplace.importers.number_list import read_number_list
from commonplace.model.citation_key import with_made_key
from commonplace.model.crossref_types import CSL_TYPE
from commonplace.model.csl_terms import edtf_date
from commonplace.model.identifiers import doi_key, normal_doi, normal_isbn, normal_issn
from commonplace.model.languages import language_tag
from commonplace.model.names import Contributor, Name
from commonplace.model.record import Record
from commonplace.model.relations import Reference

_IN_SERIES = frozenset({"book-chapter", "book-part", "book-section", "proceedings-article", "reference-entry"})
_DATES = (
    "published-print", "issued", "published", "published-online", "published-other", "posted", "approved",
    "content-created", "accepted",
)  # fmt: skip
_ROLES = ("author", "editor", "translator", "chair")
_DASH = re.compile(r"\s*(?:-{1,3}|[–—−‐‑‒])\s*")
_ORCID = re.compile(r"\d{4}-\d{4}-\d{4}-\d{3}[\dX]")


def read_crossref(body: Mapping[str, Any], asked: str) -> DoiDescription:
    """Describe one `message` of a work, asked for by the DOI `asked`. Raises `ValueError` when it is no work at all."""
    doi = _doi(body, asked)
    draft = DescriptionDraft()
    if doi_key(doi) != doi_key(asked):
        draft.lose("doi", asked, Message("the agency gives this work the DOI %(doi)r", doi=doi))
    kind = available(body.get("type")) or ""
    if kind not in CSL_TYPE:
        draft.lose("type", kind, "not a type known here; read as document")
    fields: dict[str, Any] = {
        "type": CSL_TYPE.get(kind, "document"),
        "doi": doi,
        "title": _title(body, draft),
        "contributors": tuple(_contributors(body, draft)),
        "abstract": draft.paragraphs("abstract", body.get("abstract")),
        "keywords": tuple(dict.fromkeys(plain_line(word) for word in texts(body.get("subject")))),
        **_dates(body, draft),
        **_containers(body, kind, draft),
        **_numbers(body, draft),
        **_publication(body, kind, draft),
    }
    relations = tuple(crossref_relations(body, draft))
    _keep_rest(body, kind, draft)
    record = Record(key="", extra=MappingProxyType(draft.extra), rich=draft.rich, **draft.titles_of_kinds(), **fields)
    return DoiDescription(
        record=with_made_key(record),
        losses=tuple(draft.losses),
        references=tuple(_references(body)),
        relations=relations,
        own_status=own_status(relations),
    )


def _doi(body: Mapping[str, Any], asked: str) -> str:
    """Return the DOI in the spelling it was asked for, unless the work has another."""
    found = available(body.get("DOI"))
    if found is None:
        raise ValueError("the metadata names no DOI, so it is no work")
    return asked if doi_key(found) == doi_key(asked) else normal_doi(found)


def _title(body: Mapping[str, Any], draft: DescriptionDraft) -> str | None:
    main = [line for text in texts(body.get("title")) if (line := draft.rich_line("title", text))]
    subtitles = [line for text in texts(body.get("subtitle")) if (line := draft.rich_line("title", text))]
    titles = [title.plain for title in main]
    draft.keep("alternative-title", "; ".join(dict.fromkeys(titles[1:])))
    for text in texts(body.get("original-title")):
        if (original := plain_line(text)) and original not in titles:
            draft.other_title("original", None, original)
    short = [plain_line(text) for text in texts(body.get("short-title"))]
    draft.keep("title-short", "; ".join(text for text in short if text and text not in titles))
    return draft.keep_rich("title", joined_title(main[0] if main else None, subtitles))


def _contributors(body: Mapping[str, Any], draft: DescriptionDraft) -> Iterator[Contributor]:
    orcids = []
    for role in _ROLES:
        for person in mappings(body.get(role) or []):
            name = _name(role, person, draft)
            if name is None:
                continue
            found = _ORCID.search(str(person.get("ORCID") or ""))
            if found:
                orcids.append(f"{name.inverted}: {found[0]}")
            yield Contributor(role, name)
    draft.keep("orcid", "; ".join(orcids))


def _name(role: str, person: Mapping[str, Any], draft: DescriptionDraft) -> Name | None:
    body = available(person.get("name")) or available(person.get("literal"))
    family, given = available(person.get("family")), available(person.get("given"))
    if body and not family:
        return Name(literal=plain_line(body))
    name = personal_name(family, given, available(person.get("suffix")))
    if name is None:
        draft.lose(role, json.dumps(person, ensure_ascii=False), "a name without any text")
    elif prefix := available(person.get("prefix")):
        draft.lose(role, f"{prefix} {name.full}", "the form of address before the name is not kept")
    return name


def _dates(body: Mapping[str, Any], draft: DescriptionDraft) -> dict[str, str | None]:
    """Return `issued`, print where there is print, and `available`, online where that is another date."""
    found = {name: edtf_date(date) for name in _DATES if isinstance(date := body.get(name), dict)}
    issued = next((date for name in _DATES if (date := found.get(name))), None)
    for name, date in found.items():
        parts = body[name].get("date-parts")
        empty = parts in (None, [], [[]], [[None]])
        if date is None and not (empty and (issued or name != "issued")):
            draft.lose(name, json.dumps(parts), "there is no date in it")
    online = found.get("published-online")
    return {"issued": issued, "available": online if online != issued else None}


def _containers(body: Mapping[str, Any], kind: str, draft: DescriptionDraft) -> dict[str, str | None]:
    """Return container and series: of a part of a book in a series, Crossref gives the series first."""
    titles = [line for text in texts(body.get("container-title")) if (line := draft.line("container_title", text))]
    if len(titles) > 1 and kind in _IN_SERIES:
        draft.keep("alternative-container-title", "; ".join(titles[2:]))
        return {"collection_title": titles[0], "container_title": titles[1]}
    draft.keep("alternative-container-title", "; ".join(titles[1:]))
    if titles and CSL_TYPE.get(kind) in ("book", "collection", "thesis", "report"):
        return {"collection_title": titles[0]}
    return {"container_title": titles[0] if titles else None}


def _numbers(body: Mapping[str, Any], draft: DescriptionDraft) -> dict[str, Any]:
    made: dict[str, Any] = {
        "volume": available(body.get("volume")),
        "issue": available(body.get("issue")) or available(_inner(body, "journal-issue").get("issue")),
        "edition": available(body.get("edition-number")),
    }
    page = available(body.get("page"))
    made["page"] = _DASH.sub("-", page) if page else None
    number = available(body.get("article-number")) or available(body.get("report-number"))
    made["number"] = number if number != made["page"] else None
    pairs: tuple[tuple[str, str, Callable[[str], str]], ...] = (
        ("isbn", "ISBN", normal_isbn),
        ("issn", "ISSN", normal_issn),
    )
    for field, name, normal in pairs:
        listed = ", ".join(text.rpartition("/")[2] for text in texts(body.get(name) or []))
        made[field], bad = read_number_list(listed, normal)
        for raw, why in bad:
            draft.lose(name, raw, why)
        draft.keep(field, ", ".join(raw for raw, _ in bad))
    return made


def _publication(body: Mapping[str, Any], kind: str, draft: DescriptionDraft) -> dict[str, str | None]:
    institutions = [name for one in mappings(body.get("institution") or []) if (name := available(one.get("name")))]
    publisher = draft.line("publisher", body.get("publisher"))
    if kind in ("dissertation", "report") and institutions:
        draft.keep("deposited-by", publisher if publisher not in institutions else None)
        publisher = plain_line(institutions.pop(0))
    draft.keep("institution", "; ".join(name for name in institutions if name != publisher))
    language = available(body.get("language"))
    return {
        "publisher": publisher,
        "publisher_place": draft.line("publisher_place", body.get("publisher-location")),
        "language": language_tag(language) if language else None,
        "genre": available(body.get("subtype")) or "; ".join(texts(body.get("degree"))) or None,
    }


def _keep_rest(body: Mapping[str, Any], kind: str, draft: DescriptionDraft) -> None:
    event = body.get("event")
    if isinstance(event, dict):
        draft.keep("event-title", available(event.get("name")))
        draft.keep("event-place", available(event.get("location")))
    draft.keep("group-title", available(body.get("group-title")))
    if kind not in ("journal-article", "book-chapter", "monograph", "book", "other"):
        draft.keep("crossref-type", kind)


def _inner(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = body.get(name)
    return found if isinstance(found, dict) else {}


def _references(body: Mapping[str, Any]) -> Iterator[Reference]:
    for number, listed in enumerate(mappings(body.get("reference") or []), 1):
        given = {name: plain_line(text) for name, value in listed.items() if (text := available(value))}
        try:
            doi = normal_doi(given["DOI"]) if "DOI" in given else None
        except ValueError:
            doi = None
        yield Reference(
            number=number,
            text=given.get("unstructured") or _reference_text(given) or given.get("DOI") or given.get("key") or "?",
            doi=doi,
            title=given.get("article-title") or given.get("volume-title"),
            author=given.get("author"),
            year=given.get("year", "")[:4] or None,
            volume=given.get("volume"),
            first_page=given.get("first-page"),
        )


def _reference_text(given: Mapping[str, str]) -> str:
    """Return a reference deposited in parts, as one would print it."""
    volume = given.get("volume", "") + (f"({given['issue']})" if "issue" in given else "")
    parts = [
        given.get("author"),
        f"({given['year']})" if "year" in given else None,
        given.get("article-title"),
        given.get("volume-title"),
        given.get("series-title"),
        given.get("journal-title"),
        f"{given['edition']} ed" if "edition" in given else None,
        ", ".join(part for part in (volume, given.get("first-page")) if part),
        f"doi:{given['DOI']}" if "DOI" in given else None,
    ]
    return ". ".join(part.rstrip(".") for part in parts if part)
