"""Records as hypothesis makes them: any text a title can hold, any name, any date in EDTF."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

from hypothesis import strategies as st

from commonplace.importers.written_dates import written_date
from commonplace.model import roles
from commonplace.model.names import Contributor, Name
from commonplace.model.other_titles import other_titles
from commonplace.model.record import Record
from commonplace.model.rich_text import RICH_FIELDS, TAGS, RichText, Run, rich_form, rich_text
from commonplace.model.types import FABIO_CLASS

_LETTERS = "abcdefgzABCDEZéßøłžÅñœαΩжЯ中文العا"
_SIGNS = "{}%&\\\"'`~^$#_-–—:;,.()[]<>?!@/*+=|0123456789“”’ñ"
_WORD = st.text(_LETTERS + _SIGNS, min_size=1, max_size=8)


def _phrase(words: st.SearchStrategy[str], most: int) -> st.SearchStrategy[str]:
    return st.lists(words, min_size=1, max_size=most).map(" ".join)


texts = _phrase(_WORD, 6)
plain_words = _phrase(st.text("abcdeABCéßž0123456789-.", min_size=1, max_size=8), 3)
_capitalised = st.builds(
    lambda first, rest: first + rest,
    st.sampled_from("ABCDEÉŽØЯ中ا"),
    st.text("abcdeéžø'-я.中", max_size=6),
)
_name_words = _phrase(_capitalised, 3)
particles = st.sampled_from(
    ["van", "van der", "de la", "d'", "al-", "von", "’t", "Von der", "De", "Al-", "von und zu", "Foo de", "a;b", "d, e"]
)
dropping_particles = st.sampled_from(["zu", "dal", "zur und", "Dos", "l’", "e;f"])
suffixes = st.sampled_from(["Jr.", "III", "Sr.", "PhD", "Graf von X", "Martin Luther", "jun., M. D.", "Esq"])


def _personal_name(
    family: str, given: str | None, particle: str | None, suffix: str | None, dropping_particle: str | None
) -> Name:
    """A name whose flags follow from its parts: RIS tells two names apart by how they are written, flags aside."""
    return Name(
        family=family,
        given=given,
        particle=particle,
        suffix=suffix,
        dropping_particle=dropping_particle,
        comma_suffix=suffix in ("Jr.", "Esq", "jun., M. D."),
        static_ordering=len(family) % 5 == 0,
    )


personal_names = st.builds(
    _personal_name,
    _name_words
    | st.sampled_from(
        "and;others;smith;Oude Vrielink;de Swart;Bar & Foo;II;Jr.;King, Jr.;Steele Jr.;Ortega y Gasset;et al.;"
        "de la Torre;y;O'Neil;{V}allée;X~Y;A--B;McDonald;ß;van 't Hoff;d’Alembert;Nguyễn;ı".split(";")
    ),
    st.none()
    | _name_words
    | st.sampled_from(
        [
            "J. K.",
            "Jean-Luc",
            "{X}",
            "Rock and Roll",
            "Jr.",
            "II",
            "PhD",
            "A; B",
            "A & B",
            "A et al.",
            "von",
            "x, y",
            "j",
        ]
    ),
    st.none() | particles,
    st.none() | suffixes,
    st.none() | dropping_particles,
)
literal_names = texts.map(lambda text: Name(literal=text)) | st.sampled_from(
    [
        Name(literal="World Bank"),
        Name(literal="others"),
        Name(literal="Simon and Schuster"),
        Name(literal="et al."),
        Name(literal="A; B & C, D, E, F"),
    ]
)
names = personal_names | literal_names

dates = st.sampled_from(
    "1996 0850 2018-03 2018-03-29 2020/2021 199X 1990~ 1990? 2004-21 2019-03-04/2019-03-06 1984/.. /1984 -0300 2001-XX "
    "2020-05/2020-06 1723% -0011-21/-0012-22 1985-04-XX 19XX Y170000 Y-17000 0000 2001-21? 2004-06~/2004-08% 1999/ "
    "../1999 -0043-03-15 -0009-07 2016-02-29 1990?/1991? 156X-12 0079".split()
)
ROLES = ["author", "editor", "translator", "container-author"]
ROLES += [role.csl for role in roles.ROLES if role.csl not in ROLES]
TYPES = sorted(FABIO_CLASS)


def contributors(role: str) -> st.SearchStrategy[tuple[Contributor, ...]]:
    return st.lists(names.map(lambda name: Contributor(role, name)), max_size=3).map(tuple)


_roles = st.lists(st.sampled_from(ROLES[4:]), max_size=2, unique=True)
_all_contributors = _roles.flatmap(lambda some: st.tuples(*(contributors(role) for role in [*ROLES[:4], *some]))).map(
    lambda groups: tuple(contributor for group in groups for contributor in group)
)
_maybe_text = st.none() | texts | st.sampled_from(["the world&#8217;s AT&amp;T", "50% of {all} \\\\ --- x"])


def _styled(styles: list[str]) -> st.SearchStrategy[Run]:
    some = st.lists(st.sampled_from(styles), max_size=3, unique=True).map(tuple)
    return st.builds(Run, texts | st.sampled_from(["DNA", "R&D", "2", "<i>", "th", "Danio rerio"]), some)


def rich_texts(field: str) -> st.SearchStrategy[RichText]:
    """Runs of any styles, some with a space between them; no case is protected but in a title."""
    styles = [style for style in TAGS if style != "nocase" or field == "title"]
    gaps = st.sampled_from([Run(""), Run(" ")])
    pieces = st.lists(st.tuples(_styled(styles), gaps).map(list), min_size=1, max_size=4)
    return pieces.map(lambda found: rich_text(run for piece in found for run in piece).squeeze())


def with_rich(record: Record, forms: dict[str, RichText]) -> Record:
    """The record with those texts in the place of its own."""
    texts = {name: text.plain for name, text in forms.items()}
    rich = {name: form for name, text in forms.items() if (form := rich_form(name, text))}
    return replace(record, **texts, rich=rich)  # type: ignore[arg-type]


_maybe_plain = st.none() | plain_words
identifier_lists = {
    "isbn": st.sampled_from([(), ("978-0-674-04258-2",), ("0-8044-2957-X", "978-0-674-04258-2")]),
    "issn": st.sampled_from([(), ("0305-750X",), ("0167-806X", "1573-0859")]),
}
dois = st.sampled_from(["10.1016/0305-750X(96)00023-X", "10.1002/(SICI)1(1)43:4<412::AID-J8>3.0.CO;2-#", "10.1000/a_b"])
urls = st.sampled_from(
    ["https://example.org/~a_b?c=%20d&e=f#g", "http://example.org/a--b", "https://example.org/{x}\\y"]
)
pages = st.sampled_from(
    [
        "1",
        "123-+",
        "1-1-10",
        "012001",
        "Article 7",
        "5, 7, 9-12",
        "1073-1087",
        "20-20",
        "e12-e19",
        "1-3, 7-9",
        "S1-2-S1-5",
        "xi-xv",
        "A.1-A.9",
    ]
)
_own_fields = ["remark", "custom_1", "annote", "title-short", "container-title-short", "event-place", "status", "orcid"]
_own_fields += ["origtitle", "original-title", "translatedtitle-fr", "transtitle", "TT"]
_own_fields += ["My Field", "title+an:x", "a+b:c", "Größe (cm)", "numBER", "file", "Note:X"]
_undated = texts.filter(lambda text: written_date(text) in (None, text))
"""What no reader takes for a date in other words, as `00` is for the year 0."""
extras = st.builds(
    lambda texts, dates: MappingProxyType({**texts, **dates}),
    st.dictionaries(st.sampled_from(_own_fields), texts, max_size=3),
    st.dictionaries(st.sampled_from(["accessed", "original-date", "event-date"]), dates | _undated, max_size=2),
)

_languages = st.sampled_from(["", "fr", "en-GB", "ru", "ru-Latn", "zh-Hant", "tlh", "sr-Cyrl-RS", "nn"])
titles_in_languages = st.lists(st.tuples(_languages, texts | st.just("AT&amp;T & {co}")), max_size=3).map(
    lambda pairs: other_titles(*pairs)
)
_own_origin = st.sampled_from([{}, {}, {"origlanguage": "french"}, {"origlanguage": "latin and greek"}])

plain_records = st.builds(
    Record,
    key=st.from_regex(r"[A-Za-z][A-Za-z0-9:_.+-]{0,15}", fullmatch=True),
    type=st.sampled_from(TYPES),
    title=_maybe_text,
    contributors=_all_contributors,
    issued=st.none() | dates,
    available=st.none() | dates,
    container_title=_maybe_text,
    collection_title=_maybe_text,
    volume=_maybe_plain,
    issue=_maybe_plain,
    number=_maybe_plain,
    page=st.none() | pages,
    edition=_maybe_plain,
    genre=_maybe_text | st.sampled_from(["PhD thesis", "Master's thesis"]),
    publisher=_maybe_text,
    publisher_place=_maybe_text,
    doi=st.none() | dois,
    isbn=identifier_lists["isbn"],
    issn=identifier_lists["issn"],
    url=st.none() | urls,
    language=st.none() | st.sampled_from(["en", "fr", "de", "en-GB", "tlh"]),
    abstract=st.none() | st.lists(texts, min_size=1, max_size=2).map("\n\n".join),
    keywords=st.lists(texts, max_size=3).map(tuple),
    note=_maybe_text,
    part_of=st.none() | st.just("theBook2001"),
    alternative_keys=st.sampled_from([(), ("theBook2001a",), ("DBLP:conf/a/b", "other.key_1")]),
    extra=st.builds(lambda kept, origin: MappingProxyType({**kept, **origin}), extras, _own_origin),
    original_titles=titles_in_languages,
    translated_titles=titles_in_languages,
    transliterated_titles=titles_in_languages,
)

rich_records = st.builds(
    with_rich, plain_records, st.fixed_dictionaries({}, optional={name: rich_texts(name) for name in RICH_FIELDS})
)
records = plain_records | rich_records
