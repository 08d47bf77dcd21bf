"""Make the types of the Python client's answers, `commonplace.client.answers`, from the OpenAPI description.

.venv/bin/python -m commonplace.web.answer_types > app/commonplace/client/answers.py
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from fastapi import FastAPI

from commonplace.web.app import shared_routes
from commonplace.web.http.operation_names import operation_id
from commonplace.web.openapi import describe

Schema = Mapping[str, Any]

ANSWERED = (
    *("Work", "Person", "Venue", "Concept", "Claim", "Case", "Evidence", "Citation", "ReferenceText", "Found"),
    *("FoundInTexts", "FoundPassage", "Suggestion", "QueueSummary", "QueueItem", "Change", "ThingChange", "GapMap"),
    *("DuplicateCandidate", "Receipt", "UndoResult", "Pin", "PinnedAnswer", "PinDifference", "DecidedDuplicate"),
    *("MergeReport", "JobStatus"),
)
"""The shapes that the client returns; those that they name come with them."""

_HEAD = '''"""Define the JSON of the answers, as types. A `NotRequired` member is left out where it has no value.

Made by `make reference` from the OpenAPI description of the server: change it there.
"""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict
'''
_PLAIN = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None"}
_REFERENCE = "#/components/schemas/"


def answer_types() -> str:
    """Return the module: a `TypedDict` for each shape, by name."""
    app = FastAPI(generate_unique_id_function=operation_id)
    app.router.routes.extend(shared_routes())
    schemas: dict[str, Schema] = describe(app)["components"]["schemas"]
    names = sorted(_with_named(schemas, ANSWERED))
    return _HEAD + "".join(f"\n\n{_class(name, schemas[name])}" for name in names)


def _with_named(schemas: Mapping[str, Schema], names: tuple[str, ...]) -> set[str]:
    """Return the names of those shapes and of all that they name, directly or not."""
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += re.findall(rf"{_REFERENCE}(\w+)", str(schemas[name]))
    return found


def _class(name: str, schema: Schema) -> str:
    """Return the definition of one shape: a class, or a name for a choice of words."""
    if "properties" not in schema:
        return f"{name} = {_type(schema)}\n"
    first = re.sub(r"\s+", " ", schema.get("description", name).partition("\n\n")[0])
    return f'class {name}(TypedDict):\n    """{first}"""\n\n' + "".join(_members(schema))


def _members(schema: Schema) -> Iterator[str]:
    required = schema.get("required", ())
    for name, member in schema["properties"].items():
        always = name in required or "default" in member
        kind = _type(member) if always else f"NotRequired[{_type(member, absent=True)}]"
        yield f"    {name}: {kind}\n"


def _type(schema: Schema, *, absent: bool = False) -> str:
    """Return a JSON schema as a type of Python. A member that may be `absent` is never null."""
    if "$ref" in schema:
        return str(schema["$ref"]).removeprefix(_REFERENCE)
    if "anyOf" in schema:
        kinds = [_type(one) for one in schema["anyOf"]]
        return " | ".join(kind for kind in kinds if not (absent and kind == "None"))
    if "const" in schema or "enum" in schema:
        words = schema.get("enum", [schema.get("const")])
        return f"Literal[{', '.join(_text(word) for word in words)}]"
    if schema.get("type") == "array":
        return f"list[{_type(schema.get('items', {}))}]"
    if schema.get("type") == "object":
        values = schema.get("additionalProperties")
        return f"dict[str, {_type(values) if isinstance(values, Mapping) else 'Any'}]"
    return _PLAIN.get(schema.get("type", ""), "Any")


def _text(word: object) -> str:
    return f'"{word}"'


if __name__ == "__main__":
    sys.stdout.write(answer_types())
