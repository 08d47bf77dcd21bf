"""The words of refusals as the program has them: each sentence that an error is made with, and its place."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import commonplace
from commonplace.errors import CommonplaceError
from commonplace.web.http.problems import HttpProblem

ROOT = Path(commonplace.__file__).parent


def _kinds_of_error() -> set[str]:
    """Return the names of the classes of errors that the modules of the program define, be they imported or not."""
    bases = {
        node.name: {base.id for base in node.bases if isinstance(base, ast.Name)}
        for file in sorted(ROOT.rglob("*.py"))
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.ClassDef)
    }
    found = {CommonplaceError.__name__}
    while more := {name for name, of in bases.items() if of & found} - found:
        found |= more
    return found


MAKERS = _kinds_of_error() | {HttpProblem.__name__, "problem", "forbidden"}
"""Names that an error is made by."""

MESSAGES = {"Message"}

BREACH = "Violation"
"""Name that a breach of the rules of the data is made by; its third argument is the sentence."""


@dataclass(frozen=True, slots=True)
class Words:
    """A sentence of the program. `filled` where values were put into it before anybody could translate it."""

    place: str
    text: str
    filled: bool = False


def words_of_refusals() -> Iterator[Words]:
    """Yield the sentences of the errors that the modules of the program make."""
    for file in sorted(ROOT.rglob("*.py")):
        yield from words_of_file(file)


def words_of_file(file: Path) -> Iterator[Words]:
    """Yield the sentences of the errors that one module makes."""
    yield from _Reader(file).words()


class _Reader:
    def __init__(self, file: Path) -> None:
        self._file = file.relative_to(ROOT) if file.is_relative_to(ROOT) else Path(file.name)
        self._tree = ast.parse(file.read_text())
        self._functions = [n for n in ast.walk(self._tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]

    def words(self) -> Iterator[Words]:
        seen: set[tuple[int, int]] = set()
        for scope in (*self._functions, self._tree):
            assigned = _assigned(scope)
            for call in ast.walk(scope):
                if not isinstance(call, ast.Call) or (call.lineno, call.col_offset) in seen:
                    continue
                seen.add((call.lineno, call.col_offset))
                for given in _sentences(call, self._file):
                    yield from self._read(given, assigned, set())

    def _read(self, node: ast.expr, assigned: dict[str, list[ast.expr]], read: set[str]) -> Iterator[Words]:
        """Yield the sentences that an expression may be."""
        place = f"{self._file}:{node.lineno}"
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield Words(place, node.value)
        elif isinstance(node, ast.JoinedStr) and _has_words(node):
            yield Words(place, ast.unparse(node), filled=True)
        elif isinstance(node, ast.IfExp):
            yield from self._read(node.body, assigned, read)
            yield from self._read(node.orelse, assigned, read)
        elif isinstance(node, ast.BinOp | ast.BoolOp):
            for one in (node.left, node.right) if isinstance(node, ast.BinOp) else node.values:
                yield from self._read(one, assigned, read)
        elif isinstance(node, ast.Name) and node.id not in read:
            for one in assigned.get(node.id, ()):
                yield from self._read(one, assigned, read | {node.id})


def _has_words(node: ast.JoinedStr) -> bool:
    """Return whether there are spaces in a text with values, which an address has not."""
    return any(" " in str(part.value) for part in node.values if isinstance(part, ast.Constant))


def _assigned(scope: ast.AST) -> dict[str, list[ast.expr]]:
    """Return the expressions that each name is set to in a function or module."""
    found: dict[str, list[ast.expr]] = {}
    for node in ast.walk(scope):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                names = target.elts if isinstance(target, ast.Tuple) else [target]
                values = node.value.elts if isinstance(node.value, ast.Tuple) else [node.value]
                for name, value in zip(names, values, strict=False):
                    if isinstance(name, ast.Name):
                        found.setdefault(name.id, []).append(value)
    return found


def _sentences(call: ast.Call, file: Path) -> Iterator[ast.expr]:
    """Yield the arguments of a call that are sentences: the template of a message; an error's detail and reasons."""
    name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
    if name in MESSAGES:
        yield from call.args[:1]
    elif name == BREACH:
        yield from call.args[2:3]
    elif name in MAKERS or (name == "cls" and file.name == "errors.py"):
        for given in (*call.args, *(keyword.value for keyword in call.keywords if keyword.arg in ("detail", "errors"))):
            if isinstance(given, ast.List | ast.Tuple):
                yield from (one.elts[1] for one in given.elts if isinstance(one, ast.Tuple) and len(one.elts) == 2)
            elif isinstance(given, ast.ListComp) and isinstance(given.elt, ast.Tuple) and len(given.elt.elts) == 2:
                yield given.elt.elts[1]
            else:
                yield given  # a detail, or the status of a problem, which is no text
