"""Names on a line of RIS: `van Eijk, Carola`, `King, Martin Luther, Jr.`, a body without any comma.

RIS cannot say everything; `written` and `read` are each other's inverse wherever it can, and
the exporter adds the parts of a name where `read(written(name))` is not the name.
"""

from __future__ import annotations

import json
from dataclasses import asdict

from commonplace.model.names import Name


def written(name: Name) -> str:
    """The name as RIS prints it. A single name ends in a comma, so that it is not taken for a body."""
    if name.literal:
        return name.literal
    last = " ".join(part for part in (name.particles, name.family) if part)
    if name.suffix:
        return f"{last}, {name.given or ''}, {name.suffix}"
    return f"{last}, {name.given}" if name.given else f"{last},"


def read(text: str) -> Name:
    """The name on a line; small words before the family name are its particle. Raises `ValueError` when empty."""
    if "," not in text:
        if not text.strip():
            raise ValueError("an empty name")
        return Name(literal=text.strip())
    last, given, suffix = ([part.strip() for part in text.split(",", 2)] + ["", ""])[:3]
    words = last.split()
    small = [i for i, word in enumerate(words[:-1]) if word[0].islower()]
    cut = small[-1] + 1 if small and small[0] == 0 else 0
    family = " ".join(words[cut:])
    if not family:
        return Name(literal=text.strip(" ,")) if text.strip(" ,") else read("")
    return Name(family=family, particle=" ".join(words[:cut]) or None, given=given or None, suffix=suffix or None)


def parts_field(text: str, name: Name) -> str:
    """What the exporter adds for a name that `text` alone does not say: its parts, in JSON."""
    said = {"written": text, **{part: value for part, value in asdict(name).items() if value}}
    return json.dumps(said, ensure_ascii=False)


def read_parts_field(text: str) -> tuple[str, Name]:
    """The line a `parts_field` belongs to, and the name. Raises `ValueError` when it is not one."""
    try:
        parts = {str(key): value if value is True else str(value) for key, value in json.loads(text).items()}
        return str(parts.pop("written")), Name(**parts)  # type: ignore[arg-type]
    except (AttributeError, KeyError, TypeError) as fault:
        raise ValueError(f"not the parts of a name: {text}") from fault
