r"""Say math in simpler words, where the LaTeX library has no text for it, or drops a part.

Marks above and below become combining characters (`\overline{2}`), delimiters stand alone (`\left( x \right)`),
fractions stand on one line, with brackets where they are needed. What has no plain form is left for the library, which
reports it.

Source: The LaTeX Companion, third edition, chapter 11; the names of combining marks are Unicode's.
"""

from __future__ import annotations

import re
import unicodedata

from commonplace.importers.bibtex.latex_walker import symbol

_ARGUMENT = r"\{([^{}]*+(?:\{[^{}]*+(?:\{[^{}]*+\}[^{}]*+)*+\}[^{}]*+)*+)\}"
_SHORT = rf"\s*(?:{_ARGUMENT}|([A-Za-z0-9])|(\\[A-Za-z]+))"
_FONT = r"(?:mathrm|textrm|text|mathit|textit|mathsf|textsf|mathbf|textbf|mathnormal|textnormal|mbox|hbox|operatorname)"
_SCRIPT_FONT = re.compile(
    rf"(?<!\\)([_^])\s*(?:\{{\s*\\{_FONT}\s*\{{([^{{}}\\]*)\}}\s*\}}|\\{_FONT}\s*\{{([^{{}}\\]*)\}})"
    r"|(?<!\\)([_^])\s*\{\s*\\(?:rm|it|sf|bf|tt)\s+([^{}\\]*)\}"
)
_SIGN = r"\\(circ|prime|textregistered|circledR|textcopyright|texttrademark|dagger|ast)(?![A-Za-z])\s*"
_SCRIPT_SIGN = re.compile(rf"(?<!\\)\^\s*(?:\{{\s*{_SIGN}\}}|{_SIGN})")
_SIGNS = {"circ": "°", "prime": "′", "dagger": "†", "ast": "*", "texttrademark": "™", "textcopyright": "©"}
_SWITCH = re.compile(r"\{\s*\\(?:rm|sf)\s+([^{}\\]*)\}")
_OPERATOR = re.compile(r"(?<=[\w)}])\\(log|ln|exp|sin|cos|tan|max|min|lim|det|dim|ker|gcd|mod)(?![A-Za-z])")

_DELIMITER = r"(\\[A-Za-z]+|\\.|[^\s\\A-Za-z0-9])"
_OPENING = re.compile(rf"\\(?:left|[bB]igg?l)(?![A-Za-z])\s*{_DELIMITER}\s*")
_CLOSING = re.compile(rf"\s*\\(?:right|[bB]igg?r)(?![A-Za-z])\s*{_DELIMITER}")
_SIZED = re.compile(rf"\\(?:middle|[bB]igg?m?)(?![A-Za-z])\s*{_DELIMITER}")
_OPENS = re.compile(r"\\(langle|lvert|lVert|lfloor|lceil)\s+")
_CLOSES = re.compile(r"\s+(\\(?:rangle|rvert|rVert|rfloor|rceil)(?![A-Za-z]))")
_LAYOUT = re.compile(
    r"\\(?:(?:display|text|script|scriptscript)style|limits|nolimits|displaylimits|left|right|(?:math)?strut|nonumber)"
    r"(?![A-Za-z])\s*|\\[vh]?phantom\s*\{[^{}]*\}|\\(?:text)?color\s*(?:\[\w*\])?\{[^{}]*\}"
    r"|\\math(?:op|ord|bin|rel|open|close|punct|inner)(?![A-Za-z])"
)
_MARKS = {
    **dict.fromkeys(("bar", "overline"), "\u0305"),
    **dict.fromkeys(("hat", "widehat"), "\u0302"),
    **dict.fromkeys(("tilde", "widetilde"), "\u0303"),
    **dict.fromkeys(("vec", "overrightarrow"), "\u20d7"),
    **dict.fromkeys(("underline", "underbar"), "\u0332"),
    "overleftarrow": "\u20d6",
    "overleftrightarrow": "\u20e1",
    "underrightarrow": "\u20ef",
    "underleftarrow": "\u20ee",
    "dot": "\u0307",
    "ddot": "\u0308",
    "dddot": "\u20db",
    "check": "\u030c",
    "breve": "\u0306",
    "acute": "\u0301",
    "grave": "\u0300",
    "mathring": "\u030a",
}
"""Macros that set a mark above or below their argument, to the combining character."""

_ONE_ONLY = frozenset({"widehat", "widetilde"})
"""Marks that mean something else over each of several letters than over all of them."""

_MARKED = re.compile(rf"\\({'|'.join(_MARKS)})(?![A-Za-z]){_SHORT}")
_FONT_AROUND = re.compile(r"^\s*\\(?:mathrm|mathit|mathsf|text|textrm|operatorname)\s*\{([^{}]*)\}\s*$")
_LETTER = re.compile(r"\s*(\\[A-Za-z]+|[^\\{}_^\s])\s*((?:[_^]\s*(?:\{[^{}]*\}|\\[A-Za-z]+|[^\\{}\s]))*)")
_FRACTION = re.compile(rf"(\d)?\\(?:[dtc]?frac|[ns]frac|nicefrac){_SHORT}{_SHORT}(?=(\s*[\w\\])?)")
_ROOT = re.compile(rf"\\sqrt\s*\[([^\[\]]*)\]\s*{_ARGUMENT}")
_ROOTS = {"2": "√", "3": "∛", "4": "∜"}
_OVER = re.compile(rf"\\(?:stackrel|overset){_SHORT}{_SHORT}")
_UNDER = re.compile(rf"\\underset{_SHORT}{_SHORT}")
_ARROW = re.compile(rf"\\x(left|right)arrow\s*(?:\[[^\[\]]*\])?\s*{_ARGUMENT}")
_CHOICE = re.compile(rf"\\([dt]?binom){_SHORT}{_SHORT}")
_BOLD = re.compile(r"\\(?:boldsymbol|bm|pmb)(?![A-Za-z])")
_REMAINDER = re.compile(r"\s*\\(?:pmod\s*\{([^{}]*)\}|pmod\s+(\w)|([bp]?mod)(?![A-Za-z]))\s*")
_STACK = re.compile(rf"\\substack\s*{_ARGUMENT}")
_COMPOUND = re.compile(r"[^\w\\{}^ ]|\s(?!$)|\\[dtc]?frac")
_DEPTH = 4
"""Maximum depth of nested fractions, written out from the inside: no title has as many."""


def plain_math(latex: str) -> str:
    """Return math, with the signs around it, in simpler words. What is not known here stays as it is."""
    text = _SCRIPT_SIGN.sub(lambda found: _SIGNS.get(found[1] or found[2], "®"), latex)
    text = _SCRIPT_FONT.sub(
        lambda found: f"{found[1] or found[4]}{{{(found[2] or found[3] or found[5] or '').strip()}}}", text
    )
    text = _SWITCH.sub(r"{\1}", text)
    if "\\" not in text:
        return text
    text = _without_layout(text)
    text = _REMAINDER.sub(lambda found: " mod " if found[3] else f" (mod {found[1] or found[2]})", text)
    for _ in range(_DEPTH):
        before, text = text, _MARKED.sub(_marked, _FRACTION.sub(_fraction, text))
        if text == before:
            break
    text = _ROOT.sub(_root, text)
    text = _OVER.sub(lambda found: f"{{{_second(found)}}}^{{{_first(found)}}}", text)
    text = _UNDER.sub(lambda found: f"{{{_second(found)}}}_{{{_first(found)}}}", text)
    text = _ARROW.sub(r"\\\1arrow^{\2}", text)
    text = _CHOICE.sub(lambda found: f"\\{found[1]}{{}}({_first(found, 2)}, {_second(found, 2)})", text)
    text = _STACK.sub(lambda found: "{" + found[1].replace(r"\\", ", ") + "}", text)
    return _OPERATOR.sub(r" \\\1", text)


def _without_layout(text: str) -> str:
    text = _BOLD.sub(r"\\mathbf", text).replace(r"\operatorname*", r"\mathrm").replace(r"\operatorname", r"\mathrm")
    if r"\left" in text or r"\right" in text or "ig" in text or r"\middle" in text:
        for delimiter in (_OPENING, _CLOSING, _SIZED):
            text = delimiter.sub(_alone, text)
    return _CLOSES.sub(r"\1", _OPENS.sub(r"\\\1{}", _LAYOUT.sub("", text)))


def _alone(found: re.Match[str]) -> str:
    """Return a delimiter without its size; a point stands for none."""
    delimiter = found[1]
    if delimiter == ".":
        return ""
    return delimiter + "{}" if delimiter[1:].isalpha() else delimiter


def _first(found: re.Match[str], group: int = 1) -> str:
    return found[group] or found[group + 1] or found[group + 2] or ""


def _second(found: re.Match[str], group: int = 1) -> str:
    return _first(found, group + 3)


def _fraction(found: re.Match[str]) -> str:
    """Return `a/b` apart from what it would run into: `2 1/2`, `1/2 mv`."""
    whole, after = found[1] or "", " " if found[8] and not found[8][0].isspace() else ""
    return f"{whole}{' ' if whole else ''}{_bracketed(_first(found, 2))}/{_bracketed(_second(found, 2))}{after}"


def _bracketed(part: str) -> str:
    part = part.strip()
    return f"({part})" if _COMPOUND.search(part) else part


def _root(found: re.Match[str]) -> str:
    index = found[1].strip()
    sign = _ROOTS.get(index)
    return f"{sign}({found[2]})" if sign else f"{{}}^{{{index}}}\\sqrt{{{found[2]}}}"


def _marked(found: re.Match[str]) -> str:
    """Return each letter of the argument with the mark on it; the macro as it was where there is more than letters."""
    name, argument = found[1], _FONT_AROUND.sub(r"\1", _first(found, 2))
    letters = []
    position = 0
    while letter := _LETTER.match(argument, position):
        base = symbol(letter[1][1:]) if letter[1][0] == "\\" else letter[1]
        if base is None or len(base) != 1:
            return found[0]
        letters.append(unicodedata.normalize("NFC", base + _MARKS[name]) + letter[2])
        position = letter.end()
    if position != len(argument) or not letters or (len(letters) > 1 and name in _ONE_ONLY):
        return found[0]
    return "".join(letters)
