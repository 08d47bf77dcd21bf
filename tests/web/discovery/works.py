"""Works as the API would answer them, and the XML that it answers, for the tests here."""

from __future__ import annotations

from typing import Any

from lxml import etree

from commonplace.library.schemas import Work

HOME = "http://127.0.0.1:8000/"
PAGE = "http://library.example/works/k"


def person(family: str, given: str | None = None, **more: str) -> dict[str, Any]:
    """A person as the author of a work."""
    key = family.lower()
    return {"iri": f"{HOME}id/person/{key}", "key": key, "family": family, "given": given, **more}


def body(name: str) -> dict[str, Any]:
    """A body as the author of a work."""
    return {"iri": f"{HOME}id/organization/body", "key": "body", "literal": name}


def work(type: str = "article-journal", **fields: Any) -> Work:
    """A work with those fields."""
    given = {"iri": f"{HOME}id/work/k", "key": "k", "citation_key": "k", "type": type, "version": 1} | fields
    return Work.model_validate(given)


def parsed(xml: bytes) -> Any:
    """The root of a document in XML."""
    return etree.fromstring(xml)
