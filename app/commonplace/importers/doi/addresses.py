"""Build the addresses of the agencies, with DOIs in them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote, urlencode


@dataclass(frozen=True, slots=True)
class Addresses:
    """Build addresses from bases without a slash at the end; others than the real ones serve tests and mirrors."""

    crossref: str = "https://api.crossref.org"
    datacite: str = "https://api.datacite.org"
    doi: str = "https://doi.org"

    def crossref_work(self, doi: str) -> str:
        """Return the address of one work in Crossref's REST API."""
        return f"{self.crossref}/works/{quote(doi, safe='/')}"

    def crossref_works(self, dois: Iterable[str]) -> str:
        """Return the address of several works in Crossref's REST API, by DOIs none of which has a comma in it."""
        listed = list(dois)
        return f"{self.crossref}/works?" + urlencode(
            {"filter": ",".join(f"doi:{doi}" for doi in listed), "rows": len(listed)}, safe=":,/"
        )

    def datacite_doi(self, doi: str) -> str:
        """Return the address of one DOI in DataCite's REST API."""
        return f"{self.datacite}/dois/{quote(doi, safe='/')}"

    def datacite_dois(self, dois: Iterable[str]) -> str:
        """Return the address of several DOIs in DataCite's REST API, as a query in the syntax of its search engine."""
        listed = list(dois)
        quoted = " OR ".join('"' + doi.replace("\\", "\\\\").replace('"', '\\"') + '"' for doi in listed)
        return f"{self.datacite}/dois?" + urlencode(
            {"query": f"doi:({quoted})", "page[size]": len(listed)}, safe=":/", quote_via=quote
        )

    def agencies(self, dois: Iterable[str]) -> str:
        """Return the address of doi.org's *Which RA?* for several DOIs; a comma within a DOI is percent-encoded."""
        return f"{self.doi}/ra/" + ",".join(quote(doi, safe="/") for doi in dois)

    def resolver(self, doi: str) -> str:
        """Return the address that a DOI resolves at, which negotiates content."""
        return f"{self.doi}/{quote(doi, safe='/')}"
