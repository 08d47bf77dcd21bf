"""Read the name fields of an entry: contributors in their roles."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import repeat
from string import ascii_lowercase
from typing import cast

from commonplace.errors import Message
from commonplace.importers.bibtex.draft import BibtexFile, Draft
from commonplace.importers.bibtex.latex import decode
from commonplace.importers.bibtex.name_list import cut_at_ands, read_name_alone, read_names
from commonplace.model.bibtex_terms import EDITOR_TYPES, MORE_NAMES, ROLE_FIELDS
from commonplace.model.identifiers import normal_orcid
from commonplace.model.name_annotations import ANNOTATION, applied
from commonplace.model.names import Contributor

_NAME_FIELDS = frozenset([*ROLE_FIELDS, "editor", *(f"editor{letter}" for letter in ascii_lowercase)])
_ANNOTATION = re.compile(r"\s*([1-9]\d*)(?::[\w-]+)?\s*=\s*\"?([^\"=]+?)\"?\s*")
_ORDER = {"author": 0, "editor": 1, "translator": 2, "bookauthor": 3}


def read_contributors(draft: Draft, file: BibtexFile) -> None:
    """Step: authors, then editors and the others in the order of the entry's fields."""
    fields = [name for name in draft.fields if name in _NAME_FIELDS]
    if len(fields) > 1:
        fields.sort(key=lambda name: (_ORDER.get(name, 4), name))
    annotations = [name for name in draft.fields if "+an" in name]
    for name in fields:
        start = len(draft.contributors)
        _read_field(draft, name)
        if annotations and name + ANNOTATION in draft.fields:
            _apply_annotation(draft, name, start)
    for name in annotations:
        if name in draft.fields:
            _read_orcids(draft, name)


def _read_orcids(draft: Draft, name: str) -> None:
    """Keep the ORCIDs of `author+an:orcid = {1="0000-…"}` and `author+an = {1:orcid="0000-…"}` with the names."""
    role = ROLE_FIELDS.get(name.partition("+")[0])
    names = [one.name for one in draft.contributors if one.role == role]
    found: list[str] = []
    for item in draft.fields[name].split(";"):
        annotation = _ANNOTATION.fullmatch(item)
        number = int(annotation[1]) if annotation else 0
        try:
            found.append(f"{names[number - 1].inverted}: {normal_orcid(annotation[2])}" if annotation else "")
        except (IndexError, ValueError):
            return  # it annotates something else, and is kept as it is
    if all(found):
        draft.extra["orcid"] = "; ".join([*filter(None, [draft.extra.get("orcid")]), *found])
        draft.fields.pop(name)


def _read_field(draft: Draft, name: str) -> None:
    raw = draft.fields.pop(name)
    role = _role(draft, name)
    made = [*map(_contributor, cut_at_ands(raw), repeat(role))]
    if all(made):
        draft.contributors += cast("list[Contributor]", made)
    else:
        _read_list(draft, name, raw, role)


def _apply_annotation(draft: Draft, name: str, start: int) -> None:
    """Give the contributors from `start` on what the annotation says of them; one that does not fit them is kept."""
    raw = draft.fields[name + ANNOTATION]
    annotated = draft.contributors[start:]
    names = applied([one.name for one in annotated], raw)
    if names is None:
        draft.lose(name + ANNOTATION, raw, "does not fit the names any more; kept as it is, and not applied")
        return
    del draft.fields[name + ANNOTATION]
    draft.contributors[start:] = [one._replace(name=made) for one, made in zip(annotated, names, strict=True)]


def _read_list(draft: Draft, name: str, raw: str, role: str) -> None:
    """Read names of which at least one takes a look at the whole list, or has something to be told."""
    listed = read_names(raw)
    draft.contributors.extend(Contributor(role, read) for read in listed.names)
    if listed.more:
        draft.extra[MORE_NAMES + name] = "true"
    for part, why in listed.faults:
        draft.lose(name, part, why)


@lru_cache(maxsize=65536)  # who writes much is met often
def _contributor(part: str, role: str) -> Contributor | None:
    """Return the contributor named between two `and`s; None where that takes a look at the whole list, or a report."""
    name = read_name_alone(part)
    return Contributor(role, name) if name is not None else None


def _role(draft: Draft, name: str) -> str:
    raw_type = draft.fields.pop(f"{name}type", None) if name.startswith("editor") else None
    if raw_type is None:
        return ROLE_FIELDS.get(name, "editor" if name == "editor" else "contributor")
    kind = decode(raw_type).text
    role = EDITOR_TYPES.get(kind.lower().replace("-", ""))
    if role is None:
        fallback = "editor" if name == "editor" else "contributor"
        draft.lose(
            f"{name}type",
            raw_type,
            Message("a role that is not known here; the names were kept as %(fallback)s", fallback=fallback),
        )
        return fallback
    return role
