"""Damage one thing in a record, as this or that database does: each fault alone, to see which is found how well.

A fault changes a row (`benchmarks.damage`) and returns nothing. `two_lists_of_papers` gives papers the venues of two
lists that name each in its own way.
"""

from __future__ import annotations

import html
import random
import re
from collections.abc import Iterator, Sequence

from benchmarks.damage import MEMBERS, NAMES, Damage, Row
from commonplace.model.minter import slug

_LATIN = {"α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "κ": "kappa", "μ": "mu", "±": "+/-", "≥": ">="}
_BRITISH = {
    "tumor": "tumour", "color": "colour", "behavior": "behaviour", "randomiz": "randomis", "analyz": "analys",
    "pediatric": "paediatric", "hematolog": "haematolog", "anemia": "anaemia", "leukemia": "leukaemia",
    "center": "centre", "labor": "labour", "neighbor": "neighbour", "model ": "modell ", "esophag": "oesophag",
    "organiz": "organis", "edema": "oedema", "estrogen": "oestrogen", "diarrhea": "diarrhoea", "catalog": "catalogue",
}  # fmt: skip
_NUMBERS = {"two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "ten": "10"}


def _pairs(row: Row) -> list[tuple[str, str]]:
    names = (name.partition(", ") for name in filter(None, row["authors"].split(NAMES)))
    return [(family, given) for family, _, given in names]


def _letters(given: str, dot: str = "", gap: str = "") -> str:
    return gap.join(word[0].upper() + dot for word in re.split(r"[\s.-]+", given) if word)


def one_string(row: Row, chance: random.Random) -> None:
    """Run all authors together in one of the ways there are."""
    pairs = _pairs(row)
    written = chance.choice(
        ("{f}, {i}.; ", "{f} {i}, ", "{g} {f}, ", "{f}, {g}; ", "{i} {f}, ", "{f} {i}; ", "{f}, {g}, ")
    )
    row["authors"] = "".join(written.format(f=f, g=g, i=_letters(g)) for f, g in pairs).strip(" ,;")


def initials(row: Row, chance: random.Random) -> None:
    """Write given names as initials alone."""
    form = chance.choice(("{f}, {i}", "{f} {i}", "{i} {f}"))
    dot, gap = chance.choice((("", ""), (".", ""), (".", " "), ("", " ")))
    row["authors"] = NAMES.join(form.format(f=f, i=_letters(g, dot, gap)).strip(" ,") for f, g in _pairs(row))


def only_initials(row: Row, chance: random.Random) -> None:
    """Write whole names as initials: `REZ`."""
    row["authors"] = NAMES.join(f"{_letters(g)}{f[:1]}" for f, g in _pairs(row))


def swapped_names(row: Row, chance: random.Random) -> None:
    """Change family and given names round."""
    row["authors"] = NAMES.join(f"{g}, {f}" if g else f for f, g in _pairs(row))


def swapped_initials(row: Row, chance: random.Random) -> None:
    """Take initials for the family name: `RE, Zuna`."""
    row["authors"] = NAMES.join(f"{_letters(g)}, {f}" if g else f for f, g in _pairs(row))


def numbered_names(row: Row, chance: random.Random) -> None:
    """Leave marks of affiliations and degrees in names: `Zuna RE1,2`, `Wang SS, MD`."""
    mark = chance.choice(("1", "1,2", "*", ", MD", " PhD", "a"))
    row["authors"] = NAMES.join(f"{f} {_letters(g)}{mark}" for f, g in _pairs(row))


def et_al(row: Row, chance: random.Random) -> None:
    """Keep the first author, with *et al.*"""
    row["authors"] = row["authors"].split(NAMES)[0] + chance.choice((" et al", " et al.", ", et al.", NAMES + "others"))


def parts_of_names(row: Row, chance: random.Random) -> None:
    """Keep one part of double names, or run them together."""
    way = chance.choice((0, 1, 2))
    names = []
    for f, g in _pairs(row):
        words = re.split(r"[\s-]", f)
        f = (words[0], words[-1], "".join(words))[way] or f
        names.append(f"{f}, {_letters(g)}".strip(" ,"))
    row["authors"] = NAMES.join(names)


def no_authors(row: Row, chance: random.Random) -> None:
    """Take the authors away, or say that they are anonymous."""
    row["authors"] = chance.choice(("", "", "Anonymous", "[No authors listed]"))


def abbreviated_venue(row: Row, chance: random.Random) -> None:
    """Abbreviate the venue, with or without stops."""
    words = [w for w in row["venue"].split() if w.lower() not in ("of", "the", "and", "for", "in", "on", "&", "de")]
    dot = chance.choice((".", ""))
    if len(words) > 1:
        row["venue"] = " ".join(w if len(w) <= 5 else w[: 3 + len(w) % 3] + dot for w in words)


def longer_venue(row: Row, chance: random.Random) -> None:
    """Write the society, the place or the name in another language behind the venue."""
    row["venue"] += chance.choice((
        " : official journal of the American Society of Clinical Investigation",
        ": an official publication of the European Federation", " (Baltimore, Md. : 1950)", " (Clinical research ed.)",
        " = Revue internationale de la recherche", ". International Edition", " [Electronic Resource]", " (Online)",
    ))  # fmt: skip


def acronym(row: Row, chance: random.Random) -> None:
    """Write the first letters of the venue."""
    words = [w for w in slug(row["venue"]).split("-") if w not in ("of", "the", "on", "and", "for", "in")]
    if len(words) > 2:
        row["venue"] = "".join(w[0] for w in words).upper()


def no_venue(row: Row, chance: random.Random) -> None:
    """Take the venue away."""
    row["venue"] = ""


def ahead_of_print(row: Row, chance: random.Random) -> None:
    """Say *Epub ahead of print* in one of the fields, in a year of its own."""
    row["volume"] = row["number"] = row["pages"] = ""
    row[chance.choice(("volume", "number", "pages"))] = chance.choice(
        ("Epub ahead of print", "(no pagination)", "[Epub ahead of print]", "In press", "Online first")
    )
    other_year(row, chance, (0, -1))


def other_year(row: Row, chance: random.Random, steps: Sequence[int] = (-1, 1)) -> None:
    """Move the year by one."""
    if row["year"].isdigit():
        row["year"] = str(int(row["year"]) + chance.choice(steps))


def no_year(row: Row, chance: random.Random) -> None:
    """Take the year away."""
    row["year"] = ""


def short_pages(row: Row, chance: random.Random) -> None:
    """Write pages as databases do: `1073-87`, `pp. 1073–1087`, `1073+`, `1073-1087, 1090`, `1073-1087 15p`."""
    first, _, last = row["pages"].partition("-")
    if not (first.isdigit() and last.isdigit()):
        return
    kept = next((n for n, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), 0)
    short = last[kept:] if len(first) == len(last) else last
    row["pages"] = chance.choice(
        (f"{first}-{short}", f"pp. {first}–{last}", f"{first}+", f"{first}-{last}, {int(last) + 3}", first,
         f"{first}-{last} 15p", f"p. {first}-{short}", f"{first} - {last}", f"{first}–{short}")
    )  # fmt: skip


def no_pages(row: Row, chance: random.Random) -> None:
    """Take the pages away."""
    row["pages"] = ""


def no_place(row: Row, chance: random.Random) -> None:
    """Take volume, issue and pages away."""
    row["volume"] = row["number"] = row["pages"] = ""


def odd_fields(row: Row, chance: random.Random) -> None:
    """Put an accession number, an article number or a DOI where a page, an issue or a volume stands."""
    number = chance.randint(10**6, 10**7)
    field = chance.choice(("pages", "number", "pages"))
    row[field] = chance.choice(
        (f"CD{number % 10**6:06}", f"PMID: {number}", f"Art. No. {number}", f"10.1016/j.x.{number}", f"e{number}",
         f"Accession {number}", f"WOS:000{number}")
    )  # fmt: skip


def worded_places(row: Row, chance: random.Random) -> None:
    """Write words beside the numbers of a place: `Vol. 24`, `24(6)`, `24 (Pt 2)`, `No. 3`."""
    if row["volume"]:
        number = row["number"]
        row["volume"] = chance.choice(
            (f"Vol. {row['volume']}", f"{row['volume']}({number or 2})", f"{row['volume']} (Pt 2)", f"v{row['volume']}")
        )
        row["number"] = chance.choice((f"No. {number}", f"Issue {number}", "")) if number else ""


def cut_title(row: Row, chance: random.Random) -> None:
    """Cut the title after a number of letters, with or without dots."""
    at = chance.choice((60, 70, 80, 100, 120))
    if len(row["title"]) > at:
        row["title"] = row["title"][:at].rstrip() + chance.choice(("", "...", "…"))


def bracketed(row: Row, chance: random.Random) -> None:
    """Put the title in brackets, with the language of the article, or another note of the database."""
    row["title"] = chance.choice(
        ("[{}]", "[{}].", "[{}]. [French]", "{} [Article in French]", "{}. [Review] [45 refs]", "{}. [German]",
         "[{}] [Article in Spanish]", "{} (Structured abstract)", "{}. [see comment]", "{} (English)", "{}. (Review)")
    ).format(row["title"].rstrip("."))  # fmt: skip


def bilingual(row: Row, chance: random.Random) -> None:
    """Write the title in another language behind it."""
    other = "Une étude de la question dans les bibliothèques de province et leurs lecteurs"
    row["title"] = chance.choice(("{t} [{o}]", "{t}. [{o}].", "{t} = {o}", "{t} / {o}")).format(t=row["title"], o=other)


def upper_case(row: Row, chance: random.Random) -> None:
    """Write capitals all through."""
    row["title"], row["venue"] = row["title"].upper(), row["venue"].upper()
    row["authors"] = row["authors"].upper().replace(" AND ", NAMES)


def full_stop(row: Row, chance: random.Random) -> None:
    """Write a full stop, or several, behind the title, and quotation marks around it."""
    row["title"] = chance.choice(("{}.", "{} .", "“{}”", '"{}."', "{}..", "{}*", "{}  ")).format(row["title"])


def entities(row: Row, chance: random.Random) -> None:
    """Leave entities and markup of a page in the title."""
    words = row["title"].split(" ")
    at = chance.randrange(len(words))
    words[at] = chance.choice(
        ("<i>{}</i>", "&lt;i&gt;{}&lt;/i&gt;", "<sup>{}</sup>", "{}&nbsp;", "&quot;{}&quot;")
    ).format(words[at])
    text = " ".join(words)
    row["title"] = (
        "".join(c if c.isascii() else f"&#{ord(c)};" for c in text).replace("'", "&#39;").replace(" - ", "&ndash;")
    )
    row["title"] = html.escape(row["title"]) if chance.random() < 0.2 else row["title"]
    row["venue"] = row["venue"].replace("&", "&amp;").replace(" and ", " &amp; ")


def greek(row: Row, chance: random.Random) -> None:
    """Spell Greek letters out, write them for their names, or lose them."""
    title = row["title"]
    if any(letter in title for letter in _LATIN):
        lost = chance.random() < 0.3
        for letter, name in _LATIN.items():
            title = title.replace(letter, "?" if lost else name)
    else:
        for letter, name in _LATIN.items():
            title = re.sub(rf"\b{re.escape(name)}\b", letter, title)
    row["title"] = title


def british(row: Row, chance: random.Random) -> None:
    """Spell the words of the title as on the other side of the ocean, and numbers as numerals."""
    title = row["title"]
    for one, other in _BRITISH.items():
        title = re.sub(one, other, title, flags=re.IGNORECASE)
    for word, numeral in _NUMBERS.items():
        title = re.sub(rf"\b{word}\b", numeral, title, flags=re.IGNORECASE)
    row["title"] = title


def slips(row: Row, chance: random.Random) -> None:
    """Make one to three slips in the letters of the title."""
    title = row["title"]
    for _ in range(chance.choice((1, 1, 2, 3))):
        if len(title) > 12:
            at = chance.randrange(1, len(title) - 2)
            new = chance.choice(("", title[at] * 2, chance.choice("aeinrst"), title[at + 1] + title[at]))
            title = title[:at] + new + title[at + (2 if len(new) == 2 and new[0] != new[1] else 1) :]
    row["title"] = title


def divided_words(row: Row, chance: random.Random) -> None:
    """Divide words of the title otherwise: `follow up`, `followup`, `the rapy`."""
    title = row["title"].replace("-", chance.choice((" ", "", "- ")))
    words = title.split(" ")
    at = chance.randrange(len(words))
    if len(words[at]) > 6 and chance.random() < 0.5:
        words[at] = words[at][:3] + " " + words[at][3:]
    elif at + 1 < len(words):
        words[at : at + 2] = [words[at] + words[at + 1]]
    row["title"] = " ".join(words)


def lost_word(row: Row, chance: random.Random) -> None:
    """Leave out a small word of the title, or write another."""
    words = row["title"].split(" ")
    small = [n for n, w in enumerate(words) if w.lower() in ("the", "a", "an", "of", "in", "for", "and", "on", "to")]
    if small:
        words[chance.choice(small)] = chance.choice(("", "in", "of", "the"))
        row["title"] = " ".join(filter(None, words))


def other_marks(row: Row, chance: random.Random) -> None:
    """Write other marks: a stop or a dash for a colon, `&` for *and*, typographic quotes."""
    colon = chance.choice((". ", " - ", "; ", " "))
    row["title"] = row["title"].replace(": ", colon).replace(" and ", " & ").replace("'", "’")


def no_subtitle(row: Row, chance: random.Random) -> None:
    """Take the subtitle away."""
    head = row["title"].partition(": ")[0]
    row["title"] = head if len(head) > 25 else row["title"]


def place_in_title(row: Row, chance: random.Random) -> None:
    """Write the kind of article, or a label of its journal, around the title."""
    row["title"] = chance.choice(
        ("Original article: {}", "{}: original article", "Research article. {}", "Title: {}")
    ).format(row["title"])


def lost_marks(row: Row, chance: random.Random) -> None:
    """Lose letters that are not ASCII."""
    for name in ("title", "authors", "venue"):
        row[name] = "".join(c if c.isascii() else "?" for c in row[name])


EACH: tuple[Damage, ...] = (
    one_string, initials, only_initials, swapped_names, swapped_initials, numbered_names, et_al, parts_of_names,
    no_authors, abbreviated_venue, longer_venue, acronym, no_venue, ahead_of_print, other_year, no_year, short_pages,
    no_pages, no_place, odd_fields, worded_places, cut_title, bracketed, bilingual, upper_case, full_stop, entities,
    greek, british, slips, divided_words, lost_word, other_marks, no_subtitle, place_in_title, lost_marks,
)  # fmt: skip
"""Every fault."""

COPIED = 500
"""Maximum number of works that are copied with a fault."""


def each(rows: Sequence[Row], seed: int) -> Iterator[tuple[str, list[Row]]]:
    """Yield the name of each fault, and works with a copy of each that has it."""
    some = random.Random(seed).sample(rows, min(len(rows), COPIED))
    for fault in EACH:
        chance = random.Random(seed)
        made: list[Row] = []
        for row in some:
            copy = {**dict.fromkeys(MEMBERS, ""), **row, "id": f"{row['id']}-copy"}
            fault(copy, chance)
            made += [row, copy]
        yield fault.__name__, made


VENUES_OF_LISTS = (
    ("SIGMOD Conference", "International Conference on Management of Data"),
    ("VLDB", "Very Large Data Bases"),
    ("SIGMOD Record", "ACM SIGMOD Record "),
    ("VLDB J.", "The VLDB Journal &mdash; The International Journal on Very Large Data Bases"),
    ("ACM Trans. Database Syst.", "ACM Transactions on Database Systems (TODS) "),
)
"""Names of venues in two lists of papers."""

NOTES_OF_EDITORS = ("Editor's Notes", "Guest Editorial", "Chair's Message", "Editorial", "Foreword")


def two_lists_of_papers(rows: Sequence[Row], seed: int) -> Iterator[Row]:
    """Yield the papers of two lists without places, each with names of its own for five venues, in ten years.

    Beside them stand versions: one in thirty papers has an article under its title, by the same people, up to two years
    later in a journal; and one in sixty is a note that an editor writes in every issue.
    """
    chance = random.Random(seed)
    for row in rows:
        venue = chance.randrange(len(VENUES_OF_LISTS))
        paper = {**row, "volume": "", "number": "", "pages": "", "year": str(chance.randint(1994, 2003))}
        if chance.random() < 1 / 60:
            paper["title"], venue = chance.choice(NOTES_OF_EDITORS), 2
        yield from _in_lists(paper, venue, chance)
        if venue < 2 and chance.random() < 1 / 30:
            year = str(int(paper["year"]) + chance.choice((0, 1, 2)))
            article = {**paper, "id": f"{row['id']}-j", "group": f"{row['group']}-j", "year": year}
            yield from _in_lists(article, chance.choice((3, 4)), chance)


def _in_lists(paper: Row, venue: int, chance: random.Random) -> Iterator[Row]:
    there = chance.choice(("both", "both", "both", "both", "first", "second"))
    names = [name.partition(", ") for name in filter(None, paper["authors"].split(NAMES))]
    if there != "second":
        written = ", ".join(f"{given} {family}".strip() for family, _, given in names)
        yield {**paper, "authors": written, "venue": VENUES_OF_LISTS[venue][0]}
    if there != "first":
        row = {**paper, "id": f"{paper['id']}-b", "venue": VENUES_OF_LISTS[venue][1]}
        row["authors"] = ", ".join(f"{_shortened(given, chance)} {family}".strip() for family, _, given in names)
        if chance.random() < 0.1:
            slips(row, chance)
        if chance.random() < 0.05:
            other_marks(row, chance)
        if chance.random() < 0.03:
            row["authors"] = ""
        yield row


def _shortened(given: str, chance: random.Random) -> str:
    first = given.split(" ")[0]
    return chance.choice((given, given, given, first, f"{first[:1]}.", f"{first} {chance.choice('ABCDE')}."))
