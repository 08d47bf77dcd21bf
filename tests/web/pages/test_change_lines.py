"""The lines that the log keeps of versions, as pages say them."""

from __future__ import annotations

import pytest

from commonplace.web.pages.words.change_lines import SHAPES, change_line
from commonplace.web.pages.words.languages import catalogue


@pytest.mark.parametrize(
    ("kind", "line", "english", "french"),
    [
        (
            "pin",
            "the answer of version 9 to /works?discusses=tide&year=..1996",
            "the answer of version 9 to Works: discusses tide, year ..1996",
            "la réponse de la version 9 à Œuvres : traite de tide, année ..1996",
        ),
        (
            "pin",
            "the answer of version 9 to /search?q=low%20water",
            "the answer of version 9 to Search: “low water”",
            "la réponse de la version 9 à Chercher : “low water”",
        ),
        (
            "pin",
            "the answer of version 9 to /sparql?query=SELECT%20%2A%20%7B%20%3Fa%20%3Fb",
            "the answer of version 9 to SPARQL",
            "la réponse de la version 9 à SPARQL",
        ),
        ("pin", "What we answered in March", "What we answered in March", "What we answered in March"),
        ("create", "proposed evidence tide--ann", "evidence tide--ann proposed", "appui tide--ann : en proposition"),
        (
            "citations",
            "OpenCitations: 12 citations of 3 works",
            "12 citations of 3 works, from OpenCitations",
            "12 citations de 3 œuvres, prises de OpenCitations",
        ),
        (
            "text",
            "the text of work ann1996: 1 page",
            "the text of the work ann1996 kept, pages: 1",
            "texte de l’œuvre ann1996 gardé, pages : 1",
        ),
        ("import", "upload: 3 new", "a file without a name: 3 new", "un fichier sans nom : 3 nouvelles"),
        ("import", "pasted: 2 new", "pasted entries: 2 new", "notices collées : 2 nouvelles"),
        ("import", "wharves.bib: 2 new", "wharves.bib: 2 new", "wharves.bib : 2 nouvelles"),
        ("decision", "a1 and b2: different", "a1 and b2: different", "a1 et b2 : différentes"),
    ],
)
def test_a_line_of_the_program_is_said_anew(kind: str, line: str, english: str, french: str) -> None:
    change = {"kind": kind, "message": line}
    assert change_line(change, "en") == english
    assert change_line(change, "fr") == french


def test_each_line_has_its_french() -> None:
    assert not {words for _, _, words in SHAPES if words not in catalogue("fr")}
