"""Name the dimensions that cases are compared by."""

from __future__ import annotations

DIMENSIONS: dict[str, str] = {
    "form": "form",
    "possible_form": "possibleForm",
    "context": "context",
    "sector": "sector",
    "initiator": "initiator",
    "leader": "leader",
    "professional_role": "professionalRole",
    "skill": "skill",
    "challenge": "challenge",
    "enabling_condition": "enablingCondition",
}
"""Each dimension: its name in JSON to our term. Values are concepts."""

TEXT_DIMENSIONS = ("country", "place", "activity")
"""Dimensions whose values are texts: their name in JSON, which is our term too."""
