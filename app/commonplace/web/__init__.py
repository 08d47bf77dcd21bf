"""Serve the library over HTTP: negotiation, conditions, problems, addresses and pages."""
