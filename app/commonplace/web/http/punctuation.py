"""Write the sentences of errors as sentences: with a capital at the beginning and a full stop at the end."""

from __future__ import annotations


def opening(text: str) -> str:
    """Return a sentence with a capital at its beginning, unless it begins with a value or with the name of a member."""
    first, _, rest = text.partition(" ")
    is_word = first.replace("’", "").replace("'", "").rstrip(",").isalpha() and not rest.startswith(":")
    return text[:1].upper() + text[1:] if is_word and first[:1] != "'" else text


def sentence(text: str) -> str:
    """Return an error as a sentence of its own."""
    return opening(text) + ("" if not text or text[-1] in ".?!…:" else ".")
