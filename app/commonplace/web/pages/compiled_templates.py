"""Keep what Jinja has compiled of templates beside them, as Python keeps what it has compiled of modules."""

from __future__ import annotations

import sys
from contextlib import suppress
from pathlib import Path
from pickle import UnpicklingError

from jinja2 import FileSystemBytecodeCache
from jinja2.bccache import Bucket

from commonplace.processes.own_code import mark_of_code


class CompiledTemplates(FileSystemBytecodeCache):
    """Compiled templates in a folder, all languages of a page being one. Where it cannot be written, none is kept.

    A template is compiled anew when it, or the code of this program, has changed: Jinja applies a filter to what
    always stands in a template when it compiles it.
    """

    def __init__(self, folder: Path) -> None:
        """Keep them in a folder, which is made when there is something to keep."""
        super().__init__(str(folder), "%s.jinja")

    def get_source_checksum(self, source: str) -> str:
        """Return what is to be found again beside a compiled template."""
        return super().get_source_checksum(f"{mark_of_code()} {source}")

    def load_bytecode(self, bucket: Bucket) -> None:
        """Take a compiled template from its file, where that is whole."""
        try:
            super().load_bytecode(bucket)
        except (OSError, EOFError, ValueError, UnpicklingError):
            bucket.reset()

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Write a compiled template to its file, where the system lets it and Python is to write compiled code."""
        if not sys.dont_write_bytecode:
            with suppress(OSError):
                Path(self.directory).mkdir(exist_ok=True)
                super().dump_bytecode(bucket)
