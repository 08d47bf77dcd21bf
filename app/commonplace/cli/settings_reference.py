"""Make the page of all settings, `docs/configuration.md`, from `commonplace.settings`.

.venv/bin/python -m commonplace.cli.settings_reference > docs/configuration.md
"""

from __future__ import annotations

import sys

from pydantic.fields import FieldInfo

from commonplace.settings import Settings

_HEAD = """\
# Configuration

<!-- Made by `make reference` from app/commonplace/settings.py: change it there. -->

A setting is an environment variable, or a line of the same form in a file `.env` in the folder
the program is started from; the environment comes first. An empty value counts as absent. A
value that cannot be used stops the start and is named.

| variable | default | what it does |
|---|---|---|
"""


def configuration_page() -> str:
    """Return the page in Markdown, a row for each setting in the order of the class."""
    prefix = Settings.model_config["env_prefix"]
    rows = (
        f"| `{prefix}{name.upper()}` | {_default(field)} | {field.description} |\n"
        for name, field in Settings.model_fields.items()
    )
    return _HEAD + "".join(rows)


def _default(field: FieldInfo) -> str:
    extra = field.json_schema_extra
    if isinstance(extra, dict) and "shown" in extra:
        return str(extra["shown"])
    return "none" if field.default is None else f"`{field.default}`"


if __name__ == "__main__":
    sys.stdout.write(configuration_page())
