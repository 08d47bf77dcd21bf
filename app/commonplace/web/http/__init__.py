"""Speak HTTP (negotiation, conditions, problems, authorization), without any address."""
