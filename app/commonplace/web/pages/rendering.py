"""Render pages for people, and serve the files that they load.

The front end is installed from `frontend/package-lock.json` by `make setup` into `static/vendor/`, which is not under
version control. Where it is missing, each page does without: other fonts, and no program.
"""

from __future__ import annotations

import gzip
import hashlib
import re
from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from http import HTTPStatus
from os import PathLike, stat_result
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import urlencode

from fastapi import FastAPI, Request, Response
from fastapi.responses import FileResponse, HTMLResponse
from fastapi.staticfiles import StaticFiles
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Undefined
from markupsafe import Markup, escape
from pyoxigraph import NamedNode
from starlette.datastructures import Headers
from starlette.types import Scope

from commonplace.derived.graph.snapshot import Snapshot
from commonplace.errors import NotFound
from commonplace.library.first_question import description_of
from commonplace.library.labels import in_language
from commonplace.model.change import Version
from commonplace.web.answers import deleted
from commonplace.web.context import Context, context_of
from commonplace.web.discovery.list_feeds import feed_of
from commonplace.web.http.asked_address import root_of
from commonplace.web.http.negotiation import Representation, answer, etag, not_modified, unchanged
from commonplace.web.http.packed_answer import pack, takes_gzip
from commonplace.web.http.problems import ProblemKind
from commonplace.web.http.router import Router
from commonplace.web.pages.compiled_templates import CompiledTemplates
from commonplace.web.pages.sent_to import sent_to
from commonplace.web.pages.words import wording
from commonplace.web.pages.words.languages import COOKIE, LANGUAGES, TAKES_LANGUAGE, language_of, translations
from commonplace.web.pages.words.sentences import translated

STATIC = Path(__file__).parent / "static"
TEMPLATES = Path(__file__).parent / "templates"
BUILT = STATIC / "vendor" / "LICENSES.txt"
"""File that the build writes last: where it is, the front end is whole."""

_TEXTS = frozenset((".js", ".css", ".svg"))
"""Files that are packed on their way; fonts are packed by themselves."""

_BOUNDS = ("form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'")

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "font-src 'self'",
        "connect-src 'self'",
        *_BOUNDS,
    )
)
"""Content-Security-Policy of a page: all that it loads comes from this server, and nothing of it stands in the page."""

POLICY_OF_PROGRAMS = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self' 'unsafe-inline'",  # the editor, the table and the drawing set styles of elements
        "img-src 'self' data:",
        "font-src 'self' data:",
        "connect-src 'self'",
        *_BOUNDS,
    )
)
"""Content-Security-Policy of a page that is a program of the front end: all that it loads comes from this server."""

PROGRAMS = frozenset(("docs.html", "sparql.html"))
"""Templates of pages that run the front end, where it is built."""

ASKED_MOST = (
    *("base.html", "macros.html", "discovery.html"),
    *("work.html", "works.html", "concept.html", "claim.html", "front.html", "timeline.html"),
)
"""Templates of pages that are to come quickly also the first time, with what they are made from: to compile one takes
up to 100 ms."""

SENTENCES_KEPT = 5_000
"""Maximum number of sentences that are kept in each language: pages have some two thousand, and codes and labels
beside."""

VARY = "Accept, Accept-Encoding, Accept-Language, Cookie"
"""What a page depends on, beside its address."""

KEPT_FOR_EVER = "public, max-age=31536000, immutable"
"""`Cache-Control` of a file whose address names its content (`?v=`), and of fonts, which do not change."""

_OWN_ADDRESS = re.compile(r"/(?![/\\])[!-\[\]-~]*")
"""An address of this server: a browser reads two slashes as another server, and leaves tabs and line ends out."""

_LEADING = re.compile(r'(?<= )(?:href|src|action|formaction|data-job|data-map|data-program|data-rows)="(?=/(?!/))')
"""Beginning of an attribute that leads to an address of this server. A text cannot hold it: `"` is escaped there."""

router = Router(tags=["about"])


class AbsentMember(Undefined):
    """A member that an answer does not have, which is absent and no fault; a name that nobody gave is one."""

    def __new__(cls, hint: str | None = None, obj: object = None, *rest: Any, **named: Any) -> Any:
        """Return the absent member of a mapping; else what raises wherever it is used."""
        if isinstance(obj, Mapping):
            return super().__new__(cls)
        return StrictUndefined(hint, obj, *rest, **named)


@cache
def environment(language: str) -> Environment:
    """Return what makes pages from templates in a language."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        bytecode_cache=CompiledTemplates(TEMPLATES / "__pycache__"),
        autoescape=True,
        undefined=AbsentMember,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
    )
    made.install_gettext_translations(translations(language), newstyle=True)  # type: ignore[attr-defined]  # added by i18n
    told = _told_in(language)
    made.globals.update(gettext=told, _=told)
    made.filters.update(wording.FILTERS)
    made.globals.update(static=_static, languages=LANGUAGES, language=language)
    return made


def _told_in(language: str) -> Callable[..., Markup]:
    """Return what templates translate a sentence by, as Jinja's own function does; a page has a hundred sentences.

    That one calls four others for each of them.
    """
    translate = translations(language).gettext

    @lru_cache(maxsize=SENTENCES_KEPT)
    def sentence(words: str) -> Markup:
        return Markup(translate(words))

    @lru_cache(maxsize=SENTENCES_KEPT)
    def without_values(words: str) -> Markup:
        return sentence(words) % {}

    def told(words: str, /, **values: object) -> Markup:
        return sentence(words) % values if values else without_values(words)

    return told


def compile_pages() -> None:
    """Compile the templates of the pages that are asked for most, in each language, before anybody asks."""
    for language in LANGUAGES:
        for template in ASKED_MOST:
            environment(language).get_template(template)


@cache
def _static(name: str) -> str:
    """Return the address of a static file, with a mark of its content."""
    mark = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:10]
    return f"/static/{name}?v={mark}"


@cache
def _look() -> str:
    """Return a mark of the templates and words, so that no browser keeps a page of another release."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.rglob("*")):
        if path.suffix in (".html", ".css", ".po", ".js", ".svg") and "vendor" not in path.parts:
            digest.update(path.read_bytes())
    return digest.hexdigest()[:8]


def form_of_page(request: Request) -> Representation:
    """Return the page as a form of an answer: its entity tag names language and look beside the version."""
    packed = "-gz" if takes_gzip(request.headers) else ""
    return Representation(f"html-{language_of(request)}-{_look()}{packed}", "text/html", ".html")


def page(
    request: Request,
    template: str,
    shown: Mapping[str, object] = MappingProxyType({}),
    *,
    status: int = 200,
    version: Version | None = None,
) -> Response:
    """Return a page made from a template and what it shows.

    `built` says to the template whether the front end is there, `site` what all pages have in common.
    """
    built = BUILT.exists()
    names = {"site": site(request, version), "built": built, **shown}
    text = render(request, language_of(request), template, names)
    policy = POLICY_OF_PROGRAMS if built and template in PROGRAMS else POLICY
    headers = {"Content-Security-Policy": policy, "Vary": VARY}
    return pack(request, HTMLResponse(text, status, headers=headers))


def render(request: Request, language: str, template: str, names: Mapping[str, object]) -> str:
    """Return the text of a page, whose addresses of this server have the path of the base IRI before them.

    Templates and what they are given write such an address as `/works/…`: nothing else puts that path before it.
    """
    text = wording.unbroken(environment(language).get_template(template).render(names))
    root = root_of(request)
    return _LEADING.sub(rf"\g<0>{escape(root)}", text) if root else text


def versioned_page(
    request: Request,
    template: str,
    at: int | None,
    make: Callable[[Snapshot], Mapping[str, object]],
    *,
    node: NamedNode | None = None,
    finish: Callable[[Response], None] | None = None,
) -> Response:
    """Return a page of what `make` reads from the snapshot of version `at` or the newest; 304 when the client has it.

    Concepts, claims and cases are called by their names in the language of the page.

    `node` is the thing that the page is of; `finish` adds to the response. Raises `Gone` where the thing was deleted,
    `NotFound` for a version there is not, and what `make` raises.
    """
    context = context_of(request)
    form = form_of_page(request)
    graph = context.library.graph_at(Version(at) if at is not None else None)
    language = language_of(request)
    try:
        shown, made = graph.read(lambda snapshot: (in_language(snapshot, make(snapshot), language), snapshot.version))
    except NotFound as fault:
        if node is None:
            raise
        raise deleted(context.library, node, at, fault) from fault
    if not_modified(request, etag(made, form.name)):
        response = unchanged(form, made)
    else:
        text = page(request, template, shown, version=made)
        response = answer(bytes(text.body), form, made)
        kept = ("Content-Security-Policy", "Content-Encoding")
        response.headers.update({name: text.headers[name] for name in kept if name in text.headers})
    response.headers["Vary"] = VARY
    if finish:
        finish(response)
    return response


def site(request: Request, version: Version | None) -> dict[str, Any]:
    """Return what every page says: title of the library, version, whether that is past, and its own address."""
    context: Context = context_of(request)
    title, about = context.library.read(lambda s: (context.title_at(s), description_of(s, context.minter)))
    newest = context.library.newest()
    shown = newest if version is None else version
    parameters = [(name, value) for name, value in request.query_params.multi_items() if name != "at"]
    then = [*parameters, ("at", str(shown))] if shown else parameters  # nothing can be asked of version 0
    path = request.url.path
    unsaid = [(name, value) for name, value in parameters if path not in TAKES_LANGUAGE or name != "language"]
    return {
        "title": title,
        "about": about or title,
        "version": shown,
        "newest": newest,
        "past": shown < newest,
        "at": f"?at={shown}" if shown < newest else "",
        "and_at": f"&at={shown}" if shown < newest else "",
        "path": path,
        "merged": request.scope.get("state", {}).get("merged"),
        "in_no_language": path + (f"?{urlencode(unsaid)}" if unsaid else ""),
        "now": path + (f"?{urlencode(parameters)}" if parameters else ""),
        "feed": feed_of(request),
        "query": request.query_params.multi_items(),
        "then": path + (f"?{urlencode(then)}" if then else ""),
        "home": str(request.base_url).rstrip("/"),
    }


def problem_page(request: Request, kind: ProblemKind, body: Mapping[str, object]) -> Response:
    """Return the page of a problem: what went wrong, where, and what to do."""
    said = {"kind": kind, "problem": body}
    if kind.status == HTTPStatus.METHOD_NOT_ALLOWED and request.method in ("GET", "HEAD"):
        return page(request, "sent_to.html", {**said, "place": sent_to(request.url.path)}, status=kind.status)
    return page(request, "problem.html", said, status=kind.status)


def said_to(request: Request, text: str) -> str:
    """Return words of the program in the language that a request asks for."""
    return translated(text, language_of(request))


@lru_cache(maxsize=64)
def _packed_file(path: str, changed: int) -> bytes:
    """Return a file, last changed at that time in nanoseconds, packed as hard as can be."""
    return gzip.compress(Path(path).read_bytes(), 9, mtime=0)


class _PackedFiles(StaticFiles):
    """Static files: packed where they are text, and those whose address names their content for ever."""

    def file_response(
        self, full_path: str | PathLike[str], stat_result: stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        response = super().file_response(full_path, stat_result, scope, status_code)
        asked = Headers(scope=scope)
        if Path(full_path).suffix in _TEXTS:
            if isinstance(response, FileResponse) and takes_gzip(asked) and "range" not in asked:
                body = _packed_file(str(full_path), stat_result.st_mtime_ns)
                tag = f"W/{response.headers['etag']}"  # one of the file, however it is sent
                headers = {"Content-Encoding": "gzip", "ETag": tag, "Last-Modified": response.headers["last-modified"]}
                response = Response(body, headers=headers, media_type=response.media_type)
            response.headers["Vary"] = "Accept-Encoding"
        if scope["query_string"].startswith(b"v=") or str(full_path).endswith(".woff2"):
            response.headers["Cache-Control"] = KEPT_FOR_EVER
        return response


def install(app: FastAPI) -> None:
    """Serve `/docs`, the files that pages load below `/static/`, and problems as pages to a browser."""
    app.include_router(router)
    app.mount("/static", _PackedFiles(directory=STATIC), name="static")
    app.state.problem_page = problem_page
    app.state.said_to = said_to


@router.get("/docs", include_in_schema=False)
def docs(request: Request) -> Response:
    """Show the API as Swagger UI draws its OpenAPI description."""
    return page(request, "docs.html")


@router.get("/language/{tag}", include_in_schema=False)
def choose_language(request: Request, tag: str, back: str = "/") -> Response:
    """Keep the language that a reader chose, and go back to the page."""
    target = back if _OWN_ADDRESS.fullmatch(back) else "/"
    response = Response(status_code=303, headers={"Location": target})
    if tag in LANGUAGES:
        path = f"{root_of(request)}/"
        response.set_cookie(COOKIE, tag, max_age=31_536_000, path=path, httponly=True, samesite="lax")
    return response
