"""Pages made from the program are current, and what they say of it is so."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from app.settings import Settings
from app.settings_reference import configuration_page

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder without a `.env`, and an environment without our settings."""
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(f"COMMONPLACE_{name.upper()}", raising=False)


def test_the_configuration_page_is_current() -> None:
    written = (ROOT / "docs" / "configuration.md").read_text()
    assert written == configuration_page(), "docs/configuration.md is stale: run `make reference`"


def test_every_setting_is_described() -> None:
    bare = [name for name, field in Settings.model_fields.items() if not field.description]
    assert not bare


def test_the_page_names_no_place_on_this_machine() -> None:
    assert str(ROOT) not in configuration_page()


def test_settings_come_from_the_environment_before_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("COMMONPLACE_PORT=8100\nCOMMONPLACE_IMPORT_BYTES=7\nOTHER=1\n")
    monkeypatch.setenv("COMMONPLACE_PORT", "8200")
    monkeypatch.setenv("COMMONPLACE_HOST", "")
    settings = Settings()
    assert (settings.port, settings.import_bytes, settings.host) == (8200, 7, "127.0.0.1")


@pytest.mark.parametrize(
    ("given", "kept"),
    [("https://example.org/library", "https://example.org/library/"), ("http://[::1]:8000/", "http://[::1]:8000/")],
)
def test_the_base_iri_ends_in_a_slash(monkeypatch: pytest.MonkeyPatch, given: str, kept: str) -> None:
    monkeypatch.setenv("COMMONPLACE_BASE_IRI", given)
    assert Settings().base_iri == kept


def test_the_reference_set_is_shipped_or_none_or_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert Settings().reference_set == ROOT / "data"
    for given, kept in (("none", None), (str(tmp_path), tmp_path)):
        monkeypatch.setenv("COMMONPLACE_REFERENCE_SET", given)
        assert Settings().reference_set == kept


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BASE_IRI", "example.org"),
        ("BASE_IRI", "https://example.org/?q"),
        ("BASE_IRI", "https://example.org/a b"),
        ("REFERENCE_SET", "/no/such/folder"),
        ("PORT", "70000"),
        ("GRAPH", "cloud"),
    ],
)
def test_a_value_that_cannot_be_used_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"COMMONPLACE_{name}", value)
    with pytest.raises(ValidationError, match=name.lower()):
        Settings()
