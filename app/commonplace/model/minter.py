"""Make the IRIs of the things of a home, and read them.

Every minted IRI is `BASE_IRI` + `id/` + kind + `/` + key (percent-encoded), optionally with
a fragment for a node that belongs to one thing (`#author-1`, `#doi`). Our own ontology terms
are `BASE_IRI` + `ontology#` + term.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal, get_args
from unicodedata import normalize
from urllib.parse import quote, unquote

from pyoxigraph import NamedNode
from slugify import slugify
from text_unidecode import unidecode

from commonplace.model.namespaces import PREFIXES

Kind = Literal[
    "work",
    "person",
    "organization",
    "venue",
    "concept",
    "scheme",
    "claim",
    "case",
    "characteristic",
    "evidence",
    "agent",
    "citation",
    "correction",
    "doubt",
    "decision",
    "pin",
    "screening",
]
KINDS: tuple[Kind, ...] = get_args(Kind)

_ARTICLES = {"evidence": "a piece of evidence", "organization": "an organization", "agent": "an agent"}


def one_of(kind: str) -> str:
    """Return a kind with its article, as sentences name one thing of it: `a work`, `an organization`."""
    return _ARTICLES.get(kind, f"a {kind}")


_SAFE = "-._~:"
_LETTERS: Final = "text-unidecode"
"""Turns other letters into ASCII. It is named, because keys must not depend on the packages installed."""
_LETTER_OR_SPACE = bytes(
    ord(char.lower()) if char.isascii() and char.isalnum() else ord(" ") for char in map(chr, range(256))
)
"""The small letter or digit of each byte of ASCII, and a space for any other."""
_GROUPED = re.compile(r"(?<=[0-9]),(?=[0-9])")
"""The comma in `1,000`."""


@lru_cache(maxsize=65536)
def slug(name: str) -> str:
    """Return the key for a name: ASCII, lower case, hyphens; a hash where nothing of it is left (`"?"`)."""
    plain = name if name.isascii() else _ascii_letters(name)
    made = slugify(name, backend=_LETTERS) if "&" in plain else _ascii_slug(plain)
    if made:
        return made
    # An entry may need a key before half a pair of surrogates is taken out of its title.
    return "x" + hashlib.sha256(name.encode(errors="surrogatepass")).hexdigest()[:12]


def _ascii_slug(name: str) -> str:
    """Return what `slugify` makes of ASCII without HTML entities, which most names are, in a tenth of the time."""
    letters = (_GROUPED.sub("", name) if "," in name else name).encode("ascii").translate(_LETTER_OR_SPACE)
    return b"-".join(letters.split()).decode("ascii")


class _Letters(dict[int, str]):
    """The ASCII letters for each code point that was met so far."""

    def __missing__(self, code: int) -> str:
        """Ask for the letters of a code point, and keep them."""
        letters: str = unidecode(chr(code))
        self[code] = letters
        return letters


_ASCII_OF = _Letters()


def _ascii_letters(name: str) -> str:
    """Return a name in ASCII letters, as `slugify` has it: a quotation mark divides words only where it is ASCII."""
    return normalize("NFKD", name.replace("'", "-")).translate(_ASCII_OF).replace("'", "")


_PLAIN = re.compile(r"[\w.~-]*", re.ASCII)


def _quoted(key: str) -> str:
    """Return the key as it stands in an address. Most need no change, and to find that out is faster than to quote."""
    return key if _PLAIN.fullmatch(key) else quote(key, safe=_SAFE)


_DOT_SEGMENTS = {".": "dot", "..": "dot-dot"}


def address_key(key: str) -> str:
    """Return the key, or one like it where no address can end in it: clients take `.` and `..` for steps in a path.

    RFC 3986, 5.2.4 and 6.2.2.2: percent-encoding a dot does not keep it from being one.
    """
    return _DOT_SEGMENTS.get(key, key)


@dataclass(frozen=True, slots=True)
class Minter:
    """Maker and reader of the IRIs of one home. `base` ends in `/`."""

    base: str

    def __post_init__(self) -> None:
        if not self.base.endswith("/"):
            raise ValueError(f"the base IRI must end in '/': {self.base!r}")

    def term(self, name: str) -> NamedNode:
        """Return the term `name` of the ontology, for instance `Evidence`, `state`, `discusses`."""
        return _term(self.base, name)

    def iri(self, kind: Kind, key: str) -> str:
        """Return the IRI of the thing of that kind and key."""
        return f"{self.base}id/{kind}/{_quoted(key)}"

    def thing(self, kind: Kind, key: str, fragment: str | None = None) -> NamedNode:
        """Return the IRI of the thing of that kind and key, as a node."""
        iri = self.iri(kind, key)
        return NamedNode(f"{iri}#{_quoted(fragment)}" if fragment else iri)

    def graph(self, name: str) -> NamedNode:
        """Return the IRI of a system graph: `ontology`, `shapes`."""
        return NamedNode(f"{self.base}graph/{name}")

    def change(self, version: int) -> NamedNode:
        """Return the IRI of a version of the library."""
        return NamedNode(f"{self.base}id/change/{version}")

    def is_system_graph(self, graph: object) -> bool:
        """Return whether a named graph is a system graph: it describes the library, and only the program writes it."""
        return isinstance(graph, NamedNode) and graph.value.startswith(f"{self.base}graph/")

    def kind_and_key(self, iri: str) -> tuple[Kind, str] | None:
        """Return the kind and key in a minted IRI, its fragment ignored; None for any other IRI."""
        if not iri.startswith(self.base + "id/"):
            return None
        kind, slash, key = iri[len(self.base) + 3 :].partition("#")[0].partition("/")
        if not slash or not key or kind not in KINDS:
            return None
        return kind, unquote(key)

    def key(self, iri: str) -> str:
        """Return the key in a minted IRI, or any other IRI as it is."""
        named = self.kind_and_key(iri)
        return named[1] if named else iri

    def local(self, term: str) -> str:
        """Return the local name of a term of the ontology (`discusses`), or any other IRI as it is."""
        return term.removeprefix(self.base + "ontology#")

    def compact(self, iri: str) -> str:
        """Return an IRI as prefix and local name (`cito:cites`), or as it is where it has no prefix of ours."""
        for prefix, namespace in self.prefixes().items():
            if iri.startswith(namespace) and iri != namespace:
                return f"{prefix}:{iri.removeprefix(namespace)}"
        return iri

    def prefixes(self) -> dict[str, str]:
        """Return prefixes for serialisations, that of the ontology (`cp`) included."""
        return {"cp": self.base + "ontology#", **PREFIXES}


@lru_cache(maxsize=1024)
def _term(base: str, name: str) -> NamedNode:
    return NamedNode(f"{base}ontology#{name}")
