"""Speak OAI-PMH 2.0, by which harvesters and library catalogues copy what is here, and what changed since."""
