"""Work out what many entries of the log did together, without applying them one by one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from pyoxigraph import Quad, RdfFormat, parse

from commonplace.derived.graph.kept_values import kept_quad
from commonplace.model.change import ChangeSet, Version
from commonplace.patchlog.log import PatchLog
from commonplace.patchlog.rdf_patch import ADDITION

_TYPED = b'"^^<http://www.w3.org/2001/XMLSchema#'
_LITERAL = re.compile(rb'"(?:[^"\\]|\\.)*"\^\^<http://www\.w3\.org/2001/XMLSchema#[^>]*>')


@dataclass(frozen=True, slots=True)
class Composed:
    """The effect of some entries on the state before them.

    `coming` are the quads that were not there before, in the order in which they first came, those included that are
    gone again. `going` are the quads that are not there afterwards: some of the `coming`, and some that were there
    before. Adding the one and then removing the other leaves a graph as applying the entries one by one does, down to
    the order in which an engine walks it.
    """

    coming: Sequence[Quad]
    going: Sequence[Quad]

    def net(self) -> ChangeSet:
        """Return the net change: without what came and went."""
        coming, going = dict.fromkeys(self.coming), dict.fromkeys(self.going)
        return ChangeSet(
            added=tuple(quad for quad in coming if quad not in going),
            removed=tuple(quad for quad in going if quad not in coming),
        )


def composed(log: PatchLog, after: Version, until: Version) -> Composed:
    """Return what the entries after one version, up to a later one, did together. Raises `LogDamaged`.

    For entries that fit in memory. A quad is told by its text as the engine writes it: the `"01"` of a writer is
    `"1"` to the engine, and that is what a later entry removes.
    """
    before: dict[bytes, bool] = {}
    there: dict[bytes, bool] = {}
    for body in log.bodies(after, until):
        for line in body.split(b"\n"):
            if line:
                adds, text = line.startswith(ADDITION), line[len(ADDITION) :]
                if _TYPED in text:
                    text = _LITERAL.sub(lambda found: _as_kept(found[0]), text)
                before.setdefault(text, not adds)
                there[text] = adds
    return Composed(
        coming=_quads(text for text, was in before.items() if not was),
        going=_quads(text for text, is_there in there.items() if not is_there),
    )


@lru_cache(maxsize=8_192)
def _as_kept(literal: bytes) -> bytes:
    """Return the text of a literal as the engine keeps it."""
    quad = next(iter(parse(b"<a:a> <a:a> %b ." % literal, format=RdfFormat.N_QUADS, lenient=True)))
    return str(kept_quad(quad).object).encode()


def _quads(lines: Iterable[bytes]) -> list[Quad]:
    return list(parse(b"\n".join(lines), format=RdfFormat.N_QUADS, lenient=True))
