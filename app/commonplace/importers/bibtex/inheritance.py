"""Give an entry what it takes from the entries it points to by `crossref` and `xdata`.

Source: the BibLaTeX 3.20 manual, section 2.4.1 and appendix B (inheritance rules), all of whose rows are below. Left
out on purpose: fields that identify or describe the parent itself (its DOI, its abstract), which the default rules
would copy and which would make a chapter look like its book. As BibTeX does, a parent of another type that holds a
title gives it to an `in…` child as `booktitle` too.
"""

from __future__ import annotations

import re
from functools import partial

from commonplace.errors import Message
from commonplace.importers.bibtex.draft import BibtexFile, Draft
from commonplace.model.bibtex_terms import canonical_entry_type, title_field

_PIECE = re.compile(r"(?:(?<=^)|(?<=and)|(?<=\s))xdata=([^\s,{}=]+-[^\s,{}=]+)")
_AND = re.compile(r"\s+and\s+")
_NOT_FROM_BIBLATEX = frozenset(
    "ids crossref xref xdata entryset entrysubtype execute label options presort related relatedoptions relatedstring "
    "relatedtype shorthand shorthandintro sortkey key keywords".split()
)
_NOT_FROM_US = frozenset(
    "doi eprint eprinttype eprintclass archiveprefix primaryclass pmid pmcid url urldate abstract annotation annote "
    "note pages pagetotal numpages file timestamp owner groups lccn bibdate bibsource biburl acknowledgement "
    "shorttitle sorttitle indextitle indexsorttitle date-added date-modified".split()
)
_NEVER = _NOT_FROM_BIBLATEX | _NOT_FROM_US
_DATE_FIELDS = frozenset({"date", "year", "month", "day"})
_TITLES = ("title", "subtitle", "titleaddon")

_MULTIVOLUME = frozenset({"mvbook", "mvcollection", "mvproceedings", "mvreference"})
_VOLUMES = frozenset({"book", "collection", "proceedings", "reference"})
_PARTS = frozenset(
    {"inbook", "bookinbook", "suppbook", "incollection", "suppcollection", "inproceedings", "inreference"}
)
_PARTS_OF_BOOKS = frozenset({"inbook", "bookinbook", "suppbook"})
_ARTICLES = frozenset({"article", "suppperiodical"})


def _targets(parent: str, child: str) -> dict[str, tuple[str, ...]]:
    """Return the fields of `parent` that go to other fields of `child` than their own, with those, the first first."""
    if parent == "periodical" and child in _ARTICLES:
        return _titles("journal")
    if parent in _MULTIVOLUME and child in _VOLUMES | _PARTS:
        targets = _titles("main")
    elif child in _PARTS:
        targets = _titles("book")
    else:
        return {}
    if parent in ("book", "mvbook") and child in _PARTS_OF_BOOKS:
        targets["author"] = ("author", "bookauthor")
    return targets


def _titles(kind: str) -> dict[str, tuple[str, ...]]:
    return {name: (kind + name,) for name in _TITLES}


def enter_aliases(draft: Draft, file: BibtexFile) -> None:
    """Step: let others name the entry by the keys it had before, which BibLaTeX keeps in `ids`."""
    for alias in draft.fields.get("ids", "").split(","):
        if alias.strip():
            file.by_key.setdefault(alias.strip().lower(), draft)


def inherit(draft: Draft, file: BibtexFile) -> None:
    """Step: give the entry what its parents have. Parents that have parents are done first."""
    chain = [draft]
    seen = {id(draft)}
    while (parent := _parent(chain[-1], file)) is not None and id(parent) not in file.inherited:
        if id(parent) in seen:
            chain[-1].lose(
                "crossref", chain[-1].fields.get("crossref", ""), "the cross-references go round in a circle"
            )
            break
        seen.add(id(parent))
        chain.append(parent)
    for heir in reversed(chain):
        _inherit_one(heir, file)


def _parent(draft: Draft, file: BibtexFile) -> Draft | None:
    key = draft.fields.get("crossref", "").strip().lower()
    parent = file.by_key.get(key) if key else None
    return parent if isinstance(parent, Draft) else None


def _inherit_one(draft: Draft, file: BibtexFile) -> None:
    if id(draft) in file.inherited:
        return
    file.inherited.add(id(draft))
    _take_data(draft, file)
    key = draft.fields.get("crossref", "").strip()
    if not key:
        return
    parent = file.by_key.get(key.lower())
    if parent is None:
        draft.lose(
            "crossref", key, Message("there is no entry %(key)s in this file, so nothing was inherited", key=key)
        )
    elif parent is not draft and isinstance(parent, Draft):
        if parent.key.lower() != key.lower():
            draft.fields["crossref"] = parent.key
        _take_from(parent, draft)


def _take_data(draft: Draft, file: BibtexFile) -> None:
    for name in [key.strip() for key in draft.fields.pop("xdata", "").split(",") if key.strip()]:
        container = file.data_containers.get(name.lower())
        if container is None:
            draft.lose("xdata", name, Message("there is no @xdata %(name)s in this file", name=name))
            continue
        _inherit_one(container, file)
        for field, value in container.fields.items():
            draft.fields.setdefault(field, value)
    for field, value in [(field, value) for field, value in draft.fields.items() if "xdata=" in value]:
        draft.fields[field] = _PIECE.sub(partial(_piece, field=field, draft=draft, file=file), value)


def _piece(found: re.Match[str], field: str, draft: Draft, file: BibtexFile) -> str:
    """Return the text for `xdata=key-field` or `xdata=key-field-number`: a field of a container, or one name of it."""
    parts = found[1].split("-")
    number = int(parts.pop()) if len(parts) > 2 and parts[-1].isdecimal() else None
    container = file.data_containers.get("-".join(parts[:-1]).lower())
    if container is not None:
        _inherit_one(container, file)
    text = container.fields.get(parts[-1].lower()) if container is not None else None
    if text is not None and number is not None:
        listed = _AND.split(text)
        text = listed[number - 1] if 0 < number <= len(listed) else None
    if text is None:
        draft.lose(field, found[0], "there is no such field of an @xdata in this file")
    return found[0] if text is None else text


def _take_from(parent: Draft, draft: Draft) -> None:
    targets = _targets(canonical_entry_type(parent.entry_type), canonical_entry_type(draft.entry_type))
    has_date = bool(_DATE_FIELDS & draft.fields.keys())
    before = set(draft.fields)
    if {"journal", "journaltitle"} & before:
        before |= {"journal", "journaltitle"}
    filled = {target for listed in targets.values() for target in listed}
    for name, value in parent.fields.items():
        if name in _NEVER or title_field(name) or (has_date and name in _DATE_FIELDS):
            continue
        for target in targets.get(name, (name,)):
            if target not in before and (name in targets or target not in filled or target not in draft.fields):
                draft.fields[target] = value
