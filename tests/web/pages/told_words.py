"""The words that the rooms of the program tell people with what they hand back: losses, faults, reasons, and fates.

An error is found by the name that makes it (`refusal_words`). A loss or a reason is a text among others, so each text
of these rooms that reads like a sentence is one, but for the kinds of texts that are known not to be.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.web.pages.refusal_words import ROOT, Words

ROOMS = (
    "curation/",
    "errors.py",
    "exchange/",
    "importers/",
    "library/queues/",
    "model/",
    "web/desk/",
    "web/sparql/graph_content.py",
    "web/sparql/protocol.py",
)
"""Folders and modules whose texts reach people by other ways than errors, too."""

_LOGS = frozenset(("debug", "info", "warning", "error", "exception", "critical"))
_OF_MODELS = frozenset(("summary", "description", "title"))
"""Keywords of the description of the API, which is in English."""

_SENTENCE = re.compile(r"[A-Za-z@'’)]+,? [a-z@']+[,:;]? (?:[a-z(]|%)")
_WITH_VALUES = re.compile(r"[a-z]{2,} [A-Za-z]{2,}|^[a-z]+ %|% [a-z]{2,} ")
_QUERY = re.compile(r"SELECT|\?\w+ |FILTER|\n|\\|UNION|BIND|<")


def told_words() -> Iterator[Words]:
    """Yield the sentences of the rooms; of one with values that nobody can translate, as the program has it."""
    for file in sorted(ROOT.rglob("*.py")):
        if str(file.relative_to(ROOT)).startswith(ROOMS):
            yield from told_words_of(file)


def told_words_of(file: Path) -> Iterator[Words]:
    """Yield the sentences of one module."""
    place = file.relative_to(ROOT) if file.is_relative_to(ROOT) else Path(file.name)
    tree = ast.parse(file.read_text())
    silent = set(_silent(tree))
    for node in ast.walk(tree):
        if node in silent:
            continue
        where = f"{place}:{getattr(node, 'lineno', 0)}"
        if isinstance(node, ast.JoinedStr):
            text = "".join(str(part.value) if isinstance(part, ast.Constant) else "%" for part in node.values)
            if _WITH_VALUES.search(text) and not _QUERY.search(text):
                yield Words(where, ast.unparse(node), filled=True)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and _is_sentence(node.value):
            yield Words(where, node.value)


def _is_sentence(text: str) -> bool:
    return bool(_SENTENCE.search(text)) and not _QUERY.search(text)


def _silent(tree: ast.Module) -> Iterator[ast.AST]:
    """Yield what stands in docstrings, logs, lists of words and descriptions, and the parts of texts with values."""
    for node in ast.walk(tree):
        within: list[ast.expr] = []
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            within = [node.value]
        elif isinstance(node, ast.JoinedStr):
            yield from (part for part in ast.walk(node) if part is not node)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            logs = node.func.attr in _LOGS and isinstance(node.func.value, ast.Name) and node.func.value.id == "log"
            within = [*node.args] if logs else [node.func.value] if node.func.attr == "split" else []
        elif isinstance(node, ast.keyword) and node.arg in _OF_MODELS:
            within = [node.value]
        for one in within:
            yield from ast.walk(one)
