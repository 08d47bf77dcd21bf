"""Read the name variables of CSL-JSON, in every shape that programs give them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from typing import Any

from commonplace.errors import Message
from commonplace.model import ris_names
from commonplace.model.names import Contributor, Name
from commonplace.model.rich_text import undo_entities
from commonplace.model.roles import BY_CSL

Lose = Callable[[str, str, str], None]
"""Takes a field, its raw text and the reason why it is not kept as it was."""

_PARTS = {
    "family": "family",
    "given": "given",
    "suffix": "suffix",
    "non-dropping-particle": "particle",
    "dropping-particle": "dropping_particle",
}
_FLAGS = {"comma-suffix": "comma_suffix", "static-ordering": "static_ordering"}
_WHOLE = ("literal", "name")
"""Members that hold a name without parts; `name` is Crossref's."""

_NOT_OF_THE_NAME = frozenset(["ORCID", "orcid", "authenticated-orcid", "sequence", "parse-names", "isInstitution"])
"""Members that are kept apart, or say nothing that the parts and the place in the list do not say."""

_NO = (False, 0, "", "0", "false", "no")


def read_contributors(place: MutableMapping[str, Any], lose: Lose) -> Iterator[tuple[Contributor, str | None]]:
    """Take the name variables out of `place`; yield each contributor, and the ORCID that stands beside the name.

    A single name need not stand in a list.
    """
    for role in [name for name in place if name in BY_CSL]:
        values = place.pop(role)
        for value in values if isinstance(values, list) else [values]:
            if isinstance(value, str) and value.strip():
                yield from ((Contributor(role, name), None) for name in _names_of_text(role, value, lose))
            elif name := read_name(role, value, lose):
                yield Contributor(role, name), _orcid(value)


def _names_of_text(role: str, text: str, lose: Lose) -> tuple[Name, ...]:
    """Return the names in a text that stands where CSL has an object: `Doe, Jane`, or several between semicolons."""
    try:
        found = ris_names.read_line(undo_entities(text))
    except ValueError:
        lose(role, text, "a name without any text")
        return ()
    lose(
        role, text, found.why or "a text, where CSL has an object with the parts of the name; read as family and given"
    )
    return found.names


def read_name(role: str, value: Any, lose: Lose) -> Name | None:
    """Return one name, None when there is no text in it. What is no object is a name that has no parts."""
    given: Mapping[str, Any] = value if isinstance(value, dict) else {"literal": value}
    parts = {ours: text for theirs, ours in _PARTS.items() if (text := _text(given.get(theirs)))}
    whole = [text for member in _WHOLE if (text := _text(given.get(member)))]
    flags = {ours: True for theirs, ours in _FLAGS.items() if given.get(theirs, False) not in _NO}
    if "family" in parts:
        name = Name(**parts, **flags)  # type: ignore[arg-type]
        unsaid = [text for text in whole if text not in (name.full, name.inverted)]
    elif whole:
        name = Name(literal=whole[0], **flags)  # type: ignore[arg-type]
        unsaid = [*whole[1:], *parts.values()]
    elif "given" in parts:
        name = Name(family=parts.pop("given"), **parts, **flags)  # type: ignore[arg-type]
        unsaid = []
    else:
        lose(role, json.dumps(value, ensure_ascii=False), "a name without any text")
        return None
    unsaid += [member for member, left in given.items() if left not in ("", [], {}) and not _is_known(member)]
    if unsaid:
        lose(
            role,
            json.dumps(value, ensure_ascii=False),
            Message("a name has no place for %(parts)s", parts=", ".join(unsaid)),
        )
    return name


def _is_known(member: str) -> bool:
    return member in _PARTS or member in _FLAGS or member in _WHOLE or member in _NOT_OF_THE_NAME


def _text(value: Any) -> str:
    return "" if value is None or isinstance(value, dict | list) else undo_entities(str(value)).strip()


def _orcid(value: Any) -> str | None:
    """Return the ORCID that Crossref and DataCite give beside a name."""
    said = value.get("ORCID") or value.get("orcid") if isinstance(value, dict) else None
    return str(said).rpartition("/")[2] if said else None
