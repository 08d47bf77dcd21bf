"""Say to the person who sent a file why its reading ended."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from commonplace.errors import BadRequest, Interrupted, NoRoom
from commonplace.importers.bounds import ATTEMPTS, ReaderKilled
from commonplace.importers.text_encoding import UnreadableFile
from commonplace.processes.shared_file import NotWritten


@contextmanager
def reading_problems(filename: str) -> Iterator[None]:
    """Turn what a reader raises into an error that names the file and says whether it is to blame.

    Raises `BadRequest` for a file that cannot be read, `NoRoom` where temporary files have no room, and `Interrupted`
    when the process that read it was killed from outside.
    """
    try:
        yield
    except UnreadableFile as fault:
        raise BadRequest(f"{filename}: {fault}", [(filename, str(fault))]) from fault
    except NotWritten as fault:
        where, why = str(fault.filename), str(fault.strerror)
        detail = f"{filename}: there is no room for temporary files, and nothing was written: {where}: {why}"
        raise NoRoom(detail, [(where, why)]) from fault
    except ReaderKilled as fault:
        why = f"the process that read it was killed from outside {ATTEMPTS} times ({fault.signal_name})"
        detail = (
            f"{filename}: {why}, by the system where memory is short or by a person; nothing was written, and nothing "
            "is known to be wrong with the file: try again when there is more memory"
        )
        raise Interrupted(detail, [(filename, why)]) from fault
