"""works.bib: every entry is whole, spelled alike, and says what the facts say."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from bibtexparser.library import Library
from bibtexparser.middlewares.names import NameParts, parse_single_name_into_parts, split_multiple_persons_names

Entry = dict[str, str]
Entries = dict[str, Entry]

REQUIRED = {
    "article": {"author", "title", "journal", "volume", "number", "pages", "date", "language"},
    "book": {"title", "date", "publisher", "location", "language"},
    "incollection": {"author", "title", "booktitle", "editor", "publisher", "date", "language", "crossref"},
    "inproceedings": {"author", "title", "booktitle", "date", "location", "language"},
    "report": {"author", "title", "date", "location", "language"},
}
"""What an entry of each type must have."""

OPTIONAL = {
    *("abstract", "author", "editor", "editora", "editoratype", "availabledate", "doi", "edition", "isbn", "issn"),
    *("keywords", "location", "note", "pages", "publisher", "type", "url"),
}
"""What an entry of any type may have besides."""

ENTRY_TYPE = {
    "article-journal": "article",
    "book": "book",
    "chapter": "incollection",
    "paper-conference": "inproceedings",
    "report": "report",
}
"""CSL type to the entry type of works.bib."""

NAME_FIELDS = ("author", "editor", "editora")
DATE = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?")


def people(entry: Entry, field: str) -> list[NameParts]:
    """The names of that field, split as BibTeX splits them."""
    return [parse_single_name_into_parts(name) for name in split_multiple_persons_names(entry.get(field, ""))]


def test_every_block_can_be_read(library: Library) -> None:
    assert not library.failed_blocks, [
        f"works.bib line {b.start_line}: mend this entry, it cannot be read: {b.raw}" for b in library.failed_blocks
    ]


def test_a_key_is_a_name_and_the_year_of_the_entry(entries: Entries) -> None:
    for key, entry in entries.items():
        match = re.fullmatch(r"[a-z]+(\d{4})[a-z]*", key)
        assert match, f"{key}: write the key as family name, year and a word where two collide (ostrom1996)"
        assert entry["date"].startswith(match[1]), f"{key}: the key's year is not that of date = {entry['date']}"


def test_an_entry_has_the_fields_of_its_type(entries: Entries) -> None:
    for key, entry in entries.items():
        kind = entry["ENTRYTYPE"]
        assert kind in REQUIRED, f"{key}: @{kind} is not in use here; take one of {sorted(REQUIRED)}"
        fields = set(entry) - {"ENTRYTYPE"}
        assert REQUIRED[kind] <= fields, f"{key}: add {sorted(REQUIRED[kind] - fields)}"
        assert fields <= REQUIRED[kind] | OPTIONAL, f"{key}: unknown field {sorted(fields - REQUIRED[kind] - OPTIONAL)}"
        assert {"author", "editor"} & fields, f"{key}: name its author or its editor"


def test_values_are_plain_unicode_text(entries: Entries) -> None:
    for key, entry in entries.items():
        for field, value in entry.items():
            assert value, f"{key}: {field} is empty; leave it out"
            assert value.strip() == value, f"{key}: {field} has space around it"
            assert "\\" not in value, f"{key}: write {field} in Unicode, without LaTeX commands"
            if field not in NAME_FIELDS:
                assert not set("{}") & set(value), f"{key}: {field} needs no inner braces here"
            if field in ("title", "booktitle", "journal"):
                assert not set("\"'`") & set(value), f"{key}: {field} wants typographic quotes (“ ” ‘ ’)"


def test_names_are_split_or_braced(entries: Entries) -> None:
    for key, entry in entries.items():
        for field in NAME_FIELDS:
            for name in people(entry, field):
                where = f"{key}: {field}: {name.merge_last_name_first}"
                if name.last[0].startswith("{") and not name.first:
                    continue
                assert name.first, f"{where}: write it as “Last, First”, or brace the name of a body"
                assert len(name.last) == 1, f"{where}: brace a family name of two words"
                assert all(p.islower() for p in name.von), f"{where}: a particle is in lower case"


def test_a_section_editor_says_so(entries: Entries) -> None:
    for key, entry in entries.items():
        assert ("editora" in entry) == (entry.get("editoratype") == "sectioneditor"), (
            f"{key}: editora goes with editoratype = {{sectioneditor}}"
        )


def test_pages_are_a_range_with_two_hyphens(entries: Entries) -> None:
    for key, entry in entries.items():
        if "pages" in entry:
            match = re.fullmatch(r"(\d+)--(\d+)", entry["pages"])
            assert match, f"{key}: write pages as 59--65, not {entry['pages']}"
            assert int(match[1]) <= int(match[2]), f"{key}: the pages run backwards: {entry['pages']}"


def test_dates_are_edtf_and_online_comes_no_later(entries: Entries) -> None:
    for key, entry in entries.items():
        for field in ("date", "availabledate"):
            if field in entry:
                assert DATE.fullmatch(entry[field]), f"{key}: {field} is YYYY, YYYY-MM or YYYY-MM-DD"
        online = entry.get("availabledate", entry["date"])
        assert online[:4] <= entry["date"][:4], f"{key}: availabledate is the first appearance online, not after date"


def test_languages_are_tags(entries: Entries) -> None:
    for key, entry in entries.items():
        assert re.fullmatch(r"[a-z]{2}", entry["language"]), f"{key}: language is a tag of two letters, as in en"


def test_a_chapter_agrees_with_its_book(entries: Entries) -> None:
    order = list(entries)
    for key, entry in entries.items():
        if "crossref" not in entry:
            continue
        book = entries.get(entry["crossref"])
        assert book, f"{key}: crossref must name an entry of this file"
        assert book["ENTRYTYPE"] == "book", f"{key}: crossref must name a @book"
        assert order.index(entry["crossref"]) < order.index(key), f"{key}: put its book before it"
        for own, books in (("booktitle", "title"), ("editor", "editor"), ("publisher", "publisher")):
            assert entry[own] == book[books], f"{key}: {own} differs from the {books} of {entry['crossref']}"
        assert "isbn" not in entry, f"{key}: the ISBN belongs to {entry['crossref']}"


def test_a_journal_is_spelled_and_published_alike_everywhere(entries: Entries) -> None:
    said: dict[str, tuple[str | None, str | None]] = {}
    for key, entry in entries.items():
        if "journal" in entry:
            here = entry.get("issn"), entry.get("publisher")
            first = said.setdefault(entry["journal"], here)
            assert first == here, f"{key}: ISSN and publisher of {entry['journal']} are {first} elsewhere, {here} here"


AROUND = {
    "mcmullin2022lead": ("12:30pm ", ""),
    "mcmullin2020citizenled": ("Living reference work entry ", " Co-production Citizen participation"),
}
"""A source document: what its page has right before its abstract, and right after it; nothing where it ends there."""


def test_an_abstract_is_that_of_a_source_document(entries: Entries, documents: dict[str, str]) -> None:
    """Word for word: the quotes are compared with it."""
    held = {key for key, entry in entries.items() if "abstract" in entry}
    assert held == set(AROUND), "only the two source documents print their abstracts; others are not ours to hold"
    for key, (before, after) in AROUND.items():
        printed, abstract = " ".join(documents[key].split()), entries[key]["abstract"]
        assert abstract in printed, f"{key}: the abstract differs from the page in ../shared/seed"
        head, _, tail = printed.partition(abstract)
        assert head.endswith(before), f"{key}: the abstract begins at another place than on the page"
        assert tail.startswith(after) if after else not tail, f"{key}: the abstract ends before that on the page"


# ---- against the facts ----


def test_the_works_are_those_of_the_facts(entries: Entries, facts: dict[str, dict[str, Any]]) -> None:
    assert set(entries) == set(facts)


def _names(entry: Entry, field: str) -> list[str]:
    return [name.merge_last_name_first.replace("{", "").replace("}", "") for name in people(entry, field)]


def _fact_names(work: dict[str, Any], field: str) -> list[str]:
    return [n.get("literal") or f"{n['family']}, {n['given']}" for n in work.get(field, [])]


def _confirmed(identifiers: list[dict[str, str]]) -> set[str]:
    return {i["value"] for i in identifiers if i["status"] == "confirmed"}


def _listed(value: str | None) -> set[str]:
    return set(value.split(", ")) if value else set()


def _doi(work: dict[str, Any]) -> str | None:
    return work["doi"]["value"] if work["doi"]["status"] == "confirmed" else None


def _online(work: dict[str, Any]) -> str | None:
    online = work.get("date_online") or work.get("year_online")
    return str(online) if online else None


Getter = Callable[[Entry], object]
FactGetter = Callable[[dict[str, Any]], object]
COMPARED: dict[str, tuple[Getter, FactGetter]] = {
    "type": (lambda e: e["ENTRYTYPE"], lambda w: ENTRY_TYPE[w["type"]]),
    "title": (lambda e: e["title"], lambda w: w["title"]),
    "container": (lambda e: e.get("journal", e.get("booktitle")), lambda w: w.get("container_title")),
    "book": (lambda e: e.get("crossref") == "brandsen2018book", lambda w: w.get("container_key") == "brandsen2018book"),
    "authors": (lambda e: _names(e, "author"), lambda w: _fact_names(w, "authors")),
    "editors": (lambda e: _names(e, "editor"), lambda w: _fact_names(w, "editors")),
    "section editors": (lambda e: _names(e, "editora"), lambda w: _fact_names(w, "section_editors")),
    "date": (lambda e: e["date"], lambda w: w.get("date") or str(w["year"])),
    "year": (lambda e: int(e["date"][:4]), lambda w: w["year"]),
    "online first": (lambda e: e.get("availabledate"), _online),
    "volume": (lambda e: e.get("volume"), lambda w: w.get("volume")),
    "issue": (lambda e: e.get("number"), lambda w: w.get("issue")),
    "pages": (lambda e: e.get("pages", "").replace("--", "-"), lambda w: w.get("pages", "")),
    "edition": (lambda e: e.get("edition"), lambda w: w.get("edition")),
    "genre": (lambda e: e.get("type"), lambda w: w.get("genre")),
    "language": (lambda e: e["language"], lambda w: w["language"]),
    "confirmed DOI": (lambda e: e.get("doi"), _doi),
    "confirmed ISSN": (lambda e: _listed(e.get("issn")), lambda w: _confirmed(w.get("issn", []))),
}
"""What is compared: the entry's value and the facts', by what they are called."""


@pytest.mark.parametrize("what", COMPARED)
def test_an_entry_says_what_the_facts_say(what: str, entries: Entries, facts: dict[str, dict[str, Any]]) -> None:
    ours, theirs = COMPARED[what]
    different = {
        key: {"works.bib": ours(entries[key]), "facts": theirs(work)}
        for key, work in facts.items()
        if ours(entries[key]) != theirs(work)
    }
    assert not different, f"{what}: change works.bib, or bring a source for the other value"


def test_confirmed_isbns_stand_on_the_book(entries: Entries, facts: dict[str, dict[str, Any]]) -> None:
    for key, work in facts.items():
        book = entries[entries[key].get("crossref", key)]
        assert _listed(book.get("isbn")) == _confirmed(work.get("isbn", [])), f"{key}: ISBNs differ from the facts"


def test_publishers_and_places_are_among_those_of_the_facts(entries: Entries, facts: dict[str, dict[str, Any]]) -> None:
    for key, work in facts.items():
        publisher = entries[key].get("publisher")
        assert bool(publisher) == bool(work.get("publisher")), f"{key}: publisher"
        for one in (publisher or "").split(" and "):
            assert one.casefold() in work.get("publisher", "").casefold(), f"{key}: publisher {one}"
        assert entries[key].get("location", "") in work.get("place", ""), f"{key}: location"
        assert not work.get("url") or entries[key]["url"] == work["url"], f"{key}: url"
