"""Speak HTTP: negotiation, conditions, problems, authorization. No addresses."""
