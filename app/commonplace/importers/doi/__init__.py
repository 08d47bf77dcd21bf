"""Fetch works by DOI: a registration agency's metadata as records, references and relations."""
