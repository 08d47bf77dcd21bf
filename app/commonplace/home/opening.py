"""Open a home as the settings say: its library, its door for writes, its tokens, and its first version."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from commonplace.commit import Committer
from commonplace.errors import Conflict, HomeUnusable, LogUnreachable
from commonplace.home.private_list import FilePlace, StoredPlace, write_private
from commonplace.home.reference_set import load_reference_set
from commonplace.home.sessions import Sessions
from commonplace.home.tokens import Tokens
from commonplace.home.webhooks.kept import KeptWebhooks
from commonplace.library import Library
from commonplace.library.library import Access, is_library
from commonplace.patchlog.opening import open_store
from commonplace.settings import SHIPPED_ONTOLOGY, Settings

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Home:
    """An open home. `is_new` says whether this opening made it, and `minted` is the text of its first token then."""

    library: Library
    committer: Committer
    tokens: Tokens
    sessions: Sessions
    webhooks: KeptWebhooks
    minted: str | None = None
    is_new: bool = False


def open_home(
    settings: Settings, *, access: Access = "create", at_once: bool = True, checks_later: bool = False
) -> Home:
    """Open the home that the settings name; `access`, `at_once` and `checks_later` are those of `Library.open`.

    A new home begins with the reference set. Raises `NoLibrary`, `HomeUnusable`, `LogDamaged`, or
    `BadRequest` when the reference set has faults.
    """
    is_new = access == "create" and not is_library(settings.home, settings.log)
    base = settings.new_base_iri if is_new else settings.given_base_iri
    library = Library.open(
        settings.home,
        base,
        settings.graph,
        access=access,
        at_once=at_once,
        checks_later=checks_later,
        shared=settings.log,
    )
    committer = Committer(library, SHIPPED_ONTOLOGY / "shapes.ttl")
    tokens = tokens_of(settings)
    sessions, webhooks = sessions_of(settings, tokens), webhooks_of(settings)
    if access != "create":
        return Home(library, committer, tokens, sessions, webhooks)
    if not library.follow() and settings.reference_set is not None:
        try:
            load_reference_set(library, committer, settings.reference_set, SHIPPED_ONTOLOGY)
        except Conflict:
            library.follow()  # another process created it meanwhile
    minted = _first_token(tokens, settings)
    return Home(library, committer, tokens, sessions, webhooks, minted, is_new)


def _first_token(tokens: Tokens, settings: Settings) -> str | None:
    """Make the first token of a home that has none, and keep its text; None when there is one, or no room for one."""
    try:
        minted = tokens.add_first()
        if minted:
            write_private(token_file(settings), minted + "\n")
    except (HomeUnusable, LogUnreachable, OSError) as fault:
        log.warning("whether this home has a token cannot be seen, and none was made: %s", fault)
        return None
    return minted


def tokens_of(settings: Settings) -> Tokens:
    """Return the tokens that may write to the home."""
    if settings.log is not None and settings.tokens_file is None:
        return Tokens(StoredPlace(open_store(settings.log), "tokens"))
    return Tokens(FilePlace(settings.tokens_file or settings.home / "tokens.json"))


def sessions_of(settings: Settings, tokens: Tokens) -> Sessions:
    """Return the sessions of the browsers that were signed in to the home with one of its tokens."""
    if settings.log is not None:
        return Sessions(StoredPlace(open_store(settings.log), "sessions"), tokens)
    return Sessions(FilePlace(settings.home / "sessions.json"), tokens)


def webhooks_of(settings: Settings) -> KeptWebhooks:
    """Return the webhooks of the home."""
    return KeptWebhooks(settings.home / "webhooks")


def token_file(settings: Settings) -> Path:
    """Return the file that keeps the text of the home's first token for the command line (mode 0600)."""
    return settings.home / "token"


def new_home_notice(home: Home, settings: Settings) -> str:
    """Return the lines for standard error that tell, once, of a home that was just made, and of its token."""
    said = ""
    if home.is_new:
        said += (
            f"A new library was made in {settings.home}; its IRIs begin with {home.library.minter.base}, for ever.\n"
        )
    if home.minted:
        said += (
            f"This home's curator token, shown this once: {home.minted}\n"
            f"It is also in {token_file(settings)}, which the command line reads. "
            "Send it with writes over HTTP: Authorization: Bearer TOKEN\n"
        )
    return said


def unreachable_base(base: str, settings: Settings) -> str | None:
    """Return a warning where IRIs that begin with that base do not lead to a server that listens as the settings say.

    A base on another machine is taken to be right: a proxy may lead from there to here.
    """
    parts = urlsplit(base)
    if parts.hostname not in ("127.0.0.1", "localhost", "::1"):
        return None
    if (parts.port or 80) != settings.port:
        port = f"port {settings.port}" if settings.port else "a free port"
        return (
            f"The IRIs of this library begin with {base}, and this server listens on {port}: "
            "links made of them do not lead here. Serve it there, or make a new home with COMMONPLACE_BASE_IRI set"
        )
    if settings.host not in ("127.0.0.1", "localhost", "::1"):
        return (
            f"The IRIs of this library begin with {base}: on any other machine links made of them do not lead here. "
            "Make a new home with COMMONPLACE_BASE_IRI set to the address that readers reach it at"
        )
    return None
