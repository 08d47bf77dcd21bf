"""Plain text to LaTeX that BibTeX and BibLaTeX take, in UTF-8: only what has a meaning is escaped."""

from __future__ import annotations

import re

_ESCAPES = {
    "\\": r"\textbackslash{}",
    "{": r"\textbraceleft{}",
    "}": r"\textbraceright{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "&": r"\&",
    "%": r"\%",
    "$": r"\$",
    "#": r"\#",
    "_": r"\_",
    "\u00a0": "~",
}
# Braces are written by name: BibTeX counts `\{` as an opening brace, so one alone would unbalance the entry.
_ENTITY = re.compile(r"&#?\w+;")
_SPECIAL = re.compile(r"[\\{}~^&%$#_\u00a0]|-(?=-)|`(?=`)|'(?=')|[?!](?=`)")
_WORD_PART = re.compile(r"[^-–—/\s]+")
_NEEDS_CARE = frozenset("\\{}$")


def escape(text: str) -> str:
    """`text` as LaTeX. Sequences LaTeX would join (two hyphens, two quotes) are kept apart with `{}`."""
    return _SPECIAL.sub(_escaped, text)


def _escaped(found: re.Match[str]) -> str:
    # What only looks like an HTML entity must not be read as one.
    entity = found[0] == "&" and _ENTITY.match(found.string, found.start())
    return _ESCAPES.get(found[0], found[0] + "{}") + ("{}" if entity else "")


def escape_title(text: str) -> str:
    """`text` as LaTeX, with the words in braces whose capitals a style must not change: DNA, McDonald, iPhone."""
    return " ".join(f"{{{escape(word)}}}" if _has_inner_capital(word) else escape(word) for word in text.split(" "))


def escape_verbatim(text: str) -> str:
    """An address or identifier: as it is, escaped only where braces or backslashes would break the entry."""
    return escape(text) if _NEEDS_CARE & set(text) else text


def _has_inner_capital(word: str) -> bool:
    """Whether a part of the word (between hyphens) has a capital after its first letter."""
    for part in _WORD_PART.findall(word):
        letters = [char for char in part if char.isalpha()]
        if any(char.isupper() for char in letters[1:]):
            return True
    return False
