"""Serve pages for people, rendered on the server."""
