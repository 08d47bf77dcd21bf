"""Write the search index of a big change from its text, in a process of its own, while the graph takes the change in.

The process runs `main`, with the log's address, the base IRI, the version, the directory for the parts and their
number as arguments, and the descriptor and the size of the change's text, where that lies in a file of its own. It has
one thread; it goes through the change once and forks a process for each part. All end when its standard input is
closed. Things that it cannot describe from the text are described from the graph afterwards: their IRIs are the lines
of the file `LEFT` in the directory.
"""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from mmap import PROT_READ, mmap
from pathlib import Path

from commonplace.derived.search.files import read_iris, write_documents, write_iris
from commonplace.derived.search.from_change import LOGGED, ChangeReader, NewThings, in_order
from commonplace.errors import CommonplaceError
from commonplace.model.change import Version
from commonplace.model.minter import Minter
from commonplace.model.quad_text import TextFile
from commonplace.patchlog.log import EntryBody, PatchLog
from commonplace.patchlog.opening import open_log
from commonplace.processes.garbage_collection import collect_no_more
from commonplace.processes.spawn import spawn

LEFT = "left"
"""Name of the file, in the directory of the parts, with the IRIs of the things that were left; absent if none."""

_NICE = 15
"""Lower priority than that of the server and the zygote: nobody can ask before the zygote has taken the change in,
and that runs on one core only."""
_PROGRAM = f"from {__name__} import main; main()"


def start(
    log: str, base: str, version: Version, directory: Path, parts: int, text: TextFile | None = None
) -> subprocess.Popen[bytes]:
    """Start the process that writes the parts of the index of a change that only adds. It ends with 0 when all is well.

    The change is read from the log, unless its text lies in a file: the log need not have it then. The caller holds
    the pipe to its standard input open for as long as the parts are wanted.
    """
    return spawn(
        _PROGRAM,
        [log, base, str(version), str(directory), str(parts), *map(str, text or ())],
        pass_fds=[text.descriptor] if text else [],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        process_group=0,  # an interrupt on the terminal is the server's, which then closes the pipe
    )


def end(process: subprocess.Popen[bytes]) -> None:
    """End that process, and the processes that it forked, if they have not ended."""
    if process.poll() != 0:  # it runs, or something ended it and not those that it forked
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    if process.stdin is not None:
        process.stdin.close()


def write_change(
    log: PatchLog, minter: Minter, version: Version, directory: Path, parts: int, text: TextFile | None = None
) -> None:
    """Write `parts` parts of the index of the new things of a version that only adds.

    Raises OSError when that cannot be done, and EOFError when standard input was closed.
    """
    with _opened(text) if text else log.body(version) as change:
        things = NewThings.of(change, minter, "" if text else LOGGED)
        for earlier in range(1, version):
            with log.body(Version(earlier)) as before:
                things.take_out(before)
        writing = [
            _forked(ChangeReader(change.text, things, minter), part, parts, directory / str(part))
            for part in range(parts)
        ]
        _wait(writing)
    left = set(things.known)
    for part in range(parts):
        beside = _left_beside(directory / str(part))
        left.update(read_iris(beside))
        beside.unlink()
    if left:
        write_iris(directory / LEFT, in_order(minter, left))


@contextmanager
def _opened(text: TextFile) -> Iterator[EntryBody]:
    with mmap(text.descriptor, text.size, prot=PROT_READ) as mapped:
        yield EntryBody(mapped, 0, text.size)


def _left_beside(place: Path) -> Path:
    return place.with_suffix(f".{LEFT}")


def _forked(reader: ChangeReader, part: int, parts: int, place: Path) -> int:
    """Write a part in a process forked for it; return the process's id."""
    process = os.fork()
    if process:
        return process
    try:
        write_documents(reader.documents(reader.things.share(part, parts)), reader.minter, place)
        write_iris(_left_beside(place), reader.left)
    except BaseException:
        sys.excepthook(*sys.exc_info())
        os._exit(1)
    os._exit(0)


def _wait(processes: Sequence[int]) -> None:
    """Wait until all processes have ended well; end them when one has not, or when standard input is closed."""
    descriptors = {os.pidfd_open(process): process for process in processes}
    standard_input = 0
    try:
        while descriptors:
            ready, _, _ = select.select([standard_input, *descriptors], [], [])
            if standard_input in ready:
                raise EOFError("the parts are no longer wanted")
            for descriptor in ready:
                _, status = os.waitpid(descriptors.pop(descriptor), 0)
                os.close(descriptor)
                if status:
                    raise OSError(f"a part of the search index was not written (status {status})")
    finally:
        for descriptor, process in descriptors.items():
            signal.pidfd_send_signal(descriptor, signal.SIGKILL)
            os.waitpid(process, 0)
            os.close(descriptor)


def main() -> None:
    """Run the process that writes the index."""
    log, base, version, directory, parts, *file = sys.argv[1:]
    text = TextFile(*map(int, file)) if file else None
    os.nice(_NICE)
    collect_no_more()
    try:
        write_change(open_log(log, mend=False), Minter(base), Version(int(version)), Path(directory), int(parts), text)
    except EOFError:
        sys.exit(1)
    except (OSError, CommonplaceError) as fault:
        sys.exit(f"the search index of version {version} cannot be written from its text: {fault}")
