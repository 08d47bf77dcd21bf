"""Write the picture of the map as SVG: within the page, and as a file of its own that carries its style with it."""

from __future__ import annotations

import re
from base64 import b64encode
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256

from commonplace.library.map_labels import GAP, LETTERS, PlacedLabel
from commonplace.library.map_picture import MOST_LINKS, Dot, MapPicture, YearMark
from commonplace.web.pages.rendering import STATIC, environment

WIDTH, HEIGHT = 960, 640
"""Size of the picture in a file, in pixels; it may be shown at any other."""

GRID = (2_000, 2_000)
"""Units that the picture in the page is divided in, each way, whatever its size and form."""

_TOKEN = re.compile(r"--([a-z0-9-]+): ([^;]+);")


@dataclass(frozen=True, slots=True)
class DotPath:
    """Dots that look alike, as one path: each is a line without length, whose ends are round or square."""

    style: str
    across: int
    path: str

    @property
    def width(self) -> str:
        """Return the width of the dots in parts of the size of letters, which the style sheet sets."""
        return f"{self.across / 10:g}em"


@dataclass(frozen=True, slots=True)
class DotLink:
    """A dot that leads to a page, with its label where there is room for that. Places are in hundredths."""

    dot: Dot
    label: PlacedLabel | None

    @property
    def x(self) -> str:
        """Return the place from the left."""
        return f"{100 * self.dot.x:.2f}%"

    @property
    def y(self) -> str:
        """Return the place from above."""
        return f"{100 * self.dot.y:.2f}%"

    @property
    def radius(self) -> float:
        """Return the radius of what can be clicked, in pixels: a finger or pointer needs some room."""
        return max(self.dot.radius + 1, 6.0)

    @property
    def beside(self) -> str:
        """Return where its label begins, ends or has its middle, as attributes, in parts of the size of letters."""
        side, far = self.label.side if self.label else "right", (self.dot.radius + GAP) / LETTERS
        return {
            "right": f'dx="{far:.2f}em" dy=".35em"',
            "left": f'dx="{-far:.2f}em" dy=".35em" text-anchor="end"',
            "below": f'dy="{self.dot.radius / LETTERS + 1:.2f}em" text-anchor="middle"',
            "above": f'dy="{-self.dot.radius / LETTERS - 0.35:.2f}em" text-anchor="middle"',
        }[side]


@dataclass(frozen=True, slots=True)
class Drawn:
    """The picture as a template writes it."""

    lines: Sequence[tuple[str, str]]
    """Classes, and the path of all lines that look alike."""
    dots: Sequence[DotPath]
    links: Sequence[DotLink]
    years: Sequence[tuple[str, YearMark]]


def drawn(picture: MapPicture, grid: tuple[int, int] = GRID) -> Drawn:
    """Return a picture as a template writes it, its dots and lines on a grid."""
    width, height = grid
    spots = [(round(dot.x * width), round(dot.y * height)) for dot in picture.dots]
    paths: dict[str, list[str]] = defaultdict(list)
    for line in picture.lines:
        (x, y), (to_x, to_y) = spots[line.source], spots[line.target]
        dy = to_y - y
        paths["doubtful" if line.doubtful else "sure"].append(f"M{x} {y}l{to_x - x}{dy if dy < 0 else f' {dy}'}")
    labels = {label.number: label for label in picture.labels}
    first = [number for number, dot in enumerate(picture.dots) if dot.marked][: MOST_LINKS if not picture.many else 0]
    links = [DotLink(picture.dots[number], labels.get(number)) for number in sorted({*first, *labels})]
    return Drawn(
        [(f"lines {name}", "".join(some)) for name, some in sorted(paths.items())],
        list(_dot_paths(picture.dots, spots)),
        links,
        [(f"{100 * mark.x:.2f}%", mark) for mark in picture.years],
    )


def map_file(picture: MapPicture, title: str) -> bytes:
    """Return a picture as a file: SVG with its style, light or dark as the reader's system is."""
    shown = drawn(picture, (WIDTH, HEIGHT))
    names = {"picture": shown, "many": picture.many, "size": (WIDTH, HEIGHT), "title": title, "css": file_style()}
    return environment("en").get_template("map.svg").render(names).strip().encode()


def file_policy() -> str:
    """Return the Content-Security-Policy of a picture in a file: it has its own style, and loads nothing."""
    mark = b64encode(sha256(file_style().encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{mark}'; base-uri 'none'; form-action 'none'; frame-ancestors *"


@cache
def file_style() -> str:
    """Return the style of a picture in a file, its colours written out: not every program that shows SVG knows tokens.

    It cannot hold `<`, `&` or a comment, so that it stands in XML as it is.
    """
    rules = (STATIC / "map.css").read_text().partition("/* The picture of the map")[2].partition("*/")[2].strip()
    light, dark = tokens()
    return f"{_written_out(rules, light)}\n@media (prefers-color-scheme: dark) {{\n{_written_out(rules, dark)}\n}}"


def tokens() -> tuple[Mapping[str, str], Mapping[str, str]]:
    """Return the values of the design tokens by name, light and dark."""
    text = (STATIC / "commonplace.css").read_text().partition("/* The page */")[0]
    light, _, dark = text.partition("@media (prefers-color-scheme: dark)")
    return dict(_TOKEN.findall(light)), {**dict(_TOKEN.findall(light)), **dict(_TOKEN.findall(dark))}


def _written_out(rules: str, values: Mapping[str, str]) -> str:
    return re.sub(r"var\(--([a-z0-9-]+)\)", lambda match: values[match[1]].replace('"', "'"), rules)


def _dot_paths(dots: Sequence[Dot], spots: Sequence[tuple[int, int]]) -> Iterator[DotPath]:
    """Yield the dots by how they look: small ones lie upon large ones, and marked ones upon the others."""
    alike: dict[tuple[bool, int, str], list[str]] = defaultdict(list)
    for dot, (x, y) in zip(dots, spots, strict=True):
        form = "round" if dot.thing.kind == "work" else "square"
        style = f"{form} group-{dot.group}" if dot.marked else f"{form} unmarked"
        alike[dot.marked, -dot.across, style].append(f"M{x} {y}h0")
    for (_, across, style), path in sorted(alike.items()):
        yield DotPath(style, -across, "".join(path))
