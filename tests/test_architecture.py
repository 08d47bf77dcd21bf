"""Hold the architecture: which part of the program may import which. `docs/architecture.md` says what each part is."""

from __future__ import annotations

import ast
from collections import Counter, defaultdict
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

GROUND = {"errors", "processes", "settings"}
"""Parts that see nothing of the program, and that any part may see."""

SEES: dict[str, set[str]] = {
    "cli": {"web", "exchange", "home", "library", "importers", "model"},
    "client": set(),
    "web": {"exchange", "home", "commit", "library", "curation", "derived", "patchlog", "importers", "model"},
    "exchange": {"commit", "library", "curation", "derived", "patchlog", "importers", "exporters", "model"},
    "home": {"commit", "library", "curation", "derived", "patchlog", "importers", "model"},
    "commit": {"library", "curation", "undo", "derived", "patchlog", "model"},
    "library": {"derived", "patchlog", "model"},
    "curation": {"derived", "model"},
    "undo": {"derived", "model"},
    "derived": {"patchlog", "model"},
    "patchlog": {"model"},
    "importers": {"model"},
    "exporters": {"model"},
    "model": set(),
}
"""Each part, from the top down, and exactly the parts it imports. `main` imports all, and nobody imports `main`."""


def imports(path: Path) -> set[str]:
    """Return the full names that a file imports: `commonplace.model.names`, `pyoxigraph.Store`, `fastapi.FastAPI`."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path.relative_to(ROOT)}:{node.lineno}: relative import; write it in full"
            found.update(f"{node.module}.{alias.name}" for alias in node.names)
    return found


FILES = {
    ".".join(path.relative_to(ROOT / "app").with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted((ROOT / "app" / "commonplace").rglob("*.py"))
}
IMPORTS = {module: imports(path) for module, path in FILES.items()}


def own(name: str) -> str | None:
    """Return the module of the program that a full name lies in."""
    while name and name not in FILES:
        name = name.rpartition(".")[0]
    return name or None


def part(module: str) -> str:
    """Return the part that a module belongs to: the entry of `app/commonplace/`."""
    return module.split(".")[1] if "." in module else ""


def seen_by(name: str) -> set[str]:
    """Return the parts that the modules of a part import."""
    modules = [module for module in IMPORTS if part(module) == name]
    found = {part(target) for module in modules for full in IMPORTS[module] if (target := own(full))}
    return found - {name, ""}


def users(*libraries: str) -> list[str]:
    """Return the modules that import any of the libraries, or names of them."""
    return [m for m, names in IMPORTS.items() if any(f"{n}.".startswith(f"{x}.") for n in names for x in libraries)]


@pytest.mark.parametrize("name", sorted({part(module) for module in IMPORTS} - {"", "main", "__main__"}))
def test_a_part_imports_what_the_table_says(name: str) -> None:
    assert name in SEES or name in GROUND, f"app/commonplace/{name} is new: give it a row in SEES"
    seen = seen_by(name)
    wanted = SEES.get(name, set())
    assert seen - GROUND == wanted, f"{name} imports {sorted(seen - GROUND)}, and its row says {sorted(wanted)}"
    assert name not in GROUND or not seen, f"{name} is of the ground and may import no other part: {sorted(seen)}"


def test_nobody_imports_main() -> None:
    wrong = [module for module, names in IMPORTS.items() if any(own(name) == "commonplace.main" for name in names)]
    assert not wrong, f"main.py builds the program and is started by a server; these import it: {wrong}"


def test_only_the_web_knows_http() -> None:
    wrong = [m for m in users("fastapi", "starlette") if part(m) not in ("web", "main")]
    assert not wrong, f"only web/ and main.py import FastAPI: {wrong}"


def test_only_main_wires_the_library() -> None:
    wrong = [
        f"{module}:{node.lineno}: {ast.unparse(target)}"
        for module, path in FILES.items()
        if part(module) == "web"
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Attribute) and "library" in ast.unparse(target)
    ]
    assert not wrong, f"main.py puts the parts together; web/ sets attributes of the library here: {wrong}"


def test_only_the_graph_touches_the_store() -> None:
    wrong = [m for m in users("pyoxigraph.Store") if not m.startswith("commonplace.derived.graph.")]
    wrong += [m for m in IMPORTS if "pyoxigraph" in IMPORTS[m]]  # `import pyoxigraph` would hide a Store
    assert not wrong, f"only derived/graph/ imports pyoxigraph's Store, and by name: {wrong}"


NAMED_ONCE = {
    "commonplace.patchlog.file_log": "commonplace.patchlog.opening",
    "commonplace.patchlog.postgres": "commonplace.patchlog.opening",
    "commonplace.patchlog.object_store": "commonplace.patchlog.opening",
    "commonplace.derived.graph.disk_graph": "commonplace.derived.graph.opening",
    "commonplace.derived.graph.disk_reader": "commonplace.derived.graph.opening",
    "commonplace.derived.graph.embedded": "commonplace.derived.graph.opening",
    "commonplace.derived.graph.remote.graph": "commonplace.derived.graph.opening",
}
"""An implementation behind a seam, and the one module that knows of it."""

BUILDS_ON = {
    "commonplace.derived.graph.embedded": {
        "commonplace.derived.graph.disk_graph",
        "commonplace.derived.graph.disk_reader",
    },
}
"""Implementations that are made from another one behind the same seam."""


@pytest.mark.parametrize("implementation", NAMED_ONCE)
def test_an_implementation_is_named_in_one_place(implementation: str) -> None:
    wrong = set(users(implementation)) - {NAMED_ONCE[implementation]} - BUILDS_ON.get(implementation, set())
    assert not wrong, f"{implementation} is for {NAMED_ONCE[implementation]} only: {sorted(wrong)}"


def test_only_the_door_appends_to_the_log() -> None:
    calls = [
        f"{module}:{node.lineno}"
        for module, path in FILES.items()
        if part(module) not in ("commit", "patchlog")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "append"
        and ast.unparse(node.func.value).endswith("log")
    ]
    assert not calls, f"only commit.py appends to the log: {calls}"


def test_no_file_of_web_or_derived_lies_beside_thirty_others() -> None:
    folders = Counter(path.parent for module, path in FILES.items() if part(module) in ("web", "derived"))
    wide = {str(folder.relative_to(ROOT)): number for folder, number in folders.items() if number > 30}
    assert not wide, f"put what belongs together into folders: {wide}"


def test_a_class_has_a_name_of_its_own() -> None:
    """But for the client's, which are those of the API."""
    named: defaultdict[str, list[str]] = defaultdict(list)
    for module, path in FILES.items():
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.ClassDef) and part(module) != "client":
                named[node.name].append(module)
    several = {name: modules for name, modules in named.items() if len(modules) > 1}
    assert not several, f"one name says several things: {several}"


def test_no_module_imports_itself_in_a_circle() -> None:
    edges = {module: {found for name in names if (found := own(name))} - {module} for module, names in IMPORTS.items()}
    try:
        TopologicalSorter(edges).prepare()
    except CycleError as circle:
        pytest.fail("import cycle: " + " <- ".join(circle.args[1]))
