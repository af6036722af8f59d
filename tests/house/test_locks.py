"""The locks: complete, hashed, fit for pyproject.toml, and without a trace of the machine that made them."""

from __future__ import annotations

import re
import tomllib
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.house.source_tree import ROOT

LOCKS = {"requirements.lock": "build", "requirements-dev.lock": "dev", "bench/requirements.lock": "bench"}
PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;]+)", re.M)


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_names_no_host_and_no_path(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")

    assert re.findall(r"\w+://\S+|--index\S*|--find-links\S*|file:|@ |(?<!\S)/\S+", text) == []


@pytest.mark.parametrize("name", LOCKS)
def test_every_pin_of_a_lock_is_hashed(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    entries = re.split(r"\n(?=\S)", text)

    bare = [entry.splitlines()[0] for entry in entries if PIN.match(entry) and "--hash=sha256:" not in entry]

    assert bare == []
    assert len(PIN.findall(text)) > 50


@pytest.mark.parametrize(("name", "group"), LOCKS.items())
def test_a_lock_meets_every_requirement_of_pyproject(name: str, group: str) -> None:
    pins: dict[str, set[str]] = {}
    for package, version in PIN.findall((ROOT / name).read_text(encoding="utf-8")):
        pins.setdefault(canonicalize_name(package), set()).add(version)
    wanted = [Requirement(line) for line in pyproject()["project"]["dependencies"]] + group_requirements(group)

    stale = [
        str(need)
        for need in wanted
        if not pins.get(canonicalize_name(need.name))
        or not all(need.specifier.contains(version, prereleases=True) for version in pins[canonicalize_name(need.name)])
    ]

    assert stale == [], "run `make lock`"


def test_the_development_lock_runs_what_users_run() -> None:
    runtime = set(PIN.findall((ROOT / "requirements.lock").read_text(encoding="utf-8")))
    development = set(PIN.findall((ROOT / "requirements-dev.lock").read_text(encoding="utf-8")))

    assert runtime - development == set()


def pyproject() -> dict[str, Any]:
    """The project's own description."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def group_requirements(group: str) -> list[Requirement]:
    """Requirements of a dependency group, included groups unrolled."""
    found = []
    for line in pyproject()["dependency-groups"][group]:
        found += group_requirements(line["include-group"]) if isinstance(line, dict) else [Requirement(line)]
    return found
