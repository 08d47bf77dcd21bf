"""Hold the words of a named query in other languages than English, as its file has them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from commonplace.library.parameters import Sentence

QuestionText = Annotated[str, Field(pattern=r"^[^?\n]+\?$")]
"""A question in words, which ends with a question mark."""

LanguageTag = Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]
"""A language by its tag (BCP 47)."""


class QueryWords(BaseModel):
    """What a query file says in another language; what it leaves out is said as without it.

    `labels` are short names of parameters and columns, `parameters` and `columns` their descriptions.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    question: QuestionText
    description: Sentence | None = None
    labels: Mapping[str, Sentence] = {}
    parameters: Mapping[str, Sentence] = {}
    columns: Mapping[str, Sentence] = {}
    empty_because: Sentence | None = None

    def strangers(self, parameters: set[str], columns: set[str]) -> Iterator[tuple[str, str]]:
        """Yield the place in the words of each name that no parameter or column has."""
        for part, given, known in (
            ("labels", self.labels, columns),
            ("parameters", self.parameters, parameters),
            ("columns", self.columns, columns),
        ):
            yield from ((part, name) for name in given if name not in known)
