"""Keep what Jinja has compiled of templates beside them, as Python keeps what it has compiled of modules."""

from __future__ import annotations

import hashlib
import sys
from contextlib import suppress
from pathlib import Path

from jinja2 import BytecodeCache
from jinja2.bccache import Bucket

from commonplace.processes.own_code import mark_of_code
from commonplace.processes.whole_file import write_whole


class CompiledTemplates(BytecodeCache):
    """Compiled templates, each in a file of a folder. Where that cannot be written, none is kept.

    A file begins with the SHA-256 of the rest. It serves every language that a page is in: what is compiled asks for
    the translation of a sentence when it runs. A template is compiled anew when it has changed, or the code of this
    program: a filter of ours that is applied to a constant was run by Jinja when it compiled that.
    """

    def __init__(self, folder: Path) -> None:
        """Keep them in a folder, which is made when there is something to keep."""
        self._folder = folder

    def get_source_checksum(self, source: str) -> str:
        """Return what tells whether a file is of this text of a template, and of this code."""
        return super().get_source_checksum(f"{mark_of_code()} {source}")

    def load_bytecode(self, bucket: Bucket) -> None:
        """Take a compiled template from its file, if that is there and as it was written."""
        with suppress(OSError):
            kept = self._place(bucket).read_bytes()
            digest, code = kept[: hashlib.sha256().digest_size], kept[hashlib.sha256().digest_size :]
            if hashlib.sha256(code).digest() == digest:
                bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Write a compiled template to its file, where the system lets it and Python is to write compiled code."""
        if not sys.dont_write_bytecode:
            code = bucket.bytecode_to_string()
            with suppress(OSError):
                self._folder.mkdir(exist_ok=True)
                write_whole(self._place(bucket), (hashlib.sha256(code).digest(), code))

    def _place(self, bucket: Bucket) -> Path:
        return self._folder / f"{bucket.key}.jinja"
