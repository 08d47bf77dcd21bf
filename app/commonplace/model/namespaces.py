"""Name the vocabularies that the graph is written in.

One `Namespace` per vocabulary; `DCTERMS["title"]` is a `NamedNode`. Our own terms and all
minted IRIs depend on the home's base IRI: see `commonplace.model.minter`.
"""

from __future__ import annotations

from pyoxigraph import NamedNode


class Namespace(dict[str, NamedNode]):
    """A vocabulary: `ns["term"]` gives the `NamedNode` of that term, which is made once."""

    __slots__ = ("iri",)

    def __init__(self, iri: str) -> None:
        self.iri = iri

    def __missing__(self, term: str) -> NamedNode:
        return self.setdefault(term, NamedNode(self.iri + term))

    def __repr__(self) -> str:
        return f"Namespace({self.iri!r})"


RDF = Namespace("http://www.w3.org/1999/02/22-rdf-syntax-ns#")
RDFS = Namespace("http://www.w3.org/2000/01/rdf-schema#")
XSD = Namespace("http://www.w3.org/2001/XMLSchema#")
OWL = Namespace("http://www.w3.org/2002/07/owl#")
DCTERMS = Namespace("http://purl.org/dc/terms/")
FABIO = Namespace("http://purl.org/spar/fabio/")
CITO = Namespace("http://purl.org/spar/cito/")
PRO = Namespace("http://purl.org/spar/pro/")
DATACITE = Namespace("http://purl.org/spar/datacite/")
LITRE = Namespace("http://www.essepuntato.it/2010/06/literalreification/")
PRISM = Namespace("http://prismstandard.org/namespaces/basic/2.0/")
BIBO = Namespace("http://purl.org/ontology/bibo/")
FOAF = Namespace("http://xmlns.com/foaf/0.1/")
SKOS = Namespace("http://www.w3.org/2004/02/skos/core#")
PROV = Namespace("http://www.w3.org/ns/prov#")
SH = Namespace("http://www.w3.org/ns/shacl#")
FRBR = Namespace("http://purl.org/vocab/frbr/core#")
EDTF = Namespace("http://id.loc.gov/datatypes/edtf/")

PREFIXES: dict[str, str] = {
    "rdf": RDF.iri,
    "rdfs": RDFS.iri,
    "xsd": XSD.iri,
    "owl": OWL.iri,
    "dcterms": DCTERMS.iri,
    "fabio": FABIO.iri,
    "cito": CITO.iri,
    "pro": PRO.iri,
    "datacite": DATACITE.iri,
    "litre": LITRE.iri,
    "prism": PRISM.iri,
    "bibo": BIBO.iri,
    "foaf": FOAF.iri,
    "skos": SKOS.iri,
    "prov": PROV.iri,
    "edtf": EDTF.iri,
    "frbr": FRBR.iri,
}
"""Prefix to namespace IRI, in the order in which serialisations write them; `Minter.prefixes` adds ours, `cp`."""
