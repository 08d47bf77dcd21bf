"""List the CSL types with the FaBiO class of each, and the class of its venue.

Sources: CSL 1.0.2 appendix III (types); FaBiO 1.1 classes. A type FaBiO has no class for is a
plain `fabio:Expression`; its `dcterms:type` keeps it exact.
"""

from __future__ import annotations

FABIO_CLASS: dict[str, str | None] = {
    "article": "Preprint",
    "article-journal": "JournalArticle",
    "article-magazine": "MagazineArticle",
    "article-newspaper": "NewspaperArticle",
    "bill": "Legislation",
    "book": "Book",
    "broadcast": None,
    "chapter": "BookChapter",
    "classic": None,
    "collection": None,
    "dataset": "Dataset",
    "document": None,
    "entry": "Entry",
    "entry-dictionary": "Entry",
    "entry-encyclopedia": "Entry",
    "event": None,
    "figure": "Figure",
    "graphic": "StillImage",
    "hearing": None,
    "interview": "Interview",
    "legal_case": "CaseForOpinion",
    "legislation": "Legislation",
    "manuscript": "Manuscript",
    "map": None,
    "motion_picture": "MovingImage",
    "musical_score": "MusicalComposition",
    "pamphlet": None,
    "paper-conference": "ConferencePaper",
    "patent": "Patent",
    "performance": None,
    "periodical": "Periodical",
    "personal_communication": "PersonalCommunication",
    "post": "BlogPost",
    "post-weblog": "BlogPost",
    "regulation": None,
    "report": "Report",
    "review": "Review",
    "review-book": "BookReview",
    "software": "Software",
    "song": "Song",
    "speech": None,
    "standard": None,
    "thesis": "Thesis",
    "treaty": None,
    "webpage": "WebPage",
}
"""Every CSL 1.0.2 type, with the local name of its FaBiO class or None."""

_OTHER_NAMES = """
    artwork=graphic audiorecording=song blogpost=post-weblog booksection=chapter case=legal_case
    computerprogram=software conferencepaper=paper-conference conferenceproceedings=paper-conference
    dictionaryentry=entry-dictionary email=personal_communication encyclopediaarticle=entry-encyclopedia
    film=motion_picture forumpost=post generic=document instantmessage=personal_communication
    journalarticle=article-journal letter=personal_communication magazinearticle=article-magazine
    newspaperarticle=article-newspaper podcast=song preprint=article presentation=speech radiobroadcast=broadcast
    statute=legislation televisionbroadcast=broadcast tvbroadcast=broadcast videorecording=motion_picture
    webpage=webpage website=webpage workingpaper=report
""".split()
_BY_FOLDED_NAME = {"".join(filter(str.isalnum, name)): name for name in FABIO_CLASS}
_BY_FOLDED_NAME |= dict(pair.split("=") for pair in _OTHER_NAMES)
"""Names of types in letters and digits only: CSL's own, then those of reference managers."""


def csl_type(name: str) -> str | None:
    """Return the CSL type of that name, also for the names that Mendeley (`book_section`) and Zotero have for types.

    Case, hyphens and underscores do not count. None for any other text.
    """
    return name if name in FABIO_CLASS else _BY_FOLDED_NAME.get("".join(filter(str.isalnum, name.lower())))


VENUE_CLASS: dict[str, str] = {
    "article-journal": "Journal",
    "article-magazine": "Magazine",
    "article-newspaper": "Newspaper",
    "review": "Journal",
    "review-book": "Journal",
    "chapter": "Book",
    "entry": "ReferenceBook",
    "entry-dictionary": "ReferenceBook",
    "entry-encyclopedia": "ReferenceBook",
    "paper-conference": "AcademicProceedings",
}
"""The FaBiO class of what a work of that type appears in; `ExpressionCollection` for the others."""

DEFAULT_VENUE_CLASS = "ExpressionCollection"
