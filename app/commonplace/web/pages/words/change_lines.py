"""Say in words, in the language of a page, what a version did: to the library, and to one thing.

The log keeps one line of English with each version. Where the program wrote that line, its shape is known, and it is
said anew; a line that somebody wrote stands as it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, cast

from commonplace.library.field_changes import NAMED, SHOWN
from commonplace.model.minter import Kind
from commonplace.web.pages.words.address_words import address_words
from commonplace.web.pages.words.codes import code_words, field_words, value_words
from commonplace.web.pages.words.languages import translations

_THING = r"(?P<kind>work|person|organization|venue|concept|claim|case|evidence|screening) (?P<key>\S+)"

SHAPES = (
    ("edit", rf"{_THING}: (?P<fields>[a-z_]+(?:, [a-z_]+)*)", "%(kind)s %(key)s: %(fields)s"),
    ("create", rf"new {_THING}", "new %(kind)s %(key)s"),
    ("create", rf"proposed {_THING}", "%(kind)s %(key)s proposed"),
    ("delete", _THING, "%(kind)s %(key)s deleted"),
    ("merge", rf"{_THING} into (?P<other>\S+)", "%(kind)s %(key)s merged into %(other)s"),
    ("unmerge", rf"{_THING} out of (?P<other>\S+)", "%(kind)s %(key)s taken out of %(other)s again"),
    ("restore", rf"{_THING} as at version (?P<version>\d+)", "%(kind)s %(key)s as at version %(version)s"),
    ("undo", r"undo of version (?P<version>\d+) \((?P<code>[a-z-]+)\)", "version %(version)s taken back (%(code)s)"),
    ("import", r"(?P<file>.+): (?P<fates>\d+ [a-z]+(?:, \d+ [a-z]+)*)", "%(file)s: %(fates)s"),
    ("bulk", r"(?P<number>\d+) works: (?P<operations>[a-z_]+(?:, [a-z_]+)*)", "%(number)s works: %(operations)s"),
    ("annotations", r"(?P<number>\d+) of (?P<all>\d+) annotations as evidence", "%(number)s of %(all)s annotations"),
    (
        "citations",
        r"(?P<source>\w+): (?P<number>\d+) citations of (?P<all>\d+) works",
        "%(number)s citations of %(all)s works, from %(source)s",
    ),
    (
        "decisions",
        r"(?P<file>.+): (?P<number>\d+) of (?P<all>\d+) decisions of (?P<tool>.+)",
        "%(number)s of %(all)s decisions of %(tool)s, from %(file)s",
    ),
    (
        "text",
        r"the text of (?P<kind>work) (?P<key>\S+): (?P<number>\d+) pages?",
        "the text of the work %(key)s kept, pages: %(number)s",
    ),
    ("text", r"the text of (?P<kind>work) (?P<key>\S+) is taken away", "the text of the work %(key)s taken away"),
    ("decision", r"(?P<one>\S+) and (?P<two>\S+): (?P<code>[a-z]+)", "%(one)s and %(two)s: %(code)s"),
    (
        "decision",
        r"(?P<one>\S+) and (?P<two>\S+): (?P<code>[a-z]+) \((?P<reason>.+)\)",
        "%(one)s and %(two)s: %(code)s (%(reason)s)",
    ),
    ("pin", r"the answer of version (?P<version>\d+) to (?P<of>.+)", "the answer of version %(version)s to %(of)s"),
    ("reference-set", r"the reference set in (?P<folder>\S+)", "the reference set in %(folder)s"),
)
"""By the kind of a version, the line that the program writes for it, and what a page says in its place."""

SENTENCES = (
    "deleted",
    "created",
    "nothing differs",
    "created: %(field)s %(after)s",
    "%(field)s %(after)s added",
    "%(field)s %(before)s removed",
    "%(field)s changed from %(before)s to %(after)s",
    "%(field)s %(before)s removed and %(after)s added",
    "and %(number)s more",
)
"""What a version did to one thing, and the end of a list that goes on."""

FATES = {
    "new": "%(number)s new",
    "matched": "%(number)s known already",
    "updated": "%(number)s completed",
    "failed": "%(number)s failed",
}
"""What became of how many entries of an import, in words."""

FATES_AHEAD = FATES | {
    "updated": "%(number)s known, and would be added to",
    "failed": "%(number)s that cannot be read",
}
"""What would become of how many entries of an import that is previewed, in words."""

NAMELESS = {"upload": "a file without a name", "pasted": "pasted entries", "dois": "a list of DOIs"}
"""What came in without a name of its own, by the name that receipts keep."""

OPERATIONS = {
    "replace": "words replaced",
    "set": "value given",
    "clear": "field cleared",
    "move": "field moved",
    "add": "added to a list",
    "remove": "taken out of a list",
    "split": "names split",
    "join": "names joined",
    "add_concept": "concept added",
    "remove_concept": "concept taken back",
}
"""What was done to many works at once, in words."""

_READ = tuple((kind, re.compile(shape, re.DOTALL), words) for kind, shape, words in SHAPES)


def change_line(change: Any, language: str) -> str:
    """Return the line of a version: that of the log where somebody wrote it, else what it says in words.

    A thing is called by its name where the version comes with `names`, by its key elsewhere.
    """
    line, kind = str(_of(change, "message") or ""), str(_of(change, "kind") or "")
    translate = translations(language).gettext
    for of, shape, words in _READ:
        if (not kind or of == kind) and (found := shape.fullmatch(line)):
            names = _of(change, "names") or {}
            return translate(words) % {
                name: _name(names.get(text)) or _said(name, text, language) for name, text in found.groupdict().items()
            }
    return line or code_words(kind, language)


def things_named(change: Any) -> list[tuple[Kind, str]]:
    """Return the kinds and keys of the things that the line of a version names, where the program wrote it."""
    line, kind = str(_of(change, "message") or ""), str(_of(change, "kind") or "")
    for of, shape, _ in _READ:
        if of == kind and (found := shape.fullmatch(line)):
            parts = found.groupdict()
            return [(cast(Kind, parts["kind"]), parts[name]) for name in ("key", "other") if name in parts]
    return []


def address_pinned(change: Any) -> str | None:
    """Return the address whose answer a version keeps, by its line; None for any other version."""
    line, kind = str(_of(change, "message") or ""), str(_of(change, "kind") or "")
    shapes = [shape for of, shape, _ in _READ if of == kind == "pin"]
    found = shapes[0].fullmatch(line) if shapes else None
    return found["of"] if found else None


def _name(name: str | None) -> str:
    """Return the name of a thing within a line, not the whole of one that is very long; nothing for none."""
    return f"“{name if len(name) <= SHOWN else name[:SHOWN] + '…'}”" if name else ""


def fate_count(fate: str, number: int, language: str, fates: Mapping[str, str] = FATES) -> str:
    """Return how many entries of an import had a fate, in words: `35 new`."""
    words = fates.get(fate, f"%(number)s {fate}")
    return translations(language).ngettext(words, words, number) % {"number": grouped(number)}


def grouped(number: int) -> str:
    """Return a number with a narrow space between groups of three digits."""
    return f"{number:,}".replace(",", "\N{NARROW NO-BREAK SPACE}")


def _said(name: str, text: str, language: str) -> str:
    """Return a part of a line in words."""
    translate = translations(language).gettext
    if name in ("kind", "code"):
        return code_words(text, language)
    if name == "file":
        return translate(NAMELESS.get(text, text))
    if name == "fields":
        return ", ".join(field_words(one, language) for one in text.split(", "))
    if name == "fates":
        return ", ".join(fate_count(fate, int(number), language) for number, fate in map(str.split, text.split(", ")))
    if name == "operations":
        return ", ".join(translate(OPERATIONS.get(one, one)) for one in text.split(", "))
    return address_words(text, language) if name == "of" else text


def thing_change(changed: Any, language: str) -> str:
    """Return in one sentence what happened to a thing: which fields were changed, from what to what."""
    words, fields = str(_of(changed, "words") or ""), _of(changed, "fields") or ()
    translate = translations(language).gettext
    if words in ("deleted", "created", "nothing differs"):
        return translate(words)
    if words.startswith("created: "):
        name = next((one for one in fields if _of(one, "field") in ("title", "name", "labels")), None)
        parts = {"field": _named(name, language), "after": _quoted(name, "after", language)} if name else {}
        return translate("created: %(field)s %(after)s") % parts if name else translate("created")
    said = [_sentence(one, language) for one in fields]
    more = len(said) - NAMED
    ends = [translate("and %(number)s more") % {"number": more}] if more > 0 else []
    return "; ".join([*said[:NAMED], *ends])


def _sentence(one: Any, language: str) -> str:
    before, after = _of(one, "before") or (), _of(one, "after") or ()
    if not before:
        words = "%(field)s %(after)s added"
    elif not after:
        words = "%(field)s %(before)s removed"
    elif len(before) == len(after) == 1:
        words = "%(field)s changed from %(before)s to %(after)s"
    else:
        words = "%(field)s %(before)s removed and %(after)s added"
    sides = {name: _quoted(one, name, language) for name in ("before", "after")}
    return translations(language).gettext(words) % {"field": _named(one, language), **sides}


def _named(one: Any, language: str) -> str:
    return field_words(str(_of(one, "field")), language)


def _quoted(one: Any, side: str, language: str) -> str:
    field = str(_of(one, "field"))
    texts = [value_words(value, field, language) for value in _of(one, side) or ()]
    return ", ".join(f"“{text[:SHOWN]}…”" if len(text) > SHOWN else f"“{text}”" for text in texts)


def _of(one: Any, name: str) -> Any:
    """Return a member of a model, or of the JSON of one."""
    return one.get(name) if isinstance(one, Mapping) else getattr(one, name, None)
