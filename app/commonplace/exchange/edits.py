"""Edit single things: what a curator wants of one becomes a change set, checked and committed as one version."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from pyoxigraph import NamedNode

from commonplace.commit import Committer, Proposal
from commonplace.curation.editing.edits import changed_members, created, edited
from commonplace.curation.editing.fields import Edit
from commonplace.curation.editing.work_edits import record_of
from commonplace.derived.graph.snapshot import Snapshot
from commonplace.errors import BadRequest, Conflict, Message, NotFound
from commonplace.library import Library
from commonplace.library.incremental import Incremental
from commonplace.library.kept_states import incremental_states
from commonplace.library.named_things import known_thing
from commonplace.library.past_things import members_at
from commonplace.library.states import States, StatesAt
from commonplace.library.things import read_thing
from commonplace.model.change import ChangeSet, Entry, Note, Version
from commonplace.model.citation_key import MadeKeys, author_year
from commonplace.model.merge_patch import merge_patch
from commonplace.model.minter import Kind, Minter, address_key, one_of, slug

LONGEST_KEY = 200
"""Maximum characters of a key: it is part of an address."""


@dataclass(frozen=True, slots=True)
class Editor:
    """A person who edits: the name for the history, whether judgements count at once, and what is said of the edit.

    `work` names the piece of work that the edit belongs to, where there is one.
    """

    agent: str
    decides: bool = True
    message: str = ""


@dataclass(frozen=True, slots=True)
class Edited:
    """A thing after an edit: its node and JSON; `entry` is None when nothing had to change."""

    node: NamedNode
    shape: dict[str, Any]
    entry: Entry | None


class Edits:
    """Edits of one library. Safe to use from several threads."""

    def __init__(self, library: Library, committer: Committer, states: Incremental[States] | None = None) -> None:
        """Edit a library through its `committer`; `states` keeps what works say, which is kept here without it."""
        self._library = library
        self._committer = committer
        self._states = states or incremental_states(library.log, library.minter)

    def patch(
        self, kind: Kind, key: str, patch: Mapping[str, Any], editor: Editor, expected: Version | None = None
    ) -> Edited:
        """Merge a patch (RFC 7396) into the JSON of a thing, as one version.

        Raises `NotFound`, `BadRequest` naming the members at fault, `ShapeViolation`, and `Conflict` with the present
        state and the members that differ when `expected` is given and is not the head. Nothing is written then.
        """
        node = self._library.minter.thing(kind, key)
        states = self._states_at(kind)

        def change(edit: Edit) -> ChangeSet:
            before = members(edit.snapshot, kind, node, edit.minter, states)
            after = {**merge_patch(before, dict(patch)), **_named_anew(patch)}
            return edited(edit, kind, node, before, after)

        try:
            return self._commit(
                kind,
                lambda: node,
                change,
                lambda: Note(agent=editor.agent, kind="edit", message=f"{kind} {key}: {', '.join(sorted(patch))}"),
                editor,
                expected,
            )
        except Conflict as fault:
            raise self._conflict(fault, kind, node, patch, expected) from fault

    def create(self, kind: Kind, values: Mapping[str, Any], editor: Editor, expected: Version | None = None) -> Edited:
        """Make a new thing, under its `key` or one made from what it is, as one version.

        Raises `BadRequest` naming the members at fault, also when the key is taken, and `ShapeViolation`.
        """
        made: list[NamedNode] = []
        words = ["new"]

        def change(edit: Edit) -> ChangeSet:
            node = self._new_node(edit, kind, values)
            made[:] = [node]
            if kind == "evidence" and (not edit.decides or values.get("status") == "proposed"):
                words[:] = ["proposed"]
            return created(edit, kind, node, values)

        def note() -> Note:
            message = f"{words[0]} {kind} {self._library.minter.key(made[0].value)}"
            return Note(agent=editor.agent, kind="create", message=message)

        return self._commit(kind, lambda: made[0], change, note, editor, expected)

    def _commit(
        self,
        kind: Kind,
        node: Callable[[], NamedNode],
        change: Callable[[Edit], ChangeSet],
        note: Callable[[], Note],
        editor: Editor,
        expected: Version | None,
    ) -> Edited:
        """Commit a change, and return the thing that it made or changed.

        `node` and `note` are asked for when it is known; the note's message is what the editor says, if anything.
        """
        minter = self._library.minter
        states = self._states_at(kind)
        shape: dict[str, Any] = {}

        def propose(snapshot: Snapshot) -> Proposal:
            changed = change(Edit(snapshot, minter, editor.agent, datetime.now(UTC), editor.decides))
            said = note()
            return Proposal(changed, replace(said, message=editor.message or said.message))

        def show(snapshot: Snapshot) -> None:
            shape.clear()
            shape.update(members(snapshot, kind, node(), minter, states))

        entry = self._committer.commit(propose, expected, show)
        if entry is None:
            self._library.read(show)
        return Edited(node(), shape, entry)

    def _conflict(
        self, fault: Conflict, kind: Kind, node: NamedNode, patch: Mapping[str, Any], seen: Version | None
    ) -> Conflict:
        """Say what the thing is now, and which members have changed since the version that the editor saw."""
        now, _ = self.members_now(kind, node)
        then = self._alone(kind, node, seen) if seen is not None else {}
        differ = [name for name in changed_members(then, now) if name != "version"]
        wanted = merge_patch(now, dict(patch))
        fault.members = {
            "current": now,
            "differs": [
                {"field": name, "then": then.get(name), "now": now.get(name), "yours": wanted.get(name)}
                for name in dict.fromkeys([*differ, *patch])
                if name in differ or now.get(name) != wanted.get(name)
            ],
        }
        return fault

    def _alone(self, kind: Kind, node: NamedNode, at: Version) -> dict[str, Any]:
        """Return the members of a thing at a version; none where it was not there."""
        try:
            return self.members_at(kind, node, at)
        except NotFound:
            return {}

    def members_at(self, kind: Kind, node: NamedNode, at: Version) -> dict[str, Any]:
        """Return the members of a thing at a version, from its own history. Raises what `members_at` there does."""
        library, states = self._library, self._states_at(kind)
        return library.read(
            lambda snapshot: members_at(snapshot, library.things, kind, node, library.minter, at, states)
        )

    def members_now(self, kind: Kind, node: NamedNode) -> tuple[dict[str, Any], Version]:
        """Return the members of a thing at the newest version, and that. Raises `NotFound`."""
        minter, states = self._library.minter, self._states_at(kind)
        return self._library.read(
            lambda snapshot: (members(snapshot, kind, node, minter, states), Version(snapshot.version))
        )

    def _states_at(self, kind: Kind) -> StatesAt | None:
        """Return what gives the states at the newest snapshot or one near it, where a kind of thing has coverage: they
        are moved along, and to read all evidence of a large library takes seconds."""
        return self._states.ready(self._library.graph) if kind in ("concept", "claim") else None

    def _new_node(self, edit: Edit, kind: Kind, values: Mapping[str, Any]) -> NamedNode:
        given = values.get("key")
        if given is not None:
            node = edit.minter.thing(kind, _checked_key(given))
            if _is_taken(edit, node):
                raise BadRequest(
                    Message("there is %(kind)s %(given)r already", kind=Message(one_of(kind)), given=given),
                    [("key", "choose another, or edit that one")],
                )
            return node
        if kind == "work":
            made = MadeKeys(lambda key: _is_taken(edit, edit.minter.thing("work", key)))
            return edit.minter.thing("work", made.free(author_year(record_of(edit, "new", {}, values))))
        stem = _stem(kind, values)
        for number in range(1, 10_000):
            node = edit.minter.thing(kind, stem if number == 1 else f"{stem}-{number}")
            if not _is_there(edit, node):
                return node
            if kind == "screening":
                why = Message("there is a decision on this work at this stage: %(stem)s", stem=stem)
                raise BadRequest(why, [("work", "change that decision instead")])
        raise BadRequest(Message("too many things are called %(stem)r", stem=stem), [("key", "give a key")])


def _named_anew(patch: Mapping[str, Any]) -> dict[str, Any]:
    """Return the members of a patch that name another thing by its key or IRI alone.

    They replace what stood there: merged with it, the key of one thing would stand beside the IRI of another.
    """
    links = {name: value for name, value in patch.items() if isinstance(value, Mapping)}
    return {name: dict(value) for name, value in links.items() if ("key" in value) != ("iri" in value)}


def members(
    snapshot: Snapshot, kind: Kind, node: NamedNode, minter: Minter, states: StatesAt | None = None
) -> dict[str, Any]:
    """Return the JSON members of a thing, absent ones left out; the coverage of a concept or claim follows from the
    `states`. Raises `NotFound`."""
    return read_thing(snapshot, kind, node, minter, states).model_dump(mode="json", exclude_none=True)


def _is_there(edit: Edit, node: NamedNode) -> bool:
    return any(True for _ in edit.snapshot.triples(node))


def _is_taken(edit: Edit, node: NamedNode) -> bool:
    """Return whether a thing has that IRI, or a work has the key in it as an alternative one."""
    return known_thing(edit.snapshot, edit.minter, node) is not None


def _last(given: object) -> str:
    """Return the key in what names a thing: a key, an IRI, or an object with either."""
    named = given.get("key") or given.get("iri") if isinstance(given, Mapping) else given
    return str(named or "").rpartition("/")[2]


def _checked_key(given: object) -> str:
    if not isinstance(given, str) or not given or len(given) > LONGEST_KEY:
        raise BadRequest(
            Message("%(given)r is no key", given=given),
            [("key", Message("use at most %(longest_key)s characters", longest_key=LONGEST_KEY))],
        )
    if any(character.isspace() or character in "/?#%" for character in given):
        raise BadRequest(Message("%(given)r is no key", given=given), [("key", "use no spaces, and none of / ? # %")])
    if address_key(given) != given:
        raise BadRequest(
            Message("%(given)r is no key", given=given),
            [("key", "no address ends so: clients take it for a step in a path")],
        )
    return given


def _stem(kind: Kind, values: Mapping[str, Any]) -> str:
    """Return the key that a new thing gets where none is given."""
    if kind in ("evidence", "screening"):
        about, work = (_last(values.get(name)) for name in ("about" if kind == "evidence" else "stage", "work"))
        return f"{about}--{work}"
    labels = values.get("labels")
    named = [
        *([labels.get("en"), *labels.values()] if isinstance(labels, Mapping) else []),
        " ".join(str(values[part]) for part in ("given", "particle", "family", "suffix") if values.get(part)),
        values.get("name"),
        values.get("title"),
    ]
    text = next((one for one in named if isinstance(one, str) and one), None)
    if text is None:
        raise BadRequest(
            Message("%(kind)s needs a key or a name", kind=Message(one_of(kind))),
            [("key", "give a key, or a name to make one from")],
        )
    return slug(text)[:80].strip("-")
