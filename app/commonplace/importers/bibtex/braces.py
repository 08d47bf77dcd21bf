"""Find where blocks begin and end, by counting braces as BibTeX does, whatever stands between them.

Source: Patashnik, "BibTeXing" (1988), and the program itself: a brace counts with a backslash before it too, a quote
ends a value only outside of braces, and nearly any sign may stand in the name of an entry type. As biber and pandoc
have it, `%` begins a comment outside of entries, and between fields.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

TYPE = r"[^\s\"#%'(),={}@\\]"
"""A sign of the name of an entry type."""

BEGINNING = re.compile(rf"@[ \t]*+({TYPE}*+)\s*+(?=[{{(])")
"""What a block begins with: `@`, the name of its type, and an opening delimiter."""

_MARK = re.compile(r"[{}\"@%()]")
_CONTINUES = re.compile(r"(?:\s|%[^\n]*\n)*+(?:[,#})]|\Z)")
_COMMENT_OR_BLOCK = re.compile(rf"%[^\n]*|@[ \t]*+{TYPE}*+\s*+[{{(]")
_BARE = re.compile(r"[^\s\"#%(),={}]")
"""A sign of a bare word: `%` right after one is a part of it, as in an address that has no delimiters."""

_READ_AGAIN = 3
"""Maximum text looked through for the ends of blocks that are not well-formed, in lengths of the file."""


def begins_line(text: str, position: int) -> bool:
    """Return whether there is nothing but white space before that place on its line."""
    while position and text[position - 1] != "\n":
        position -= 1
        if not text[position].isspace():
            return False
    return True


def comments_between_fields(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Return where the comments begin and end that stand between the fields of the block at `start`, which ends there.

    The ends of their lines are no part of them.
    """
    head = BEGINNING.match(text, start)
    if head is None or text.find("%", start, end) < 0:
        return []
    counted = _FollowedBlock(text, head, end)
    while not counted.is_broken and (found := _MARK.search(text, counted.position, end)):
        if counted.take(found) is not None:
            break
    return counted.comments


def without_comments(block: str) -> str:
    """Return the text of a block with spaces for the comments between its fields."""
    shown = list(block)
    for first, last in comments_between_fields(block, 0, len(block)):
        shown[first:last] = " " * (last - first)
    return "".join(shown)


class Braces:
    """Count the braces of one file from a block on, within bounds: a broken block reaches to the end of the file."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._left = _READ_AGAIN * len(text)

    def closing(self, start: int, end: int) -> int | None:
        """Return the end of the block at `start`, None where it is not closed.

        Past `end`, where another block seems to begin, it goes on only if that stands in a value, and the value is
        followed by what may follow one: else a brace is missing, and what begins at `end` is another block.
        """
        if self._left <= 0:
            return None
        head = BEGINNING.match(self._text, start)
        if head is None:
            return None
        counted = _FollowedBlock(self._text, head, end)
        position = counted.position
        closed = None
        while closed is None and not counted.is_broken and (found := _MARK.search(self._text, counted.position)):
            closed = counted.take(found)
        self._left -= counted.position - position
        return closed

    def comments(self, position: int, end: int) -> Iterator[tuple[int, int]]:
        """Yield where the comments begin and end that stand in no block of that stretch of the file."""
        while found := _COMMENT_OR_BLOCK.search(self._text, position, end):
            if found[0][0] == "%":
                yield found.span()
                position = found.end()
            else:
                position = self.closing(found.start(), end) or found.end()


class _FollowedBlock:
    """Follow one block, as far as its marks were looked at."""

    def __init__(self, text: str, head: re.Match[str], end: int) -> None:
        self.position = head.end() + 1
        self.is_broken = False
        self.comments: list[tuple[int, int]] = []
        """Where comments between the fields begin and end."""
        self._text = text
        self._end = end
        self._is_comment = head[1].lower() == "comment"
        self._closer = "}" if text[head.end()] == "{" else ")"
        self._depth = 0
        self._is_quoted = False

    def take(self, found: re.Match[str]) -> int | None:
        """Count one mark; return the end of the block where the mark closes it."""
        mark, self.position = found[0], found.end()
        if self._depth or self._is_quoted:
            self._within_value(mark)
        elif mark == self._closer:
            return found.end()
        elif mark == "{":
            self._depth = 1
        elif not self._is_comment:
            self._between_fields(mark, found.start())
        return None

    def _within_value(self, mark: str) -> None:
        if mark == "{":
            self._depth += 1
        elif mark == "}":
            self._depth -= 1
            self.is_broken = self._depth < 0
            if not self._depth and not self._is_quoted:
                self._end_value()
        elif mark == '"' and self._is_quoted and not self._depth:
            self._is_quoted = False
            self._end_value()

    def _end_value(self) -> None:
        if self.position > self._end and not self._is_comment and not _CONTINUES.match(self._text, self.position):
            self.is_broken = True

    def _between_fields(self, mark: str, start: int) -> None:
        if mark == '"':
            self._is_quoted = True
        elif mark == "%" and not _BARE.match(self._text, start - 1):
            line_end = self._text.find("\n", start)
            self.position = len(self._text) if line_end < 0 else line_end
            self.comments.append((start, self.position))
        elif mark == "}" or (mark == "@" and start >= self._end and begins_line(self._text, start)):
            self.is_broken = True
