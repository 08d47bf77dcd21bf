"""Read the forms that the desk's pages send, within a bound."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from fastapi import Request
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.types import Message as AsgiMessage

from commonplace.errors import BadRequest, Message, TooLarge
from commonplace.web.http.problems import HttpProblem

FORM_BYTES = 2_000_000
"""Maximum bytes of a form without files: an abstract, a note, or the choices of a long preview."""

FIELDS = 50_000
"""Maximum number of fields of a form: a preview of an import has a few for each entry."""

FILES = 20
"""Maximum number of files of a form."""

FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


class SubmittedForm:
    """The fields of a form. A field that is not there is empty."""

    def __init__(self, data: FormData) -> None:
        self._data = data

    def text(self, name: str) -> str:
        """Return the text of a field, without space around it and with plain line ends."""
        value = self._data.get(name)
        return _plain(value) if isinstance(value, str) else ""

    def texts(self, name: str) -> list[str]:
        """Return the texts of the fields of a name, in the order of the page."""
        return [_plain(one) for one in self._data.getlist(name) if isinstance(one, str)]

    def files(self, name: str) -> list[UploadFile]:
        """Return the files that were chosen for a field."""
        return [one for one in self._data.getlist(name) if isinstance(one, UploadFile) and one.filename]

    def after(self, prefix: str) -> Iterator[tuple[str, str]]:
        """Yield the fields whose names begin so: the rest of the name, and the text."""
        for name, value in self._data.multi_items():
            if name.startswith(prefix) and isinstance(value, str):
                yield name.removeprefix(prefix), _plain(value)

    def number(self, name: str) -> int | None:
        """Return a field as a whole number that is not negative; None where it is empty. Raises `BadRequest`."""
        text = self.text(name)
        if not text:
            return None
        if not (text.isascii() and text.isdecimal() and len(text) < 16):
            raise BadRequest(Message("%(text)r is no number", text=text), [(name, "use digits")])
        return int(text)

    async def close(self) -> None:
        """Close the files of the form."""
        await self._data.close()

    def as_sent(self) -> Mapping[str, Sequence[str]]:
        """Return every text that was typed or chosen, for a page that shows it again."""
        return {name: [one for one in self._data.getlist(name) if isinstance(one, str)] for name in self._data}


def _plain(text: str) -> str:
    """Return a text without the space around it, with the line ends that it had before a browser sent it."""
    return text.replace("\r\n", "\n").strip()


async def form_of(request: Request, most: int = FORM_BYTES) -> SubmittedForm:
    """Return the form that a request brings. Close it when it may have files.

    Raises 415 for another type of content, `TooLarge` beyond `most` bytes, and `BadRequest`.
    """
    content = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content not in FORMS:
        raise HttpProblem(
            415,
            Message(
                "a page sends %(forms)s, not %(content)s",
                forms=" or ".join(FORMS),
                content=content or Message("nothing"),
            ),
        )
    left = most

    async def bounded() -> AsgiMessage:
        nonlocal left
        message = await request.receive()
        left -= len(message.get("body", b""))
        if left < 0:
            raise TooLarge(Message("a form has at most %(most)s bytes here", most=f"{most:,}"), [("body", "too large")])
        return message

    try:
        return SubmittedForm(
            await Request(request.scope, bounded).form(max_files=FILES, max_fields=FIELDS, max_part_size=most)
        )
    except HTTPException as fault:  # it cannot be read as a form
        raise BadRequest(
            Message("the form cannot be read: %(fault)s", fault=fault.detail), [("body", str(fault.detail))]
        ) from fault
