"""Keep the texts of works: put one, read it page by page where it may be read, take it away."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Annotated, Any, BinaryIO, Final

from fastapi import Depends, Query, Request, Response

from commonplace.derived.graph.snapshot import Snapshot
from commonplace.errors import Message, NotFound
from commonplace.exchange.edits import Editor
from commonplace.exchange.texts import GivenText
from commonplace.importers.reading_problems import reading_problems
from commonplace.importers.text_pages import pages_of_pdf, pages_of_text
from commonplace.library.text_schemas import KeptText
from commonplace.library.work_texts import StatedText
from commonplace.model.change import Version
from commonplace.model.kept_pages import PDF, PLAIN
from commonplace.web import answers
from commonplace.web.api.curating.edits import VersionMessage
from commonplace.web.api.reading.alternative_keys import MOVED, MovedRoute
from commonplace.web.api.reading.text_readers import TextReader
from commonplace.web.context import Context, ContextDep
from commonplace.web.http.authorization import REALM, CuratorDep
from commonplace.web.http.negotiation import JSON, Representation, choose, etag, expected_version
from commonplace.web.http.parameters import At, only_known_parameters
from commonplace.web.http.problems import HttpProblem
from commonplace.web.http.received_file import discard, received
from commonplace.web.http.router import Router
from commonplace.web.http.threads import in_writer, writing

router = Router(tags=["texts"], dependencies=[Depends(only_known_parameters)], route_class=MovedRoute)

ADDRESS: Final = "/works/{key:path}/text"

PLAIN_TEXT = Representation("txt", PLAIN, ".txt")
PDF_FILE = Representation("pdf", PDF, ".pdf")
FORMS = (JSON, PLAIN_TEXT, PDF_FILE)

_PDF_BEGINNING = b"%PDF-"
_GUESSED = ("", "application/octet-stream", "application/x-www-form-urlencoded")
"""Media types of a body that says nothing of itself: the last is what curl gives any body by default."""


Licence = Annotated[
    str | None,
    Query(
        min_length=1,
        max_length=1_000,
        description="the licence the text is under: an SPDX identifier (`CC-BY-4.0`), or an address. Without one that "
        "lets anybody pass it on, it can be read with a token only",
        examples=["CC-BY-4.0"],
    ),
]

_FILE = {"schema": {"type": "string", "format": "binary"}}
_BODY = {
    "requestBody": {
        "required": True,
        "description": "The file itself, not a form. Form feeds part the pages of plain text.",
        "content": {PDF: _FILE, PLAIN: _FILE},
    }
}
_READ: dict[int | str, dict[str, Any]] = {
    200: {
        "model": KeptText,
        "description": "The text, page by page; as plain text with form feeds between the pages; or the PDF as it came",
        "content": {PLAIN: {"schema": {"type": "string"}}, PDF: _FILE},
    },
    401: {"description": "The text is under no licence that lets anybody read it, and no token was sent"},
    404: {"description": "There is no such work, or no text of it is kept"},
}
_WRITTEN: dict[int | str, dict[str, Any]] = {
    200: {"model": KeptText, "description": "The text takes the place of another, or was kept already"},
    201: {"model": KeptText, "description": "The text is kept; no text was before"},
    400: {"description": "The file cannot be read, or the licence names none"},
    401: {"description": "No token, or one that is not known"},
    403: {"description": "Not a curator's token"},
    404: {"description": "There is no such work"},
    412: {"description": "`If-Match` names another version than the newest"},
    413: {"description": "More bytes than COMMONPLACE_IMPORT_BYTES"},
    415: {"description": "Neither a PDF nor plain text"},
}
_DELETED: dict[int | str, dict[str, Any]] = {
    204: {"description": "Taken away: `Location` is the version that did it, and an undo of that brings it back"},
    **{status: _WRITTEN[status] for status in (401, 403, 412)},
    404: _READ[404],
}


@router.get(ADDRESS, response_model=KeptText, responses=MOVED | _READ, summary="The text of a work")
def text(request: Request, context: ContextDep, key: str, at: At = None) -> Response:
    """Answer with the text that is kept of a work: by page, as plain text, or as the PDF that it came as.

    It takes a token of any role, unless the text is under a licence that lets anybody pass it on.
    """
    reader = TextReader(request, context, at)

    def make(snapshot: Snapshot, form: Representation) -> bytes:
        stated = context.texts.stated(snapshot, key)
        if not reader.may_read(stated.pages, is_open=stated.open):
            raise _closed(key, stated)
        if form is JSON:
            return context.texts.shown(snapshot, key).json_bytes()
        if form is PLAIN_TEXT and stated.media_type == PDF:
            return context.texts.pages(stated).plain.encode()
        return context.texts.file(stated)

    with _missing(context, key, at):
        form = choose(request, context.library.read(partial(_offered, context, key), _version(at)))
        response = answers.versioned(request, form, at, lambda snapshot: make(snapshot, form))
    return reader.sent(response)


def _version(at: int | None) -> Version | None:
    return None if at is None else Version(at)


def _offered(context: Context, key: str, snapshot: Snapshot) -> tuple[Representation, ...]:
    """Return the forms that a text has. Raises `NotFound`."""
    return FORMS if context.texts.stated(snapshot, key).media_type == PDF else (JSON, PLAIN_TEXT)


def _closed(key: str, stated: StatedText) -> HttpProblem:
    why = Message("is kept under no licence")
    if stated.open:
        why = Message("was kept under a licence that lets anybody pass it on, and is so no more")
    elif stated.licence:
        why = Message("is kept under a licence that does not let anybody pass it on")
    return HttpProblem(
        401,
        Message(
            "the text of %(key)r %(why)s: it is read with Authorization: Bearer TOKEN, the token "
            "of a contributor or a curator of this library",
            key=key,
            why=why,
        ),
        headers={"WWW-Authenticate": REALM, "Cache-Control": "private, no-cache"},
    )


class _missing:
    """Say of a work that is not there, whether it was deleted or merged."""

    def __init__(self, context: Context, key: str, at: int | None = None) -> None:
        self._context = context
        self._key = key
        self._at = at

    def __enter__(self) -> None:
        return

    def __exit__(self, kind: object, fault: BaseException | None, trace: object) -> None:
        if not isinstance(fault, NotFound):
            return
        library, node = self._context.library, self._context.minter.thing("work", self._key)
        at = _version(self._at)
        if at is not None and at > library.newest():
            return
        if not library.read(lambda snapshot: any(True for _ in snapshot.triples(node)), at):
            raise answers.missing(library, node, at) from fault


@router.put(
    ADDRESS,
    response_model=KeptText,
    responses=_WRITTEN,
    openapi_extra=_BODY,
    summary="Keep the text of a work",
)
async def put(
    request: Request,
    context: ContextDep,
    token: CuratorDep,
    key: str,
    licence: Licence = None,
    message: VersionMessage = "",
) -> Response:
    """Keep the text of a work, in the place of the one that was kept: one version, which can be undone.

    The file and the text of its pages lie beside the log; the log says that they are there. `pages_without_text` names
    the pages that have no words in them: what is scanned is not guessed at. Quotes from the work are checked anew.
    """
    media_type, charset = _content_type(request)
    file = await received(request, context.import_bytes, "a text")

    def keep() -> Response:
        try:
            with reading_problems("the text"):
                given = read_text(file, media_type, charset, licence)
        finally:
            discard(file)
        editor = Editor(token.name, message=message)
        expected = expected_version(request, context.library.follow(), lenient=True)
        with _missing(context, key):
            kept = context.texts.keep(key, given, editor, expected)
        version = Version(kept.shown.version)
        response = Response(kept.shown.json_bytes(), 200 if kept.was_there else 201, media_type=JSON.media_type)
        response.headers["ETag"] = etag(version, JSON.name)
        response.headers["Commonplace-Version"] = str(version)
        if not kept.was_there:
            response.headers["Location"] = kept.shown.text
        return response

    return await in_writer(context, keep)


def _content_type(request: Request) -> tuple[str, str | None]:
    """Return the media type of a body, empty where it is to be guessed, and its charset. Raises 415."""
    said = request.headers.get("content-type", "")
    media_type, _, parameters = said.partition(";")
    media_type = media_type.strip().lower()
    if media_type not in (PDF, PLAIN, *_GUESSED):
        raise HttpProblem(
            415,
            Message(
                "a text comes as %(pdf)s or %(plain)s, not as %(media_type)s",
                pdf=PDF,
                plain=PLAIN,
                media_type=media_type,
            ),
            [("Content-Type", media_type)],
        )
    name, _, charset = parameters.strip().partition("=")
    charset = charset.strip().strip('"') if name.strip().lower() == "charset" else ""
    return "" if media_type in _GUESSED else media_type, charset or None


def read_text(file: BinaryIO, media_type: str, charset: str | None, licence: str | None) -> GivenText:
    """Return what is to be kept of a file; its media type is guessed where none is given.

    Raises `UnreadableFile` and `ReaderKilled`.
    """
    file.seek(0)
    data = file.read()
    media_type = media_type or (PDF if data.startswith(_PDF_BEGINNING) else PLAIN)
    pages = pages_of_pdf(file, len(data)) if media_type == PDF else pages_of_text(data, charset)
    return GivenText(data, media_type, pages, licence)


def _taking_away() -> Callable[..., Any]:
    @writing
    def delete(
        request: Request, context: ContextDep, token: CuratorDep, key: str, message: VersionMessage = ""
    ) -> Response:
        """Take the text away from a work, as one version. The files stay with the log, for its past and for an undo."""
        expected = expected_version(request, context.library.follow(), lenient=True)
        with _missing(context, key):
            entry = context.texts.take_away(key, Editor(token.name, message=message), expected)
        response = Response(status_code=204)
        response.headers["Location"] = f"/changes/{entry.version}"
        response.headers["ETag"] = etag(entry.version, JSON.name)
        response.headers["Commonplace-Version"] = str(entry.version)
        return response

    return delete


router.add_api_route(
    ADDRESS,
    _taking_away(),
    methods=["DELETE"],
    status_code=204,
    responses=_DELETED,
    summary="Take the text of a work away",
)
