"""Run Commonplace from a terminal: one function for each command."""

import sys


def main() -> None:
    """Run the `commonplace` program. Nothing of a library is loaded for `convert`, which needs none."""
    if sys.argv[1:2] == ["convert"]:
        from commonplace.cli.convert import convert_files
        from commonplace.cli.program import program

        cli = program()
        cli.command("convert")(convert_files)
    else:
        from commonplace.processes.garbage_collection import rarely_collected

        with rarely_collected():
            from commonplace.cli.commands import cli
    cli()
