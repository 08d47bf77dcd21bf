"""Say what is wrong with a parameter or a body in sentences that can be said in another language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from commonplace.errors import Message

SENTENCES = {
    "missing": "is needed, and is not given",
    "extra_forbidden": "is not known here",
    "json_invalid": "is not JSON",
    "json_type": "is not JSON",
    "none_required": "has to be empty",
    "invalid_key": "has a name that is no text",
    "recursion_loop": "has itself in it",
    "string_type": "is not a text",
    "string_unicode": "is not valid Unicode",
    "string_pattern_mismatch": "does not have the form %(pattern)s",
    "string_too_short": "has fewer than %(min_length)s characters",
    "string_too_long": "has more than %(max_length)s characters",
    "bytes_type": "is not a text",
    "bool_type": "is neither true nor false",
    "bool_parsing": "is neither true nor false",
    "int_type": "is not a whole number",
    "int_parsing": "is not a whole number",
    "int_parsing_size": "is too large a number",
    "int_from_float": "is not a whole number",
    "float_type": "is not a number",
    "float_parsing": "is not a number",
    "decimal_type": "is not a number",
    "decimal_parsing": "is not a number",
    "finite_number": "is not a finite number",
    "multiple_of": "is not a multiple of %(multiple_of)s",
    "greater_than": "is not more than %(gt)s",
    "greater_than_equal": "is less than %(ge)s",
    "less_than": "is not less than %(lt)s",
    "less_than_equal": "is more than %(le)s",
    "literal_error": "is none of %(expected)s",
    "enum": "is none of %(expected)s",
    "too_short": "has fewer than %(min_length)s items",
    "too_long": "has more than %(max_length)s items",
    "list_type": "is not a list",
    "tuple_type": "is not a list",
    "set_type": "is not a list",
    "frozen_set_type": "is not a list",
    "iterable_type": "is not a list",
    "dict_type": "is not an object with members",
    "mapping_type": "is not an object with members",
    "model_type": "is not an object with members",
    "model_attributes_type": "is not an object with members",
    "dataclass_type": "is not an object with members",
    "date_type": "is not a date",
    "date_parsing": "is not a date",
    "date_from_datetime_parsing": "is not a date",
    "date_from_datetime_inexact": "is not a date",
    "datetime_type": "is not a time",
    "datetime_parsing": "is not a time",
    "datetime_from_date_parsing": "is not a time",
    "timezone_aware": "says no time zone",
    "time_type": "is not a time",
    "time_parsing": "is not a time",
    "url_type": "is not an address",
    "url_parsing": "is not an address",
    "url_scheme": "does not begin with one of %(expected_schemes)s",
    "url_too_long": "has more than %(max_length)s characters",
    "union_tag_invalid": "says a kind that is none of %(expected_tags)s",
    "union_tag_not_found": "does not say of which kind it is",
}
"""Sentences by the type of Pydantic's error, with the circumstances that it tells."""


OTHER = "is not of the form that is needed: %(said)s"
"""What is said of an error of any other type, with Pydantic's own words."""


def told(error: Mapping[str, Any]) -> str:
    """Return what one of Pydantic's errors says; that of a rule of ours in the rule's words."""
    circumstances = error.get("ctx", {})
    if isinstance(said := circumstances.get("error"), ValueError | AssertionError) and said.args:
        return said.args[0] if isinstance(said.args[0], Message) else str(said)
    try:
        return Message(SENTENCES[error["type"]], **circumstances)
    except KeyError:  # a type that is not foreseen, or one that does not tell what its sentence needs
        return Message(OTHER, said=error["msg"])
