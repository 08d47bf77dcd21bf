"""Make sets of records as searches of several databases return them, with works beside that are easily taken for one.

A work of a bibliography gets copies, each through one database (`benchmarks.damage`) and up to three faults. Beside it
stand other works: the abstract of a congress under its title, the article after the paper, a registered trial, a
reply, an erratum, a second part, a second article under its title in its journal and year, a column of the journal.
They have groups of their own, and copies, too.
"""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Callable, Iterator, Sequence

from benchmarks.damage import DATABASES, FAULTS, NAMES, Damage, Row, in_reading_order, swapped
from commonplace.model.minter import slug

Sibling = Callable[[Row, random.Random], None]

FAMILIES = (
    "Müller Nguyen O'Brien García-López Østergaard Smith Kim Wang Zhang Li Tanaka Rossi Dubois Kowalski Çelik "
    "Johansson van-der-Berg Papadopoulos Silva Hernández Brown Jones Cohen Patel Singh Novák Horváth Haddad Okafor"
).split()
GIVEN = "Anna José Wei Mary-Jane Thomas Søren Élodie John Priya Kenji Maria Ahmed Olga Lucas Ngozi Ruth Peter".split()
JOURNALS = (
    "Journal of Clinical Oncology",
    "The Lancet Respiratory Medicine",
    "American Journal of Respiratory and Critical Care Medicine",
    "Blood",
    "Stroke",
    "British Medical Journal",
    "Deutsche Medizinische Wochenschrift",
    "Cochrane Database of Systematic Reviews",
    "European Journal of Haematology",
    "Zhonghua Yi Xue Za Zhi",
    "Journal of the American Medical Association",
    "Annals of Internal Medicine",
    "Health Services & Research",
    "Implementation Science",
)
COLUMNS = "Editorial|Introduction|Calendar|Book reviews|In reply|Letters to the editor|Abstracts|From the editor".split(
    "|"
)


def with_made_up_particulars(titles: Sequence[str], seed: int) -> list[Row]:
    """Return rows of works of those titles, with people, journals and places made up."""
    chance = random.Random(seed)
    rows = []
    for number, title in enumerate(titles):
        first = chance.randint(1, 2400)
        rows.append(
            {
                "id": f"w{number}",
                "group": str(number),
                "title": title,
                "authors": NAMES.join(_person(chance) for _ in range(chance.choice((1, 2, 3, 4, 6, 9)))),
                "venue": chance.choice(JOURNALS),
                "year": str(chance.randint(1985, 2018)),
                "volume": str(chance.randint(1, 380)),
                "number": str(chance.randint(1, 12)),
                "pages": f"{first}-{first + chance.randint(1, 15)}",
            }
        )
    return rows


def _person(chance: random.Random) -> str:
    return f"{chance.choice(FAMILIES).replace('-', ' ', 2)}, {chance.choice(GIVEN)} {chance.choice('ABCDEFGHJKLM')}."


def congress_abstract(row: Row, chance: random.Random) -> None:
    """Make an abstract of a congress, which has the title of the article, in another year or its supplement."""
    year = int(row["year"] or 2000)
    row["year"] = str(year - chance.choice((0, 1, 1, 2)))
    row["venue"] = chance.choice((row["venue"], f"{chance.choice(JOURNALS)}. Conference: 15th Annual Meeting"))
    row["number"] = chance.choice(("Suppl. 1", "1 Suppl", ""))
    row["volume"] = str(chance.randint(1, 380))
    row["pages"] = chance.choice((f"S{chance.randint(1, 400)}", f"A{chance.randint(1000, 5000)}"))


def registered_trial(row: Row, chance: random.Random) -> None:
    """Make the registration of a trial under the title of its report."""
    number = chance.randint(10**6, 10**7)
    row["venue"] = chance.choice((f"https://clinicaltrials.gov/show/NCT0{number}", "ClinicalTrials.gov"))
    row["year"] = str(int(row["year"] or 2000) - chance.choice((1, 2, 3)))
    row["volume"] = row["number"] = ""
    row["pages"] = ""
    row["authors"] = chance.choice(("", row["authors"].split(NAMES)[0]))


def reply(row: Row, chance: random.Random) -> None:
    """Make a letter about the article."""
    row["title"] = chance.choice(("Reply to: {}", "{}: author's reply", "Comment on: {}", "Re: {}")).format(
        row["title"]
    )
    _elsewhere(row, chance)


def erratum(row: Row, chance: random.Random) -> None:
    """Make a correction of the article."""
    row["title"] = chance.choice(("Erratum: {}", "{}: corrigendum", "Correction to: {}")).format(row["title"])
    row["pages"] = str(chance.randint(1, 2400))


def second_part(row: Row, chance: random.Random) -> None:
    """Make a second part of the article, on the pages behind it."""
    row["title"] = f"{row['title'].rstrip('.')}. Part II"
    _elsewhere(row, chance)


def under_one_title(row: Row, chance: random.Random) -> None:
    """Make a second article of the same people under its title, in its journal and year."""
    _elsewhere(row, chance)


def other_group(row: Row, chance: random.Random) -> None:
    """Make an article on other patients, of the same people."""
    row["title"] = f"{row['title'].rstrip('.')} in {chance.choice(('women', 'children', 'older adults', 'Denmark'))}"
    _elsewhere(row, chance)


def column(row: Row, chance: random.Random) -> None:
    """Make a column of the journal."""
    row["title"] = chance.choice(COLUMNS)
    row["authors"] = chance.choice(("", "", row["authors"].split(NAMES)[0]))
    row["pages"] = str(chance.randint(1, 2400))


def _elsewhere(row: Row, chance: random.Random) -> None:
    first = chance.randint(1, 2400)
    row["pages"] = f"{first}-{first + 4}"
    row["number"] = str(chance.randint(1, 12))


SIBLINGS: tuple[Sibling, ...] = (
    congress_abstract, congress_abstract, registered_trial, reply, erratum, second_part, under_one_title, other_group,
    column, column,
)  # fmt: skip


def no_diacritics(row: Row, chance: random.Random) -> None:
    """Lose the marks of letters, or the letters with them, or write them in two."""
    way = chance.choice(("bare", "lost", "two"))
    for name in ("authors", "title"):
        text = row[name]
        if way == "two":
            text = text.replace("ü", "ue").replace("ö", "oe").replace("Ø", "Oe").replace("ø", "oe")
        text = unicodedata.normalize("NFKD", text)
        row[name] = "".join(letter for letter in text if letter.isascii()) if way != "lost" else _lost(row[name])


def _lost(text: str) -> str:
    return "".join(letter if letter.isascii() else "?" for letter in text)


def no_venue(row: Row, chance: random.Random) -> None:
    """Take the journal away."""
    row["venue"] = ""


def no_pages(row: Row, chance: random.Random) -> None:
    """Take the pages away."""
    row["pages"] = ""


def next_year(row: Row, chance: random.Random) -> None:
    """Give the year of the print to what was online before."""
    if row["year"].isdigit():
        row["year"] = str(int(row["year"]) + 1)


def first_author(row: Row, chance: random.Random) -> None:
    """Keep the first author alone, with or without *et al.*"""
    row["authors"] = row["authors"].split(NAMES)[0] + chance.choice(("", NAMES + "others", " et al"))


def semicolons(row: Row, chance: random.Random) -> None:
    """Run all authors together with semicolons."""
    row["authors"] = "; ".join(row["authors"].split(NAMES))


def other_marks(row: Row, chance: random.Random) -> None:
    """Write other marks: a stop for a colon, spaces for hyphens, `&` for *and*."""
    row["title"] = row["title"].replace(": ", ". ").replace("-", " ").replace(" and ", " & ")


def issue_in_volume(row: Row, chance: random.Random) -> None:
    """Write volume and issue in one field."""
    row["volume"], row["number"] = f"{row['volume']}({row['number']})" if row["number"] else row["volume"], ""


MORE_FAULTS: tuple[Damage, ...] = (
    no_diacritics, no_venue, no_pages, next_year, first_author, semicolons, other_marks, issue_in_volume,
)  # fmt: skip
LAST = frozenset((swapped, in_reading_order, semicolons))
"""Faults after which no database rewrites the names."""


def searches(rows: Sequence[Row], seed: int, siblings: float = 0.25) -> Iterator[Row]:
    """Yield each row and its siblings, most of them with copies that have up to three faults."""
    chance = random.Random(seed)
    for row in rows:
        yield from _copies(row, chance)
        if chance.random() < siblings:
            make = chance.choice(SIBLINGS)
            other = {**row, "id": f"{row['id']}-{make.__name__}", "group": f"{row['group']}-{make.__name__}"}
            make(other, chance)
            yield from _copies(other, chance)


def _copies(row: Row, chance: random.Random) -> Iterator[Row]:
    yield row
    for number in range(chance.choice((0, 1, 1, 2, 2, 3))):
        copy = {**row, "id": f"{row['id']}-{number}"}
        faults = chance.sample((*FAULTS, *MORE_FAULTS), chance.choice((0, 0, 1, 1, 2, 3)))
        for fault in sorted(faults, key=lambda fault: fault in LAST):
            fault(copy, chance)
        if LAST.isdisjoint(faults):
            chance.choice(DATABASES)(copy, chance)
        yield copy


ACRONYM_LETTERS = 3
"""Minimum letters of an acronym that stands for a conference."""


def two_lists(rows: Sequence[Row], seed: int) -> Iterator[Row]:
    """Yield the papers of two lists without pages: one with acronyms for venues, one with their names in full."""
    chance = random.Random(seed)
    for row in rows:
        bare = {**row, "volume": "", "number": "", "pages": ""}
        names = [name.partition(", ") for name in row["authors"].split(NAMES)]
        both = chance.random()
        if both < 0.9:
            written = ", ".join(f"{given} {family}".strip() for family, _, given in names)
            yield {**bare, "authors": written, "venue": _acronym(row["venue"])}
        if both > 0.1:
            written = ", ".join(f"{_shortened(given, chance)} {family}".strip() for family, _, given in names)
            title = row["title"] if chance.random() < 0.9 else row["title"].replace(":", " -", 1)
            yield {**bare, "id": f"{row['id']}-b", "authors": written, "title": title}


def _shortened(given: str, chance: random.Random) -> str:
    first = given.split(" ")[0]
    return chance.choice((given, given, first, f"{first[:1]}."))


def _acronym(venue: str) -> str:
    letters = "".join(word[0] for word in slug(venue).split("-") if word not in ("of", "the", "on", "and", "for", "in"))
    return letters.upper() if len(letters) >= ACRONYM_LETTERS else venue
