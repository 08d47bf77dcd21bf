"""List Zotero's item types with their fields and creators, and CSL's names for them.

Source: Zotero's schema (version 22), its item types, base fields and its mapping to CSL 1.0.2. A field that has another
name in some item type stands as `name=base`: a thesis has its publisher under `university`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

_ARCHIVED = "archive archiveLocation libraryCatalog callNumber"
_WEB = "url accessDate"
_PRINTED = f"ISBN shortTitle {_WEB} {_ARCHIVED} rights extra"
_COLLECTED = "series seriesNumber volume numberOfVolumes edition place publisher date"
_ENTRY = f"{_COLLECTED} pages language {_PRINTED}"
_BROADCAST = f"place network=publisher date runningTime language shortTitle {_WEB} {_ARCHIVED} rights extra"
_KEPT = f"language shortTitle {_WEB} {_ARCHIVED} rights extra"
_OPEN = f"language shortTitle {_WEB} rights extra"
_HELD = f"{_WEB} archive archiveLocation shortTitle language libraryCatalog callNumber rights extra"

_FIELDS = {
    "artwork": f"title abstractNote artworkMedium=medium artworkSize date {_KEPT}",
    "audioRecording": "title abstractNote audioRecordingFormat=medium seriesTitle volume numberOfVolumes place "
    f"label=publisher date runningTime language {_PRINTED}",
    "bill": "title abstractNote billNumber=number code codeVolume=volume section codePages=pages legislativeBody "
    f"session history date language {_WEB} shortTitle rights extra",
    "blogPost": f"title abstractNote blogTitle=publicationTitle websiteType=type date {_WEB} language shortTitle "
    "rights extra",
    "book": f"title abstractNote {_COLLECTED} numPages language {_PRINTED}",
    "bookSection": f"title abstractNote bookTitle=publicationTitle {_ENTRY}",
    "case": "caseName=title abstractNote court=authority dateDecided=date docketNumber=number reporter "
    f"reporterVolume=volume firstPage=pages history {_OPEN}",
    "computerProgram": "title abstractNote seriesTitle versionNumber date system place company=publisher "
    f"programmingLanguage ISBN shortTitle url rights {_ARCHIVED} accessDate extra",
    "conferencePaper": "title abstractNote date proceedingsTitle=publicationTitle conferenceName place publisher "
    f"volume pages series language DOI {_PRINTED}",
    "dataset": "title abstractNote identifier=number type versionNumber date repository=publisher "
    f"repositoryLocation=place format=medium DOI {_HELD}",
    "dictionaryEntry": f"title abstractNote dictionaryTitle=publicationTitle {_ENTRY}",
    "document": f"title abstractNote publisher date {_KEPT}",
    "email": f"subject=title abstractNote date shortTitle {_WEB} language rights extra",
    "encyclopediaArticle": f"title abstractNote encyclopediaTitle=publicationTitle {_ENTRY}",
    "film": f"title abstractNote distributor=publisher date genre=type videoRecordingFormat=medium runningTime {_KEPT}",
    "forumPost": f"title abstractNote forumTitle=publicationTitle postType=type date {_OPEN}",
    "hearing": "title abstractNote committee place publisher numberOfVolumes documentNumber=number pages "
    f"legislativeBody=authority session history date {_OPEN}",
    "instantMessage": f"title abstractNote date {_OPEN}",
    "interview": f"title abstractNote date interviewMedium=medium {_KEPT}",
    "journalArticle": "title abstractNote publicationTitle volume issue pages date series seriesTitle seriesText "
    f"journalAbbreviation language DOI ISSN shortTitle {_WEB} {_ARCHIVED} rights extra",
    "letter": f"title abstractNote letterType=type date {_KEPT}",
    "magazineArticle": "title abstractNote publicationTitle volume issue date pages language ISSN shortTitle "
    f"{_WEB} {_ARCHIVED} rights extra",
    "manuscript": f"title abstractNote manuscriptType=type place date numPages {_KEPT}",
    "map": f"title abstractNote mapType=type scale seriesTitle edition place publisher date language {_PRINTED}",
    "newspaperArticle": "title abstractNote publicationTitle place edition date section pages language shortTitle "
    f"ISSN {_WEB} {_ARCHIVED} rights extra",
    "patent": "title abstractNote place country assignee issuingAuthority=authority patentNumber=number filingDate "
    f"pages applicationNumber priorityNumbers issueDate=date references legalStatus=status {_OPEN}",
    "podcast": "title abstractNote seriesTitle episodeNumber=number audioFileType=medium runningTime "
    f"{_WEB} language shortTitle rights extra",
    "preprint": "title abstractNote genre=type repository=publisher archiveID=number place date series seriesNumber "
    f"DOI {_HELD}",
    "presentation": f"title abstractNote presentationType=type date place meetingName {_WEB} language shortTitle "
    "rights extra",
    "radioBroadcast": "title abstractNote programTitle=publicationTitle episodeNumber=number "
    f"audioRecordingFormat=medium {_BROADCAST}",
    "report": "title abstractNote reportNumber=number reportType=type seriesTitle place institution=publisher date "
    f"pages {_KEPT}",
    "standard": "title abstractNote organization=authority committee type number versionNumber status date publisher "
    f"place DOI numPages {_HELD}",
    "statute": "nameOfAct=title abstractNote code codeNumber publicLawNumber=number dateEnacted=date pages section "
    f"session history {_OPEN}",
    "thesis": f"title abstractNote thesisType=type university=publisher place date numPages {_KEPT}",
    "tvBroadcast": "title abstractNote programTitle=publicationTitle episodeNumber=number "
    f"videoRecordingFormat=medium {_BROADCAST}",
    "videoRecording": "title abstractNote videoRecordingFormat=medium seriesTitle volume numberOfVolumes place "
    f"studio=publisher date runningTime language {_PRINTED}",
    "webpage": f"title abstractNote websiteTitle=publicationTitle websiteType=type date shortTitle {_WEB} language "
    "rights extra",
}

_WRITTEN_BY = "author contributor editor translator seriesEditor"
_REPORTED_BY = "author contributor translator reviewedAuthor"
_PLAYED_BY = "director scriptwriter producer castMember contributor"

_CREATORS = {
    "artwork": "artist contributor",
    "audioRecording": "performer contributor composer wordsBy",
    "bill": "sponsor cosponsor contributor",
    "blogPost": "author commenter contributor",
    "book": _WRITTEN_BY,
    "bookSection": f"{_WRITTEN_BY} bookAuthor",
    "case": "author counsel contributor",
    "computerProgram": "programmer contributor",
    "conferencePaper": _WRITTEN_BY,
    "dataset": "author contributor",
    "dictionaryEntry": _WRITTEN_BY,
    "document": "author contributor editor translator reviewedAuthor",
    "email": "author contributor recipient",
    "encyclopediaArticle": _WRITTEN_BY,
    "film": "director contributor scriptwriter producer",
    "forumPost": "author contributor",
    "hearing": "contributor",
    "instantMessage": "author contributor recipient",
    "interview": "interviewee contributor interviewer translator",
    "journalArticle": "author contributor editor translator reviewedAuthor",
    "letter": "author contributor recipient",
    "magazineArticle": _REPORTED_BY,
    "manuscript": "author contributor translator",
    "map": "cartographer contributor seriesEditor",
    "newspaperArticle": _REPORTED_BY,
    "patent": "inventor attorneyAgent contributor",
    "podcast": "podcaster contributor guest",
    "preprint": "author contributor editor translator reviewedAuthor",
    "presentation": "presenter contributor",
    "radioBroadcast": f"{_PLAYED_BY} guest",
    "report": "author contributor translator seriesEditor",
    "standard": "author contributor",
    "statute": "author contributor",
    "thesis": "author contributor",
    "tvBroadcast": f"{_PLAYED_BY} guest",
    "videoRecording": _PLAYED_BY,
    "webpage": "author contributor translator",
}


@dataclass(frozen=True, slots=True)
class ItemType:
    """One of Zotero's types of items that are works."""

    name: str
    bases: Mapping[str, str]
    """Each of its fields in Zotero's order, with the base field that it stands for: mostly itself."""
    creators: tuple[str, ...]
    """Its types of creators; the first is the one that CSL calls author, unless CSL has a role of that name."""

    def field(self, base: str) -> str | None:
        """Return its field for a base field; None where it has none."""
        return next((field for field, of in self.bases.items() if of == base), None)


def _item_type(name: str) -> ItemType:
    pairs = [field.partition("=") for field in _FIELDS[name].split()]
    return ItemType(name, {field: base or field for field, _, base in pairs}, tuple(_CREATORS[name].split()))


ITEM_TYPES: Mapping[str, ItemType] = {name: _item_type(name) for name in _FIELDS}
"""Zotero's item types by name, without notes, attachments and annotations."""

NOTE, ATTACHMENT, ANNOTATION = "note", "attachment", "annotation"
NOT_WORKS = frozenset({NOTE, ATTACHMENT, ANNOTATION})
"""Item types that hang on a work, or stand alone without being one."""

CSL_TYPE: Mapping[str, str] = {
    "artwork": "graphic",
    "audioRecording": "song",
    "bill": "bill",
    "blogPost": "post-weblog",
    "book": "book",
    "bookSection": "chapter",
    "case": "legal_case",
    "computerProgram": "software",
    "conferencePaper": "paper-conference",
    "dataset": "dataset",
    "dictionaryEntry": "entry-dictionary",
    "document": "document",
    "email": "personal_communication",
    "encyclopediaArticle": "entry-encyclopedia",
    "film": "motion_picture",
    "forumPost": "post",
    "hearing": "hearing",
    "instantMessage": "personal_communication",
    "interview": "interview",
    "journalArticle": "article-journal",
    "letter": "personal_communication",
    "magazineArticle": "article-magazine",
    "manuscript": "manuscript",
    "map": "map",
    "newspaperArticle": "article-newspaper",
    "patent": "patent",
    "podcast": "broadcast",
    "preprint": "article",
    "presentation": "speech",
    "radioBroadcast": "broadcast",
    "report": "report",
    "standard": "standard",
    "statute": "legislation",
    "thesis": "thesis",
    "tvBroadcast": "broadcast",
    "videoRecording": "motion_picture",
    "webpage": "webpage",
}
"""The CSL type of each item type."""

_CHOSEN = {"personal_communication": "letter", "motion_picture": "film", "broadcast": "tvBroadcast"}
"""The item type of a CSL type that several have."""

_NEAREST = {
    "classic": "book",
    "collection": "document",
    "entry": "encyclopediaArticle",
    "event": "presentation",
    "figure": "artwork",
    "musical_score": "document",
    "pamphlet": "document",
    "performance": "presentation",
    "periodical": "book",
    "regulation": "statute",
    "review": "journalArticle",
    "review-book": "journalArticle",
    "treaty": "document",
}
"""The nearest item type of a CSL type that no item type has; `Type:` in the field extra says the CSL type then."""

ITEM_TYPE: Mapping[str, str] = {csl: name for name, csl in CSL_TYPE.items()} | _CHOSEN | _NEAREST
"""The item type of each CSL type."""

BASE_FIELDS: Mapping[str, tuple[str, ...]] = {
    "title": ("title",),
    "container-title": ("publicationTitle", "reporter", "code"),
    "collection-title": ("seriesTitle", "series"),
    "collection-number": ("seriesNumber",),
    "volume": ("volume", "codeNumber"),
    "issue": ("issue", "priorityNumbers"),
    "number": ("number",),
    "page": ("pages",),
    "edition": ("edition",),
    "genre": ("type", "programmingLanguage"),
    "publisher": ("publisher",),
    "publisher-place": ("place",),
    "event-place": ("place",),
    "event-title": ("meetingName", "conferenceName"),
    "DOI": ("DOI",),
    "ISBN": ("ISBN",),
    "ISSN": ("ISSN",),
    "URL": ("url",),
    "language": ("language",),
    "abstract": ("abstractNote",),
    "archive": ("archive",),
    "archive_location": ("archiveLocation",),
    "authority": ("authority",),
    "call-number": ("callNumber", "applicationNumber"),
    "chapter-number": ("session",),
    "dimensions": ("artworkSize", "runningTime"),
    "container-title-short": ("journalAbbreviation",),
    "journalAbbreviation": ("journalAbbreviation",),
    "title-short": ("shortTitle",),
    "shortTitle": ("shortTitle",),
    "license": ("rights",),
    "medium": ("medium", "system"),
    "number-of-pages": ("numPages",),
    "number-of-volumes": ("numberOfVolumes",),
    "references": ("history", "references"),
    "scale": ("scale",),
    "section": ("section", "committee"),
    "source": ("libraryCatalog",),
    "status": ("status",),
    "version": ("versionNumber",),
}
"""CSL's text variables with the base fields that they may stand in, the first that an item type has."""

DATE_FIELDS: Mapping[str, str] = {"issued": "date", "accessed": "accessDate", "submitted": "filingDate"}
"""CSL's date variables with their base fields."""

CSL_VARIABLE: Mapping[str, str] = {
    base: variable for variable, bases in reversed(list(BASE_FIELDS.items())) for base in bases
} | {base: variable for variable, base in DATE_FIELDS.items()}
"""The CSL variable of each base field: the first of those that stand in it."""

CSL_ROLE: Mapping[str, str] = {
    "author": "author",
    "bookAuthor": "container-author",
    "castMember": "performer",
    "composer": "composer",
    "contributor": "contributor",
    "director": "director",
    "editor": "editor",
    "guest": "guest",
    "interviewer": "interviewer",
    "producer": "producer",
    "recipient": "recipient",
    "reviewedAuthor": "reviewed-author",
    "scriptwriter": "script-writer",
    "seriesEditor": "collection-editor",
    "translator": "translator",
}
"""The CSL role of each type of creator that has one of its own; the first of an item type is the author otherwise."""

CITATION_KEY = "Citation Key"
"""Label of the line in the field extra that says the citation key."""

TYPE = "Type"
"""Label of the line in the field extra that says a CSL type which no item type has."""


def role_of(type: ItemType, creator: str) -> str | None:
    """Return the CSL role of a type of creator; None where CSL has none."""
    return CSL_ROLE.get(creator) or ("author" if creator == type.creators[0] else None)


def creator_of(type: ItemType, role: str) -> str | None:
    """Return the type of creator that stands for a CSL role in an item type; None where it has none.

    The author of what has no authors in Zotero is its first type of creator: the director of a film.
    """
    found = next((creator for creator in type.creators if role_of(type, creator) == role), None)
    return type.creators[0] if found is None and role == "author" else found
