"""Find the reader of a file: by the name of its format, by its media type, or by what is in it.

The formats are the rows of `commonplace.model.formats` that are read.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import PurePath
from typing import cast

from commonplace.errors import BadRequest, Message
from commonplace.importers.legible import legibly_read
from commonplace.importers.reading import Reading
from commonplace.importers.text_encoding import UnreadableFile, marked_encoding, refuse_no_text, unmarked_encoding
from commonplace.model.formats import FORMATS, READ, Format

_HEAD_BYTES = 65_536


@dataclass(frozen=True, slots=True)
class ImportFormat:
    """A format that is read, with its reader."""

    format: Format

    @property
    def name(self) -> str:
        """Return what the command line calls it."""
        return self.format.name

    @property
    def media_types(self) -> tuple[str, ...]:
        """Return the media types that name it."""
        return self.format.media_types

    @property
    def read(self) -> Callable[[bytes, str], Reading]:
        """Return its reader: from the bytes of a file and its name. It is imported when first asked for.

        What it reads is legible: without characters that XML cannot hold.
        """
        module = import_module(f"commonplace.importers.{self.format.module}")
        reader = cast(Callable[[bytes, str], Reading], getattr(module, f"read_{self.format.module}"))

        def read(data: bytes, filename: str) -> Reading:
            return legibly_read(reader(data, filename), data, self.name)

        return read


IMPORT_FORMATS = {name: ImportFormat(FORMATS[name]) for name in READ}
"""Every format that is read, by name."""


def guess_format(filename: str, head: bytes) -> ImportFormat | None:
    """Return the format of a file by its first kilobytes, else by its name; None when neither says.

    The content comes first: a download often has the wrong extension.
    """
    encoding = marked_encoding(head) or unmarked_encoding(head)
    text = head.decode(encoding, errors="ignore").encode() if encoding else head
    for made in reversed(IMPORT_FORMATS.values()):
        if made.format.mark is not None and made.format.mark.search(text):
            return made
    suffix = PurePath(filename).suffix.lower()
    by_name = next((made for made in IMPORT_FORMATS.values() if suffix in made.format.extensions), None)
    if by_name is None and text.lstrip()[:1] in (b"[", b"{"):
        return IMPORT_FORMATS["csl-json"]  # whose reader says what is wrong with it
    return by_name


def format_of(name: str | None, filename: str, data: bytes) -> ImportFormat:
    """Return the format of that name, or the one the file seems to be in. Raises `BadRequest`."""
    found = IMPORT_FORMATS.get(name) if name else guess_format(filename, data[:_HEAD_BYTES])
    if found is None:
        try:
            refuse_no_text(data)
        except UnreadableFile as fault:
            raise BadRequest(
                Message("%(filename)s: %(fault)s", filename=filename, fault=fault), [(filename, str(fault))]
            ) from fault
        known = ", ".join(IMPORT_FORMATS)
        raise BadRequest(
            Message("%(filename)s: what this is cannot be told; name its format", filename=filename),
            [("format", Message("one of %(known)s", known=known))],
        )
    return found


def format_of_media_type(media_type: str) -> ImportFormat | None:
    """Return the format of a media type, its parameters ignored; None when it names no format that is read."""
    bare = media_type.partition(";")[0].strip().lower()
    return next((made for made in IMPORT_FORMATS.values() if bare in made.media_types), None)
