"""Suggest works to read for a concept, from their words and from what was judged of others."""
