"""What the program tells people of what it did, was given or found: its sentences in French, with their values."""

from __future__ import annotations

from pathlib import Path

import pytest

from commonplace.errors import Message
from commonplace.exchange.loss_counts import reason_of
from commonplace.importers.bibtex.parser_faults import BROKEN, NAMES, fault_of_block
from commonplace.web.pages.words.languages import catalogue
from commonplace.web.pages.words.sentences import translated
from tests.web.pages.told_words import told_words, told_words_of

NOT_TOLD = {
    "curation/duplicates/blocking.py": "keys of blocks",
    "curation/duplicates/signs.py": "names of signs",
    "curation/duplicates/weights.py": "names of signs",
    "curation/shacl/compiled.py": "an error of whoever writes shapes, when the server starts",
    "curation/shacl/rdflib_view.py": "an error of whoever writes shapes, when the server starts",
    "curation/shacl/validation.py": "an error of whoever writes shapes, when the server starts",
    "exchange/exports.py": "a header, and a comment in an exported file",
    "exchange/prisma_table.py": "a table in the words of PRISMA 2020",
    "exchange/prisma_template.py": "a table in the words of PRISMA 2020",
    "exchange/receipts.py": "what a command says",
    "exchange/reconciliation/": "a protocol of other programs",
    "exchange/small_files.py": "an error of whoever writes a reader",
    "exchange/zotero_": "what a command says, and items for Zotero",
    "importers/decisions/eppi_reviewer.py": "a reason of exclusion, which is kept as data",
    "importers/doi/registration_agency.py": "what an agency answers",
    "importers/endnote_types.py": "names of types, as files have them",
    "importers/mods.py: abstract or summary": "a type of MODS",
    "importers/mods.py: legal case and case notes": "a genre of MODS",
    "importers/mods_names.py: degree granting institution": "a role of MARC",
    "importers/mods_names.py: editor of compilation": "a role of MARC",
    "importers/reader_process.py": "a program",
    "importers/written_dates.py": "names of months",
    "importers/zotero_api.py": "what a command says",
    "model/biblatex_keys.py": "words of bibliographies",
    "model/minter.py": "an error of whoever writes code, or starts a server",
    "model/names.py": "an error of whoever writes code",
    "model/relations.py": "types of MEDLINE",
    "model/ris_names.py: f'not the parts": "an error of whoever writes code",
    "model/zotero_terms.py": "names of Zotero's fields",
    "web/desk/edit_fields.py": "few sentences, which the catalogue has with their values in them",
    "web/sparql/graph_content.py: f'file ": "a place",
    "web/sparql/graph_content.py: f'charset ": "a place",
    "web/sparql/protocol.py: f'charset ": "a place",
}
"""Texts that are no sentences for readers of a page, by module or by how they begin, each with what it is instead."""

KEPT_IN_THE_LOG = (
    "exchange/annotations.py: f'{counted} of",
    "exchange/decisions.py",
    "exchange/edits.py: f'new ",
    "exchange/foreign_citations.py: f'{SOURCE}",
    "exchange/jobs.py: f'token ",
    "exchange/merges.py: f'{kind} ",
    "exchange/pins.py: f'the answer",
    "exchange/restoring.py",
    "exchange/texts.py: f",
    "exchange/tool_decisions.py: f'{name}: ",
    "exchange/tool_decisions.py: f'excluded",
    "importers/ris_reference.py: f'rich ",
    "library/queues/patterns.py: f'The work",
    "web/desk/review.py: f",
)
"""Lines of versions, which `change_lines` reads again, and what is written into the data, where it stays as it is."""

OF_THE_PARSER = frozenset((*NAMES, "Unexpectedly reached end of file"))
"""What the parser of BibTeX says, in the place of which we say something else."""


def test_every_sentence_for_people_has_its_french() -> None:
    told = list(told_words())
    assert len(told) > 900, "the program tells more than is found: read it in another way"
    ids = [message.id for message in catalogue("fr")]
    known = {one for several in ids for one in (several if isinstance(several, tuple) else [several])}
    ways = tuple(NOT_TOLD) + KEPT_IN_THE_LOG
    lacking = {}
    for words in told:
        module = words.place.partition(":")[0]
        if f"{module}: {words.text}".startswith(ways) or words.text in OF_THE_PARSER:
            continue
        if words.filled or words.text not in known:
            lacking[words.place] = words.text
    assert not lacking, "make a Message of what has values in it, and give each its French in fr.po"


def test_a_sentence_in_english_only_is_found(tmp_path: Path) -> None:
    path = tmp_path / "reader.py"
    path.write_text(
        '"""Read a file of theirs."""\n'
        "WORDS = 'a list of words'.split()\n"
        "def read(draft, n):\n"
        "    log.info('read %s of the entries', n)\n"
        "    draft.lose('year', n, f'the year {n} is odd')\n"
        "    draft.lose('year', n, 'the year is odd' if n else Message('the year %(n)s is none', n=n))\n"
        "    return Fault(line=n, why='nothing can be read')\n"
    )
    assert {(words.text, words.filled) for words in told_words_of(path)} == {
        ("f'the year {n} is odd'", True),
        ("the year is odd", False),
        ("the year %(n)s is none", False),
        ("nothing can be read", False),
    }


@pytest.mark.parametrize(
    ("kept", "french"),
    [
        ("the library holds 'Ann\\'s tide', which stays", "la bibliothèque a 'Ann\\'s tide', qui reste"),
        (
            "the key Tide, different only in case, was used on line 12; both entries were read",
            "la clé Tide, qui ne diffère que par les majuscules, sert à la ligne 12 ; les deux notices ont été lues",
        ),
        (
            "another work has this key; this one is imported as 'tide-2'",
            "une autre œuvre a cette clé ; celle-ci est importée sous 'tide-2'",
        ),
        (
            "the entry is broken (a value runs on over the fields after it); its fields were read one by one",
            "la notice est abîmée (une valeur déborde sur les champs qui la suivent) ; ses champs ont été lus "
            "un par un",
        ),
        ("tide.bib: the file is empty", "tide.bib : le fichier est vide"),
        ("the pages 3–9", "les pages 3–9"),
        ("what a reader wrote; of the tide", "what a reader wrote; of the tide"),
    ],
)
def test_a_sentence_that_was_kept_in_english_is_told_in_french(kept: str, french: str) -> None:
    assert translated(kept, "fr") == french
    assert translated(kept, "en") == kept


def test_a_kind_of_loss_is_told_in_french_without_its_values() -> None:
    for why, french in (
        (Message("the library holds %(held)r, which stays", held="x"), "la bibliothèque a …, qui reste"),
        (Message("the id was used on line %(line)s too; both items were read", line=7), "l’id sert aussi à la ligne …"),
    ):
        assert translated(reason_of(str(why)), "fr").startswith(french)


def test_a_value_that_is_a_number_is_no_other_text() -> None:
    english = "%s control characters in the file, read as spaces"
    assert translated(english % "many a", "fr") == english % "many a"
    assert translated(english % "3", "fr") == "3 caractères de commande dans le fichier, lus comme des espaces"


@pytest.mark.parametrize(
    "kept", ["colon: " * 100_000, "one; " * 100_000, "the field x" + " occurs more than once" * 9_000]
)
def test_a_sentence_of_anybody_that_goes_on_and_on_stays_as_it_is(kept: str) -> None:
    """What is kept has values of files: as many parts as these have must neither break a page nor hold it up."""
    assert translated(kept, "fr") == kept


def test_a_sentence_with_a_long_value_is_told_in_french() -> None:
    said = translated(f"the field {'x' * 300} occurs more than once; the first one was kept", "fr")
    assert said == f"le champ {'x' * 300} apparaît plus d’une fois ; le premier a été gardé"


def test_a_message_within_a_message_is_told_in_french() -> None:
    why = Message("%(why)s; written as %(written)r", why="no address ends so", written="a_b")
    assert translated(why, "fr") == "aucune adresse ne finit ainsi ; écrit 'a_b'"


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("Unexpectedly reached end of file.", "the file ends before it is closed"),
        ("Unexpected block start: `@book`. Was still looking for closing bracket", "@book begins before it is closed"),
        ("Expected comma after entry key, but found {", "{ stands where a comma should"),
        ("Something new", BROKEN),
    ],
)
def test_the_parser_is_said_in_our_own_words(reason: str, said: str) -> None:
    assert fault_of_block(reason) == said
