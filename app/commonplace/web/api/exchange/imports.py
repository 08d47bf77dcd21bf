"""Take imports by `POST /imports`: a file as the body, or a list of DOIs; answer with the receipt, or with a job.

The body goes to a temporary file and is counted as it comes; nothing of a refused one is kept.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import zlib
from pathlib import PurePosixPath
from typing import Annotated, Any, BinaryIO

from fastapi import Depends, Query, Request, Response

from commonplace.errors import BadRequest, Message, TooLarge
from commonplace.exchange.doi_lists import JsonNumber
from commonplace.exchange.jobs import Job, Upload
from commonplace.exchange.receipts import Receipt
from commonplace.home.tokens import Role
from commonplace.importers.formats import IMPORT_FORMATS, format_of_media_type
from commonplace.importers.packing import GZIP
from commonplace.web.api.exchange.jobs import JobStatus, job_address, receipt_address, receipt_response, status_response
from commonplace.web.context import Context, ContextDep
from commonplace.web.http.authorization import WriterDep, forbidden
from commonplace.web.http.negotiation import expected_version
from commonplace.web.http.parameters import only_known_parameters
from commonplace.web.http.problems import HttpProblem
from commonplace.web.http.received_file import received
from commonplace.web.http.router import Router
from commonplace.web.http.threads import in_writer

router = Router(tags=["writing"], dependencies=[Depends(only_known_parameters)])

QUICK_SECONDS = 10.0
"""Maximum time to wait for a receipt; an import that takes longer is answered with the address of its job."""

LONGEST_WAIT = 30
"""Maximum seconds that `Prefer: wait=` gets."""

JSON = "application/json"
GUESSED = (
    "",
    "text/plain",
    "application/octet-stream",
    "application/gzip",
    "application/x-gzip",
    "application/xml",
    "text/xml",
)
BY_HABIT = "application/x-www-form-urlencoded"
"""The media type that curl gives any body by default; no form is taken here, so the body is the file."""

DOIS_BYTES = 1_000_000
_TO_ENRICH = (
    'enrich=true goes with {"dois": ["10.…"]} as application/json; for all works, without body and Content-Type'
)
_DOIS = re.compile(rb'\s*\{\s*"dois"\s*:')
_WAIT = re.compile(r"\bwait\s*=\s*(\d{1,6})\b")
_UNSAFE = re.compile(r"[\x00-\x1f\x7f]")

_MEDIA_TYPES = [*(name for made in IMPORT_FORMATS.values() for name in made.media_types), *GUESSED[1:], JSON]
_EXAMPLES: dict[str, Any] = {
    "application/x-bibtex": "@article{ostrom1996,\n  author = {Ostrom, Elinor},\n  title = {Crossing the Great Divide},"
    "\n  journal = {World Development},\n  year = {1996}\n}\n",
    "application/x-research-info-systems": "TY  - JOUR\nAU  - Ostrom, Elinor\nTI  - Crossing the Great Divide\n"
    "PY  - 1996\nER  - \n",
    "application/vnd.citationstyles.csl+json": [
        {"id": "ostrom1996", "type": "article-journal", "title": "Crossing the Great Divide"}
    ],
    JSON: {"dois": ["10.1016/0305-750X(96)00023-X"]},
}
_FILE = {"type": "string", "format": "binary"}
_SCHEMAS: dict[str, dict[str, Any]] = {
    "application/vnd.citationstyles.csl+json": {"type": "array", "items": {"type": "object"}},
    JSON: {"type": "object"},
}
_BODY = {
    "requestBody": {
        "required": False,
        "description": "The file itself, not a form; nothing only with enrich=true. gzip is undone, whether "
        "Content-Encoding says so or not.",
        "content": {
            name: {"schema": _SCHEMAS.get(name, _FILE)} | ({"example": _EXAMPLES[name]} if name in _EXAMPLES else {})
            for name in [*_EXAMPLES, "text/plain", "application/octet-stream"]
        },
    }
}
_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {"model": Receipt, "description": "What a dry run found; nothing was written"},
    201: {"model": Receipt, "description": "The receipt; `Location` is where it stays"},
    202: {"model": JobStatus, "description": "A job on its way; `Location` is where it says how far it is"},
    400: {"description": "The file cannot be read; `errors` says where"},
    401: {"description": "No token, or one that is not known"},
    403: {"description": "A contributor's token, without `dry_run=true`"},
    409: {"description": "It was cancelled before it was over; nothing was written"},
    412: {"description": "`If-Match` names another version than the newest"},
    413: {"description": "More bytes than COMMONPLACE_IMPORT_BYTES, as it came or unpacked"},
    415: {"description": "A media type or encoding that is not read here"},
    503: {"description": "As many imports wait as may, or the process that read the file was killed from outside"},
    507: {"description": "There is no room for the file, or for what is made of it"},
}


@router.post(
    "/imports",
    status_code=201,
    response_model=Receipt,
    responses=_RESPONSES,
    openapi_extra=_BODY,
    summary="Import a file: one version, one receipt, one undo",
)
async def post(
    request: Request,
    context: ContextDep,
    token: WriterDep,
    dry_run: Annotated[bool, Query(description="answer the receipt without writing anything")] = False,
    filename: Annotated[str, Query(max_length=1000, description="the file's name, kept in the receipt")] = "upload",
    enrich: Annotated[
        bool,
        Query(
            description="with a list of DOIs, or without a body for those of every work: add what the agencies know "
            "more to the works that are there, and make no others"
        ),
    ] = False,
) -> Response:
    """Import a file in the format of `Content-Type`; of `text/plain`, XML, `application/octet-stream` or none, a guess.

    An import that takes longer than ten seconds is answered 202 with the address of a job, and so is everything
    asked with `Prefer: respond-async` (RFC 7240); `Prefer: wait=10` waits longer before that. With
    `If-Match` the import is made only while that version is the newest. A contributor's token may do
    dry runs only: making proposals is not in this release. A list of DOIs is fetched from the agencies
    that registered them; with `enrich=true` it only adds to works that are there.
    """
    if token.role is not Role.CURATOR and not dry_run:
        raise forbidden(token, "a contributor may import with dry_run=true only; a curator makes the import")
    head = await in_writer(context, context.library.follow)
    expected = expected_version(request, head)
    media_type = _media_type(request)
    packed = _packed(request)
    file = await received(request, context.import_bytes, "an import")
    try:
        dois = _listed_dois(file) if media_type == JSON else None
        if enrich and dois is None and (media_type == JSON or file.seek(0, os.SEEK_END)):
            raise BadRequest(_TO_ENRICH, [("enrich", "not with a file")])
        if dois is not None or enrich:
            file.close()
            return await _answer(
                request, context, context.jobs.begin_dois(dois, token.name, dry_run, expected, enrich=enrich)
            )
        upload = Upload(
            file=file,
            filename=_plain_name(filename),
            format=_format(media_type),
            agent=token.name,
            limit=context.import_bytes,
            packed=packed,
            dry_run=dry_run,
            expected=expected,
        )
        job = context.jobs.begin(upload)
    except BaseException:
        file.close()
        raise
    return await _answer(request, context, job)


async def _answer(request: Request, context: Context, job: Job) -> Response:
    """Return the receipt when it comes soon; the address of the job when not, or when that is asked for."""
    prefer = ", ".join(request.headers.getlist("prefer")).lower()
    at_once = "respond-async" in prefer
    waited = _WAIT.search(prefer)
    seconds = float(min(int(waited[1]), LONGEST_WAIT)) if waited else 0.0 if at_once else QUICK_SECONDS
    over = await over_within(job, seconds)
    if not over or (at_once and waited is None):
        response = status_response(job, 202)
        response.headers["Location"] = job_address(job)
        if at_once:
            response.headers["Preference-Applied"] = "respond-async"
        return response
    if job.fault is not None:
        raise job.fault
    assert job.receipt is not None
    if job.dry_run:
        return receipt_response(job.receipt, 200)
    response = receipt_response(job.receipt, 201)
    response.headers["Location"] = receipt_address(job)
    response.headers["Commonplace-Version"] = str(job.receipt.version)
    return response


async def over_within(job: Job, seconds: float) -> bool:
    """Wait for a job without holding a thread; return whether it is over."""
    await asyncio.wait([asyncio.wrap_future(job.ended)], timeout=seconds)
    return job.over


def _media_type(request: Request) -> str:
    """Return the bare media type. Raises 415 for one that cannot be a bibliography."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type in GUESSED or media_type in (JSON, BY_HABIT) or format_of_media_type(media_type):
        return media_type
    is_form = media_type == "multipart/form-data"
    raise HttpProblem(
        415,
        Message(
            "%(media_type)s is not read here: send the file itself as the body, not a form; there are: %(media_types)s"
            if is_form
            else "%(media_type)s is not read here; there are: %(media_types)s",
            media_type=media_type,
            media_types=", ".join(_MEDIA_TYPES),
        ),
        [("Content-Type", media_type)],
        headers={"Accept-Post": ", ".join(_MEDIA_TYPES)},
    )


def _packed(request: Request) -> bool:
    """Return whether the body is said to be gzip. Raises 415 for other encodings (RFC 9110, 15.5.16)."""
    encoding = request.headers.get("content-encoding", "").strip().lower()
    if encoding in ("", "identity", "gzip", "x-gzip"):
        return encoding.endswith("gzip")
    raise HttpProblem(
        415,
        Message("the Content-Encoding %(encoding)s is not read here; send gzip, or none", encoding=encoding),
        [("Content-Encoding", encoding)],
        headers={"Accept-Encoding": "gzip, identity"},
    )


def _format(media_type: str) -> str | None:
    """Return the name of the format; None where it is to be guessed."""
    if media_type == JSON:
        return "csl-json"
    format = format_of_media_type(media_type)
    return format.name if format else None


def _listed_dois(file: BinaryIO) -> list[object] | None:
    """Return what a JSON body lists as DOIs, whatever it is; None when it has works, not DOIs.

    Raises `BadRequest`, `TooLarge`.
    """
    file.seek(0)
    text = _begun(file.read(DOIS_BYTES + 1))
    if not _DOIS.match(text):
        return None
    if len(text) > DOIS_BYTES:
        raise TooLarge(
            Message("a list of DOIs has at most %(dois_bytes)s bytes", dois_bytes=DOIS_BYTES), [("dois", "too large")]
        )
    try:
        body = json.loads(text, parse_int=JsonNumber, parse_float=JsonNumber, parse_constant=JsonNumber)
    except (ValueError, RecursionError) as fault:
        raise BadRequest(Message("the body is not JSON: %(fault)s", fault=fault), [("body", str(fault))]) from fault
    if others := sorted(body.keys() - {"dois"}):
        why = "not beside dois; dry_run and enrich are parameters of the address"
        raise BadRequest('a list of DOIs is {"dois": ["10.…"]} and nothing else', [(name, why) for name in others])
    dois = body["dois"]
    if not isinstance(dois, list) or not dois:
        raise BadRequest('dois must be a list of strings: {"dois": ["10.…"]}', [("dois", "not a list, or empty")])
    return dois


def _begun(data: bytes) -> bytes:
    """Return the beginning of a body, unpacked: more of it than a list of DOIs may have."""
    if not data.startswith(GZIP):
        return data
    try:
        return zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(data, DOIS_BYTES + 1)
    except zlib.error:  # who reads it as a file says what is wrong with it
        return b""


def _plain_name(filename: str) -> str:
    """Return the last part of a file name, as it may stand in a message."""
    return _UNSAFE.sub("", PurePosixPath(filename.replace("\\", "/")).name)[:255] or "upload"
