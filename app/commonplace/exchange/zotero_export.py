"""Write works to a library of Zotero by its web API, under the keys that they have here: none comes twice."""

from __future__ import annotations

import json
import secrets
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import httpx

from commonplace.derived.graph.snapshot import Snapshot
from commonplace.exchange.zotero_documents import ZoteroDocuments
from commonplace.importers.zotero_api import ZoteroApi, ZoteroFault
from commonplace.library import Library
from commonplace.library.harvest import Harvest
from commonplace.library.kept_states import incremental_states
from commonplace.library.zotero_list import ZoteroLists
from commonplace.model.change import Version
from commonplace.model.zotero_terms import NOTE

BATCH = 50
"""Maximum number of items that Zotero takes at a time."""

Fate = Literal["made", "updated", "unchanged", "failed"]

_LEFT_ALONE = frozenset({"collections", "relations"})
"""Members that are not sent of an item that is there: an empty list would take it out of its users' collections."""

_SHOWN = 300
_ALREADY = 412
_ONLY_READ = (
    "this is only read: the API of Zotero's own program takes no items; "
    "give --address https://api.zotero.org/users/NUMBER"
)
_REFUSED = {
    400: "it does not understand what was sent",
    401: "it wants a key: set COMMONPLACE_ZOTERO_KEY",
    403: "the key in COMMONPLACE_ZOTERO_KEY may not write to this library: allow it to at zotero.org/settings/keys",
    404: "there is no such library: give its address, as in --address https://api.zotero.org/users/NUMBER",
    405: _ONLY_READ,
    409: "the library is locked: try again when it is not being synchronized",
    412: "it was changed meanwhile, or has these already: run the command again, which looks what is there",
    413: "a batch is larger than it takes",
    428: "it asks for the version of what is changed, which was sent: run the command again",
    501: _ONLY_READ,
}


@dataclass(frozen=True, slots=True)
class Written:
    """What became of one work: its key here, that in Zotero, and the reason where it failed."""

    work: str
    key: str
    fate: Fate
    error: str | None = None

    @property
    def line(self) -> str:
        """Return it in a line for people."""
        return (
            f"{self.work}: failed: {self.error}" if self.fate == "failed" else f"{self.work}: {self.fate} ({self.key})"
        )


@dataclass(frozen=True, slots=True)
class WorkToWrite:
    """A work as an item of Zotero: its key here, that in Zotero, and its data."""

    work: str
    key: str
    data: Mapping[str, Any]


def works_to_write(library: Library, at: Version | None = None) -> list[WorkToWrite]:
    """Return all works by key, at a version or the newest. Raises `NotFound` for a version there is not."""
    minter = library.minter
    lists = ZoteroLists(Harvest(library.log, library.things, minter), library.things, minter)
    graph = library.graph_at(at)
    states = incremental_states(library.log, minter).ready(graph)

    def read(snapshot: Snapshot) -> list[WorkToWrite]:
        listed = lists.at(snapshot, states)
        documents = ZoteroDocuments(snapshot, listed, minter, library.log, "", "", str)
        works = (item for item in listed.items.values() if item.type != NOTE)
        made = (WorkToWrite(minter.key(item.iri), item.key, documents.to_be_written(item)) for item in works)
        return sorted(made, key=lambda one: one.work)

    return graph.read(read)


def write_to_zotero(works: Sequence[WorkToWrite], api: ZoteroApi) -> Iterator[Written]:
    """Write works to a library of Zotero, a batch after another, and yield what became of each.

    An item that is there already under its key is updated. After a fault that every request would meet, the works that
    are left are not sent, and fail with its reason.
    """
    stopped: str | None = None
    for first in range(0, len(works), BATCH):
        batch = works[first : first + BATCH]
        if stopped is None:
            try:
                yield from _write(batch, api)
                continue
            except ZoteroFault as fault:
                stopped = fault.detail
        yield from (Written(one.work, one.key, "failed", stopped) for one in batch)


def summary(written: Sequence[Written], address: str) -> str:
    """Return the numbers of all fates in a line for people."""
    counted = Counter(one.fate for one in written)
    fates: tuple[Fate, ...] = ("made", "updated", "unchanged", "failed")
    return f"{address}: {', '.join(f'{counted[fate]} {fate}' for fate in fates)}"


def _write(batch: Sequence[WorkToWrite], api: ZoteroApi) -> list[Written]:
    """Write one batch. Raises `ZoteroFault`."""
    there = _versions(batch, api)
    answer = _send(batch, there, api)
    if answer.status_code == _ALREADY:  # another program wrote, or what was answered by a fault had come to pass
        there = _versions(batch, api)
        answer = _send(batch, there, api)
    if answer.status_code != 200:
        raise api.fault("/items", _why(answer.status_code, answer.text))
    told = _object(api, "/items", answer.text)
    return [_fate(one, str(place), told, there) for place, one in enumerate(batch)]


def _send(batch: Sequence[WorkToWrite], there: Mapping[str, int], api: ZoteroApi) -> httpx.Response:
    sent = [_sent(one, there.get(one.key, 0)) for one in batch]
    headers = {"Content-Type": "application/json", "Zotero-Write-Token": secrets.token_hex(16)}
    return api.ask("POST", "/items", content=json.dumps(sent).encode(), headers=headers)


def _sent(one: WorkToWrite, version: int) -> dict[str, Any]:
    """Return a work as it is sent: whole where it is new (version 0), else without what its users arrange in Zotero."""
    data = {name: value for name, value in one.data.items() if not version or name not in _LEFT_ALONE}
    return {"key": one.key, "version": version, **data}


def _fate(one: WorkToWrite, place: str, told: Mapping[str, Any], there: Mapping[str, int]) -> Written:
    failed = _part(told, "failed").get(place)
    if failed is not None:
        said = failed if isinstance(failed, dict) else {"message": failed}
        why = " ".join(str(said[name]) for name in ("code", "message") if said.get(name))
        return Written(one.work, one.key, "failed", f"Zotero refused it: {why[:_SHOWN]}")
    if place in _part(told, "unchanged"):
        return Written(one.work, one.key, "unchanged")
    if place in _part(told, "successful") or place in _part(told, "success"):
        return Written(one.work, one.key, "updated" if one.key in there else "made")
    return Written(one.work, one.key, "failed", "Zotero did not say what became of it: run the command again")


def _versions(batch: Sequence[WorkToWrite], api: ZoteroApi) -> dict[str, int]:
    """Return the versions of those items that are there already, by key. Raises `ZoteroFault`."""
    keys = ",".join(one.key for one in batch)
    path = f"/items?format=versions&includeTrashed=1&itemKey={keys}"
    answer = api.ask("GET", path)
    if answer.status_code != 200:
        raise api.fault("/items", _why(answer.status_code, answer.text))
    return {key: version for key, version in _object(api, path, answer.text).items() if type(version) is int}


def _object(api: ZoteroApi, path: str, text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as fault:
        raise api.fault(path, f"its answer is no JSON, or was cut ({fault}): run the command again") from fault
    if not isinstance(value, dict):
        raise api.fault(path, "its answer is no object: is this the address of a library of Zotero?")
    return value


def _part(told: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Return what Zotero says of the items of one fate, by their places in the batch."""
    part = told.get(name)
    return part if isinstance(part, dict) else {}


def _why(status: int, said: str) -> str:
    words = " ".join(said.split())[:_SHOWN]
    return f"it answered {status}: {_REFUSED.get(status, 'it could not')}{f' ({words})' if words else ''}"
