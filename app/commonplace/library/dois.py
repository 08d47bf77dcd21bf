"""Ask for the DOIs of works, those of the works that were merged into them included."""

from __future__ import annotations


def doi_pattern(work: str, doi: str) -> str:
    """Return the pattern of a work and each of its DOIs, given two variables of SPARQL.

    These are the one that it goes by, and the confirmed ones among its identifiers, which a merge leaves there: another
    program may know the work by any of them.
    """
    return (
        f"{{ {work} prism:doi {doi} }} UNION {{ {work} datacite:hasIdentifier ?identifier . "
        f"?identifier datacite:usesIdentifierScheme datacite:doi ; cp:confirmation cp:confirmed ; "
        f"litre:hasLiteralValue {doi} . FILTER NOT EXISTS {{ {work} prism:doi {doi} }} BIND(1 AS ?order) }}"
    )
