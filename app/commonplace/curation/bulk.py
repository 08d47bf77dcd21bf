"""Change many works in one way: set, replace, clear, move, split and join what their members say.

An operation takes the members of a work's JSON and returns them changed; it knows nothing of the graph. Evidence, which
is a thing of its own, is made or taken back beside (`Judgement`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pyoxigraph import Literal

from commonplace.derived.graph.snapshot import Snapshot
from commonplace.errors import BadRequest, Message

Members = Mapping[str, Any]
BulkOperation = Callable[[Members], Members]

Replace = Callable[[str], str]
"""Return a text with every place of a pattern replaced."""

PEOPLE = ("authors", "editors", "contributors")
"""Members that are lists of names."""

NAME_PARTS = ("family", "given", "particle", "dropping_particle", "suffix", "literal")

MAXIMUM_PATTERN = 1_000
"""Maximum length of a pattern, in characters."""

MAXIMUM_MADE = 2_000_000
"""Maximum length that a text could have after a replacement, in characters: what is put in for each place could be
long, and be replaced again by the next operation."""

_INITIALS = re.compile(r"(?:[^\W\d_]\.?[\s-]*){1,4}", re.UNICODE)


@dataclass(frozen=True, slots=True)
class BulkEvidence:
    """Evidence to be made on each work: the concept or claim it is `about`, and its other members.

    With `taken_back` the accepted evidence of the work about it is deleted instead.
    """

    about: str
    said: Members
    taken_back: bool = False


@dataclass(frozen=True, slots=True)
class BulkChange:
    """What is done to each work: operations on its members, in order, and judgements of it."""

    operations: tuple[BulkOperation, ...]
    judgements: tuple[BulkEvidence, ...]

    def applied(self, members: Members) -> Members:
        """Return the members of a work after the operations."""
        for operation in self.operations:
            members = operation(members)
        return members


def read_bulk_change(given: object, snapshot: Snapshot) -> BulkChange:
    """Return the change that a client asks for: an object with one operation, or a list of such, done in order.

    Patterns are those of SPARQL's REPLACE, and `snapshot` lets the engine judge them. Raises `BadRequest`.
    """
    listed = given if isinstance(given, list) else [given]
    operations: list[BulkOperation] = []
    judgements: list[BulkEvidence] = []
    for number, one in enumerate(listed):
        where = f"change[{number}]" if isinstance(given, list) else "change"
        if not isinstance(one, dict) or len(one) != 1:
            raise BadRequest(
                Message("%(where)s is one operation", where=where),
                [(where, Message("use one of %(operations)s", operations=", ".join(_OPERATIONS)))],
            )
        ((name, value),) = one.items()
        if name in ("add_concept", "remove_concept"):
            judgements.append(_judgement(value, f"{where}.{name}", taken_back=name == "remove_concept"))
        elif name in _MAKERS:
            operations.append(_MAKERS[name](value, f"{where}.{name}", snapshot))
        else:
            raise BadRequest(
                Message("there is no operation %(name)r", name=name),
                [(where, Message("use one of %(operations)s", operations=", ".join(_OPERATIONS)))],
            )
    if not operations and not judgements:
        raise BadRequest(
            "nothing to change", [("change", Message("use one of %(operations)s", operations=", ".join(_OPERATIONS)))]
        )
    return BulkChange(tuple(operations), tuple(judgements))


def _set(value: object, where: str, _: Snapshot) -> BulkOperation:
    """Set members to a value; null clears one."""
    wanted = _object(value, where)
    return lambda members: {
        name: one for name, one in {**members, **wanted}.items() if one is not None or name not in wanted
    }


def _clear(value: object, where: str, _: Snapshot) -> BulkOperation:
    """Clear the members of those names."""
    names = _names(value, where)
    return lambda members: {name: one for name, one in members.items() if name not in names}


def _replace(value: object, where: str, snapshot: Snapshot) -> BulkOperation:
    """Replace the places of a pattern in a text, in each text of a list, or in a part of each name of one."""
    given = _object(value, where)
    _only(given, ("field", "pattern", "with", "flags", "literal"), where)
    field, replaced = _text(given, "field", where), _replacer(given, where, snapshot)
    name, _, part = field.partition(".")
    if part and (name not in PEOPLE or part not in NAME_PARTS):
        raise BadRequest(
            Message("%(field)r is no part of a name", field=field),
            [
                (
                    f"{where}.field",
                    Message("use %(people)s.%(name_parts)s …", people=PEOPLE[0], name_parts=NAME_PARTS[0]),
                )
            ],
        )

    def operation(members: Members) -> Members:
        if name not in members:
            return members
        said = members[name]
        if part:
            return {**members, name: [_renamed(one, part, replaced) for one in said]}
        if isinstance(said, str):
            return _with_text(members, name, replaced(said))
        if isinstance(said, list) and all(isinstance(one, str) for one in said):
            texts = [text for one in said if (text := replaced(one).strip())]
            return {**members, name: list(dict.fromkeys(texts))} if texts else _without(members, name)
        raise BadRequest(
            Message("%(name)s is no text", name=name),
            [(f"{where}.field", "name a text, a list of texts, or authors.family")],
        )

    return operation


def _move(value: object, where: str, _: Snapshot) -> BulkOperation:
    """Move the value of a member to another that is empty; where that has a value already, nothing is moved."""
    given = _object(value, where)
    _only(given, ("from", "to"), where)
    source, target = _text(given, "from", where), _text(given, "to", where)

    def operation(members: Members) -> Members:
        if source not in members or target in members:
            return members
        return {**_without(members, source), target: members[source]}

    return operation


def _add(value: object, where: str, _: Snapshot) -> BulkOperation:
    """Add values to a list, each once."""
    field, values = _listed(value, where)

    def operation(members: Members) -> Members:
        there = _list_in(members, field, where)
        return {
            **members,
            field: [*there, *(one for place, one in enumerate(values) if one not in there + values[:place])],
        }

    return operation


def _remove(value: object, where: str, _: Snapshot) -> BulkOperation:
    """Take values out of a list."""
    field, values = _listed(value, where)

    def operation(members: Members) -> Members:
        there = _list_in(members, field, where)
        left = [one for one in there if one not in values]
        if left == there:
            return members
        return {**members, field: left} if left else _without(members, field)

    return operation


def _split(value: object, where: str, _: Snapshot) -> BulkOperation:
    """Split each name that is several, at a separator; `Family, Given` is read as such."""
    given = _object(value, where)
    _only(given, ("field", "at"), where)
    field, separator = _people(given, where), _text(given, "at", where)

    def operation(members: Members) -> Members:
        made = [name for one in members.get(field, ()) for name in _split_name(one, separator)]
        return {**members, field: made} if made else members

    return operation


def _join(value: object, where: str, _: Snapshot) -> BulkOperation:
    """Join each two names side by side of which the second is initials alone: a name that was cut at its comma."""
    given = _object(value, where)
    _only(given, ("field",), where)
    field = _people(given, where)

    def operation(members: Members) -> Members:
        made: list[Members] = []
        for name in members.get(field, ()):
            text = _written(name)
            if made and _INITIALS.fullmatch(text) and "given" not in made[-1]:
                made[-1] = _with_role({"family": _written(made[-1]), "given": text}, made[-1])
            else:
                made.append(name)
        return {**members, field: made} if made else members

    return operation


_MAKERS: Mapping[str, Callable[[object, str, Snapshot], BulkOperation]] = {
    "set": _set,
    "clear": _clear,
    "replace": _replace,
    "move": _move,
    "add": _add,
    "remove": _remove,
    "split": _split,
    "join": _join,
}
_OPERATIONS = (*_MAKERS, "add_concept", "remove_concept")


def _judgement(value: object, where: str, *, taken_back: bool) -> BulkEvidence:
    given = _object(value, where)
    about = _text(given, "about", where)
    said = {name: one for name, one in given.items() if name != "about"}
    if taken_back:
        _only(said, (), where)
    if "work" in said:
        raise BadRequest("the works are those that are selected", [(f"{where}.work", "leave it out")])
    return BulkEvidence(about, said, taken_back)


def _replacer(given: Members, where: str, snapshot: Snapshot) -> Replace:
    """Return what replaces a pattern. Raises `BadRequest` for one that the engine cannot read."""
    pattern, put = _text(given, "pattern", where), given.get("with", "")
    if not isinstance(put, str) or len(pattern) > MAXIMUM_PATTERN:
        raise BadRequest(
            Message("%(where)s cannot be understood", where=where),
            [
                (
                    where,
                    Message(
                        "`with` is a text, `pattern` at most %(maximum_pattern)s long", maximum_pattern=MAXIMUM_PATTERN
                    ),
                )
            ],
        )
    if given.get("literal", False):
        return lambda text: _bounded(text, put, where).replace(pattern, put)
    terms = f"{Literal(pattern)}, {Literal(put)}, {Literal(_flags(given, where))}"

    def replaced(text: str) -> str:
        _bounded(text, put, where)
        value = snapshot.select(f"SELECT (REPLACE({Literal(text)}, {terms}) AS ?made) WHERE {{}}")[0]["made"]
        return value.value if isinstance(value, Literal) else text

    found = snapshot.select(f"SELECT (REPLACE('a', {terms}) AS ?made) WHERE {{}}")[0]["made"]
    if not isinstance(found, Literal):
        why = "write a regular expression as SPARQL has it, or have the words taken as they stand"
        raise BadRequest(Message("%(pattern)r is no pattern", pattern=pattern), [(f"{where}.pattern", why)])
    return replaced


def _bounded(text: str, put: str, where: str) -> str:
    """Return a text in which `put` may stand wherever a pattern fits. Raises `BadRequest` where that could be too much.

    A pattern fits at most before, between and after all characters; groups that `put` names hold each of them once.
    """
    if (len(text) + 1) * (len(put) + 1) > MAXIMUM_MADE:
        why = Message(
            "with %(put)s characters put into %(text)s it could be longer than %(most)s",
            put=f"{len(put):,}",
            text=f"{len(text):,}",
            most=f"{MAXIMUM_MADE:,}",
        )
        raise BadRequest(
            Message("%(where)s makes too long a text of one: %(why)s", where=where, why=why),
            [(f"{where}.with", Message("%(why)s: make it shorter", why=why))],
        )
    return text


def _flags(given: Members, where: str) -> str:
    flags = given.get("flags", "")
    if not isinstance(flags, str) or not set(flags) <= set("imsx"):
        raise BadRequest(
            Message("%(flags)r are no flags", flags=flags), [(f"{where}.flags", "use i, m, s and x, as in SPARQL")]
        )
    return flags


def _with_text(members: Members, name: str, text: str) -> Members:
    """Return members with another text; the form with markup goes, since it says the text that was."""
    if text == members[name]:
        return members
    rest = _without(_without(members, name), f"rich_{name}")
    return {**rest, name: text} if text.strip() else rest


def _without(members: Members, name: str) -> Members:
    return {one: value for one, value in members.items() if one != name}


def _list_in(members: Members, field: str, where: str) -> list[Any]:
    """Return the list that a member is, an empty one where it is absent. Raises `BadRequest` for another value."""
    there = members.get(field, [])
    if not isinstance(there, list):
        raise BadRequest(
            Message("%(field)s is no list", field=field),
            [(f"{where}.field", Message("%(field)s is no list: use set or replace", field=field))],
        )
    return there


def _written(name: Members) -> str:
    """Return a name as one text, in the order in which it is read."""
    if name.get("literal"):
        return str(name["literal"])
    parts = (name.get(part) for part in ("given", "particle", "family", "suffix"))
    return " ".join(str(part) for part in parts if part)


def _renamed(name: Members, part: str, replaced: Replace) -> Members:
    """Return a name with a part replaced; it is that of another person then, who is found by it anew."""
    if part not in name or (made := replaced(name[part])) == name[part]:
        return name
    kept = _with_role({one: name[one] for one in NAME_PARTS if one in name and one != part}, name)
    return {**kept, part: made} if made.strip() else kept


def _split_name(name: Members, separator: str) -> list[Members]:
    parts = [part.strip() for part in _written(name).split(separator)]
    if len(parts) < 2 or not all(parts):
        return [name]
    return [_with_role(_read_name(part), name) for part in parts]


def _read_name(text: str) -> Members:
    """Return a name of a list: `Family, Given`, or the last word as the family name."""
    if "," in text:
        family, _, given = text.partition(",")
        return {"family": family.strip(), "given": given.strip()} if given.strip() else {"family": family.strip()}
    given, _, family = text.rpartition(" ")
    return {"family": family, "given": given.strip()} if given.strip() else {"family": family}


def _with_role(made: Members, name: Members) -> Members:
    return {**made, "role": name["role"]} if "role" in name else made


def _object(value: object, where: str) -> dict[str, Any]:
    if not isinstance(value, dict) or not value:
        raise BadRequest(Message("%(where)s is an object", where=where), [(where, "put its members in braces")])
    return value


def _text(given: Members, name: str, where: str) -> str:
    value = given.get(name)
    if not isinstance(value, str) or not value:
        raise BadRequest(
            Message("%(where)s needs %(name)s", where=where, name=name), [(f"{where}.{name}", "give a text")]
        )
    return value


def _names(value: object, where: str) -> Sequence[str]:
    if not isinstance(value, list) or not value or not all(isinstance(one, str) for one in value):
        raise BadRequest(Message("%(where)s is a list of members", where=where), [(where, 'such as ["note"]')])
    return value


def _people(given: Members, where: str) -> str:
    field = _text(given, "field", where)
    if field not in PEOPLE:
        raise BadRequest(
            Message("%(field)r is no list of names", field=field),
            [(f"{where}.field", Message("use one of %(people)s", people=", ".join(PEOPLE)))],
        )
    return field


def _listed(value: object, where: str) -> tuple[str, list[Any]]:
    given = _object(value, where)
    _only(given, ("field", "values"), where)
    values = given.get("values")
    if not isinstance(values, list) or not values:
        raise BadRequest(Message("%(where)s needs values", where=where), [(f"{where}.values", "give a list")])
    return _text(given, "field", where), values


def _only(given: Members, names: Sequence[str], where: str) -> None:
    unknown = sorted(given.keys() - set(names))
    if unknown:
        choices = Message("use %(names)s", names=", ".join(names)) if names else "leave it out"
        raise BadRequest(
            Message("%(where)s has no %(unknown)s", where=where, unknown=", ".join(unknown)),
            [(f"{where}.{name}", choices) for name in unknown],
        )
