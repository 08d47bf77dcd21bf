"""Names: split before anything is decoded, bodies kept whole, nothing dropped without a word."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commonplace.exporters.bibtex_names import annotation, bibtex_name, name_list
from commonplace.importers.bibtex import name_list as roads
from commonplace.importers.bibtex.name_list import NameList, cut_at_ands, read_name_alone, read_names
from commonplace.model.name_annotations import applied
from commonplace.model.names import Name
from tests.exporters.record_strategies import names


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("{World Bank}", Name(literal="World Bank")),
        ("{Simon and Schuster}", Name(literal="Simon and Schuster")),
        (r"{Universit\'e de Montr\'eal}", Name(literal="Université de Montréal")),
        ("{van der} Berg", Name(family="Berg", given="van der")),
        ('{de Swart}, Henri{\\"e}tte', Name(family="de Swart", given="Henriëtte")),
        ("{Oude Vrielink}, Mirjan", Name(family="Oude Vrielink", given="Mirjan")),
        ("van Eijk, Carola", Name(family="Eijk", given="Carola", particle="van")),
        ("Ludwig van Beethoven", Name(family="Beethoven", given="Ludwig", particle="van")),
        ("King, Jr., Martin Luther", Name(family="King", given="Martin Luther", suffix="Jr.")),
        ("Plato", Name(family="Plato")),
        ("family=Hakim, given=Tawfiq, prefix=al-", Name(family="Hakim", given="Tawfiq", particle="al-")),
        (
            "family=Humboldt, given=Alexander, prefix=von, useprefix=false",
            Name(family="Humboldt", given="Alexander", dropping_particle="von"),
        ),
        (
            "family=Ploeg, given=Jan, prefix=van der, useprefix=true",
            Name(family="Ploeg", given="Jan", particle="van der"),
        ),
        ('"family={Smith, Son}, given=Ann"', Name(family="Smith, Son", given="Ann")),
        ("毛 泽 东", Name(family="东", given="毛 泽")),
        (r"{\'E}mile Zola", Name(family="Zola", given="Émile")),
        (r"{\L}ukasz Kowalski", Name(family="Kowalski", given="Łukasz")),
        ("Knuth, D.~E.", Name(family="Knuth", given="D. E.")),
    ],
)
def test_reads_one_name(raw: str, expected: Name) -> None:
    read = read_names(raw)
    assert read.names == (expected,)
    assert not read.faults


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (r"Mu\~noz, Jo\~ao", Name(family="Muñoz", given="João")),
        (r"Fernando Brand\~{a}o", Name(family="Brandão", given="Fernando")),
        (r"Nguy\~\^en, A.", Name(family="Nguyễn", given="A.")),
        (r"Paul Erd\H os", Name(family="Erdős", given="Paul")),
        (r"Gabriel Garc\'\i a", Name(family="García", given="Gabriel")),
        (r"de la {V}all{\'e}e Poussin, Charles", Name(family="Vallée Poussin", given="Charles", particle="de la")),
        ("Ortega y Gasset, José", Name(family="Ortega y Gasset", given="José")),
        (r"Garc{\'\i}a de la Torre, A.", Name(family="García de la Torre", given="A.")),
        ("Von der Leyen, Ursula", Name(family="Leyen", given="Ursula", particle="Von der")),
        ("Martin Luther King Jr.", Name(family="King", given="Martin Luther", suffix="Jr.")),
        ("King Jr., Martin Luther", Name(family="King", given="Martin Luther", suffix="Jr.")),
        ("Martin Luther {King, Jr.}", Name(family="King", given="Martin Luther", suffix="Jr.")),
        ("William van Gates III", Name(family="Gates", given="William", particle="van", suffix="III")),
        ("{Steele Jr.}, Guy L.", Name(family="Steele Jr.", given="Guy L.")),
        ("C. Vitamin V", Name(family="V", given="C. Vitamin")),
    ],
)
def test_reads_names_that_bibtex_would_cut_elsewhere(raw: str, expected: Name) -> None:
    read = read_names(raw)
    assert read.names == (expected,)
    assert not read.faults
    assert read_names(bibtex_name(expected)).names == (expected,)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("King, Martin Luther, Jr.", ["Martin Luther King Jr."]),
        ("Guy L. Steele, Jr.", ["Guy L. Steele Jr."]),
        ("Smith, John, PhD", ["John Smith PhD"]),
        ("Smith, J.; Doe, A.", ["J. Smith", "A. Doe"]),
        (r"Smith, J. \& Doe, A. and Roe, B.", ["J. Smith", "A. Doe", "B. Roe"]),
        ("Smith, J., Doe, A., Roe, B.", ["J. Smith", "A. Doe", "B. Roe"]),
        ("J. Smith, A. Doe, and B. Roe", ["J. Smith", "A. Doe", "B. Roe"]),
        ("Smith, A., Jones, PhD", ["Smith, A., Jones, PhD"]),
    ],
)
def test_what_is_read_against_the_rules_is_reported(raw: str, expected: list[str]) -> None:
    read = read_names(raw)
    assert [name.full for name in read.names] == expected
    assert len(read.faults) == 1


@pytest.mark.parametrize("raw", ["Doe, A. and et al.", "Doe, A. and {et al.}", "Doe, A. et~al."])
def test_et_al_is_not_a_person(raw: str) -> None:
    read = read_names(raw)
    assert (read.names, read.more) == ((Name(family="Doe", given="A."),), True)
    assert read.faults


@pytest.mark.parametrize(
    "raw", [r"M&uuml;ller, A.", "{Barnes & Noble, Inc.; London}", "Oude & Sons, Bar", "{A, B, C, D}, E"]
)
def test_marks_that_do_not_separate_names(raw: str) -> None:
    read = read_names(raw)
    assert len(read.names) == 1
    assert not read.faults


def test_and_others_is_not_a_person() -> None:
    read = read_names("Smith, Ann and others")
    assert read.names == (Name(family="Smith", given="Ann"),)
    assert read.more
    assert read_names("{others}").names == (Name(literal="others"),)


@pytest.mark.parametrize(
    ("raw", "families"),
    [
        (", David", ["David"]),
        ("A and and B", ["A", "B"]),
        ("and B", ["B"]),
        ("{Foo", ["Foo"]),
    ],
)
def test_reports_what_is_wrong_and_reads_the_rest(raw: str, families: list[str]) -> None:
    read = read_names(raw)
    assert [name.family for name in read.names] == families
    assert read.faults


def test_a_name_that_cannot_be_split_is_kept_whole() -> None:
    read = read_names("Smith, A., Jones, PhD and Good, C.")
    assert read.names == (Name(literal="Smith, A., Jones, PhD"), Name(family="Good", given="C."))
    assert [raw for raw, _ in read.faults] == ["Smith, A., Jones, PhD"]


@pytest.mark.parametrize(
    ("name", "written"),
    [
        (Name(family="Oude Vrielink", given="Mirjan"), "{Oude Vrielink}, Mirjan"),
        (Name(family="Eijk", given="Carola", particle="van"), "van Eijk, Carola"),
        (Name(literal="World Bank"), "{World Bank}"),
        (Name(family="King", given="Martin", suffix="Jr."), "King, Jr., Martin"),
    ],
)
def test_writes_what_bibtex_users_write(name: Name, written: str) -> None:
    assert bibtex_name(name) == written


@pytest.mark.parametrize(
    ("raw", "names"),
    [
        ("Wolf K., Bear J.P., Fox M.", ["Wolf, K.", "Bear, J.P.", "Fox, M."]),
        ("Wolf KA, Bear J, Fox MS", ["Wolf, KA", "Bear, J", "Fox, MS"]),
        (r"W{\"o}lf K., de Bear J., Fox M.~N.", ["Wölf, K.", "de Bear, J.", "Fox, M. N."]),
        ("Ann Wolf, Bob Bear, Cy Fox", ["Wolf, Ann", "Bear, Bob", "Fox, Cy"]),
        ("Ann Wolf, Bob Bear, and Cy Fox", ["Wolf, Ann", "Bear, Bob", "Fox, Cy"]),
        ("Ann Wolf, Bob Bear and Cy Fox", ["Wolf, Ann", "Bear, Bob", "Fox, Cy"]),
        ("Wolf A., Bear B. and Fox C.", ["Wolf, A.", "Bear, B.", "Fox, C."]),
        ("A. Wolf, B. Bear, C. Fox, D. Elk", ["Wolf, A.", "Bear, B.", "Fox, C.", "Elk, D."]),
        ("Wolf, A., Bear, B.", ["Wolf, A.", "Bear, B."]),
        (r"Ann Wolf \& Bob Bear", ["Wolf, Ann", "Bear, Bob"]),
        ("Ann Wolf und Bob Bear", ["Wolf, Ann", "Bear, Bob"]),
        ("Ann Wolf et Bob Bear", ["Wolf, Ann", "Bear, Bob"]),
        ("Wolf A.", ["Wolf, A."]),
        ("van der Wolf A.-B. C.", ["van der Wolf, A.-B. C."]),
        (r"Wolf \& Bear", ["Wolf & Bear"]),
        ("Wolf, Graf, Ann", ["Wolf, Graf, Ann"]),
    ],
)
def test_names_with_another_mark_than_and_are_told_apart_and_told(raw: str, names: list[str]) -> None:
    read = read_names(raw)
    assert [name.inverted for name in read.names] == names
    assert read.faults


@pytest.mark.parametrize(
    ("raw", "names"),
    [
        ("Ruiz Q., Ana M.", ["Ruiz Q., Ana M."]),
        ("Ruiz Q., Ana M. and Paz R., Jo", ["Ruiz Q., Ana M.", "Paz R., Jo"]),
        ("Garcia Paz, Ana Maria and Paz, Jo", ["Garcia Paz, Ana Maria", "Paz, Jo"]),
        ("Ana Maria von und zu Paz", ["von und zu Paz, Ana Maria"]),
        ("{Wolf & Bear}", ["Wolf & Bear"]),
        ("Malcolm X", ["X, Malcolm"]),
        ("Nyberg 3rd, Eric", ["Nyberg, 3rd, Eric"]),
        ("Wolf, {Graf}, Ann", ["Wolf, Graf, Ann"]),
        ("{Wolf, Bear, Fox}", ["Wolf, Bear, Fox"]),
    ],
)
def test_a_name_as_bibtex_has_it_is_left_alone(raw: str, names: list[str]) -> None:
    read = read_names(raw)
    assert [name.inverted for name in read.names] == names
    assert not read.faults


def again(listed: list[Name], more: bool = False) -> tuple[NameList, list[Name] | None]:
    """The names as they are read from what is written, and with what stands in the annotation beside them."""
    read = read_names(name_list(listed, more))
    return read, applied(read.names, said) if (said := annotation(listed)) else [*read.names]


@given(names)
def test_every_name_survives(name: Name) -> None:
    read, made = again([name])
    assert made == [name]
    assert not read.faults


@given(names, names)
def test_names_do_not_run_into_one_another(first: Name, second: Name) -> None:
    read, made = again([first, second], more=True)
    assert made == [first, second]
    assert read.more


@pytest.mark.parametrize(
    ("name", "plain", "beside"),
    [
        (Name(family="Eijk", given="Carola", particle="van"), "van Eijk, Carola", ""),
        (Name(family="Eijk", given="Carola", particle="Van"), "{Van Eijk}, Carola", "non-dropping-particle Van"),
        (Name(family="Staël", given="Anne", dropping_particle="de"), "de Staël, Anne", "dropping-particle de"),
        (
            Name(family="Salle", given="Robert", dropping_particle="de", particle="La"),
            "de {La Salle}, Robert",
            "dropping-particle de, non-dropping-particle La",
        ),
        (Name(family="Ito", given="Ren", static_ordering=True), "Ito, Ren", "static-ordering"),
        (Name(family="Foo", given="B", suffix="Jr.", comma_suffix=True), "Foo, Jr., B", "comma-suffix"),
        (Name(family="Foo", given="B", particle="a;b"), "a{;}b Foo, B", "non-dropping-particle a%3Bb"),
    ],
)
def test_a_name_is_written_plainly_and_the_rest_beside_it(name: Name, plain: str, beside: str) -> None:
    assert annotation([name]) == (f'1="{beside}"' if beside else "")
    assert again([name])[1] == [name]
    if ";" not in plain:
        assert bibtex_name(name) == plain


@pytest.mark.parametrize("said", ['2="comma-suffix"', '1="dropping-particle van"', "1=comma-suffix", "x"])
def test_an_annotation_that_does_not_fit_is_not_applied(said: str) -> None:
    assert applied([Name(family="Eijk", given="Carola", particle="de")], said) is None


_PIECES = st.sampled_from(
    [
        *r"""and AND others Ann Smith, et al. ; & Jr. {World Bank} {B} { } \{ von , M{\"u}ller""".split(),
        *"Andrew al III, III J.-P. O'Brien, x--y a''b de, De ²a 毛 é e\u0301 a_b 1st".split(),
        "{A and B}",
    ]
)
_SPACES = st.sampled_from([" ", " ", " ", "  ", "\n", "\t "])


@given(st.lists(st.tuples(_PIECES, _SPACES), max_size=9))
def test_names_read_one_by_one_are_those_of_the_whole_list(pieces: list[tuple[str, str]]) -> None:
    raw = "".join(piece + space for piece, space in pieces)
    alone = [read_name_alone(part) for part in cut_at_ands(raw)]
    if all(alone):
        whole = read_names(raw)
        assert [*whole.names] == alone
        assert not whole.more
        assert not whole.faults


def test_most_names_are_read_alone() -> None:
    raw = r"""Smith, Ann and {World Bank} and M{\"u}ller, Jos\'e and van Eijk, Carola"""
    assert [read_name_alone(part) for part in cut_at_ands(raw)] == [*read_names(raw).names]


@pytest.mark.parametrize("piece", ["\\~", "\\v ", "a; ", "a, b, ", "A ", "A-", "A. "])
def test_a_name_of_any_length_is_read_once_over(piece: str) -> None:
    read_name_alone(piece * 30_000)
    read_name_alone(f"{piece * 30_000}, {piece * 30_000}!")
    read = read_names(piece * 30_000)
    assert read.names or read.faults


_PARTS = st.sampled_from(
    "Ann B. de van der Smith Smith-Jones O'Neill Jr. III al. others and Ødegård 毛 {World} ~ , . -".split()
) | st.sampled_from([" ", "  "])


@given(st.lists(_PARTS, min_size=1, max_size=7).map(" ".join))
def test_the_pattern_for_usual_names_finds_the_name_that_reading_word_by_word_finds(text: str) -> None:
    usual = roads._usual_name(text)
    if usual is not None:
        read = roads.read_name(text)
        assert (read.name, read.why, read.unknown) == (usual, None, ())
