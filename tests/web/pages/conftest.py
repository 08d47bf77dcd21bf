"""Fixtures for tests of pages."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from commonplace.home.opening import open_home
from commonplace.home.tokens import Role
from tests.conftest import serving, settings_for

WORKS = """@book{lefevre1999, author = {Lefèvre, Anne}, title = {L'usager}, year = {1999}, langid = {french}}
@phdthesis{roy2015, author = {Roy, Paul}, title = {La rue}, year = {2015}, school = {Lyon}, langid = {french}}
@inproceedings{smith2009, author = {Smith, John}, title = {With users}, booktitle = {Proceedings of X}, year = {2009}}
@misc{lee2018, author = {Lee, Ann}, title = {Notes}, year = {2018}, langid = {ngerman}, foo = {bar}}
"""


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A client of a library with nothing in it, shared by tests that only read."""
    home = open_home(settings_for(tmp_path_factory.mktemp("empty") / "home", reference_set=None))
    with serving(home) as client:
        yield client


@pytest.fixture(scope="session")
def imported_works(reference_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A client of a library with a few works beside the reference set, in English, French and German."""
    folder = tmp_path_factory.mktemp("imported") / "home"
    shutil.copytree(reference_home, folder)
    home = open_home(settings_for(folder))
    secret = home.tokens.add("Ada", Role.CURATOR)
    with serving(home) as client:
        headers = {"Content-Type": "application/x-bibtex", "Authorization": f"Bearer {secret}"}
        client.post("/imports", content=WORKS, headers=headers).raise_for_status()
        yield client
