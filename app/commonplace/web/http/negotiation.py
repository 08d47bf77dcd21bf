"""Choose a representation by suffix or `Accept`, and tag it so that a client can ask again cheaply.

RFC 9110: sections 12 (negotiation) and 13 (conditional requests).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import mimeparse
from fastapi import Request, Response
from pyoxigraph import RdfFormat

from commonplace.errors import CommonplaceError, Conflict, Message
from commonplace.model.change import Version
from commonplace.model.formats import CONVERTED, EXPORTED, FORMATS, Format


@dataclass(frozen=True, slots=True)
class Representation:
    """A form in which a thing is answered. `name` stands in its ETag, `suffix` (with the dot) in its address."""

    name: str
    media_type: str
    suffix: str
    rdf: RdfFormat | None = None
    also: tuple[str, ...] = ()
    """Other media types that ask for it."""
    format: str = ""
    """Its name in `commonplace.model.formats`, if it has a row there."""


class NotAcceptable(CommonplaceError):
    """The client accepts no form that is offered (406)."""


IMMUTABLE = "public, max-age=31536000, immutable"
"""`Cache-Control` of an answer from a named version, which never changes."""


def representation(format: Format) -> Representation:
    """Return a format of the table as a form of an answer."""
    name = format.suffix[1:].partition(".")[0]
    return Representation(name, format.media_type, format.suffix, format.rdf, format.media_types[1:], format.name)


_WRITTEN = [representation(FORMATS[name]) for name in CONVERTED]

JSON = Representation("json", "application/json", ".json")
WITH_TEXTS = Representation("json-with-texts", JSON.media_type, JSON.suffix)
"""The answer to a token from the texts of works, which is another than that to anybody."""
RDF = tuple(form for form in _WRITTEN if form.rdf is not None)
"""Syntaxes of RDF for one graph."""
DATASETS = (*RDF, *(representation(FORMATS[name]) for name in EXPORTED if FORMATS[name].named_graphs))
"""Syntaxes of RDF, those for named graphs included."""
RECORDS = tuple(form for form in _WRITTEN if form.rdf is None)
"""Formats of bibliographic records."""
CSV = Representation("csv", "text/csv", ".csv")
SVG = Representation("svg", "image/svg+xml", ".svg")
HTML = Representation("html", "text/html", ".html")
"""The page of an address, which it has beside the forms for programs."""
OF_THINGS = (JSON, *RDF)
LINK_SET = Representation("linkset", "application/linkset+json", ".linkset.json")
OF_WORKS = (JSON, *RDF, *RECORDS, LINK_SET)


def choose(request: Request, offered: Sequence[Representation], suffix: str | None = None) -> Representation:
    """Return the form to answer in: that of the suffix, else the best for `Accept`, else the first.

    Raises `NotAcceptable` when the client accepts none of them.
    """
    if suffix is not None:
        return next(form for form in offered if form.suffix == suffix)
    return best(request.headers.get("accept", ""), offered)


def choose_of_list(request: Request, offered: Sequence[Representation]) -> Representation:
    """Return the form of a list: that of the suffix of its address (`/works.json`), else as `choose` has it.

    Raises `NotAcceptable`.
    """
    return choose(request, offered, split_suffix(request.url.path, offered)[1])


def best(accept: str, offered: Sequence[Representation]) -> Representation:
    """Return the best form for an `Accept` header; the first for an empty one. Raises `NotAcceptable`."""
    accept = accept.strip().lower()  # media types have no case
    if not accept:
        return offered[0]
    if "text/html" in accept:
        offered = _without_xml(accept, offered)
    # mimeparse prefers the last of equals; the first offered is the one we would rather give. Another name of a form
    # counts only where it is asked for by that name: a range (`text/*`) is promised the type that is sent.
    named = {part.partition(";")[0].strip() for part in accept.split(",")}
    names = [name for form in reversed(offered) for name in (*named.intersection(form.also), form.media_type)]
    try:
        found = mimeparse.best_match(names, accept)
    except mimeparse.MimeTypeParseException as fault:
        raise NotAcceptable(Message("the Accept header cannot be read: %(fault)s", fault=fault)) from fault
    if not found:
        raise NotAcceptable(
            Message(
                "none of %(offered)s fits Accept: %(accept)s",
                offered=", ".join(form.media_type for form in offered),
                accept=accept,
            )
        )
    return next(form for form in offered if found in (form.media_type, *form.also))


def prefers_page(accept: str) -> bool:
    """Return whether an `Accept` header asks for a page rather than for any form that a program reads."""
    if "text/html" not in accept.lower():
        return False
    try:
        return best(accept, (JSON, *RECORDS, *DATASETS, HTML)) is HTML
    except NotAcceptable:
        return False


def _without_xml(accept: str, offered: Sequence[Representation]) -> Sequence[Representation]:
    """Return the forms without XML that is wanted no more than a page: a browser takes any, and saves it as a file."""
    try:
        page = mimeparse.quality("text/html", accept)
        rest = [f for f in offered if "xml" not in f.media_type or mimeparse.quality(f.media_type, accept) > page]
    except mimeparse.MimeTypeParseException:
        return offered
    return rest or offered


def split_suffix(key: str, offered: Sequence[Representation]) -> tuple[str, str | None]:
    """Return a key without its suffix, and the suffix: the longest that is offered."""
    for form in sorted(offered, key=lambda form: -len(form.suffix)):
        if key.endswith(form.suffix) and len(key) > len(form.suffix):
            return key.removesuffix(form.suffix), form.suffix
    return key, None


def etag(version: Version, form: str) -> str:
    """Return the tag of an answer: version, then representation."""
    return f'"{version};{form}"'


def not_modified(request: Request, tag: str) -> bool:
    """Return whether the client holds that answer already (`If-None-Match`, weak comparison)."""
    held = request.headers.get("if-none-match")
    return held is not None and holds(held, tag)


def holds(held: str, tag: str) -> bool:
    """Return whether an `If-None-Match` header names that tag."""
    return held.strip() == "*" or tag in (part.strip().removeprefix("W/") for part in held.split(","))


def expected_version(request: Request, head: Version, *, lenient: bool = False) -> Version | None:
    """Return the version that a write must find as the head (`If-Match`, RFC 9110, 13.1.1); None when any will do.

    Raises `Conflict` when the client names others: the library has moved since; or returns the newest of those where
    `lenient`, for a write that says itself what has changed since then.
    """
    named = request.headers.get("if-match")
    if named is None or named.strip() == "*":
        return None
    tags = [part.strip() for part in named.split(",")]
    if any(tag.strip('"').partition(";")[0] == str(head) for tag in tags if tag.startswith('"')):
        return head
    numbers = [int(tag) for one in tags if (tag := one.strip('"').partition(";")[0][:20]).isdecimal()]
    if lenient and numbers:
        return Version(max(numbers))
    raise Conflict(
        Message("the library is at version %(head)s, not at %(named)s: read it again and retry", head=head, named=named)
    )


def answer(
    body: bytes, form: Representation, version: Version, *, past: bool = False, complete: str = "complete"
) -> Response:
    """Return a response with the headers of every answer: its tag, its completeness, and how long it holds."""
    response = Response(body, media_type=form.media_type)
    stamp(response, form, version, past=past)
    response.headers["Commonplace-Complete"] = complete
    return response


def for_token(response: Response) -> Response:
    """Return a response that is for the holder of a token alone: no cache that others share keeps it."""
    response.headers["Vary"] = "Accept, Authorization, Cookie"
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def unchanged(form: Representation, version: Version, *, past: bool = False) -> Response:
    """Return 304, with the headers that the full answer would have."""
    response = Response(status_code=304)
    stamp(response, form, version, past=past)
    return response


def stamp(response: Response, form: Representation, version: Version, *, past: bool) -> None:
    """Set the headers of a versioned answer; an answer from a named version never changes."""
    response.headers["ETag"] = etag(version, form.name)
    response.headers["Vary"] = "Accept"
    response.headers["Cache-Control"] = IMMUTABLE if past else "no-cache"
    response.headers["Commonplace-Version"] = str(version)
