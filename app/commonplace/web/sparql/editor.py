"""Show a browser that comes to `/sparql` without a query an editor, served whole from this server."""

from __future__ import annotations

from fastapi import Request, Response

from commonplace.web.context import Context
from commonplace.web.pages.rendering import page
from commonplace.web.pages.words.languages import language_of

FIRST_QUERY = """PREFIX cp: <{base}ontology#>
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX fabio: <http://purl.org/spar/fabio/>

SELECT ?work ?title ?year WHERE {{
  ?work cp:citationKey ?key ;
        dcterms:title ?title ;
        fabio:hasPublicationYear ?year .
}}
ORDER BY DESC(?year) ?key
LIMIT 20"""


def editor_page(request: Request, context: Context) -> Response:
    """Return the editor, or a plain form where the front end is not built."""
    response = page(
        request,
        "sparql.html",
        {
            "questions": _questions(request, context),
            "first": FIRST_QUERY.format(base=context.minter.base),
            "graphs": {name: context.minter.graph(name).value for name in ("void", "examples")},
        },
    )
    response.headers["Cache-Control"] = "no-cache"
    return response


def _questions(request: Request, context: Context) -> dict[str, str]:
    """Return the questions of the examples as the library describes them, each in the language of the page."""
    language = language_of(request)
    return {query.question: query.in_language(language).question for query in context.queries.values()}
