"""Say what is wrong with a parameter or a body in sentences that can be said in another language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from commonplace.errors import Message

SENTENCES = {
    "missing": "is needed, and is not given",
    "int_parsing": "is not a whole number",
    "int_type": "is not a whole number",
    "int_from_float": "is not a whole number",
    "bool_parsing": "is neither true nor false",
    "bool_type": "is neither true nor false",
    "string_type": "is not a text",
    "list_type": "is not a list",
    "dict_type": "is not an object with members",
    "model_type": "is not an object with members",
    "too_long": "has more than %(max_length)s items",
    "too_short": "has fewer than %(min_length)s items",
    "greater_than_equal": "is less than %(ge)s",
    "less_than_equal": "is more than %(le)s",
    "literal_error": "is none of %(expected)s",
    "string_pattern_mismatch": "does not have the form %(pattern)s",
    "string_too_short": "has fewer than %(min_length)s characters",
    "string_too_long": "has more than %(max_length)s characters",
    "extra_forbidden": "is not known here",
}
"""Sentences by the type of Pydantic's error, with the circumstances that it tells."""


def told(error: Mapping[str, Any]) -> str:
    """Return what one of Pydantic's errors says; in its own words where there is no sentence for it."""
    template = SENTENCES.get(error["type"])
    try:
        return Message(template, **error.get("ctx", {})) if template else str(error["msg"])
    except KeyError:  # it does not tell what the sentence needs
        return str(error["msg"])
