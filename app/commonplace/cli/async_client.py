"""Make the asynchronous client out of the source of the synchronous one, so that there is one to keep.

What asks over HTTP becomes a coroutine, and what calls that, to the end; a list becomes an asynchronous iterator. `make
reference` writes `commonplace/client/asynchronous.py` with it, and a test says when that is stale.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

CLIENT = Path(__file__).resolve().parents[1] / "client"

SOURCES = ("answering", "asking", "reading", "writing", "client")
"""The modules that the client is made of, those that others need first."""

CLASSES = {
    "Listing": "AsyncListing",
    "Asking": "AsyncAsking",
    "Reading": "AsyncReading",
    "Writing": "AsyncWriting",
    "Client": "AsyncClient",
    "_Discussions": "_AsyncDiscussions",
}
"""Names of the classes that are made, by those that they are made of."""

NAMES = {
    **CLASSES,
    "Ask": "AsyncAsk",
    "Retrying": "AsyncRetrying",
    "BaseTransport": "AsyncBaseTransport",
    "__enter__": "__aenter__",
    "__exit__": "__aexit__",
    "__iter__": "__aiter__",
    "Iterator": "AsyncIterator",
}
"""Other names than in the source; `httpx.Client` is told apart from our own."""

AT_FIRST = frozenset({"__enter__", "__exit__", "_request_once", "request", "close"})
"""Methods that are coroutines, from which it follows which others are."""

_HEAD = '''"""Read and write a library from Python without waiting: every method of `Client`, as a coroutine.

Made from the synchronous client by `make reference`: change that, and not this file.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Generic, Literal, Self, TypeVar, Unpack, cast

import httpx
from tenacity import AsyncRetrying, retry_if_exception, stop_after_attempt

{imports}

T = TypeVar("T")

AsyncAsk = Callable[[str, Mapping[str, str]], Awaitable[httpx.Response]]
"""Asks for an address with parameters, and raises what stands against an answer."""
'''

_OWN = "commonplace.client"

Method = ast.FunctionDef | ast.AsyncFunctionDef


def async_client() -> str:
    """Return the module, which `ruff format` then lays out."""
    trees = {name: ast.parse((CLIENT / f"{name}.py").read_text()) for name in SOURCES}
    classes = [node for tree in trees.values() for node in tree.body if isinstance(node, ast.ClassDef)]
    made = [one for one in classes if one.name in CLASSES]
    known = _Known(made)
    rewritten = (_Asynchronous(known).visit(one) for one in made)
    bodies = [ast.unparse(ast.fix_missing_locations(one)) for one in rewritten]
    return "\n\n\n".join([_HEAD.format(imports=_imports(trees, "\n".join(bodies))), *bodies]) + "\n"


def _imports(trees: Mapping[str, ast.Module], text: str) -> str:
    """Return lines that import what the classes use of the client's modules, public or not, in their order."""
    words = {node.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)}
    used: dict[str, set[str]] = {}
    for name, tree in trees.items():
        for node in tree.body:
            if isinstance(node, ast.ImportFrom) and node.module in (f"{_OWN}.answers", f"{_OWN}.errors"):
                used.setdefault(node.module, set()).update(words.intersection(alias.name for alias in node.names))
            else:
                defined = set(_defined(node)) - {*CLASSES, *CLASSES.values(), "T", "Ask"}
                used.setdefault(f"{_OWN}.{name}", set()).update(words & defined)
    return "\n".join(
        f"from {module} import {', '.join(sorted(names, key=_place))}"
        for module, names in sorted(used.items())
        if names
    )


def _place(name: str) -> tuple[int, str]:
    """Return the place of a name among those that are imported: constants, then classes, then the rest."""
    bare = name.lstrip("_")
    return (0 if bare.isupper() else 1 if bare[0].isupper() else 2), name


def _defined(node: ast.stmt) -> Iterator[str]:
    """Yield the names that a statement of a module defines."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        yield node.name
    elif isinstance(node, ast.Assign):
        yield from (target.id for target in node.targets if isinstance(target, ast.Name))
    elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        yield node.target.id


class _Known:
    """What is known of the methods: which are coroutines, which give a list to iterate, and which are properties."""

    def __init__(self, classes: list[ast.ClassDef]) -> None:
        self.methods = {one.name: one for made in classes for one in made.body if isinstance(one, ast.FunctionDef)}
        self.properties = {name for name, one in self.methods.items() if _is_property(one)}
        self.lists = {name for name, one in self.methods.items() if _is_listed(one)}
        self.coroutines = set(AT_FIRST)
        while more := {name for name, one in self.methods.items() if self._must_wait(one)} - self.coroutines:
            self.coroutines |= more

    def _must_wait(self, method: Method) -> bool:
        """Return whether a method waits for something; one that gives what is iterated, or defines that, does not."""
        if _yields(method):
            return False
        inner = {
            id(n) for one in ast.walk(method) if isinstance(one, Method) and one is not method for n in ast.walk(one)
        }
        return any(self.waits(node) for node in ast.walk(method) if id(node) not in inner)

    def waits(self, node: ast.AST) -> bool:
        """Return whether an expression is waited for, or iterated without waiting for all of it."""
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self":
            return node.attr in self.coroutines & self.properties
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            name, owner = node.func.attr, ast.unparse(node.func.value)
            if owner == "self":
                return name in (self.coroutines - self.properties) | {"_ask", "_retrying"}
            return owner == "self._http" and name in ("request", "close")
        if isinstance(node, ast.comprehension | ast.For):
            return self.is_listed(node.iter)
        return False

    def is_listed(self, node: ast.expr) -> bool:
        """Return whether what is iterated is a list that is read page by page."""
        is_call = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        return is_call and ast.unparse(node.func.value) == "self" and node.func.attr in self.lists  # type: ignore[attr-defined]


def _is_property(method: Method) -> bool:
    return any(isinstance(one, ast.Name) and one.id == "property" for one in method.decorator_list)


def _is_listed(method: Method) -> bool:
    return method.returns is not None and ast.unparse(method.returns).startswith(("Listing[", "Iterator["))


def _yields(method: Method) -> bool:
    return any(isinstance(node, ast.Yield | ast.YieldFrom) for node in ast.walk(method))


class _Asynchronous(ast.NodeTransformer):
    """Rewrites a class: coroutines, what waits for them, and the names that differ."""

    def __init__(self, known: _Known) -> None:
        self._known = known

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        """Rename a class and its bases, and rewrite what is in it."""
        self.generic_visit(node)
        node.name = CLASSES.get(node.name, node.name)
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        """Make a coroutine of a method that waits, and of the function that it gives to others to ask with."""
        waits = node.name in self._known.coroutines or _yields(node) or node.name == "ask"
        self.generic_visit(node)
        node.name = NAMES.get(node.name, node.name)
        if not waits:
            return node
        made = ast.AsyncFunctionDef(node.name, node.args, node.body, node.decorator_list, node.returns, None)
        return ast.copy_location(made, node)

    def visit_Name(self, node: ast.Name) -> ast.AST:
        """Rename what has another name."""
        node.id = NAMES.get(node.id, node.id)
        return node

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        """Wait for a property that asks, and use the asynchronous parts of httpx."""
        waits = self._known.waits(node)
        self.generic_visit(node)
        if ast.unparse(node.value) == "httpx":
            node.attr = NAMES.get(node.attr, node.attr)
        elif ast.unparse(node.value) == "self._http" and node.attr == "close":
            node.attr = "aclose"
        return ast.Await(node) if waits else node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """Wait for a call of what asks; a call of what asks before it gives a list is waited for, too."""
        waits = self._known.waits(node)
        self.generic_visit(node)
        return ast.Await(node) if waits else node

    def visit_For(self, node: ast.For) -> ast.AST:
        """Iterate a list without waiting for all of it."""
        listed = self._known.is_listed(node.iter)
        self.generic_visit(node)
        if not listed:
            return node
        return ast.copy_location(ast.AsyncFor(node.target, node.iter, node.body, node.orelse, None), node)

    def visit_comprehension(self, node: ast.comprehension) -> ast.AST:
        """Iterate a list in a comprehension so, too."""
        node.is_async = int(self._known.is_listed(node.iter))
        self.generic_visit(node)
        return node

    def visit_Expr(self, node: ast.Expr) -> ast.AST:
        """Write `yield from` as a loop, which is all that an asynchronous generator knows."""
        self.generic_visit(node)
        if isinstance(node.value, ast.YieldFrom):
            each = ast.Name("item", ast.Store())
            body = ast.Expr(ast.Yield(ast.Name("item", ast.Load())))
            return ast.For(each, node.value.value, [body], [], None)
        return node


if __name__ == "__main__":
    sys.stdout.write(async_client())
