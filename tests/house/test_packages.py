"""What is shipped, and what every file of the project keeps to."""

from __future__ import annotations

import re
import subprocess

from copilot.version import __version__
from tests.house.source_tree import PACKAGES, ROOT
from tests.house.test_locks import pyproject


def test_every_package_on_disk_is_listed_and_no_other() -> None:
    on_disk = {
        ".".join(path.parent.relative_to(ROOT).parts) for package in PACKAGES for path in (ROOT / package).rglob("__init__.py")
    }

    assert set(pyproject()["tool"]["setuptools"]["packages"]) == on_disk


def test_the_version_is_the_top_of_the_changelog() -> None:
    newest = re.search(r"^## (\S+) - \d{4}-\d{2}-\d{2}$", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), flags=re.M)

    assert newest is not None
    assert newest.group(1) == __version__


def test_no_file_names_a_path_of_the_machine_it_was_written_on() -> None:
    folder = re.compile(r"(?<![\w.-])/(?:work|root|home/\w+|Users/\w+)/")

    assert [place for place, text in tracked_texts() if folder.search(text)] == []


def test_there_is_one_console_script_and_no_other_entry() -> None:
    assert pyproject()["project"]["scripts"] == {"rumbo": "integrations.cli:main"}
    assert [path for package in PACKAGES for path in (ROOT / package).rglob("__main__.py")] == []


def tracked_texts() -> list[tuple[str, str]]:
    """Path and text of every text file under version control."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True).stdout
    found = []
    for name in filter(None, listed.split("\0")):
        path = ROOT / name
        if path.is_file():
            found.append((name, path.read_bytes().decode("utf-8", errors="replace")))
    return found
