"""Reading a file in a process of its own.

What reads stays apart from what serves: parsing does not hold the server's interpreter lock, a file
that is made to take for ever or to fill the memory takes down its reader only, and stopping is at once.

The process is `main`, with the format, the file's name and size, and the number of the pipe that takes
what it reads, in batches, as arguments, and the file on standard input.
"""

from __future__ import annotations

import copyreg
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from itertools import islice
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from types import MappingProxyType
from typing import Any

from app.importers.bounds import TOO_LONG, TOO_MUCH, bounded
from app.importers.formats import IMPORT_FORMATS, ImportFormat
from app.importers.reading import Reading
from app.importers.text_encoding import UnreadableFile
from app.model.record import ReadEntry

SMALL_BYTES = 8_192
"""A file below this is read faster where one is than in a process that must be started first."""

_OUT_OF_MEMORY = 77
_NICE = 5
_BATCH = 200
_POLL_SECONDS = 0.1
_PROGRAM = f"from {__name__} import main; main()"
_STARTED, _READ, _UNREADABLE = "started", "read", "unreadable"
_Message = tuple[str, Any]
_Messages = Generator[_Message, None, None]


def read_apart(format: ImportFormat, data: bytes, filename: str, alive: Callable[[], None]) -> Reading:
    """What `format.read` answers, read in another process.

    `alive` is called at least every fraction of a second while there is nothing to do but wait; what it
    raises ends the reading. Raises `UnreadableFile`, from iterating too, also when the reader went
    beyond its bounds of time or memory. Close `entries` (a generator) when it is not read to its end.
    """
    messages = _messages(format, data, filename, alive)
    what, content = next(messages)
    if what == _UNREADABLE:
        messages.close()
        raise UnreadableFile(content)
    return Reading(filename=filename, entries=_entries(messages), **content)


def _entries(messages: _Messages) -> Iterator[ReadEntry]:
    with closing(messages):
        for what, content in messages:
            if what == _UNREADABLE:
                raise UnreadableFile(content)
            yield from content


def _messages(format: ImportFormat, data: bytes, filename: str, alive: Callable[[], None]) -> _Messages:
    receiver, sender = Pipe(duplex=False)
    with receiver, tempfile.TemporaryFile() as source:
        source.write(data)
        source.seek(0)
        with sender:
            process = _started(format, filename, len(data), source.fileno(), sender.fileno())
        try:
            while True:
                while not receiver.poll(_POLL_SECONDS):
                    alive()
                try:
                    yield receiver.recv()
                except EOFError:
                    break
            process.wait()
            if process.returncode:
                yield _UNREADABLE, _stopped(process.returncode)
        finally:
            process.kill()
            process.wait()


def _started(format: ImportFormat, filename: str, size: int, source: int, sender: int) -> subprocess.Popen[bytes]:
    root = Path(__file__).resolve().parents[2]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, [str(root), os.environ.get("PYTHONPATH")]))}
    arguments = [format.name, filename, str(size), str(sender)]
    return subprocess.Popen(
        [sys.executable, "-c", _PROGRAM, *arguments],
        stdin=source,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        pass_fds=(sender,),
        env=environment,
    )


def _stopped(code: int) -> str:
    if code in (-signal.SIGXCPU, -signal.SIGKILL):
        return TOO_LONG
    if code == _OUT_OF_MEMORY:
        return TOO_MUCH
    return f"its reader broke down (exit {code}): please report it, with the file"


def _read(format: ImportFormat, data: bytes, filename: str, sender: Connection) -> None:
    try:
        reading = format.read(data, filename)
    except UnreadableFile as fault:
        sender.send((_UNREADABLE, str(fault)))
        return
    content = {"total": reading.total, "faults": list(reading.faults), "preserved": dict(reading.preserved)}
    sender.send((_STARTED, content))
    while batch := list(islice(reading, _BATCH)):
        sender.send((_READ, batch))


def _reduced(mapping: MappingProxyType[str, str]) -> tuple[Callable[..., Any], tuple[dict[str, str]]]:
    """How a read-only mapping, which knows no pickling, goes through a pipe."""
    return _read_only, (dict(mapping),)


def _read_only(mapping: dict[str, str]) -> MappingProxyType[str, str]:
    return MappingProxyType(mapping)


def main() -> None:
    """What the reader's process does."""
    name, filename, size, sender = sys.argv[1:]
    os.nice(_NICE)
    copyreg.pickle(MappingProxyType, _reduced)
    bounded(int(size))
    with Connection(int(sender), readable=False) as connection:
        try:
            _read(IMPORT_FORMATS[name], sys.stdin.buffer.read(), filename, connection)
        except MemoryError:
            sys.exit(_OUT_OF_MEMORY)
