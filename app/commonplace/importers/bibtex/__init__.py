"""Read BibTeX and BibLaTeX: split, interpolate, inherit, and read each entry in small steps (`steps`)."""

from commonplace.importers.bibtex.reader import read_bibtex

__all__ = ["read_bibtex"]
