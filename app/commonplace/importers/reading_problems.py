"""Say to the person who sent a file why its reading ended."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from commonplace.errors import BadRequest, Interrupted, Message, NoRoom
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
        raise BadRequest(
            Message("%(filename)s: %(fault)s", filename=filename, fault=fault), [(filename, str(fault))]
        ) from fault
    except NotWritten as fault:
        where, why = str(fault.filename), str(fault.strerror)
        detail = Message(
            "%(filename)s: there is no room for temporary files, and nothing was written: %(where)s: %(why)s",
            filename=filename,
            where=where,
            why=why,
        )
        raise NoRoom(detail, [(where, why)]) from fault
    except ReaderKilled as fault:
        why = Message(
            "the process that read it was killed from outside %(attempts)s times (%(signal_name)s)",
            attempts=ATTEMPTS,
            signal_name=fault.signal_name,
        )
        detail = Message(
            "%(filename)s: %(why)s, by the system where memory is short or by a person; nothing "
            "was written, and nothing is known to be wrong with the file: try again when there is "
            "more memory",
            filename=filename,
            why=why,
        )
        raise Interrupted(detail, [(filename, why)]) from fault
