"""Read one thing as it was at an earlier version, from what the log says of it alone.

A past state of the whole library costs what was changed since, and its memory; one thing costs its own history. All
other things are as they are now.
"""

from __future__ import annotations

from typing import Any

from pyoxigraph import NamedNode

from commonplace.derived.graph.overlaid import Overlaid
from commonplace.derived.graph.snapshot import Snapshot
from commonplace.derived.thing_versions import ThingVersions
from commonplace.errors import Message, NotFound
from commonplace.library.histories import statements_at
from commonplace.library.states import StatesAt
from commonplace.library.things import read_thing
from commonplace.model.change import Version
from commonplace.model.minter import Kind, Minter


def members_at(
    snapshot: Snapshot,
    things: ThingVersions,
    kind: Kind,
    node: NamedNode,
    minter: Minter,
    version: Version,
    states: StatesAt | None = None,
) -> dict[str, Any]:
    """Return the JSON members of a thing at a version, absent ones left out.

    What others say of it (evidence, doubts, works that cite it), and what the things are called that it points to, is
    as in `snapshot`. Raises `NotFound` where it was not there, or the library has no such version.
    """
    newest = things.log.head()
    if not 0 < version <= newest:
        raise NotFound(Message("there is no version %(at)s: the newest is %(head)s", at=version, head=newest))
    past = with_thing_at(snapshot, things, node, version)
    if past is None:
        raise NotFound(Message("there is no %(key)r at version %(at)s", key=minter.key(node.value), at=version))
    states_now = None if states is None else lambda _: states(snapshot)
    return read_thing(past, kind, node, minter, states_now).model_dump(mode="json", exclude_none=True)


def with_thing_at(snapshot: Snapshot, things: ThingVersions, node: NamedNode, version: Version) -> Snapshot | None:
    """Return a snapshot in which one thing is as it was at a version of the library; None where it was not there."""
    said = list(statements_at(things, node.value, version))
    return Overlaid(snapshot, node, said) if said else None
