r"""Say LaTeX in simpler words, which decoding and marking up would each have to know otherwise.

`\enquote{x}` becomes quotation marks, `\foreignlanguage{l}{x}` its text, `\uppercase{x}` capitals; math has a module
of its own.
"""

from __future__ import annotations

import re

from commonplace.importers.bibtex.latex_math import plain_math

_ARGUMENT = r"\{((?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*)\}"
_QUOTED = re.compile(rf"\\(?:enquote\*?|mkbibquote|textquote)\s*{_ARGUMENT}")
_LANGUAGE = re.compile(r"\\(?:foreignlanguage|textlang|latintext)\s*\{[^{}]*\}\s*\{")
_CASE = re.compile(r"\\(?:(?P<up>uppercase|MakeUppercase|MakeTextUppercase)|lowercase|MakeLowercase)\s*\{([^{}\\]*)\}")
_TIE = re.compile(r"\\t\s*\{\s*(\w)\s*(\w)\s*\}")
_SYMBOL = re.compile(r"\\symbol\s*\{(\d{1,6})\}")
MATH = re.compile(
    r"(?<!\\)\$\$?((?:[^$\\]|\\.)+)\$\$?|\\\(((?:[^\\]|\\[^)])+)\\\)|\\ensuremath\s*\{((?:[^{}]|\{[^{}]*\})*)\}", re.S
)
"""Math in any of its delimiters, and what stands between them."""

_ESCAPED_TAG = re.compile(
    r"(?:\{\\textless\}|\$<\$)(/?(?:i|em|b|strong|sub|sup|scp?)|/?span[^{}<>\\$]*)(?:\{\\textgreater\}|\$>\$)"
)
_RARE = re.compile(
    r"\\(?:enquote|mkbibquote|textquote|foreignlanguage|textlang|latintext|uppercase|lowercase|Make|symbol|t\s*\{)"
    r"|\$|\\\(|\\ensuremath|\{\\textless\}"
)


def rewritten(raw: str) -> str:
    """Return a value in simpler words. What is not known here stays as it is."""
    if not _RARE.search(raw):
        return raw
    text = _ESCAPED_TAG.sub(r"<\1>", raw)
    text = _quoted(text, ("“", "”"), ("‘", "’"))
    text = _LANGUAGE.sub(r"{\\relax ", text)
    text = _CASE.sub(lambda found: found[2].upper() if found["up"] else found[2].lower(), text)
    text = _TIE.sub("\\1\u0361\\2", text)
    text = _SYMBOL.sub(lambda found: f"\\char{found[1]} ", text)
    return MATH.sub(lambda found: plain_math(found[0]), text)


def _quoted(text: str, marks: tuple[str, str], inner: tuple[str, str]) -> str:
    return _QUOTED.sub(lambda found: marks[0] + _quoted(found[1], inner, marks) + marks[1], text)
