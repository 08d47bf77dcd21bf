"""Run Commonplace from a terminal: one function for each command."""

from commonplace.cli.commands import main

__all__ = ["main"]
