"""Tell a work's key from what follows it in an address: a key may have slashes."""

from __future__ import annotations

from typing import Final

from starlette.convertors import PathConvertor, register_url_convertor


class _ReadKey(PathConvertor):
    """Matches the key of a work that is read. It may end in the name of a list of a work, as `x/history` does."""

    regex = r"(?:(?!/(?:identifiers|merge|unmerge|restore)$).)+"


class _WrittenKey(PathConvertor):
    """Matches the key of a work that is edited or deleted."""

    regex = (
        r"(?:(?!/(?:references|citations|annotations|text|history|diff|provenance|identifiers"
        r"|merge|unmerge|restore)$).)+"
    )


register_url_convertor("readkey", _ReadKey())
register_url_convertor("writtenkey", _WrittenKey())

READ_WORK: Final = "/works/{key:readkey}"
WRITTEN_WORK: Final = "/works/{key:writtenkey}"
WORK_LISTS: Final = "/works/{key:path}"
"""What the addresses of the lists of a work begin with."""
