"""`commonplace edit`: change the members of one thing from a terminal."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, get_args

from commonplace.errors import BadRequest
from commonplace.model.json_text import read_sent_json
from commonplace.model.minter import Kind, Minter

_KINDS: tuple[str, ...] = get_args(Kind)
_JSON_BEGINS = ("[", "{")
_MARKS = frozenset({"followed"})
"""Members that are true or false."""


def named(given: str, minter: Minter) -> tuple[Kind, str]:
    """Return the kind and key of a thing given as a work's key, as `kind/key`, or as its IRI."""
    if found := minter.kind_and_key(given):
        return found
    kind, slash, key = given.partition("/")
    if slash and kind in _KINDS:
        return kind, key  # type: ignore[return-value]  # it is one of them
    return "work", given


def patch_of(assignments: Iterable[str]) -> dict[str, Any]:
    """Return the merge patch that `field=value` assignments stand for.

    `labels.en=…` sets a member within a member; nothing after the sign clears; a value that begins with a bracket or
    brace is JSON, and so are a whole number for `year` and true and false for a mark. Raises `BadRequest` naming the
    assignment.
    """
    patch: dict[str, Any] = {}
    for assignment in assignments:
        name, sign, text = assignment.partition("=")
        if not sign or not name:
            raise BadRequest(f"{assignment!r} sets nothing", [(assignment, "write field=value, or field= to clear it")])
        *outer, last = name.split(".")
        place = patch
        for part in outer:
            place = place.setdefault(part, {})
        place[last] = _value(name, text)
    return patch


def _value(name: str, text: str) -> Any:
    if not text:
        return None
    is_mark = name in _MARKS and text in ("true", "false")
    if text.startswith(_JSON_BEGINS) or is_mark or (name == "year" and text.lstrip("-").isdecimal()):
        try:
            return read_sent_json(text)
        except ValueError as fault:
            raise BadRequest(
                f"{name} is not JSON: {fault}", [(name, "a list or an object is written in JSON")]
            ) from fault
    return text
