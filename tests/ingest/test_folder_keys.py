"""What a folder states for its documents: nearest first, and nothing is opened by a file that cannot be read."""

from __future__ import annotations

from pathlib import Path

import pytest

from copilot.domain.errors import UserCanFix
from retrieval.ingest.folder_keys import NAME, FolderKeys


@pytest.fixture
def document(tmp_path: Path) -> Path:
    (tmp_path / "board" / "2026").mkdir(parents=True)
    return tmp_path / "board" / "2026" / "plan.xlsx"


def test_the_nearest_folder_that_states_a_key_wins(tmp_path: Path, document: Path) -> None:
    (tmp_path / NAME).write_text("access: all-hands\nstart: 2026-01-05\n", encoding="utf-8")
    (tmp_path / "board" / NAME).write_text("access: board\n", encoding="utf-8")

    assert FolderKeys().of(document) == {"access": "board", "start": "2026-01-05"}
    assert FolderKeys().of(tmp_path / "otro.pdf")["access"] == "all-hands"


def test_a_folder_without_the_file_states_nothing(document: Path) -> None:
    assert FolderKeys().of(document) == {}


def test_a_link_into_a_closed_folder_is_closed_like_the_folder(tmp_path: Path, document: Path) -> None:
    (tmp_path / "elsewhere.xlsx").write_bytes(b"x")
    document.symlink_to(tmp_path / "elsewhere.xlsx")
    (tmp_path / "board" / NAME).write_text("access: board\n", encoding="utf-8")

    assert FolderKeys().of(document)["access"] == "board"


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"acess: board\n", id="misspelt"),
        pytest.param(b"access: [board, staff]\n", id="list"),
        pytest.param(b"board\n", id="no keys"),
        pytest.param(b"access: [\n", id="no yaml"),
        pytest.param(b"access: \xff\xfe\n", id="no utf-8"),
        pytest.param(b"start: pronto\n", id="no date"),
        pytest.param(b"# " + b"x" * 20_000, id="too long"),
        pytest.param(b"", id="empty"),
    ],
)
def test_a_file_that_says_something_else_is_an_error_that_names_it(document: Path, content: bytes) -> None:
    (document.parent / NAME).write_bytes(content)

    with pytest.raises(UserCanFix) as caught:
        FolderKeys().of(document)

    assert (caught.value.code, caught.value.params["file"]) == ("folder_keys_unreadable", str(document.parent / NAME))
