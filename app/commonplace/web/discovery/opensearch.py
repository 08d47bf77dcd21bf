"""Serve the OpenSearch description, by which a browser adds this library to its search box, and what it suggests there.

Sources: OpenSearch 1.1, draft 6; OpenSearch Suggestions 1.1.
"""

from __future__ import annotations

import json
from typing import Annotated

from fastapi import Depends, Query, Request, Response
from lxml import etree

from commonplace.derived.graph.snapshot import Snapshot
from commonplace.library.first_question import description_of
from commonplace.model.change import Version
from commonplace.model.xml_characters import without_forbidden
from commonplace.web import answers
from commonplace.web.context import ContextDep
from commonplace.web.discovery.addresses import address_of
from commonplace.web.discovery.atom import ATOM
from commonplace.web.discovery.particulars import shortened
from commonplace.web.http.negotiation import Representation
from commonplace.web.http.parameters import only_known_parameters
from commonplace.web.http.router import Router
from commonplace.web.http.threads import searching

router = Router(tags=["discovery"], dependencies=[Depends(only_known_parameters)])

DESCRIPTION = Representation("opensearch", "application/opensearchdescription+xml", ".xml")
SUGGESTIONS = Representation("suggestions", "application/x-suggestions+json", ".json")

NAMESPACE = "http://a9.com/-/spec/opensearch/1.1/"

NAME_CHARACTERS = 16
"""Maximum length of a short name in OpenSearch."""

LONG_NAME_CHARACTERS = 48
"""Maximum length of a long name in OpenSearch."""

DESCRIPTION_CHARACTERS = 1024
"""Maximum length of a description in OpenSearch."""

SUGGESTED = 8
"""Maximum number of suggestions: more do not fit below a search box."""


@router.get(
    "/opensearch.xml",
    response_class=Response,
    responses={200: {"content": {DESCRIPTION.media_type: {"schema": {"type": "string"}}}}},
    summary="How to search here, for a browser's search box (OpenSearch)",
)
def description(request: Request, context: ContextDep) -> Response:
    """Answer with the OpenSearch description."""
    base = str(request.base_url)

    def make(snapshot: Snapshot) -> bytes:
        name = context.title_at(snapshot)
        return _description(base, name, description_of(snapshot, context.minter) or name)

    return answers.versioned(request, DESCRIPTION, None, make)


def _description(base: str, name: str, about: str) -> bytes:
    root = etree.Element(f"{{{NAMESPACE}}}OpenSearchDescription", nsmap={None: NAMESPACE})  # type: ignore[dict-item]  # the default
    for tag, text in (
        ("ShortName", name if len(name) <= NAME_CHARACTERS else "Commonplace"),
        ("LongName", shortened(name, LONG_NAME_CHARACTERS)),
        ("Description", shortened(about, DESCRIPTION_CHARACTERS)),
    ):
        etree.SubElement(root, f"{{{NAMESPACE}}}{tag}").text = without_forbidden(text)
    for media_type, template, relation in (
        ("text/html", f"{base}search?q={{searchTerms}}", "results"),
        (ATOM.media_type, f"{base}works{ATOM.suffix}?q={{searchTerms}}", "results"),
        (SUGGESTIONS.media_type, f"{base}search/completions?q={{searchTerms}}", "suggestions"),
        (DESCRIPTION.media_type, f"{base}opensearch.xml", "self"),
    ):
        etree.SubElement(root, f"{{{NAMESPACE}}}Url", type=media_type, template=template, rel=relation)
    etree.SubElement(root, f"{{{NAMESPACE}}}Query", role="example", searchTerms="participation")
    for tag in ("InputEncoding", "OutputEncoding"):
        etree.SubElement(root, f"{{{NAMESPACE}}}{tag}").text = "UTF-8"
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


@router.get(
    "/search/completions",
    response_class=Response,
    responses={200: {"content": {SUGGESTIONS.media_type: {"schema": {"type": "array", "items": {}}}}}},
    summary="Titles that a search would find, for a search box (OpenSearch Suggestions)",
)
@searching
def completions(
    request: Request,
    context: ContextDep,
    q: Annotated[str, Query(min_length=1, description="the words typed so far")],
) -> Response:
    """Answer with the words asked for, then titles, kinds and addresses of what is found first, in four lists."""
    answers.words(q)
    found = context.library.search().search(q, limit=SUGGESTED, offset=0)
    base = str(request.base_url)
    titles = [hit.title for hit in found.hits]
    kinds = [hit.kind for hit in found.hits]
    addresses = [address_of(base, hit.kind, hit.key) for hit in found.hits]
    body = json.dumps([q, titles, kinds, addresses], ensure_ascii=False).encode(errors="replace")
    return answers.answered(request, body, SUGGESTIONS, Version(found.version))
