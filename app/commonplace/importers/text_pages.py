"""Read the text of a work by page, of a PDF or of plain text.

A PDF is read by PDFium in a process of its own, within bounds of time and memory: it is a program in another language,
and files are made to break it. The process runs `main`, with the file on standard input and its size as argument, and
writes one JSON object: the `pages`, or why it is `unreadable`.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from typing import BinaryIO

from commonplace.errors import Message
from commonplace.importers.bounds import OUT_OF_MEMORY, TOO_LONG, TOO_MUCH, ReaderKilled, bounded, refuse_ending
from commonplace.importers.text_encoding import UnreadableFile
from commonplace.model.kept_pages import PAGE_BREAK, KeptPages
from commonplace.processes.spawn import program, spawn

PAGES = 20_000
"""Maximum number of pages of a text: no book has more."""

CHARACTERS = 50_000_000
"""Maximum number of characters of a text: a file of some kilobytes can be made to give any number."""

SECONDS = 900.0
"""Maximum time on the clock for one file: its reader ends itself sooner, by its processor time."""

_PASSWORD = 4
"""PDFium's FPDF_ERR_PASSWORD."""

_HYPHEN_AT_LINE_END = "\ufffe"
"""What PDFium puts in the place of a hyphen at the end of a line and of the line's end."""

_OUT_OF_MEMORY = (-signal.SIGABRT, -signal.SIGTRAP, -signal.SIGILL)
"""Exit statuses of a process in which PDFium asked for memory that there was not: it ends the process itself."""

_MEANINGLESS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
_SURROGATE = re.compile("[\ud800-\udfff]")


def pages_of_pdf(file: BinaryIO, size: int) -> KeptPages:
    """Return the text of each page of a PDF of that many bytes.

    Raises `UnreadableFile` for a file that is broken, locked by a password, or beyond the bounds, and `ReaderKilled`
    when the process that reads it was killed from outside.
    """
    descriptor = file.fileno()
    file.flush()
    os.lseek(descriptor, 0, os.SEEK_SET)
    process = spawn(program(main), [str(size)], stdin=descriptor, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    with process:
        try:
            said, _ = process.communicate(timeout=SECONDS)
        except subprocess.TimeoutExpired as fault:
            raise UnreadableFile(TOO_LONG) from fault
        finally:
            process.kill()
    if process.returncode in _OUT_OF_MEMORY:
        raise UnreadableFile(TOO_MUCH)
    if process.returncode:
        refuse_ending([process.returncode])
    try:
        found = json.loads(said)
    except ValueError as fault:
        raise ReaderKilled("no answer") from fault
    if why := found.get("unreadable"):
        raise UnreadableFile(why)
    return KeptPages(tuple(found["pages"]))


def pages_of_text(data: bytes, charset: str | None) -> KeptPages:
    """Return the pages of a plain text, which form feeds part; `charset` is UTF-8 where none is given.

    Raises `UnreadableFile` for bytes that are no text in that encoding.
    """
    try:
        text = data.decode(charset or "utf-8-sig")
    except LookupError as fault:
        raise UnreadableFile(Message("no encoding is called %(charset)r: send UTF-8", charset=charset)) from fault
    except UnicodeDecodeError as fault:
        why = Message(
            "it is no text in %(encoding)s: byte %(start)s does not fit (%(why)s); send UTF-8",
            encoding=fault.encoding,
            start=fault.start,
            why=fault.reason,
        )
        raise UnreadableFile(why) from fault
    if "\x00" in text:
        raise UnreadableFile("it has zero bytes in it, so it is no text")
    pages = text.split(PAGE_BREAK)
    if len(pages) > 1 and not pages[-1].strip():
        pages.pop()  # programs end each page with a form feed, the last one too
    _refuse_beyond(len(pages), len(text))
    return KeptPages(tuple(map(_legible, pages)))


def _refuse_beyond(pages: int, characters: int) -> None:
    """Raise `UnreadableFile` for a text beyond the bounds."""
    if pages > PAGES:
        raise UnreadableFile(
            Message(
                "it has %(pages)s pages, and a text has at most %(most)s: cut it in parts",
                pages=f"{pages:,}",
                most=f"{PAGES:,}",
            )
        )
    if characters > CHARACTERS:
        raise UnreadableFile(
            Message("it has more than %(characters)s characters of text: cut it in parts", characters=f"{CHARACTERS:,}")
        )


def _legible(page: str) -> str:
    """Return the text of a page with plain line ends, and without characters that mean nothing."""
    text = page.replace("\r\n", "\n").replace("\r", "\n").replace(_HYPHEN_AT_LINE_END, "\u00ad")
    return _SURROGATE.sub("\ufffd", _MEANINGLESS.sub(" ", text)).strip("\n")


def _texts_of_pdf(data: bytes) -> Iterator[str]:
    """Yield the text of each page. Raises `UnreadableFile`."""
    import pypdfium2  # only this process needs it

    try:
        document = pypdfium2.PdfDocument(data)
        count = len(document)
    except pypdfium2.PdfiumError as fault:
        if fault.err_code == _PASSWORD:
            raise UnreadableFile("the PDF is locked by a password: send one that is not") from fault
        raise UnreadableFile("this is no PDF, or a broken one: open it in a PDF reader and save it anew") from fault
    if not count:
        raise UnreadableFile("the PDF has no pages")
    _refuse_beyond(count, 0)
    for number in range(count):
        try:
            page = document[number]
            text = page.get_textpage()
            yield text.get_text_range()
            text.close()
            page.close()
        except pypdfium2.PdfiumError as fault:
            raise UnreadableFile(
                Message("page %(number)s of the PDF is broken; save it anew, or send its text", number=number + 1)
            ) from fault


def main() -> None:
    """Run the process that reads a PDF."""
    bounded(int(sys.argv[1]))
    os.nice(5)
    pages: list[str] = []
    size = 0
    try:
        for text in _texts_of_pdf(sys.stdin.buffer.read()):
            size += len(text)
            _refuse_beyond(len(pages), size)
            pages.append(_legible(text))
        said = json.dumps({"pages": pages})
    except UnreadableFile as fault:
        said = json.dumps({"unreadable": str(fault)})
    except MemoryError:
        sys.exit(OUT_OF_MEMORY)
    sys.stdout.write(said)
