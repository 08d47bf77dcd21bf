"""Say in our own words what the parser finds wrong with an entry, or with a name."""

from __future__ import annotations

import re

from commonplace.errors import Message

BLOCKS = (
    (re.compile(r"Unexpectedly reached end of file"), "the file ends before it is closed"),
    (re.compile(r"Unexpected block start: `(?P<found>[^`]*)`"), "%(found)s begins before it is closed"),
    (re.compile(r"Expected a `=` after entry key(?: `(?P<field>[^`]*)`)?.*end of the entry"), "a field has no value"),
    (re.compile(r"Expected a `=` after entry key.* found `(?P<found>[^`]*)`"), "%(found)s stands where = should"),
    (re.compile(r"Expected either .* found an? (?P<found>\S+) before"), "%(found)s stands where a comma should"),
    (re.compile(r"Expected comma after entry key, but found (?P<found>\S+)"), "%(found)s stands where a comma should"),
    (
        re.compile(r"Expected equals sign after field key,\s*but found (?P<found>\S+)"),
        "%(found)s stands where = should",
    ),
)
"""What the parser says of a broken entry, by how it begins, and what we say."""

BROKEN = "it is not well-formed"
"""What is said where the parser says something else."""

NAMES = {
    "Too many commas": "it has too many commas",
    "Trailing comma at end of name": "it ends with a comma",
    "Unmatched closing brace": "a brace closes that was not opened",
    "Unterminated opening brace": "a brace is not closed",
}
"""What the parser says of a name, and what we say."""


def fault_of_block(reason: str) -> str:
    """Return what is wrong with an entry of which the parser gives that reason."""
    for pattern, sentence in BLOCKS:
        if found := pattern.search(" ".join(reason.split())):
            return Message(sentence, **{name: value or "" for name, value in found.groupdict().items()})
    return BROKEN


def fault_of_name(reason: str) -> str:
    """Return what is wrong with a name of which the parser gives that reason."""
    return NAMES.get(reason, BROKEN)
