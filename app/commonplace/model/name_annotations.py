"""Write as a BibLaTeX annotation what CSL says of a name and BibTeX's own form cannot.

`author+an:csl = {2="dropping-particle von"; 3="comma-suffix"}` is about the second and the third author. Classic
BibTeX passes over a field that no style knows, so that its names stay names; BibLaTeX keeps the annotation.

Source: the BibLaTeX 3.20 manual, section 3.7 (data annotations): `;` between what is said of each name, `=` and a
text in double quotes. Those signs, and what LaTeX would read, stand percent-encoded.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from urllib.parse import unquote

from commonplace.model.names import Name

ANNOTATION = "+an:csl"
"""Follows the name of a field; together they name the field of its annotation."""

_UNSAFE = re.compile(r"[^\w '’.-]")
_ITEM = re.compile(r"\s*([1-9]\d*)\s*=\s*\"([^\"]*)\"\s*")


def written(annotations: Iterable[Sequence[tuple[str, str]]]) -> str:
    """Return the value for what is to be said of each name, in order: pairs of part and text, an empty text for a flag.

    Empty when there is nothing to say of any.
    """
    items = (
        f'{number}="{", ".join(f"{part} {_UNSAFE.sub(_encoded, text)}".rstrip() for part, text in said)}"'
        for number, said in enumerate(annotations, 1)
        if said
    )
    return "; ".join(items)


def _encoded(found: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in found[0].encode())


def applied(names: Sequence[Name], value: str) -> list[Name] | None:
    """Return the names with what the annotation says of them; None where it does not fit them."""
    made = list(names)
    for item in value.split(";"):
        found = _ITEM.fullmatch(item)
        number = int(found[1]) if found else 0
        if not found or number > len(made):
            return None
        said = dict([*part.strip().split(" ", 1), ""][:2] for part in found[2].split(","))
        name = _with_parts(made[number - 1], {part: unquote(text).strip() for part, text in said.items()})
        if name is None:
            return None
        made[number - 1] = name
    return made


def _with_parts(name: Name, said: dict[str, str]) -> Name | None:
    name = replace(
        name,
        comma_suffix="comma-suffix" in said or name.comma_suffix,
        static_ordering="static-ordering" in said or name.static_ordering,
    )
    whole = f"{name.family}, {name.suffix}"
    if "family" in said and whole.endswith(said["family"]):  # `King, Jr.` is all one family name
        name = replace(name, family=whole, suffix=None)
    parts = {part: said.get(part) or None for part in ("dropping-particle", "non-dropping-particle")}
    before = " ".join(filter(None, parts.values()))
    if not before:
        return name
    last = " ".join(filter(None, (name.particle, name.family)))
    if not last.startswith(f"{before} "):
        return None
    return replace(
        name,
        family=last[len(before) + 1 :],
        particle=parts["non-dropping-particle"],
        dropping_particle=parts["dropping-particle"],
    )
