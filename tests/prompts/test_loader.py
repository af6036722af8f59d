"""Prompt templates: declared, versioned, small."""

from __future__ import annotations

import pytest

from copilot.llm.tokens import upper_bound
from prompts.loader import BrokenTemplate, load, names, parse


@pytest.mark.parametrize("name", names())
def test_every_template_loads_with_its_name_and_a_version(name: str) -> None:
    prompt = load(name)

    assert prompt.info.name == name
    assert prompt.info.version >= 1


def test_the_system_prompt_stays_under_twelve_hundred_tokens() -> None:
    assert upper_bound(load("answer").text) < 1200


def test_a_variable_that_is_not_given_is_refused() -> None:
    with pytest.raises(BrokenTemplate):
        load("answer").fill(today="2026-11-20")


def test_a_value_that_looks_like_a_variable_is_left_alone() -> None:
    filled = load("correction").fill(problems="{{problems}}")

    assert "{{problems}}" in filled


def test_an_undeclared_variable_breaks_the_template() -> None:
    with pytest.raises(BrokenTemplate):
        parse("x", "---\nname: x\nversion: 1\nvariables: a\n---\n{{a}} {{b}}\n")


def test_the_hash_changes_with_the_words() -> None:
    head = "---\nname: x\nversion: 1\nvariables:\n---\n"

    assert parse("x", head + "one").info.hash != parse("x", head + "two").info.hash
