"""Read the names of MODS: people and bodies with their roles, by MARC relator codes."""

from __future__ import annotations

from lxml import etree

from commonplace.errors import Message
from commonplace.importers.entry_draft import EntryDraft
from commonplace.importers.xml_records import children, text_of
from commonplace.model import ris_names
from commonplace.model.names import Name
from commonplace.model.roles import BY_CSL

_ROLES = {
    **dict.fromkeys(("aut", "author", "cre", "creator"), "author"),
    **dict.fromkeys(("edt", "editor", "edc", "editor of compilation"), "editor"),
    **dict.fromkeys(("trl", "translator"), "translator"),
    **dict.fromkeys(("ill", "illustrator"), "illustrator"),
    **dict.fromkeys(("com", "compiler"), "compiler"),
    **dict.fromkeys(("drt", "director", "fmd", "film director"), "director"),
    **dict.fromkeys(("ivr", "interviewer"), "interviewer"),
    **dict.fromkeys(("ctb", "contributor"), "contributor"),
    **dict.fromkeys(("ths", "thesis advisor", "dgs", "degree supervisor", "advisor", "supervisor"), "advisor"),
    **dict.fromkeys(("cmp", "composer"), "composer"),
    **dict.fromkeys(("cur", "curator"), "curator"),
    **dict.fromkeys(("hst", "host"), "host"),
    **dict.fromkeys(("nrt", "narrator"), "narrator"),
    **dict.fromkeys(("org", "orm", "organizer"), "organizer"),
    **dict.fromkeys(("prf", "performer"), "performer"),
    **dict.fromkeys(("pro", "producer"), "producer"),
    **dict.fromkeys(("rcp", "addressee", "recipient"), "recipient"),
    **dict.fromkeys(("aus", "screenwriter"), "script-writer"),
}
"""MARC relator codes and terms, and the role each is."""


_PUBLISHERS = frozenset({"pbl", "publisher", "dgg", "degree granting institution", "degree grantor"})
"""Roles of bodies that published a work, or a thesis."""


_ROLES_WITHIN = {
    "container_title": {"author": "container-author"},
    "collection_title": {"author": "collection-editor", "editor": "collection-editor"},
}
"""What a role in what the work appeared in is in the work itself."""


def add_names(
    draft: EntryDraft, element: etree._Element, usual: str, taken: set[etree._Element], within: str = ""
) -> None:
    """Add the names of an element, `usual` the role of those without one, `within` what the work appeared in."""
    for found in children(element, "name"):
        taken.update(found.iterdescendants("{*}namePart", "{*}roleTerm"))
        terms = [text_of(term).lower() for term in children(found, "role", "roleTerm")]
        whole = ", ".join(filter(None, (text_of(part) for part in children(found, "namePart"))))
        if found.get("type") == "conference":
            draft.keep("event-title", whole)
        elif _PUBLISHERS.intersection(terms) and not any(term in _ROLES for term in terms):
            draft.put("publisher", whole)
        elif not whole:
            draft.lose("name", "", "a name without any text")
        else:
            _name(draft, found, _role(draft, terms, usual, whole, within))


def _role(draft: EntryDraft, terms: list[str], usual: str, whole: str, within: str) -> str:
    role = next((_ROLES[term] for term in terms if term in _ROLES), None)
    if role == "advisor":
        draft.lose("name", whole, "the advisor of the thesis, a role that CSL does not have: kept as advisor")
    if role is None and not terms:
        return usual
    role = _ROLES_WITHIN.get(within, {}).get(role or "", role)
    if role in BY_CSL:
        return role
    said = ", ".join(terms)
    draft.lose("name", whole, Message("a role that is not known here (%(said)s): kept as contributor", said=said))
    draft.keep(terms[-1], whole)
    return "contributor"


def _name(draft: EntryDraft, found: etree._Element, role: str) -> None:
    """Add a name in its parts; one in a single part is a person where its type or a comma says so."""
    parts: dict[str, list[str]] = {}
    for part in children(found, "namePart"):
        parts.setdefault(part.get("type") or "", []).append(text_of(part))
    said = {kind: " ".join(filter(None, texts)) for kind, texts in parts.items()}
    suffix, given = said.get("termsOfAddress") or None, said.get("given") or None
    type = found.get("type") or ""
    if said.get("family"):
        draft.name(role, Name(family=said["family"], given=given, suffix=suffix))
        return
    whole = ", ".join(filter(None, parts.get("", []))) or said.get("given", "")
    if not whole:
        draft.lose("name", "", "a name without any text")
    elif type in ("corporate", "family"):
        draft.name(role, Name(literal=whole))
    elif type == "personal" and "," not in whole and ris_names.several(whole) is None:
        _person(draft, role, whole, suffix)
    else:
        draft.names(role, "name", whole, initialled=type == "personal")


def _person(draft: EntryDraft, role: str, whole: str, suffix: str | None) -> None:
    """Add a person whose name has no comma: `Doe J`, or one name."""
    if person := ris_names.initialled_name(whole, certain=True):
        draft.name(role, person)
        return
    if " " in whole:
        draft.lose("name", whole, "no comma in the name of a person: all of it is kept as the family name")
    draft.name(role, Name(family=whole, suffix=suffix))
