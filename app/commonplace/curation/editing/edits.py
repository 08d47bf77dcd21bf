"""Return the change that makes a thing what its JSON says after an edit, or that makes a new thing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pyoxigraph import Literal, NamedNode, Quad, Triple

from commonplace.curation.editing.fields import Edit, Field, InEnglish, Values
from commonplace.curation.editing.forms import FORMS, Form
from commonplace.curation.editing.work_edits import WorkEdit, check_members
from commonplace.errors import BadRequest, Message, NotAllowed
from commonplace.model.change import ChangeSet
from commonplace.model.minter import Kind, one_of
from commonplace.model.namespaces import FOAF, PROV, RDF, RDFS, XSD

"""The members of a thing's JSON."""

JUDGEMENT: Mapping[Kind, frozenset[str]] = {
    "evidence": frozenset({"work", "about", "state", "directness", "certainty", "quote", "locator"}),
    "screening": frozenset({"work", "stage", "verdict", "reason"}),
}
"""Members that make the judgement, by the kind of thing that is one: a person who changes one of them answers for it
from then on."""


def changed_members(before: Values, after: Values) -> list[str]:
    """Return the names of the members that differ, in the order of their names."""
    return sorted(name for name in {*before, *after} if before.get(name) != after.get(name))


def edited(edit: Edit, kind: Kind, node: NamedNode, before: Values, after: Values) -> ChangeSet:
    """Return the change from the members a thing has to those it shall have, not yet net.

    Raises `BadRequest` naming the members that there are not, that cannot be edited, or whose value is of no use, and
    `NotAllowed` where a contributor decides.
    """
    changed = changed_members(before, after)
    if not edit.decides:
        _refuse_undecided(edit, kind, before, after, changed)
    if kind == "work":
        check_members(changed)
        work = WorkEdit(edit, node, before, after, changed)
        return _change(work.added(), work.removed(), node)
    form = FORMS[kind]
    fields = {name: form.field(name) for name in changed}
    _require(form, after)
    removed = [triple for name, field in fields.items() for triple in _owned(edit, node, field, name in after)]
    added = [
        triple
        for name, field in fields.items()
        if name in after
        for triple in field.said(edit, node, after[name], name)
    ]
    if form.derived:
        for predicate in form.follows:
            removed += edit.snapshot.triples(node, predicate)
        for predicate in form.follows_inverse:
            removed += edit.snapshot.triples(None, predicate, node)
        added += form.derived(edit, node, after)
    if JUDGEMENT.get(kind, frozenset()).intersection(changed):
        for predicate in (PROV["wasAttributedTo"], PROV["generatedAtTime"], PROV["wasGeneratedBy"]):
            removed += edit.snapshot.triples(node, predicate)
        added += judged(edit, node)
    return _change(added, removed, node)


def _refuse_undecided(edit: Edit, kind: Kind, before: Values, after: Values, changed: Iterable[str]) -> None:
    """Raise `NotAllowed` for an edit that is no proposal.

    A contributor may change evidence of their own that is proposed, and stays so, and add doubts about a work.
    """
    if kind == "evidence":
        if before.get("status") != "proposed" or before.get("agent") != edit.agent:
            raise NotAllowed(
                "a contributor may change what they proposed themselves, until a curator has decided on it"
            )
        if after.get("status") != "proposed":
            raise NotAllowed("a curator accepts or rejects what is proposed")
        return
    there, given = before.get("doubts", []), after.get("doubts", [])
    if kind != "work" or set(changed) - {"doubts"} or any(one not in given for one in there):
        raise NotAllowed(
            Message(
                "editing %(kind)s needs a curator's token; a contributor may propose evidence, and a "
                "correction of a work by adding a doubt: the field, the other reading under "
                "alternative, and where it is from in the note",
                kind=Message(one_of(kind)),
            )
        )


def _owned(edit: Edit, node: NamedNode, field: Field, is_kept: bool) -> Iterator[Triple]:
    """Yield the statements that a field loses, whether it gets another value or none."""
    if not is_kept and isinstance(field, InEnglish):
        return field.cleared(edit, edit.snapshot, node)
    return field.owned(edit, edit.snapshot, node)


def created(edit: Edit, kind: Kind, node: NamedNode, values: Values) -> ChangeSet:
    """Return the change that makes a new thing of those members. Raises `BadRequest` and `NotAllowed` as `edited` does.

    A contributor makes evidence only, which is proposed.
    """
    if not edit.decides and kind != "evidence":
        raise NotAllowed(
            Message(
                "making %(kind)s needs a curator's token; a contributor may propose evidence",
                kind=Message(one_of(kind)),
            )
        )
    given = {name: value for name, value in values.items() if value is not None and name not in ("key", "kind")}
    if kind == "work":
        check_members(given)
        return _change(WorkEdit(edit, node, {}, given, given).new(), ())
    form = FORMS[kind]
    given = _with_defaults(edit, kind, given)
    _require(form, given)
    added = [Triple(node, RDF["type"], one) for one in form.types(edit, given)]
    for name, value in given.items():
        if not (kind == "venue" and name == "type"):
            added += form.field(name).said(edit, node, value, name)
    for derived in (form.derived, form.new):
        if derived:
            added += derived(edit, node, given)
    if kind in JUDGEMENT:
        added += judged(edit, node)
    return _change(added, ())


def _with_defaults(edit: Edit, kind: Kind, given: dict[str, Any]) -> dict[str, Any]:
    """Add defaults: evidence without a method was judged by a person, and that of a contributor is proposed."""
    if kind != "evidence":
        return given
    status = given.get("status", "accepted") if edit.decides else "proposed"
    return {"method": "human", **given, "status": status}


def _require(form: Form, values: Values) -> None:
    missing = [name for name in form.required if not values.get(name)]
    if missing:
        raise BadRequest(
            Message("%(kind)s needs %(missing)s", kind=Message(one_of(form.kind)), missing=", ".join(missing)),
            [(name, "give a value") for name in missing],
        )


def judged(edit: Edit, node: NamedNode) -> Iterator[Triple]:
    """Say who answers for a judgement, when it was made, and in which version."""
    agent = edit.minter.thing("agent", edit.agent)
    yield Triple(node, PROV["wasAttributedTo"], agent)
    if not any(True for _ in edit.snapshot.triples(agent)):
        yield Triple(agent, RDF["type"], PROV["Agent"])
        yield Triple(agent, FOAF["name"], Literal(edit.agent))
    at = edit.at.isoformat(timespec="seconds").replace("+00:00", "Z")
    yield Triple(node, PROV["generatedAtTime"], Literal(at, datatype=XSD["dateTime"]))
    yield Triple(node, PROV["wasGeneratedBy"], edit.minter.change(edit.snapshot.version + 1))


def _change(added: Iterable[Triple], removed: Iterable[Triple], node: NamedNode | None = None) -> ChangeSet:
    """Return the change; a note on an identifier of the thing `node` stays where the identifier does."""
    wanted = [Quad(t.subject, t.predicate, t.object) for t in added]
    staying = {quad.subject for quad in wanted} - {node}
    going = (t for t in removed if not (t.predicate == RDFS["comment"] and t.subject in staying))
    return ChangeSet(tuple(wanted), tuple(Quad(t.subject, t.predicate, t.object) for t in going))
