"""Turn text as publishers and web pages have it (JATS, HTML, MathML, entities once or twice over) into CSL rich text.

Sources: JATS 1.3 face markup and block elements; HTML's; MathML 3 presentation elements.
A `<` that begins no element known here is text: `p < 0.05`, `x<y`.
"""

from __future__ import annotations

import html
import re
from xml.etree import ElementTree

from commonplace.model.rich_text import TAGS, RichText, read, shifted

_MATH = re.compile(r"<((?:[A-Za-z]+:)?math)\b[^<>]*>.*?</\1\s*>", re.S)
_TEX = re.compile(r"<((?:[A-Za-z]+:)?tex-math)\b[^<>]*>(.*?)</\1\s*>", re.S)
_DROPPED = re.compile(r"<!--.*?-->|<\?.*?\?>|<(script|style)\b[^<>]*>.*?</\1\s*>|<!\[CDATA\[|\]\]>", re.S | re.I)
_TAG = re.compile(r"<(/?)(?:[A-Za-z]+:)?([A-Za-z][\w-]*)(?:\s[^<>]*)?/?>")
_ENTITY = re.compile(r"&(?:[A-Za-z]\w*|#\d+|#[xX][0-9A-Fa-f]+);")
_PREFIX = re.compile(r"(</?)[A-Za-z]+:")
_XMLNS = re.compile(r"\s(?:xmlns(?::\w+)?|[A-Za-z]+:\w+)\s*=\s*(?:\"[^\"]*\"|'[^']*')")
_HEADING = re.compile(
    r"\s*(?:<[ib]>)?(?:abstract|summary|résumé|zusammenfassung|resumen)\s*:?\s*(?:</[ib]>)?[^\S\n]*\n\s*\n(?=\s*\S)",
    re.I,
)
_LONG_SPACE = re.compile(r"\s{20,}")
_OTHER_SPACE = re.compile(r"[^\S\n ]")
_TIMES = dict.fromkeys(map(ord, "\u2061\u2062\u2063\u2064"))

_STYLE = {
    **dict.fromkeys(("i", "em", "italic"), "i"),
    **dict.fromkeys(("b", "bold", "strong"), "b"),
    **dict.fromkeys(("sub", "inf"), "sub"),
    "sup": "sup",
    **dict.fromkeys(("sc", "scp", "small-caps", "smallcap"), "small-caps"),
}
_SLANTED = frozenset("i em italic b bold strong u underline".split())
_LOOK_LOST = frozenset("u underline tt monospace strike overline code math".split())
_INLINE = _SLANTED | frozenset(
    "sub sup inf sc scp small-caps smallcap span font a tt monospace roman sans-serif strike overline code "
    "named-content styled-content ext-link xref uri email inline-formula inline-graphic alternatives tex-math "
    "math mi mo mn mtext mrow msub msup msubsup mfrac msqrt mroot mover munder munderover mfenced mstyle mspace "
    "mpadded mphantom menclose mtable mtr mtd mmultiscripts mprescripts none semantics annotation abbrev q fn".split()
)
_BLOCK = frozenset(
    "p br break div sec title label list list-item ul ol li disp-formula disp-quote def-list def-item def term "
    "abstract trans-abstract h1 h2 h3 h4 h5 h6 table thead tbody tr td th caption graphic fig boxed-text "
    "supplementary-material dl dt dd blockquote preformat pre section article".split()
)


def has_markup(text: str) -> bool:
    """Return whether the text has elements whose meaning plain text does not carry (`<i>`, `<sub>`, MathML)."""
    return "<" in (clean := html.unescape(text)) and any(_name(tag) in _INLINE for tag in _TAG.finditer(clean))


def loses_markup(text: str) -> bool:
    """Return whether the text has elements whose look rich text does not carry either (`<u>`, `<tt>`, formulas)."""
    return "<" in (clean := html.unescape(text)) and any(_name(tag) in _LOOK_LOST for tag in _TAG.finditer(clean))


def undo_html_entities(text: str) -> str:
    """Return the text with HTML's entities undone once (`AT&amp;T`); those without a semicolon are text."""
    return _ENTITY.sub(lambda found: html.unescape(found[0]), text) if "&" in text else text


def plain_line(text: str) -> str:
    """Return a text that is one line, as a name or keyword is, in plain Unicode."""
    return " ".join(text.split()) if "<" not in text and "&" not in text else rich_line(text).plain


def rich_line(text: str) -> RichText:
    """Return a text that is one line, as a title is. Never raises."""
    return read(_in_csl(text)).squeeze()


def rich_paragraphs(text: str) -> RichText:
    """Return an abstract: paragraphs with an empty line between them, without a heading *Abstract*. Never raises."""
    marked = _LONG_SPACE.sub(lambda gap: "\n\n" if gap[0].count("\n") > 1 else " ", _in_csl(text))
    return read(_HEADING.sub("", marked, count=1)).squeeze(paragraphs=True)


def _in_csl(text: str) -> str:
    """Return the text with CSL's tags for the styles that CSL has, and blank lines where blocks begin and end."""
    if "<" not in text and "&" not in text:
        return _OTHER_SPACE.sub(" ", text)
    if _MATH.search(text):
        text = _TEX.sub(" ", text)  # the same formula twice: MathML is the one that can be read
    text = _MATH.sub(_spaced_math, _DROPPED.sub("", text))
    for _ in range(2):  # entities are deposited once or twice over
        if not _ENTITY.search(text):
            break
        text = html.unescape(text)
    return _OTHER_SPACE.sub(" ", _retagged(_DROPPED.sub("", text)))


def _spaced_math(found: re.Match[str]) -> str:
    """Return a formula's text, with the spaces that the deposit lost between it and its neighbours."""
    made = _math_text(found[0])
    before, after = found.string[found.start() - 1 : found.start()], found.string[found.end() : found.end() + 1]
    return f"{' ' if before.isalnum() else ''}{made}{' ' if after.isalnum() else ''}"


def _math_text(markup: str) -> str:
    bare = _XMLNS.sub("", _PREFIX.sub(r"\1", markup))
    try:
        root = ElementTree.fromstring(bare)
    except ElementTree.ParseError:
        return html.unescape(_TAG.sub("", bare))
    return " ".join(_linear(root).translate(_TIMES).split())


def _linear(node: ElementTree.Element) -> str:
    parts = [_linear(child) for child in node]
    match node.tag:
        case "annotation" | "annotation-xml" | "mphantom":
            return ""
        case "mspace":
            return " "
        case "msub" if len(parts) == 2:
            return parts[0] + _shifted(parts[1], "sub")
        case "msup" if len(parts) == 2:
            return parts[0] + _shifted(parts[1], "sup", "^")
        case "msubsup" if len(parts) == 3:
            return parts[0] + _shifted(parts[1], "sub") + _shifted(parts[2], "sup", "^")
        case "mfrac" if len(parts) == 2:
            texts = [read(part).plain for part in parts]
            return "/".join(
                f"({part})" if len(text) > 1 and not text.isalnum() else part
                for part, text in zip(parts, texts, strict=True)
            )
        case "msqrt":
            return f"√({''.join(parts)})"
        case "mfenced":
            return node.get("open", "(") + ",".join(parts) + node.get("close", ")")
    return html.escape((node.text or "").strip(), quote=False) + "".join(parts)


def _shifted(markup: str, style: str, mark: str = "") -> str:
    """Return markup raised or lowered where its plain text can be told from text that is not; else as it stands."""
    markup = markup.strip()
    text = html.unescape(markup)
    if shifted(text, style) != text:
        return f"<{style}>{markup}</{style}>"
    return mark + markup if len(text) < 2 or not mark else f"{mark}({markup})"


def _retagged(text: str) -> str:
    """Return known elements as CSL's tags, those without a partner left out, and every other `<` escaped."""
    made: list[str] = []
    opened: list[tuple[str, int]] = []
    position = 0
    for tag in _TAG.finditer(text):
        name = _name(tag)
        if name not in _INLINE and name not in _BLOCK:
            continue
        made.append(html.escape(text[position : tag.start()], quote=False))
        position = tag.end()
        gap = " " if name in _SLANTED and _glued(text, tag) else ""
        if name in _BLOCK:
            made.append("\n\n")
        elif name not in _STYLE:
            made.append(gap)
        elif not tag[1]:
            made += [gap, ""]
            opened.append((_STYLE[name], len(made) - 1))
        else:
            made += [_close(_STYLE[name], made, opened), gap]
    return "".join((*made, html.escape(text[position:], quote=False)))


def _close(style: str, made: list[str], opened: list[tuple[str, int]]) -> str:
    """Set the opening tag of the innermost element of that style; answers its closing tag."""
    if not any(open_style == style for open_style, _ in opened):
        return ""
    while True:
        open_style, place = opened.pop()
        if open_style == style:
            made[place], closing = TAGS[style]
            return closing


def _name(tag: re.Match[str]) -> str:
    return tag[2].lower()


def _glued(text: str, tag: re.Match[str]) -> bool:
    """Return whether two words touch at this tag (`of<i>Danio rerio</i>Transcripts`): the space between was lost."""
    before, after = text[tag.start() - 1 : tag.start()], text[tag.end() : tag.end() + 1]
    return after.isalpha() and (before.isalpha() or (not tag[1] and before != "" and before in ".,;:)"))
