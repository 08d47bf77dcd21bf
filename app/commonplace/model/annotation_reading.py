"""Gather what an annotation of another program says, in the members of evidence.

What has members of its own there (state, certainty …) comes as members, or as tags, which every program can write:
`concept:KEY` or `claim:KEY`, a state (`discusses`, `silent`, `supports`, `contradicts`), `direct` or `indirect`,
`certainty:low`, `locator:p. 12`, `method:human`, `status:accepted`, `work:KEY`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from commonplace.errors import Message

Members = dict[str, str]
"""Members of evidence by name; things as the annotation names them: by IRI, key, address, DOI or label."""

STATES = frozenset(("discusses", "silent", "supports", "contradicts"))
DIRECTNESS = frozenset(("direct", "indirect"))
TAGGED = ("certainty", "locator", "method", "status", "work")
"""Members that a tag may give by name."""

ABOUT = re.compile(r"(concept|claim):(.+)", re.DOTALL)
PAGE = re.compile(r"(?:pp?\.?|pages?) ?(\d+)(?:[-–]\d+)?")
"""A locator that names a page."""

PAGE_FRAGMENT = re.compile(r"page=(\d+)")


class AnnotationFault(ValueError):
    """An annotation cannot be read as evidence: `where` in it, and `why`."""

    def __init__(self, where: str, why: str) -> None:
        super().__init__(f"{where}: {why}")
        self.where = where
        self.why = why


def page_of(locator: str | None) -> str | None:
    """Return the number of the page that a locator names, the first of several."""
    found = PAGE.fullmatch(locator) if locator else None
    return found[1] if found else None


def locator_of(page: str) -> str:
    """Return the locator of a page."""
    return f"p. {page}"


def tags_of(evidence: Mapping[str, Any]) -> list[str]:
    """Return tags that say what an annotation has no member for, so that `read_tags` reads them back."""
    tags = [f"{evidence['about_type']}:{evidence['about']}", evidence["state"]]
    tags += [evidence["directness"]] if "directness" in evidence else []
    locator = evidence.get("locator")
    page = page_of(locator)
    given = {**evidence, "work": evidence["work"] if "quoted_from" in evidence else None}
    if page and locator == locator_of(page):
        del given["locator"]
    return tags + [f"{name}:{given[name]}" for name in TAGGED if given.get(name)]


def read_tags(tags: Iterable[str]) -> tuple[Members, list[str]]:
    """Return the members that tags give, and the tags that give none. Raises `AnnotationFault` for two of one."""
    members: Members = {}
    others: list[str] = []
    for tag in tags:
        found = _member(tag)
        if found is None:
            others.append(tag)
        elif members.setdefault(*found) != found[1]:
            raise AnnotationFault(
                "tags",
                Message(
                    "%(name)s is given twice: %(one)r and %(other)r",
                    name=found[0],
                    one=members[found[0]],
                    other=found[1],
                ),
            )
    return members, others


def _member(tag: str) -> tuple[str, str] | None:
    if tag in STATES:
        return "state", tag
    if tag in DIRECTNESS:
        return "directness", tag
    if ABOUT.fullmatch(tag):
        return "about", tag
    name, colon, value = tag.partition(":")
    return (name, value) if colon and value and name in TAGGED else None


def read_selectors(selectors: object) -> Members:
    """Return quote and page of the selectors of a target, and of those that refine them."""
    members: Members = {}
    waiting = selectors if isinstance(selectors, list) else [selectors]
    for one in waiting:
        if not isinstance(one, Mapping):
            continue
        kind, exact, value = one.get("type"), one.get("exact"), str(one.get("value", ""))
        if kind == "TextQuoteSelector" and isinstance(exact, str) and exact:
            members.setdefault("quote", exact)
        if kind == "FragmentSelector" and (page := PAGE_FRAGMENT.search(value)):
            members.setdefault("locator", locator_of(page[1]))
        if kind == "PageSelector" and one.get("label"):
            members.setdefault("locator", locator_of(str(one["label"])))
        if "refinedBy" in one:
            members = {**read_selectors(one["refinedBy"]), **members}
    return members


def with_tags(members: Members, tags: Iterable[str]) -> Members:
    """Return members with those that tags give, which are the more exact; of tags that give none the first may say what
    it is about.

    The others are kept at the end of the note. A work that is named by a tag is the one that was read, and the words
    are from that of the target.
    """
    given, others = read_tags(tags)
    if given.get("work", members["work"]) != members["work"]:
        given["quoted_from"] = members["work"]
    if "about" not in members and "about" not in given and others:
        given["about"] = others.pop(0)
    if others:
        note = members.get("note")
        members = {**members, "note": f"{f'{note} ' if note else ''}(tags: {', '.join(others)})"}
    return {**members, **given}
