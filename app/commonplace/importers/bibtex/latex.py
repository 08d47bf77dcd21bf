"""Decode LaTeX to plain Unicode text, and name the macros that had no meaning here.

Most values have nothing to decode, and most of the rest only braces, accents and named
symbols: those are done by one regular expression. pylatexenc knows the symbols, and walks
what is left (math, macros with arguments).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from html import unescape
from typing import NamedTuple

from commonplace.importers.bibtex import latex_macros as macros
from commonplace.importers.bibtex.latex_rewriting import MATH, rewritten
from commonplace.importers.bibtex.latex_walker import symbol, walk
from commonplace.model.rich_text import shifted

_ANYTHING = re.compile(r"\\|\{|\}|\$|~|--|``|''|\?`|!`")  # each begins with a letter of its own: searched fast
_SPACE = re.compile(r"[ \t\n\r\f\v]+")
_PARAGRAPH = re.compile(r"[ \t]*\n[ \t]*\n[ \t\n]*")
_SCRIPT = re.compile(r"([_^])\s*(?:\{([^{}\\]+)\}|([^\s{}\\$]))")
_MACRO_BEFORE_SCRIPT = re.compile(r"(\\[A-Za-z]+)\s*(?=[_^])")
"""A raised letter must not become part of the name of the macro before it."""

_TOKEN = re.compile(
    r"\\(?:(?P<mark>['`^\"~=.]|(?:[uvHcdbkrhGU]|textcommabelow)(?![A-Za-z]))\s*"
    r"(?:\{\s*(?P<braced>[^\W\d_][\u0300-\u036f]*)?\s*\}|(?P<bare>[^\W\d_][\u0300-\u036f]*))"
    r"|(?P<word>[A-Za-z]+)\*?(?P<gap>\s*)(?P<empty>\{\})?"
    r"|(?P<sign>.))",
    re.S,
)
_PUNCTUATION = re.compile(r"~|---?|``|''|\?`|!`")
_PRINTED = {"~": "\u00a0", "---": "—", "--": "–", "``": "“", "''": "”", "?`": "¿", "!`": "¡"}
_SPECIAL = re.compile(
    r"\\(?:url|nolinkurl)\s*\{(?P<url>[^{}]*)\}"
    r"|\\(?:path|verb)\s*(?P<bar>[^\sA-Za-z{*])(?P<verbatim>.*?)(?P=bar)"
    r"|\\path\s*\{(?P<path>[^{}]*)\}"
    r"|\\href\s*\{(?P<href>[^{}]*)\}\s*(?=\{)"
    r"|\\(?:noopsort|sortnoop|SortNoop|noop|printfirst|switchargs)\s*\{(?P<sort>[^{}]*)\}"
    r"|\\[vh]?phantom\s*(?:\{[^{}]*\}|\\.)"
    r"|\\(?P<script>textsuperscript|textsubscript)\s*\{(?P<scripted>[^{}\\]*)\}"
    r"|\\char\s*(?:(?P<decimal>\d+)|'(?P<octal>[0-7]+)|\"(?P<hex>[0-9A-F]+)|`\\?(?P<literal>.))\s?"
    r"|\\(?:kern|hskip|vskip|raise|lower|hspace\*?|vspace\*?)\s*\{?[-+]?[\d.]*\s*(?:pt|em|ex|mm|cm|in|mu|sp|\\[A-Za-z]+)\}?\s*",
    re.S,
)
_SINGLE_QUOTED = re.compile(r"(?<![\w`\\}?!])`(?![`\s])([^`]*?)(?<![\s'\\])'(?![\w'])")
"""What stands in single quotes as LaTeX writes them; an apostrophe within a word ends nothing."""

_BRACED_AMPERSAND = re.compile(r"\{\\&\}(?=\\?#\d+;|[A-Za-z]\w*;)")
_ENTITY = re.compile(r"\\?(&(?:\\?#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});)")
_NO_TEXT = frozenset({"Cc", "Cs", "Cn"})
"""Categories of what no text has: control characters, halves of surrogate pairs, what Unicode has not given out."""

_BY_NAME = {"\\": "backslash", "{": "braceleft", "}": "braceright", "~": "asciitilde", "^": "asciicircum"}
_MACRO_NAME = re.compile(r"\\[a-zA-Z]{2}")
_HIDE = str.maketrans("\\{}~-`'?!$", "\x01\x02\x03\x04\x05\x06\x07\x0e\x0f\x10")
_SHOW = str.maketrans("\x01\x02\x03\x04\x05\x06\x07\x0e\x0f\x10", "\\{}~-`'?!$")
_HIDDEN = re.compile("[\x01-\x07\x0e-\x10]")
_ROUNDS = 8
"""Maximum depth of nested accents, resolved from the inside out: no letter has as many."""


_DOTLESS = r"\\[ij](?![A-Za-z*])"
_OVER = rf"\{{(?:[A-Za-z]|{_DOTLESS})\}}"
_USUAL = re.compile(
    rf"(\\['`^\"~=.](?:{_OVER}|[A-Za-z](?![\u0300-\u036f])|{_DOTLESS}\s*+(?:\{{\}})?+(?![\u0300-\u036f]))"
    rf"|\\[uvHcdbkr](?:{_OVER}|[ ]++[A-Za-z](?![\u0300-\u036f]))"
    r"|\\(?:ss|ae|AE|oe|OE|aa|AA|[oOlLij])(?![A-Za-z*])\s*+(?:\{\})?"
    r"|\\[&%_#]|~|---?|``|''|\?`|!`)"
)
"""What most LaTeX in bibliographies is: each match means the same wherever it stands."""

_SWALLOWS_SPACE = re.compile(r"\\[A-Za-z]+\Z")
_HAS_SPACE = re.compile(r"[ \t\n\r\f\v]")

_LETTERS: dict[str, str] = {}
"""Accents met before, as they were written, to their letter."""
_MOST_LETTERS = 4096
_MOST_WORDS, _LONGEST_WORD = 50_000, 60
"""Maximum number of words whose meaning is kept, and maximum length of one, in characters."""

_SHORT = 200
"""Maximum length of a value, in characters, that is kept with its text: of a journal, of a place."""

_NO_WORD = "\ufdd0"
"""A character that stands for nothing in any text."""


class Decoded(NamedTuple):
    """Hold plain text, and the macros that were dropped from it or kept as their bare name."""

    text: str
    unknown: tuple[str, ...] = ()


def decode(raw: str, *, paragraphs: bool = False) -> Decoded:
    """Return a value as plain text, in NFC where LaTeX composed it, white space squeezed.

    HTML's entities, which web pages leave in BibTeX, are decoded too (`&amp;`, `\\&eacute;`).

    With `paragraphs`, blank lines stay as one blank line.
    """
    if len(raw) <= _SHORT and not paragraphs:
        return _decode_cached(raw)
    return _decode(raw, paragraphs)


def _without_entities(raw: str) -> str:
    return _ENTITY.sub(_character, _BRACED_AMPERSAND.sub(r"\&", raw) if "{\\&}" in raw else raw)


def _character(found: re.Match[str]) -> str:
    """Return the character of an entity, as LaTeX where it means something there; what names no character stays."""
    entity = found[1].replace("\\", "")
    char = unescape(entity)
    if char == entity or any(unicodedata.category(c) in _NO_TEXT for c in char):
        return found[0]
    return "".join("\\" + c if c in "&%$#_" else f"\\text{_BY_NAME[c]}{{}}" if c in _BY_NAME else c for c in char)


@lru_cache(maxsize=32768)  # what the title of a journal is, or a place
def _decode_cached(raw: str) -> Decoded:
    return _decode(raw, False)


def _decode(raw: str, paragraphs: bool) -> Decoded:
    if raw.isalnum():
        return Decoded(raw)
    if (text := word_by_word(raw, _WORDS, paragraphs)) is not None:
        return Decoded(text)
    raw = with_single_quotes(raw)
    if "&" in raw:
        raw = _without_entities(raw)
    if not _ANYTHING.search(raw):
        return Decoded(squeeze(raw, paragraphs))
    usual = _decode_usual(raw)
    if usual is not None:
        return Decoded(squeeze(usual, paragraphs))
    return _decode_any(raw, paragraphs)


def with_single_quotes(raw: str) -> str:
    """Return the value with curly quotes in the place of LaTeX's single ones, which come in pairs: `` `so' ``."""
    return _SINGLE_QUOTED.sub("‘\\1’", raw) if "`" in raw else raw


class WordMeanings(dict[str, str]):
    """Keep the meaning of words, worked out when one is first met: in any file most words come again and again."""

    def __init__(self, meaning: Callable[[str], str | None]) -> None:
        """Take the function that gives a word's meaning, None for part of something longer and for more than a word."""
        super().__init__({"": _NO_WORD})
        self._meaning = meaning

    def __missing__(self, word: str) -> str:
        if word.isdecimal():  # most numbers are met once
            return word
        meaning = self._meaning(word) or _NO_WORD
        if len(self) < _MOST_WORDS and len(word) <= _LONGEST_WORD:
            self[word] = meaning
        return meaning


def word_by_word(raw: str, known: WordMeanings, paragraphs: bool = False) -> str | None:
    """Return a value word by word; None where a word cannot be read by itself, or there are paragraphs to keep."""
    if "\n" not in raw and "\t" not in raw:
        words = raw.strip(" ").split(" ")
    elif paragraphs:
        return None
    else:
        words = [word for word in raw.replace("\n", " ").replace("\t", " ").split(" ") if word]
    text = " ".join(map(known.__getitem__, words))
    return None if _NO_WORD in text or not text else text


def stands_alone(word: str) -> bool:
    """Return whether a word is one word, and nothing in it could do something to the next one."""
    return "`" not in word.replace("``", "") and not _SWALLOWS_SPACE.search(word) and not _HAS_SPACE.search(word)


def _word_text(word: str) -> str | None:
    if word.isalnum():
        return word
    if not stands_alone(word):
        return None
    text = _decode_usual(_without_entities(word) if "&" in word else word)
    return text if text and text == text.strip(" ") else None


_WORDS = WordMeanings(_word_text)
"""The text of words."""


class _UsualTexts(dict[str, str]):
    """Keep the text of each match of `_USUAL`, worked out when it is first met."""

    def __missing__(self, latex: str) -> str:
        unknown: list[str] = []
        text = _decode_text(latex, unknown)
        if unknown:
            return latex
        if len(self) < _MOST_LETTERS:
            self[latex] = text
        return text


_USUAL_TEXTS = _UsualTexts()


def usual_letters(raw: str) -> str:
    """Return a value with its usual accents and punctuation as characters; a group of one loses its braces.

    What a group protects stays the same: where that is not plain from the letters alone, `raw` comes back as it was.
    """
    if "\\\\" in raw or "$" in raw:
        return raw
    pieces = _USUAL.split(raw)
    for place in range(1, len(pieces), 2):
        before, after = pieces[place - 1], pieces[place + 1]
        accent = pieces[place][0] == "\\"
        if accent and after.startswith("{"):
            return raw
        if accent and before.endswith("{"):
            if not after.startswith("}"):
                return raw
            pieces[place - 1], pieces[place + 1] = before[:-1], after[1:]
        pieces[place] = _USUAL_TEXTS[pieces[place]]
    return "".join(pieces)


def _decode_usual(raw: str) -> str | None:
    """Return the text of LaTeX in which there is nothing but the usual, None where there is more."""
    if "$" in raw or "\\\\" in raw:
        return None
    pieces = _USUAL.split(raw)
    if len(pieces) > 1:
        pieces[1::2] = map(_USUAL_TEXTS.__getitem__, pieces[1::2])
        raw = "".join(pieces)
    return None if "\\" in raw else raw.replace("{", "").replace("}", "")


def _decode_any(raw: str, paragraphs: bool) -> Decoded:
    """Return the text of any LaTeX, slowly."""
    raw = rewritten(raw)
    if "\\" not in raw and "$" not in raw:
        return Decoded(squeeze(_printed(raw), paragraphs))
    unknown: list[str] = []
    pieces: list[str] = []
    position = 0
    for math in MATH.finditer(raw):
        pieces.append(_decode_text(raw[position : math.start()], unknown))
        pieces.append(_decode_math(math[1] or math[2] or math[3] or "", unknown))
        position = math.end()
    pieces.append(_decode_text(raw[position:], unknown))
    return Decoded(squeeze("".join(pieces), paragraphs), tuple(dict.fromkeys(unknown)))


def squeeze(text: str, paragraphs: bool) -> str:
    """Return the text with white space as single spaces; with `paragraphs`, empty lines stay as one."""
    if not paragraphs or "\n" not in text:
        if "  " not in text and text.isprintable():
            return text.strip(" ")
        return _SPACE.sub(" ", text).strip(" ")
    return "\n\n".join(_SPACE.sub(" ", part) for part in _PARAGRAPH.split(text.strip(" \t\n\r")))


def _printed(text: str) -> str:
    # Braces go last: until then they keep apart what would be joined (`-{}-`).
    return _PUNCTUATION.sub(_punctuation, text).replace("{", "").replace("}", "")


def _punctuation(found: re.Match[str]) -> str:
    return _PRINTED[found[0]]


def _shown(text: str) -> str:
    return text.translate(_SHOW) if _HIDDEN.search(text) else text


def _decode_math(latex: str, unknown: list[str]) -> str:
    scripted = _SCRIPT.sub(_script, _MACRO_BEFORE_SCRIPT.sub(r"\1{}", latex))
    if "\\" not in scripted:
        return scripted.replace("{", "").replace("}", "").replace("~", " ")
    return walk(f"${scripted}$", unknown)


def _script(found: re.Match[str]) -> str:
    """Return a sub- or superscript in Unicode's own characters, or as it was where they do not reach."""
    text = (found[2] or found[3]).replace(" ", "")
    table = macros.SUPERSCRIPTS if found[1] == "^" else macros.SUBSCRIPTS
    if found[1] == "^" and len(text) > 1 and text.isalpha():
        return text  # a word (th, TM) is raised for its look; a power has a number or a single letter
    return text.translate(table) if all(ord(c) in table for c in text) else found[0]


def _decode_text(latex: str, unknown: list[str]) -> str:
    if "\\" not in latex:
        return _printed(latex)
    text = _SPECIAL.sub(_special, latex) if _MACRO_NAME.search(latex) else latex
    dropped: list[str] = []
    for round_ in range(_ROUNDS):
        try:
            after = _round(text, dropped, round_ == _ROUNDS - 1)
        except _NeedsWalker:
            return walk(_SPECIAL.sub(_special, latex), unknown).translate(_SHOW)
        # An accent that did not change while nothing else did has no letter to stand on.
        if after == text and "\\" in after:
            after = _round(text, dropped, True)
        if "\\" not in after:
            text = after
            break
        text = after
    unknown.extend(dropped)
    return _shown(_printed(text))


def _round(text: str, unknown: list[str], last: bool) -> str:
    def replaced(found: re.Match[str]) -> str:
        known = _LETTERS.get(found[0])
        return known if known is not None else _token(found, unknown, last)

    return _TOKEN.sub(replaced, text)


class _NeedsWalker(Exception):
    """A macro takes arguments, so that its text cannot be said from its name."""


def _token(found: re.Match[str], unknown: list[str], last: bool) -> str:
    if found["mark"]:
        text = _accented(found["mark"], found["braced"] or found["bare"] or "")
        if len(_LETTERS) < _MOST_LETTERS:
            _LETTERS[found[0]] = text
        return text
    if found["word"]:
        return _word(found, unknown, last)
    sign = found["sign"]
    if sign in macros.COMBINING:
        if last:
            unknown.append(found[0])
        return "" if last else found[0]
    return macros.CONTROL_SYMBOLS.get(sign, sign.translate(_HIDE))


def _word(found: re.Match[str], unknown: list[str], last: bool) -> str:
    name, gap = found["word"], "" if found["empty"] else found["gap"]
    if name in macros.FONTS:
        return ""
    if name in macros.COMBINING and not last:
        return found[0]
    text = macros.SYMBOLS.get(name)
    if text is None:
        text = symbol(name)
    if text is not None:
        return text.translate(_HIDE) + (gap if len(text) != 1 else "")
    if name in macros.COMBINING:
        unknown.append("\\" + name)
        return ""
    if symbol.takes_arguments(name):
        raise _NeedsWalker
    unknown.append("\\" + name)
    followed = found.end() < len(found.string) and found.string[found.end()] == "{" and not found["empty"]
    return "" if followed else name + gap


def _accented(mark: str, letter: str) -> str:
    if not letter:
        return macros.BARE_ACCENT.get(mark, "").translate(_HIDE)
    if mark not in macros.DOT_STAYS:
        letter = letter.replace("ı", "i").replace("ȷ", "j")
    return unicodedata.normalize("NFC", letter + macros.COMBINING[mark])


def _special(found: re.Match[str]) -> str:
    """Return the text of a macro whose argument is not LaTeX."""
    for group in ("url", "verbatim", "path"):
        if found[group] is not None:
            text = found[group]
            return str(text if group == "verbatim" else re.sub(r"\\([%#&_~{}])", r"\1", text)).translate(_HIDE)
    if found["href"] is not None:
        return (found["href"] + " ").translate(_HIDE)
    if found["scripted"] is not None:
        return shifted(found["scripted"], "sup" if found["script"] == "textsuperscript" else "sub")
    for group, base in (("decimal", 10), ("octal", 8), ("hex", 16)):
        if found[group] is not None:
            char = chr(int(found[group], base) % 0x110000)
            return "" if unicodedata.category(char) in _NO_TEXT else char.translate(_HIDE)
    return (found["literal"] or "").translate(_HIDE)
