"""DOI in: from a registration agency's metadata to records, references and relations."""
