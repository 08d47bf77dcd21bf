"""Reading query files: what a good header gives, and what is said of a bad one."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from commonplace.library.named_queries import NamedQuery, QueryFileError, load_queries, read_query
from commonplace.model.minter import Minter
from commonplace.settings import QUERIES

GOOD = """\
#+ question: Which works has a person written?
#+ description: >-
#+   One row for each work;
#+   newest first.
#+ keywords: [person, works]
#+ parameters:
#+   - name: person
#+     type: person
#+     description: the author
#+     example: ann
#+   - name: limit
#+     type: integer
#+     description: how many
#+     example: 5
#+     default: 20
#+     minimum: 1
#+     maximum: 100
#+ columns:
#+   work: the work
#+   label: what to call it
PREFIX dcterms: <http://purl.org/dc/terms/>
SELECT ?person ?work (STR(?work) AS ?label) # a comment with ?nothing
WHERE { ?work dcterms:creator ?person }
LIMIT 20 # ${limit}
"""


def written(folder: Path, text: str, name: str = "works-of") -> Path:
    path = folder / f"{name}.rq"
    path.write_text(text, "utf-8")
    return path


@pytest.fixture
def good(tmp_path: Path) -> NamedQuery:
    return read_query(written(tmp_path, GOOD))


def test_a_header_is_read(good: NamedQuery) -> None:
    assert good.name == "works-of"
    assert good.question == "Which works has a person written?"
    assert good.description == "One row for each work; newest first."
    assert good.keywords == ("person", "works")
    assert good.form == "SELECT"
    assert not good.may_be_empty
    assert not good.text.startswith("#+")


def test_columns_follow_the_select_clause_and_parameters_describe_themselves(good: NamedQuery) -> None:
    assert [(c.name, c.description) for c in good.columns] == [
        ("person", "the author"),
        ("work", "the work"),
        ("label", "what to call it"),
    ]


def test_parameters_are_typed(good: NamedQuery) -> None:
    person, limit = good.parameters
    assert (person.type, person.required, person.default, person.example) == ("person", True, None, "ann")
    assert (limit.type, limit.required, limit.default, limit.example) == ("integer", False, "20", "5")
    assert (limit.minimum, limit.maximum) == (1, 100)


IN_FRENCH = """\
#+ labels:
#+   work: Work of hers
#+ translations:
#+   fr:
#+     question: Quelles œuvres une personne a-t-elle écrites ?
#+     labels:
#+       limit: Combien
#+     parameters:
#+       person: l’auteur
#+     columns:
#+       label: comment l’appeler
PREFIX"""


def test_a_file_says_in_another_language_what_it_asks(tmp_path: Path) -> None:
    query = read_query(written(tmp_path, GOOD.replace("PREFIX", IN_FRENCH, 1)))
    french = query.in_language("fr")
    assert french.question == "Quelles œuvres une personne a-t-elle écrites ?"
    assert french.description == query.description, "what it does not say stays as it is"
    assert [p.description for p in french.parameters] == ["l’auteur", "how many"]
    assert [c.description for c in french.columns] == ["l’auteur", "the work", "comment l’appeler"]
    assert french.labels == {"work": "Work of hers", "limit": "Combien"}
    assert (french.text, french.name) == (query.text, query.name)
    assert query.in_language("de") is query


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("work: Work", "works: Work", 22, "works has words, and is neither a parameter nor a column"),
        ("limit: Combien", "limite: Combien", 27, "limite has words"),
        ("person: l’auteur", "label: l’auteur", 29, "label has words"),
        ("écrites ?", "écrites", 25, "translations.fr.question"),
        ("fr:", "French language:", 24, "translations"),
        ("labels:\n#+       limit", "names:\n#+       limit", 26, "translations.fr.names"),
    ],
)
def test_bad_words_in_another_language_are_refused_with_their_line(
    tmp_path: Path, old: str, new: str, line: int, says: str
) -> None:
    text = GOOD.replace("PREFIX", IN_FRENCH, 1)
    assert old in text
    with pytest.raises(QueryFileError) as refused:
        read_query(written(tmp_path, text.replace(old, new)))
    assert says in refused.value.what
    assert refused.value.line == line


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("#+ keywords: [person", "#+ keywords: [[person", 6, "not YAML"),
        ("#+ keywords: [person, works]\n", "", 1, "keywords: Field required"),
        ("written?", "written.", 1, "question"),
        ("written?", "written? And when?", 1, "question"),
        ("type: person", "type: human", 8, "parameters.0.type"),
        ("#+     example: ann\n", "", 7, "parameters.0.example: Field required"),
        ("#+     default: 20\n", "", 11, "an integer needs a default"),
        ("#+     default: 20", "#+     default: 200", 11, "is 200, more than 100"),
        ("#+     default: 20", "#+     default: 20\n#+     required: true", 11, "is not required"),
        ("#+ columns:", "#+ colums:", 18, "colums"),
        ("#+   label: what to call it", "#+   work: what to call it", 20, "work is written twice"),
        ("#+   - name: limit", "#+   - name: person", 6, "declared twice: person"),
        ("#+   label: what to call it\n", "", 21, "the column label is selected and not declared"),
        ("#+   label:", "#+   title: gone\n#+   label:", 23, "the column title is declared and not selected"),
        ("SELECT ?person ?work", "SELECT ?work", 22, "the parameter person is not in the SELECT clause"),
        ("?person", "?someone", 22, "the parameter person is declared and not used"),
        (" # ${limit}", "", 22, "the parameter limit is declared and not used"),
        ("LIMIT 20 # ${limit}", "LIMIT 30 # ${limit}", 24, "is not its default"),
        ("LIMIT 20 # ${limit}", "LIMIT ${limit}", 24, "does not follow a number"),
        ("# ${limit}", "# ${limit}\nOFFSET 0 # ${offset}", 25, "offset is not a declared integer parameter"),
        ("LIMIT", "#+ late: yes\nLIMIT", 24, "below the header"),
        ("SELECT", "DESCRIBE", 21, "not a SELECT, ASK or CONSTRUCT"),
        ("#+ question", "# question", 1, "no header"),
    ],
)
def test_a_bad_file_is_refused_with_its_line(tmp_path: Path, old: str, new: str, line: int, says: str) -> None:
    assert old in GOOD
    path = written(tmp_path, GOOD.replace(old, new))
    with pytest.raises(QueryFileError) as refused:
        read_query(path)
    assert says in refused.value.what
    assert (refused.value.path, refused.value.line) == (path, line)
    assert str(refused.value).startswith(f"{path}:{line}: ")


def test_select_star_is_refused(tmp_path: Path) -> None:
    text = "#+ question: What?\n#+ description: all\n#+ keywords: [all]\nSELECT * WHERE { ?s ?p ?o }\n"
    with pytest.raises(QueryFileError, match="does not name its columns"):
        read_query(written(tmp_path, text))


def test_an_empty_answer_needs_a_reason(tmp_path: Path) -> None:
    header = "#+ question: What?\n#+ description: all\n#+ keywords: [all]\n#+ may_be_empty: true\n#+ columns: {s: it}\n"
    body = "SELECT ?s WHERE { ?s ?p ?o }\n"
    with pytest.raises(QueryFileError, match="empty_because"):
        read_query(written(tmp_path, header + body))
    query = read_query(written(tmp_path, header + "#+ empty_because: nothing is there\n" + body))
    assert query.may_be_empty


def test_ask_and_construct_have_no_columns(tmp_path: Path) -> None:
    header = dedent("""\
        #+ question: Is it there?
        #+ description: yes or no
        #+ keywords: [work]
        #+ parameters:
        #+   - {name: work, type: work, description: the work, example: alpha}
        """)
    for body, form in (
        ("ASK { ?work ?p ?o }", "ASK"),
        ("CONSTRUCT { ?work ?p ?o } WHERE { ?work ?p ?o }", "CONSTRUCT"),
    ):
        query = read_query(written(tmp_path, header + body))
        assert (query.form, query.columns) == (form, ())


def test_what_stands_in_strings_comments_and_iris_is_not_read_as_query(tmp_path: Path) -> None:
    text = dedent("""\
        #+ question: What?
        #+ description: all
        #+ keywords: [all]
        #+ columns: {s: it, n: number}
        # SELECT ?wrong WHERE
        PREFIX x: <http://x.example/select?q=1#frag>
        SELECT ?s (COUNT(DISTINCT ?o) + STRLEN("} WHERE { ?not # <rel>") AS ?n)
        WHERE { ?s <ontology#p> ?o . FILTER(?o < 3 && ?o > 1) }
        GROUP BY ?s
        """)
    query = read_query(written(tmp_path, text))
    assert [c.name for c in query.columns] == ["s", "n"]
    elsewhere = query.sparql(Minter("https://library.example/"))
    assert "<https://library.example/ontology#p>" in elsewhere
    assert '"} WHERE { ?not # <rel>"' in elsewhere


def test_two_files_of_one_name_are_refused(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        written(tmp_path / folder, GOOD)
    with pytest.raises(QueryFileError, match="the name 'works-of' is taken by"):
        load_queries(tmp_path)


def test_a_name_is_words_with_hyphens(tmp_path: Path) -> None:
    with pytest.raises(QueryFileError, match="lower-case words"):
        read_query(written(tmp_path, GOOD, name="Works_Of"))


def test_bytes_that_are_not_utf8_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "works-of.rq"
    path.write_bytes(b"#+ question: \xff?\n")
    with pytest.raises(QueryFileError, match="not UTF-8"):
        read_query(path)


def test_a_missing_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(NotADirectoryError):
        load_queries(tmp_path / "none")


KEPT = ("most-cited", "works-discussing")


@pytest.mark.parametrize("name", KEPT)
def test_a_copy_that_asks_for_the_kept_answer_of_another_is_refused(name: str, tmp_path: Path) -> None:
    copy = tmp_path / "of-my-own.rq"
    copy.write_text((QUERIES / f"{name}.rq").read_text("utf-8"), "utf-8")
    with pytest.raises(QueryFileError, match=f"of-my-own.rq:6: kept: {name} .*leave the line out of a copy"):
        read_query(copy)


@pytest.mark.parametrize("name", KEPT)
def test_a_changed_query_has_no_kept_answer(name: str, tmp_path: Path) -> None:
    """What is kept is the answer of the text that comes with the program; where this fails for that text, the digest in
    `library/kept_texts.py` is to be written anew."""
    shipped = QUERIES / f"{name}.rq"
    assert read_query(shipped).kept == name
    changed = tmp_path / f"{name}.rq"
    changed.write_text(shipped.read_text("utf-8").replace("ORDER BY ", "ORDER BY DESC(?year) "), "utf-8")
    assert read_query(changed).kept is None
    assert read_query(changed).text != read_query(shipped).text
