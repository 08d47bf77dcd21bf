"""Say the reasons of a comparison of two works in the language of a page.

A reason is kept as its English sentence, in receipts and queues; a page finds the sentence that it was made from.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from commonplace.curation.duplicates.because import Because, Lacking
from commonplace.web.pages.codes import code_words, language_words
from commonplace.web.pages.languages import translated, translations

_BETWEEN = "; "
_LACKING = frozenset(Lacking)
_NAMED = re.compile(r"%\\\((\w+)\\\)s")


def _shape(sentence: str) -> re.Pattern[str]:
    return re.compile(_NAMED.sub(r"(?P<\1>.+)", re.escape(sentence).replace("%%", "%")), re.DOTALL)


_SHAPES = tuple((sentence.value, _shape(sentence.value)) for sentence in Because)


def reason_words(reason: str, language: str) -> str:
    """Return a reason in a language; one that no comparison gave as it is, or as the catalogue has it."""
    for sentence, shape in _SHAPES:
        if found := shape.fullmatch(reason):
            values = {name: _value_words(name, text, language) for name, text in found.groupdict().items()}
            return translations(language).gettext(sentence) % values
    return translated(reason, language)


def reasons_words(reasons: str | Sequence[str], language: str) -> str:
    """Return reasons, given one by one or with semicolons between them, as one sentence in a language."""
    given = reasons.split(_BETWEEN) if isinstance(reasons, str) else reasons
    return translations(language).gettext(_BETWEEN).join(reason_words(one, language) for one in given)


def _value_words(name: str, text: str, language: str) -> str:
    if name in ("type", "type2"):
        return code_words(text, language)
    if name in ("language", "language2"):
        return language_words(text, language)
    return translated(text, language) if text in _LACKING else text
