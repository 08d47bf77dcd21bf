"""Read DataCite's creators and contributors: people, bodies, and names that do not say which they are."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from commonplace.importers.doi.description import DescriptionDraft, available, mappings, personal_name
from commonplace.importers.markup import plain_line
from commonplace.model.names import Contributor, Name

ROLE = {"Editor": "editor", "Producer": "producer", "Translator": "translator"}
"""Contributor types that are roles here; the others are kept as contributor, with a loss."""

_BODY = re.compile(
    r"\b(?:of|for|and|the|et|de la|des|für|und|universit\w*|institut\w*|cent(?:re|er)s?|department|ministry|group|"
    r"team|consortium|society|association|agency|office|council|foundation|bureau|commission|committee|library|"
    r"museum|lab(?:orator\w+)?|survey|project|network|inc|ltd|gmbh|llc|corp\w*|company|archives?|service|"
    r"administration|academy|college|school|hospital|collaboration|programme?|bank|press)\b",
    re.IGNORECASE,
)
_MOST_WORDS = 4


def read_names(attributes: Mapping[str, Any], draft: DescriptionDraft) -> Iterator[Contributor]:
    """Yield everyone who contributed, creators first."""
    creators = mappings(attributes.get("creators") or attributes.get("author") or [])
    among_people = any(_is_person(one) for one in creators)
    orcids: list[str] = []
    for one in creators:
        if name := _name(one, among_people, "author", draft):
            orcids += _orcid(one, name)
            yield Contributor("author", name)
    for one in mappings(attributes.get("contributors") or []):
        name = _name(one, among_people, "contributor", draft)
        if name is None:
            continue
        orcids += _orcid(one, name)
        kind = available(one.get("contributorType")) or ""
        if kind not in ROLE:
            draft.lose("contributorType", f"{kind}: {name.inverted}", "the role is kept as contributor")
        yield Contributor(ROLE.get(kind, "contributor"), name)
    draft.keep("orcid", "; ".join(orcids))


def _is_person(one: Mapping[str, Any]) -> bool:
    named = available(one.get("familyName")) or available(one.get("family"))
    return one.get("nameType") == "Personal" or bool(named) or bool(_orcid_of(one))


def _name(one: Mapping[str, Any], among_people: bool, role: str, draft: DescriptionDraft) -> Name | None:
    whole = available(one.get("name")) or available(one.get("literal")) or ""
    whole = plain_line(whole)
    family = available(one.get("familyName")) or available(one.get("family"))
    given = available(one.get("givenName")) or available(one.get("given"))
    if one.get("nameType") == "Organizational":
        name = Name(literal=whole) if whole else None
    elif family or (given and not whole):
        name = personal_name(family, given, available(one.get("suffix")))
    elif not whole:
        name = None
    elif _is_person(one) or _looks_inverted(whole):
        name = _split(whole)
    elif among_people and _words(whole) and not _BODY.search(whole):
        name = _split(whole)
        draft.lose(role, whole, "not said to be a person; read as one, as the others of this work are")
    else:
        name = Name(literal=whole)
        draft.lose(role, whole, "not said to be a person or a body; kept as it stands")
    if name is None:
        draft.lose(role, str(one.get("name") or ""), "a name without any text, or a code for a missing one")
    return name


def _looks_inverted(whole: str) -> bool:
    """Return whether a name is like `Cheng, Lin`, and not like `Department of X, University of Y`."""
    parts = whole.split(",")
    short = all(0 < len(part.split()) <= _MOST_WORDS for part in parts)
    return len(parts) == 2 and short and not _BODY.search(whole)


def _words(whole: str) -> bool:
    return 2 <= len(whole.split()) <= _MOST_WORDS


def _split(whole: str) -> Name | None:
    family, comma, given = (part.strip() for part in whole.partition(","))
    if comma:
        return personal_name(family or None, given or None)
    words = whole.split()
    start = len(words) - 1
    while start > 1 and words[start - 1].islower():
        start -= 1
    return personal_name(" ".join(words[start:]), " ".join(words[:start]) or None)


def _orcid(one: Mapping[str, Any], name: Name) -> Sequence[str]:
    found = _orcid_of(one)
    return [f"{name.inverted}: {found}"] if found else []


def _orcid_of(one: Mapping[str, Any]) -> str | None:
    for identifier in mappings(one.get("nameIdentifiers") or []):
        found = re.search(r"\d{4}-\d{4}-\d{4}-\d{3}[\dX]", str(identifier.get("nameIdentifier") or ""))
        if found and "orcid" in str(identifier.get("nameIdentifierScheme") or "orcid").lower():
            return found[0]
    return None
