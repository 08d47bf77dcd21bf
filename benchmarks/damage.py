"""Damage records as databases and their exports do, to see whether copies of one work are still found.

A row has the members `id`, `group`, `title`, `authors`, `venue`, `year`, `volume`, `number` and `pages`. Rows of one
work have one `group`. The authors are joined by ` and `, or run together where a database has them so.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence

from commonplace.model.record import Record

Row = dict[str, str]
Damage = Callable[[Row, random.Random], None]

NAMES = " and "

MEMBERS = ("id", "group", "title", "authors", "venue", "year", "volume", "number", "pages")
"""Members of a row, each empty where a work has no such thing."""


def row_of(record: Record, group: int) -> Row:
    """Return a record as a row."""
    names = record.names("author") or record.names("editor")
    return {
        "id": f"w{group}",
        "group": str(group),
        "title": record.title or "",
        "authors": NAMES.join(name.inverted for name in names),
        "venue": record.container_title or "",
        "year": str(record.year or ""),
        "volume": record.volume or "",
        "number": record.issue or "",
        "pages": record.page or "",
    }


def _names(row: Row) -> list[tuple[str, str]]:
    """Return family and given names."""
    found = []
    for name in filter(None, row["authors"].split(NAMES)):
        family, _, given = name.partition(", ")
        found.append((family, given))
    return found


def _initials(given: str, dot: str = "", gap: str = "") -> str:
    return gap.join(word[0].upper() + dot for word in given.replace("-", " ").split() if word[0].isalpha())


def _short(venue: str, dot: str) -> str:
    if " " not in venue:
        return venue
    words = [word for word in venue.split() if word.lower() not in ("of", "the", "and", "for", "in", "on", "&")]
    return " ".join(word if len(word) <= 5 else word[: 3 + len(word) % 3] + dot for word in words)


def pubmed(row: Row, chance: random.Random) -> None:
    """Write `Zuna RE`, an abbreviated journal, a title with its full stop, the last page without its first digits."""
    row["authors"] = NAMES.join(f"{family} {_initials(given)}".strip() for family, given in _names(row))
    row["title"] += "."
    row["venue"] = _short(row["venue"], "")
    first, _, last = row["pages"].partition("-")
    if last.isdigit() and len(first) == len(last):
        shared = next((n for n, (a, b) in enumerate(zip(first, last, strict=True)) if a != b), 0)
        row["pages"] = f"{first}-{last[shared:]}"


def embase(row: Row, chance: random.Random) -> None:
    """Write `Zuna R.E.`, a capital after the colon, the place behind the journal."""
    row["authors"] = NAMES.join(f"{family}, {_initials(given, '.')}".strip(", ") for family, given in _names(row))
    head, colon, tail = row["title"].partition(": ")
    row["title"] = head + colon + tail[:1].upper() + tail[1:]
    if row["venue"]:
        row["venue"] += chance.choice((" (Netherlands)", " (London, England)", "", " [Electronic Resource]"))


def scopus(row: Row, chance: random.Random) -> None:
    """Run all authors together: `Zuna, R.E., Wang, S.S.`."""
    row["authors"] = ", ".join(f"{family}, {_initials(given, '.')}".strip(", ") for family, given in _names(row))


def web_of_science(row: Row, chance: random.Random) -> None:
    """Write capitals all through, and abbreviations without stops."""
    pubmed(row, chance)
    row["title"] = row["title"].rstrip(".")
    for name in ("title", "venue", "authors"):
        row[name] = row[name].upper().replace(" AND ", NAMES if name == "authors" else " AND ")


def in_reading_order(row: Row, chance: random.Random) -> None:
    """Run full names together and leave out volume and pages, as lists of conference papers do."""
    row["authors"] = ", ".join(f"{given} {family}".strip() for family, given in _names(row))
    row["volume"] = row["number"] = row["pages"] = ""


def swapped(row: Row, chance: random.Random) -> None:
    """Change family and given names round."""
    row["authors"] = NAMES.join(f"{given}, {family}" if given else family for family, given in _names(row))


def cut(row: Row, chance: random.Random) -> None:
    """Cut the title after a number of letters."""
    row["title"] = row["title"][: chance.choice((60, 80, 100))]


def bracketed(row: Row, chance: random.Random) -> None:
    """Put the title in brackets, or a note of the database behind it."""
    row["title"] = chance.choice(
        ("[{}]", "[{}].", "{}. [Review] [45 refs]", "{} [German]", "{}. [see comment]")
    ).format(row["title"])


def ahead_of_print(row: Row, chance: random.Random) -> None:
    """Take volume and pages away, as of an article indexed ahead of print, and often a year."""
    row["pages"] = chance.choice(("Epub ahead of print", ""))
    row["volume"] = row["number"] = ""
    if row["year"].isdigit():
        row["year"] = str(int(row["year"]) - chance.choice((0, 1)))


def no_year(row: Row, chance: random.Random) -> None:
    """Take the year away."""
    row["year"] = ""


def no_authors(row: Row, chance: random.Random) -> None:
    """Take the authors away."""
    row["authors"] = ""


def fewer_authors(row: Row, chance: random.Random) -> None:
    """Keep the first three authors."""
    row["authors"] = NAMES.join(row["authors"].split(NAMES)[:3])


def slip(row: Row, chance: random.Random) -> None:
    """Leave out, double or change a letter of the title."""
    title = row["title"]
    if len(title) > 12:
        at = chance.randrange(3, len(title) - 3)
        row["title"] = title[:at] + chance.choice(("", title[at] * 2, "e")) + title[at + 1 :]


def no_subtitle(row: Row, chance: random.Random) -> None:
    """Take the subtitle away."""
    head = row["title"].partition(": ")[0]
    if len(head) > 25:
        row["title"] = head


DATABASES: tuple[Damage, ...] = (pubmed, embase, scopus, web_of_science)
FAULTS: tuple[Damage, ...] = (
    swapped, cut, bracketed, ahead_of_print, no_year, no_authors, fewer_authors, slip, no_subtitle, in_reading_order,
)  # fmt: skip


def copies(rows: Sequence[Row], seed: int, faulty: float = 0.5) -> Iterator[Row]:
    """Yield each row, and for two in three one to three copies as databases have them, some with a fault."""
    chance = random.Random(seed)
    for row in rows:
        yield row
        for number in range(chance.choice((0, 1, 1, 2, 3)) if chance.random() < 0.8 else 0):
            copy = {**row, "id": f"{row['id']}-{number}"}
            fault = chance.choice(FAULTS) if chance.random() < faulty else None
            if fault:
                fault(copy, chance)
            if fault not in (swapped, in_reading_order):
                chance.choice(DATABASES)(copy, chance)
            yield copy
