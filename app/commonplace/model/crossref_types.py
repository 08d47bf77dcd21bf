"""List Crossref's types of works. Source: the `types` list of Crossref's REST API."""

from __future__ import annotations

CSL_TYPE: dict[str, str] = {
    "book": "book",
    "book-chapter": "chapter",
    "book-part": "chapter",
    "book-section": "chapter",
    "book-series": "collection",
    "book-set": "collection",
    "book-track": "chapter",
    "blog-post": "post-weblog",
    "database": "dataset",
    "dataset": "dataset",
    "dissertation": "thesis",
    "edited-book": "book",
    "journal": "periodical",
    "journal-article": "article-journal",
    "journal-issue": "periodical",
    "journal-volume": "periodical",
    "monograph": "book",
    "other": "document",
    "peer-review": "review",
    "posted-content": "article",
    "presentation": "speech",
    "proceedings": "book",
    "proceedings-article": "paper-conference",
    "proceedings-series": "collection",
    "reference-book": "book",
    "reference-entry": "entry",
    "report": "report",
    "report-component": "report",
    "report-series": "collection",
    "standard": "standard",
    "standard-series": "collection",
}
"""Crossref's types, and the CSL type of each; `component`, `grant` and any other are documents, with a loss."""
