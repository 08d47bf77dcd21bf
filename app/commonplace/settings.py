"""Read the settings, once, from the environment and a `.env` file.

Each is the environment variable `COMMONPLACE_` + its name. `docs/configuration.md` is made
from this file (`commonplace.cli.settings_reference`).
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

_PACKAGE = Path(__file__).resolve().parent


def _shipped(name: str) -> Path:
    """Return a folder that comes with the program: inside an installed package, or at the top of a checkout."""
    installed = _PACKAGE / "shipped" / name
    return installed if installed.is_dir() else _PACKAGE.parents[1] / name


SHIPPED_DATA = _shipped("data")
"""The reference set that comes with the program."""

SHIPPED_ONTOLOGY = _shipped("ontology")
"""The ontology: its terms, their shapes, and the JSON-LD context."""

QUERIES = _shipped("queries")
"""The named queries."""


def _workers() -> int:
    """Return one more than the processors: between two questions a worker waits for the server."""
    return 1 + max(2, len(os.sched_getaffinity(0)))


def web_address(value: str) -> str:
    """Return an address of the web without a slash at its end. Raises ValueError for what is none."""
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise ValueError(f"must be an absolute http or https address: {value!r}")
    if "@" in parts.netloc:
        raise ValueError("must have no user name and no password, which messages would repeat")
    if parts.query or parts.fragment or any(c.isspace() or c in '<>"{}|\\^`' for c in value):
        raise ValueError(f"must have no query, no fragment and no characters that an IRI cannot have: {value!r}")
    return value.rstrip("/")


def _web_address_or_none(value: str | None) -> str | None:
    return None if value is None else web_address(value)


def _log_address(value: str | None) -> str | None:
    if value is not None and "://" not in value:
        raise ValueError(f"must be an address of a shared log, such as postgresql://host/name: {value!r}")
    return value


def _graph_place(value: str) -> str:
    if value in ("memory", "disk"):
        return value
    addresses = value.split()
    if not 1 <= len(addresses) <= 2 or not all(one.startswith(("http://", "https://")) for one in addresses):
        raise ValueError("must be memory, disk, or one or two http addresses of a SPARQL engine: queries, updates")
    return " ".join(addresses)


def _base_iri(value: str) -> str:
    return web_address(value) + "/"


def _or_none(value: object) -> object:
    return None if isinstance(value, str) and value.strip().lower() == "none" else value


def _existing_folder(value: Path | None) -> Path | None:
    if value is not None and not value.is_dir():
        raise ValueError(f"must be a folder, or 'none': {str(value)!r}")
    return value


def _mail_address(value: str | None) -> str | None:
    if value is not None and not re.fullmatch(r"[^\s@<>()]+@[^\s@<>()]+\.[^\s@<>()]+", value):
        raise ValueError(f"must be a mail address: {value!r}")
    return value


def _names(value: object) -> object:
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


Names = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_names)]
"""Names separated by commas."""


def _seconds(value: object) -> object:
    """Return numbers separated by commas as numbers. Raises ValueError for what is none, or negative."""
    waits = tuple(float(part) for part in value.split(",") if part.strip()) if isinstance(value, str) else value
    if isinstance(waits, tuple) and not all(0 <= float(one) <= 604_800 for one in waits):
        raise ValueError("must be seconds, of a week at most, separated by commas")
    return waits


Service = Annotated[str | None, BeforeValidator(_or_none), AfterValidator(_web_address_or_none)]
"""Base address of a service that may be asked, or None where it may not."""

_EVERY_NETWORK = ("", "0.0.0.0", "::")  # compared with, and not listened on


class Settings(BaseSettings):
    """The settings of one process. Raises pydantic's `ValidationError`, which names each bad one."""

    model_config = SettingsConfigDict(
        env_prefix="COMMONPLACE_", env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True
    )

    home: Path = Field(
        default=Path("var"),
        description="Folder of the library: the log, which is the truth, and what is derived from it.",
    )
    log: Annotated[str | None, AfterValidator(_log_address)] = Field(
        default=None,
        description="Address of the log where several servers share one: `postgresql://…`, or an object store "
        "(`s3://bucket/prefix`, `gs://…`, `az://…`). Each server keeps a copy in its home, which may be deleted. "
        "See [scaling](scaling.md).",
        json_schema_extra={"shown": "the home's own files"},
    )
    host: str = Field(
        default="127.0.0.1", description="Address to listen on; `0.0.0.0` for every network this machine is on."
    )
    port: int = Field(default=8000, ge=0, le=65535, description="TCP port to listen on; 0 takes a free one.")
    base_iri: Annotated[str, AfterValidator(_base_iri)] = Field(
        default="http://127.0.0.1:8000/",
        description="Beginning of minted IRIs: the address at which readers reach the library. It ends in `/`, which "
        "is added where it is missing. It is read when a home is made, which keeps it; where it is not set, it is made "
        "of `HOST` and `PORT`.",
    )
    allowed_hosts: Names = Field(
        default=("*",),
        description="Names that a request's `Host` may give, separated by commas, without port; `*` allows any. The "
        "host of the base IRI, where one is set, is always allowed. Another is answered with 400.",
        json_schema_extra={"shown": "`*`"},
    )
    trusted_proxies: Names = Field(
        default=(),
        description="Addresses of the reverse proxies whose `X-Forwarded-Host`, `-Proto` and `-For` are believed, "
        "separated by commas; `*` believes every client.",
        json_schema_extra={"shown": "none"},
    )
    title: str | None = Field(
        default=None,
        max_length=200,
        description="Name of the library on its front page.",
        json_schema_extra={"shown": "the title that the data give the dataset, else Commonplace"},
    )
    question: str | None = Field(
        default=None,
        max_length=1_000,
        description="What the front page asks first: the key or a label of a concept, whose works it shows with their "
        "evidence; other words are searched for.",
        json_schema_extra={"shown": "the concept that most works were read for"},
    )
    graph: Annotated[str, AfterValidator(_graph_place)] = Field(
        default="memory",
        description="Place of the graph: `memory` is fastest, is shared by several processes until they read it "
        "(up to 40 kB a work in all), and is read from the log at each start; `disk` takes a fifth to"
        " a third of that; or the address of the queries of a SPARQL 1.1 engine, and after a space "
        "that of its updates where it is another one. Nothing is "
        "lost by changing it. See [scaling](scaling.md).",
    )
    reference_set: Annotated[Path | None, BeforeValidator(_or_none), AfterValidator(_existing_folder)] = Field(
        default=SHIPPED_DATA,
        description="Folder whose literature an empty home begins with; `none` begins with nothing.",
        json_schema_extra={"shown": "the shipped `data/`"},
    )
    import_bytes: int = Field(
        default=100_000_000,
        ge=1,
        description="Maximum size of a file to import, unpacked if it was packed, and of a graph to store, in bytes.",
    )
    query_seconds: float = Field(
        default=30.0,
        gt=0,
        description="Maximum seconds that a SPARQL query runs, and that it waits before. Then it is ended: 504.",
    )
    query_rows: int = Field(
        default=1_000_000,
        ge=1,
        description="Maximum rows, or triples, of a SPARQL answer. One that is cut says so (`Commonplace-Complete`).",
    )
    query_bytes: int = Field(
        default=200_000_000,
        ge=1_000,
        description="Maximum bytes of a SPARQL answer, before compression. It is cut between rows, and says so.",
    )
    query_memory: int = Field(
        default=2_000_000_000,
        ge=16_000_000,
        description="Maximum bytes of memory that a SPARQL query takes beside the graph. Then it is ended: 503.",
    )
    query_workers: int = Field(
        default_factory=_workers,
        ge=1,
        description="Number of SPARQL queries that are answered at a time, each in a process of its own.",
        json_schema_extra={"shown": "one more than the processors, at least 3"},
    )
    cache_bytes: int = Field(
        default=100_000_000,
        ge=0,
        description="Maximum bytes of SPARQL answers kept in memory, so that a question asked again of a version is "
        "not evaluated again; 0 keeps none.",
    )
    tokens_file: Path | None = Field(
        default=None,
        description="File of the tokens that may write: names, roles and hashes. `commonplace token` makes it.",
        json_schema_extra={"shown": "`tokens.json` in the home"},
    )
    webhook_waits: Annotated[tuple[float, ...], NoDecode, BeforeValidator(_seconds)] = Field(
        default=(5, 30, 120, 600, 3_600, 21_600, 86_400),
        description="Seconds to wait before a message to a webhook is tried again, separated by commas: one for each "
        "further attempt. After the last it is given up.",
        json_schema_extra={"shown": "`5,30,120,600,3600,21600,86400`"},
    )
    webhook_seconds: float = Field(
        default=15.0, gt=0, le=120, description="Maximum seconds of an attempt to send a message to a webhook."
    )
    webhook_private: bool = Field(
        default=False,
        description="Whether webhooks may lead to addresses that are not public, such as those of your own network.",
    )
    contact: Annotated[str | None, AfterValidator(_mail_address)] = Field(
        default=None,
        description="Mail address that Crossref, DataCite and doi.org are told with each request, so that they can "
        "write before they block, and that harvesters are told (OAI-PMH). Set it before fetching by DOI.",
        json_schema_extra={"shown": "none"},
    )
    crossref_url: Annotated[str, AfterValidator(web_address)] = Field(
        default="https://api.crossref.org", description="Base address of Crossref's REST API."
    )
    datacite_url: Annotated[str, AfterValidator(web_address)] = Field(
        default="https://api.datacite.org", description="Base address of DataCite's REST API."
    )
    doi_url: Annotated[str, AfterValidator(web_address)] = Field(
        default="https://doi.org",
        description="Base address of the DOI resolver: which agency registered a DOI, and content negotiation.",
    )
    zotero_url: Annotated[str, AfterValidator(web_address)] = Field(
        default="http://localhost:23119/api/users/0",
        description="Address of the library of Zotero that `commonplace import zotero:` reads: that of the program on "
        "this machine, or `https://api.zotero.org/users/NUMBER`.",
    )
    zotero_key: str | None = Field(
        default=None,
        repr=False,
        description="Key of Zotero's server, where it wants one. Zotero on this machine needs none to be read.",
        json_schema_extra={"shown": "none"},
    )
    orcid_url: Service = Field(
        default="https://pub.orcid.org/v3.0",
        description="Base address of ORCID's public API, which knows people; `none` asks it nothing.",
    )
    ror_url: Service = Field(
        default="https://api.ror.org/v2",
        description="Base address of ROR's API, which knows research organizations; `none` asks it nothing.",
    )
    openalex_url: Service = Field(
        default="https://api.openalex.org",
        description="Base address of OpenAlex's API, asked for single works by DOI; `none` asks it nothing.",
    )
    opencitations_url: Service = Field(
        default="https://api.opencitations.net/index/v2",
        description="Base address of the OpenCitations Index (version 2), which knows citations by DOI; `none` asks it "
        "nothing.",
    )

    @property
    def given_base_iri(self) -> str | None:
        """Return the base IRI where it was set, else None."""
        return self.base_iri if "base_iri" in self.model_fields_set else None

    @property
    def new_base_iri(self) -> str:
        """Return the base IRI of a home that is made now: as it was set, else the address it is served at."""
        if self.given_base_iri or not self.port:
            return self.base_iri
        host = "127.0.0.1" if self.host in _EVERY_NETWORK else self.host
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}/"
