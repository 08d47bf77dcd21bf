"""Serve the reading half of Zotero's web API, version 3, so that its programs read the library as one of theirs."""
