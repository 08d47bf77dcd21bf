"""Describe a work by its metadata in DataCite's REST API, of either generation of attributes.

Sources: DataCite Metadata Schema 4.6, and the JSON of DataCite's REST API: of today (`creators`,
`titles`, camel case, the publisher a text or an object) and of before 2019 (`author`, `title`,
`related-identifiers`, words joined by hyphens). Sizes, formats, rights, places and funding are left.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from commonplace.errors import Message
from commonplace.importers.doi.datacite_names import read_names
from commonplace.importers.doi.datacite_relations import related
from commonplace.importers.doi.description import DescriptionDraft, DoiDescription, available, joined_title, mappings
from commonplace.importers.markup import plain_line, rich_paragraphs
from commonplace.model.citation_key import with_made_key
from commonplace.model.edtf_date import is_edtf
from commonplace.model.identifiers import doi_key, normal_doi, normal_isbn, normal_issn
from commonplace.model.languages import language_tag
from commonplace.model.record import Record
from commonplace.model.rich_text import RichText, plain

GENERAL: dict[str, str] = {
    "Audiovisual": "motion_picture",
    "Award": "document",
    "Book": "book",
    "BookChapter": "chapter",
    "Collection": "collection",
    "ComputationalNotebook": "software",
    "ConferencePaper": "paper-conference",
    "ConferenceProceeding": "book",
    "DataPaper": "article-journal",
    "Dataset": "dataset",
    "Dissertation": "thesis",
    "Event": "event",
    "Image": "graphic",
    "InteractiveResource": "webpage",
    "Journal": "periodical",
    "JournalArticle": "article-journal",
    "OutputManagementPlan": "report",
    "PeerReview": "review",
    "Preprint": "article",
    "Report": "report",
    "Software": "software",
    "Sound": "song",
    "Standard": "standard",
}
"""General resource types and the CSL type of each; `Text` is looked at more closely, any other is a document."""

_TEXT: tuple[tuple[str, str], ...] = (
    (r"journal ?article|journalarticle|article", "article-journal"),
    (r"preprint", "article"),
    (r"conference ?paper|conferencepaper|proceedings? paper", "paper-conference"),
    (r"poster|presentation|lecture", "speech"),
    (r"book ?chapter|chapter", "chapter"),
    (r"monograph|book", "book"),
    (r"dissertation|thesis", "thesis"),
    (r"report|working ?paper|technical", "report"),
    (r"review", "review"),
)
_RIS = {"CHAP": "chapter", "CPAPER": "paper-conference", "CONF": "paper-conference", "BOOK": "book", "THES": "thesis"}
_PARTS_OF_BOOKS = frozenset({"chapter", "paper-conference", "article-journal"})
_LANGUAGES = {"eng": "en", "fre": "fr", "fra": "fr", "ger": "de", "deu": "de", "spa": "es", "ita": "it", "por": "pt"}
_NO_LANGUAGE = frozenset({"zxx", "und", "mul"})
_TIME = re.compile(r"T\d\d:?\d\d\S*$")
_COMPACT = re.compile(r"(\d{4})[/.](\d\d)[/.](\d\d)")


def read_datacite(body: Mapping[str, Any], asked: str) -> DoiDescription:
    """Describe one `data` of a DOI, asked for by the DOI `asked`. Raises `ValueError` when it is no work at all."""
    inner = body.get("attributes")
    attributes = _in_camel_case(inner if isinstance(inner, dict) else body)
    doi = available(attributes.get("doi")) or available(body.get("id"))
    if doi is None or not attributes:
        raise ValueError("the metadata names no DOI, so it is no work")
    draft = DescriptionDraft()
    if doi_key(doi) == doi_key(asked):
        doi = asked
    else:
        doi = normal_doi(doi)
        draft.lose("doi", asked, Message("the agency gives this work the DOI %(doi)r", doi=doi))
    references, relations = related(attributes, draft)
    fields: dict[str, Any] = {
        "type": _type(attributes, draft),
        "doi": doi,
        "title": _title(attributes, draft),
        "contributors": tuple(read_names(attributes, draft)),
        "publisher": _publisher(attributes, draft),
        "language": _language(attributes),
        "abstract": _abstract(attributes, draft),
        "keywords": _keywords(attributes),
        **_dates(attributes, draft),
    }
    fields |= _container(attributes, fields["type"], draft)
    draft.keep("version", available(attributes.get("version")))
    record = Record(key="", extra=MappingProxyType(draft.extra), rich=draft.rich, **draft.titles_of_kinds(), **fields)
    return DoiDescription(
        record=with_made_key(record),
        losses=tuple(draft.losses),
        references=references,
        relations=relations,
        own_status="withdrawn" if _date(attributes, "Withdrawn") else None,
    )


def _in_camel_case(value: Any) -> Any:
    """Return the older generation's names (`publication-year`) as the newer's (`publicationYear`)."""
    if isinstance(value, dict):
        return {_camel(name): _in_camel_case(inner) for name, inner in value.items()}
    return [_in_camel_case(inner) for inner in value] if isinstance(value, list) else value


def _camel(name: str) -> str:
    first, *rest = name.split("-")
    return first + "".join(word[:1].upper() + word[1:] for word in rest)


def _type(attributes: Mapping[str, Any], draft: DescriptionDraft) -> str:
    types = attributes.get("types")
    types = types if isinstance(types, dict) else {}
    general = available(types.get("resourceTypeGeneral")) or available(attributes.get("resourceTypeId")) or ""
    general = general.replace("-", " ").title().replace(" ", "") if general.islower() else general
    specific = available(types.get("resourceType")) or available(attributes.get("resourceTypeSubtype")) or ""
    draft.keep("resource-type", "/".join(dict.fromkeys(part for part in (general, specific) if part)))
    if general != "Text":
        return GENERAL.get(general, "document")
    for pattern, made in _TEXT:
        if re.fullmatch(pattern, specific, re.IGNORECASE):
            return made
    ris = str(types.get("ris") or "")
    if ris == "JOUR" or _inner(attributes, "container").get("type") == "Journal":
        return "article-journal"
    return _RIS.get(ris, "report")


def _title(attributes: Mapping[str, Any], draft: DescriptionDraft) -> str | None:
    given = attributes.get("titles") or attributes.get("title")
    listed = [{"title": given}] if isinstance(given, str) else mappings(given or [])
    main: list[RichText] = []
    subtitles: list[RichText] = []
    language: str | None = None
    for one in listed:
        text = draft.rich_line("title", one.get("title"))
        kind = available(one.get("titleType"))
        if text is None:
            continue
        if kind == "Subtitle":
            subtitles.append(text)
        elif kind is None and not main:
            main.append(text)
            language = _language(one)
        elif kind == "TranslatedTitle" or (kind is None and _language(one) not in (None, language)):
            draft.other_title("translated", available(one.get("lang")), text.plain)
        else:
            draft.keep("alternative-title", "; ".join(filter(None, (draft.extra.get("alternative-title"), text.plain))))
    if not main and (others := draft.extra.pop("alternative-title", None)):
        main.append(plain(others))
    return draft.keep_rich("title", joined_title(main[0] if main else None, subtitles))


def _publisher(attributes: Mapping[str, Any], draft: DescriptionDraft) -> str | None:
    given = attributes.get("publisher")
    return draft.line("publisher", given.get("name") if isinstance(given, dict) else given)


def _language(given_with: Mapping[str, Any]) -> str | None:
    given = available(given_with.get("language") or given_with.get("lang"))
    if given is None or given.lower() in _NO_LANGUAGE:
        return None
    tag = language_tag(_LANGUAGES.get(given.lower(), given))
    primary, hyphen, region = tag.partition("-")
    return f"{primary.lower()}-{region.upper()}" if hyphen and len(region) == 2 else tag[:2].lower() + tag[2:]


def _abstract(attributes: Mapping[str, Any], draft: DescriptionDraft) -> str | None:
    given = attributes.get("descriptions") or attributes.get("description")
    listed = (
        [{"description": given, "descriptionType": "Abstract"}] if isinstance(given, str) else mappings(given or [])
    )
    abstracts: list[RichText] = []
    for one in listed:
        text = rich_paragraphs(available(one.get("description")) or "")
        kind = available(one.get("descriptionType")) or "Abstract"
        if text.runs and kind == "Abstract":
            abstracts += [plain("\n\n"), text] if abstracts else [text]
        elif text.runs:
            name = re.sub(r"(?<=[a-z])(?=[A-Z])", "-", kind).lower()
            name = "description" if name == "other" else name
            draft.keep(name, "\n\n".join(filter(None, (draft.extra.get(name), text.plain))))
    return draft.keep_rich("abstract", sum(abstracts, plain("")))


def _keywords(attributes: Mapping[str, Any]) -> tuple[str, ...]:
    subjects = [one.get("subject") for one in mappings(attributes.get("subjects") or [])]
    found = [plain_line(text) for subject in subjects if (text := available(subject))]
    return tuple(dict.fromkeys(word for word in found if word))


def _dates(attributes: Mapping[str, Any], draft: DescriptionDraft) -> dict[str, str | None]:
    """Return the date of issue, as exact as it is; where it contradicts the year of publication, that year."""
    year = available(attributes.get("publicationYear")) or (available(attributes.get("published")) or "")[:4]
    year = year if re.fullmatch(r"\d{4}", year) and year != "0000" else ""
    for one in mappings(attributes.get("dates") or []):
        if (raw := available(one.get("date"))) and edtf_of(raw) is None:
            draft.lose(f"{one.get('dateType') or 'date'}", raw, "no date can be read from it")
    issued = _date(attributes, "Issued")
    if issued and year and not issued.startswith(year):
        draft.lose("issued", issued, Message("the year of publication is %(year)s, which is kept", year=year))
        issued = None
    made = issued or year or _date(attributes, "Created")
    online = _date(attributes, "Available")
    return {"issued": made, "available": online if online != made else None}


def _date(attributes: Mapping[str, Any], kind: str) -> str | None:
    for one in mappings(attributes.get("dates") or []):
        raw = available(one.get("date"))
        if raw and one.get("dateType") == kind and (found := edtf_of(raw)):
            return found
    return None


def edtf_of(raw: str) -> str | None:
    """Return a DataCite date (W3CDTF, a range with `/`, with or without a time of day) as EDTF, None for none."""
    whole = _COMPACT.fullmatch(raw.strip())
    ends = ["-".join(whole.groups())] if whole else [_TIME.sub("", end.strip()) for end in raw.split("/")]
    if len(ends) > 2:
        return None
    if len(ends) == 2 and ends[0] == ends[1]:
        ends = ends[:1]
    made = "/".join(ends)
    return made if is_edtf(made) and "XXXX" not in made else None


def _container(attributes: Mapping[str, Any], kind: str, draft: DescriptionDraft) -> dict[str, Any]:
    """Return what the work appeared in: `container`, else the related item it is published in, with its numbers."""
    held = _inner(attributes, "container")
    for item in mappings(attributes.get("relatedItems") or []):
        if item.get("relationType") == "IsPublishedIn" and not held.get("title"):
            held = {**_item(item), **held}
    title = draft.line("container_title", held.get("title") or attributes.get("containerTitle"))
    first, last = available(held.get("firstPage")), available(held.get("lastPage"))
    made: dict[str, Any] = {
        "volume": available(held.get("volume")),
        "issue": available(held.get("issue")),
        "page": f"{first}-{last}" if first and last and first != last else first,
        "issn": (),
        "isbn": (),
    }
    series = held.get("type") == "Series" and not made["volume"]
    made["collection_title" if series and kind not in _PARTS_OF_BOOKS else "container_title"] = title
    _number(held.get("identifier"), str(held.get("identifierType") or "").upper(), made, draft)
    for one in mappings(attributes.get("identifiers") or []):
        _number(one.get("identifier"), str(one.get("identifierType") or "").upper(), made, draft)
    if available(held.get("identifier")) and held.get("identifierType") not in ("ISSN", "ISBN"):
        names = ("type", "identifierType", "identifier")
        draft.keep("container", json.dumps({n: held[n] for n in names if held.get(n)}, ensure_ascii=False))
    return made


def _item(item: Mapping[str, Any]) -> dict[str, Any]:
    """Return a related item in the form of a container."""
    titles = mappings(item.get("titles") or [])
    identifier = _inner(item, "relatedItemIdentifier")
    return {
        "type": item.get("relatedItemType"),
        "title": titles[0].get("title") if titles else None,
        "identifier": identifier.get("relatedItemIdentifier"),
        "identifierType": identifier.get("relatedItemIdentifierType"),
        **{name: item.get(name) for name in ("volume", "issue", "firstPage", "lastPage")},
    }


def _number(given: object, scheme: str, made: dict[str, Any], draft: DescriptionDraft) -> None:
    text = available(given)
    normal = {"ISSN": normal_issn, "EISSN": normal_issn, "ISBN": normal_isbn}.get(scheme)
    if text is None or normal is None:
        return
    try:
        number = normal(text)
    except ValueError as fault:
        draft.lose(scheme.lower(), text, str(fault))
        return
    field = "isbn" if scheme == "ISBN" else "issn"
    made[field] = tuple(dict.fromkeys((*made[field], number)))


def _inner(attributes: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = attributes.get(name)
    return found if isinstance(found, dict) else {}
