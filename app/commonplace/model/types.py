"""CSL types and the FaBiO class each is, with the venue class its container is.

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
