"""Read values as BibTeX writes them: `{…}`, `"…"`, numbers, macros, and `#` between them."""

from __future__ import annotations

import re

from commonplace.errors import Message
from commonplace.importers.bibtex.draft import BibtexFile, Draft
from commonplace.importers.bibtex.salvage import salvage
from commonplace.importers.text_encoding import UnreadableFile
from commonplace.model.bibtex_terms import MONTH_MACROS, MONTHS

_MACRO = re.compile(r"[^\s\"#%'(),={}]+")
MOST_EXPANDED = 20_000_000
"""Maximum number of characters that the strings of a file may add to its entries, all together."""

MONTH_NAMES = dict(zip(MONTH_MACROS, MONTHS, strict=True))


class MalformedValue(ValueError):
    """A value that is not what BibTeX's grammar allows; `partial` is what could be read of it."""

    def __init__(self, why: str, partial: str) -> None:
        super().__init__(why)
        self.partial = partial


def plain_value(expression: str, macros: dict[str, str]) -> str:
    """Return the text of a value expression: delimiters removed, macros replaced, parts joined.

    `macros` are by lower-case name; the months are known without it. Raises `MalformedValue`
    for an undefined macro or text that is none of BibTeX's forms.
    """
    expression = expression.strip()
    if len(expression) > 1 and expression[0] == "{" and closing_brace(expression, 0) == len(expression) - 1:
        return expression[1:-1]
    if len(expression) > 1 and expression[0] == '"' and _closing_quote(expression, 0) == len(expression) - 1:
        return expression[1:-1]
    if expression.isdecimal():
        return expression
    if expression.isalpha() and (text := _defined(expression, macros)) is not None:
        return text
    return _joined(expression, macros)


def _joined(expression: str, macros: dict[str, str]) -> str:
    parts: list[str] = []
    faults: list[str] = []
    position = expanded = 0
    while position < len(expression):
        char = expression[position]
        if char in " \t\n#":
            position += 1
            continue
        if char in '{"':
            end = closing_brace(expression, position) if char == "{" else _closing_quote(expression, position)
            if end < 0:
                faults.append(Message("no closing %(mark)s", mark="}" if char == "{" else char))
                end = len(expression)
            parts.append(expression[position + 1 : end])
            position = end + 1
            continue
        found = _MACRO.match(expression, position)
        if not found:
            faults.append(Message("unexpected %(mark)r", mark=char))
            position += 1
            continue
        parts.append(_macro_text(found[0], macros, faults))
        expanded += len(parts[-1])
        if expanded > MOST_EXPANDED:
            faults.append(Message("its strings make more than %(most)s characters", most=MOST_EXPANDED))
            break
        position = found.end()
    text = "".join(parts)
    if faults:
        raise MalformedValue("; ".join(dict.fromkeys(faults)), text)
    return text


def _macro_text(name: str, macros: dict[str, str], faults: list[str]) -> str:
    if name.isdecimal():
        return name
    text = _defined(name, macros)
    if text is None:
        faults.append(Message("the string %(name)s is not defined in this file", name=name))
        return name
    return text


def _defined(name: str, macros: dict[str, str]) -> str | None:
    text = macros.get(name.lower())
    return MONTH_NAMES.get(name.lower()) if text is None else text


def closing_brace(text: str, start: int) -> int:
    """Return where the brace at `start` is closed, -1 where it is not. Braces count, escaped or not, as in BibTeX."""
    depth = 0
    for found in re.finditer(r"[{}]", text[start:]):
        depth += 1 if found[0] == "{" else -1
        if not depth:
            return start + found.start()
    return -1


def _closing_quote(text: str, start: int) -> int:
    depth = 0
    for found in re.finditer(r'[{}"]', text[start + 1 :]):
        if found[0] == '"' and depth <= 0:
            return start + 1 + found.start()
        depth += {"{": 1, "}": -1, '"': 0}[found[0]]
    return -1


def interpolate(draft: Draft, file: BibtexFile) -> None:
    """Step: replace every value expression by its text. Where a comma was forgotten, the fields are read anew."""
    if draft.macros is not None and not draft.macros:
        return
    texts: dict[str, str] = {}
    faults: list[tuple[str, str, str]] = []
    for name in [name for name in draft.fields if draft.macros is None or name in draft.macros]:
        expression = draft.fields[name]
        try:
            texts[name] = plain_value(expression, file.macros)
            file.expanded += max(0, len(texts[name]) - len(expression))
            if file.expanded > MOST_EXPANDED:
                raise UnreadableFile(
                    Message(
                        "line %(line)s: its strings make more than %(most)s characters",
                        line=draft.line,
                        most=MOST_EXPANDED,
                    )
                )
        except MalformedValue as fault:
            if (
                "'='" in str(fault)
                and (read := salvage(draft.raw))
                and set(draft.fields) < {n.lower() for n, _ in read.fields}
            ):
                draft.lose(name, expression, "no comma between this field and the next; both were read")
                draft.fields = {name.lower(): value for name, value in reversed(read.fields)}
                interpolate(draft, file)
                return
            texts[name] = fault.partial
            faults.append((name, expression, str(fault)))
    draft.fields.update(texts)
    for name, expression, why in faults:
        draft.lose(name, expression, why)
