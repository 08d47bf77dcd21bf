"""Hold CSL rich text: text with the small markup that CSL-JSON defines, and its plain form.

Source: the CSL-JSON documentation, "HTML-like formatting tags": `<i>`, `<b>`, `<sub>`, `<sup>`,
`<span style="font-variant:small-caps;">` and `<span class="nocase">`, whose letters a style must not
change to capitals or back. `<em>`, `<strong>`, `<sc>` and `<scp>`, which are met too, are read as
these. A `<` that begins none of them, or one that is never closed, is text: `p < 0.05`, `List<T>`.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

TAGS: dict[str, tuple[str, str]] = {
    "i": ("<i>", "</i>"),
    "b": ("<b>", "</b>"),
    "sub": ("<sub>", "</sub>"),
    "sup": ("<sup>", "</sup>"),
    "small-caps": ('<span style="font-variant:small-caps;">', "</span>"),
    "nocase": ('<span class="nocase">', "</span>"),
}
"""Styles of text, and the tags of each."""

RICH_FIELDS = ("title", "abstract", "note")
"""Fields of a record that may have a rich form. Venues, series and publishers are shared names, and plain."""

_STYLE = {"i": "i", "em": "i", "b": "b", "strong": "b", "sub": "sub", "sup": "sup"}
_STYLE |= {"sc": "small-caps", "scp": "small-caps"}
_TAG = re.compile(r"<(/?)(i|em|b|strong|sub|sup|scp?|span)((?:\s[^<>]*)?)>")
_ENTITY = re.compile(r"&(?:amp|lt|gt|quot|#\d{1,7}|#[xX][0-9A-Fa-f]{1,6});")
_LOOKS_LIKE_ENTITY = re.compile(r"&(?=(?:amp|lt|gt|quot|#\d+|#[xX][0-9A-Fa-f]+);)")
_SAME_IN_CSL = re.compile(r'[^<&]*+(?:<span class="nocase">[^<&A-Za-z]*+[A-Za-z][^<&]*+</span>(?:[^<&]++|\Z))*+')
LOOKS_LIKE_TAG = re.compile(r"<(?=/?(?:i|em|b|strong|sub|sup|scp?|span)(?:\s[^<>]*)?>)")
"""Matches a `<` that would be read as the beginning of a tag."""

_NOCASE = ("nocase",)
_ASCII_SPACE = " \t\n\r\f\v"
_SPACES = re.compile(f"[{_ASCII_SPACE}]+")
LOOKS_LIKE_MARKUP = re.compile(r"<[!?/A-Za-z]|&#?\w+;")
"""Matches text that may be markup of some kind, or an entity."""

_RAISED = str.maketrans("0123456789+-−=()abcdefghijklmnoprstuvwxyz", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ")
_LOWERED = str.maketrans("0123456789+-−=()aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ")


Escape = Callable[[str], str]


class Run(NamedTuple):
    """A stretch of text in which the styles do not change, the outermost style first."""

    text: str
    styles: tuple[str, ...] = ()


_END = Run("")


@dataclass(frozen=True)
class RichText:
    """Runs in reading order, neighbours never of the same styles. Made by `rich_text` and `read`."""

    runs: tuple[Run, ...]

    @property
    def is_plain(self) -> bool:
        """Whether no run has a style."""
        return not any(run.styles for run in self.runs)

    @property
    def plain(self) -> str:
        """The text alone. Where Unicode has raised or lowered characters that read well, these are used (`H₂O`)."""
        return "".join([_plain(run) if run.styles else run.text for run in self.runs])

    @property
    def html(self) -> str:
        """A fragment of HTML, with `&`, `<` and `>` of the text escaped; `read` turns it back."""
        return self.marked_up(_html_escaped)

    @property
    def csl(self) -> str:
        """The text as CSL-JSON has it: only what would be read as a tag or an entity is escaped."""
        return self.marked_up(csl_escaped)

    def marked_up(self, escaped: Escape) -> str:
        """Return the runs in CSL's tags, each text as `escaped` gives it."""
        parts: list[str] = []
        opened: tuple[str, ...] = ()
        for text, styles in (*self.runs, _END):
            if opened != styles:
                shared = _shared(opened, styles) if opened and styles else 0
                parts += [TAGS[style][1] for style in reversed(opened[shared:])]
                parts += [TAGS[style][0] for style in styles[shared:]]
                opened = styles
            parts.append(escaped(text))
        return "".join(parts)

    def without(self, style: str) -> RichText:
        """Return the text without one style."""
        return rich_text(Run(run.text, tuple(s for s in run.styles if s != style)) for run in self.runs)

    def squeeze(self, *, paragraphs: bool = False) -> RichText:
        """Return the text with one space for each stretch of white space, and none at its ends.

        With `paragraphs`, a stretch with an empty line in it stays an empty line.
        """
        made: list[Run] = []
        for run in self.runs:
            text = _SPACES.sub(_empty_line if paragraphs else " ", run.text)
            if text.startswith((" ", "\n")) and (not made or made[-1].text.endswith((" ", "\n"))):
                if made and text.startswith("\n"):
                    made[-1] = Run(made[-1].text.rstrip(_ASCII_SPACE) + "\n\n", made[-1].styles)
                text = text.lstrip(_ASCII_SPACE)
            if text:
                made.append(Run(text, run.styles))
        while made and made[-1].text.endswith((" ", "\n")):
            last = made.pop()
            if kept := last.text.rstrip(_ASCII_SPACE):
                made.append(Run(kept, last.styles))
        return rich_text(made)

    def __add__(self, other: RichText) -> RichText:
        return rich_text((*self.runs, *other.runs))


def rich_text(runs: Iterable[Run]) -> RichText:
    """Return runs as rich text, joined where their styles are equal. Case that no letter has is not protected."""
    joined: list[Run] = []
    for protected, stretch in groupby(runs, key=lambda run: "nocase" in run.styles):
        listed = list(stretch)
        if protected and not any(c.lower() != c.upper() for run in listed for c in run.text):
            listed = [Run(run.text, tuple(s for s in run.styles if s != "nocase")) for run in listed]
        for run in listed:
            if joined and joined[-1].styles == run.styles:
                joined[-1] = Run(joined[-1].text + run.text, run.styles)
            elif run.text:
                joined.append(run)
    return RichText(tuple(joined))


def protected(parts: Iterable[str]) -> RichText:
    """Return text whose every second part, from the second on, keeps its case; equal to `rich_text` of such runs."""
    joined: list[Run] = []
    nocase = False
    for part in parts:
        styles = _NOCASE if nocase and part.lower() != part.upper() else ()
        nocase = not nocase
        if joined and joined[-1].styles == styles:
            joined[-1] = Run(joined[-1].text + part, styles)
        elif part:
            joined.append(Run(part, styles))
    return RichText(tuple(joined))


def plain(text: str) -> RichText:
    """Return text without any style."""
    return RichText((Run(text),) if text else ())


def read(markup: str) -> RichText:
    """Return the rich text of CSL-JSON, or of `RichText.html`. Never raises."""
    if "<" not in markup:
        return plain(undo_entities(markup))
    tags = _paired(markup)
    runs: list[Run] = []
    open_styles: list[tuple[str, ...]] = [()]
    position = 0
    for tag, style in tags:
        runs.append(Run(undo_entities(markup[position : tag.start()]), open_styles[-1]))
        position = tag.end()
        if tag[1]:
            open_styles.pop()
        else:
            outer = open_styles[-1]
            open_styles.append(outer if style is None or style in outer else (*outer, style))
    runs.append(Run(undo_entities(markup[position:]), open_styles[-1]))
    return rich_text(runs)


def unknown_tags(markup: str) -> list[str]:
    """Return the opening tags in a text that have a partner and no style that is kept."""
    return [tag[0] for tag, style in _paired(markup) if style is None and not tag[1]]


def rich_form(field: str, text: RichText) -> str | None:
    """Return what a record keeps beside a plain `field`: `RichText.html`; None where plain text says it all.

    No style changes the case of abstracts and notes, so that none is protected there.
    """
    if field not in RICH_FIELDS or text.is_plain:
        return None
    kept = text if field == "title" else text.without("nocase")
    return None if kept.is_plain else kept.html


def csl_form(markup: str) -> str:
    """Return `RichText.html` as CSL-JSON has it. Where only words are protected, as nearly always, both are equal."""
    return markup if _SAME_IN_CSL.fullmatch(markup) else read(markup).csl


def csl_escaped(text: str) -> str:
    """Return plain text for CSL-JSON, whose text is HTML in part: only what looks like a tag or entity is escaped."""
    if "&" in text:
        text = _LOOKS_LIKE_ENTITY.sub("&amp;", text)
    return LOOKS_LIKE_TAG.sub("&lt;", text) if "<" in text else text


def shifted(text: str, style: str) -> str:
    """Return the text of a `sup` or `sub` in Unicode: numbers, signs and letters; words stay (`19th`, not `19ᵗʰ`)."""
    table = _RAISED if style == "sup" else _LOWERED
    stripped = text.strip()
    letters = sum(char.isalpha() for char in stripped)
    if not stripped or letters > 1 or any(ord(char) not in table for char in stripped):
        return text
    return text.translate(table)


def _html_escaped(text: str) -> str:
    return html.escape(text, quote=False) if "&" in text or "<" in text or ">" in text else text


def _shared(outer: tuple[str, ...], inner: tuple[str, ...]) -> int:
    """Return how many styles two runs begin with in common."""
    return next(
        (place for place, (a, b) in enumerate(zip(outer, inner, strict=False)) if a != b), min(len(outer), len(inner))
    )


def _plain(run: Run) -> str:
    for style in reversed(run.styles):
        if style in ("sup", "sub"):
            return shifted(run.text, style)
    return run.text


def _empty_line(spaces: re.Match[str]) -> str:
    return "\n\n" if spaces[0].count("\n") > 1 else " "


def undo_entities(text: str) -> str:
    """Return the text with XML's entities and those by number, which text from web pages has, undone once."""
    return _ENTITY.sub(lambda found: html.unescape(found[0]), text) if "&" in text else text


def _paired(markup: str) -> list[tuple[re.Match[str], str | None]]:
    """Return the tags that have a partner, well nested, in order, each with its style; None for one not kept."""
    opened: list[re.Match[str]] = []
    count: dict[str, int] = {}
    found: list[tuple[re.Match[str], str | None]] = []
    for tag in _TAG.finditer(markup):
        name = tag[2]
        if not tag[1]:
            opened.append(tag)
            count[name] = count.get(name, 0) + 1
        elif count.get(name):
            # Tags within that were never closed are text.
            while (top := opened.pop())[2] != name:
                count[top[2]] -= 1
            count[name] -= 1
            style = _style(top)
            found += [(top, style), (tag, style)]
    found.sort(key=lambda pair: pair[0].start())
    return found


def _style(tag: re.Match[str]) -> str | None:
    if tag[2] != "span":
        return _STYLE[tag[2]]
    if "nocase" in tag[3]:
        return "nocase"
    return "small-caps" if re.search(r"font-variant:\s*small-caps", tag[3]) else None
