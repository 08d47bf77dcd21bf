"""Read markup and protected case of a LaTeX value as CSL rich text.

Markup macros and protective braces are replaced by marks that stand for nothing else (Unicode
noncharacters); what is between them is decoded as any text is, and the marks become tags.

BibTeX's rule of protection: letters in braces keep their case, unless a backslash follows the
brace (`{\\"O}sterreich`, `{\\em x}`); an argument (`\\emph{x}`) protects nothing.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from commonplace.importers.bibtex import latex_macros as macros
from commonplace.importers.bibtex.latex import (
    WordMeanings,
    decode,
    stands_alone,
    usual_letters,
    with_single_quotes,
    word_by_word,
)
from commonplace.importers.bibtex.latex_rewriting import MATH, rewritten
from commonplace.model.bibtex_terms import GUESSED_PROTECTION, has_inner_capital
from commonplace.model.rich_text import TAGS, RichText, plain, protected, read

COMMANDS = {
    **dict.fromkeys(("emph", "textit", "textsl", "mkbibemph", "mkbibitalic"), "i"),
    **dict.fromkeys(("textbf", "mkbibbold"), "b"),
    "textsc": "small-caps",
    "textsubscript": "sub",
    "textsuperscript": "sup",
}
"""Macros whose argument is in a style."""

SWITCHES = {
    **dict.fromkeys(("em", "it", "itshape", "sl", "slshape"), "i"),
    **dict.fromkeys(("bf", "bfseries"), "b"),
    **dict.fromkeys(("sc", "scshape"), "small-caps"),
}
"""Macros from which on, to the end of their group, text is in a style."""

_NOT_KEPT = re.compile(r"\\(texttt|tt|underline|uline)(?![A-Za-z])")
_MEANS_SOMETHING = re.compile(r"[{\\$<]")
_NOT_SIMPLE = re.compile(r"\\|\$|<|>|&|~|\t|\n|\r|\f|\v|--|``|''|\?`|!`")
_TOKEN = re.compile(r"\\(?:(?P<word>[A-Za-z]+)\*?(?P<gap>\s*)|(?P<sign>.))|[{}]|\$", re.S)
_AS_IT_IS = re.compile(
    r"\\(?:(?:url|nolinkurl|path|href|textcolor|color)\s*\{[^{}]*\}|(?:path|verb)\s*(?P<bar>[^\sA-Za-z{*]).*?(?P=bar))",
    re.S,
)
_TWO_ARGUMENTS = frozenset({"href", "textcolor"})
_SCRIPT = re.compile(r"([_^])\s*(?:\{([^{}]+)\}|([^\s{}\\$]|\\[A-Za-z]+))")

_OPEN = {style: chr(0xFDD0 + 2 * number) for number, style in enumerate(TAGS)}
_CLOSE = {style: chr(0xFDD1 + 2 * number) for number, style in enumerate(TAGS)}
_LESS, _GREATER = "\ufdde", "\ufddf"
_TO_TAGS = str.maketrans(
    {
        **{_OPEN[style]: tags[0] for style, tags in TAGS.items()},
        **{_CLOSE[style]: tags[1] for style, tags in TAGS.items()},
        "&": "&amp;",
        _LESS: "&lt;",
        _GREATER: "&gt;",
    }
)
_MARK = re.compile(f"[{_OPEN['i']}-{_GREATER}]")


class DecodedRich(NamedTuple):
    """Hold the text, the macros that had no meaning, and those whose look is not kept."""

    text: RichText
    unknown: tuple[str, ...] = ()
    not_kept: tuple[str, ...] = ()


def decode_rich(raw: str, *, paragraphs: bool = False) -> DecodedRich:
    """Return a value as rich text; the tags of HTML that CSL knows are read too, for web pages leave them in BibTeX."""
    raw = with_single_quotes(raw)
    if not _MEANS_SOMETHING.search(raw) or (not raw.isascii() and _MARK.search(raw)):
        decoded = decode(raw, paragraphs=paragraphs)
        found = decoded.text
        return DecodedRich(read(found.replace("&", "&amp;")) if "<" in found else plain(found), decoded.unknown)
    parts = _groups_in_a_row(usual_letters(raw))
    if parts is not None:
        return DecodedRich(protected(parts))
    raw = rewritten(raw)
    decoded = decode(_Marker(raw).marked(), paragraphs=paragraphs)
    text = decoded.text
    if not _MARK.search(text) and "<" not in text:
        made = plain(text)
    else:
        made = read(text.translate(_TO_TAGS)).squeeze(paragraphs=paragraphs)
    lost = tuple(dict.fromkeys(f"\\{name}" for name in _NOT_KEPT.findall(raw))) if "\\" in raw else ()
    return DecodedRich(made, decoded.unknown, lost)


def _protected_word(word: str) -> str | None:
    if word.isalnum():
        return word
    if not stands_alone(word):
        return None
    parts = _groups_in_a_row(usual_letters(word))
    return None if parts is None else protected(parts).html


_WORDS = WordMeanings(_protected_word)
"""Words as `RichText.html` has them."""


def protected_words(raw: str, *, paragraphs: bool = False) -> tuple[str, str] | None:
    """Return the plain text of a value, and its `RichText.html`, where all that its words have is protected case.

    None where there is more; then `decode_rich` reads it.
    """
    marked = word_by_word(raw, _WORDS, paragraphs)
    if marked is None:
        return None
    opened, closed = TAGS["nocase"]
    return marked.replace(opened, "").replace(closed, "") if "<" in marked else marked, marked


def _groups_in_a_row(letters: str) -> list[str] | None:
    """Return the text outside and inside of braces, by turns; None where a value has more to it, as few titles have."""
    if _NOT_SIMPLE.search(letters):
        return None
    before, *groups = letters.split("{")
    parts = [before]
    for group in groups:
        inside, _, after = group.partition("}")
        parts += (inside, after)
    bare = "".join(parts)
    # One brace too few or too many, or one within another; or space to be squeezed.
    if len(bare) != len(letters) - 2 * len(groups) or "}" in bare or "  " in bare:
        return None
    return None if bare.startswith(" ") or bare.endswith(" ") else parts


class _Marker:
    """Mark one value: groups are closed with what they were opened for."""

    def __init__(self, raw: str) -> None:
        self._raw = raw
        self._made: list[str] = []
        self._closers: list[str] = []
        """What ends each open group, after the marks of the switches in it."""

        self._argument_next = False
        """Whether a brace here would open an argument of the macro before it."""

    def marked(self) -> str:
        """Return the value with marks in the place of markup and protection."""
        raw, position = self._raw, 0
        while token := _TOKEN.search(raw, position):
            between = raw[position : token.start()]
            if between:
                self._made.append(between)
                self._argument_next = self._argument_next and between.isspace()
            position = self._take(token)
        self._made.append(raw[position:])
        self._made.extend(closer for closer in reversed(self._closers) if _MARK.match(closer))
        return "".join(self._made)

    def _take(self, token: re.Match[str]) -> int:
        """Write what the token stands for; answers where the next one may begin."""
        if (found := token[0]) == "{":
            return self._open(token.start())
        if found == "}":
            return self._close(token.end())
        if found == "$" or token["sign"] == "(" or token["word"] == "ensuremath":
            math = MATH.match(self._raw, token.start())
        else:
            math = None
        if math:
            self._made.append(_SCRIPT.sub(_script, math[0]))
            self._argument_next = False
            return math.end()
        if token["word"]:
            return self._macro(token)
        self._made.append(found)
        self._argument_next = token["sign"] in macros.COMBINING
        return token.end()

    def _macro(self, token: re.Match[str]) -> int:
        name, end = token["word"], token.end()
        if name in COMMANDS and self._raw.startswith("{", end):
            self._made.append(_OPEN[COMMANDS[name]])
            self._closers.append(_CLOSE[COMMANDS[name]])
            self._argument_next = False
            return end + 1
        if name in SWITCHES:
            self._made.append(_OPEN[SWITCHES[name]])
            if self._closers:
                self._closers[-1] = _CLOSE[SWITCHES[name]] + self._closers[-1]
            else:
                self._closers.append(_CLOSE[SWITCHES[name]])
            self._argument_next = False
            return end
        if name in ("textless", "textgreater"):
            self._made.append(_LESS if name == "textless" else _GREATER)
            return end + 2 if self._raw.startswith("{}", end) else end
        whole = _AS_IT_IS.match(self._raw, token.start())
        self._made.append(whole[0] if whole else token[0])
        self._argument_next = not whole or name in _TWO_ARGUMENTS
        return whole.end() if whole else end

    def _open(self, start: int) -> int:
        guessed = GUESSED_PROTECTION.match(self._raw, start)
        if self._argument_next or self._raw.startswith(("{}", "{\\"), start):
            self._made.append("{")
            self._closers.append("}")
        elif guessed and has_inner_capital(guessed[1]):
            self._made.append(guessed[1])
            return guessed.end()
        else:
            self._made.append(_OPEN["nocase"])
            self._closers.append(_CLOSE["nocase"])
        self._argument_next = False
        return start + 1

    def _close(self, end: int) -> int:
        self._made.append(self._closers.pop() if self._closers else "}")
        self._argument_next = False
        return end


def _script(found: re.Match[str]) -> str:
    style = "sup" if found[1] == "^" else "sub"
    text = found[2] or found[3]
    if "\\" not in text:  # else a space may end the name of a macro
        text = text.replace(" ", "")
    return f"{_OPEN[style]}{text}{_CLOSE[style]}"
