r"""LaTeX that says the same in simpler words: what decoding and marking up would each have to know otherwise.

`\enquote{x}` becomes quotation marks, `\foreignlanguage{l}{x}` its text, `\uppercase{x}` capitals; in
math, what stands above or below the line loses the font macros around it (`^{\mathrm{TM}}`).
"""

from __future__ import annotations

import re

_ARGUMENT = r"\{((?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*)\}"
_QUOTED = re.compile(rf"\\(?:enquote\*?|mkbibquote|textquote)\s*{_ARGUMENT}")
_LANGUAGE = re.compile(r"\\(?:foreignlanguage|textlang|latintext)\s*\{[^{}]*\}\s*\{")
_CASE = re.compile(r"\\(?:(?P<up>uppercase|MakeUppercase|MakeTextUppercase)|lowercase|MakeLowercase)\s*\{([^{}\\]*)\}")
_TIE = re.compile(r"\\t\s*\{\s*(\w)\s*(\w)\s*\}")
_SYMBOL = re.compile(r"\\symbol\s*\{(\d{1,6})\}")
_FONT = r"(?:mathrm|textrm|text|mathit|textit|mathsf|textsf|mathbf|textbf|mathnormal|textnormal|mbox|hbox|operatorname)"
_SCRIPT_FONT = re.compile(
    rf"(?<!\\)([_^])\s*(?:\{{\s*\\{_FONT}\s*\{{([^{{}}\\]*)\}}\s*\}}|\\{_FONT}\s*\{{([^{{}}\\]*)\}})"
    r"|(?<!\\)([_^])\s*\{\s*\\(?:rm|it|sf|bf|tt)\s+([^{}\\]*)\}"
)
_SIGN = r"\\(circ|prime|textregistered|circledR|textcopyright|texttrademark|dagger|ast)(?![A-Za-z])\s*"
_SCRIPT_SIGN = re.compile(rf"(?<!\\)\^\s*(?:\{{\s*{_SIGN}\}}|{_SIGN})")
_SIGNS = {"circ": "°", "prime": "′", "dagger": "†", "ast": "*", "texttrademark": "™", "textcopyright": "©"}
_MATH_SWITCH = re.compile(r"\{\s*\\(?:rm|sf)\s+([^{}\\]*)\}")
_OPERATOR = re.compile(r"(?<=[\w)}])\\(log|ln|exp|sin|cos|tan|max|min|lim|det|dim|ker|gcd|mod)(?![A-Za-z])")
_MATH = re.compile(r"(?<!\\)\$(?:[^$\\]|\\.)+\$", re.S)
_ESCAPED_TAG = re.compile(
    r"(?:\{\\textless\}|\$<\$)(/?(?:i|em|b|strong|sub|sup|scp?)|/?span[^{}<>\\$]*)(?:\{\\textgreater\}|\$>\$)"
)
_RARE = re.compile(
    r"\\(?:enquote|mkbibquote|textquote|foreignlanguage|textlang|latintext|uppercase|lowercase|Make|symbol|t\s*\{)"
    r"|\$|\{\\textless\}"
)


def rewritten(raw: str) -> str:
    """`raw` in simpler words. What is not known here stays as it is."""
    if not _RARE.search(raw):
        return raw
    text = _ESCAPED_TAG.sub(r"<\1>", raw)
    text = _quoted(text, ("“", "”"), ("‘", "’"))
    text = _LANGUAGE.sub(r"{\\relax ", text)
    text = _CASE.sub(lambda found: found[2].upper() if found["up"] else found[2].lower(), text)
    text = _TIE.sub("\\1\u0361\\2", text)
    text = _SYMBOL.sub(lambda found: f"\\char{found[1]} ", text)
    return _MATH.sub(lambda found: _math(found[0]), text) if "$" in text else text


def _quoted(text: str, marks: tuple[str, str], inner: tuple[str, str]) -> str:
    return _QUOTED.sub(lambda found: marks[0] + _quoted(found[1], inner, marks) + marks[1], text)


def _math(latex: str) -> str:
    text = _SCRIPT_SIGN.sub(lambda found: _SIGNS.get(found[1] or found[2], "®"), latex)
    text = _SCRIPT_FONT.sub(
        lambda found: f"{found[1] or found[4]}{{{(found[2] or found[3] or found[5] or '').strip()}}}", text
    )
    text = _MATH_SWITCH.sub(r"{\1}", text)
    return _OPERATOR.sub(r" \\\1", text)
