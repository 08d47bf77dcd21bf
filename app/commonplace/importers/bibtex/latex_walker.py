"""Use pylatexenc: for the text of a symbol by its name, and for a walk over LaTeX with structure.

The walker costs about a millisecond a value, so it sees only what needs it.
"""

from __future__ import annotations

import re
import threading
from functools import lru_cache
from typing import Any

from pylatexenc import latexwalker  # type: ignore[import-untyped]
from pylatexenc.latex2text import (  # type: ignore[import-untyped]
    LatexNodes2Text,
    MacroTextSpec,
    get_default_latex_context_db,
)

from commonplace.importers.bibtex import latex_macros

_BARE_PERCENT = re.compile(r"(?<!\\)([%&])")
_MARKS_DROPPED = (
    "overline widehat widetilde wideparen overleftarrow overrightarrow overleftrightarrow underleftarrow "
    "underrightarrow underleftrightarrow overbrace underbrace overgroup undergroup overbracket underbracket "
    "overlinesegment underlinesegment overleftharpoon overrightharpoon"
).split()
"""Macros whose mark the library drops without a word."""

_NAMED_GROUP = re.compile(r"\\([A-Za-z]+)\*?\s*(?=\{)")
_MACRO = re.compile(r"\\(?:[A-Za-z]+|[^A-Za-z\s])")
_WITHOUT_ARGUMENTS = (KeyError, IndexError, TypeError)
"""What the walker raises where a macro ends before its arguments: `\\stackrel{a}`."""

_DEPTH = 200
"""Maximum depth of nested braces: more would exhaust the walker's own recursion."""


class SymbolText:
    """Answer with the text that pylatexenc has for a macro, by its name without the backslash."""

    def __init__(self) -> None:
        self._texts = get_default_latex_context_db()
        self._arguments = latexwalker.get_default_latex_context_db()
        self._text = lru_cache(maxsize=4096)(self._look_up)

    def __call__(self, name: str) -> str | None:
        """Return the text of a macro without arguments, None when it has some or is not known."""
        return self._text(name)

    def takes_arguments(self, name: str) -> bool:
        """Return whether the macro is known and takes arguments, or its text depends on more than its name."""
        spec = self._texts.get_macro_spec(name)
        return spec is not None and bool(spec.macroname)

    def is_known(self, name: str) -> bool:
        """Return whether anything is known of a macro: its text, its arguments, or that it changes a look only."""
        if name in latex_macros.SYMBOLS or name in latex_macros.FONTS or name in ("url", "href", "begin", "end"):
            return True
        specs = (self._texts.get_macro_spec(name), self._arguments.get_macro_spec(name))
        return any(spec is not None and spec.macroname for spec in specs)

    def _look_up(self, name: str) -> str | None:
        spec = self._texts.get_macro_spec(name)
        if spec is None or not spec.macroname or not isinstance(spec.simplify_repl, str):
            return None
        arguments = self._arguments.get_macro_spec(name)
        takes = "" if arguments is None else getattr(arguments.args_parser, "argspec", "")
        return None if takes or "%" in spec.simplify_repl else spec.simplify_repl


symbol = SymbolText()


class _Walker(threading.local):
    """Hold one converter per thread, with the list it reports unknown macros to."""

    def __init__(self) -> None:
        self.unknown: list[str] = []
        context = get_default_latex_context_db()
        known = [MacroTextSpec(name, simplify_repl=text) for name, text in latex_macros.SYMBOLS.items()]
        urls = [MacroTextSpec("url", simplify_repl="%s"), MacroTextSpec("href", simplify_repl="%s %s")]
        fonts = [MacroTextSpec(name, discard=False) for name in latex_macros.FONTS]
        cited = [MacroTextSpec(name, simplify_repl=self._unknown) for name in ("cite", "citet", "citep", "ref")]
        dropped = [MacroTextSpec(name, simplify_repl=self._unknown) for name in _MARKS_DROPPED]
        cited += dropped
        context.add_context_category("bibliography", prepend=True, macros=[*known, *urls, *fonts, *cited])
        context.set_unknown_macro_spec(MacroTextSpec("", simplify_repl=self._unknown))
        self.converter = LatexNodes2Text(latex_context=context, math_mode="text")

    def _unknown(self, node: Any, l2tobj: Any) -> str:
        name = str(node.macroname)
        self.unknown.append("\\" + name)
        arguments = "".join(
            l2tobj.nodelist_to_text([argument])
            for argument in (node.nodeargd.argnlist if node.nodeargd else ())
            if argument
        )
        return arguments or (name + str(node.macro_post_space) if name.isalpha() else "")


_walker = _Walker()


def walk(latex: str, unknown: list[str]) -> str:
    """Return the text of LaTeX; macros nothing is known of are appended to `unknown` and kept as their letters."""
    if latex.count("{") > _DEPTH:
        unknown.append("{")
        return latex.replace("{", "").replace("}", "")
    _walker.unknown = unknown
    latex = _NAMED_GROUP.sub(_without_unknown, latex)
    try:
        return str(_walker.converter.latex_to_text(_BARE_PERCENT.sub(r"\\\1", latex)))
    except _WITHOUT_ARGUMENTS:
        unknown.extend(_MACRO.findall(latex))
        return _MACRO.sub(" ", latex).replace("{", "").replace("}", "")


def _without_unknown(found: re.Match[str]) -> str:
    """Report a macro that nothing is known of, and leave the text of its argument."""
    if symbol.is_known(found[1]):
        return found[0]
    _walker.unknown.append("\\" + found[1])
    return ""
