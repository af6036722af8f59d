"""The wheel, built and installed in an empty environment, used from another folder."""

from __future__ import annotations

import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from tests.house.source_tree import PACKAGES, ROOT

BUILD_NEEDS = ("pyproject.toml", "README.md", "LICENSE")

USE_IT = """
import sys, tempfile
from importlib import resources
from pathlib import Path

import copilot, integrations.translate, prompts.loader, retrieval.language.vocabulary, retrieval.store.database

home = Path(copilot.__file__).parent.parent
assert home.is_relative_to(sys.prefix), home
assert any(prompts.loader.load(Path(entry.name).stem) for entry in resources.files("prompts").joinpath("templates").iterdir())
assert integrations.translate.label("sources", "es") == "Fuentes"
assert retrieval.language.vocabulary.vocabulary("stopwords")
with tempfile.TemporaryDirectory() as folder:
    database = retrieval.store.database.open_database(f"sqlite:///{folder}/rumbo.db")
    assert database.schema_revision()
    database.close()
print("used")
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel of the working tree, built beside it so that no build folder is left there."""
    source = tmp_path_factory.mktemp("source")
    for name in BUILD_NEEDS:
        shutil.copy(ROOT / name, source / name)
    for name in (*PACKAGES, "tests", "examples"):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", "dist", cwd=source)
    (built,) = (source / "dist").iterdir()
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with nothing but the wheel; libraries are lent by the running one."""
    folder = tmp_path_factory.mktemp("installed") / "venv"
    run(sys.executable, "-m", "venv", "--without-pip", str(folder))
    python = folder / "bin" / "python"
    run(sys.executable, "-m", "pip", "--python", str(python), "install", "-q", "--no-deps", "--no-index", str(wheel))
    (site,) = (folder / "lib").glob("python*/site-packages")
    (site / "lent.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    return folder


def test_the_wheel_holds_our_five_packages_and_no_other(wheel: Path) -> None:
    tops = {name.partition("/")[0] for name in zipfile.ZipFile(wheel).namelist()}

    assert {top for top in tops if not top.endswith(".dist-info")} == set(PACKAGES)


def test_every_file_of_the_packages_is_in_the_wheel(wheel: Path) -> None:
    inside = set(zipfile.ZipFile(wheel).namelist())
    on_disk = {
        path.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }

    assert sorted(on_disk - inside) == []


def test_the_installed_wheel_loads_its_data_and_migrates_from_another_folder(installed: Path, tmp_path: Path) -> None:
    done = run(str(installed / "bin" / "python"), "-c", USE_IT, cwd=tmp_path)

    assert done.endswith("used\n")


def test_the_installed_command_runs_from_another_folder(installed: Path, tmp_path: Path) -> None:
    assert run(str(installed / "bin" / "rumbo"), "--version", cwd=tmp_path).startswith("rumbo ")


def run(*command: str, cwd: Path | None = None) -> str:
    """Standard output of a command that must succeed."""
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
