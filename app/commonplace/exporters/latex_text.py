"""Write text, plain and rich, as LaTeX for BibTeX and BibLaTeX in UTF-8: only what has a meaning is escaped."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby

from commonplace.model.bibtex_terms import GUESSED_PROTECTION, has_inner_capital
from commonplace.model.rich_text import LOOKS_LIKE_TAG, RichText, Run, plain

_COMMANDS = {
    "i": r"\emph",
    "b": r"\textbf",
    "small-caps": r"\textsc",
    "sub": r"\textsubscript",
    "sup": r"\textsuperscript",
    "nocase": "",
}
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
    "`": r"\textasciigrave{}",
    "\u00a0": "~",
    "@": "{}@",
}
# Braces are written by name: BibTeX counts `\{` as an opening brace, so one alone would unbalance the entry. An @ that
# begins a line looks like an entry to many programs. A grave accent would open a quotation.
_ENTITY = re.compile(r"&#?\w+;")
_SPECIAL = re.compile(r"[\\{}~^&%$#_\u00a0]|(?<=\n)@|-(?=-)|`|'(?=')|[?!](?=`)")
_BRACE = re.compile(r"[{}]")


def escape(text: str) -> str:
    """Return the text as LaTeX. Sequences LaTeX would join (two hyphens, two quotes) are kept apart with `{}`."""
    return _SPECIAL.sub(_escaped, text)


def _escaped(found: re.Match[str]) -> str:
    # What only looks like an HTML entity must not be read as one.
    entity = found[0] == "&" and _ENTITY.match(found.string, found.start())
    return _ESCAPES.get(found[0], found[0] + "{}") + ("{}" if entity else "")


def escape_title(text: str) -> str:
    """Return a plain title as LaTeX: words with a capital inside (DNA, McDonald) are protected by two pairs of braces.

    One pair is what an author asked for, so that the two are told apart when this is read.
    """
    return escape_rich(plain(text), is_title=True)


def escape_rich(text: RichText, *, is_title: bool = False) -> str:
    """Return rich text as LaTeX: a macro for each style, and braces around letters whose case is protected."""
    return _nested(text.runs, 0, guess=is_title)


def _nested(runs: Sequence[Run], depth: int, guess: bool) -> str:
    parts: list[str] = []
    for style, group in groupby(runs, key=lambda run: run.styles[depth] if len(run.styles) > depth else None):
        listed = list(group)
        if style is None:
            parts += [_leaf(run.text, guess) for run in listed]
            continue
        inner = _nested(listed, depth + 1, guess and style != "nocase")
        if style == "nocase" and inner.startswith("\\"):
            inner = f"{{{inner}}}"  # a backslash after the brace would undo the protection
        parts.append(f"{_COMMANDS[style]}{{{inner}}}")
    return "".join(parts)


def _leaf(text: str, guess: bool) -> str:
    return r"\textless{}".join(_words(part, guess) for part in LOOKS_LIKE_TAG.split(text))


def _words(text: str, guess: bool) -> str:
    return " ".join(map(_guessed, text.split(" "))) if guess else escape(text)


def _guessed(word: str) -> str:
    escaped = escape(word)
    doubled = f"{{{{{escaped}}}}}"
    return doubled if has_inner_capital(word) and GUESSED_PROTECTION.fullmatch(doubled) else escaped


def escape_verbatim(text: str) -> str:
    """Return an address or identifier as it is; braces that would unbalance the entry are percent-encoded."""
    return text if _is_balanced(text) else text.replace("{", "%7B").replace("}", "%7D")


def escape_path(text: str) -> str:
    """Return a path as it is; braces that would unbalance the entry are written by name."""
    return text if _is_balanced(text) else _BRACE.sub(_escaped, text)


def _is_balanced(text: str) -> bool:
    depth = 0
    for brace in _BRACE.findall(text):
        depth += 1 if brace == "{" else -1
        if depth < 0:
            return False
    return not depth
