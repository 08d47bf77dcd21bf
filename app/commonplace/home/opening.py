"""Opening a home as the settings say: its library, its door for writes, who may write, and its first version."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from commonplace.commit import Committer
from commonplace.errors import Conflict
from commonplace.home.reference_set import load_reference_set
from commonplace.home.tokens import Tokens, write_private
from commonplace.library import Library
from commonplace.settings import SHIPPED_ONTOLOGY, Settings


@dataclass(frozen=True, slots=True)
class Home:
    """An open home. `minted` is the text of its first token, when this opening made it."""

    library: Library
    committer: Committer
    tokens: Tokens
    minted: str | None = None


def open_home(settings: Settings, *, at_once: bool = True) -> Home:
    """Open the home, creating it with the reference set when it is new; `at_once` as in `Library.open`.

    Raises `HomeUnusable`, `LogDamaged`, or `BadRequest` when the reference set has faults.
    """
    library = Library.open(settings.home, settings.base_iri, settings.graph, at_once=at_once)
    committer = Committer(library, SHIPPED_ONTOLOGY / "shapes.ttl")
    if not library.follow() and settings.reference_set is not None:
        try:
            load_reference_set(library, committer, settings.reference_set, SHIPPED_ONTOLOGY)
        except Conflict:
            library.follow()  # another process created it meanwhile
    tokens = tokens_of(settings)
    minted = tokens.add_first()
    if minted:
        write_private(token_file(settings), minted + "\n")
    return Home(library, committer, tokens, minted)


def tokens_of(settings: Settings) -> Tokens:
    """The tokens that may write to the home."""
    return Tokens(settings.tokens_file or settings.home / "tokens.json")


def token_file(settings: Settings) -> Path:
    """Where the text of the home's first token is kept, for the command line (mode 0600)."""
    return settings.home / "token"


def first_token_text(minted: str, settings: Settings) -> str:
    """What is told, once, of the token a new home was given."""
    return (
        f"This home's curator token, shown this once: {minted}\n"
        f"It is also in {token_file(settings)}, which the command line reads. "
        "Send it with writes over HTTP: Authorization: Bearer TOKEN\n"
    )
