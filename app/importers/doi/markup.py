"""Titles and abstracts as publishers deposit them (JATS, HTML, MathML, entities once or twice over) to plain text.

Sources: JATS 1.3 face markup and block elements; HTML's; MathML 3 presentation elements.
A `<` that begins no element known here is text: `p < 0.05`, `x<y`.
"""

from __future__ import annotations

import html
import re
from xml.etree import ElementTree

_MATH = re.compile(r"<((?:[A-Za-z]+:)?math)\b[^<>]*>.*?</\1\s*>", re.S)
_TEX = re.compile(r"<((?:[A-Za-z]+:)?tex-math)\b[^<>]*>(.*?)</\1\s*>", re.S)
_DROPPED = re.compile(r"<!--.*?-->|<\?.*?\?>|<(script|style)\b[^<>]*>.*?</\1\s*>|<!\[CDATA\[|\]\]>", re.S | re.I)
_TAG = re.compile(r"<(/?)(?:[A-Za-z]+:)?([A-Za-z][\w-]*)(?:\s[^<>]*)?/?>")
_ENTITY = re.compile(r"&(?:[A-Za-z]\w*|#\d+|#[xX][0-9A-Fa-f]+);")
_PREFIX = re.compile(r"(</?)[A-Za-z]+:")
_XMLNS = re.compile(r"\s(?:xmlns(?::\w+)?|[A-Za-z]+:\w+)\s*=\s*(?:\"[^\"]*\"|'[^']*')")
_HEADING = re.compile(r"\s*(?:abstract|summary|résumé|zusammenfassung|resumen)\s*:?\s*", re.I)
_TIMES = dict.fromkeys(map(ord, "\u2061\u2062\u2063\u2064"))

_SLANTED = frozenset("i em italic b bold strong u underline".split())
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
_RAISED = str.maketrans("0123456789+-−=()ni", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿⁱ")
_LOWERED = str.maketrans("0123456789+-−=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎")
_SHIFTED = {"sup": _RAISED, "sub": _LOWERED, "inf": _LOWERED}


def has_markup(text: str) -> bool:
    """Whether the text has elements whose meaning plain text does not carry (`<i>`, `<sub>`, MathML)."""
    return any(found[2].lower() in _INLINE for found in _TAG.finditer(html.unescape(text)))


def plain_line(text: str) -> str:
    """A title, a name: one line of plain Unicode."""
    return " ".join(plain_text(text).split())


def plain_text(text: str) -> str:
    """An abstract: paragraphs of plain Unicode with an empty line between them; a heading *Abstract* is left out.

    Digits and signs that were raised or lowered are so in Unicode (`10⁶`, `H₂O`). Never raises.
    """
    if "<" not in text and "&" not in text:
        return _paragraphs(text)
    if _MATH.search(text):
        text = _TEX.sub(" ", text)  # the same formula twice: MathML is the one that can be read
    text = _MATH.sub(lambda found: html.escape(_spaced_math(found), quote=False), _DROPPED.sub("", text))
    for _ in range(2):  # entities are deposited once or twice over
        if not _ENTITY.search(text):
            break
        text = html.unescape(text)
    return _paragraphs(_without_tags(_DROPPED.sub("", text)))


def _spaced_math(found: re.Match[str]) -> str:
    """A formula's text, with the spaces that the deposit lost between it and its neighbours."""
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
            return parts[0] + _shifted(parts[1], _LOWERED)
        case "msup" if len(parts) == 2:
            return parts[0] + _shifted(parts[1], _RAISED, "^")
        case "msubsup" if len(parts) == 3:
            return parts[0] + _shifted(parts[1], _LOWERED) + _shifted(parts[2], _RAISED, "^")
        case "mfrac" if len(parts) == 2:
            return "/".join(f"({part})" if len(part) > 1 and not part.isalnum() else part for part in parts)
        case "msqrt":
            return f"√({''.join(parts)})"
        case "mfenced":
            return node.get("open", "(") + ",".join(parts) + node.get("close", ")")
    return (node.text or "").strip() + "".join(parts)


def _shifted(text: str, letters: dict[int, int], mark: str = "") -> str:
    """Raised or lowered where Unicode has all of it; as it stands otherwise, behind `mark`."""
    text = text.strip()
    if text and all(ord(letter) in letters for letter in text):
        return text.translate(letters)
    return mark + text if len(text) < 2 or not mark else f"{mark}({text})"


def _without_tags(text: str) -> str:
    """Known elements taken out: blocks become breaks, raised and lowered text Unicode's, the rest its content."""
    made: list[str] = []
    shifted: list[tuple[str, int]] = []
    position = 0
    for tag in _TAG.finditer(text):
        name = tag[2].lower()
        if name not in _INLINE and name not in _BLOCK:
            continue
        made.append(text[position : tag.start()])
        position = tag.end()
        if name in _BLOCK:
            made.append("\n\n")
        elif name in _SLANTED and _glued(text, tag):
            made.append(" ")
        elif name in _SHIFTED:
            _shift(name, bool(tag[1]), made, shifted)
    return "".join((*made, text[position:]))


def _glued(text: str, tag: re.Match[str]) -> bool:
    """Whether two words touch at this tag (`of<i>Danio rerio</i>Transcripts`): the space between was lost."""
    before, after = text[tag.start() - 1 : tag.start()], text[tag.end() : tag.end() + 1]
    return after.isalpha() and (before.isalpha() or (not tag[1] and before != "" and before in ".,;:)"))


def _shift(name: str, closing: bool, made: list[str], open_tags: list[tuple[str, int]]) -> None:
    if not closing:
        open_tags.append((name, len(made)))
    elif open_tags and open_tags[-1][0] == name:
        _, start = open_tags.pop()
        made[start:] = [_shifted("".join(made[start:]), _SHIFTED[name])]


def _paragraphs(text: str) -> str:
    found = [" ".join(part.split()) for part in re.split(r"\n\s*\n", text)]
    kept = [part for part in found if part]
    if len(kept) > 1 and _HEADING.fullmatch(kept[0]):
        kept = kept[1:]
    return "\n\n".join(kept)
