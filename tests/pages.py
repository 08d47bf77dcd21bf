"""The pages of the project as tests read them: links, fenced blocks, and the commands in them."""

from __future__ import annotations

import argparse
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]
SHELLS = ("sh", "console")

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_CODE = re.compile(r"`([^`\n]+)`")
_ASSIGNED = re.compile(r"[A-Z_]+=\S*$")


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block: the page it is on, its line there, its language (may be empty) and its text."""

    page: str
    line: int
    language: str
    text: str

    @property
    def where(self) -> str:
        """Page and line, for messages."""
        return f"{self.page}:{self.line}"


def name_of(page: Path) -> str:
    """The path of a page as people write it."""
    return page.relative_to(ROOT).as_posix()


def blocks(page: Path) -> list[Block]:
    """The fenced blocks of a page, in order."""
    text = page.read_text()
    return [
        Block(name_of(page), text.count("\n", 0, found.start()) + 1, found[1], found[2])
        for found in _FENCE.finditer(text)
    ]


def prose(page: Path) -> str:
    """A page without its fenced blocks."""
    return _FENCE.sub("", page.read_text())


def links(page: Path) -> list[str]:
    """The targets of a page's links."""
    return _LINK.findall(prose(page))


def code_spans(page: Path) -> list[str]:
    """What stands between backticks in the prose of a page."""
    return _CODE.findall(prose(page))


def anchors(page: Path) -> set[str]:
    """The fragments a page's headings can be linked by, as GitHub makes them."""
    text = _FENCE.sub("", page.read_text())
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in _HEADING.findall(text)}


def command_lines(page: Path) -> Iterator[tuple[str, list[str], str]]:
    """Each command in the shell blocks of a page: where it stands, its words, and the comment after it."""
    for block in blocks(page):
        if block.language not in SHELLS:
            continue
        lines = block.text.replace("\\\n", " ").splitlines()
        if block.language == "console":
            lines = [line.removeprefix("$ ") for line in lines if line.startswith("$ ")]
        for line in lines:
            words = shlex.split(line, comments=True)
            while words and _ASSIGNED.match(words[0]):
                words = words[1:]
            if words:
                yield block.where, words, line.rpartition(" # ")[2] if " # " in line else ""


@dataclass(frozen=True, slots=True)
class Curl:
    """A curl line as a request. `status` is the one named in the comment after it, else 200."""

    where: str
    url: str
    method: str
    headers: dict[str, str]
    parameters: dict[str, str]
    body: str | None
    follow: bool
    status: int


def curl_lines(page: Path) -> Iterator[Curl]:
    """The curl lines of a page. Options that no page uses yet are an error: add them here."""
    for where, words, comment in command_lines(page):
        if words[0] == "curl":
            yield _request(where, words[1:], int(comment) if comment.isdigit() else 200)


def _request(where: str, words: list[str], status: int) -> Curl:
    parser = argparse.ArgumentParser(where, exit_on_error=False, allow_abbrev=False)
    parser.add_argument("url")
    parser.add_argument("-i", action="store_true")
    parser.add_argument("-o")
    parser.add_argument("-L", action="store_true")
    parser.add_argument("-G", action="store_true")
    parser.add_argument("-H", action="append", default=[])
    parser.add_argument("--data")
    parser.add_argument("--data-urlencode", action="append", default=[])
    given = parser.parse_args(words)
    named = dict(pair.split("=", 1) for pair in given.data_urlencode)
    headers = dict(header.split(": ", 1) for header in given.H)
    method = "POST" if (given.data or named) and not given.G else "GET"
    return Curl(where, given.url, method, headers, named, given.data, given.L, status)
