"""Token counts: never too low, never from the network."""

from __future__ import annotations

from pathlib import Path

import pytest

from copilot.llm.tokens import table_path, token_counter, upper_bound

# Counts of cl100k_base, taken once from its table.
KNOWN = [
    pytest.param("hello world", 2, id="english words"),
    pytest.param("The quick brown fox jumps over the lazy dog.", 10, id="english sentence"),
    pytest.param("a", 1, id="one letter"),
]


@pytest.mark.parametrize(("text", "tokens"), KNOWN)
def test_the_bound_is_not_below_the_true_count(text: str, tokens: int) -> None:
    assert tokens <= upper_bound(text) <= 3 * tokens


def test_an_empty_text_has_no_tokens() -> None:
    assert upper_bound("") == 0


def test_accents_figures_and_symbols_cost_more_than_plain_words() -> None:
    assert upper_bound("inversión: $1,250,000 → 35%") > upper_bound("inversion de un millon largo")


@pytest.mark.parametrize("content", [pytest.param(None, id="absent"), pytest.param(b"cut short", id="damaged")])
def test_without_its_whole_table_on_disk_tiktoken_is_not_asked(
    content: bytes | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path))
    path = table_path()
    assert path is not None
    if content is not None:
        path.write_bytes(content)

    assert token_counter() is upper_bound
    assert path.exists() == (content is not None)


def test_with_its_cache_switched_off_tiktoken_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", "")

    assert table_path() is None
    assert token_counter() is upper_bound
