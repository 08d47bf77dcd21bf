"""Who may import whom. The drawing is in the order of these lines: each part sees itself and what it is given."""

from __future__ import annotations

import ast
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
BELOW = {"errors", "model", "patchlog", "derived", "curation"}
CORE = BELOW | {"commit", "library", "queries", "parameters"}
MAY_SEE: dict[str, set[str]] = {
    "errors": set(),
    "allocation": set(),
    "garbage": set(),
    "settings": set(),
    "settings_reference": {"settings"},
    "model": set(),
    "importers": {"model", "errors", "allocation"},
    "exporters": {"model"},
    "patchlog": {"errors", "model"},
    "derived": {"errors", "model", "patchlog", "allocation"},
    "curation": {"errors", "model", "patchlog", "derived"},
    "parameters": BELOW,
    "queries": BELOW | {"parameters"},
    "library": BELOW | {"queries", "parameters"},
    "commit": BELOW | {"library", "queries", "parameters"},
    "receipts": {"model"},
    "spooled_text": {"importers", "model"},
    "import_plan": CORE | {"importers", "receipts", "spooled_text"},
    "imports": CORE | {"garbage", "import_plan", "importers", "receipts"},
    "doi_imports": CORE | {"import_plan", "imports", "importers", "receipts", "settings"},
    "updates": CORE,
    "reference_set": CORE | {"imports", "importers"},
    "originals": CORE | {"importers"},
    "exporting": CORE | {"exporters", "originals"},
    "conversion": CORE | {"imports", "importers", "exporters"},
    "terminal": {"errors"},
    "convert_command": CORE | {"conversion", "importers", "settings", "terminal"},
    "import_jobs": CORE | {"imports", "doi_imports", "importers", "receipts"},
    "tokens": {"errors"},
    "verification": CORE,
    "home": CORE | {"reference_set", "settings", "tokens"},
    "serving": {"web"},
}
MAY_SEE["web"] = CORE | {
    "imports",
    "doi_imports",
    "import_jobs",
    "receipts",
    "updates",
    "exporting",
    "importers",
    "exporters",
    "settings",
    "tokens",
}
MAY_SEE["cli"] = MAY_SEE["web"] | {
    "reference_set",
    "home",
    "serving",
    "verification",
    "terminal",
    "conversion",
    "convert_command",
}
MAY_SEE["main"] = MAY_SEE["web"] | {"reference_set", "home", "web"}  # and nobody sees main


def imports(path: Path) -> set[str]:
    """The full names a file imports: `app.model.names`, `pyoxigraph.Store`, `fastapi.FastAPI`."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path.relative_to(ROOT)}:{node.lineno}: relative import; write it from 'app'"
            found.update(f"{node.module}.{alias.name}" for alias in node.names)
    return found


FILES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted((ROOT / "app").rglob("*.py"))
}
IMPORTS = {module: imports(path) for module, path in FILES.items()}
PARTS = sorted({module.split(".")[1] for module in FILES if module != "app"})


def own(name: str) -> str | None:
    """The module of ours a full name lies in."""
    while name and name not in FILES:
        name = name.rpartition(".")[0]
    return name or None


def users(*libraries: str) -> list[str]:
    """The modules that import any of the libraries, or names of them."""
    return [m for m, names in IMPORTS.items() if any(f"{n}.".startswith(f"{x}.") for n in names for x in libraries)]


@pytest.mark.parametrize("part", PARTS)
def test_a_part_sees_only_what_lies_below_it(part: str) -> None:
    assert part in MAY_SEE, f"app/{part} is new: say in MAY_SEE what it may see"
    allowed = MAY_SEE[part] | {part}
    for module, names in IMPORTS.items():
        if module.split(".")[1:2] == [part]:
            seen = {found.split(".")[1] for name in names if (found := own(name)) and found != "app"}
            assert seen <= allowed, f"{module} imports {sorted(seen - allowed)}; app/{part} may see {sorted(allowed)}"


def test_only_the_web_knows_http() -> None:
    wrong = [m for m in users("fastapi", "starlette") if not m.startswith("app.web") and m != "app.main"]
    assert not wrong, f"only app/web and app/main.py import FastAPI: {wrong}"


def test_only_the_graph_modules_touch_the_store() -> None:
    wrong = [m for m in users("pyoxigraph.Store") if not m.startswith("app.derived.graph")]
    wrong += [m for m in IMPORTS if "pyoxigraph" in IMPORTS[m]]  # `import pyoxigraph` would hide a Store
    assert not wrong, f"only app/derived/graph_* import pyoxigraph's Store, and by name: {wrong}"


def test_no_module_imports_itself_in_a_circle() -> None:
    edges = {module: {found for name in names if (found := own(name))} - {module} for module, names in IMPORTS.items()}
    try:
        TopologicalSorter(edges).prepare()
    except CycleError as circle:
        pytest.fail("import cycle: " + " <- ".join(circle.args[1]))
