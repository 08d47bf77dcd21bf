"""Build the wheel, install it where nothing of the checkout is, and ask the first question."""

from __future__ import annotations

import re
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import httpx
import pytest

from tests.command import environment
from tests.conftest import ROOT

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the wheel built from the checkout."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=120)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of programs of a fresh environment: the wheel is in it, its dependencies are borrowed."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=False)
    site = next(folder.glob("lib/python*/site-packages"))
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    command = [sys.executable, "-m", "pip", "--python", str(folder / "bin" / "python")]
    command += ["install", "--quiet", "--no-deps", "--no-index", "--disable-pip-version-check", str(wheel)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return folder / "bin"


def files_below(folder: Path) -> set[str]:
    """Return the paths of all files in a folder: code, templates, data, and what the front end's build has made."""
    there = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    return {name for name in there if "__pycache__" not in name}


def test_the_wheel_holds_one_package_and_all_it_needs(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.partition("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"commonplace"}
    package = {f"commonplace/{name}" for name in files_below(ROOT / "app/commonplace")}
    shipped = {
        f"commonplace/shipped/{part}/{n}" for part in ("data", "ontology", "queries") for n in files_below(ROOT / part)
    }
    assert {name for name in names if name.startswith("commonplace/")} == package | shipped


def test_the_installed_program_answers_the_first_question(installed: Path, tmp_path: Path) -> None:
    settings = environment(home=str(tmp_path / "home"))
    settings.pop("PYTHONPATH")
    with subprocess.Popen(
        [installed / "commonplace", "serve", "--port", "0"],
        cwd=tmp_path,
        env=settings,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as server:
        assert server.stdout is not None
        try:
            line = server.stdout.readline()
            address = re.search(r"http://\S+", line)
            assert address, f"the server does not say where it listens: {line!r}"
            with httpx.Client(base_url=address[0], timeout=60) as client:
                answer = client.get("works", params={"discusses": "professional-role"}).json()
                assert answer["complete"] == "complete"
                assert answer["total"] == answer["coverage"]["discusses"] > 0
                assert client.get("queries/works-discussing.csv?concept=professional-role").is_success
                for page in ("", "sparql", "docs"):
                    shown = client.get(page, headers=BROWSER)
                    loaded = re.findall(r'<(?:script|link)[^>]+(?:src|href)="(/static/[^"]+)"', shown.text)
                    assert all(client.get(target).is_success for target in loaded), loaded
        finally:
            server.terminate()


def test_the_installed_program_is_not_that_of_the_checkout(installed: Path, tmp_path: Path) -> None:
    asked = [str(installed / "python"), "-c", "import commonplace; print(commonplace.__file__)"]
    told = subprocess.run(asked, cwd=tmp_path, capture_output=True, text=True, check=True, timeout=60).stdout
    assert Path(told.strip()).is_relative_to(installed.parent)
