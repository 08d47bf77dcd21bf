"""Ask which thing is meant where a form that leads to an address names one by words.

The state of such a page is its address, which names things by their keys: words that name one thing lead there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from fastapi import Request, Response
from starlette.responses import RedirectResponse

from commonplace.library.schemas import Link
from commonplace.library.things_called import things_called
from commonplace.model.minter import Kind
from commonplace.web.context import context_of
from commonplace.web.pages.rendering import page
from commonplace.web.pages.words.languages import language_of


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """A parameter whose words do not say which thing is meant, and those that they may mean."""

    name: str
    label: str
    words: str
    kinds: Sequence[Kind]
    choices: tuple[Link, ...]
    more: bool
    """Whether there are others that they may mean, too."""


def ask_which(request: Request, kinds: Mapping[str, Sequence[Kind]], labels: Mapping[str, str]) -> Response | None:
    """Return a page that asks which things are meant, or a redirection to the address with their keys.

    `kinds` are those of the things that each parameter names, `labels` what the parameters are called. None is returned
    where every parameter names a thing already.
    """
    context, language = context_of(request), language_of(request)
    given = request.query_params.multi_items()
    named: list[tuple[str, str]] = []
    asked: list[OpenQuestion] = []
    for name, words in given:
        found = (
            things_called(context.library, kinds[name], words, language) if name in kinds and words.strip() else None
        )
        if found is not None and found.taken is None:
            asked.append(OpenQuestion(name, labels.get(name, name), words, kinds[name], found.choices, found.more))
        named.append((name, found.taken if found is not None and found.taken is not None else words))
    if asked:
        open_names = {one.name for one in asked}
        rest = [(name, value) for name, value in named if name not in open_names]
        status = 200 if all(one.choices for one in asked) else 400
        return page(request, "which.html", {"open_questions": asked, "rest": rest}, status=status)
    return RedirectResponse(f"{request.url.path}?{urlencode(named)}", status_code=303) if named != given else None
